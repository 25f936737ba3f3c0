/* The command line as a table: one row per option serves parsing, --help and the manual page.
 *
 * Options and operands may be mixed; `--` ends the options; `--name=value` and `--name value` are
 * the same; a short form takes its value as the next word. A mistake is one message and exit
 * code 2. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_MANY /* may be repeated */ };

struct option_row {
    const char *name; /* without the dashes */
    char short_form;  /* 0: none */
    enum option_kind kind;
    const char *value_name; /* "FILE"; NULL for a flag */
    const char *help;
};

struct args;

enum { OPERANDS_MAX = 32, OPTION_VALUES_MAX = 64 };

struct command {
    const char *name;
    const char *operands; /* "FILE..." for the usage line */
    const char *summary;  /* one line */
    const char *detail;   /* paragraphs for --help, or NULL */
    const struct option_row *options;
    size_t option_count;
    unsigned operands_min, operands_max;
    int (*run)(const struct command *command, struct args *args); /* exit code */
};

struct args {
    const struct command *command;
    const char *operand[OPERANDS_MAX];
    unsigned operands;
    struct {
        unsigned option; /* row in the command's table */
        const char *value;
    } given[OPTION_VALUES_MAX];
    unsigned given_count;
};

enum {
    EXIT_PASS = 0,
    EXIT_FAIL = 1,
    EXIT_USAGE = 2,
    EXIT_BENCH = 3,
    EXIT_STOPPED = 4,
    EXIT_TRIP = 5,
    EXIT_BUSY = 6,
    EXIT_STORAGE = 7,
    EXIT_RIGHTS = 8,
    EXIT_UNSAFE = 9
};

/* True: go on. False: *exit_code says how to end (0 after --help, 2 after a mistake). */
bool options_parse(const struct command *command, int argc, char **argv, struct args *out,
                   int *exit_code);
void options_print_help(const struct command *command);

/* Last value given for an option, or NULL. The name must be in the table (asserted). */
const char *options_value(const struct args *args, const char *name);
bool options_flag(const struct args *args, const char *name);
/* Each value of a repeated option in turn: start with *cursor = 0; NULL at the end. */
const char *options_next(const struct args *args, const char *name, unsigned *cursor);
/* A whole number lo..hi, or the default when not given. False: a message was printed. */
bool options_int(const struct args *args, const char *name, long long lo, long long hi,
                 long long *value);

#endif
