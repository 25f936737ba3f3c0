#include "tests/support/cmocka.h"

#include <math.h>

#include "twin/impedance.h"

static const double T780_K = 1053.15;

static struct impedance cell(double T_K)
{
    struct impedance z;
    impedance_of_cell(&nernst_path_lsu49, &nernst_wiring_good, T_K, &z);
    return z;
}

static void the_high_frequency_end_is_the_published_resistance(void **state)
{
    (void)state;
    struct impedance z = cell(T780_K);
    struct impedance_point at3k = impedance_at(&z, 3000), at1 = impedance_at(&z, 0.01);
    print_message(
        "figure: Nernst cell 780 degC: HF %.1f ohm, at 3 kHz %.1f %+.1fj, at 10 mHz %.1f\n",
        impedance_hf_ohm(&z), at3k.re_ohm, at3k.im_ohm, at1.re_ohm);
    assert_true(fabs(impedance_hf_ohm(&z) - 299) < 0.5);
    assert_true(fabs(at3k.re_ohm - 300) < 4 && at3k.im_ohm < 0 && at3k.im_ohm > -8);
    assert_true(fabs(at1.re_ohm - 359) < 1);
}

static void one_relaxation_with_n_1_is_a_half_circle(void **state)
{
    (void)state;
    struct impedance z = {.ct_ohm = 60, .dl_uF = 20, .ct_n = 1};
    double worst = 0;
    for (double f = 0.1; f < 1e5; f *= 1.5) {
        struct impedance_point p = impedance_at(&z, f);
        double off = fabs(hypot(p.re_ohm - 30, p.im_ohm) - 30);
        worst = off > worst ? off : worst;
    }
    struct impedance_point top = impedance_at(&z, 1 / (2 * M_PI * 60 * 20e-6));
    print_message("figure: half circle within %.1e ohm\n", worst);
    assert_true(worst < 1e-9 && fabs(top.im_ohm + 30) < 1e-9 && fabs(top.re_ohm - 30) < 1e-9);
}

static void inductance_and_diffusion_have_their_known_form(void **state)
{
    (void)state;
    struct impedance z = {.inductance_uH = 5, .bulk_n = 1, .gb_n = 1, .ct_n = 1};
    assert_true(fabs(impedance_at(&z, 1e4).im_ohm - 2 * M_PI * 1e4 * 5e-6) < 1e-12);
    /* a layer of 200 ohm and 30 ms, no double layer: a Warburg line when fast, a resistance when
     * slow */
    z = (struct impedance){.ct_ohm = 60, .ct_n = 1, .diffusion_ohm = 200, .diffusion_s = 0.03};
    struct impedance_point fast = impedance_at(&z, 500), slow = impedance_at(&z, 1e-3);
    double line_ohm = 200 / sqrt(2 * M_PI * 500 * 0.03);
    assert_true(fabs(fast.re_ohm - 60 - line_ohm * M_SQRT1_2) < 1e-3);
    assert_true(fabs(fast.im_ohm + line_ohm * M_SQRT1_2) < 1e-3);
    assert_true(fabs(slow.re_ohm - 260) < 1e-3 && fabs(slow.im_ohm) < 0.02);
    /* a third of w t in the reactance at the slow end: tanh x / x = 1 - x^2/3 */
    assert_true(fabs(slow.im_ohm / (-200 * 2 * M_PI * 1e-3 * 0.03 / 3) - 1) < 1e-3);
    z.diffusion_ohm = 1e12; /* nothing comes through it: the store alone */
    z.store_mF = 0.2;
    struct impedance_point store = impedance_at(&z, 5);
    assert_true(fabs(store.re_ohm - 60) < 1e-3);
    assert_true(fabs(store.im_ohm + 1 / (2 * M_PI * 5 * 0.2e-3)) < 1e-2);
}

static void the_double_layer_hides_the_gas_from_1_kHz_on(void **state)
{
    (void)state;
    struct impedance z = cell(T780_K), with = z, blocked = z;
    with.diffusion_ohm = 210; /* 1 % of oxygen in the cavity */
    with.diffusion_s = 0.03;
    with.store_mF = 0.19;
    blocked.diffusion_ohm = 2e6; /* 1 ppm */
    blocked.diffusion_s = 0.03;
    double off = impedance_at(&with, 1000).re_ohm - impedance_at(&z, 1000).re_ohm;
    double off4 = impedance_at(&with, 4000).re_ohm - impedance_at(&z, 4000).re_ohm;
    double missing = impedance_at(&blocked, 1000).re_ohm - impedance_at(&z, 1000).re_ohm;
    double low = impedance_at(&with, 1).re_ohm - impedance_at(&z, 1).re_ohm;
    print_message(
        "figure: gas of 1 %% O2: %+.3f ohm at 4 kHz, %+.3f at 1 kHz, %+.1f at 1 Hz; 1 ppm: "
        "%+.2f at 1 kHz\n",
        off4, off, low, missing);
    assert_true(fabs(off) < 0.1 && fabs(off4) < 0.01 && fabs(missing) < 2);
    assert_true(low > 150 && low < 210);
}

static void leads_are_not_activated_and_the_electrolyte_is(void **state)
{
    (void)state;
    struct nernst_wiring wiring = nernst_wiring_good;
    struct impedance cold = cell(973.15), hot = cell(T780_K), bad;
    wiring.lead_ohm = 20;
    wiring.ct_factor = 5;
    impedance_of_cell(&nernst_path_lsu49, &wiring, T780_K, &bad);
    assert_true(fabs(impedance_hf_ohm(&bad) - impedance_hf_ohm(&hot) - 20) < 1e-9);
    assert_true(fabs(bad.ct_ohm / hot.ct_ohm - 5) < 1e-9);
    assert_true(impedance_hf_ohm(&cold) > 1.8 * impedance_hf_ohm(&hot));
    assert_true(fabs(cold.lead_ohm - hot.lead_ohm) < 1e-12);
    assert_true(fabs(hot.gb_ohm / (hot.gb_ohm + hot.bulk_ohm) - 0.2) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_high_frequency_end_is_the_published_resistance),
        cmocka_unit_test(one_relaxation_with_n_1_is_a_half_circle),
        cmocka_unit_test(inductance_and_diffusion_have_their_known_form),
        cmocka_unit_test(the_double_layer_hides_the_gas_from_1_kHz_on),
        cmocka_unit_test(leads_are_not_activated_and_the_electrolyte_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
