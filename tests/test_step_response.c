/* Response times against responses whose times are known. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/basic.h"
#include "analysis/fit.h"
#include "analysis/step_response.h"
#include "core/bytes.h"
#include "core/num.h"
#include "core/rng.h"

enum { SAMPLES = 1200 };

struct wave {
    double t[SAMPLES], x[SAMPLES];
};

static void assert_near(double a, double b, double within)
{
    if (!(fabs(a - b) <= within))
        fail_msg("%.12g is not %.12g within %.3g", a, b, within);
}

/* 1 kHz from -0.2 s; first order with a dead time. */
static void make(struct wave *w, double from, double to, double tau, double dead)
{
    for (int i = 0; i < SAMPLES; i++) {
        w->t[i] = -0.2 + i * 1e-3;
        double since = w->t[i] - dead;
        w->x[i] = since < 0 ? from : from + (to - from) * (1 - exp(-since / tau));
    }
}

static void a_first_order_response_has_its_times(void **state)
{
    (void)state;
    static const struct {
        double from, to, tau, dead;
    } cases[] = {{0, 1, 0.05, 0},
                 {0.9, -0.9, 0.05, 0.02},
                 {450, 200, 0.008, 0.003},
                 {-1e-3, 1e-3, 0.1, 0.0405}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct wave w;
        struct step_response r;
        make(&w, cases[i].from, cases[i].to, cases[i].tau, cases[i].dead);
        assert_int_equal(step_response_find(w.t, w.x, SAMPLES, &r), RC_OK);
        /* the end of the window is not quite the final value, and 1 ms is not quite a straight line
         */
        double within = 3e-5 + 0.002 * cases[i].tau;
        assert_near(r.t63_s, cases[i].dead + cases[i].tau, within);
        assert_near(r.t90_s, cases[i].dead + cases[i].tau * log(10), 5 * within);
        assert_near(r.t10_s, cases[i].dead + cases[i].tau * log(1 / 0.9), within);
        assert_int_equal(r.rising, cases[i].to > cases[i].from);
        assert_true(r.t63_u95_s > 0 && r.t63_u95_s < 1.5e-3);
    }
}

static void the_crossing_is_interpolated_between_samples(void **state)
{
    (void)state;
    struct wave w;
    struct step_response r;
    /* a straight rise from 0 at t = 0 to 1 at t = 0.1 s, seen every 10 ms: exact on a line */
    for (int i = 0; i < 100; i++) {
        w.t[i] = -0.1 + i * 0.01;
        w.x[i] = w.t[i] < 0 ? 0 : w.t[i] < 0.1 ? w.t[i] * 10 : 1;
    }
    assert_int_equal(step_response_find(w.t, w.x, 100, &r), RC_OK);
    assert_near(r.t10_s, 0.01, 1e-12);
    assert_near(r.t63_s, 0.1 * (1 - exp(-1)), 1e-12);
    assert_near(r.t90_s, 0.09, 1e-12);
}

static void noise_moves_the_times_no_more_than_it_says(void **state)
{
    (void)state;
    int64_t seed = 7;
    const char *env = getenv("SEED");
    if (env)
        assert_int_equal(num_parse_int(span_text(env), 0, INT64_MAX, &seed), RC_OK);
    print_message("seed %lld\n", (long long)seed);
    struct rng rng;
    rng_seed(&rng, (uint64_t)seed);
    unsigned outside = 0;
    for (int run = 0; run < 300; run++) {
        struct wave w;
        struct step_response r;
        make(&w, 0, 1, 0.05, 0.01);
        for (int i = 0; i < SAMPLES; i++)
            w.x[i] += 0.005 * rng_gauss(&rng);
        assert_int_equal(step_response_find(w.t, w.x, SAMPLES, &r), RC_OK);
        assert_near(r.noise, 0.005, 0.001);
        outside += fabs(r.t63_s - 0.06) > r.t63_u95_s;
    }
    /* 5 % are allowed; the rule "stays beyond" makes noisy crossings a little late */
    assert_true(outside < 45);
}

static void what_is_no_step_has_no_times(void **state)
{
    (void)state;
    struct wave w;
    struct step_response r = {.t63_s = 42};
    make(&w, 1, 1, 0.05, 0);
    assert_int_equal(step_response_find(w.t, w.x, SAMPLES, &r), RC_RANGE);
    make(&w, 0, 1, 0.05, 0);
    assert_int_equal(step_response_find(w.t, w.x, 7, &r), RC_RANGE);
    assert_int_equal(step_response_find(w.t, w.x, 150, &r), RC_RANGE); /* ends before the step */
    for (int bad = 0; bad < SAMPLES; bad += 57) {
        make(&w, 0, 1, 0.05, 0);
        w.x[bad] = (double)NAN;
        assert_int_equal(step_response_find(w.t, w.x, SAMPLES, &r), RC_RANGE);
    }
    struct rng rng;
    rng_seed(&rng, 3);
    for (int i = 0; i < SAMPLES; i++)
        w.x[i] = rng_gauss(&rng) + (w.t[i] > 0 ? 2 : 0);
    assert_int_equal(step_response_find(w.t, w.x, SAMPLES, &r), RC_RANGE);
    assert_true(r.t63_s == 42); /* untouched */
}

