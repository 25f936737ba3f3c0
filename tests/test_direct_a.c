/* Element A measured by a source-meter, a scanner and a lock-in. */
#include "tests/test_direct_rig.h"

enum { AIR, LEAN3, LEAN1, RICH9, GASES };

static void setup(struct direct_rig *rig, int defect, double severity)
{
    const struct gas_mix gases[GASES] = {rig_lean(0.2095), rig_lean(0.03), rig_lean(0.01),
                                         rig_exhaust(0.9)};
    rig_configure(rig, TWIN_ELEMENT_A, 780, gases, GASES);
    if (defect) {
        rig->config.defects[0] = (struct twin_defect){1, defect, severity};
        rig->config.defect_count = 1;
    }
}

static void hot(struct direct_rig *rig, int defect, double severity)
{
    setup(rig, defect, severity);
    rig_open(rig);
    rig_heat(rig);
    assert_true(fabs(rig_truth(rig).element_degC - 780) < 1);
}

/* Sine of 0.33 V through the pump cell; R_c from X, with the pump cell's own 79 ohm. */
static double rc_ohm(struct direct_rig *rig)
{
    rig_put(rig, rig->scanner, PLANT_RELAY, rig->config.sites, 1);
    rig_put(rig, rig->lock_in, PLANT_SINE_V, 0, 0.33);
    rig_put(rig, rig->lock_in, PLANT_SINE_Hz, 0, 1000);
    double volt = rig_get(rig, rig->lock_in, PLANT_LOCK_IN_X_V, 0);
    rig_put(rig, rig->scanner, PLANT_RELAY, rig->config.sites, 0);
    return volt * (1000 + 79) / 0.33;
}

static void the_lock_in_finds_the_table_of_crosstalk_resistances(void **state)
{
    static const double table[][2] = {{300, 37.5}, {1e3, 17.3},  {2e3, 9.8},  {5e3, 4.2},
                                      {10e3, 2.2}, {50e3, 0.45}, {1e6, 0.022}};
    struct direct_rig rig;
    (void)state;
    hot(&rig, 0, 0);
    struct element_a *part = &rig.twin->sites[0].direct.cell.a.part;
    part->rn = (struct nernst_path){0, 300, 0.785}; /* as the table has it */
    for (size_t i = 0; i < COUNT(table); i++) {
        part->or1.active_ohm = table[i][0];
        double found = rc_ohm(&rig);
        print_message("figure: R_OR %.0f ohm: R_c %.3f, table %.3f\n", table[i][0], found,
                      table[i][1]);
        assert_true(fabs(found / table[i][1] - 1) < 0.04);
    }
    rig_close(&rig);
}

/* Relay 2 puts the sine to the pump cell, relay 3 the input: R_p, and the electrodes' arc below. */
static void the_lock_in_finds_the_impedance_of_the_pump_cell(void **state)
{
    (void)state;
    struct direct_rig rig;
    hot(&rig, 0, 0);
    rig_put(&rig, rig.lock_in, PLANT_SINE_V, 0, 0.144);
    rig_put(&rig, rig.scanner, PLANT_RELAY, 1, 1);
    rig_put(&rig, rig.scanner, PLANT_RELAY, 2, 1);
    double ohm[2];
    for (int low = 0; low < 2; low++) {
        rig_put(&rig, rig.lock_in, PLANT_SINE_Hz, 0, low ? 1 : 20000);
        double x = rig_get(&rig, rig.lock_in, PLANT_LOCK_IN_X_V, 0);
        ohm[low] = 1000 * x / (0.144 - x);
    }
    print_message("figure: pump cell %.1f ohm at 20 kHz, %.1f at 1 Hz\n", ohm[0], ohm[1]);
    assert_true(fabs(ohm[0] - 75) < 1 && fabs(ohm[1] - 98) < 2); /* 15 electrodes, 8 gas */
    rig_put(&rig, rig.scanner, PLANT_RELAY, 1, 0); /* the other way round: the same transfer */
    assert_true(fabs(rig_get(&rig, rig.lock_in, PLANT_LOCK_IN_X_V, 0)) < 1e-4);
    rig_close(&rig);
}

