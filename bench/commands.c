#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/cli.h"
#include "core/diag.h"

const struct command *const commands[] = {
    &command_check, &command_run,  &command_show, &command_list, &command_report,  &command_export,
    &command_gas,   &command_twin, &command_safe, &command_scan, &command_version, &command_qualify,
};
const size_t command_count = sizeof commands / sizeof commands[0];

static const char *command_name(const void *ctx, size_t i)
{
    (void)ctx;
    return commands[i]->name;
}

static void print_usage(FILE *to)
{
    fprintf(to, "lambdabench: test bench controller for exhaust-gas oxygen sensor elements\n\n"
                "usage: lambdabench COMMAND [options] ...\n\ncommands:\n");
    for (size_t i = 0; i < command_count; i++)
        fprintf(to, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(to,
            "\n`lambdabench COMMAND --help` tells more. First steps, on the built-in twin:\n"
            "  lambdabench run sequences/library/eol_lsu49.seq --simulate\n"
            "  lambdabench show last\n\n"
            "exit codes: 0 all passed, 1 a part failed, 2 wrong use or a file has errors,\n"
            "  3 bench error, 4 stopped, 5 tripped, 6 busy, 7 not stored, 9 cleanup unconfirmed\n");
}

static int unknown_command(const char *word)
{
    const char *near = diag_suggest(span_text(word), command_name, NULL, command_count);
    if (near)
        fprintf(stderr, "error: no command '%s'; did you mean '%s'?\n", word, near);
    else
        fprintf(stderr, "error: no command '%s'; `lambdabench --help` lists them\n", word);
    return EXIT_USAGE;
}

/* What went to stdout is data: if it could not be written, that is an error too. */
static int written(int code)
{
    bool failed = fflush(stdout) != 0 || ferror(stdout);
    if (!failed || errno == EPIPE || code != EXIT_PASS)
        return code;
    fprintf(stderr, "error: standard output could not be written: %s\n", strerror(errno));
    return EXIT_STORAGE;
}

int cli_main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return written(EXIT_PASS);
    }
    const char *name = strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
    for (size_t i = 0; i < command_count; i++) {
        struct args args;
        int exit_code = EXIT_USAGE;
        if (strcmp(commands[i]->name, name) != 0)
            continue;
        if (commands[i] == &command_gas)
            return written(cli_gas(argc - 2, argv + 2));
        if (!options_parse(commands[i], argc - 2, argv + 2, &args, &exit_code))
            return written(exit_code);
        return written(commands[i]->run(commands[i], &args));
    }
    return unknown_command(argv[1]);
}
