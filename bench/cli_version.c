/* lambdabench version. */
#include <stdio.h>

#include "bench/cli.h"
#include "bench/version.h"

#ifndef LAMBDABENCH_VERSION
#define LAMBDABENCH_VERSION "unknown"
#endif

const char *version_text(void)
{
    return "0.1.0-" LAMBDABENCH_VERSION;
}

static int version_run(const struct command *command, struct args *args)
{
    (void)command;
    if (options_flag(args, "json"))
        printf("{\"schema\":\"lambdabench/version/1\",\"version\":\"%s\"}\n", version_text());
    else
        printf("lambdabench %s\nGPL-3.0-or-later; no safety integrity level is claimed\n",
               version_text());
    return EXIT_PASS;
}

static const struct option_row version_options[] = {
    {"json", 0, OPTION_FLAG, NULL, "one JSON object instead of text"},
};

const struct command command_version = {
    .name = "version",
    .operands = "",
    .summary = "print the version",
    .options = version_options,
    .option_count = 1,
    .run = version_run,
};
