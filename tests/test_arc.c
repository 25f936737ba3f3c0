#include "tests/support/cmocka.h"

#include <math.h>

#include "analysis/arc.h"
#include "core/rng.h"
#include "twin/impedance.h"

static const double f_Hz[] = {1.25, 2,   3.2, 5,   8,    12.5, 20,   32,   50,    80,
                              125,  200, 320, 500, 1000, 2000, 4000, 5000, 10000, 20000};
enum { N = 20 };

static void spectrum_of(const struct impedance *z, double re[N], double im[N])
{
    for (int i = 0; i < N; i++) {
        struct impedance_point p = impedance_at(z, f_Hz[i]);
        re[i] = p.re_ohm;
        im[i] = p.im_ohm;
    }
}

static void one_element_is_found_exactly_from_either_part(void **state)
{
    (void)state;
    const struct impedance z = {.lead_ohm = 300,
                                .ct_ohm = 60,
                                .dl_uF = 20,
                                .ct_n = 0.85,
                                .inductance_uH = 3,
                                .bulk_n = 1,
                                .gb_n = 1};
    double re[N], im[N], worst = 0;
    struct arc fit;
    spectrum_of(&z, re, im);
    for (int part = 0; part < 3; part++) {
        struct arc_spectrum s = {f_Hz, part == 1 ? NULL : re, part == 2 ? NULL : im, N};
        assert_int_equal(arc_fit(&s, &fit), RC_OK);
        worst = fmax(worst,
                     fabs(fit.ct_ohm - 60) + fabs(fit.n - 0.85) + 1e4 * fabs(fit.tau_s - 1.2e-3));
        assert_true(part == 1 ? isnan(fit.hf_ohm) : fabs(fit.hf_ohm - 300) < 1e-3);
        assert_true(part == 2 ? isnan(fit.inductance_uH) : fabs(fit.inductance_uH - 3) < 1e-2);
        assert_true(fit.residual_ohm < 1e-3);
    }
    print_message("figure: both parts, each part alone: within %.1e\n", worst);
    assert_true(worst < 2e-3);
}

static void the_cell_with_its_grain_boundary_gives_its_resistances(void **state)
{
    (void)state;
    struct nernst_wiring wiring = nernst_wiring_good;
    double re[N], im[N], worst_hf = 0, worst_ct = 0, worst_c = 0;
    for (int dead = 0; dead < 2; dead++) {
        for (int half = 0; half < 2; half++) {
            struct impedance z;
            struct arc fit;
            wiring.ct_factor = dead ? 10 : 1;
            wiring.c_factor = half ? 0.5 : 1;
            impedance_of_cell(&nernst_path_lsu49, &wiring, NERNST_T0_K, &z);
            spectrum_of(&z, re, im);
            assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, re, im, N}, &fit), RC_OK);
            worst_hf = fmax(worst_hf, fabs(fit.hf_ohm / impedance_hf_ohm(&z) - 1));
            worst_ct = fmax(worst_ct, fabs(fit.ct_ohm / z.ct_ohm - 1));
            worst_c = fmax(worst_c, fabs(1e6 * fit.tau_s / fit.ct_ohm / z.dl_uF - 1));
            assert_true(fit.inductance_uH < 0); /* the grain boundary's flank */
        }
    }
    print_message(
        "figure: R_HF within %.2f %%, R_ct %.2f %%, C %.2f %%, of x1 and x10, C and C/2\n",
        100 * worst_hf, 100 * worst_ct, 100 * worst_c);
    assert_true(worst_hf < 0.006 && worst_ct < 0.03 && worst_c < 0.07);
}

/* The gas behind the electrode: in 1 % of oxygen three times the electrode's own. */
static void the_gas_is_told_from_the_electrode(void **state)
{
    (void)state;
    static const struct {
        double gas_ohm, gas_s, store_mF;
    } cases[] = {{8, 0.03, 4}, {208, 0.03, 0.2}, {8, 0.074, 4}, {280, 0.15, 0}};
    double re[N], im[N];
    for (size_t c = 0; c < COUNT(cases); c++) {
        struct impedance z;
        struct arc both, real, imaginary;
        impedance_of_cell(&nernst_path_lsu49, &nernst_wiring_good, NERNST_T0_K, &z);
        z.diffusion_ohm = cases[c].gas_ohm;
        z.diffusion_s = cases[c].gas_s;
        z.store_mF = cases[c].store_mF;
        spectrum_of(&z, re, im);
        assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, re, im, N}, &both), RC_OK);
        assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, re, NULL, N}, &real), RC_OK);
        assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, NULL, im, N}, &imaginary), RC_OK);
        print_message(
            "figure: gas %.0f ohm: R_HF %.1f %.1f, R_ct %.1f %.1f %.1f, C %.1f %.1f uF, gas "
            "%.1f %.1f %.1f\n",
            z.diffusion_ohm, both.hf_ohm, real.hf_ohm, both.ct_ohm, real.ct_ohm, imaginary.ct_ohm,
            1e6 * both.tau_s / both.ct_ohm, 1e6 * imaginary.tau_s / imaginary.ct_ohm, both.gas_ohm,
            real.gas_ohm, imaginary.gas_ohm);
        assert_true(fabs(both.hf_ohm / impedance_hf_ohm(&z) - 1) < 0.02);
        if (!(z.store_mF > 0))
            continue; /* a layer alone rises as a root, and too early for this */
        assert_true(fabs(both.ct_ohm / z.ct_ohm - 1) < 0.15);
        assert_true(fabs(imaginary.ct_ohm / z.ct_ohm - 1) < 0.16);
        assert_true(fabs(imaginary.gas_ohm / z.diffusion_ohm - 1) < 0.05);
    }
}

