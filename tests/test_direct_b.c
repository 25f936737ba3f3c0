/* Element B measured by a source-meter. */
#include "tests/test_direct_rig.h"

enum { AIR, LEAN5, LEAN1, R80, R90, R95, R98, R99, L1001, L1005, L101, L105, GASES };

static void setup(struct direct_rig *rig)
{
    const struct gas_mix gases[GASES] = {
        [AIR] = rig_lean(0.2095),     [LEAN5] = rig_lean(0.05),   [LEAN1] = rig_lean(0.01),
        [R80] = rig_exhaust(0.80),    [R90] = rig_exhaust(0.90),  [R95] = rig_exhaust(0.95),
        [R98] = rig_exhaust(0.98),    [R99] = rig_exhaust(0.99),  [L1001] = rig_exhaust(1.001),
        [L1005] = rig_exhaust(1.005), [L101] = rig_exhaust(1.01), [L105] = rig_exhaust(1.05)};
    rig_configure(rig, TWIN_ELEMENT_B, 740, gases, GASES);
}

static void hot(struct direct_rig *rig)
{
    setup(rig);
    rig_open(rig);
    rig_heat(rig);
    assert_true(fabs(rig_truth(rig).element_degC - 740) < 1);
}

/* (RT/4F)/|dI/d ln p| = 21.8 mV (1 - x)/(8 mA x) of the fine layer */
static void at_low_frequency_the_gas_of_the_fine_layer_adds_its_diffusion(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot(&rig);
    double air_ohm = rig_resistance_ohm(&rig, 0.02), fast_ohm = rig_resistance_ohm(&rig, 1000);
    rig_gas(&rig, LEAN1);
    double lean_ohm = rig_resistance_ohm(&rig, 0.02);
    double more_ohm = 21.83 / 8 * (99 - 0.7905 / 0.2095);
    print_message("figure: at 20 mHz %.1f ohm in air, %.1f in 1 %% O2, %+.1f expected\n", air_ohm,
                  lean_ohm, more_ohm);
    assert_true(fabs((lean_ohm - air_ohm) / more_ohm - 1) < 0.03);
    assert_true(fabs(rig_resistance_ohm(&rig, 1000) - fast_ohm) < 0.05);
    rig_close(&rig);
}

static bool near(double found, double published)
{
    print_message("figure: %8.4f mA, published %7.3f\n", found, published);
    return fabs(found - published) < 0.0015 + 0.01 * fabs(published);
}

static void lean_gas_shows_two_plateaus_and_their_ratio(void **state)
{
    static const struct {
        unsigned gas;
        double fine_mA, coarse_mA;
    } lean[] = {{LEAN1, 0.079, -0.793}, {LEAN5, 0.405, 0}, {AIR, 1.855, 0}};
    struct direct_rig rig;
    (void)state;
    hot(&rig);
    for (size_t i = 0; i < COUNT(lean); i++) {
        rig_gas(&rig, lean[i].gas);
        double fine_mA = rig_at_volt_mA(&rig, 0.45, 2), coarse_mA = rig_at_volt_mA(&rig, -0.45, 2);
        assert_true(near(fine_mA, lean[i].fine_mA));
        assert_true(lean[i].coarse_mA == 0 || near(coarse_mA, lean[i].coarse_mA));
        if (lean[i].gas == LEAN1)
            assert_true(fabs(-coarse_mA / fine_mA - 10) < 0.1);
    }
    rig_close(&rig);
}

static void rich_gas_has_its_plateau_and_its_trap(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot(&rig);
    rig_gas(&rig, R90);
    assert_true(near(rig_at_volt_mA(&rig, -0.45, 2), -0.297));
    assert_true(near(rig_at_volt_mA(&rig, 0.45, 2), 1.00)); /* looks like 12 % oxygen */
    rig_gas(&rig, R80);
    assert_true(near(rig_at_volt_mA(&rig, -0.45, 2), -0.675));
    assert_true(near(rig_at_volt_mA(&rig, 0.45, 2), 0.90));
    rig_close(&rig);
}