static void the_lock_in_finds_the_nernst_resistance(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot(&rig, 0, 0);
    rig_put(&rig, rig.lock_in, PLANT_SINE_V, 0, 0.25);
    rig_put(&rig, rig.lock_in, PLANT_SINE_Hz, 0, 4000);
    double x = rig_get(&rig, rig.lock_in, PLANT_LOCK_IN_X_V, 0);
    double y = rig_get(&rig, rig.lock_in, PLANT_LOCK_IN_Y_V, 0);
    /* Z = R v/(V - v) */
    double a = 0.25 - x, re = 1000 * (x * a - y * y) / (a * a + y * y);
    print_message("figure: R_i at 4 kHz %.1f ohm\n", re);
    assert_true(fabs(re - 300) < 4 && fabs(y) < 0.02 * x);
    rig_close(&rig);
}

/* (RT/4F)/|dI/d ln p| = 22.7 mV (1 - x)/(10.82 mA x) of the open cavity */
static void at_low_frequency_the_gas_of_the_cavity_adds_its_diffusion(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot(&rig, 0, 0);
    double air_ohm = rig_resistance_ohm(&rig, 0.05), fast_ohm = rig_resistance_ohm(&rig, 1000);
    rig_gas(&rig, LEAN1);
    double lean_ohm = rig_resistance_ohm(&rig, 0.05);
    print_message("figure: at 50 mHz %.1f ohm in air, %.1f in 1 %% O2; at 1 kHz %.2f\n", air_ohm,
                  lean_ohm, fast_ohm);
    assert_true(fabs(lean_ohm - air_ohm - 22.69 / 10.82 * (99 - 0.7905 / 0.2095)) < 3);
    assert_true(fabs(rig_resistance_ohm(&rig, 1000) - fast_ohm) < 0.05);
    rig_close(&rig);
}

static void the_pump_cell_shows_the_published_limiting_currents(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot(&rig, 0, 0);
    double foot_mA = rig_at_volt_mA(&rig, 0.6, 3), air_mA = rig_at_volt_mA(&rig, 0.8, 3);
    rig_gas(&rig, LEAN3);
    double lean_mA = rig_i_mA(&rig);
    rig_gas(&rig, RICH9);
    double rich_mA = rig_at_volt_mA(&rig, -0.5, 3), rise_mA = rig_at_volt_mA(&rig, 0.4, 3);
    print_message("figure: air %.4f mA at 0.6 V, %.4f at 0.8 V; 3 %% %.4f; lambda 0.9 %.4f, "
                  "electrolysis %.3f mA\n",
                  foot_mA, air_mA, lean_mA, rich_mA, rise_mA);
    assert_true(fabs(air_mA - 2.54) < 0.02 && fabs(air_mA / foot_mA - 1) < 0.02);
    assert_true(fabs(lean_mA - 0.330) < 0.004);
    assert_true(fabs(rich_mA + 0.408) < 0.008); /* published plateau of the V-I curve */
    assert_true(fabs(rise_mA - 1.375) < 0.03);  /* water and CO2 */
    rig_close(&rig);
}

static void un_follows_the_cavity(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot(&rig, 0, 0);
    double slope_mV = nernst_slope_mV(rig_truth(&rig).element_degC + 273.15);
    assert_true(fabs(rig_u_mV(&rig)) < 0.3);
    rig_gas(&rig, LEAN1);
    assert_true(fabs(rig_u_mV(&rig) - slope_mV * log(0.2095 / 0.01)) < 0.5);
    rig_gas(&rig, RICH9);
    /* where the barrier carries nothing: hydrogen comes through more easily than oxygen */
    struct cell_gas rich = {rig_truth(&rig).gas, 101.325};
    struct pump_env env;
    double ln_pO2;
    double T_K = rig_truth(&rig).element_degC + 273.15;
    assert_int_equal(pump_env_prepare(&pump_cell_plain.barrier, &rich, T_K, &env), RC_OK);
    assert_int_equal(pump_barrier_ln_pO2(&pump_cell_plain.barrier, &env, 0, &ln_pO2), RC_OK);
    double goal_rich_mV = slope_mV * (log(0.2095 * 1.01325) - ln_pO2);
    print_message("figure: lambda 0.9: U_N %.1f mV (%.1f)\n", rig_u_mV(&rig), goal_rich_mV);
    assert_true(fabs(rig_u_mV(&rig) - goal_rich_mV) < 0.5);
    assert_true(num_within(rig_u_mV(&rig), 840, 880)); /* equilibrium of the gas: 873 */
    rig_gas(&rig, AIR);
    for (double mA = 0.5; mA < 2.4; mA += 0.6) {
        (void)rig_at_mA(&rig, mA, 5);
        double x = 1 - (1 - 0.2095) * exp(mA / 10.82);
        double goal_mV = slope_mV * log(0.2095 / x) + 0.02 * mA;
        print_message("figure: %.1f mA: cavity %.2f %% O2, U_N %.2f mV (%.2f)\n", mA, 100 * x,
                      rig_u_mV(&rig), goal_mV);
        assert_true(fabs(rig_u_mV(&rig) - goal_mV) < 1);
    }
    rig_close(&rig);
}

