/* Words of a command line: taken or refused with exit code 2, and what is taken can be asked for.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MAX = 80 };

static const struct option_row rows[] = {{"quiet", 'q', OPTION_FLAG, NULL, "little"},
                                         {"seed", 's', OPTION_TEXT, "N", "seed"},
                                         {"param", 'p', OPTION_MANY, "N=V", "parameter"}};

static const struct command command = {.name = "fuzz",
                                       .operands = "FILE...",
                                       .summary = "a command",
                                       .options = rows,
                                       .option_count = sizeof rows / sizeof rows[0],
                                       .operands_min = 1,
                                       .operands_max = 4};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_taken(const struct args *args)
{
    unsigned cursor = 0, many = 0;
    long long seed = 7;
    require(args->operands >= 1 && args->operands <= 4 && args->given_count <= OPTION_VALUES_MAX);
    for (unsigned i = 0; i < args->operands; i++)
        require(args->operand[i] != NULL);
    while (options_next(args, "param", &cursor))
        many++;
    require(many <= args->given_count);
    require(!options_flag(args, "quiet") || args->given_count > 0);
    if (!options_int(args, "seed", 0, 100, &seed))
        require(options_value(args, "seed") != NULL && seed == 7);
    require(seed >= 0 && seed <= 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *words[WORDS_MAX];
    struct args args;
    int count = 0, code = -1;
    require(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    for (char *at = text; at < text + size + 1 && count < WORDS_MAX; at += strlen(at) + 1)
        words[count++] = at; /* words are parted by NUL and by line ends */
    for (size_t i = 0; i < size; i++)
        if (text[i] == '\n' && count < WORDS_MAX) {
            text[i] = '\0';
            words[count++] = text + i + 1;
        }
    /* What it says of each refusal is of no interest here. */
    FILE *err = stderr, *out = stdout, *none = fopen("/dev/null", "w");
    require(none != NULL);
    stderr = stdout = none;
    if (options_parse(&command, count, words, &args, &code))
        check_taken(&args);
    else
        require(code == EXIT_PASS || code == EXIT_USAGE);
    stderr = err;
    stdout = out;
    (void)fclose(none);
    free(text);
    return 0;
}
