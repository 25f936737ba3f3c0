/* The twin as a whole, through its plants. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdio.h>

#include "core/num.h"
#include "twin/assembly.h"

enum { N2, O2, RICH, LEAN1, FLOWS, VALVE_PIN = 3 };

struct bench {
    struct twin *twin;
    struct plant flows[FLOWS], supply, io, controllers[TWIN_SITES_MAX];
    unsigned sites;
};

static void configure(struct twin_config *config, unsigned sites, uint64_t seed)
{
    twin_config_default(config);
    config->sites = sites;
    config->seed = seed;
    config->flow_count = FLOWS;
    config->flows[N2] = (struct twin_flow){gas_mix_n2, 10, 0};
    config->flows[O2] = (struct twin_flow){{.x = {[GAS_O2] = 1}}, 1, 0};
    config->flows[RICH] = (struct twin_flow){
        {.x = {[GAS_CO] = 0.067, [GAS_H2] = 0.025, [GAS_CO2] = 0.091, [GAS_N2] = 0.817}}, 5, 0};
    config->flows[LEAN1] = (struct twin_flow){{.x = {[GAS_O2] = 0.01, [GAS_N2] = 0.99}}, 5, 1};
}

static void build(struct bench *bench, const struct twin_config *config)
{
    const unsigned site_of[4] = {1, config->sites > 1 ? 2 : 0, config->sites > 2 ? 3 : 0,
                                 config->sites > 3 ? 4 : 0};
    assert_int_equal(twin_new(config, &bench->twin), RC_OK);
    bench->sites = config->sites;
    for (unsigned i = 0; i < FLOWS; i++)
        bench->flows[i] = twin_plant_flow(bench->twin, i);
    bench->supply = twin_plant_supply(bench->twin, 0, site_of);
    bench->io = twin_plant_io(bench->twin, VALVE_PIN, 0x3);
    for (unsigned i = 0; i < config->sites; i++)
        bench->controllers[i] = twin_plant_controller(bench->twin, i + 1);
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

static void heat_all(struct bench *bench, double at_s)
{
    put(bench->flows[N2], PLANT_FLOW_slpm, 0, 2, at_s);
    for (unsigned i = 0; i < bench->sites; i++) {
        if (i < 4)
            put(bench->supply, PLANT_SUPPLY_V, i, 13.5, at_s);
        put(bench->controllers[i], PLANT_HEATER_ENABLE, 1, 13.5, at_s);
        put(bench->controllers[i], PLANT_HEATER_ENABLE, 0, 1, at_s);
    }
}

static void mix(struct bench *bench, double o2, double rich, double at_s)
{
    put(bench->flows[O2], PLANT_FLOW_slpm, 0, 2 * o2, at_s);
    put(bench->flows[RICH], PLANT_FLOW_slpm, 0, 2 * rich, at_s);
    put(bench->flows[N2], PLANT_FLOW_slpm, 0, 2 * (1 - o2 - rich), at_s);
}

static void a_whole_end_of_line_run_reads_what_a_good_part_should(void **state)
{
    struct twin_config config;
    struct bench bench;
    (void)state;
    configure(&config, 1, 1);
    config.spread = false;
    config.noise = false;
    build(&bench, &config);
    struct plant ctl = bench.controllers[0];
    heat_all(&bench, 1);
    assert_true(get(ctl, PLANT_CONTROL_STATUS, 3) == 0);
    assert_true(get(ctl, PLANT_CONTROL_STATUS, 8) == 1);
    assert_true(get(ctl, PLANT_CONTROL_STATUS, 30) == 2);
    assert_true(fabs(get(ctl, PLANT_RI_ohm, 30) - 300) < 1);
    assert_true(fabs(get(ctl, PLANT_TC_degC, 30) - 779.5) < 1);
    assert_true(fabs(get(bench.supply, PLANT_SUPPLY_V, 30) - 13.5) < 1e-9);
    mix(&bench, 0.0829, 0, 30);
    assert_true(fabs(get(ctl, PLANT_IP_mA, 45) - 0.9365) < 0.002);
    assert_true(fabs(get(ctl, PLANT_UN_mV, 45) - 450) < 0.1);
    assert_true(fabs(get(ctl, PLANT_LAMBDA, 45) - 1.70) < 0.01);
    mix(&bench, 0.03, 0, 45);
    assert_true(fabs(get(ctl, PLANT_IP_mA, 60) - 0.3297) < 0.002);
    mix(&bench, 0, 1, 60);
    assert_true(fabs(get(ctl, PLANT_IP_mA, 75) + 0.9204) < 0.002);
    double power_W = twin_heater_power_W(bench.twin, (struct instant){75000000});
    print_message("heater %.2f W at 2 slpm\n", power_W);
    assert_true(num_within(power_W, 7.3, 7.8));
    assert_true(fabs(twin_reactive_flow_slpm(bench.twin, (struct instant){75000000}) - 2) < 0.01);
    twin_free(bench.twin);
}

static void the_valve_switches_the_gas_within_a_tenth_of_a_second(void **state)
{
    struct twin_config config;
    struct bench bench;
    (void)state;
    configure(&config, 1, 1);
    build(&bench, &config);
    struct plant ctl = bench.controllers[0];
    heat_all(&bench, 0);
    mix(&bench, 0, 0.2, 20);
    put(bench.flows[LEAN1], PLANT_FLOW_slpm, 0, 2, 20);
    double from_mA = get(ctl, PLANT_IP_mA, 40);
    put(bench.io, PLANT_PIN, VALVE_PIN, 1, 40);
    assert_true(bench.io.read(bench.io.ctx, PLANT_PIN, VALVE_PIN, (struct instant){40000000}) == 1);
    double t_s = 40, goal_mA = from_mA + 0.632 * (0.1087 - from_mA);
    while (get(ctl, PLANT_IP_mA, t_s) < goal_mA && t_s < 45)
        t_s += 0.01;
    print_message("t63 rich to lean %.0f ms\n", (t_s - 40) * 1000);
    assert_true(num_within(t_s - 40, 0.03, 0.12));
    assert_true(fabs(get(ctl, PLANT_IP_mA, 45) - 0.1087) < 0.01);
    twin_free(bench.twin);
}

struct trace {
    double values[400][8];
};

/* The same history; `busy` reads everything all the time, in another order. */
static void record(struct trace *trace, uint64_t seed, bool busy)
{
    struct twin_config config;
    struct bench bench;
    configure(&config, 4, seed);
    build(&bench, &config);
    heat_all(&bench, 0.5);
    for (int i = 0; i < 400; i++) {
        double t_s = 0.1 * i;
        if (i == 150)
            mix(&bench, 0.05, 0, t_s);
        if (i == 250)
            mix(&bench, 0, 0.5, t_s);
        if (busy)
            for (int k = 0; k < 37; k++)
                for (unsigned s = 4; s-- > 0;)
                    (void)get(bench.controllers[s], (enum plant_signal)(PLANT_IP_mA + k % 5),
                              t_s - 0.09 + 0.0024 * k);
        for (unsigned s = 0; s < 4; s++) {
            trace->values[i][s] = get(bench.controllers[s], PLANT_IP_mA, t_s);
            trace->values[i][4 + s] = get(bench.controllers[s], PLANT_RI_ohm, t_s);
        }
    }
    twin_free(bench.twin);
}

