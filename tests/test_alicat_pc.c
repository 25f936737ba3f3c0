/* The pressure row of the Alicat family: a back-pressure controller. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "bench/guard/whitelist.h"
#include "instruments/alicat_mc/alicat_mc.h"
#include "instruments/capability/pressure_controller.h"
#include "tests/support/driver_sim.h"

static const double psi_kPa = 6.894757293168;
static const struct device_setup unit_h = {
    .name = "bpc", .address = 'H', .full_scale = 300.0, .reference_ratio = 1.0};
static const struct ask ask_poll = {.kind = ASK_POLL};

static enum rc decode_text(const struct ask *ask, const char *text, struct answer *answer)
{
    return alicat_pc_driver.decode(&alicat_pc_driver, &unit_h, ask, span_text(text), answer);
}

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-6 * (1.0 + fabs(wanted))))
        fail_msg("%g is not %g", got, wanted);
}

static void data_frames_are_a_pressure_a_setpoint_and_status_words(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *line; enum rc rc; double psia; } rows[] = {
        { "H +014.62 +014.70",             RC_OK, 14.62 },
        { "H +014.62 +014.70 LCK",         RC_OK, 14.62 },
        { "H +014.62 +014.70 LCK OVR",     RC_OK, 14.62 },
        { "H ------- +014.70",             RC_OK, (double)NAN },
        { "H +014.62 +014.70 POV",         RC_OK, (double)NAN },
        { "H +014.62 +014.70 OPL LCK",     RC_OK, (double)NAN },
        { "H +014.62 +014.70 HLD",         RC_REFUSED, 0 },
        { "H +014.62 +014.70 LCK EXH",     RC_REFUSED, 0 },
        { "H +014.62 +014.70 ADC",         RC_RANGE, 0 },
        { "H -014.62 +014.70",             RC_RANGE, 0 }, /* a gauge or a differential device */
        { "H +999.99 +014.70",             RC_RANGE, 0 },
        { "H +014.62 +014.7",              RC_PROTOCOL, 0 }, /* cut */
        { "H +014.62",                     RC_PROTOCOL, 0 }, /* a gauge: no set point */
        { "H LCK",                         RC_PROTOCOL, 0 },
        { "H +014.62 +014.70 +014.60",     RC_PROTOCOL, 0 },
        { "H +014.62 +014.70 XYZ",         RC_PROTOCOL, 0 },
        { "H +014.62 +014,70",             RC_PROTOCOL, 0 },
        { "H +014.62     nan",             RC_PROTOCOL, 0 },
        { "H +014.62 +021.89 +000.00 +001.25 +078.95     N2", RC_PROTOCOL, 0 },
        { "A +014.62 +014.70",             RC_PROTOCOL, 0 },
        { "?",                             RC_REFUSED, 0 },
        { "",                              RC_PROTOCOL, 0 },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pressure_reading reading = {0};
        struct answer answer = {.reading = &reading};
        if (decode_text(&ask_poll, rows[i].line, &answer) != rows[i].rc)
            fail_msg("row %zu: %s", i, rows[i].line);
        assert_true(answer.complete == (rows[i].rc == RC_OK));
        if (rows[i].rc != RC_OK)
            continue;
        assert_near(reading.setpoint_kPa, 14.70 * psi_kPa);
        if (isnan(rows[i].psia))
            assert_true(isnan(reading.pressure_kPa));
        else
            assert_near(reading.pressure_kPa, rows[i].psia * psi_kPa);
    }
}

static void other_shapes_are_told_apart(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { enum ask_kind kind; unsigned step; const char *line; enum rc rc; } rows[] = {
        { ASK_IDENTIFY,  1, "H  M04 Model Number PC-45PSIA-D", RC_OK },
        { ASK_IDENTIFY,  3, "H +045.00 10 PSIA",               RC_OK },
        { ASK_IDENTIFY,  3, "H +030.00 10 PSIA",               RC_REFUSED }, /* the station asks for 3 bar */
        { ASK_IDENTIFY,  3, "H +045.00 10 PSIG",               RC_REFUSED },
        { ASK_IDENTIFY,  3, "H +045.00 7 SLPM",                RC_REFUSED },
        { ASK_IDENTIFY,  3, "H 0 1 ---",                       RC_REFUSED },
        { ASK_IDENTIFY,  4, "H +014.62 +014.70",               RC_OK },
        { ASK_IDENTIFY,  4, "H +014.62 +014.70 HLD",           RC_REFUSED },
        { ASK_CONFIGURE, 0, "H A",                             RC_REFUSED },
        { ASK_CONFIGURE, 1, "H 34",                            RC_OK },
        { ASK_CONFIGURE, 1, "H 37",                            RC_REFUSED }, /* regulates a flow */
        { ASK_CONFIGURE, 1, "H 38",                            RC_REFUSED }, /* regulates gauge pressure */
        { ASK_CONFIGURE, 2, "H +014.70 +014.70 10 PSIA",       RC_OK },
        { ASK_CONFIGURE, 2, "H +014.70 +014.70 7 SLPM",        RC_REFUSED },
        { ASK_SAFE,      0, "H +000.00 +014.70 10 PSIA",       RC_OK },
        { ASK_SAFE,      0, "H +014.70 +014.70 10 PSIA",       RC_REFUSED },
        { ASK_SET,       0, "H ------- +014.70 10 PSIA",       RC_RANGE },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct identity identity = {0};
        struct answer answer = {.identity = &identity};
        const struct ask ask = {.kind = rows[i].kind, .step = rows[i].step};
        if (decode_text(&ask, rows[i].line, &answer) != rows[i].rc)
            fail_msg("row %zu: %s", i, rows[i].line);
    }
}

