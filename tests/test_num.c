#include "tests/support/cmocka.h"

#include <locale.h>
#include <math.h>

#include "core/num.h"
#include "core/rng.h"

static void good_numbers_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0", 0},
        {"1", 1},
        {"-1", -1},
        {"+014.70", 14.7},
        {".5", 0.5},
        {"5.", 5},
        {"1e3", 1000},
        {"1E+3", 1000},
        {"1.5e-3", 0.0015},
        {"1.7976931348623157e308", 1.7976931348623157e308},
        {"4.9e-324", 4.9e-324},
        {"1e-400", 0},
        {"9007199254740993", 9007199254740992.0}, /* a tie, to even */
        {"9007199254740995", 9007199254740996.0},
        {"1e22", 1e22},
        {"1e23", 1e23},
        {"00000000000000000000000000000001", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double value = 12345;
        assert_int_equal(num_parse(span_text(cases[i].text), &value), RC_OK);
        assert_true(value == cases[i].value);
    }
}

static void anything_else_is_refused_and_leaves_the_output_alone(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         " ",     " 1",    "1 ",       "+",     "-",
        ".",        "e5",    "1e",    "1e+",      "1e5.0", "1,5",
        "nan",      "NaN",   "inf",   "-inf",     "0x1",   "1_0",
        "1..2",     "--1",   "+-1",   "1e5e5",    "1f",    "1\n",
        "infinity", "1.5mA", "0x1p3", "\xd9\xa3", ".e1",   "0.0000000000000000000000000000001",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        double value = 12345;
        assert_int_equal(num_parse(span_text(bad[i]), &value), RC_PROTOCOL);
        assert_true(value == 12345);
    }
    double value = 12345;
    assert_int_equal(num_parse(SPAN("1\0"), &value), RC_PROTOCOL);
    assert_int_equal(num_parse(SPAN("1e400"), &value), RC_RANGE);
    assert_int_equal(num_parse(SPAN("-1e309"), &value), RC_RANGE);
    assert_int_equal(num_parse(SPAN("1e99999999999999999999"), &value), RC_RANGE);
    assert_true(value == 12345);
}

