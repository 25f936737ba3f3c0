/* The back-pressure valve behind the elements, as the twin has it. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "core/num.h"
#include "twin/assembly.h"
#include "twin/element_b.h"

enum { N2, LEAN5, FLOWS, SUCTION_PIN = 9 };

static void configure(struct twin_config *config)
{
    twin_config_default(config);
    config->element = TWIN_ELEMENT_B;
    config->spread = config->noise = false;
    config->flow_count = FLOWS;
    config->flows[N2] = (struct twin_flow){gas_mix_n2, 10, 0};
    config->flows[LEAN5] = (struct twin_flow){{.x = {[GAS_O2] = 0.05, [GAS_N2] = 0.95}}, 5, 0};
}

static void fit_valve(struct twin_config *config)
{
    config->back_pressure = (struct twin_back_pressure){
        .fitted = true, .full_scale_kPa = 300, .suction_kPa = 30, .suction_pin = SUCTION_PIN};
}

static void put(struct plant plant, enum plant_signal signal, unsigned channel, double value,
                double at_s)
{
    plant.write(plant.ctx, signal, channel, value, (struct instant){(int64_t)(at_s * 1e6)});
}

static double get(struct plant plant, enum plant_signal signal, double at_s)
{
    return plant.read(plant.ctx, signal, 0, (struct instant){(int64_t)(at_s * 1e6)});
}

struct bench {
    struct twin *twin;
    struct plant valve, lean, supply, source, io;
};

static void build(struct bench *bench, const struct twin_config *config)
{
    const unsigned site_of[4] = {1, 0, 0, 0};
    assert_int_equal(twin_new(config, &bench->twin), RC_OK);
    bench->valve = twin_plant_pressure(bench->twin);
    bench->lean = twin_plant_flow(bench->twin, LEAN5);
    bench->supply = twin_plant_supply(bench->twin, 0, site_of);
    bench->source = twin_plant_source(bench->twin, 1);
    bench->io = twin_plant_io(bench->twin, 8, 1);
}

static void the_pressure_follows_the_set_point_with_its_time_constant(void **state)
{
    (void)state;
    struct twin_config config;
    struct bench bench;
    configure(&config);
    fit_valve(&config);
    build(&bench, &config);
    put(bench.lean, PLANT_FLOW_slpm, 0, 4, 0);
    const double open_kPa = 101.325 + 4 * 0.05;
    assert_true(fabs(get(bench.valve, PLANT_PRESSURE_kPa, 10) - open_kPa) < 1e-9);
    put(bench.valve, PLANT_PRESSURE_kPa, 0, 150, 10);
    const double after_tau = open_kPa + (150 - open_kPa) * (1 - exp(-1));
    assert_true(fabs(get(bench.valve, PLANT_PRESSURE_kPa, 10.5) - after_tau) < 0.01);
    assert_true(fabs(get(bench.valve, PLANT_PRESSURE_kPa, 20) - 150) < 1e-9);
    assert_true(fabs(get(bench.lean, PLANT_PRESSURE_kPa, 20) - 150) < 1e-9);
    put(bench.valve, PLANT_PRESSURE_kPa, 0, 0, 20);
    assert_true(fabs(get(bench.valve, PLANT_PRESSURE_kPa, 30) - open_kPa) < 1e-9);
    twin_free(bench.twin);
}

static void only_gas_that_flows_can_raise_it_and_only_a_pump_can_lower_it(void **state)
{
    (void)state;
    struct twin_config config;
    struct bench bench;
    configure(&config);
    fit_valve(&config);
    build(&bench, &config);
    put(bench.valve, PLANT_PRESSURE_kPa, 0, 150, 0);
    assert_true(fabs(get(bench.valve, PLANT_PRESSURE_kPa, 10) - 101.325) < 1e-9);
    put(bench.lean, PLANT_FLOW_slpm, 0, 4, 10);
    put(bench.valve, PLANT_PRESSURE_kPa, 0, 80, 10);
    assert_true(get(bench.valve, PLANT_PRESSURE_kPa, 20) > 101.325);
    put(bench.io, PLANT_PIN, SUCTION_PIN, 1, 20);
    assert_true(fabs(get(bench.valve, PLANT_PRESSURE_kPa, 30) - 80) < 1e-9);
    put(bench.valve, PLANT_PRESSURE_kPa, 0, 0, 30);
    assert_true(fabs(get(bench.valve, PLANT_PRESSURE_kPa, 40) - 30.2) < 1e-9);
    put(bench.io, PLANT_PIN, SUCTION_PIN, 0, 40);
    assert_true(fabs(get(bench.valve, PLANT_PRESSURE_kPa, 50) - 101.525) < 1e-9);
    twin_free(bench.twin);
}

static void at_rest_the_valve_changes_nothing_that_has_settled(void **state)
{
    (void)state;
    struct twin_config config;
    struct twin_truth truth[2];
    configure(&config);
    config.noise = config.spread = true;
    for (int fitted = 0; fitted < 2; fitted++) {
        struct twin *twin;
        if (fitted)
            fit_valve(&config);
        assert_int_equal(twin_new(&config, &twin), RC_OK);
        put(twin_plant_flow(twin, LEAN5), PLANT_FLOW_slpm, 0, 4, 0);
        twin_truth(twin, 1, (struct instant){INT64_C(30000000)}, &truth[fitted]);
        twin_free(twin);
    }
    assert_memory_equal(&truth[0].gas, &truth[1].gas, sizeof truth[0].gas);
    assert_true(fabs(truth[0].element_degC - truth[1].element_degC) < 1e-12);
}

static void the_reading_is_off_by_the_sensor_and_the_gas_by_as_much(void **state)
{
    (void)state;
    bool differs = false;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct twin_config config;
        struct bench bench;
        configure(&config);
        fit_valve(&config);
        config.noise = true;
        config.seed = seed;
        build(&bench, &config);
        put(bench.lean, PLANT_FLOW_slpm, 0, 4, 0);
        put(bench.valve, PLANT_PRESSURE_kPa, 0, 200, 1);
        assert_true(fabs(get(bench.valve, PLANT_PRESSURE_kPa, 20) - 200) < 0.06);
        double off_kPa = fabs(bench.twin->line.view.pressure_kPa - 200);
        if (!(off_kPa <= 0.75))
            fail_msg("seed %u: the gas is off by %g kPa", (unsigned)seed, off_kPa);
        differs = differs || off_kPa > 0.1;
        twin_free(bench.twin);
    }
    assert_true(differs);
}

/* I(p) = I(p0) p (kappa + p0) / ((kappa + p) p0), kappa at the element's temperature. */
static void the_current_of_an_element_follows_the_law_of_its_layer(void **state)
{
    (void)state;
    struct twin_config config;
    struct bench bench;
    double i_mA[2], p_bar[2], kelvin = 0;
    configure(&config);
    fit_valve(&config);
    build(&bench, &config);
    put(bench.lean, PLANT_FLOW_slpm, 0, 4, 0);
    put(bench.supply, PLANT_SUPPLY_A, 0, 5, 0);
    put(bench.supply, PLANT_SUPPLY_V, 0, 7, 0);
    put(bench.source, PLANT_SOURCE_LIMIT_A, 0, 0.02, 0);
    put(bench.source, PLANT_SOURCE_V, 0, 0.45, 200);
    for (int i = 0; i < 2; i++) {
        double at_s = 200 + 20 * i;
        struct twin_truth truth;
        put(bench.valve, PLANT_PRESSURE_kPa, 0, i ? 200 : 102, at_s);
        i_mA[i] = 1000 * get(bench.source, PLANT_SOURCE_A, at_s + 19);
        p_bar[i] = get(bench.valve, PLANT_PRESSURE_kPa, at_s + 19) / 100;
        twin_truth(bench.twin, 1, (struct instant){(int64_t)((at_s + 19) * 1e6)}, &truth);
        kelvin = truth.element_degC + 273.15;
    }
    double kappa_bar = 0.47 * pow(kelvin / 1053.15, 1.25);
    double law = p_bar[1] * (kappa_bar + p_bar[0]) / ((kappa_bar + p_bar[1]) * p_bar[0]);
    assert_true(kelvin > 900);
    if (!(fabs(i_mA[1] / i_mA[0] / law - 1) < 1e-3))
        fail_msg("%g times the current, by the law %g", i_mA[1] / i_mA[0], law);
    twin_free(bench.twin);
}