static void a_wrong_setpoint_never_reaches_the_wire(void **state)
{
    (void)state;
    const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, -0.001, 300.001, 1e300};
    char bytes[64];
    struct obuf out = {bytes, 0, sizeof bytes};
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct ask ask = {.kind = ASK_SET, .value = bad[i]};
        assert_int_equal(alicat_pc_driver.encode(&alicat_pc_driver, &unit_h, &ask, &out), RC_RANGE);
        assert_int_equal(out.len, 0);
    }
    const struct ask other = {.kind = ASK_SET, .signal = 1, .value = 100.0};
    assert_int_equal(alicat_pc_driver.encode(&alicat_pc_driver, &unit_h, &other, &out), RC_RANGE);
    const struct ask good = {.kind = ASK_SET, .value = 150.0};
    assert_int_equal(alicat_pc_driver.encode(&alicat_pc_driver, &unit_h, &good, &out), RC_OK);
    assert_true(span_is(obuf_span(&out), "HLS 21.756\r"));
}

static void rest_is_an_open_valve_and_the_guard_may_write_it(void **state)
{
    (void)state;
    char bytes[64];
    struct obuf out = {bytes, 0, sizeof bytes};
    const struct ask rest = {.kind = ASK_SAFE};
    assert_int_equal(alicat_pc_driver.encode(&alicat_pc_driver, &unit_h, &rest, &out), RC_OK);
    assert_true(span_is(obuf_span(&out), "HLS 0\r"));
    assert_true(whitelist_permits(bytes, out.len));
    assert_false(whitelist_permits("HLS 21.756\r", 11));
}

static void driver_and_simulator_talk(void **state)
{
    (void)state;
    for (int byte_by_byte = 0; byte_by_byte < 2; byte_by_byte++) {
        struct driver_sim bench;
        struct pressure_reading reading;
        double readback = 0.0;
        driver_sim_open(&bench, &alicat_pc_driver, &alicat_pc_sim, &unit_h);
        bench.byte_by_byte = byte_by_byte;
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        assert_string_equal(bench.identity.firmware, "10v20.0-R24");
        assert_string_equal(bench.identity.gas, "");
        assert_true(memcmp(bench.identity.model, "PC-", 3) == 0);
        assert_true(fabs(bench.identity.full_scale - 300.0) < 0.05);
        assert_int_equal(driver_sim_set(&bench, PRESSURE_SIGNAL_PRESSURE, 0, 150.0, &readback),
                         RC_OK);
        assert_true(fabs(readback - 150.0) < 0.05);
        assert_true(fabs(bench.plant[PLANT_PRESSURE_kPa][0] - 150.0) < 0.01);
        assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
        assert_true(fabs(reading.pressure_kPa - 150.0) < 0.05);
        assert_true(fabs(reading.setpoint_kPa - 150.0) < 0.05);
        assert_int_equal(driver_sim_safe(&bench), RC_OK);
        assert_true(fabs(bench.plant[PLANT_PRESSURE_kPa][0]) < 1e-9);
    }
}

static void a_flow_controller_is_no_pressure_controller(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct device_setup setup = unit_h;
    setup.full_scale = 0.0;
    driver_sim_open(&bench, &alicat_mc_driver, &alicat_mc_sim, &setup);
    bench.driver = &alicat_pc_driver;
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    driver_sim_open(&bench, &alicat_pc_driver, &alicat_pc_sim, &setup);
    bench.driver = &alicat_mc_driver;
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
}

