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
    struct impedance z = {
        .inductance_uH = 5, .warburg_ohm_s = 10, .bulk_n = 1, .gb_n = 1, .ct_n = 1};
    struct impedance_point p = impedance_at(&z, 1);
    double w = 2 * M_PI;
    assert_true(fabs(p.re_ohm - 10 / sqrt(w) * M_SQRT1_2) < 1e-12);
    assert_true(fabs(p.im_ohm - (w * 5e-6 - 10 / sqrt(w) * M_SQRT1_2)) < 1e-12);
    z.warburg_ohm_s = 0;
    assert_true(fabs(impedance_at(&z, 1e4).im_ohm - 2 * M_PI * 1e4 * 5e-6) < 1e-12);
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
        cmocka_unit_test(leads_are_not_activated_and_the_electrolyte_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