static void integers_are_read_to_their_last_value(void **state)
{
    (void)state;
    int64_t value = 7;
    assert_int_equal(num_parse_int(SPAN("9223372036854775807"), INT64_MIN, INT64_MAX, &value), 0);
    assert_true(value == INT64_MAX);
    assert_int_equal(num_parse_int(SPAN("-9223372036854775808"), INT64_MIN, INT64_MAX, &value), 0);
    assert_true(value == INT64_MIN);
    assert_int_equal(num_parse_int(SPAN("-0"), 0, 0, &value), RC_OK);
    assert_true(value == 0);
    assert_int_equal(num_parse_int(SPAN("+12"), -12, 12, &value), RC_OK);
    assert_true(value == 12);
    static const char *const out_of_range[] = {"13",
                                               "-13",
                                               "9223372036854775808",
                                               "-9223372036854775809",
                                               "18446744073709551617",
                                               "99999999999999999999999999999999"};
    for (size_t i = 0; i < COUNT(out_of_range); i++)
        assert_int_equal(num_parse_int(span_text(out_of_range[i]), -12, 12, &value), RC_RANGE);
    static const char *const bad[] = {"", "-", "+", "1.0", "1e3", " 1", "1 ", "0x1", "--1"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(num_parse_int(span_text(bad[i]), -12, 12, &value), RC_PROTOCOL);
    assert_true(value == 12);
}

static double random_double(struct rng *rng)
{
    for (;;) {
        uint64_t bits = rng_u64(rng);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            return value;
    }
}

/* Numbers as people, instruments and computations make them. */
static double likely_double(struct rng *rng)
{
    static const double tens[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
    double whole = (double)rng_below(rng, (uint64_t)tens[rng_below(rng, COUNT(tens))] * 1000);
    double sign = rng_below(rng, 2) ? 1 : -1;
    switch (rng_below(rng, 4)) {
    case 0:
        return sign * whole / tens[rng_below(rng, COUNT(tens))];
    case 1:
        return sign * whole / (double)(UINT64_C(1) << rng_below(rng, 20)); /* ties of all kinds */
    case 2:
        return sign * rng_uniform(rng) * tens[rng_below(rng, COUNT(tens))];
    default:
        return nextafter(whole / tens[rng_below(rng, COUNT(tens))], sign * 1e300);
    }
}

static void reading_agrees_with_the_library_for_random_texts(void **state)
{
    (void)state;
    struct rng rng;
    print_message("seed 1\n");
    rng_seed(&rng, 1);
    for (int i = 0; i < 300000; i++) {
        char text[NUM_TEXT_MAX + 1];
        int precision = (int)rng_below(&rng, 20);
        double x = rng_below(&rng, 2) ? random_double(&rng) : likely_double(&rng);
        snprintf(text, sizeof text, rng_below(&rng, 2) ? "%.*g" : "%.*e", precision, x);
        double expected = 0, value = 12345;
        sscanf(text, "%lf", &expected);
        enum rc rc = num_parse(span_text(text), &value);
        if (isfinite(expected))
            assert_true(rc == RC_OK && memcmp(&value, &expected, sizeof value) == 0);
        else
            assert_true(rc == RC_RANGE && value == 12345);
    }
}

static void put(char *text, double value)
{
    struct obuf out = {text, 0, NUM_TEXT_MAX};
    assert_int_equal(num_put(&out, value), RC_OK);
    text[out.len] = '\0';
}

static void the_shortest_text_reads_back(void **state)
{
    (void)state;
    char text[NUM_TEXT_MAX + 1], expected[64];
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {0.1, "0.1"},
        {-2.5, "-2.5"},
        {1e300, "1e+300"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e15, "1e+15"},
        {1e14, "100000000000000"},
        {1.0 / 3, "0.3333333333333333"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {123456.789, "123456.789"},
        {-1.7976931348623157e308, "-1.7976931348623157e+308"},
        {5e-324, "4.94065645841247e-324"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        put(text, cases[i].value);
        assert_string_equal(text, cases[i].text);
    }
    struct rng rng;
    print_message("seed 2\n");
    rng_seed(&rng, 2);
    for (int i = 0; i < 300000; i++) {
        double x = rng_below(&rng, 2) ? random_double(&rng) : likely_double(&rng), back = 0;
        put(text, x);
        for (int precision = 15; precision <= 17; precision++) {
            snprintf(expected, sizeof expected, "%.*g", precision, x);
            sscanf(expected, "%lf", &back);
            if (back == x)
                break;
        }
        assert_string_equal(text, x == 0 ? "0" : expected);
        assert_int_equal(num_parse(span_text(text), &back), RC_OK);
        assert_true(back == x);
    }
}

static void fixed_notation_equals_printf(void **state)
{
    (void)state;
    struct rng rng;
    print_message("seed 3\n");
    rng_seed(&rng, 3);
    static const double special[] = {0,
                                     -0.0,
                                     0.5,
                                     1.5,
                                     2.5,
                                     -0.5,
                                     0.125,
                                     0.375,
                                     1e-9,
                                     5e-10,
                                     -5e-10,
                                     0.1,
                                     999999999999999.0,
                                     0.05,
                                     0.15,
                                     2.675,
                                     1.005,
                                     1e-320,
                                     4503599627370495.5e-1,
                                     99.995,
                                     0.0049999999999999999};
    for (int i = 0; i < 600000; i++) {
        double x = (size_t)i < COUNT(special) * 10 ? special[i / 10] : likely_double(&rng);
        unsigned decimals = (unsigned)i % 10;
        char text[NUM_TEXT_MAX], expected[64];
        struct obuf out = {text, 0, sizeof text};
        if (!(fabs(x) < 1e15))
            continue;
        assert_int_equal(num_put_fixed(&out, x, decimals), RC_OK);
        snprintf(expected, sizeof expected, "%.*f", (int)decimals, x);
        assert_true(span_is(obuf_span(&out), expected));
    }
}

static void what_cannot_be_written_is_refused(void **state)
{
    (void)state;
    char room[4];
    struct obuf out = {room, 0, sizeof room};
    assert_int_equal(num_put(&out, (double)NAN), RC_RANGE);
    assert_int_equal(num_put(&out, (double)INFINITY), RC_RANGE);
    assert_int_equal(num_put_fixed(&out, (double)NAN, 2), RC_RANGE);
    assert_int_equal(num_put_fixed(&out, -(double)INFINITY, 2), RC_RANGE);
    assert_int_equal(num_put_fixed(&out, 1e15, 0), RC_RANGE);
    assert_int_equal(num_put_fixed(&out, -1e15, 0), RC_RANGE);
    assert_int_equal(num_put_fixed(&out, 1, 10), RC_RANGE);
    assert_int_equal(num_put(&out, 12345), RC_NOSPACE);
    assert_int_equal(num_put_fixed(&out, 1.5, 3), RC_NOSPACE);
    assert_int_equal(out.len, 0);
}

static void numbers_for_people_are_short(void **state)
{
    (void)state;
    static const struct {
        double value;
        unsigned digits;
        const char *text;
    } cases[] = {
        {0.93649, 3, "0.936"},
        {14.700, 4, "14.7"},
        {123456, 3, "123000"},
        {0, 3, "0"},
        {-0.0, 3, "0"},
        {-0.00012345, 3, "-0.000123"},
        {0.00009999, 3, "0.0001"},
        {0.00009994, 4, "9.994e-5"},
        {999.96, 4, "1000"},
        {999999999, 9, "999999999"},
        {999999999.9, 3, "1e9"},
        {1.25e12, 3, "1.25e12"},
        {-2e-7, 5, "-2e-7"},
        {1, 15, "1"},
        {0.1, 15, "0.1"},
        {2.0 / 3, 99, "0.666666666666667"},
        {2.0 / 3, 0, "0.7"},
        {100, 1, "100"},
        {10.5, 3, "10.5"},
        {1e300, 3, "1e300"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[NUM_TEXT_MAX];
        struct obuf out = {text, 0, sizeof text};
        num_put_short(&out, cases[i].value, cases[i].digits);
        assert_true(span_is(obuf_span(&out), cases[i].text));
    }
}

static void numbers_for_people_never_fail(void **state)
{
    (void)state;
    char text[3];
    struct obuf out = {text, 0, sizeof text};
    num_put_short(&out, 12345, 5);
    assert_true(span_is(obuf_span(&out), "123"));
    num_put_short(&out, 12345, 5);
    assert_int_equal(out.len, 3);
    out.len = 0;
    num_put_short(&out, (double)NAN, 5);
    assert_true(span_is(obuf_span(&out), "-"));
    out.len = 0;
    num_put_short(&out, -(double)INFINITY, 5);
    assert_true(span_is(obuf_span(&out), "-"));
}

static void no_locale_changes_a_number(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8", "de_DE",
                                        "de_DE.utf8"};
    const char *found = NULL;
    for (size_t i = 0; i < COUNT(names) && !found; i++)
        found = setlocale(LC_ALL, names[i]);
    if (!found)
        skip();
    char text[NUM_TEXT_MAX + 1];
    struct obuf out = {text, 0, sizeof text};
    double value = 0;
    put(text, 0.1 + 0.2);
    assert_string_equal(text, "0.30000000000000004");
    assert_int_equal(num_parse(SPAN("0.30000000000000004"), &value), RC_OK);
    assert_true(value == 0.1 + 0.2);
    assert_int_equal(num_put_fixed(&out, 0.125, 2), RC_OK);
    assert_true(span_is(obuf_span(&out), "0.12"));
    out.len = 0;
    num_put_short(&out, 1.25, 3);
    assert_true(span_is(obuf_span(&out), "1.25"));
    setlocale(LC_ALL, "C");
}

static void comparisons_fail_for_nan(void **state)
{
    (void)state;
    assert_true(num_within(1, 1, 1));
    assert_false(num_within((double)NAN, 0, 1));
    assert_false(num_within(0.5, (double)NAN, 1));
    assert_false(num_within(0.5, 0, (double)NAN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_numbers_are_read),
        cmocka_unit_test(anything_else_is_refused_and_leaves_the_output_alone),
        cmocka_unit_test(integers_are_read_to_their_last_value),
        cmocka_unit_test(reading_agrees_with_the_library_for_random_texts),
        cmocka_unit_test(the_shortest_text_reads_back),
        cmocka_unit_test(fixed_notation_equals_printf),
        cmocka_unit_test(what_cannot_be_written_is_refused),
        cmocka_unit_test(numbers_for_people_are_short),
        cmocka_unit_test(numbers_for_people_never_fail),
        cmocka_unit_test(no_locale_changes_a_number),
        cmocka_unit_test(comparisons_fail_for_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
