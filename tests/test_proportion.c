/* Exact binomial intervals against published ones, and crossings against ladders worked by hand. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "analysis/proportion.h"
#include "core/bytes.h"

static void assert_near(double a, double b, double within)
{
    if (!(fabs(a - b) <= within))
        fail_msg("%.12g is not %.12g within %.3g", a, b, within);
}

/* Newcombe, Statistics in Medicine 17 (1998) 857, table I, Clopper-Pearson row; the rest follows
 * from the closed form for no hits, 1 - (alpha/2)^(1/n). */
static void intervals_are_the_published_ones(void **state)
{
    (void)state;
    static const struct {
        unsigned hits, total;
        double lo, hi;
    } rows[] = {{81, 263, 0.2527, 0.3676}, {15, 148, 0.0578, 0.1617}, {0, 20, 0.0, 0.1684},
                {1, 29, 0.0009, 0.1776},   {0, 10, 0.0, 0.3085},      {10, 10, 0.6915, 1.0}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct proportion p;
        assert_int_equal(proportion_find(rows[i].hits, rows[i].total, 0.95, &p), RC_OK);
        assert_near(p.lo, rows[i].lo, 5.1e-5);
        assert_near(p.hi, rows[i].hi, 5.1e-5);
        assert_near(p.share, (double)rows[i].hits / rows[i].total, 1e-15);
    }
}

static void no_hits_and_all_hits_have_the_closed_form(void **state)
{
    (void)state;
    static const unsigned totals[] = {1, 2, 73, 1000, 100000, 1000000};
    for (size_t i = 0; i < COUNT(totals); i++) {
        struct proportion none, all;
        double limit = 1.0 - pow(0.025, 1.0 / totals[i]);
        assert_int_equal(proportion_find(0, totals[i], 0.95, &none), RC_OK);
        assert_int_equal(proportion_find(totals[i], totals[i], 0.95, &all), RC_OK);
        assert_near(none.hi, limit, 1e-9);
        assert_near(all.lo, 1.0 - limit, 1e-9);
        assert_true(none.lo <= 0.0 && all.hi >= 1.0);
    }
}

/* The tails at the bounds, summed without the beta distribution. */
static void the_tails_at_the_bounds_are_half_of_alpha(void **state)
{
    (void)state;
    enum { HITS = 7, TOTAL = 40 };
    struct proportion p;
    assert_int_equal(proportion_find(HITS, TOTAL, 0.90, &p), RC_OK);
    double above = 0, below = 0, choose = 1;
    for (int k = 0; k <= TOTAL; k++) {
        if (k >= HITS)
            above += choose * pow(p.lo, k) * pow(1 - p.lo, TOTAL - k);
        if (k <= HITS)
            below += choose * pow(p.hi, k) * pow(1 - p.hi, TOTAL - k);
        choose *= (double)(TOTAL - k) / (k + 1);
    }
    assert_near(above, 0.05, 1e-9);
    assert_near(below, 0.05, 1e-9);
}

static void what_is_no_share_is_refused(void **state)
{
    (void)state;
    struct proportion p = {7, 7, 7};
    assert_int_equal(proportion_find(0, 0, 0.95, &p), RC_RANGE);
    assert_int_equal(proportion_find(3, 2, 0.95, &p), RC_RANGE);
    assert_int_equal(proportion_find(1, 2, 1.0, &p), RC_RANGE);
    assert_int_equal(proportion_find(1, 2, 0.0, &p), RC_RANGE);
    assert_int_equal(proportion_find(1, 2, (double)NAN, &p), RC_RANGE);
    assert_near(p.share, 7, 0);
}

static void a_crossing_lies_on_the_line_between_two_rungs(void **state)
{
    (void)state;
    static const struct proportion_rung rungs[] = {
        {0.1, 0, 100}, {0.2, 20, 100}, {0.4, 60, 100}, {0.8, 100, 100}};
    struct proportion_crossing c;
    assert_int_equal(proportion_cross(rungs, COUNT(rungs), 0.5, 0.95, &c), RC_OK);
    assert_near(c.at, 0.35, 1e-12);
    assert_true(c.lo < c.at && c.at < c.hi);
    assert_true(c.lo > 0.2 && c.hi < 0.8);
    assert_int_equal(proportion_cross(rungs, COUNT(rungs), 0.95, 0.95, &c), RC_OK);
    assert_near(c.at, 0.4 + 0.4 * (0.95 - 0.6) / 0.4, 1e-12);
}

static void a_crossing_can_lie_before_or_behind_the_ladder(void **state)
{
    (void)state;
    static const struct proportion_rung all[] = {{0.1, 100, 100}, {1.0, 100, 100}};
    static const struct proportion_rung none[] = {{0.1, 0, 100}, {1.0, 3, 100}};
    static const struct proportion_rung few[] = {{0.1, 0, 20}, {1.0, 20, 20}};
    struct proportion_crossing c;
    assert_int_equal(proportion_cross(all, COUNT(all), 0.95, 0.95, &c), RC_OK);
    assert_true(isinf(c.at) && c.at < 0 && isinf(c.hi) && c.hi < 0);
    assert_int_equal(proportion_cross(none, COUNT(none), 0.5, 0.95, &c), RC_OK);
    assert_true(isinf(c.at) && c.at > 0 && isinf(c.lo) && c.lo > 0);
    /* 20 of 20 prove 83 %, not 95 % */
    assert_int_equal(proportion_cross(few, COUNT(few), 0.95, 0.95, &c), RC_OK);
    assert_near(c.at, 0.1 + 0.9 * 0.95, 1e-12);
    assert_true(isinf(c.hi) && c.hi > 0);
}

/* 40 %, 30 %, 90 %: the first two are pooled to 35 %. */
static void shares_that_fall_are_pooled(void **state)
{
    (void)state;
    static const struct proportion_rung rungs[] = {{1, 40, 100}, {2, 30, 100}, {3, 90, 100}};
    struct proportion_crossing c;
    assert_int_equal(proportion_cross(rungs, COUNT(rungs), 0.5, 0.95, &c), RC_OK);
    assert_near(c.at, 2.0 + (0.5 - 0.35) / (0.9 - 0.35), 1e-12);
}

static void a_ladder_out_of_order_is_refused(void **state)
{
    (void)state;
    static const struct proportion_rung same[] = {{1, 4, 10}, {1, 5, 10}};
    static const struct proportion_rung empty[] = {{1, 0, 0}};
    static const struct proportion_rung nan_x[] = {{(double)NAN, 1, 2}};
    struct proportion_crossing c;
    assert_int_equal(proportion_cross(same, 2, 0.5, 0.95, &c), RC_RANGE);
    assert_int_equal(proportion_cross(empty, 1, 0.5, 0.95, &c), RC_RANGE);
    assert_int_equal(proportion_cross(nan_x, 1, 0.5, 0.95, &c), RC_RANGE);
    assert_int_equal(proportion_cross(same, 0, 0.5, 0.95, &c), RC_RANGE);
    assert_int_equal(proportion_cross(same, 1, 1.0, 0.95, &c), RC_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_the_published_ones),
        cmocka_unit_test(no_hits_and_all_hits_have_the_closed_form),
        cmocka_unit_test(the_tails_at_the_bounds_are_half_of_alpha),
        cmocka_unit_test(what_is_no_share_is_refused),
        cmocka_unit_test(a_crossing_lies_on_the_line_between_two_rungs),
        cmocka_unit_test(a_crossing_can_lie_before_or_behind_the_ladder),
        cmocka_unit_test(shares_that_fall_are_pooled),
        cmocka_unit_test(a_ladder_out_of_order_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
