/* The trim resistor: a bare LSU 4.9 at a source-meter, the finished sensor at its controller, and
 * that both are one and the same element. */
#include "tests/test_direct_rig.h"

enum { AIR, LEAN8, GASES };

struct seen {
    double ip_mA, raw_mA; /* at the controller, through the pump cell */
    double trim_ohm;
};

static struct twin_config config_of(enum twin_element_kind kind, uint64_t seed, int defect,
                                    double severity)
{
    struct direct_rig rig;
    const struct gas_mix gases[GASES] = {rig_lean(0.2095), rig_lean(0.0829)};
    rig_configure(&rig, kind, 780, gases, GASES);
    rig.config.seed = seed;
    rig.config.spread = true;
    if (defect)
        rig.config.defects[rig.config.defect_count++] = (struct twin_defect){1, defect, severity};
    return rig.config;
}

/* In air, at the controller, 40 s after it was switched on. */
static struct seen in_its_sensor(struct twin_config config)
{
    struct twin *twin;
    struct twin_truth truth;
    const unsigned site_of[4] = {1};
    const struct instant start = {0}, late = {40000000};
    assert_int_equal(twin_new(&config, &twin), RC_OK);
    struct plant supply = twin_plant_supply(twin, 0, site_of);
    struct plant controller = twin_plant_controller(twin, 1), air = twin_plant_flow(twin, AIR);
    air.write(air.ctx, PLANT_FLOW_slpm, 0, 2, start);
    supply.write(supply.ctx, PLANT_SUPPLY_V, 0, 13.5, start);
    controller.write(controller.ctx, PLANT_HEATER_ENABLE, 1, 13.5, start);
    controller.write(controller.ctx, PLANT_HEATER_ENABLE, 0, 1, start);
    struct seen seen = {.ip_mA = controller.read(controller.ctx, PLANT_IP_mA, 0, late)};
    twin_truth(twin, 1, late, &truth);
    seen.raw_mA = truth.raw_mA;
    seen.trim_ohm = twin->sites[0].part.trim_ohm;
    twin_free(twin);
    return seen;
}

static struct seen finished(uint64_t seed, int defect, double severity)
{
    return in_its_sensor(config_of(TWIN_ELEMENT_LSU49, seed, defect, severity));
}

/* In air at 0.9 V, by a source-meter, held at its temperature. */
static double at_source_mA(struct twin_config config, double degC)
{
    struct direct_rig rig = {.config = config, .degC = degC};
    rig_open(&rig);
    rig_heat(&rig);
    rig_put(&rig, rig.flows[AIR], PLANT_FLOW_slpm, 0, 2);
    rig_put(&rig, rig.source, PLANT_SOURCE_LIMIT_A, 0, 0.0085);
    rig_put(&rig, rig.source, PLANT_SOURCE_V, 0, 0.9);
    rig_wait(&rig, 20);
    double mA = rig_i_mA(&rig);
    rig_close(&rig);
    return mA;
}

static double bare_mA(uint64_t seed, int defect, double severity)
{
    return at_source_mA(config_of(TWIN_ELEMENT_LSU49_BARE, seed, defect, severity), 780);
}

static void the_controller_sees_the_share_of_the_resistor(void **state)
{
    static const double rows[][2] = {/* published practice: raw air current, resistor */
                                     {3.0, 342},
                                     {3.5, 164},
                                     {4.0, 108},
                                     {5.0, 64},
                                     {6.0, 45}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lsu_part part = {.raw = rows[i][0] / lsu_kind_49.raw_air_mA, .barrier = 1};
        double ohm = population_trim_ohm(&lsu_kind_49, &part);
        assert_true(fabs(ohm / rows[i][1] - 1) < 0.01);
        assert_true(fabs(rows[i][0] * population_trim_share(ohm) - 2.54) < 1e-9);
    }
    assert_true(population_trim_share((double)INFINITY) == 1);
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct seen good = finished(seed, 0, 0);
        assert_true(num_within(good.ip_mA, 2.43, 2.65) && num_within(good.raw_mA, 3.4, 5.4));
        assert_true(num_within(good.trim_ohm, 45, 190));
        assert_true(fabs(good.raw_mA * good.trim_ohm / (61.9 + good.trim_ohm) - good.ip_mA) < 1e-9);
    }
}

static void a_wrong_resistor_spoils_the_finished_current_and_leaves_the_raw_one(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct seen good = finished(seed, 0, 0), wrong = finished(seed, 38, 1);
        double share = wrong.trim_ohm / (61.9 + wrong.trim_ohm);
        print_message("figure: D38 at 1: %.1f instead of %.1f ohm, Ip %.3f instead of %.3f mA, "
                      "raw %.3f and %.3f mA\n",
                      wrong.trim_ohm, good.trim_ohm, wrong.ip_mA, good.ip_mA, wrong.raw_mA,
                      good.raw_mA);
        assert_true(fabs(fabs(wrong.trim_ohm / good.trim_ohm - 1) - 0.5) < 1e-9);
        assert_true(fabs(wrong.raw_mA / good.raw_mA - 1) < 1e-9);
        assert_true(num_within(wrong.raw_mA, 3.06, 7.8));
        assert_true(fabs(wrong.ip_mA - wrong.raw_mA * share) < 1e-9);
        assert_false(num_within(wrong.ip_mA, 2.41, 2.67));
    }
}

