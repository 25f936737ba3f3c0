/* The command line: every form of an option, every mistake, in one table each. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "bench/options.h"
#include "core/bytes.h"

static const struct option_row rows[] = {{"quiet", 'q', OPTION_FLAG, NULL, "little"},
                                         {"seed", 's', OPTION_TEXT, "N", "of the twin"},
                                         {"param", 'p', OPTION_MANY, "N=V", "a parameter"}};
static const struct command command = {.name = "try",
                                       .operands = "FILE...",
                                       .summary = "a command",
                                       .options = rows,
                                       .option_count = COUNT(rows),
                                       .operands_min = 1,
                                       .operands_max = 2};

enum { WORDS_MAX = 80 };

/* Words parted by blanks; `_` alone is the empty word. */
static bool parse(const char *line, char *store, size_t size, struct args *args, int *code)
{
    static char empty[] = "";
    char *words[WORDS_MAX];
    int count = 0;
    assert_true(strlen(line) < size);
    memcpy(store, line, strlen(line) + 1);
    for (char *at = strtok(store, " "); at && count < WORDS_MAX; at = strtok(NULL, " "))
        words[count++] = strcmp(at, "_") == 0 ? empty : at;
    return options_parse(&command, count, words, args, code);
}

static void every_form_is_taken(void **state)
{
    static const struct {
        const char *line, *operands, *seed, *params;
        bool quiet;
    } good[] = {
        {"a", "a", NULL, "", false},
        {"a b", "a,b", NULL, "", false},
        {"-q a", "a", NULL, "", true},
        {"a --quiet", "a", NULL, "", true},
        {"a --seed 7", "a", "7", "", false},
        {"--seed=7 a", "a", "7", "", false},
        {"-s 7 a", "a", "7", "", false},
        {"a --seed= ", "a", "", "", false},
        {"a -p x=1 --param=y=2 --param z", "a", NULL, "x=1,y=2,z", false},
        {"-- -q", "-q", NULL, "", false},
        {"a -- --seed", "a,--seed", NULL, "", false},
        {"-", "-", NULL, "", false},
        {"a --seed -1", "a", "-1", "", false},
        {"a --seed --quiet", "a", "--quiet", "", false}, /* a value is what stands behind */
        {"_", "", NULL, "", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        char store[256], got[128] = "", params[128] = "";
        struct args args;
        int code = -1;
        unsigned cursor = 0;
        if (!parse(good[i].line, store, sizeof store, &args, &code))
            fail_msg("refused: %s", good[i].line);
        for (unsigned k = 0; k < args.operands; k++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", k ? "," : "",
                     args.operand[k]);
        for (const char *p; (p = options_next(&args, "param", &cursor));)
            snprintf(params + strlen(params), sizeof params - strlen(params), "%s%s",
                     *params ? "," : "", p);
        const char *seed = options_value(&args, "seed");
        assert_string_equal(got, good[i].operands);
        assert_string_equal(params, good[i].params);
        assert_int_equal(options_flag(&args, "quiet"), good[i].quiet);
        assert_int_equal(seed != NULL, good[i].seed != NULL);
        if (seed)
            assert_string_equal(seed, good[i].seed);
    }
    print_message("figure: options: %zu good command lines taken\n", COUNT(good));
}

/* What is written to stderr while `line` is parsed. */
static bool parse_and_read(const char *line, char *said, size_t size, struct args *args, int *code)
{
    char store[2048];
    FILE *real = stderr, *to = fmemopen(said, size, "w");
    assert_non_null(to);
    stderr = to;
    bool ok = parse(line, store, sizeof store, args, code);
    stderr = real;
    assert_int_equal(fclose(to), 0);
    return ok;
}

static void every_mistake_is_one_message_and_code_2(void **state)
{
    static const struct {
        const char *line, *said;
    } bad[] = {
        {"", "missing: 'FILE...'"},
        {"-q", "missing: 'FILE...'"},
        {"a b c", "one word too many: 'c'"},
        {"a --nosuch", "unknown option '--nosuch'"},
        {"a --sed 3", "did you mean '--seed'?"},
        {"a --quiet=yes", "takes no value: '--quiet=yes'"},
        {"a --seed", "a value is missing after '--seed'"},
        {"a -s", "a value is missing after '-s'"},
        {"a --seed 7 --seed=8", "--seed is given twice, the second time with '8'"},
        {"a --seed 7 -s 7", "--seed is given twice, the second time with '7'"},
        {"a -x", "unknown option '-x'"},
        {"a -qs", "unknown option '-qs'"},
        {"a -s7", "unknown option '-s7'"},
        {"a --=3", "unknown option '--=3'"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        char said[512] = "";
        struct args args;
        int code = -1;
        assert_false(parse_and_read(bad[i].line, said, sizeof said, &args, &code));
        assert_int_equal(code, EXIT_USAGE);
        if (strncmp(said, "error: ", 7) != 0 || !strstr(said, bad[i].said))
            fail_msg("'%s': %s", bad[i].line, said);
    }
    print_message("figure: options: %zu bad command lines refused with code 2\n", COUNT(bad));
}

static void more_options_than_fit_are_refused(void **state)
{
    char line[2048] = "a", said[512] = "";
    struct args args;
    int code = -1;
    (void)state;
    for (unsigned i = 0; i < OPTION_VALUES_MAX; i++)
        strncat(line, " -q", sizeof line - strlen(line) - 1);
    assert_true(parse_and_read(line, said, sizeof said, &args, &code));
    strncat(line, " -q", sizeof line - strlen(line) - 1);
    assert_false(parse_and_read(line, said, sizeof said, &args, &code));
    assert_int_equal(code, EXIT_USAGE);
}

static void whole_numbers_are_strict(void **state)
{
    static const struct {
        const char *line;
        long long value; /* -1: refused */
    } numbers[] = {{"a", 5},
                   {"a --seed 0", 0},
                   {"a --seed 100", 100},
                   {"a --seed 101", -1},
                   {"a --seed -1", -1},
                   {"a --seed 1.5", -1},
                   {"a --seed 0x10", -1},
                   {"a --seed _", -1},
                   {"a --seed 7x", -1},
                   {"a --seed 99999999999999999999", -1}};
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        char store[128], said[256] = "";
        struct args args;
        int code;
        long long value = 5;
        assert_true(parse(numbers[i].line, store, sizeof store, &args, &code));
        FILE *real = stderr, *to = fmemopen(said, sizeof said, "w");
        stderr = to;
        bool ok = options_int(&args, "seed", 0, 100, &value);
        stderr = real;
        assert_int_equal(fclose(to), 0);
        assert_int_equal(ok, numbers[i].value >= 0);
        assert_int_equal(value, ok ? numbers[i].value : 5);
        assert_int_equal(*said == '\0', ok);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_taken),
        cmocka_unit_test(every_mistake_is_one_message_and_code_2),
        cmocka_unit_test(more_options_than_fit_are_refused),
        cmocka_unit_test(whole_numbers_are_strict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
