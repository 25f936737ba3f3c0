#include "tests/support/cmocka.h"

#include <math.h>

#include "core/csv.h"
#include "core/num.h"
#include "core/rng.h"
#include "gas/barrier.h"
#include "gas/equilibrium.h"
#include "gas/lambda.h"

static const struct gas_fuel ch185 = {.y = 1.85, .z = 0, .Kw = GAS_KW_FROZEN};

static struct csv_table *load(const char *path, struct source **source)
{
    struct csv_table *table;
    assert_int_equal(source_load(path, NULL, source), RC_OK);
    assert_int_equal(csv_parse_table(*source, NULL, &table), RC_OK);
    return table;
}

/* NAN for "none" and the empty cell */
static double number(const struct csv_table *table, size_t row, const char *name)
{
    double value = NAN;
    int column = csv_column(table, name);
    assert_true(column >= 0);
    struct span text = csv_cell(table, row, (size_t)column)->text;
    if (text.len && !span_is(text, "none"))
        assert_int_equal(num_parse(text, &value), RC_OK);
    return value;
}

static double emf(const struct gas_mix *gas, double T_K, bool methane, struct gas_equilibrium *eq)
{
    struct gas_constants k;
    struct gas_surface surface = {.p_kPa = GAS_ATM_KPA, .methane = methane};
    assert_int_equal(gas_constants_exact(T_K, &k), RC_OK);
    assert_int_equal(gas_equilibrium_solve(gas, &k, &surface, eq, NULL), RC_OK);
    return gas_nernst_mV(T_K, eq->ln_pO2_bar, gas_air_ln_pO2(GAS_ATM_KPA));
}

static void raise_to(double *worst, double deviation)
{
    assert_true(isfinite(deviation));
    if (fabs(deviation) > *worst)
        *worst = fabs(deviation);
}

static void all_231_reference_states_are_met(void **state)
{
    (void)state;
    struct source *source;
    struct csv_table *t = load("tests/data/gas/emf_reference.csv", &source);
    double rich = 0, lean = 0, rich4 = 0, lean4 = 0, carbon = 0, x = 0;
    assert_int_equal(t->rows, 231);
    for (size_t row = 0; row < t->rows; row++) {
        double lambda = number(t, row, "lambda"), T = number(t, row, "T_C") + GAS_ZERO_DEGC_K;
        struct gas_mix gas;
        struct gas_equilibrium eq;
        assert_int_equal(gas_exhaust(&ch185, lambda, &gas, NULL), RC_OK);
        double frozen = emf(&gas, T, false, &eq) - number(t, row, "EMF_mV_noCH4");
        raise_to(lambda > 1 ? &lean : &rich, frozen);
        double with = emf(&gas, T, true, &eq) - number(t, row, "EMF_mV_ref");
        raise_to(lambda > 1 ? &lean4 : &rich4, with);
        double aC = number(t, row, "aC_graphite");
        raise_to(&carbon, (eq.carbon_activity - aC) / (aC + 1e-3));
        raise_to(&x, eq.x.x[GAS_CO] - number(t, row, "xCO"));
        raise_to(&x, eq.x.x[GAS_H2O] - number(t, row, "xH2O"));
        raise_to(&x, eq.x.x[GAS_CH4] - number(t, row, "xCH4"));
        assert_int_equal(eq.soot, eq.carbon_activity > 1);
    }
    print_message("EMF, 231 states, largest deviation in mV: no CH4 rich %.5f lean %.5f, "
                  "with CH4 rich %.5f lean %.5f; carbon activity %.4f; x %.1e\n",
                  rich, lean, rich4, lean4, carbon, x);
    assert_true(rich <= 0.5 && lean <= 0.25 && rich4 <= 0.5 && lean4 <= 0.25);
    /* what the arithmetic itself promises */
    assert_true(rich < 0.002 && lean < 0.002 && rich4 < 0.002 && lean4 < 0.002);
    assert_true(carbon < 2e-3 && x < 1e-6);
    csv_free_table(t);
    source_free(source);
}

static void independent_data_and_more_species_agree_within_the_stated_uncertainty(void **state)
{
    (void)state;
    struct source *source;
    struct csv_table *t = load("tests/data/gas/emf_reference.csv", &source);
    double gri = 0, gibbs_rich = 0, gibbs_lean = 0;
    for (size_t row = 0; row < t->rows; row++) {
        double lambda = number(t, row, "lambda"), T = number(t, row, "T_C") + GAS_ZERO_DEGC_K;
        struct gas_mix gas;
        struct gas_equilibrium eq;
        assert_int_equal(gas_exhaust(&ch185, lambda, &gas, NULL), RC_OK);
        double mV = emf(&gas, T, true, &eq);
        raise_to(&gri, mV - number(t, row, "EMF_mV_gri30data"));
        if (lambda < 0.9985)
            raise_to(&gibbs_rich, mV - number(t, row, "EMF_mV_gibbs19sp"));
        if (lambda > 1.009)
            raise_to(&gibbs_lean, mV - number(t, row, "EMF_mV_gibbs19sp"));
    }
    print_message("other data %.3f mV; 19 species rich %.3f, lean %.3f mV\n", gri, gibbs_rich,
                  gibbs_lean);
    assert_true(gri < 0.5 && gibbs_rich < 0.5 && gibbs_lean < 0.25);
    csv_free_table(t);
    source_free(source);
}

