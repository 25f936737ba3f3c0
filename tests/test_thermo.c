#include "tests/support/cmocka.h"

#include <math.h>

#include "core/csv.h"
#include "core/num.h"
#include "core/rng.h"
#include "gas/thermo.h"

static double number(const struct csv_table *table, size_t row, const char *name)
{
    double value = NAN;
    int column = csv_column(table, name);
    assert_true(column >= 0);
    assert_int_equal(num_parse(csv_cell(table, row, (size_t)column)->text, &value), RC_OK);
    return value;
}

static struct diag *no_diag(void)
{
    return NULL;
}

static void ln_k_agrees_with_the_published_data(void **state)
{
    (void)state;
    struct source *source;
    struct csv_table *table;
    double worst = 0, worst_fit[GAS_REACTION_COUNT] = {0};
    assert_int_equal(source_load("tests/data/gas/lnk_values.csv", no_diag(), &source), RC_OK);
    assert_int_equal(csv_parse_table(source, no_diag(), &table), RC_OK);
    assert_true(table->rows >= 42);
    for (size_t row = 0; row < table->rows; row++) {
        enum gas_reaction r = (enum gas_reaction)(int)number(table, row, "number");
        double T = number(table, row, "T_K"), exact = NAN, fit = NAN;
        double want = number(table, row, "lnK");
        assert_int_equal(gas_lnk_exact(r, T, &exact), RC_OK);
        assert_int_equal(gas_lnk_fit(r, T, &fit), RC_OK);
        worst = fabs(exact - want) > worst ? fabs(exact - want) : worst;
        worst_fit[r] = fabs(fit - want) > worst_fit[r] ? fabs(fit - want) : worst_fit[r];
    }
    print_message("ln K: %zu values, largest deviation %.1e exact\n", table->rows, worst);
    assert_true(worst < 1e-7);
    for (int r = 0; r < GAS_REACTION_COUNT; r++) {
        print_message("ln K fit %d: %.1e\n", r, worst_fit[r]);
        assert_true(worst_fit[r] < 2e-3);
    }
    assert_true(worst_fit[GAS_REACTION_CO] < 2e-4 && worst_fit[GAS_REACTION_H2] < 2e-4);
    csv_free_table(table);
    source_free(source);
}

/* JANAF, 1000 K, kJ/mol */
static void free_energies_of_formation_agree_with_janaf(void **state)
{
    (void)state;
    struct gas_thermo h2, o2, h2o, c, co, co2, ch4;
    double RT = GAS_R_J_MOLK * 1000 / 1000;
    assert_int_equal(gas_thermo_at(GAS_H2, 1000, &h2), RC_OK);
    assert_int_equal(gas_thermo_at(GAS_O2, 1000, &o2), RC_OK);
    assert_int_equal(gas_thermo_at(GAS_H2O, 1000, &h2o), RC_OK);
    assert_int_equal(gas_thermo_at(GAS_CO, 1000, &co), RC_OK);
    assert_int_equal(gas_thermo_at(GAS_CO2, 1000, &co2), RC_OK);
    assert_int_equal(gas_thermo_at(GAS_CH4, 1000, &ch4), RC_OK);
    assert_int_equal(gas_thermo_at(GAS_THERMO_GRAPHITE, 1000, &c), RC_OK);
    assert_true(fabs(RT * (h2o.g_RT - h2.g_RT - o2.g_RT / 2) + 192.590) < 0.02);
    assert_true(fabs(RT * (co.g_RT - c.g_RT - o2.g_RT / 2) + 200.275) < 0.02);
    assert_true(fabs(RT * (co2.g_RT - c.g_RT - o2.g_RT) + 395.886) < 0.03);
    assert_true(fabs(RT * (ch4.g_RT - c.g_RT - 2 * h2.g_RT) - 19.492) < 0.02);
}

/* Heats of formation at 298.15 K, kJ/mol: the elements are at zero. */
static void every_species_has_its_heat_of_formation(void **state)
{
    (void)state;
    static const double hf[GAS_SPECIES_COUNT] = {
        [GAS_CO] = -110.535, [GAS_CO2] = -393.510, [GAS_H2O] = -241.826,  [GAS_CH4] = -74.600,
        [GAS_C2H4] = 52.500, [GAS_C3H6] = 20.000,  [GAS_C3H8] = -104.680, [GAS_NO] = 91.271,
        [GAS_NO2] = 34.193,  [GAS_NH3] = -45.940};
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        struct gas_thermo t;
        double at = s == GAS_C3H6 || s == GAS_C3H8 || s == GAS_NO2 ? 300 : 298.15;
        assert_int_equal(gas_thermo_at(s, at, &t), RC_OK);
        double h = t.h_RT * GAS_R_J_MOLK * at / 1000;
        h -= t.cp_R * GAS_R_J_MOLK * (at - 298.15) / 1000;
        assert_true(fabs(h - hf[s]) < 0.02);
    }
}