static void less_volume_comes_at_a_higher_pressure(void **state)
{
    (void)state;
    double share[2];
    for (int i = 0; i < 2; i++) {
        struct twin_config config;
        struct bench bench;
        configure(&config);
        fit_valve(&config);
        build(&bench, &config);
        put(bench.lean, PLANT_FLOW_slpm, 0, 4, 0);
        put(bench.valve, PLANT_PRESSURE_kPa, 0, i ? 203.05 : 0, 1);
        (void)get(bench.valve, PLANT_PRESSURE_kPa, 20);
        share[i] = -log(1 - bench.twin->line.streams[0].share);
        twin_free(bench.twin);
    }
    assert_true(fabs(share[0] / share[1] - 2) < 0.001);
}

/* The cell's pressure just behind a switch of the streams, both set and settled before. */
static double behind_switch_kPa(double cell_kPa, double vent_kPa, bool fitted)
{
    struct twin_config config;
    struct bench bench;
    configure(&config);
    fit_valve(&config);
    config.flows[N2].stream = 1;
    config.vent_pressure = (struct twin_back_pressure){.fitted = fitted, .full_scale_kPa = 300};
    build(&bench, &config);
    put(bench.lean, PLANT_FLOW_slpm, 0, 4, 0);
    put(twin_plant_flow(bench.twin, N2), PLANT_FLOW_slpm, 0, 4, 0);
    put(bench.valve, PLANT_PRESSURE_kPa, 0, cell_kPa, 0);
    if (fitted)
        put(twin_plant_vent_pressure(bench.twin), PLANT_PRESSURE_kPa, 0, vent_kPa, 0);
    put(bench.io, PLANT_PIN, SUCTION_PIN, 1, 0);
    assert_true(fabs(get(bench.valve, PLANT_PRESSURE_kPa, 30) - cell_kPa) < 1e-9);
    if (fitted)
        assert_true(fabs(get(twin_plant_vent_pressure(bench.twin), PLANT_PRESSURE_kPa, 30) -
                         vent_kPa) < 1e-9);
    put(bench.io, PLANT_PIN, 8, 1, 30);
    double kPa = bench.twin->line.view.pressure_kPa;
    (void)get(bench.valve, PLANT_PRESSURE_kPa, 40);
    assert_true(fabs(bench.twin->line.view.pressure_kPa - cell_kPa) < 1e-9);
    twin_free(bench.twin);
    return kPa;
}

