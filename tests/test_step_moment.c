/* Moments of step responses against closed forms. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <string.h>

#include "analysis/step_moment.h"
#include "analysis/step_response.h"
#include "core/bytes.h"
#include "core/rng.h"

enum { MOST = 4000 };

struct wave {
    double t[MOST], x[MOST];
    size_t n;
};

struct chain { /* dead time, then two first orders in series; one with tau2 0 */
    double dead, tau1, tau2;
};

static void assert_near(double a, double b, double within)
{
    if (!(fabs(a - b) <= within))
        fail_msg("%.12g is not %.12g within %.3g", a, b, within);
}

static double left_to_go(const struct chain *c, double t)
{
    double s = t - c->dead;
    if (s < 0)
        return 1;
    if (!(c->tau2 > 0))
        return exp(-s / c->tau1);
    if (fabs(c->tau1 - c->tau2) < 1e-12)
        return (1 + s / c->tau1) * exp(-s / c->tau1);
    return (c->tau1 * exp(-s / c->tau1) - c->tau2 * exp(-s / c->tau2)) / (c->tau1 - c->tau2);
}

static void make(struct wave *w, const struct chain *c, double from, double to, double rate_Hz)
{
    w->n = (size_t)(3 * rate_Hz);
    assert_true(w->n <= MOST);
    for (size_t i = 0; i < w->n; i++) {
        w->t[i] = -0.5 + ((double)i + 0.3) / rate_Hz;
        w->x[i] = to + (from - to) * left_to_go(c, w->t[i]);
    }
}

static const struct chain chains[] = {
    {0, 0.05, 0}, {0.02, 0.1, 0}, {0, 0.1, 0.04}, {0.028, 0.05, 0.05}, {0.052, 0.07, 0.02}};

static void moments_are_those_of_the_closed_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(chains); i++) {
        const struct chain *c = &chains[i];
        struct wave w;
        struct step_moment m;
        make(&w, c, 0.3, -0.2, 1000);
        assert_int_equal(step_moment_find(w.t, w.x, w.n, &m), RC_OK);
        double mean = c->dead + c->tau1 + c->tau2, var = c->tau1 * c->tau1 + c->tau2 * c->tau2;
        assert_near(m.mean_s, mean, 2e-4 + 1e-3 * mean);
        assert_near(m.variance_s2, var, 0.02 * var);
        assert_true(m.mean_u95_s > 0 && m.mean_u95_s < 2e-3);
    }
}

static void a_hundred_readings_a_second_are_enough(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(chains); i++) {
        const struct chain *c = &chains[i];
        struct wave w;
        struct step_moment m;
        make(&w, c, 1, 5, 100);
        assert_int_equal(step_moment_find(w.t, w.x, w.n, &m), RC_OK);
        assert_near(m.mean_s, c->dead + c->tau1 + c->tau2, m.mean_u95_s);
    }
}

static void the_dead_time_of_a_first_order_is_found(void **state)
{
    (void)state;
    static const struct chain first[] = {{0, 0.05, 0}, {0.02, 0.1, 0}, {0.15, 0.08, 0}};
    for (size_t i = 0; i < COUNT(first); i++) {
        struct wave w;
        struct step_moment m;
        make(&w, &first[i], -1, 1, 1000);
        assert_int_equal(step_moment_find(w.t, w.x, w.n, &m), RC_OK);
        assert_near(m.dead_s, first[i].dead, 1e-3);
        assert_near(m.dead_s, first[i].dead, m.dead_u95_s);
    }
    /* two equal first orders in series look like one behind a delay: t28 and t63 are at 1.052 and
     * 2.146 tau, 0.505 tau is left */
    struct wave w;
    struct step_moment m;
    make(&w, &(struct chain){0, 0.1, 0.1}, 0, 1, 1000);
    assert_int_equal(step_moment_find(w.t, w.x, w.n, &m), RC_OK);
    assert_near(m.dead_s, 0.1 * (1.5 * 1.05229 - 0.5 * 2.14619), 1e-3);
}

static void a_step_down_has_the_moments_of_the_step_up(void **state)
{
    (void)state;
    struct wave w;
    struct step_moment up, down;
    make(&w, &chains[3], -2, 7, 1000);
    assert_int_equal(step_moment_find(w.t, w.x, w.n, &up), RC_OK);
    make(&w, &chains[3], 7, -2, 1000);
    assert_int_equal(step_moment_find(w.t, w.x, w.n, &down), RC_OK);
    assert_near(up.mean_s, down.mean_s, 1e-12);
    assert_near(up.variance_s2, down.variance_s2, 1e-12);
    assert_near(up.dead_s, down.dead_s, 1e-12);
}

static void noise_moves_the_mean_no_more_than_it_says(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 11);
    unsigned outside = 0, refused = 0;
    double sum = 0, squares = 0;
    for (int run = 0; run < 400; run++) {
        struct wave w;
        struct step_moment m;
        make(&w, &(struct chain){0.03, 0.06, 0}, 0, 1, 100);
        for (size_t i = 0; i < w.n; i++)
            w.x[i] += 0.004 * rng_gauss(&rng);
        if (step_moment_find(w.t, w.x, w.n, &m) != RC_OK) {
            refused++;
            continue;
        }
        outside += !(fabs(m.mean_s - 0.09) <= m.mean_u95_s);
        sum += m.variance_s2;
        squares += m.mean_u95_s;
    }
    print_message("%u outside, %u refused, variance %.3g, U95 %.3g\n", outside, refused, sum / 400,
                  squares / 400);
    assert_true(outside <= 30); /* 5 % of 400 and some */
    assert_int_equal(refused, 0);
    assert_near(sum / 400, 0.0036, 0.0004);
    assert_true(squares / 400 < 0.008);
}

