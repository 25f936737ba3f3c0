/* The functions of `measure` on plain arrays. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "core/bytes.h"
#include "sequences/measure_func.h"

enum { N = 100 };

struct data {
    double t[N], v[N], x[N], scratch[2 * N];
};

static struct func_result run(enum measure_func func, struct data *d, size_t n)
{
    struct func_window w = {d->t, d->v, d->x, n, d->scratch, {0}};
    return measure_func_run(func, &w);
}

static void fill(struct data *d)
{
    for (int i = 0; i < N; i++) {
        d->t[i] = i * 0.01;
        d->v[i] = 5 + (i % 2 ? 0.1 : -0.1);
        d->x[i] = i;
    }
}

static void names_are_found_and_others_are_not(void **state)
{
    (void)state;
    for (int i = 0; i < FUNC_KINDS; i++)
        assert_int_equal(measure_func_find(measure_func_info((enum measure_func)i)->name), i);
    assert_int_equal(measure_func_find("avg"), -1);
    assert_int_equal(measure_func_find(""), -1);
}

static void an_empty_window_has_no_result(void **state)
{
    (void)state;
    struct data d;
    fill(&d);
    for (int i = 0; i < FUNC_KINDS; i++)
        assert_true(isnan(run((enum measure_func)i, &d, 0).value));
}

static void one_value_that_is_no_number_spoils_every_function(void **state)
{
    (void)state;
    for (int i = 0; i < FUNC_KINDS; i++) {
        for (int at = 0; at < N && i != FUNC_COUNT; at++) {
            struct data d;
            fill(&d);
            d.v[at] = at % 2 ? (double)NAN : (double)INFINITY;
            if (!isnan(run((enum measure_func)i, &d, N).value))
                fail_msg("%s, sample %d", measure_func_info((enum measure_func)i)->name, at);
        }
    }
}

static void the_mean_gets_better_with_the_root_of_n(void **state)
{
    (void)state;
    struct data d;
    fill(&d);
    struct func_result r = run(FUNC_MEAN, &d, N);
    assert_true(fabs(r.value - 5) < 1e-12);
    assert_true(fabs(r.sd - 0.1 * sqrt(100.0 / 99)) < 1e-12);
    assert_true(fabs(r.random_u95 - 2 * r.sd / 10) < 1e-12);
    assert_true(run(FUNC_MEDIAN, &d, N).random_u95 > r.random_u95);
    assert_true(fabs(run(FUNC_MAX, &d, N).value - 5.1) < 1e-12);
    assert_true(fabs(run(FUNC_PP, &d, N).value - 0.2) < 1e-12);
    /* a single value is not scattered; what it is worth is the channel's U95 */
    assert_true(run(FUNC_LAST, &d, 1).random_u95 == 0);
    assert_true(isnan(run(FUNC_SD, &d, 1).value));
    assert_true(isnan(run(FUNC_SLOPE, &d, 1).value));
}

static void the_median_leaves_the_window_as_it_was(void **state)
{
    (void)state;
    struct data d, before;
    fill(&d);
    before = d;
    (void)run(FUNC_MEDIAN, &d, N);
    assert_memory_equal(d.v, before.v, sizeof d.v);
}

static void rise_and_fall_know_the_direction(void **state)
{
    (void)state;
    struct data d;
    fill(&d);
    for (int i = 0; i < N; i++) {
        d.t[i] = -0.2 + i * 0.01;
        d.v[i] = d.t[i] < 0 ? 0 : 1 - exp(-d.t[i] / 0.05);
    }
    double rise = run(FUNC_RISE, &d, N).value;
    assert_true(fabs(rise - 0.05 * log(9)) < 2e-3);
    assert_true(isnan(run(FUNC_FALL, &d, N).value));
    for (int i = 0; i < N; i++)
        d.v[i] = -d.v[i];
    assert_true(fabs(run(FUNC_FALL, &d, N).value - rise) < 1e-12);
    assert_true(isnan(run(FUNC_RISE, &d, N).value));
}

static void a_fit_takes_the_second_argument_and_slope_takes_time(void **state)
{
    (void)state;
    struct data d;
    fill(&d);
    for (int i = 0; i < N; i++)
        d.v[i] = 3 * d.x[i] + 1;
    struct func_window w = {d.t, d.v, d.x, N, d.scratch, {0}};
    assert_true(fabs(measure_func_run(FUNC_FIT_SLOPE, &w).value - 3) < 1e-12);
    assert_true(fabs(measure_func_run(FUNC_FIT_R2, &w).value - 1) < 1e-12);
    assert_true(fabs(measure_func_run(FUNC_SLOPE, &w).value - 300) < 1e-9);
}

