/* Element C measured by a meter and polarised by a source-meter. */
#include "tests/test_direct_rig.h"

enum { AIR, LEAN1, R90, R60, R40, L105, GASES };

static void setup(struct direct_rig *rig, int defect, double severity)
{
    const struct gas_mix gases[GASES] = {rig_lean(0.2095),  rig_lean(0.01),    rig_exhaust(0.9),
                                         rig_exhaust(0.60), rig_exhaust(0.40), rig_exhaust(1.05)};
    rig_configure(rig, TWIN_ELEMENT_C, 800, gases, GASES);
    if (defect) {
        rig->config.defects[0] = (struct twin_defect){1, defect, severity};
        rig->config.defect_count = 1;
    }
}

static void hot(struct direct_rig *rig)
{
    rig_open(rig);
    rig_heat(rig);
    assert_true(fabs(rig_truth(rig).element_degC - 800) < 1);
}

static void the_emf_against_nickel_meets_its_table(void **state)
{
    static const double table[][2] = {
        {AIR, -704.3}, {L105, -632}, {R90, 159}, {R60, 259}, {R40, 347}};
    struct direct_rig rig;
    (void)state;
    setup(&rig, 0, 0);
    hot(&rig);
    for (size_t i = 0; i < COUNT(table); i++) {
        rig_gas(&rig, (unsigned)table[i][0]);
        print_message("figure: U %.1f mV, published %.1f\n", rig_u_mV(&rig), table[i][1]);
        assert_true(fabs(rig_u_mV(&rig) - table[i][1]) < 1.5);
    }
    rig_close(&rig);
}

static double slope(int defect)
{
    struct direct_rig rig;
    setup(&rig, defect, 1);
    hot(&rig);
    double air_mV = rig_u_mV(&rig);
    rig_gas(&rig, LEAN1);
    double T_K = rig_truth(&rig).element_degC + 273.15;
    double s = (rig_u_mV(&rig) - air_mV) / (nernst_slope_mV(T_K) * log(0.2095 / 0.01));
    rig_close(&rig);
    return s;
}

static void the_slope_is_nernst_and_falls_with_a_contaminated_electrolyte(void **state)
{
    (void)state;
    double good = slope(0), dirty = slope(28);
    print_message("figure: slope %.4f, D28 %.4f (limit 0.99)\n", good, dirty);
    assert_true(fabs(good - 1) < 0.005 && dirty < 0.92);
}

static void a_pin_hole_is_seen_only_when_the_reserve_is_used_up(void **state)
{
    struct direct_rig rig;
    (void)state;
    setup(&rig, 24, 0.5); /* 1 um, 4.1 uA in air at 750 degC */
    rig.config.reserve_speed = 200;
    hot(&rig);
    double first_mV = rig_u_mV(&rig), begin_s = rig.t_s, metal_C = rig_truth(&rig).metal_C;
    assert_true(fabs(first_mV + 704.3) < 1.5);
    rig_wait(&rig, 5);
    double leak_uA = 1e6 * (metal_C - rig_truth(&rig).metal_C) / 5;
    while (rig_truth(&rig).metal_C > 0 && rig.t_s < begin_s + 250) {
        assert_true(fabs(rig_u_mV(&rig) - first_mV) < 1);
        rig_wait(&rig, 0.5);
    }
    double knee_s = rig.t_s - begin_s;
    rig_wait(&rig, 20);
    print_message("figure: leak %.2f uA; knee after %.1f s (x200), then %.0f mV\n", leak_uA, knee_s,
                  rig_u_mV(&rig));
    assert_true(fabs(leak_uA - 4.2) < 0.3 && num_within(knee_s, 100, 180));
    assert_true(rig_u_mV(&rig) > -50);
    rig_close(&rig);
}

static void a_current_moves_u_by_the_cell_and_the_charge_by_faraday(void **state)
{
    struct direct_rig rig;
    (void)state;
    setup(&rig, 0, 0);
    hot(&rig);
    rig_gas(&rig, R90);
    double rest_mV = rig_u_mV(&rig), metal_C = rig_truth(&rig).metal_C;
    double up_mV = rig_at_mA(&rig, 5e-3, 100), used_C = metal_C - rig_truth(&rig).metal_C;
    rig_put(&rig, rig.source, PLANT_SOURCE_OFF, 0, 1);
    print_message("figure: 5 uA: %+.3f mV, %.1f uC in 100 s\n", up_mV - rest_mV, 1e6 * used_C);
    assert_true(fabs((up_mV - rest_mV) / 5e-3 - 333) < 30); /* 400 ohm at 780 degC, 0.9 eV */
    assert_true(fabs(used_C - 500e-6) < 10e-6);
    assert_true(fabs(rig_u_mV(&rig) - rest_mV) < 0.1);
    rig_close(&rig);
}