/* h' = cp, s' = cp/T: finds a wrong coefficient in any term, and a break between two ranges. */
static void heat_entropy_and_enthalpy_belong_together(void **state)
{
    (void)state;
    for (unsigned s = 0; s <= GAS_THERMO_GRAPHITE; s++) {
        for (double T = 350; T < 1900; T += 37) {
            struct gas_thermo a, b, c;
            double d = 0.01;
            assert_int_equal(gas_thermo_at(s, T - d, &a), RC_OK);
            assert_int_equal(gas_thermo_at(s, T, &b), RC_OK);
            assert_int_equal(gas_thermo_at(s, T + d, &c), RC_OK);
            double cp = (c.h_RT * (T + d) - a.h_RT * (T - d)) / (2 * d);
            double cp_s = T * (c.s_R - a.s_R) / (2 * d);
            assert_true(fabs(cp - b.cp_R) < 1e-5 * b.cp_R);
            assert_true(fabs(cp_s - b.cp_R) < 1e-5 * b.cp_R);
            assert_true(fabs(b.g_RT - (b.h_RT - b.s_R)) < 1e-12 * (1 + fabs(b.g_RT)));
        }
        struct gas_thermo low, high;
        assert_int_equal(gas_thermo_at(s, 999.9999, &low), RC_OK);
        assert_int_equal(gas_thermo_at(s, 1000.0001, &high), RC_OK);
        assert_true(fabs(low.g_RT - high.g_RT) < 1e-4);
    }
}

static void a_temperature_outside_the_data_is_refused(void **state)
{
    (void)state;
    static const double bad[] = {699.9, 1400.1, 0, -5, NAN, INFINITY, -INFINITY};
    struct gas_constants k = {.T_K = 42};
    struct gas_thermo t = {.cp_R = 42};
    double out = 42;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(gas_lnk_fit(GAS_REACTION_CO, bad[i], &out), RC_RANGE);
        assert_int_equal(gas_constants_fit(bad[i], &k), RC_RANGE);
    }
    assert_int_equal(gas_lnk_exact(GAS_REACTION_CO, 299, &out), RC_RANGE);
    assert_int_equal(gas_lnk_exact(GAS_REACTION_CO, NAN, &out), RC_RANGE);
    assert_int_equal(gas_constants_exact(599, &k), RC_RANGE);
    assert_int_equal(gas_constants_exact(NAN, &k), RC_RANGE);
    assert_int_equal(gas_thermo_at(GAS_O2, 199, &t), RC_RANGE);
    assert_int_equal(gas_thermo_at(GAS_THERMO_GRAPHITE, 2001, &t), RC_RANGE);
    assert_int_equal(gas_thermo_at(GAS_THERMO_GRAPHITE + 1, 1000, &t), RC_RANGE);
    assert_true(out == 42 && k.T_K == 42 && t.cp_R == 42);
}

static void fast_and_exact_constants_agree(void **state)
{
    (void)state;
    for (double T = 700; T <= 1400; T += 12.5) {
        struct gas_constants a, b;
        assert_int_equal(gas_constants_exact(T, &a), RC_OK);
        assert_int_equal(gas_constants_fit(T, &b), RC_OK);
        assert_true(fabs(a.lnK1 - b.lnK1) < 2.5e-4 && fabs(a.lnK2 - b.lnK2) < 1e-4);
        assert_true(fabs(a.K3 / b.K3 - 1) < 2e-3 && fabs(a.KB / b.KB - 1) < 1e-3);
        assert_true(fabs(log(a.ratio_HC) - (a.lnK1 - a.lnK2)) < 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ln_k_agrees_with_the_published_data),
        cmocka_unit_test(free_energies_of_formation_agree_with_janaf),
        cmocka_unit_test(every_species_has_its_heat_of_formation),
        cmocka_unit_test(heat_entropy_and_enthalpy_belong_together),
        cmocka_unit_test(a_temperature_outside_the_data_is_refused),
        cmocka_unit_test(fast_and_exact_constants_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
