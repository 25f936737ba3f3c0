/* The decision rule, value by value. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "core/num.h"
#include "core/rng.h"
#include "sequences/grade.h"

#define NONE ((double)INFINITY)
#define NO_NUMBER ((double)NAN)

static enum verdict grade(double value, double u95, double lsl, double usl, enum guard_kind guard,
                          double guard_value, double marginal)
{
    struct measured m = {.value = value, .u95 = u95, .n = 100, .quality = QUALITY_GOOD};
    struct limit limit = {
        .lsl = lsl, .usl = usl, .guard = guard, .guard_value = guard_value, .marginal = marginal};
    return grade_value(&m, &limit).verdict;
}

/* Numbers are sums of powers of two, so that "equal to a limit" is exact. */
/* clang-format off */
static const struct { double value, u95, lsl, usl; enum guard_kind guard; double gv, marginal;
                      enum verdict verdict; } graded[] = {
    /* no guard: the limits themselves pass */
    {4,      0.25, 4, 8, GUARD_NONE, 0, 0, VERDICT_PASS},
    {8,      0.25, 4, 8, GUARD_NONE, 0, 0, VERDICT_PASS},
    {3.875,  0.25, 4, 8, GUARD_NONE, 0, 0, VERDICT_FAIL},
    {8.125,  0.25, 4, 8, GUARD_NONE, 0, 0, VERDICT_FAIL},
    /* one U95: acceptance 4.25 .. 7.75, both ends in */
    {4.25,   0.25, 4, 8, GUARD_U95, 1, 0, VERDICT_PASS},
    {7.75,   0.25, 4, 8, GUARD_U95, 1, 0, VERDICT_PASS},
    {4.125,  0.25, 4, 8, GUARD_U95, 1, 0, VERDICT_MARGINAL},
    {4,      0.25, 4, 8, GUARD_U95, 1, 0, VERDICT_MARGINAL},
    {8,      0.25, 4, 8, GUARD_U95, 1, 0, VERDICT_MARGINAL},
    {8.125,  0.25, 4, 8, GUARD_U95, 1, 0, VERDICT_FAIL},
    {4.25,   0.25, 4, 8, GUARD_U95, 2, 0, VERDICT_MARGINAL},
    {4.5,    0.25, 4, 8, GUARD_U95, 2, 0, VERDICT_PASS},
    /* a quantity, and a share of the width (4) */
    {4.5,    0.25, 4, 8, GUARD_ABSOLUTE, 0.5, 0, VERDICT_PASS},
    {4.375,  0.25, 4, 8, GUARD_ABSOLUTE, 0.5, 0, VERDICT_MARGINAL},
    {5,      0.25, 4, 8, GUARD_WIDTH, 0.25, 0, VERDICT_PASS},
    {4.875,  0.25, 4, 8, GUARD_WIDTH, 0.25, 0, VERDICT_MARGINAL},
    /* the marginal band lies inside the acceptance limits */
    {4.5,    0.25, 4, 8, GUARD_NONE, 0, 0.5, VERDICT_PASS},
    {4.375,  0.25, 4, 8, GUARD_NONE, 0, 0.5, VERDICT_MARGINAL},
    {4.75,   0.25, 4, 8, GUARD_U95, 1, 0.5, VERDICT_PASS},
    {4.625,  0.25, 4, 8, GUARD_U95, 1, 0.5, VERDICT_MARGINAL},
    {7.25,   0.25, 4, 8, GUARD_U95, 1, 0.5, VERDICT_PASS},
    {7.375,  0.25, 4, 8, GUARD_U95, 1, 0.5, VERDICT_MARGINAL},
    /* a guard wider than half the tolerance leaves nothing to accept */
    {6,      1,    4, 8, GUARD_ABSOLUTE, 3, 0, VERDICT_MARGINAL},
    /* test uncertainty ratio: 1 is enough, less is not */
    {6,      2,    4, 8, GUARD_NONE, 0, 0, VERDICT_PASS},
    {6,      2.125,4, 8, GUARD_NONE, 0, 0, VERDICT_INCONCLUSIVE},
    {100,    2.125,4, 8, GUARD_NONE, 0, 0, VERDICT_INCONCLUSIVE},
    {6,      NO_NUMBER, 4, 8, GUARD_NONE, 0, 0, VERDICT_INCONCLUSIVE},
    /* one side only */
    {1e9,    1,    4, NONE, GUARD_NONE, 0, 0, VERDICT_PASS},
    {4,      1,    4, NONE, GUARD_U95, 1, 0, VERDICT_MARGINAL},
    {5,      1,    4, NONE, GUARD_U95, 1, 0, VERDICT_PASS},
    {5,      NO_NUMBER, 4, NONE, GUARD_NONE, 0, 0, VERDICT_PASS},
    {5,      NO_NUMBER, 4, NONE, GUARD_U95, 1, 0, VERDICT_INCONCLUSIVE},
    {3,      1,    4, NONE, GUARD_NONE, 0, 0, VERDICT_FAIL},
    {9,      1,    -NONE, 8, GUARD_NONE, 0, 0, VERDICT_FAIL},
    {8,      1,    -NONE, 8, GUARD_NONE, 0, 0, VERDICT_PASS},
    /* a share of an infinite width is no guard */
    {5,      1,    4, NONE, GUARD_WIDTH, 0.1, 0, VERDICT_INCONCLUSIVE},
    /* no number */
    {NO_NUMBER, 0.1, 4, 8, GUARD_NONE, 0, 0, VERDICT_INCONCLUSIVE},
    {NONE,   0.1, 4, 8, GUARD_NONE, 0, 0, VERDICT_INCONCLUSIVE},
    {6,      0.1, NO_NUMBER, 8, GUARD_NONE, 0, 0, VERDICT_INCONCLUSIVE},
    {6,      0.1, 8, 4, GUARD_NONE, 0, 0, VERDICT_INCONCLUSIVE},
    {6,      0.1, 4, 8, GUARD_ABSOLUTE, -1, 0, VERDICT_INCONCLUSIVE},
    {6,      0.1, 4, 8, GUARD_NONE, 0, -1, VERDICT_INCONCLUSIVE},
    {6,      -0.1, 4, 8, GUARD_NONE, 0, 0, VERDICT_INCONCLUSIVE},
};
/* clang-format on */