static void noise_moves_it_by_as_much_as_expected(void **state)
{
    (void)state;
    const struct impedance z = {
        .lead_ohm = 300, .ct_ohm = 60, .dl_uF = 20, .ct_n = 0.85, .bulk_n = 1, .gb_n = 1};
    double re[N], im[N], ct = 0, hf = 0, whole = 0, squares[3] = {0}, se[3] = {0};
    struct rng rng;
    rng_seed(&rng, 7);
    print_message("seed 7\n");
    for (int run = 0; run < 40; run++) {
        struct arc both, one;
        spectrum_of(&z, re, im);
        for (int i = 0; i < N; i++) {
            re[i] += 0.15 * rng_gauss(&rng); /* 5 uV of 10 mV */
            im[i] += 0.15 * rng_gauss(&rng);
        }
        assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, NULL, im, N}, &one), RC_OK);
        assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, re, im, N}, &both), RC_OK);
        ct = fmax(ct, fabs(one.ct_ohm - 60));
        squares[0] += (one.ct_ohm - 60) * (one.ct_ohm - 60) / 40;
        squares[1] += (both.hf_ohm - 300) * (both.hf_ohm - 300) / 40;
        squares[2] += (one.tau_s - 1.2e-3) * (one.tau_s - 1.2e-3) / 40;
        se[0] += one.ct_se_ohm / 40;
        se[1] += both.hf_se_ohm / 40;
        se[2] += one.tau_se_s / 40;
        hf = fmax(hf, fabs(both.hf_ohm - 300));
        whole = fmax(whole, fabs(both.ct_ohm - 60));
    }
    print_message("figure: 0.15 ohm of noise: R_ct within %.2f ohm, from the imaginary part alone "
                  "%.2f, R_HF %.2f\n",
                  whole, ct, hf);
    print_message("figure: scatter to stated error: %.2f %.2f %.2f\n", sqrt(squares[0]) / se[0],
                  sqrt(squares[1]) / se[1], sqrt(squares[2]) / se[2]);
    assert_true(ct < 3 && whole < 1 && hf < 0.6);
    for (int i = 0; i < 3; i++)
        assert_true(sqrt(squares[i]) / se[i] > 0.7 && sqrt(squares[i]) / se[i] < 1.4);
}

static void a_spectrum_that_breaks_causality_tells_two_resistances(void **state)
{
    (void)state;
    const struct impedance z = {
        .lead_ohm = 300, .ct_ohm = 60, .dl_uF = 20, .ct_n = 0.85, .bulk_n = 1, .gb_n = 1};
    double re[N], im[N];
    struct arc a, b;
    spectrum_of(&z, re, im);
    for (int i = 0; i < N; i++)
        re[i] += 20 / (1 + f_Hz[i] / 10); /* the cell drifted while the low ones were taken */
    assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, re, NULL, N}, &a), RC_OK);
    assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, NULL, im, N}, &b), RC_OK);
    double real = a.ct_ohm + a.gas_ohm, imaginary = b.ct_ohm + b.gas_ohm;
    print_message("figure: both arcs %.1f ohm from the real part, %.1f from the imaginary\n", real,
                  imaginary);
    assert_true(real / imaginary > 1.2);
}

static void what_is_no_arc_is_refused(void **state)
{
    (void)state;
    const struct impedance z = {
        .lead_ohm = 300, .ct_ohm = 60, .dl_uF = 20, .ct_n = 0.85, .bulk_n = 1, .gb_n = 1};
    const struct impedance slow = {
        .lead_ohm = 300, .ct_ohm = 60e3, .dl_uF = 2000, .ct_n = 0.85, .bulk_n = 1, .gb_n = 1};
    double re[N], im[N], f[N];
    struct arc fit = {.n = 42};
    spectrum_of(&z, re, im);
    assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, re, im, 5}, &fit), RC_RANGE);
    assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, NULL, NULL, N}, &fit), RC_RANGE);
    for (int i = 0; i < N; i++)
        f[i] = 1000 + i;
    assert_int_equal(arc_fit(&(struct arc_spectrum){f, re, im, N}, &fit), RC_RANGE);
    f[3] = -1;
    assert_int_equal(arc_fit(&(struct arc_spectrum){f, re, im, N}, &fit), RC_RANGE);
    im[2] = NAN;
    assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, re, im, N}, &fit), RC_RANGE);
    spectrum_of(&slow, re, im); /* its top lies at 1.3 mHz */
    assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, re, im, N}, &fit), RC_RANGE);
    for (int i = 0; i < N; i++) {
        re[i] = 300;
        im[i] = 0.01 * f_Hz[i];
    }
    assert_int_equal(arc_fit(&(struct arc_spectrum){f_Hz, re, im, N}, &fit), RC_RANGE);
    assert_true(fit.n > 41);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_element_is_found_exactly_from_either_part),
        cmocka_unit_test(the_cell_with_its_grain_boundary_gives_its_resistances),
        cmocka_unit_test(the_gas_is_told_from_the_electrode),
        cmocka_unit_test(noise_moves_it_by_as_much_as_expected),
        cmocka_unit_test(a_spectrum_that_breaks_causality_tells_two_resistances),
        cmocka_unit_test(what_is_no_arc_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
