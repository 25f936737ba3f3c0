#include "tests/support/cmocka.h"

#include <math.h>

#include "core/bytes.h"
#include "core/rng.h"

static void seeding_is_splitmix64(void **state)
{
    (void)state;
    /* The reference outputs of splitmix64 for the seed 1234567. */
    static const uint64_t expected[] = {6457827717110365317u, 3203168211198807973u,
                                        9817491932198370423u, 4593380528125082431u};
    struct rng rng;
    rng_seed(&rng, 1234567);
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_true(rng.s[i] == expected[i]);
}

static void the_stream_is_xoshiro256_starstar(void **state)
{
    (void)state;
    /* The reference outputs for the state {1, 2, 3, 4}. */
    static const uint64_t expected[] = {
        11520u,
        0u,
        1509978240u,
        1215971899390074240u,
        1216172134540287360u,
        607988272756665600u,
        16172922978634559625u,
        8476171486693032832u,
        10595114339597558777u,
        2904607092377533576u,
    };
    struct rng rng = {.s = {1, 2, 3, 4}};
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_true(rng_u64(&rng) == expected[i]);
}

static void the_same_seed_gives_the_same_stream_of_every_kind(void **state)
{
    (void)state;
    struct rng a, b;
    rng_seed(&a, 42);
    rng_seed(&b, 42);
    for (int i = 0; i < 1000; i++) {
        assert_true(rng_u64(&a) == rng_u64(&b));
        assert_true(rng_gauss(&a) == rng_gauss(&b));
        assert_true(rng_below(&a, 7) == rng_below(&b, 7));
    }
}

static void streams_of_other_names_or_indices_differ(void **state)
{
    (void)state;
    struct rng base, same, name, index, seed;
    rng_seed_named(&base, 1, "noise", 0);
    rng_seed_named(&same, 1, "noise", 0);
    rng_seed_named(&name, 1, "noisf", 0);
    rng_seed_named(&index, 1, "noise", 1);
    rng_seed_named(&seed, 2, "noise", 0);
    int equal = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t x = rng_u64(&base);
        assert_true(x == rng_u64(&same));
        equal += (x == rng_u64(&name)) + (x == rng_u64(&index)) + (x == rng_u64(&seed));
    }
    assert_int_equal(equal, 0);
}

static void uniform_numbers_fill_the_unit_interval_evenly(void **state)
{
    (void)state;
    enum { BINS = 20, N = 200000 };
    int bins[BINS] = {0};
    struct rng rng;
    rng_seed(&rng, 7);
    for (int i = 0; i < N; i++) {
        double x = rng_uniform(&rng);
        assert_true(x >= 0 && x < 1);
        bins[(int)(x * BINS)]++;
    }
    double chi2 = 0, expected = (double)N / BINS;
    for (int i = 0; i < BINS; i++)
        chi2 += (bins[i] - expected) * (bins[i] - expected) / expected;
    assert_true(chi2 < 43.8); /* 19 degrees of freedom, p = 0.001 */
}

static void gaussian_numbers_have_the_moments_of_one(void **state)
{
    (void)state;
    enum { N = 400000 };
    double sum = 0, sum2 = 0, sum4 = 0;
    int beyond_2 = 0;
    struct rng rng;
    rng_seed(&rng, 8);
    for (int i = 0; i < N; i++) {
        double x = rng_gauss(&rng);
        sum += x;
        sum2 += x * x;
        sum4 += x * x * x * x;
        beyond_2 += fabs(x) > 2;
    }
    assert_true(fabs(sum / N) < 0.006);      /* 4 sd of the mean */
    assert_true(fabs(sum2 / N - 1) < 0.009); /* 4 sd of the variance */
    assert_true(fabs(sum4 / N - 3) < 0.07);
    assert_true(fabs((double)beyond_2 / N - 0.0455) < 0.0015);
}

static void the_own_logarithm_agrees_with_that_of_the_library(void **state)
{
    (void)state;
    /* Rebuild the polar method with log() from the same stream; equal but for the last bits. */
    struct rng a, b;
    rng_seed(&a, 99);
    rng_seed(&b, 99);
    for (int i = 0; i < 20000; i++) {
        double u, v, s;
        do {
            u = 2 * rng_uniform(&b) - 1;
            v = 2 * rng_uniform(&b) - 1;
            s = u * u + v * v;
        } while (!(s > 0 && s < 1));
        double f = sqrt(-2 * log(s) / s);
        assert_true(fabs(rng_gauss(&a) - u * f) <= 1e-15 * fabs(u * f));
        assert_true(fabs(rng_gauss(&a) - v * f) <= 1e-15 * fabs(v * f));
    }
}

static void below_stays_below_and_reaches_every_value(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 3);
    int seen[6] = {0};
    for (int i = 0; i < 6000; i++) {
        uint64_t x = rng_below(&rng, 6);
        assert_true(x < 6);
        seen[x]++;
    }
    for (int i = 0; i < 6; i++)
        assert_in_range(seen[i], 850, 1150);
    assert_true(rng_below(&rng, 1) == 0);
    uint64_t large = (UINT64_C(1) << 63) + 1;
    for (int i = 0; i < 100; i++)
        assert_true(rng_below(&rng, large) < large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeding_is_splitmix64),
        cmocka_unit_test(the_stream_is_xoshiro256_starstar),
        cmocka_unit_test(the_same_seed_gives_the_same_stream_of_every_kind),
        cmocka_unit_test(streams_of_other_names_or_indices_differ),
        cmocka_unit_test(uniform_numbers_fill_the_unit_interval_evenly),
        cmocka_unit_test(gaussian_numbers_have_the_moments_of_one),
        cmocka_unit_test(the_own_logarithm_agrees_with_that_of_the_library),
        cmocka_unit_test(below_stays_below_and_reaches_every_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
