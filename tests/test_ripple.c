/* Ripple: a sine on a slow signal comes back, drift does not count, noise does not grow with time.
 */
#include "tests/support/cmocka.h"

#include <math.h>

#include "analysis/ripple.h"
#include "core/rng.h"

enum { N = 6000 };
static const double RATE_Hz = 100;

struct wave {
    double t[N], x[N];
};

static void fill(struct wave *w, double drift, double pp, double f_Hz)
{
    for (int i = 0; i < N; i++) {
        w->t[i] = i / RATE_Hz;
        w->x[i] = -20 + drift * w->t[i] + pp / 2 * sin(6.283185307179586 * f_Hz * w->t[i]);
    }
}

static void a_sine_comes_back_from_a_ramp(void **state)
{
    (void)state;
    struct wave w;
    for (int f_Hz = 2; f_Hz <= 45; f_Hz++) {
        fill(&w, 0.5, 8, f_Hz);
        if (!(fabs(ripple_pp(w.t, w.x, N) - 8) < 0.25))
            fail_msg("%d Hz: %g", f_Hz, ripple_pp(w.t, w.x, N));
    }
}

static void drift_is_no_ripple(void **state)
{
    (void)state;
    struct wave w;
    fill(&w, 0.5, 0, 1);
    assert_true(ripple_pp(w.t, w.x, N) < 0.01); /* 0.005 in a sample period */
    fill(&w, 0.5, 8, 0.05);
    assert_true(ripple_pp(w.t, w.x, N) < 0.05);
}

static void noise_does_not_grow_with_the_time(void **state)
{
    (void)state;
    struct rng rng;
    const uint64_t seed = 11;
    rng_seed_named(&rng, seed, "ripple", 0);
    struct wave w;
    fill(&w, 0, 0, 1);
    for (int i = 0; i < N; i++)
        w.x[i] += rng_gauss(&rng);
    double minute = ripple_pp(w.t, w.x, N), seconds = ripple_pp(w.t, w.x, 400);
    print_message("seed %d: 60 s %.3f, 4 s %.3f\n", (int)seed, minute, seconds);
    assert_true(fabs(minute / 2.828 - 1) < 0.05);
    assert_true(fabs(seconds / 2.828 - 1) < 0.2);
}

static void what_is_short_sparse_or_no_number_has_none(void **state)
{
    (void)state;
    struct wave w;
    fill(&w, 0, 8, 10);
    assert_true(isnan(ripple_pp(w.t, w.x, 0)));
    assert_true(isnan(ripple_pp(w.t, w.x, 1)));
    assert_true(isnan(ripple_pp(w.t, w.x, 150)));
    assert_true(fabs(ripple_pp(w.t, w.x, 201) - 8) < 0.5);
    for (int i = 0; i < 600; i++)
        w.t[i] = i * 0.2;
    assert_true(isnan(ripple_pp(w.t, w.x, 600)));
    fill(&w, 0, 8, 10);
    w.x[3000] = (double)INFINITY;
    assert_true(isnan(ripple_pp(w.t, w.x, N)));
    w.x[3000] = (double)NAN;
    assert_true(isnan(ripple_pp(w.t, w.x, N)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sine_comes_back_from_a_ramp),
        cmocka_unit_test(drift_is_no_ripple),
        cmocka_unit_test(noise_does_not_grow_with_the_time),
        cmocka_unit_test(what_is_short_sparse_or_no_number_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