static void the_nernst_mode_jumps_at_its_edges(void **state)
{
    static const struct {
        double mA;
        unsigned outside_rich, inside_rich, inside_lean, outside_lean;
    } modes[] = {{-0.05, R98, R99, L1001, L1005}, {-0.2, R90, R95, L101, L105}};
    struct direct_rig rig;
    (void)state;
    hot(&rig);
    for (size_t i = 0; i < COUNT(modes); i++) {
        double u_mV[4];
        const unsigned gases[4] = {modes[i].outside_rich, modes[i].inside_rich,
                                   modes[i].inside_lean, modes[i].outside_lean};
        for (int g = 0; g < 4; g++) {
            rig_gas(&rig, gases[g]);
            u_mV[g] = fabs(rig_at_mA(&rig, modes[i].mA, 1));
        }
        print_message("figure: %.0f uA: %.0f | %.0f %.0f | %.0f mV\n", 1000 * modes[i].mA, u_mV[0],
                      u_mV[1], u_mV[2], u_mV[3]);
        assert_true(u_mV[0] < 200 && u_mV[3] < 200);
        assert_true(num_within(u_mV[1], 550, 850) && num_within(u_mV[2], 550, 850));
    }
    rig_close(&rig);
}

static void one_common_gas_gives_no_voltage(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot(&rig);
    for (unsigned gas = AIR; gas < GASES; gas++) {
        rig_gas(&rig, gas);
        assert_true(fabs(rig_u_mV(&rig)) < 0.1);
    }
    rig_close(&rig);
    setup(&rig);
    rig.config.defects[0] = (struct twin_defect){1, 18, 1};
    rig.config.defect_count = 1;
    rig_open(&rig);
    rig_heat(&rig);
    print_message("figure: D18 offset %.1f mV (limit 3)\n", rig_u_mV(&rig));
    assert_true(fabs(rig_u_mV(&rig)) > 15);
    rig_close(&rig);
}

static void the_cell_resistance_is_that_of_the_model(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot(&rig);
    rig_put(&rig, rig.lock_in, PLANT_SINE_V, 0, 0.1);
    rig_put(&rig, rig.lock_in, PLANT_SINE_Hz, 0, 4000);
    double x = rig_get(&rig, rig.lock_in, PLANT_LOCK_IN_X_V, 0);
    double ohm = 1000 * x / (0.1 - x);
    print_message("figure: R_cell at 4 kHz %.1f ohm\n", ohm);
    assert_true(fabs(ohm - 60) < 4);
    rig_close(&rig);
}

/* Z at 4 kHz with the relays so, ohm. */
static double at_relays_ohm(struct direct_rig *rig, bool low, bool high)
{
    rig_put(rig, rig->scanner, PLANT_RELAY, 0, low);
    rig_put(rig, rig->scanner, PLANT_RELAY, 1, high);
    rig_put(rig, rig->lock_in, PLANT_SINE_V, 0, 0.1);
    rig_put(rig, rig->lock_in, PLANT_SINE_Hz, 0, 4000);
    double x = rig_get(rig, rig->lock_in, PLANT_LOCK_IN_X_V, 0);
    return 1000 * x / (0.1 - x);
}

static void open_sheets(struct direct_rig *rig, double severity)
{
    setup(rig);
    rig->config.variant = ELEMENT_B_DOUBLE;
    rig->config.reversible = true;
    rig->config.reverse_pin = 10;
    if (severity >= 0) {
        rig->config.defects[0] = (struct twin_defect){1, 18, severity};
        rig->config.defect_count = 1;
    }
    rig_open(rig);
    rig_heat(rig);
}

static void each_sheet_has_half_of_the_cell_and_a_short_has_nothing(void **state)
{
    struct direct_rig rig;
    (void)state;
    setup(&rig);
    rig.config.variant = ELEMENT_B_DOUBLE;
    rig_open(&rig);
    rig_heat(&rig);
    double cell_ohm = at_relays_ohm(&rig, false, false);
    double of12_ohm = at_relays_ohm(&rig, true, false), of13_ohm = at_relays_ohm(&rig, false, true);
    print_message("figure: cell %.2f ohm, sheets %.2f and %.2f ohm\n", cell_ohm, of12_ohm,
                  of13_ohm);
    assert_true(fabs(of12_ohm + of13_ohm - cell_ohm) < 0.2 && fabs(of12_ohm - of13_ohm) < 1e-9);
    assert_true(fabs(at_relays_ohm(&rig, true, true)) < 1e-9);
    rig_close(&rig);
}

static void a_single_sheet_has_no_contact_in_its_middle(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot(&rig);
    rig_put(&rig, rig.scanner, PLANT_RELAY, 0, 1);
    rig_put(&rig, rig.lock_in, PLANT_SINE_V, 0, 0.1);
    assert_true(fabs(rig_get(&rig, rig.lock_in, PLANT_LOCK_IN_X_V, 0) - 0.1) < 1e-12);
    rig_close(&rig);
}

