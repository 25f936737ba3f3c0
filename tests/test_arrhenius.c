#include "tests/support/cmocka.h"

#include <math.h>

#include "analysis/arrhenius.h"
#include "core/rng.h"

enum { N = 12 };

static void activation_energy_and_leads_are_found_in_noise(void **state)
{
    (void)state;
    const uint64_t seed = 31;
    const struct arrhenius truth = {.rs_ohm = 29.06, .a = -3.0512, .b_K = 9109};
    double T_K[N], ohm[N], plain[N], sum = 0, squares = 0, worst_rs = 0, line = 0, se = 0;
    struct arrhenius fit;
    struct rng rng;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int run = 0; run < 100; run++) {
        for (int i = 0; i < N; i++) {
            T_K[i] = 873.15 + 25 * i;
            double noise = 1 + 0.003 * rng_gauss(&rng); /* R_N 0.3 % */
            ohm[i] = arrhenius_ohm(&truth, T_K[i]) * noise;
            plain[i] = (arrhenius_ohm(&truth, T_K[i]) - truth.rs_ohm) * noise;
        }
        assert_int_equal(arrhenius_fit_offset(T_K, ohm, N, &fit), RC_OK);
        sum += fit.ea_eV - 0.78496;
        worst_rs = fmax(worst_rs, fabs(fit.rs_ohm - truth.rs_ohm));
        assert_int_equal(arrhenius_fit(T_K, plain, N, &fit), RC_OK);
        squares += (fit.ea_eV - 0.78496) * (fit.ea_eV - 0.78496);
        line = fmax(line, fabs(fit.ea_eV - 0.78496));
        se = fit.ea_se_eV;
    }
    print_message("figure: Ea 0.785 eV, 0.3 %% noise, 12 points: with leads mean off %.4f eV, Rs "
                  "within %.1f ohm; without leads within %.4f, sd %.4f, stated %.4f eV\n",
                  sum / 100, worst_rs, line, sqrt(squares / 100), se);
    assert_true(fabs(sum / 100) < 0.003 && worst_rs < 12 && line < 0.006);
    assert_true(sqrt(squares / 100) / se > 0.5 && sqrt(squares / 100) / se < 2);
}

static void without_noise_both_forms_are_exact(void **state)
{
    (void)state;
    const struct arrhenius truth = {.rs_ohm = 35.4, .a = -4.1078, .b_K = 10268};
    double T_K[N], ohm[N];
    struct arrhenius fit;
    for (int i = 0; i < N; i++) {
        T_K[i] = 850 + 35 * i;
        ohm[i] = arrhenius_ohm(&truth, T_K[i]);
    }
    assert_int_equal(arrhenius_fit_offset(T_K, ohm, N, &fit), RC_OK);
    print_message("figure: exact data: b within %.2e K, Rs within %.1e ohm\n",
                  fabs(fit.b_K - 10268), fabs(fit.rs_ohm - 35.4));
    assert_true(fabs(fit.b_K - 10268) < 0.5 && fabs(fit.rs_ohm - 35.4) < 0.01);
    assert_true(fit.worst_rel < 1e-5 && isnan(fit.ea_se_eV));
    for (int i = 0; i < N; i++)
        ohm[i] -= truth.rs_ohm;
    assert_int_equal(arrhenius_fit(T_K, ohm, N, &fit), RC_OK);
    assert_true(fabs(fit.b_K - 10268) < 1e-6 && fabs(fit.a + 4.1078) < 1e-9);
}

/* A metallic lead rises with temperature: its apparent energy is negative, and there is no fit with
 * an activated part. */
static void a_metal_is_not_taken_for_an_electrolyte(void **state)
{
    (void)state;
    double T_K[N], ohm[N];
    struct arrhenius fit;
    for (int i = 0; i < N; i++) {
        T_K[i] = 900 + 20 * i;
        ohm[i] = 1 + 3e-3 * (T_K[i] - 293);
    }
    assert_int_equal(arrhenius_fit(T_K, ohm, N, &fit), RC_OK);
    assert_true(fit.ea_eV < 0);
    assert_int_equal(arrhenius_fit_offset(T_K, ohm, N, &fit), RC_RANGE);
}

static void too_few_or_impossible_points_are_refused(void **state)
{
    (void)state;
    double T_K[4] = {900, 950, 1000, 1050}, ohm[4] = {400, 300, 200, 150};
    struct arrhenius fit = {.a = 9};
    assert_int_equal(arrhenius_fit(T_K, ohm, 2, &fit), RC_RANGE);
    assert_int_equal(arrhenius_fit_offset(T_K, ohm, 3, &fit), RC_RANGE);
    ohm[2] = -1;
    assert_int_equal(arrhenius_fit(T_K, ohm, 4, &fit), RC_RANGE);
    ohm[2] = NAN;
    assert_int_equal(arrhenius_fit_offset(T_K, ohm, 4, &fit), RC_RANGE);
    ohm[2] = 200;
    T_K[0] = T_K[1] = T_K[2] = T_K[3] = 900;
    assert_int_equal(arrhenius_fit(T_K, ohm, 4, &fit), RC_RANGE);
    assert_true(fit.a > 8.9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activation_energy_and_leads_are_found_in_noise),
        cmocka_unit_test(without_noise_both_forms_are_exact),
        cmocka_unit_test(a_metal_is_not_taken_for_an_electrolyte),
        cmocka_unit_test(too_few_or_impossible_points_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
