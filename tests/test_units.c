#include "tests/support/cmocka.h"

#include <math.h>

#include "core/units.h"

static struct unit find(const char *name)
{
    struct unit unit = {0};
    assert_int_equal(unit_find(span_text(name), &unit), RC_OK);
    assert_string_equal(unit.name, name);
    return unit;
}

static void check_si(const char *name, double value, double si)
{
    struct unit unit = find(name);
    assert_true(fabs(unit_to_si(&unit, value) - si) <= 1e-12 * fabs(si));
    assert_true(fabs(unit_from_si(&unit, si) - value) <= 1e-10 * fabs(value));
}

static void values_convert_to_si_and_back(void **state)
{
    (void)state;
    check_si("ms", 250, 0.25);
    check_si("min", 2, 120);
    check_si("mV", 450, 0.45);
    check_si("uA", 20, 20e-6);
    check_si("Mohm", 1.5, 1.5e6);
    check_si("degC", 780, 1053.15);
    check_si("K", 780, 780);
    check_si("%", 20.9, 0.209);
    check_si("ppm", 500, 0.0005);
    check_si("L/min", 60, 1e-3);
    check_si("mL/min", 60, 1e-6);
    check_si("m3/h", 3600, 1);
    check_si("kPa", 101.325, 101325);
    check_si("mbar", 1013.25, 101325);
    check_si("kHz", 2, 2000);
    check_si("kJ", 2, 2000);
    check_si("V/s", 0.4, 0.4);
    check_si("mV/s", 400, 0.4);
    check_si("degC/s", 5, 5); /* a rate: no offset */
    check_si("L/min/s", 60, 1e-3);
    check_si("%rd", 1, 0.01);
    check_si("", 7, 7);
}

static void unknown_units_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"v",  "MV",  "ma",    "Ohm", "/s",    "V/S",   "V/s/s", " V",
                                      "V ", "sec", "%rd/s", "C",   "onoff", "l/min", "m3",    "1"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct unit unit = {.scale = 99};
        assert_int_equal(unit_find(span_text(bad[i]), &unit), RC_CONFIG);
        assert_true(unit.scale == 99);
    }
}

static void dimensions_follow_the_laws_of_physics(void **state)
{
    (void)state;
    struct dim volt = find("V").dim, ampere = find("A").dim, watt = find("W").dim;
    struct dim ohm = find("ohm").dim, second = find("s").dim, joule = find("J").dim;
    assert_true(dim_equal(dim_multiply(volt, ampere), watt));
    assert_true(dim_equal(dim_divide(volt, ampere), ohm));
    assert_true(dim_equal(dim_multiply(watt, second), joule));
    assert_true(dim_equal(dim_divide(dim_one, second), find("Hz").dim));
    assert_true(dim_equal(dim_divide(volt, volt), dim_one));
    assert_true(dim_equal(dim_divide(volt, second), find("mV/s").dim));
    assert_true(dim_equal(dim_divide(find("L").dim, find("min").dim), find("m3/h").dim));
    assert_false(dim_equal(volt, ampere));
    assert_false(dim_equal(find("%rd").dim, find("%fs").dim));
    assert_false(dim_equal(find("%rd").dim, dim_one));
    assert_true(dim_equal(find("%").dim, dim_one));
}

static void roots_need_even_exponents(void **state)
{
    (void)state;
    struct dim volt = find("V").dim, root = {0};
    assert_int_equal(dim_root(dim_multiply(volt, volt), &root), RC_OK);
    assert_true(dim_equal(root, volt));
    assert_int_equal(dim_root(volt, &root), RC_RANGE);
    assert_int_equal(dim_root(find("%rd").dim, &root), RC_RANGE);
    assert_int_equal(dim_root(dim_one, &root), RC_OK);
    assert_true(dim_equal(root, dim_one));
}

static void dimensions_have_a_unit_to_print_in(void **state)
{
    (void)state;
    static const char *const names[] = {"V",  "A", "W",   "ohm", "s",   "K",   "L/min", "kPa",
                                        "Hz", "J", "V/s", "K/s", "%rd", "%fs", "",      "L"};
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *name = dim_unit_name(find(names[i]).dim);
        assert_non_null(name);
        assert_string_equal(name, names[i]);
    }
    struct dim odd = {.m = 5};
    assert_null(dim_unit_name(odd));
}

static void misspelt_units_get_a_suggestion(void **state)
{
    (void)state;
    static const struct {
        const char *written, *meant;
    } cases[] = {
        {"ma", "mA"},     {"Ohm", "ohm"},     {"mv", "mV"},
        {"volt", NULL},   {"l/min", "L/min"}, {"sec", "s"},
        {"degc", "degC"}, {"°C", "degC"},     {"slpm", "L/min"},
        {"Ω", "ohm"},     {"V/S", "V/s"},     {"kpa", "kPa"},
        {"mbr", "mbar"},  {"x", NULL},        {"", NULL},
        {"hz", "Hz"},     {"sccm", "mL/min"}, {"furlongs", NULL},
        {"mins", "min"},  {"kohms", "kohm"},  {"averyveryverylongunit", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *name = unit_suggest(span_text(cases[i].written));
        if (!cases[i].meant) {
            assert_null(name);
        } else {
            assert_non_null(name);
            assert_string_equal(name, cases[i].meant);
        }
    }
}

static void values_print_with_their_unit(void **state)
{
    (void)state;
    char text[9];
    struct obuf out = {text, 0, sizeof text};
    unit_put(&out, 0.93649, "mA", 3);
    assert_true(span_is(obuf_span(&out), "0.936 mA"));
    out.len = 0;
    unit_put(&out, 2, "", 3);
    assert_true(span_is(obuf_span(&out), "2"));
    out.len = 0;
    unit_put(&out, 14.7, "L/min", 4);
    assert_true(span_is(obuf_span(&out), "14.7 L/mi")); /* cut at the end of the room */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_convert_to_si_and_back),
        cmocka_unit_test(unknown_units_are_refused),
        cmocka_unit_test(dimensions_follow_the_laws_of_physics),
        cmocka_unit_test(roots_need_even_exponents),
        cmocka_unit_test(dimensions_have_a_unit_to_print_in),
        cmocka_unit_test(misspelt_units_get_a_suggestion),
        cmocka_unit_test(values_print_with_their_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