/* By how much the side of 12 is hotter, from the sheets. */
static double side_K(struct direct_rig *rig)
{
    double of12_ohm = at_relays_ohm(rig, true, false), of13_ohm = at_relays_ohm(rig, false, true);
    (void)at_relays_ohm(rig, false, false);
    return 1013.15 * 1013.15 / 8860 * log(of13_ohm / of12_ohm);
}

static void the_flow_cools_the_side_it_meets_first_and_turns_round(void **state)
{
    struct direct_rig rig;
    (void)state;
    open_sheets(&rig, -1);
    struct plant io = twin_plant_io(rig.twin, 8, 0);
    double flow_K = 4 * sqrt(0.2); /* at 2 slpm */
    assert_true(fabs(side_K(&rig) + flow_K) < 0.1);
    assert_true(fabs(rig_u_mV(&rig) + 0.46 * flow_K) < 0.1);
    rig_put(&rig, io, PLANT_PIN, 10, 1);
    rig_wait(&rig, 5);
    double after_tau_K = flow_K * (1 - 2 * exp(-1));
    assert_true(fabs(side_K(&rig) - after_tau_K) < 0.1);
    rig_wait(&rig, 30);
    print_message("figure: flow %.2f K, reversed %.2f K\n", -flow_K, side_K(&rig));
    assert_true(fabs(side_K(&rig) - flow_K) < 0.1);
    rig_close(&rig);
}

static void a_heater_off_centre_stays_when_the_flow_turns(void **state)
{
    static const double severity[] = {0, 0.3, 1};
    (void)state;
    for (size_t i = 0; i < COUNT(severity); i++) {
        struct direct_rig rig;
        open_sheets(&rig, severity[i]);
        struct plant io = twin_plant_io(rig.twin, 8, 0);
        double forward_K = side_K(&rig);
        rig_put(&rig, io, PLANT_PIN, 10, 1);
        rig_wait(&rig, 40);
        double mean_K = (forward_K + side_K(&rig)) / 2;
        print_message("figure: D18 at %.1f: %.1f K of %.1f K\n", severity[i], fabs(mean_K),
                      10 + 30 * severity[i]);
        assert_true(fabs(fabs(mean_K) - (10 + 30 * severity[i])) < 0.3 + 0.01 * fabs(mean_K));
        rig_close(&rig);
    }
}

static double t63_s(unsigned form)
{
    struct direct_rig rig;
    setup(&rig);
    rig.config.variant = form;
    rig.config.flows[1].stream = 1;
    rig_open(&rig);
    struct plant io = twin_plant_io(rig.twin, 3, 0);
    rig_heat(&rig);
    rig_put(&rig, rig.flows[1], PLANT_FLOW_slpm, 0, 4);
    double from_mA = rig_at_volt_mA(&rig, 0.45, 10), begin_s = rig.t_s;
    rig_put(&rig, io, PLANT_PIN, 3, 1);
    while (rig_i_mA(&rig) > from_mA + 0.632 * (0.405 - from_mA) && rig.t_s < begin_s + 5)
        rig.t_s += 0.01;
    double t_s = rig.t_s - begin_s;
    rig_close(&rig);
    return t_s;
}

static void an_orifice_makes_the_fine_side_slower(void **state)
{
    (void)state;
    double plain_s = t63_s(ELEMENT_B_SINGLE), orifice_s = t63_s(ELEMENT_B_ORIFICE);
    print_message("figure: t63 air to 5 %%: %.2f s, with an orifice %.2f s\n", plain_s, orifice_s);
    assert_true(plain_s < 0.2 && orifice_s > plain_s + 0.04);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lean_gas_shows_two_plateaus_and_their_ratio),
        cmocka_unit_test(at_low_frequency_the_gas_of_the_fine_layer_adds_its_diffusion),
        cmocka_unit_test(rich_gas_has_its_plateau_and_its_trap),
        cmocka_unit_test(the_nernst_mode_jumps_at_its_edges),
        cmocka_unit_test(one_common_gas_gives_no_voltage),
        cmocka_unit_test(the_cell_resistance_is_that_of_the_model),
        cmocka_unit_test(an_orifice_makes_the_fine_side_slower),
        cmocka_unit_test(each_sheet_has_half_of_the_cell_and_a_short_has_nothing),
        cmocka_unit_test(a_single_sheet_has_no_contact_in_its_middle),
        cmocka_unit_test(the_flow_cools_the_side_it_meets_first_and_turns_round),
        cmocka_unit_test(a_heater_off_centre_stays_when_the_flow_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
