#include "bench/options.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/diag.h"
#include "core/num.h"

static int option_find(const struct command *command, const char *name, size_t len)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (strlen(command->options[i].name) == len &&
            memcmp(command->options[i].name, name, len) == 0)
            return (int)i;
    return -1;
}

static int option_find_short(const struct command *command, char letter)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (command->options[i].short_form == letter)
            return (int)i;
    return -1;
}

static const char *option_name(const void *ctx, size_t i)
{
    const struct command *command = ctx;
    return command->options[i].name;
}

static bool usage(const struct command *command, const char *what, const char *word, int *exit_code)
{
    fprintf(stderr, "error: %s '%s'\n", what, word);
    fprintf(stderr, "    try: lambdabench %s --help\n", command->name);
    *exit_code = EXIT_USAGE;
    return false;
}

static bool unknown_option(const struct command *command, const char *word, int *exit_code)
{
    const char *name = word + strspn(word, "-");
    const char *near = diag_suggest(span_text(name), option_name, command, command->option_count);
    if (near)
        fprintf(stderr, "error: unknown option '%s'; did you mean '--%s'?\n", word, near);
    else
        return usage(command, "unknown option", word, exit_code);
    *exit_code = EXIT_USAGE;
    return false;
}

static bool was_given(const struct args *args, unsigned option)
{
    for (unsigned i = 0; i < args->given_count; i++)
        if (args->given[i].option == option)
            return true;
    return false;
}

/* Of two values one would be dropped in silence; a flag given twice says the same twice. */
static bool add_given(struct args *out, int option, const char *value, int *exit_code)
{
    const struct option_row *row = &out->command->options[option];
    if (row->kind == OPTION_TEXT && was_given(out, (unsigned)option)) {
        char what[64];
        snprintf(what, sizeof what, "--%s is given twice, the second time with", row->name);
        return usage(out->command, what, value, exit_code);
    }
    if (out->given_count == OPTION_VALUES_MAX)
        return usage(out->command, "too many options at", value ? value : "", exit_code);
    out->given[out->given_count].option = (unsigned)option;
    out->given[out->given_count++].value = value;
    return true;
}

/* The words of the command line; `at` is the one in hand. */
struct words {
    char **word;
    int count, at;
};

/* One word that starts with a dash; words->at moves over its value. */
static bool parse_option(struct words *words, struct args *out, int *exit_code)
{
    const struct command *command = out->command;
    const char *word = words->word[words->at], *value = NULL;
    int option;
    if (word[1] == '-') {
        const char *equals = strchr(word, '=');
        size_t len = equals ? (size_t)(equals - word - 2) : strlen(word + 2);
        option = option_find(command, word + 2, len);
        value = equals ? equals + 1 : NULL;
    } else {
        option = word[2] == '\0' ? option_find_short(command, word[1]) : -1;
    }
    if (option < 0)
        return unknown_option(command, word, exit_code);
    if (command->options[option].kind == OPTION_FLAG) {
        if (value)
            return usage(command, "this option takes no value:", word, exit_code);
    } else if (!value) {
        if (words->at + 1 >= words->count)
            return usage(command, "a value is missing after", word, exit_code);
        value = words->word[++words->at];
    }
    return add_given(out, option, value, exit_code);
}

bool options_parse(const struct command *command, int argc, char **argv, struct args *out,
                   int *exit_code)
{
    bool options_ended = false;
    struct words words = {.word = argv, .count = argc};
    *out = (struct args){.command = command};
    for (; words.at < argc; words.at++) {
        const char *word = argv[words.at];
        if (!options_ended && strcmp(word, "--") == 0) {
            options_ended = true;
        } else if (!options_ended && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
            options_print_help(command);
            *exit_code = EXIT_PASS;
            return false;
        } else if (!options_ended && word[0] == '-' && word[1] != '\0') {
            if (!parse_option(&words, out, exit_code))
                return false;
        } else if (out->operands == OPERANDS_MAX || out->operands == command->operands_max) {
            return usage(command, "one word too many:", word, exit_code);
        } else {
            out->operand[out->operands++] = word;
        }
    }
    if (out->operands < command->operands_min)
        return usage(command, "missing:", command->operands, exit_code);
    return true;
}

static void print_option(const struct option_row *row)
{
    char left[48];
    struct obuf text = {left, 0, sizeof left};
    if (row->short_form)
        (void)!obuf_printf(&text, "-%c, ", row->short_form);
    else
        (void)!obuf_printf(&text, "    ");
    (void)!obuf_printf(&text, "--%s", row->name);
    if (row->value_name)
        (void)!obuf_printf(&text, " %s", row->value_name);
    printf("  %-26.*s %s\n", (int)text.len, left, row->help);
}

void options_print_help(const struct command *command)
{
    printf("lambdabench %s: %s\n\nusage: lambdabench %s%s %s\n", command->name, command->summary,
           command->name, command->option_count ? " [options]" : "", command->operands);
    if (command->option_count)
        printf("\noptions:\n");
    for (size_t i = 0; i < command->option_count; i++)
        print_option(&command->options[i]);
    printf("  -h, --help                 this text\n");
    if (command->detail)
        printf("\n%s", command->detail);
}

static unsigned option_row_of(const struct args *args, const char *name)
{
    int row = option_find(args->command, name, strlen(name));
    assert(row >= 0);
    return (unsigned)row;
}

const char *options_value(const struct args *args, const char *name)
{
    unsigned row = option_row_of(args, name);
    for (unsigned i = args->given_count; i-- > 0;)
        if (args->given[i].option == row)
            return args->given[i].value;
    return NULL;
}

bool options_flag(const struct args *args, const char *name)
{
    unsigned row = option_row_of(args, name);
    for (unsigned i = 0; i < args->given_count; i++)
        if (args->given[i].option == row)
            return true;
    return false;
}

const char *options_next(const struct args *args, const char *name, unsigned *cursor)
{
    unsigned row = option_row_of(args, name);
    while (*cursor < args->given_count) {
        unsigned i = (*cursor)++;
        if (args->given[i].option == row)
            return args->given[i].value;
    }
    return NULL;
}

bool options_int(const struct args *args, const char *name, long long lo, long long hi,
                 long long *value)
{
    const char *text = options_value(args, name);
    int64_t parsed;
    if (!text)
        return true;
    if (num_parse_int(span_text(text), lo, hi, &parsed) != RC_OK) {
        fprintf(stderr, "error: --%s takes a whole number from %lld to %lld, not '%s'\n", name, lo,
                hi, text);
        return false;
    }
    *value = parsed;
    return true;
}