static void read_gas(const struct csv_table *t, size_t row, struct gas_mix *gas)
{
    *gas = (struct gas_mix){.x = {[GAS_O2] = number(t, row, "O2"),
                                  [GAS_CO] = number(t, row, "CO"),
                                  [GAS_H2] = number(t, row, "H2"),
                                  [GAS_CO2] = number(t, row, "CO2"),
                                  [GAS_H2O] = number(t, row, "H2O"),
                                  [GAS_NO] = number(t, row, "NO")}};
    assert_int_equal(gas_mix_fill_n2(gas, NULL), RC_OK);
}

/* Largest deviation of the EMF at three temperatures. */
static void compare_emf(const struct csv_table *t, size_t row, const struct gas_mix *gas,
                        double *worst)
{
    static const struct {
        const char *column;
        double degC;
    } at[] = {{"emf700_mV", 700}, {"emf780_mV", 780}, {"emf850_mV", 850}};
    for (size_t i = 0; i < COUNT(at); i++) {
        double mV = NAN, want_mV = number(t, row, at[i].column);
        enum rc rc = gas_emf_vs_air(gas, at[i].degC + GAS_ZERO_DEGC_K, GAS_ATM_KPA, &mV, NULL);
        assert_int_equal(rc, isnan(want_mV) ? RC_RANGE : RC_OK);
        if (rc == RC_OK)
            raise_to(worst, mV - want_mV);
    }
}

static void bench_gases_give_their_lambda_emf_and_current(void **state)
{
    (void)state;
    struct source *source;
    struct csv_table *t = load("tests/data/gas/bench_gases.csv", &source);
    struct gas_barrier_at prepared;
    double worst_emf = 0, worst_ip = 0, ip;
    assert_int_equal(gas_barrier_prepare(&gas_barrier_lsu49, 1053.15, GAS_ATM_KPA, &prepared),
                     RC_OK);
    for (size_t row = 0; row < t->rows; row++) {
        struct gas_mix gas;
        read_gas(t, row, &gas);
        double want = number(t, row, "lambda_f"), lambda = NAN;
        assert_int_equal(gas_lambda_formal(&gas, &lambda), isnan(want) ? RC_RANGE : RC_OK);
        if (!isnan(want))
            assert_true(fabs(lambda - want) < 2e-5);
        assert_true(fabs(gas_oxygen_equivalent(&gas) - number(t, row, "x_eq")) < 1.1e-5);
        compare_emf(t, row, &gas, &worst_emf);
        assert_int_equal(gas_barrier_ip_mA(&gas_barrier_lsu49, &gas, &prepared, 450, &ip), RC_OK);
        raise_to(&worst_ip, ip - number(t, row, "ip_mA"));
    }
    print_message("bench gases: EMF within %.3f mV, Ip within %.5f mA\n", worst_emf, worst_ip);
    assert_true(worst_emf < 0.02 && worst_ip < 2e-4);
    csv_free_table(t);
    source_free(source);
}

static void equal_buffers_stand_at_their_anchor_voltages(void **state)
{
    (void)state;
    struct gas_mix h = {.x = {[GAS_H2] = 0.03, [GAS_H2O] = 0.03, [GAS_N2] = 0.94}};
    struct gas_mix c = {.x = {[GAS_CO] = 0.03, [GAS_CO2] = 0.03, [GAS_AR] = 0.94}};
    double mV;
    assert_int_equal(gas_emf_vs_air(&h, 1053.15, GAS_ATM_KPA, &mV, NULL), RC_OK);
    assert_true(fabs(mV - 947.6) < 0.06);
    assert_int_equal(gas_emf_vs_air(&c, 1053.15, GAS_ATM_KPA, &mV, NULL), RC_OK);
    assert_true(fabs(mV - 954.4) < 0.06);
}

