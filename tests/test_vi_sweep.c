#include "tests/support/cmocka.h"

#include <math.h>

#include "analysis/vi_sweep.h"
#include "core/rng.h"

enum { N = 201 };

static const struct vi_sweep_window lean = {0.4, 0.7, -0.05, 0.05};

/* Initial line, a smooth knee, a tilted plateau, electrolysis from `rise_V`. */
static double curve_mA(double u_V, double limit_mA, double ohm, double slope, double rise_V)
{
    double line = 1000 * u_V / ohm;
    double plateau = limit_mA * (1 + slope * (u_V - 0.55));
    double soft = 0.02 * limit_mA; /* smooth minimum */
    double both = -soft * log(exp(-line / soft) + exp(-plateau / soft));
    return both + (u_V > rise_V ? 20 * (u_V - rise_V) : 0);
}

static void a_noisy_sweep_gives_back_what_made_it(void **state)
{
    (void)state;
    const uint64_t seed = 7;
    double u_V[N], i_mA[N], worst_limit = 0, worst_slope = 0, worst_ohm = 0, worst_onset = 0;
    struct rng rng;
    struct vi_sweep r;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int run = 0; run < 100; run++) {
        for (int i = 0; i < N; i++) {
            u_V[i] = -0.1 + 0.005 * i;
            i_mA[i] = curve_mA(u_V[i], 2.5, 80, 0.1, 2) + 0.001 * rng_gauss(&rng);
        }
        assert_int_equal(vi_sweep_find(u_V, i_mA, N, &lean, &r), RC_OK);
        worst_limit = fmax(worst_limit, fabs(r.limit_mA - 2.5));
        worst_slope = fmax(worst_slope, fabs(r.slope_pct_100mV - 1));
        worst_ohm = fmax(worst_ohm, fabs(r.initial_ohm - 80));
        worst_onset = fmax(worst_onset, fabs(r.onset_V - 2.5 * (1 - 0.055) / (12.5 - 0.25)));
        assert_true(isnan(r.rise_V) && r.noise_mA > 7e-4 && r.noise_mA < 1.4e-3);
    }
    print_message(
        "figure: V-I with 1 uA noise: limit within %.2f uA, slope %.3f %%/100 mV, initial "
        "%.2f ohm, onset %.1f mV\n",
        1000 * worst_limit, worst_slope, worst_ohm, 1000 * worst_onset);
    assert_true(worst_limit < 0.001 && worst_slope < 0.08 && worst_ohm < 1.5 &&
                worst_onset < 0.005);
}

static void the_second_rise_is_found_where_it_begins(void **state)
{
    (void)state;
    double u_V[N], i_mA[N];
    struct vi_sweep r;
    for (int i = 0; i < N; i++) {
        u_V[i] = -0.1 + 0.006 * i;
        i_mA[i] = curve_mA(u_V[i], 1, 100, 0, 0.8);
    }
    assert_int_equal(vi_sweep_find(u_V, i_mA, N, &lean, &r), RC_OK);
    print_message("figure: electrolysis from 0.800 V: +5 %% found at %.3f V\n", r.rise_V);
    assert_true(r.rise_V > 0.800 && r.rise_V < 0.810);
}

static void a_rich_sweep_is_read_on_its_negative_side(void **state)
{
    (void)state;
    double u_V[N], i_mA[N];
    struct vi_sweep r;
    const struct vi_sweep_window rich = {-0.7, -0.4, -0.05, 0.05};
    for (int i = 0; i < N; i++) {
        u_V[i] = -1 + 0.006 * i;
        i_mA[i] = -curve_mA(-u_V[i], 0.4, 300, 0, 0.85);
    }
    assert_int_equal(vi_sweep_find(u_V, i_mA, N, &rich, &r), RC_OK);
    assert_true(fabs(r.limit_mA + 0.4) < 1e-3 && fabs(r.initial_ohm - 300) < 2);
    assert_true(r.rise_V < -0.849 && r.rise_V > -0.865 && fabs(r.onset_V + 0.12) < 0.002);
}

static void a_curve_without_plateau_is_refused(void **state)
{
    (void)state;
    double u_V[N], i_mA[N];
    struct vi_sweep r = {.limit_mA = 3};
    struct rng rng;
    rng_seed(&rng, 2);
    for (int i = 0; i < N; i++) {
        u_V[i] = -0.1 + 0.005 * i;
        i_mA[i] = 0.001 * rng_gauss(&rng);
    }
    assert_int_equal(vi_sweep_find(u_V, i_mA, N, &lean, &r), RC_RANGE);
    for (int i = 0; i < N; i++)
        i_mA[i] = curve_mA(u_V[i], 2.5, 80, 0, 2);
    assert_int_equal(vi_sweep_find(u_V, i_mA, 80, &lean, &r), RC_RANGE); /* ends before it */
    i_mA[50] = NAN;
    assert_int_equal(vi_sweep_find(u_V, i_mA, N, &lean, &r), RC_RANGE);
    i_mA[50] = 0;
    u_V[60] = u_V[59];
    assert_int_equal(vi_sweep_find(u_V, i_mA, N, &lean, &r), RC_RANGE);
    assert_true(r.limit_mA > 2.9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_noisy_sweep_gives_back_what_made_it),
        cmocka_unit_test(the_second_rise_is_found_where_it_begins),
        cmocka_unit_test(a_rich_sweep_is_read_on_its_negative_side),
        cmocka_unit_test(a_curve_without_plateau_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