static void the_switch_makes_a_step_of_pressure_unless_both_streams_are_at_one(void **state)
{
    (void)state;
    for (double kPa = 70; kPa < 160; kPa += 40)
        assert_true(fabs(behind_switch_kPa(kPa, kPa, true) - kPa) < 1e-9);
    /* manifold 20 mL at 110 kPa, tube and cell 2 mL at 150 kPa, and the other way round */
    assert_true(fabs(behind_switch_kPa(150, 110, true) - (20 * 110 + 2 * 150) / 22.0) < 1e-9);
    assert_true(fabs(behind_switch_kPa(70, 140, true) - (20 * 140 + 2 * 70) / 22.0) < 1e-9);
    assert_true(fabs(behind_switch_kPa(150, 0, false) - 150) < 1e-9); /* left out */
}

static void an_element_responds_slower_at_a_higher_pressure(void **state)
{
    (void)state;
    const double p[] = {70, 102, 150};
    double lag_s[3] = {0};
    for (int i = 0; i < 3; i++) {
        struct element_b b;
        struct element_b_state gas;
        struct gas_mix air = gas_mix_air;
        element_b_nominal(ELEMENT_B_WIDE_ORIFICE, &b);
        element_b_start(&gas_mix_n2, &gas);
        while (gas.at13.x[GAS_O2] < 0.632 * air.x[GAS_O2] && lag_s[i] < 2) {
            element_b_step(&b, &air, (struct element_b_drive){1e-4, p[i] / 101.325}, &gas);
            lag_s[i] += 1e-4;
        }
        print_message("figure: %.0f kPa: t63 of the gas at electrode 13 %.0f ms\n", p[i],
                      1000 * lag_s[i]);
    }
    /* by 1/D of pores of 0.47 bar and of a free path, in lags of 60 and 22 ms */
    assert_true(num_within(lag_s[2] / lag_s[1], 1.32, 1.40));
    assert_true(num_within(lag_s[0] / lag_s[1], 0.74, 0.80));
}

static void a_valve_out_of_its_ranges_is_refused(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { struct twin_back_pressure valve; enum rc rc; } rows[] = {
        { { true, 300, 30, 9 },           RC_OK },
        { { true, 300, 0, 0 },            RC_OK },
        { { false, -1, -1, 0 },           RC_OK },
        { { true, 0, 30, 9 },             RC_RANGE },
        { { true, (double)NAN, 30, 9 },   RC_RANGE },
        { { true, 300, -1, 9 },           RC_RANGE },
        { { true, 300, 101, 9 },          RC_RANGE },
        { { true, 300, 30, TWIN_PINS },   RC_RANGE },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct twin_config config;
        configure(&config);
        config.back_pressure = rows[i].valve;
        if (twin_config_check(&config) != rows[i].rc)
            fail_msg("row %zu", i);
        config.back_pressure = (struct twin_back_pressure){true, 300, 30, 9};
        config.vent_pressure = rows[i].valve;
        if (twin_config_check(&config) != rows[i].rc)
            fail_msg("row %zu, at the vent", i);
    }
    struct twin_config config;
    configure(&config);
    config.vent_pressure = (struct twin_back_pressure){true, 300, 0, 0};
    assert_int_equal(twin_config_check(&config), RC_RANGE); /* none behind the elements */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pressure_follows_the_set_point_with_its_time_constant),
        cmocka_unit_test(only_gas_that_flows_can_raise_it_and_only_a_pump_can_lower_it),
        cmocka_unit_test(at_rest_the_valve_changes_nothing_that_has_settled),
        cmocka_unit_test(the_reading_is_off_by_the_sensor_and_the_gas_by_as_much),
        cmocka_unit_test(the_current_of_an_element_follows_the_law_of_its_layer),
        cmocka_unit_test(less_volume_comes_at_a_higher_pressure),
        cmocka_unit_test(the_switch_makes_a_step_of_pressure_unless_both_streams_are_at_one),
        cmocka_unit_test(an_element_responds_slower_at_a_higher_pressure),
        cmocka_unit_test(a_valve_out_of_its_ranges_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