static void who_reads_how_often_and_in_which_order_changes_nothing(void **state)
{
    static struct trace quiet, busy, other;
    (void)state;
    record(&quiet, 42, false);
    record(&busy, 42, true);
    record(&other, 43, false);
    assert_memory_equal(&quiet, &busy, sizeof quiet);
    assert_memory_not_equal(&quiet, &other, sizeof quiet);
    assert_true(quiet.values[399][0] != quiet.values[399][1]);
}

static void two_reads_at_one_instant_agree_and_time_never_runs_back(void **state)
{
    struct twin_config config;
    struct bench bench;
    (void)state;
    configure(&config, 1, 9);
    build(&bench, &config);
    heat_all(&bench, 0);
    double ri = get(bench.controllers[0], PLANT_RI_ohm, 12);
    assert_true(get(bench.controllers[0], PLANT_RI_ohm, 12) == ri);
    assert_true(get(bench.controllers[0], PLANT_RI_ohm, 5) == ri);
    assert_true(get(bench.controllers[0], PLANT_RI_ohm, -1) == ri);
    (void)bench.controllers[0].read(bench.controllers[0].ctx, PLANT_RI_ohm, 0, INSTANT_NEVER);
    twin_free(bench.twin);
}

static void the_population_spreads_as_declared_and_serials_differ(void **state)
{
    enum { PARTS = 3000 };
    double sum[4] = {0}, squares[4] = {0};
    unsigned same = 0;
    char last[32] = "";
    (void)state;
    for (unsigned i = 0; i < PARTS; i++) {
        struct part part;
        population_draw(&part, &lsu_kind_49, i, 1, true);
        const double x[4] = {part.lsu.barrier, part.lsu.raw, part.lsu.rn,
                             part.heater.r20_ohm / 3.2};
        for (unsigned k = 0; k < 4; k++) {
            sum[k] += x[k] - 1;
            squares[k] += (x[k] - 1) * (x[k] - 1);
        }
        char text[32];
        struct obuf out = {text, 0, sizeof text};
        assert_int_equal(obuf_printf(&out, "%08u", part.number), RC_OK);
        same += strcmp(text, last) == 0;
        memcpy(last, text, sizeof last);
    }
    static const double sigma[4] = {0.0125, 0.06, 0.025, 0.03};
    for (unsigned k = 0; k < 4; k++) {
        double mean = sum[k] / PARTS, sd = sqrt(squares[k] / PARTS - mean * mean);
        assert_true(fabs(mean) < 4 * sigma[k] / sqrt(PARTS));
        assert_true(fabs(sd / sigma[k] - 1) < 0.06);
    }
    assert_int_equal(same, 0);
    struct part plain;
    population_draw(&plain, &lsu_kind_49, 1, 1, false);
    assert_true(plain.lsu.barrier == 1 && plain.heater.r20_ohm == 3.2);
}