static void basic_numbers_are_right(void **state)
{
    (void)state;
    double x[] = {2, 4, 4, 4, 5, 5, 7, 9}, t[] = {0, 1, 2, 3, 4, 5, 6, 7}, lo, hi;
    assert_near(basic_mean(x, 8), 5, 0);
    assert_near(basic_sd(x, 8), sqrt(32.0 / 7), 1e-15);
    assert_near(basic_rms(x, 8), sqrt(232.0 / 8), 1e-15);
    assert_near(basic_integral(t, x, 8), 34.5, 1e-12);
    basic_extremes(x, 8, &lo, &hi);
    assert_true(lo == 2 && hi == 9);
    assert_near(basic_median(x, 8), 4.5, 0);
    assert_near(basic_median(x, 7), basic_median(x, 7), 0);
    double flat[] = {0.1, 0.1, 0.1};
    assert_true(basic_mean(flat, 3) == 0.1 && basic_sd(flat, 3) == 0);
    flat[1] = (double)NAN;
    assert_true(isnan(basic_mean(flat, 3)) && isnan(basic_sd(flat, 3)) &&
                isnan(basic_median(flat, 3)) && isnan(basic_mean(flat, 0)) &&
                isnan(basic_sd(flat, 1)));
}

/* A ramp of 40 times the noise, with a step in the middle: the noise stays what it is. */
static void noise_is_what_scatters_not_what_moves(void **state)
{
    enum { N = 2000 };
    static double still[N], moving[N], scratch[N];
    struct rng rng;
    (void)state;
    rng_seed(&rng, 5);
    for (int i = 0; i < N; i++) {
        still[i] = 0.3 * rng_gauss(&rng);
        moving[i] = still[i] + 0.006 * i + (i > N / 2 ? 100 : 0);
    }
    assert_near(basic_noise(still, N, scratch), basic_sd(still, N), 0.02);
    assert_near(basic_noise(moving, N, scratch), basic_sd(still, N), 0.02);
    assert_true(basic_sd(moving, N) > 50);
    assert_true(isnan(basic_noise(still, 2, scratch)));
    still[7] = (double)NAN;
    assert_true(isnan(basic_noise(still, N, scratch)));
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void the_median_is_the_middle_of_the_sorted(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 11);
    for (int run = 0; run < 2000; run++) {
        double x[64], sorted[64];
        size_t n = 1 + rng_below(&rng, 64);
        for (size_t i = 0; i < n; i++)
            x[i] = sorted[i] = (double)rng_below(&rng, run % 2 ? 5 : 1000);
        qsort(sorted, n, sizeof *sorted, ascending);
        double middle = n % 2 ? sorted[n / 2] : (sorted[n / 2] + sorted[n / 2 - 1]) / 2;
        assert_near(basic_median(x, n), middle, 0);
    }
}

static void a_line_is_found_and_its_error_told(void **state)
{
    (void)state;
    /* Anscombe's first set: slope 0.5001, offset 3.0001, r2 0.6665, standard error 0.1179 */
    static const double x[] = {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
    static const double y[] = {8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68};
    struct fit_line line;
    assert_int_equal(fit_line_find(x, y, 11, &line), RC_OK);
    assert_near(line.slope, 0.5000909, 1e-7);
    assert_near(line.offset, 3.0000909, 1e-7);
    assert_near(line.r2, 0.6665425, 1e-7);
    assert_near(line.slope_se, 0.1179055, 1e-7);
    assert_near(line.offset_se, 1.1247468, 1e-7);
    assert_near(line.worst, 1.9212727, 1e-7); /* at x = 13 */
    assert_int_equal(fit_line_find(x, y, 1, &line), RC_RANGE);
    static const double same[] = {3, 3, 3};
    assert_int_equal(fit_line_find(same, y, 3, &line), RC_RANGE);
    static const double bad[] = {1, (double)NAN, 3};
    assert_int_equal(fit_line_find(x, bad, 3, &line), RC_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_order_response_has_its_times),
        cmocka_unit_test(the_crossing_is_interpolated_between_samples),
        cmocka_unit_test(noise_moves_the_times_no_more_than_it_says),
        cmocka_unit_test(what_is_no_step_has_no_times),
        cmocka_unit_test(basic_numbers_are_right),
        cmocka_unit_test(noise_is_what_scatters_not_what_moves),
        cmocka_unit_test(the_median_is_the_middle_of_the_sorted),
        cmocka_unit_test(a_line_is_found_and_its_error_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