static void the_table_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(graded); i++) {
        enum verdict got = grade(graded[i].value, graded[i].u95, graded[i].lsl, graded[i].usl,
                                 graded[i].guard, graded[i].gv, graded[i].marginal);
        if (got != graded[i].verdict)
            fail_msg("row %zu: %s, not %s", i, verdict_text(got), verdict_text(graded[i].verdict));
    }
}

static void a_bad_quality_is_inconclusive_with_and_without_a_limit(void **state)
{
    (void)state;
    struct limit limit = {.lsl = 4, .usl = 8};
    for (int q = QUALITY_MISSING; q <= QUALITY_NO_RESULT; q++) {
        for (double value = 2; value < 12; value += 4) {
            struct measured m = {value, 0.1, 0.1, 100, (enum quality)q};
            assert_int_equal(grade_value(&m, &limit).verdict, VERDICT_INCONCLUSIVE);
            assert_int_equal(grade_value(&m, NULL).verdict, VERDICT_INCONCLUSIVE);
        }
    }
    struct measured good = {6, 0.1, 0.1, 100, QUALITY_GOOD};
    assert_int_equal(grade_value(&good, NULL).verdict, VERDICT_NO_LIMIT);
    good.value = (double)NAN;
    assert_int_equal(grade_value(&good, NULL).verdict, VERDICT_INCONCLUSIVE);
}

static void acceptance_limits_and_margin_are_told(void **state)
{
    (void)state;
    struct measured m = {4.5, 0.25, 0.1, 100, QUALITY_GOOD};
    struct limit limit = {.lsl = 4, .usl = 8, .guard = GUARD_U95, .guard_value = 1};
    struct grade g = grade_value(&m, &limit);
    assert_true(g.al == 4.25 && g.au == 7.75 && g.margin == 0.5);
    m.value = 9;
    assert_true(grade_value(&m, &limit).margin == -1);
    limit.usl = (double)INFINITY;
    g = grade_value(&m, &limit);
    assert_true(isinf(g.au) && g.margin == 5);
    m.value = (double)NAN;
    assert_true(isnan(grade_value(&m, &limit).margin));
    assert_true(isnan(grade_value(&m, NULL).margin));
}

static void the_worst_of_two_verdicts_is_in_the_documented_order(void **state)
{
    (void)state;
    static const char *const order[] = {"no-limit", "pass",    "marginal", "inconclusive",
                                        "fail",     "aborted", "error"};
    for (size_t i = 0; i < COUNT(order); i++) {
        assert_string_equal(verdict_text((enum verdict)i), order[i]);
        for (size_t k = 0; k < COUNT(order); k++)
            assert_int_equal(verdict_worst((enum verdict)i, (enum verdict)k), i > k ? i : k);
    }
    assert_string_equal(quality_text(QUALITY_STUCK), "stuck");
}

/* A wider guard, a wider band or more uncertainty never turn anything into a pass. */
static void caution_never_creates_a_pass(void **state)
{
    (void)state;
    const char *env = getenv("SEED");
    int64_t seed = 20260521;
    if (env)
        assert_int_equal(num_parse_int(span_text(env), 0, INT64_MAX, &seed), RC_OK);
    print_message("seed %lld\n", (long long)seed);
    struct rng rng;
    rng_seed(&rng, (uint64_t)seed);
    unsigned passes = 0;
    for (int i = 0; i < 20000; i++) {
        double value = rng_uniform(&rng) * 12, u95 = rng_uniform(&rng) * 3;
        double guard = rng_uniform(&rng) * 2, band = rng_uniform(&rng);
        enum guard_kind kind = (enum guard_kind)rng_below(&rng, 4);
        if (grade(value, u95, 4, 8, kind, guard, band) != VERDICT_PASS)
            continue;
        passes++;
        assert_true(value >= 4 && value <= 8);
        assert_int_equal(grade(value, u95 / 2, 4, 8, kind, guard, band), VERDICT_PASS);
        assert_int_equal(grade(value, u95, 4, 8, kind, guard / 2, band), VERDICT_PASS);
        assert_int_equal(grade(value, u95, 4, 8, kind, guard, band / 2), VERDICT_PASS);
    }
    assert_true(passes > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_holds),
        cmocka_unit_test(a_bad_quality_is_inconclusive_with_and_without_a_limit),
        cmocka_unit_test(acceptance_limits_and_margin_are_told),
        cmocka_unit_test(the_worst_of_two_verdicts_is_in_the_documented_order),
        cmocka_unit_test(caution_never_creates_a_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