static void the_serial_has_the_form_of_the_label(void **state)
{
    struct twin_config config;
    struct twin *twin;
    char a[32], b[32];
    (void)state;
    configure(&config, 2, 7);
    assert_int_equal(twin_new(&config, &twin), RC_OK);
    twin_serial(twin, 1, a);
    twin_serial(twin, 2, b);
    assert_memory_equal(a, "LSU49-", 6);
    assert_int_equal(strlen(a), 14);
    assert_int_equal(strspn(a + 6, "0123456789"), 8);
    assert_string_not_equal(a, b);
    twin_free(twin);
}

/* Ip in 8.29 % O2, R20 from the preheat current, status after 20 s; one nominal part. */
struct seen {
    double ip_mA, r20_ohm, power_W;
    int status;
};

static struct seen inspect(int defect, double severity)
{
    struct twin_config config;
    struct bench bench;
    struct seen seen;
    configure(&config, 2, 3);
    config.spread = false;
    config.noise = false;
    if (defect)
        config.defects[config.defect_count++] = (struct twin_defect){2, defect, severity};
    build(&bench, &config);
    heat_all(&bench, 0);
    mix(&bench, 0.0829, 0, 0);
    struct instant early = {300000}, late = {40000000};
    double ampere = bench.supply.read(bench.supply.ctx, PLANT_SUPPLY_A, 1, early);
    seen.r20_ohm = 13.5 * get(bench.controllers[1], PLANT_HEATER_DUTY, 0.3) / ampere;
    seen.ip_mA = get(bench.controllers[1], PLANT_IP_mA, 40);
    seen.status = (int)get(bench.controllers[1], PLANT_CONTROL_STATUS, 40);
    seen.power_W = twin_heater_power_W(bench.twin, late);
    assert_true(fabs(get(bench.controllers[0], PLANT_IP_mA, 40) - 0.9365) < 0.002);
    twin_free(bench.twin);
    return seen;
}

static void each_defect_shows_its_signature_and_only_on_its_site(void **state)
{
    (void)state;
    struct seen good = inspect(0, 0);
    assert_true(fabs(good.r20_ohm - 3.2) < 0.05);
    assert_int_equal(good.status, 2);
    assert_true(fabs(inspect(11, 0).ip_mA / good.ip_mA - 1.05) < 0.002);
    assert_true(fabs(inspect(11, 1).ip_mA / good.ip_mA - 1.60) < 0.002);
    assert_true(fabs(inspect(12, 0).ip_mA / good.ip_mA - 0.95) < 0.002);
    assert_true(fabs(inspect(12, 1).ip_mA / good.ip_mA - 0.60) < 0.002);
    struct seen open = inspect(30, 1);
    assert_true(isinf(open.r20_ohm) && open.status == 1 && open.ip_mA == 0);
    assert_true(fabs(inspect(31, 1).r20_ohm / good.r20_ohm - 0.7) < 0.01);
    assert_true(fabs(inspect(32, 1).r20_ohm / good.r20_ohm - 1.3) < 0.01);
    struct seen trim = inspect(38, 1);
    print_message("D38 at 1: Ip %.4f instead of %.4f mA\n", trim.ip_mA, good.ip_mA);
    assert_true(fabs(trim.ip_mA / good.ip_mA - 1) > 0.1);
    assert_int_equal(inspect(33, 0.2).status, 2); /* it still gets hot, but not smoothly */
}

static void a_loose_contact_opens_as_often_as_its_severity_says(void **state)
{
    struct twin_config config;
    struct bench bench;
    unsigned open = 0;
    (void)state;
    configure(&config, 1, 3);
    config.defects[config.defect_count++] = (struct twin_defect){1, 33, 0.5};
    build(&bench, &config);
    heat_all(&bench, 0);
    for (int i = 0; i < 4000; i++) {
        struct twin_truth truth;
        twin_truth(bench.twin, 1, (struct instant){20000000 + 10000 * (int64_t)i}, &truth);
        open += truth.heater_A == 0;
    }
    assert_true(num_within(open, 0.20 * 4000, 0.32 * 4000)); /* 2 % + 24 % */
    twin_free(bench.twin);
}