static void a_current_step_feeds_through_at_once_and_the_cavity_follows(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot(&rig, 1, 1);
    rig_gas(&rig, LEAN3);
    (void)rig_at_mA(&rig, 0.05, 5);
    double before_mV = rig_u_mV(&rig);
    rig_put(&rig, rig.source, PLANT_SOURCE_A, 0, 0.15e-3);
    double step_mV = rig_u_mV(&rig) - before_mV;
    rig_wait(&rig, 0.5);
    double later_mV = rig_u_mV(&rig) - before_mV;
    print_message("figure: D01, 0.1 mA: %.3f mV at once, %.3f mV in 0.5 s\n", step_mV, later_mV);
    assert_true(fabs(step_mV / 0.1 - 15.9) < 0.5 && later_mV > step_mV + 1);
    rig_close(&rig);
}

static double reference_step_mV(int defect, double severity)
{
    struct direct_rig rig;
    hot(&rig, defect, severity);
    rig_wait(&rig, 200); /* what the defect does to the resting reference */
    double before_mV = rig_u_mV(&rig);
    rig_put(&rig, rig.scanner, PLANT_RELAY, 0, 1);
    rig_wait(&rig, 60);
    double after_mV = rig_u_mV(&rig);
    rig_put(&rig, rig.scanner, PLANT_RELAY, 0, 0);
    rig_wait(&rig, 60);
    assert_true(defect || fabs(rig_u_mV(&rig) - before_mV) < 0.5);
    rig_close(&rig);
    return after_mV - before_mV;
}

static void the_reference_current_shows_channel_and_leak(void **state)
{
    (void)state;
    double good_mV = reference_step_mV(0, 0), blocked_mV = reference_step_mV(7, 0);
    print_message("figure: 0 -> 20 uA: %.1f mV, D07 %.1f mV (limits 12..34)\n", good_mV,
                  blocked_mV);
    assert_true(fabs(good_mV - 24) < 1.5 && blocked_mV > 34);
}

/* U_N with a current from the second source-meter, 60 s later. */
static double un_at_uA(struct direct_rig *rig, double uA)
{
    rig_put(rig, rig->reference, PLANT_SOURCE_A, 0, uA * 1e-6);
    rig_wait(rig, 60);
    return rig_u_mV(rig);
}

