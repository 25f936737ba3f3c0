#include "tests/support/cmocka.h"

#include <math.h>

#include "analysis/lockin.h"
#include "core/bytes.h"
#include "core/rng.h"

enum { N = 4000 };

struct signal {
    double re, im, noise, drift, offset, f_Hz;
};

static void synthesise(const struct signal *s, struct rng *rng, double *drive, double *response)
{
    for (int i = 0; i < N; i++) {
        double t = i / 40000.0, w = 2 * M_PI * s->f_Hz;
        drive[i] = 2 + 0.42426 * cos(w * t);
        response[i] = s->offset + s->drift * t +
                      0.42426 * (s->re * cos(w * t) - s->im * sin(w * t)) +
                      s->noise * rng_gauss(rng);
    }
}

static void a_transfer_is_found_in_noise_with_its_stated_error(void **state)
{
    (void)state;
    const uint64_t seed = 99;
    static double drive[N], response[N];
    const struct signal s = {0.40, -0.15, 0.2, 30, 450, 1000}; /* U_N noise 0.2 mV rms */
    double sum = 0, squares = 0, se = 0;
    struct rng rng;
    struct lockin r;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int run = 0; run < 200; run++) {
        synthesise(&s, &rng, drive, response);
        const struct lockin_record record = {drive, response, N, 40000, s.f_Hz};
        assert_int_equal(lockin_find(&record, &r), RC_OK);
        assert_true(fabs(r.im - s.im) < 6 * r.se && fabs(r.drive_rms - 0.3) < 1e-4);
        sum += r.re - s.re;
        squares += (r.re - s.re) * (r.re - s.re);
        se = r.se;
    }
    double bias = sum / 200, sd = sqrt(squares / 200);
    print_message("figure: lock-in, R_c 0.40 ohm, 0.2 mV rms noise, 0.1 s: bias %+.4f, sd %.4f, "
                  "stated %.4f ohm\n",
                  bias, sd, se);
    assert_true(fabs(bias) < 3 * sd / sqrt(200) && sd / se > 0.85 && sd / se < 1.15);
}

static void without_noise_it_is_exact_for_any_record_length(void **state)
{
    (void)state;
    static double drive[N], response[N];
    const struct signal s = {-1.7, 0.6, 0, -200, 3, 777.7};
    struct rng rng;
    struct lockin r;
    double worst = 0;
    rng_seed(&rng, 1);
    synthesise(&s, &rng, drive, response);
    for (size_t n = 200; n <= N; n += 131) {
        const struct lockin_record record = {drive, response, n, 40000, s.f_Hz};
        assert_int_equal(lockin_find(&record, &r), RC_OK);
        double off = hypot(r.re - s.re, r.im - s.im);
        worst = off > worst ? off : worst;
    }
    print_message("figure: lock-in without noise: within %.1e ohm\n", worst);
    assert_true(worst < 1e-9);
}

static void what_holds_no_sine_is_refused(void **state)
{
    (void)state;
    static double drive[N], response[N];
    const struct signal s = {1, 0, 0, 0, 0, 1000};
    struct rng rng;
    struct lockin r = {.re = 5};
    rng_seed(&rng, 1);
    synthesise(&s, &rng, drive, response);
    const struct lockin_record bad[] = {
        {drive, response, 10, 40000, 1000},      {drive, response, N, 40000, 19000},
        {drive, response, N, 40000, 5},          {drive, response, N, 40000, (double)NAN},
        {drive, response, N, (double)NAN, 1000},
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(lockin_find(&bad[i], &r), RC_RANGE);
    const struct lockin_record record = {drive, response, N, 40000, 1000};
    response[77] = NAN;
    assert_int_equal(lockin_find(&record, &r), RC_RANGE);
    response[77] = 0;
    for (int i = 0; i < N; i++)
        drive[i] = rng_gauss(&rng);
    assert_int_equal(lockin_find(&record, &r), RC_RANGE);
    assert_true(r.re > 4.9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_transfer_is_found_in_noise_with_its_stated_error),
        cmocka_unit_test(without_noise_it_is_exact_for_any_record_length),
        cmocka_unit_test(what_holds_no_sine_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