static void defects_are_written_as_site_number_severity(void **state)
{
    struct twin_defect d = {0, 0, 0};
    (void)state;
    assert_int_equal(twin_parse_defect(SPAN("3=D12:0.4"), 4, &d), RC_OK);
    assert_int_equal(d.site, 3);
    assert_int_equal(d.id, 12);
    assert_true(d.severity == 0.4);
    static const char *const bad[] = {
        "",           "3",         "3=D12",     "3=12:0.4",   "5=D12:0.4", "0=D12:0.4",
        "-1=D12:0.4", "3=D14:0.4", "3=D12:1.1", "3=D12:-0.1", "3=D12:nan", "3=D12:",
        "3=D12:0.4 ", "=D12:0.4",  "3:0.4=D12", "3=D:0.4",    "3=d12:0.4", "3=D12:0,4"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(twin_parse_defect(span_text(bad[i]), 4, &d), RC_CONFIG);
    assert_int_equal(d.site, 3); /* untouched */
    assert_string_equal(twin_defect_text(12), "barrier clogged");
    assert_null(twin_defect_text(14));
}

static void configurations_out_of_range_are_refused(void **state)
{
    struct twin_config good, bad;
    struct twin *twin = NULL;
    (void)state;
    configure(&good, 4, 1);
    bad = good, bad.sites = 0;
    assert_int_equal(twin_new(&bad, &twin), RC_RANGE);
    bad = good, bad.sites = TWIN_SITES_MAX + 1;
    assert_int_equal(twin_new(&bad, &twin), RC_RANGE);
    bad = good, bad.flow_count = TWIN_FLOWS_MAX + 1;
    assert_int_equal(twin_new(&bad, &twin), RC_RANGE);
    bad = good, bad.manifold_mL = NAN;
    assert_int_equal(twin_new(&bad, &twin), RC_RANGE);
    bad = good, bad.cell_mL = 0;
    assert_int_equal(twin_new(&bad, &twin), RC_RANGE);
    bad = good, bad.ambient_kPa = 10;
    assert_int_equal(twin_new(&bad, &twin), RC_RANGE);
    bad = good, bad.flows[1].cylinder.x[GAS_O2] = 0.5;
    assert_int_equal(twin_new(&bad, &twin), RC_RANGE);
    bad = good, bad.flows[1].full_scale_slpm = NAN;
    assert_int_equal(twin_new(&bad, &twin), RC_RANGE);
    bad = good, bad.flows[1].stream = 2;
    assert_int_equal(twin_new(&bad, &twin), RC_RANGE);
    bad = good, bad.defects[0] = (struct twin_defect){5, 12, 0.1}, bad.defect_count = 1;
    assert_int_equal(twin_new(&bad, &twin), RC_RANGE);
    assert_null(twin);
    twin_free(NULL);
}

static void a_site_without_a_supply_is_fed_with_what_was_announced(void **state)
{
    struct twin_config config;
    struct bench bench;
    struct twin_truth truth;
    (void)state;
    configure(&config, 5, 1);
    build(&bench, &config);
    heat_all(&bench, 0);
    twin_truth(bench.twin, 5, (struct instant){30000000}, &truth);
    assert_true(num_within(truth.element_degC, 740, 820));
    /* and one whose rail is dead stays cold, whatever was announced */
    put(bench.supply, PLANT_SUPPLY_V, 0, 0, 30);
    twin_truth(bench.twin, 1, (struct instant){200000000}, &truth);
    assert_true(truth.element_degC < 50);
    assert_true(truth.heater_A == 0);
    twin_free(bench.twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_end_of_line_run_reads_what_a_good_part_should),
        cmocka_unit_test(the_valve_switches_the_gas_within_a_tenth_of_a_second),
        cmocka_unit_test(who_reads_how_often_and_in_which_order_changes_nothing),
        cmocka_unit_test(two_reads_at_one_instant_agree_and_time_never_runs_back),
        cmocka_unit_test(the_population_spreads_as_declared_and_serials_differ),
        cmocka_unit_test(the_serial_has_the_form_of_the_label),
        cmocka_unit_test(each_defect_shows_its_signature_and_only_on_its_site),
        cmocka_unit_test(a_loose_contact_opens_as_often_as_its_severity_says),
        cmocka_unit_test(defects_are_written_as_site_number_severity),
        cmocka_unit_test(configurations_out_of_range_are_refused),
        cmocka_unit_test(a_site_without_a_supply_is_fed_with_what_was_announced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