static void a_cold_cell_and_a_poor_meter_read_low(void **state)
{
    struct direct_rig rig;
    (void)state;
    setup(&rig, 0, 0);
    rig_open(&rig);
    rig.degC = 350;
    rig_heat(&rig);
    double fine_mV = rig_u_mV(&rig);
    rig_put(&rig, rig.scanner, PLANT_METER_ohm, 0, 10e6);
    double poor_mV = rig_u_mV(&rig), ohm = rig_truth(&rig).ri_ohm;
    rig_put(&rig, rig.scanner, PLANT_METER_ohm, 0, 1e5);
    double worse_mV = rig_u_mV(&rig);
    print_message("figure: 350 degC, %.0f ohm: %.2f mV, with 10 Mohm %.2f, with 100 kohm %.2f\n",
                  ohm, fine_mV, poor_mV, worse_mV);
    assert_true(fabs(worse_mV / fine_mV - 1e5 / (1e5 + ohm)) < 1e-3);
    assert_true(fabs(poor_mV / fine_mV - 1e7 / (1e7 + ohm)) < 1e-3);
    /* and hot it empties the reserve: 0.7 V over 100 kohm are 7 uA */
    rig.degC = 800;
    rig_wait(&rig, 20);
    double oxide_C = rig_truth(&rig).oxide_C, metal_C = rig_truth(&rig).metal_C;
    rig_wait(&rig, 100);
    double moved_C = fabs(rig_truth(&rig).oxide_C - oxide_C);
    assert_true(fabs(moved_C - 704e-6) < 20e-6);
    assert_true(fabs(rig_truth(&rig).oxide_C + rig_truth(&rig).metal_C - oxide_C - metal_C) < 1e-9);
    rig_close(&rig);
}

static void glass_with_sodium_conducts_and_remembers_a_bias(void **state)
{
    double memory_mV[2], cover_uA[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct direct_rig rig;
        setup(&rig, i ? 29 : 0, 1);
        hot(&rig);
        double before_mV = rig_u_mV(&rig);
        rig_put(&rig, rig.source, PLANT_SOURCE_LIMIT_A, 0, 200e-6);
        rig_put(&rig, rig.scanner, PLANT_RELAY, 0, 1);
        cover_uA[i] = 1000 * rig_at_volt_mA(&rig, 1, 60);
        rig_put(&rig, rig.source, PLANT_SOURCE_OFF, 0, 1);
        rig_put(&rig, rig.scanner, PLANT_RELAY, 0, 0);
        memory_mV[i] = rig_u_mV(&rig) - before_mV;
        rig_close(&rig);
    }
    print_message("figure: memory of 1 V: %.2f mV, D29 %.1f mV (limit 3)\n", memory_mV[0],
                  memory_mV[1]);
    assert_true(fabs(memory_mV[0]) < 0.5 && fabs(memory_mV[1]) > 3);
    print_message("figure: 1 V across the cover at 800 degC: %.4f uA, D29 %.0f uA\n", cover_uA[0],
                  cover_uA[1]);
    assert_true(fabs(cover_uA[0]) < 0.01 && cover_uA[1] > 50);
}

/* At the cell itself a small current limit takes the voltage away; at the cover it does as well. */
static void a_bias_that_the_source_does_not_reach_leaves_no_memory(void **state)
{
    struct direct_rig rig;
    (void)state;
    for (int cover = 0; cover < 2; cover++) {
        setup(&rig, 29, 1);
        hot(&rig);
        double before_mV = rig_u_mV(&rig);
        rig_put(&rig, rig.source, PLANT_SOURCE_LIMIT_A, 0, 1e-6);
        rig_put(&rig, rig.scanner, PLANT_RELAY, 0, cover);
        (void)rig_at_volt_mA(&rig, 1, 60);
        assert_true(rig_get(&rig, rig.source, PLANT_SOURCE_COMPLIANCE, 0) > 0.5);
        rig_put(&rig, rig.source, PLANT_SOURCE_OFF, 0, 1);
        rig_put(&rig, rig.scanner, PLANT_RELAY, 0, 0);
        assert_true(fabs(rig_u_mV(&rig) - before_mV) < 1.5);
        rig_close(&rig);
    }
}

static void variants_choose_process_and_buffer(void **state)
{
    static const struct {
        unsigned variant;
        double air_mV, ohm;
    } rows[] = {{0, -704.3, 333},
                {ELEMENT_C_P15 + ELEMENT_C_PROCESSES * BUFFER_NI, -704.3, 125},
                {ELEMENT_C_P14 + ELEMENT_C_PROCESSES * BUFFER_CO, -782.0, 333},
                {ELEMENT_C_P15 + ELEMENT_C_PROCESSES * BUFFER_PD, -1, 125}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct direct_rig rig;
        setup(&rig, 0, 0);
        rig.config.variant = rows[i].variant;
        hot(&rig);
        assert_true(fabs(rig_u_mV(&rig) - (rows[i].air_mV < -1 ? rows[i].air_mV : 1)) < 3);
        assert_true(fabs(rig_truth(&rig).ri_ohm / rows[i].ohm - 1) < 0.05);
        rig_close(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_emf_against_nickel_meets_its_table),
        cmocka_unit_test(the_slope_is_nernst_and_falls_with_a_contaminated_electrolyte),
        cmocka_unit_test(a_pin_hole_is_seen_only_when_the_reserve_is_used_up),
        cmocka_unit_test(a_current_moves_u_by_the_cell_and_the_charge_by_faraday),
        cmocka_unit_test(a_cold_cell_and_a_poor_meter_read_low),
        cmocka_unit_test(glass_with_sodium_conducts_and_remembers_a_bias),
        cmocka_unit_test(a_bias_that_the_source_does_not_reach_leaves_no_memory),
        cmocka_unit_test(variants_choose_process_and_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