/* What goes in comes out: the atoms, and the two constants. */
static void random_gases_keep_their_atoms_and_obey_both_constants(void **state)
{
    (void)state;
    const uint64_t seed = 20261;
    struct rng rng;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    unsigned solved = 0, refused = 0;
    for (int n = 0; n < 3000; n++) {
        struct gas_mix gas = {.x = {0}};
        struct gas_constants k;
        struct gas_surface at = {.p_kPa = 60 + 140 * rng_uniform(&rng),
                                 .methane = rng_below(&rng, 2) == 1};
        for (int i = 0; i < 5; i++)
            gas.x[rng_below(&rng, GAS_SPECIES_COUNT)] = 0.19 * rng_uniform(&rng);
        assert_int_equal(gas_mix_fill_n2(&gas, NULL), RC_OK);
        assert_int_equal(gas_constants_exact(800 + 500 * rng_uniform(&rng), &k), RC_OK);
        struct gas_equilibrium eq;
        struct gas_atoms in, out;
        gas_mix_atoms(&gas, &in);
        enum rc rc = gas_equilibrium_solve(&gas, &k, &at, &eq, NULL);
        if (!(in.O >= in.C + 1e-9)) {
            assert_int_equal(rc, RC_RANGE);
            refused++;
            continue;
        }
        assert_int_equal(rc, RC_OK);
        solved++;
        gas_mix_atoms(&eq.x, &out);
        double scale = in.N > 0 ? in.N / out.N : 1, p = at.p_kPa / 100;
        assert_true(fabs(gas_mix_sum(&eq.x) - 1) < 1e-12);
        assert_true(fabs(out.C * scale - in.C) < 1e-11 && fabs(out.H * scale - in.H) < 1e-11);
        assert_true(fabs(out.O * scale - in.O) < 1e-11);
        if (in.C > 0 && eq.x.x[GAS_CO] > 1e-12)
            assert_true(fabs(log(eq.x.x[GAS_CO2] / eq.x.x[GAS_CO]) - k.lnK1 - eq.ln_pO2_bar / 2) <
                        1e-8);
        if (at.methane && eq.x.x[GAS_CH4] > 1e-9) {
            double *x = eq.x.x;
            double K3 = x[GAS_CH4] * x[GAS_H2O] / (x[GAS_CO] * pow(x[GAS_H2], 3) * p * p);
            assert_true(fabs(K3 / k.K3 - 1) < 1e-5);
        }
    }
    print_message("%u solved, %u without a defined pO2\n", solved, refused);
    assert_true(solved > 1000 && refused > 50);
}

static void an_undefined_oxygen_pressure_is_refused_and_named(void **state)
{
    (void)state;
    struct gas_mix co = {.x = {[GAS_CO] = 0.02, [GAS_N2] = 0.98}};
    struct gas_mix bad = {.x = {[GAS_CO] = -0.1, [GAS_N2] = 0.9}};
    struct gas_fault fault = {0};
    double mV = 42;
    assert_int_equal(gas_emf_vs_air(&gas_mix_n2, 1053.15, 101.325, &mV, &fault), RC_RANGE);
    assert_string_equal(fault.what, "oxygen atoms per molecule of gas");
    assert_int_equal(gas_emf_vs_air(&co, 1053.15, 101.325, &mV, &fault), RC_RANGE);
    assert_int_equal(gas_emf_vs_air(&bad, 1053.15, 101.325, &mV, &fault), RC_RANGE);
    char text[80];
    struct obuf out = {text, 0, sizeof(text) - 1};
    gas_fault_put(&out, &fault);
    text[out.len] = 0;
    assert_string_equal(text, "co: -0.1 is outside 0..1");
    assert_int_equal(gas_emf_vs_air(&gas_mix_air, NAN, 101.325, &mV, &fault), RC_RANGE);
    assert_int_equal(gas_emf_vs_air(&gas_mix_air, 1053.15, NAN, &mV, &fault), RC_RANGE);
    assert_int_equal(gas_emf_vs_air(&gas_mix_air, 1053.15, 0.5, &mV, &fault), RC_RANGE);
    assert_true(mV == 42);
}

static void pure_oxygen_and_air_need_no_other_gas(void **state)
{
    (void)state;
    struct gas_mix o2 = {.x = {[GAS_O2] = 1}};
    double mV;
    assert_int_equal(gas_emf_vs_air(&gas_mix_air, 1053.15, 101.325, &mV, NULL), RC_OK);
    assert_true(fabs(mV) < 1e-9);
    assert_int_equal(gas_emf_vs_air(&o2, 1053.15, 101.325, &mV, NULL), RC_OK);
    assert_true(fabs(mV - 1000 * GAS_R_J_MOLK * 1053.15 / (4 * GAS_FARADAY_C_MOL) * log(0.2095)) <
                1e-6);
    assert_true(fabs(gas_ln_pO2_at_mV(1053.15, 450, -1.5) + 1.5 +
                     4 * 0.45 / 8.617333262e-5 / 1053.15) < 1e-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_231_reference_states_are_met),
        cmocka_unit_test(independent_data_and_more_species_agree_within_the_stated_uncertainty),
        cmocka_unit_test(bench_gases_give_their_lambda_emf_and_current),
        cmocka_unit_test(equal_buffers_stand_at_their_anchor_voltages),
        cmocka_unit_test(random_gases_keep_their_atoms_and_obey_both_constants),
        cmocka_unit_test(an_undefined_oxygen_pressure_is_refused_and_named),
        cmocka_unit_test(pure_oxygen_and_air_need_no_other_gas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