static void moments_take_off_what_the_bench_adds(void **state)
{
    (void)state;
    struct data d;
    fill(&d);
    for (int i = 0; i < N; i++) {
        d.t[i] = -0.2 + i * 0.01;
        d.v[i] = d.t[i] < 0.02 ? 4 : 4 - 3 * (1 - exp(-(d.t[i] - 0.02) / 0.05));
    }
    struct func_window w = {d.t, d.v, NULL, N, d.scratch, {0}};
    assert_true(fabs(measure_func_run(FUNC_MEAN_TIME, &w).value - 0.07) < 2e-3);
    assert_true(fabs(measure_func_run(FUNC_DEAD_TIME, &w).value - 0.02) < 4e-3);
    assert_true(fabs(measure_func_run(FUNC_SPREAD_TIME, &w).value - 0.05) < 2e-3);
    double whole = measure_func_run(FUNC_MEAN_TIME, &w).value,
           dead = measure_func_run(FUNC_DEAD_TIME, &w).value;
    w.extra[0] = 0.02;
    assert_true(fabs(measure_func_run(FUNC_MEAN_TIME, &w).value - whole + 0.02) < 1e-12);
    assert_true(fabs(measure_func_run(FUNC_DEAD_TIME, &w).value - dead + 0.02) < 1e-12);
    w.extra[0] = 0.03; /* of squares, not of itself: 50 and 30 leave 40 */
    assert_true(fabs(measure_func_run(FUNC_SPREAD_TIME, &w).value - 0.04) < 2e-3);
    assert_true(measure_func_run(FUNC_MEAN_TIME, &w).random_u95 > 0);
    w.extra[0] = 0.2; /* a bench slower than all of it */
    assert_true(isnan(measure_func_run(FUNC_MEAN_TIME, &w).value));
    assert_true(isnan(measure_func_run(FUNC_SPREAD_TIME, &w).value));
    w.extra[0] = (double)NAN;
    assert_true(isnan(measure_func_run(FUNC_MEAN_TIME, &w).value));
}

static void activation_and_leads_come_from_resistances_over_temperature(void **state)
{
    (void)state;
    struct data d;
    fill(&d);
    for (int i = 0; i < N; i++) {
        d.x[i] = 973.15 + i * 1.5;
        d.v[i] = 271 * exp(9109 / d.x[i] - 9109 / 1053.15);
    }
    struct func_window w = {d.x, d.v, d.x, N, d.scratch, {0}};
    assert_true(fabs(measure_func_run(FUNC_FIT_ACTIVATION, &w).value - 9109) < 0.1);
    assert_true(fabs(measure_func_run(FUNC_FIT_ACTIVATION_R2, &w).value - 1) < 1e-9);
    assert_true(fabs(measure_func_run(FUNC_FIT_LEADS, &w).value) < 0.05);
    for (int i = 0; i < N; i++)
        d.v[i] += 29;
    assert_true(fabs(measure_func_run(FUNC_FIT_LEADS, &w).value - 29) < 0.05);
    assert_true(measure_func_run(FUNC_FIT_ACTIVATION, &w).value < 8900);
    d.v[3] = -1;
    assert_true(isnan(measure_func_run(FUNC_FIT_ACTIVATION, &w).value));
    w.x = NULL;
    assert_true(isnan(measure_func_run(FUNC_FIT_ACTIVATION, &w).value));
}

static void a_sweep_gives_limit_slope_resistance_and_onset(void **state)
{
    (void)state;
    struct data d;
    fill(&d);
    for (int i = 0; i < N; i++) { /* down: the order does not matter */
        d.x[i] = 0.9 - i * 0.01;
        double line = d.x[i] / 80, plateau = 2.5e-3 * (1 + 0.1 * (d.x[i] - 0.55));
        d.v[i] = line < plateau ? line : plateau;
    }
    struct func_window w = {d.x, d.v, d.x, N, d.scratch, {0.4, 0.7}};
    assert_true(fabs(measure_func_run(FUNC_VI_LIMIT, &w).value - 2.5e-3) < 1e-9);
    assert_true(fabs(measure_func_run(FUNC_VI_SLOPE, &w).value - 0.01) < 1e-9);
    assert_true(fabs(measure_func_run(FUNC_VI_INITIAL, &w).value - 80) < 1e-6);
    assert_true(fabs(measure_func_run(FUNC_VI_ONSET, &w).value -
                     2.5e-3 * (1 - 0.055) / (1 / 80.0 - 2.5e-4)) < 1e-6);
    w.extra[0] = 1;
    w.extra[1] = 2; /* no reading there */
    assert_true(isnan(measure_func_run(FUNC_VI_LIMIT, &w).value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_and_others_are_not),
        cmocka_unit_test(an_empty_window_has_no_result),
        cmocka_unit_test(one_value_that_is_no_number_spoils_every_function),
        cmocka_unit_test(the_mean_gets_better_with_the_root_of_n),
        cmocka_unit_test(the_median_leaves_the_window_as_it_was),
        cmocka_unit_test(rise_and_fall_know_the_direction),
        cmocka_unit_test(a_fit_takes_the_second_argument_and_slope_takes_time),
        cmocka_unit_test(moments_take_off_what_the_bench_adds),
        cmocka_unit_test(activation_and_leads_come_from_resistances_over_temperature),
        cmocka_unit_test(a_sweep_gives_limit_slope_resistance_and_onset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