/* The published -9 and +6 mA are those of the pump cell; so is what R_c carries over. */
static void the_loop_stops_by_the_current_through_the_cell(void **state)
{
    (void)state;
    struct seen turned = finished(3, 39, 1), good = finished(3, 0, 0);
    assert_true(fabs(turned.raw_mA + 9) < 1e-6);
    assert_true(fabs(turned.ip_mA + 9 * good.ip_mA / good.raw_mA) < 1e-6);

    struct gas_view view = {
        .mix = rig_lean(0.2095), .pressure_kPa = 101.325, .convection = 1, .serial = 1};
    struct lsu_part part = {.barrier = 1, .kappa = 1, .tau_s = 0.012, .rn = 1, .share = 0.5773};
    struct lsu sound, crossed;
    lsu_init(&sound, &lsu_kind_49, &part, &view, 1053.15);
    part.or_ohm = 1e3;
    lsu_init(&crossed, &lsu_kind_49, &part, &view, 1053.15);
    double moved_mV = 2 * crossed.nernst_mV * log(crossed.u_set / sound.u_set);
    print_message("figure: R_c %.1f ohm moves the EMF by %.1f mV in air\n", crossed.rc_ohm,
                  moved_mV);
    assert_true(fabs(moved_mV + crossed.rc_ohm * crossed.limit_mA / 0.5773) < 0.1);
}

static void a_cracked_barrier_moves_both_currents(void **state)
{
    (void)state;
    struct seen good = finished(3, 0, 0), cracked = finished(3, 11, 0.5);
    assert_true(fabs(cracked.ip_mA / good.ip_mA - 1.325) < 0.002);
    assert_true(fabs(cracked.raw_mA / good.raw_mA - 1.325) < 0.002);
    assert_true(cracked.trim_ohm == good.trim_ohm);
}

static void the_bare_element_is_the_one_in_the_finished_sensor(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        double raw_mA = finished(seed, 0, 0).raw_mA, mA = bare_mA(seed, 0, 0);
        print_message("figure: seed %u: %.4f mA bare, %.4f mA in the sensor\n", (unsigned)seed, mA,
                      raw_mA);
        assert_true(fabs(mA / raw_mA - 1) < 0.01); /* R_N 2.5 % apart: 12 K */
        double older_mA = in_its_sensor(config_of(TWIN_ELEMENT_LSU42, seed, 0, 0)).raw_mA;
        mA = at_source_mA(config_of(TWIN_ELEMENT_LSU42_BARE, seed, 0, 0), 750);
        assert_true(fabs(mA / older_mA - 1) < 0.01);
    }
}

/* Its Nernst cell has 80 ohm at 750 degC, and air as reference: no step from nothing to 20 uA. */
static void an_older_bare_element_has_its_own_cells(void **state)
{
    struct direct_rig rig = {.config = config_of(TWIN_ELEMENT_LSU42_BARE, 1, 0, 0), .degC = 750};
    (void)state;
    rig.config.spread = false;
    rig_open(&rig);
    rig_heat(&rig);
    assert_true(fabs(rig_truth(&rig).ri_ohm - 80) < 2.4); /* the fit of its table */
    double rest_mV = rig_u_mV(&rig);
    rig_put(&rig, rig.scanner, PLANT_RELAY, 0, 1);
    rig_wait(&rig, 20);
    assert_true(fabs(rig_u_mV(&rig) - rest_mV) < 0.01 && fabs(rest_mV) < 1);
    rig_close(&rig);
}

static void a_bare_element_has_no_resistor_to_be_wrong(void **state)
{
    struct twin_config config = config_of(TWIN_ELEMENT_LSU49_BARE, 1, 38, 0.5);
    struct twin *twin;
    char serial[32];
    (void)state;
    assert_int_equal(twin_new(&config, &twin), RC_REFUSED);
    assert_string_equal(twin_defect_refusal(&config, 38),
                        "a bare element has no trim resistor yet");
    assert_null(twin_defect_refusal(&config, 11));
    assert_non_null(twin_defect_refusal(&config, 24));
    config.defect_count = 0;
    assert_int_equal(twin_new(&config, &twin), RC_OK);
    twin_serial(twin, 1, serial);
    assert_memory_equal(serial, "LSU49B-", 7);
    twin_free(twin);
    assert_true(fabs(bare_mA(2, 12, 1) / bare_mA(2, 0, 0) - 0.6) < 0.002);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_controller_sees_the_share_of_the_resistor),
        cmocka_unit_test(a_wrong_resistor_spoils_the_finished_current_and_leaves_the_raw_one),
        cmocka_unit_test(the_loop_stops_by_the_current_through_the_cell),
        cmocka_unit_test(a_cracked_barrier_moves_both_currents),
        cmocka_unit_test(the_bare_element_is_the_one_in_the_finished_sensor),
        cmocka_unit_test(an_older_bare_element_has_its_own_cells),
        cmocka_unit_test(a_bare_element_has_no_resistor_to_be_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