static void a_second_source_meter_drives_the_reference(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot(&rig, 0, 0);
    double zero_mV = rig_u_mV(&rig);
    rig_put(&rig, rig.scanner, PLANT_RELAY, 0, 1);
    rig_wait(&rig, 60);
    double relay_mV = rig_u_mV(&rig) - zero_mV;
    rig_put(&rig, rig.scanner, PLANT_RELAY, 0, 0);
    double ten_mV = un_at_uA(&rig, 10) - zero_mV, twenty_mV = un_at_uA(&rig, 20) - zero_mV;
    double forty_mV = un_at_uA(&rig, 40) - zero_mV;
    print_message("figure: 10, 20, 40 uA: %.2f %.2f %.2f mV\n", ten_mV, twenty_mV, forty_mV);
    /* 22.69 mV ln(x/0.2095) + 300 ohm I, x = 1 - 0.7905 exp(-I/50 uA) = 0.3528, 0.4701, 0.6448 */
    assert_true(fabs(ten_mV - 14.83) < 0.1 && fabs(twenty_mV - 24.34) < 0.1);
    assert_true(fabs(forty_mV - 37.51) < 0.1 && fabs(twenty_mV - relay_mV) < 0.02);
    assert_true(fabs(rig_get(&rig, rig.reference, PLANT_SOURCE_A, 0) - 40e-6) < 1e-12);
    /* the scanner finds 0.2 mV of the heater too */
    double source_mV = 1000 * rig_get(&rig, rig.reference, PLANT_SOURCE_V, 0);
    assert_true(fabs(source_mV - rig_u_mV(&rig)) < 0.3);
    assert_true(rig_get(&rig, rig.reference, PLANT_SOURCE_COMPLIANCE, 0) == 0);
    rig_put(&rig, rig.reference, PLANT_SOURCE_LIMIT_V, 0, 0.03);
    rig_wait(&rig, 60);
    print_message("figure: held at 30 mV: %.3f mV, %.2f uA\n", rig_u_mV(&rig),
                  1e6 * rig_get(&rig, rig.reference, PLANT_SOURCE_A, 0));
    assert_true(rig_get(&rig, rig.reference, PLANT_SOURCE_COMPLIANCE, 0) == 1);
    assert_true(fabs(rig_u_mV(&rig) - 30) < 0.3);
    rig_put(&rig, rig.reference, PLANT_SOURCE_LIMIT_V, 0, 2);
    rig_put(&rig, rig.reference, PLANT_SOURCE_V, 0, 0.02434);
    rig_wait(&rig, 60);
    assert_true(fabs(rig_get(&rig, rig.reference, PLANT_SOURCE_A, 0) - 20e-6) < 0.3e-6);
    rig_put(&rig, rig.reference, PLANT_SOURCE_OFF, 0, 1);
    rig_wait(&rig, 60);
    assert_true(rig_get(&rig, rig.reference, PLANT_SOURCE_A, 0) == 0);
    assert_true(fabs(rig_u_mV(&rig) - zero_mV) < 0.05);
    rig_close(&rig);
}

enum { PORT_N2 = GASES, PORT_CO, PORT_GASES };

static void hot_with_port(struct direct_rig *rig, int defect, double severity)
{
    setup(rig, defect, severity);
    rig->config.flows[PORT_N2] = (struct twin_flow){gas_mix_n2, 1, 1};
    rig->config.flows[PORT_CO] =
        (struct twin_flow){{.x = {[GAS_CO] = 0.05, [GAS_CO2] = 0.05, [GAS_N2] = 0.9}}, 1, 1};
    rig->config.flow_count = PORT_GASES;
    rig->config.ambient_port_mL = 10;
    rig_open(rig);
    rig_heat(rig);
}

static void side(struct direct_rig *rig, unsigned chosen, double seconds)
{
    for (unsigned i = PORT_N2; i < PORT_GASES; i++)
        rig_put(rig, rig->flows[i], PLANT_FLOW_slpm, 0, i == chosen ? 0.5 : 0);
    rig_wait(rig, seconds);
}

static void an_ambient_side_of_room_air_changes_nothing(void **state)
{
    struct direct_rig room, port;
    double worst_mV = 0;
    (void)state;
    hot(&room, 8, 0);
    hot_with_port(&port, 8, 0);
    for (int i = 0; i < 30; i++) {
        rig_put(&room, room.reference, PLANT_SOURCE_A, 0, i < 15 ? 20e-6 : 0);
        rig_put(&port, port.reference, PLANT_SOURCE_A, 0, i < 15 ? 20e-6 : 0);
        rig_wait(&room, 2);
        rig_wait(&port, 2);
        double off_mV = fabs(rig_u_mV(&room) - rig_u_mV(&port));
        worst_mV = off_mV > worst_mV ? off_mV : worst_mV;
    }
    print_message("figure: with and without a port, worst %.4f mV\n", worst_mV);
    assert_true(worst_mV < 0.05);
    rig_close(&room);
    rig_close(&port);
}