static void the_bench_comes_off_by_subtraction(void **state)
{
    (void)state;
    const struct chain bench = {0.04, 0.012, 0}, both = {0.04, 0.07, 0.012};
    struct wave w;
    struct step_moment front, total, own;
    make(&w, &bench, 0, 1, 1000);
    assert_int_equal(step_moment_find(w.t, w.x, w.n, &front), RC_OK);
    make(&w, &both, 0, 1, 1000);
    assert_int_equal(step_moment_find(w.t, w.x, w.n, &total), RC_OK);
    assert_int_equal(step_moment_deembed(&total, &front, &own), RC_OK);
    assert_near(own.mean_s, 0.07, 1e-3);
    assert_near(sqrt(own.variance_s2), 0.07, 2e-3);
    assert_true(own.mean_u95_s > total.mean_u95_s);
    /* what crossings would say, subtracted in squares, is far off */
    struct step_response r, f;
    make(&w, &both, 0, 1, 1000);
    assert_int_equal(step_response_find(w.t, w.x, w.n, &r), RC_OK);
    make(&w, &bench, 0, 1, 1000);
    assert_int_equal(step_response_find(w.t, w.x, w.n, &f), RC_OK);
    assert_true(fabs(sqrt(r.t63_s * r.t63_s - f.t63_s * f.t63_s) - 0.07) > 0.02);
    /* a pure delay, stated and not measured */
    const struct step_moment stated = {.mean_s = 0.052};
    assert_int_equal(step_moment_deembed(&total, &stated, &own), RC_OK);
    assert_near(own.mean_s, 0.07, 1e-3);
    assert_near(own.variance_s2, total.variance_s2, 0);
    assert_near(own.dead_s, total.dead_s - 0.052, 1e-12);
}

static void a_bench_slower_than_everything_is_refused(void **state)
{
    (void)state;
    const struct step_moment total = {0.1, 0.002, 0.0025, 0.05, 0.002};
    struct step_moment own = {.mean_s = 7}, bench = {.mean_s = 0.101};
    assert_int_equal(step_moment_deembed(&total, &bench, &own), RC_OK); /* within its uncertainty */
    bench.mean_s = 0.11;
    own.mean_s = 7;
    assert_int_equal(step_moment_deembed(&total, &bench, &own), RC_RANGE);
    assert_near(own.mean_s, 7, 0);
    bench.mean_s = (double)NAN;
    assert_int_equal(step_moment_deembed(&total, &bench, &own), RC_RANGE);
    bench.mean_s = -(double)INFINITY;
    assert_int_equal(step_moment_deembed(&total, &bench, &own), RC_RANGE);
    bench = (struct step_moment){.variance_s2 = (double)NAN};
    assert_int_equal(step_moment_deembed(&total, &bench, &own), RC_RANGE);
}

static void no_step_no_number_and_no_end_are_refused(void **state)
{
    (void)state;
    struct wave w;
    struct step_moment m;
    make(&w, &chains[0], 1, 1, 1000); /* no step */
    assert_int_equal(step_moment_find(w.t, w.x, w.n, &m), RC_RANGE);
    make(&w, &(struct chain){0, 0.5, 0}, 0, 1, 1000); /* 2.5 s of a time constant of 0.5 s */
    assert_int_equal(step_moment_find(w.t, w.x, w.n, &m), RC_RANGE);
    make(&w, &chains[0], 0, 1, 1000);
    for (size_t i = 0; i < w.n; i++) /* the level goes on after the step */
        w.x[i] += w.t[i] > 0 ? 0.07 * w.t[i] : 0;
    assert_int_equal(step_moment_find(w.t, w.x, w.n, &m), RC_RANGE);
    make(&w, &chains[0], 0, 1, 1000);
    for (size_t i = 0; i < w.n; i++) /* something comes after all, by less than the 5 % */
        w.x[i] += w.t[i] > 2.37 ? 0.04 : 0;
    assert_int_equal(step_moment_find(w.t, w.x, w.n, &m), RC_RANGE);
    make(&w, &chains[0], 0, 1, 1000);
    assert_int_equal(step_moment_find(w.t + 499, w.x + 499, w.n - 499, &m), RC_RANGE);
    assert_int_equal(step_moment_find(w.t + 498, w.x + 498, w.n - 498, &m), RC_OK);
    for (size_t at = 0; at < w.n; at += 37) {
        make(&w, &chains[0], 0, 1, 1000);
        w.x[at] = (double)NAN;
        assert_int_equal(step_moment_find(w.t, w.x, w.n, &m), RC_RANGE);
        make(&w, &chains[0], 0, 1, 1000);
        w.t[at] = (double)NAN;
        assert_int_equal(step_moment_find(w.t, w.x, w.n, &m), RC_RANGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_those_of_the_closed_forms),
        cmocka_unit_test(a_hundred_readings_a_second_are_enough),
        cmocka_unit_test(the_dead_time_of_a_first_order_is_found),
        cmocka_unit_test(a_step_down_has_the_moments_of_the_step_up),
        cmocka_unit_test(noise_moves_the_mean_no_more_than_it_says),
        cmocka_unit_test(the_bench_comes_off_by_subtraction),
        cmocka_unit_test(a_bench_slower_than_everything_is_refused),
        cmocka_unit_test(no_step_no_number_and_no_end_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