static void a_valve_that_is_held_is_noticed(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct pressure_reading reading;
    driver_sim_open(&bench, &alicat_pc_driver, &alicat_pc_sim, &unit_h);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    driver_sim_raw(&bench, SPAN("HHC\r"));
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_REFUSED);
    driver_sim_raw(&bench, SPAN("HC\r"));
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
    assert_true(span_is(driver_sim_raw(&bench, SPAN("HGS 8\r")), "?\r"));
    assert_true(span_is(driver_sim_raw(&bench, SPAN("HFPF 5\r")), "H 0 1 ---\r"));
    assert_true(span_is(driver_sim_raw(&bench, SPAN("HLS 99\r")), "?\r"));
    bench.plant[PLANT_PRESSURE_kPa][0] = 400.0;
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
    assert_true(isnan(reading.pressure_kPa)); /* beyond its range: not to be believed */
}

static void no_damage_to_a_reply_crashes_or_half_fills(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { enum ask_kind kind; unsigned step; const char *line; size_t prefixes; } rows[] = {
        { ASK_POLL,      0, "H +014.62 +014.70",         0 },
        { ASK_POLL,      0, "H +014.62 +014.70 LCK",     2 }, /* without its status word, and a blank */
        { ASK_IDENTIFY,  3, "H +045.00 10 PSIA",         0 },
        { ASK_CONFIGURE, 1, "H 34",                      0 },
        { ASK_CONFIGURE, 2, "H +014.70 +014.70 10 PSIA", 0 },
        { ASK_SET,       0, "H +014.70 +014.70 10 PSIA", 0 },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ask ask = {.kind = rows[i].kind, .step = rows[i].step};
        const struct span line = span_text(rows[i].line);
        const size_t accepted = driver_net_prefixes(&alicat_pc_driver, &unit_h, &ask, line);
        if (accepted != rows[i].prefixes)
            fail_msg("row %zu: %zu prefixes", i, accepted);
        driver_net_changes(&alicat_pc_driver, &unit_h, &ask, line);
    }
}

struct replay {
    char request[64];
    size_t decoded;
};

static void replay_line(void *ctx, bool sent, struct span bytes)
{
    /* clang-format off */
    static const struct { const char *request; struct ask ask; } asks[] = {
        { "H\r",          { .kind = ASK_POLL } },
        { "HVE\r",        { .kind = ASK_IDENTIFY } },
        { "HFPF 2\r",     { .kind = ASK_IDENTIFY, .step = 3 } },
        { "HLSS\r",       { .kind = ASK_CONFIGURE } },
        { "HLV\r",        { .kind = ASK_CONFIGURE, .step = 1 } },
        { "HLS 21.756\r", { .kind = ASK_SET, .value = 150.0 } },
    };
    /* clang-format on */
    struct replay *replay = ctx;
    if (sent) {
        assert_true(bytes.len < sizeof replay->request);
        memcpy(replay->request, bytes.at, bytes.len);
        replay->request[bytes.len] = '\0';
        return;
    }
    struct span frame;
    size_t used;
    assert_int_equal(framing_line_cr.cut(bytes, &frame, &used), FRAME_READY);
    for (size_t i = 0; i < COUNT(asks); i++) {
        if (strcmp(asks[i].request, replay->request) != 0)
            continue;
        char request[64];
        struct obuf out = {request, 0, sizeof request};
        struct identity identity = {0};
        struct pressure_reading reading;
        struct answer answer = {.identity = &identity, .reading = &reading};
        assert_int_equal(alicat_pc_driver.encode(&alicat_pc_driver, &unit_h, &asks[i].ask, &out),
                         RC_OK);
        assert_true(span_is(obuf_span(&out), replay->request));
        assert_int_equal(
            alicat_pc_driver.decode(&alicat_pc_driver, &unit_h, &asks[i].ask, frame, &answer),
            RC_OK);
        replay->decoded++;
    }
}

static void captures_are_understood(void **state)
{
    (void)state;
    struct replay replay = {0};
    assert_int_equal(
        driver_capture_each("instruments/alicat_mc/captures/pc_psia.txt", replay_line, &replay),
        12);
    assert_int_equal(replay.decoded, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_frames_are_a_pressure_a_setpoint_and_status_words),
        cmocka_unit_test(other_shapes_are_told_apart),
        cmocka_unit_test(a_wrong_setpoint_never_reaches_the_wire),
        cmocka_unit_test(rest_is_an_open_valve_and_the_guard_may_write_it),
        cmocka_unit_test(driver_and_simulator_talk),
        cmocka_unit_test(a_flow_controller_is_no_pressure_controller),
        cmocka_unit_test(a_valve_that_is_held_is_noticed),
        cmocka_unit_test(no_damage_to_a_reply_crashes_or_half_fills),
        cmocka_unit_test(captures_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