static void the_gas_of_the_ambient_side_sets_the_reference(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot_with_port(&rig, 0, 0);
    double zero_mV = rig_u_mV(&rig), pumped_mV = un_at_uA(&rig, 20);
    side(&rig, PORT_N2, 120);
    double nitrogen_mV = rig_u_mV(&rig) - pumped_mV; /* 22.69 mV ln(0.3297/0.4701) */
    side(&rig, PORT_CO, 120);
    double fuel_mV = rig_u_mV(&rig) - pumped_mV; /* 22.69 mV ln(0.3084/0.4701) */
    rig_put(&rig, rig.reference, PLANT_SOURCE_OFF, 0, 1);
    rig_wait(&rig, 200);
    double buffer_mV = rig_u_mV(&rig) - zero_mV;
    print_message("figure: N2 %.2f mV, CO %.2f mV, without current %.1f mV\n", nitrogen_mV, fuel_mV,
                  buffer_mV);
    assert_true(fabs(nitrogen_mV + 8.05) < 0.1 && fabs(fuel_mV + 9.57) < 0.1);
    assert_true(fabs(buffer_mV + 954.4) < 2);
    rig_close(&rig);
}

static void compliance_is_kept_and_told(void **state)
{
    struct direct_rig rig;
    (void)state;
    hot(&rig, 0, 0);
    rig_put(&rig, rig.source, PLANT_SOURCE_LIMIT_A, 0, 1e-3);
    assert_true(fabs(rig_at_volt_mA(&rig, 0.6, 3) - 1) < 1e-9);
    assert_true(rig_get(&rig, rig.source, PLANT_SOURCE_COMPLIANCE, 0) == 1);
    assert_true(rig_get(&rig, rig.source, PLANT_SOURCE_V, 0) < 0.5);
    rig_put(&rig, rig.source, PLANT_SOURCE_LIMIT_V, 0, 0.9);
    assert_true(fabs(rig_at_mA(&rig, 4, 3) - 900) < 1e-6); /* above the limiting current */
    assert_true(rig_get(&rig, rig.source, PLANT_SOURCE_COMPLIANCE, 0) == 1);
    assert_true(fabs(rig_i_mA(&rig) - 2.54) < 0.03);
    assert_true(rig_at_mA(&rig, 1, 3) < 500);
    assert_true(rig_get(&rig, rig.source, PLANT_SOURCE_COMPLIANCE, 0) == 0);
    rig_put(&rig, rig.source, PLANT_SOURCE_OFF, 0, 1);
    rig_wait(&rig, 3);
    assert_true(rig_i_mA(&rig) == 0 && fabs(rig_get(&rig, rig.source, PLANT_SOURCE_V, 0)) < 1e-3);
    rig_close(&rig);
}

static double coupling_mV(int defect)
{
    struct direct_rig rig;
    hot(&rig, defect, 1);
    double on_mV = rig_u_mV(&rig), volt = rig_get(&rig, rig.supply, PLANT_SUPPLY_V, 0);
    rig_put(&rig, rig.supply, PLANT_SUPPLY_V, 0, 0);
    double off_mV = rig_u_mV(&rig);
    rig_close(&rig);
    return (on_mV - off_mV) / volt;
}

static void a_broken_insulation_shows_when_the_heater_is_switched_off(void **state)
{
    (void)state;
    double good = coupling_mV(0), broken = coupling_mV(20);
    print_message("figure: coupling %.3f mV/V, D20 %.2f mV/V (limit 1)\n", good, broken);
    assert_true(good > 0 && good < 0.1 && broken > 3);
}

static void the_heater_hangs_on_its_supply_channel(void **state)
{
    struct direct_rig rig;
    (void)state;
    setup(&rig, 0, 0);
    rig_open(&rig);
    struct plant meter = twin_plant_meter(rig.twin, 0, 0);
    rig_put(&rig, rig.supply, PLANT_SUPPLY_V, 0, 0.1);
    rig.t_s = 0.1;
    double cold_ohm =
        rig_get(&rig, meter, PLANT_METER_V, 0) / rig_get(&rig, rig.supply, PLANT_SUPPLY_A, 0);
    rig_heat(&rig);
    double volt = rig_get(&rig, meter, PLANT_METER_V, 0);
    double ampere = rig_get(&rig, rig.supply, PLANT_SUPPLY_A, 0);
    print_message("figure: heater %.3f ohm cold, %.3f ohm and %.2f W at 780 degC\n", cold_ohm,
                  volt / ampere, volt * ampere);
    assert_true(fabs(cold_ohm - 3.2) < 0.02 && fabs(volt / ampere - 7.5) < 0.05);
    assert_true(num_within(volt * ampere, 7.2, 8.4));
    rig_close(&rig);
}

