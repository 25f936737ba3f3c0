#include "tests/support/cmocka.h"

#include <math.h>

#include "core/csv.h"
#include "core/num.h"
#include "gas/equilibrium.h"
#include "twin/buffer.h"

static enum buffer_system find_system(struct span name)
{
    static const char *const names[BUFFER_COUNT] = {"pd", "pd_emf", "ni", "co", "cu", "cu2o", "fe"};
    for (size_t i = 0; i < BUFFER_COUNT; i++)
        if (span_is(name, names[i]))
            return (enum buffer_system)i;
    fail();
    return BUFFER_COUNT;
}

static double number(const struct csv_table *table, size_t row, const char *name)
{
    double value;
    int column = csv_column(table, name);
    assert_true(column >= 0);
    assert_int_equal(num_parse(csv_cell(table, row, (size_t)column)->text, &value), RC_OK);
    return value;
}

static void every_buffer_meets_its_published_oxygen_pressure(void **state)
{
    (void)state;
    struct source *source;
    struct csv_table *t;
    double worst[BUFFER_COUNT] = {0}, worst_J = 0;
    assert_int_equal(source_load("tests/data/elements/metal_oxide.csv", NULL, &source), RC_OK);
    assert_int_equal(csv_parse_table(source, NULL, &t), RC_OK);
    assert_int_equal(t->rows, BUFFER_COUNT * 21);
    for (size_t row = 0; row < t->rows; row++) {
        enum buffer_system system = find_system(csv_cell(t, row, 0)->text);
        double T_K = number(t, row, "T_C") + GAS_ZERO_DEGC_K, ln_pO2, dG;
        assert_int_equal(buffer_ln_pO2(system, T_K, &ln_pO2), RC_OK);
        assert_int_equal(buffer_dG_J_mol(system, T_K, &dG), RC_OK);
        double off = fabs(ln_pO2 / M_LN10 - number(t, row, "log10_pO2_bar"));
        assert_true(isfinite(off));
        worst[system] = off > worst[system] ? off : worst[system];
        double off_J = fabs(dG - number(t, row, "dG_J_mol"));
        worst_J = off_J > worst_J ? off_J : worst_J;
    }
    for (unsigned i = 0; i < BUFFER_COUNT; i++) {
        const struct buffer_info *info = buffer_info((enum buffer_system)i);
        print_message(
            "figure: %-18s log pO2 within %.5f of the table, 500..1000 degC (source +-%.2f%s)\n",
            info->name, worst[i], info->accuracy_log,
            info->confirmed ? "" : ", coefficients not confirmed");
        assert_true(worst[i] < 0.02);
    }
    print_message("figure: buffers, dG within %.1f J/mol\n", worst_J);
    csv_free_table(t);
    source_free(source);
}

/* Two independent data sets of the same buffer. */
static void the_two_palladium_sets_differ_by_their_known_amount(void **state)
{
    (void)state;
    double a, b, worst = 0;
    for (double T_K = 973.15; T_K < 1180; T_K += 50) {
        assert_int_equal(buffer_ln_pO2(BUFFER_PD, T_K, &a), RC_OK);
        assert_int_equal(buffer_ln_pO2(BUFFER_PD_EMF, T_K, &b), RC_OK);
        worst = fabs(a - b) / M_LN10 > worst ? fabs(a - b) / M_LN10 : worst;
    }
    print_message("figure: Pd/PdO, two published sets differ by %.3f in log pO2\n", worst);
    assert_true(worst > 0.05 && worst < 0.13);
}

static void palladium_oxide_passes_air_near_800_and_one_bar_near_870_degrees(void **state)
{
    (void)state;
    double ln_pO2;
    assert_int_equal(buffer_ln_pO2(BUFFER_PD, 800 + GAS_ZERO_DEGC_K, &ln_pO2), RC_OK);
    assert_true(fabs(gas_nernst_mV(1073.15, ln_pO2, gas_air_ln_pO2(GAS_ATM_KPA)) + 1.2) < 0.1);
    assert_int_equal(buffer_ln_pO2(BUFFER_PD, 860 + GAS_ZERO_DEGC_K, &ln_pO2), RC_OK);
    assert_true(ln_pO2 < 0);
    assert_int_equal(buffer_ln_pO2(BUFFER_PD, 880 + GAS_ZERO_DEGC_K, &ln_pO2), RC_OK);
    assert_true(ln_pO2 > 0);
}

static void a_hundredth_of_a_cubic_millimetre_holds_its_charge(void **state)
{
    (void)state;
    double oxide_C, metal_C;
    buffer_reserve_C(BUFFER_NI, 0.01, 0.5, &oxide_C, &metal_C);
    print_message(
        "figure: 0.01 mm3 Ni/NiO: oxide %.4f C, metal %.4f C; 1 uA empties it in %.1f h\n", oxide_C,
        metal_C, oxide_C / 1e-6 / 3600);
    assert_true(fabs(oxide_C - 0.086) < 0.001 && fabs(metal_C - 0.146) < 0.001);
}

static void outside_its_data_a_buffer_gives_nothing(void **state)
{
    (void)state;
    double value = 42;
    assert_int_equal(buffer_ln_pO2(BUFFER_FE, 650, &value), RC_RANGE);
    assert_int_equal(buffer_ln_pO2(BUFFER_NI, NAN, &value), RC_RANGE);
    assert_int_equal(buffer_dG_J_mol(BUFFER_CU2O, 1500, &value), RC_RANGE);
    assert_true(num_within(value, 42, 42));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_buffer_meets_its_published_oxygen_pressure),
        cmocka_unit_test(the_two_palladium_sets_differ_by_their_known_amount),
        cmocka_unit_test(palladium_oxide_passes_air_near_800_and_one_bar_near_870_degrees),
        cmocka_unit_test(a_hundredth_of_a_cubic_millimetre_holds_its_charge),
        cmocka_unit_test(outside_its_data_a_buffer_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
