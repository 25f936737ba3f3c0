/* The commands: one file each, one row each in bench/commands.c. */
#ifndef BENCH_CLI_H
#define BENCH_CLI_H

#include "bench/options.h"

extern const struct command command_check, command_run, command_show, command_list, command_report,
    command_export, command_gas, command_twin, command_safe, command_scan, command_version,
    command_qualify;

extern const struct command *const commands[];
extern const size_t command_count;

/* `lambdabench gas` has sub-commands with options of their own: argv from behind "gas". */
int cli_gas(int argc, char **argv);

/* The whole program but main: exit code. */
int cli_main(int argc, char **argv);

#endif