static void a_second_reference_electrode_shows_its_own_barrier(void **state)
{
    struct direct_rig rig;
    (void)state;
    setup(&rig, 9, 1);
    struct twin *none = NULL;
    assert_int_equal(twin_new(&rig.config, &none), RC_REFUSED); /* P1 has only one */
    rig.config.variant = ELEMENT_A_V9;
    rig_open(&rig);
    rig_heat(&rig);
    assert_true(fabs(1000 * rig_get(&rig, rig.scanner, PLANT_METER_V, 1) - rig_u_mV(&rig)) < 0.5);
    (void)rig_at_mA(&rig, 2, 5);
    double more_mV = 1000 * rig_get(&rig, rig.scanner, PLANT_METER_V, 1) - rig_u_mV(&rig);
    print_message("figure: D09, 2 mA: U_RE2 - U_RE1 %.2f mV\n", more_mV);
    assert_true(fabs(more_mV - 2 * 8.9) < 1);
    rig_close(&rig);
}

static void serials_and_dead_plants_follow_the_kind(void **state)
{
    struct direct_rig rig;
    char serial[32];
    (void)state;
    setup(&rig, 0, 0);
    rig_open(&rig);
    twin_serial(rig.twin, 1, serial);
    assert_memory_equal(serial, "EA-", 3);
    struct plant controller = twin_plant_controller(rig.twin, 1);
    rig_put(&rig, controller, PLANT_HEATER_ENABLE, 0, 1);
    assert_true(isnan(rig_get(&rig, controller, PLANT_IP_mA, 0)));
    rig_close(&rig);
    rig.config.element = TWIN_ELEMENT_LSU49;
    rig_open(&rig);
    assert_true(isnan(rig_i_mA(&rig)) && isnan(rig_u_mV(&rig)));
    assert_true(isnan(rig_get(&rig, rig.reference, PLANT_SOURCE_V, 0)));
    rig_close(&rig);
    rig.config.element = TWIN_ELEMENT_A;
    rig.config.ambient_port_mL = (double)NAN;
    assert_int_equal(twin_new(&rig.config, &rig.twin), RC_RANGE);
    rig.config.ambient_port_mL = 0;
    rig.config.variant = ELEMENT_A_VARIANTS;
    assert_int_equal(twin_new(&rig.config, &rig.twin), RC_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lock_in_finds_the_table_of_crosstalk_resistances),
        cmocka_unit_test(the_lock_in_finds_the_impedance_of_the_pump_cell),
        cmocka_unit_test(the_lock_in_finds_the_nernst_resistance),
        cmocka_unit_test(at_low_frequency_the_gas_of_the_cavity_adds_its_diffusion),
        cmocka_unit_test(the_pump_cell_shows_the_published_limiting_currents),
        cmocka_unit_test(un_follows_the_cavity),
        cmocka_unit_test(a_current_step_feeds_through_at_once_and_the_cavity_follows),
        cmocka_unit_test(the_reference_current_shows_channel_and_leak),
        cmocka_unit_test(a_second_source_meter_drives_the_reference),
        cmocka_unit_test(an_ambient_side_of_room_air_changes_nothing),
        cmocka_unit_test(the_gas_of_the_ambient_side_sets_the_reference),
        cmocka_unit_test(compliance_is_kept_and_told),
        cmocka_unit_test(a_broken_insulation_shows_when_the_heater_is_switched_off),
        cmocka_unit_test(the_heater_hangs_on_its_supply_channel),
        cmocka_unit_test(a_second_reference_electrode_shows_its_own_barrier),
        cmocka_unit_test(serials_and_dead_plants_follow_the_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
