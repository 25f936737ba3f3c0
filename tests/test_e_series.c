/* Preferred values against the printed table of IEC 60063 and against what nearest means. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "analysis/e_series.h"
#include "core/bytes.h"

static void printed_values_are_met(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { double value, series, nearest; } rows[] = {
        {84.53, 96, 84.5}, {84.53, 48, 86.6}, {84.53, 24, 82}, {84.53, 12, 82}, {84.53, 6, 100},
        {84.53, 3, 100}, {84.53, 192, 84.5}, {2.7, 24, 2.7}, {3.3, 12, 3.3}, {4.6, 24, 4.7},
        {919, 192, 920}, {9.9, 24, 10}, {0.99, 96, 1}, {300, 96, 301}, {30.0, 96, 30.1},
        {30.0, 24, 30}, {342, 96, 340}, {164, 48, 162}, {108, 24, 110}, {45, 96, 45.3},
        {1.0, 96, 1}, {9.76, 96, 9.76},
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        double got = e_series_nearest(rows[i].value, rows[i].series);
        if (!(fabs(got / rows[i].nearest - 1) < 1e-12))
            fail_msg("E%g of %g is %.6g", rows[i].series, rows[i].value, got);
    }
}

/* A half step of E96 is 1.5 % of the resistor at most, of E48 2.6 %, of E24 7.4 % (from 13 to 15).
 */
static void no_value_is_further_than_half_a_step(void **state)
{
    static const double series[] = {24, 48, 96, 192};
    static const double most[] = {0.0742, 0.0264, 0.0149, 0.0098};
    (void)state;
    for (size_t s = 0; s < COUNT(series); s++) {
        double worst = 0;
        for (double x = 10; x < 1000; x *= 1.0001)
            worst = fmax(worst, fabs(e_series_nearest(x, series[s]) / x - 1));
        print_message("figure: E%g is off by %.2f %% at most\n", series[s], 100 * worst);
        assert_true(worst <= most[s] && worst > 0.7 * most[s]);
    }
}

static void what_has_no_preferred_value_is_not_a_number(void **state)
{
    (void)state;
    assert_true(isnan(e_series_nearest(0, 96)) && isnan(e_series_nearest(-3, 96)));
    assert_true(isnan(e_series_nearest(INFINITY, 96)) && isnan(e_series_nearest((double)NAN, 96)));
    assert_true(isnan(e_series_nearest(100, 95)) && isnan(e_series_nearest(100, 0)));
    assert_true(isnan(e_series_nearest(100, (double)NAN)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printed_values_are_met),
        cmocka_unit_test(no_value_is_further_than_half_a_step),
        cmocka_unit_test(what_has_no_preferred_value_is_not_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
