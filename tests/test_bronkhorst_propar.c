#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/bronkhorst_propar/bronkhorst_propar.h"
#include "instruments/capability/flow_controller.h"
#include "instruments/proto/propar.h"
#include "tests/support/driver_sim.h"

static const struct driver *const driver = &bronkhorst_propar_driver;
static const struct device_setup setup_ln = {
    .name = "o2", .node = 3, .full_scale = 5.0, .reference_ratio = 1.0, .expect_gas = "O2"};

/* DATA as a frame of node 3 with sequence number `seq`. */
static struct span frame_of(struct obuf *out, uint8_t seq, struct span data)
{
    out->len = 0;
    assert_int_equal(propar_put_frame(out, seq, 3, data), RC_OK);
    return obuf_span(out);
}

static void a_setpoint_is_written_as_a_float_in_the_capacity_unit(void **state)
{
    (void)state;
    struct device_setup setup = setup_ln;
    char bytes[64];
    struct obuf out = {bytes, 0, sizeof bytes};
    const struct ask ask = {.kind = ASK_SET, .value = 2.5, .seq = 6};
    setup.node = 0;
    assert_int_equal(driver->encode(driver, &setup, &ask, &out), RC_OK);
    assert_true(
        span_equal(obuf_span(&out), SPAN("\x10\x02\x06\x80\x07\x01\x21\x43\x40\x20\0\0\x10\x03")));
    out.len = 0; /* 1 mln/min of the device is 1e-3 */
    assert_int_equal(bronkhorst_propar_mln_driver.encode(
                         &bronkhorst_propar_mln_driver, &setup,
                         &(struct ask){.kind = ASK_SET, .value = 0.0025, .seq = 6}, &out),
                     RC_OK);
    assert_memory_equal(bytes + 8, "\x40\x20\0\0", 4);
}

static void water_is_told_in_grams_an_hour_and_meant_as_vapour(void **state)
{
    (void)state;
    const struct driver *const water = &bronkhorst_propar_water_driver;
    const struct device_setup setup = {
        .name = "water", .node = 3, .full_scale = 0.6, .reference_ratio = 1, .expect_gas = "H2O"};
    char bytes[64];
    struct obuf out = {bytes, 0, sizeof bytes};
    /* 12 % of 2 L/min: 0.24 L/min of vapour are 0.24 * 0.8037 * 60 g/h = 11.57 g/h */
    const struct ask ask = {.kind = ASK_SET, .value = 0.24, .seq = 6};
    assert_int_equal(water->encode(water, &setup, &ask, &out), RC_OK);
    const double g_h = propar_get_float((const uint8_t *)bytes + 8);
    assert_true(fabs(g_h - 0.24 * 0.8037 * 60) < 0.002);
    const struct ask beyond = {.kind = ASK_SET, .value = 0.6001};
    assert_int_equal(water->encode(water, &setup, &beyond, &out), RC_RANGE);
}

static void a_wrong_setpoint_never_reaches_the_wire(void **state)
{
    (void)state;
    const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, -1e-9, 5.0001, 1e300};
    char bytes[64];
    struct obuf out = {bytes, 0, sizeof bytes};
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct ask ask = {.kind = ASK_SET, .value = bad[i]};
        assert_int_equal(driver->encode(driver, &setup_ln, &ask, &out), RC_RANGE);
        assert_int_equal(out.len, 0);
    }
    struct device_setup no_reference = setup_ln;
    no_reference.reference_ratio = (double)NAN;
    const struct ask good = {.kind = ASK_SET, .value = 1.0};
    assert_int_equal(driver->encode(driver, &no_reference, &good, &out), RC_CONFIG);
    const struct ask beyond = {.kind = ASK_POLL, .step = 1};
    assert_int_equal(driver->encode(driver, &setup_ln, &beyond, &out), RC_CONFIG);
    assert_int_equal(out.len, 0);
}

static void statuses_become_codes(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { struct span data; enum rc set, poll; } rows[] = {
        { { "\x00\x00\x07", 3 }, RC_OK,       RC_PROTOCOL },
        { { "\x00\x01\x05", 3 }, RC_REFUSED,  RC_REFUSED },
        { { "\x00\x04\x05", 3 }, RC_REFUSED,  RC_REFUSED },
        { { "\x00\x06\x05", 3 }, RC_RANGE,    RC_RANGE },
        { { "\x00\x0d\x05", 3 }, RC_REFUSED,  RC_REFUSED },
        { { "\x05", 1 },         RC_REFUSED,  RC_REFUSED },
        { { "\x00\x00", 2 },     RC_PROTOCOL, RC_PROTOCOL },
        { { "", 0 },             RC_PROTOCOL, RC_PROTOCOL },
        { { "\x02\x21\x40\x40\x20\0\0", 7 }, RC_PROTOCOL, RC_PROTOCOL },
    };
    /* clang-format on */
    char bytes[64];
    struct obuf out = {bytes, 0, sizeof bytes};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct flow_reading reading;
        struct answer answer = {.reading = &reading};
        const struct ask set = {.kind = ASK_SET, .seq = 9};
        const struct ask poll = {.kind = ASK_POLL, .seq = 9};
        const struct span frame = frame_of(&out, 9, rows[i].data);
        assert_int_equal(driver->decode(driver, &setup_ln, &set, frame, &answer), rows[i].set);
        assert_int_equal(driver->decode(driver, &setup_ln, &poll, frame, &answer), rows[i].poll);
        const struct ask next = {.kind = ASK_SET, .seq = 10}; /* late: another request's answer */
        assert_int_equal(driver->decode(driver, &setup_ln, &next, frame, &answer), RC_PROTOCOL);
        struct device_setup other = setup_ln;
        other.node = 4;
        assert_int_equal(driver->decode(driver, &other, &set, frame, &answer), RC_PROTOCOL);
    }
}

static void driver_and_simulator_talk(void **state)
{
    (void)state;
    for (int byte_by_byte = 0; byte_by_byte < 2; byte_by_byte++) {
        struct driver_sim bench;
        struct flow_reading reading;
        double readback = 0.0;
        driver_sim_open(&bench, driver, &bronkhorst_propar_sim, &setup_ln);
        bench.byte_by_byte = byte_by_byte;
        bench.seq = 250; /* through the wrap of the sequence number, and 10 */
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        assert_string_equal(bench.identity.make, "Bronkhorst");
        assert_int_equal(bench.identity.serial[0], 'M');
        assert_string_equal(bench.identity.gas, "O2");
        assert_true(fabs(bench.identity.full_scale - 5.0) < 1e-6);
        for (int i = 0; i < 40; i++) {
            const double wanted = 0.1 * i;
            assert_int_equal(driver_sim_set(&bench, FLOW_SIGNAL_FLOW, 0, wanted, &readback), RC_OK);
            assert_true(isnan(readback));
            assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
            assert_true(fabs(reading.flow_slpm - wanted) < 1e-6);
            assert_true(fabs(reading.setpoint_slpm - wanted) < 1e-6);
        }
        assert_true(fabs(reading.pressure_kPa - 101.325) < 1e-3);
        assert_true(fabs(reading.temp_degC - 25.0) < 1e-6);
        assert_int_equal(driver_sim_safe(&bench), RC_OK);
        assert_true(fabs(bench.plant[PLANT_FLOW_slpm][0]) < 1e-12);
    }
}

static void each_unit_and_reference_gives_the_station_flow(void **state)
{
    (void)state;
    /* clang-format off */
    const struct { const struct driver *driver; const struct sim_driver *sim; double ratio; } rows[] = {
        { &bronkhorst_propar_mln_driver, &bronkhorst_propar_mln_sim, 1.0 },
        { &bronkhorst_propar_ls_driver,  &bronkhorst_propar_ls_sim,  293.15 / 273.15 },
        { &bronkhorst_propar_mls_driver, &bronkhorst_propar_mls_sim, 293.15 / 273.15 },
        { &bronkhorst_propar_water_driver, &bronkhorst_propar_water_sim, 1.0 },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct driver_sim bench;
        struct flow_reading reading;
        struct device_setup setup = setup_ln;
        double readback;
        setup.reference_ratio = rows[i].ratio;
        driver_sim_open(&bench, rows[i].driver, rows[i].sim, &setup);
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        assert_int_equal(driver_sim_set(&bench, FLOW_SIGNAL_FLOW, 0, 1.25, &readback), RC_OK);
        assert_true(fabs(bench.plant[PLANT_FLOW_slpm][0] - 1.25) < 1e-6);
        assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
        assert_true(fabs(reading.flow_slpm - 1.25) < 1e-6);
        bench.driver = driver; /* the station says ln/min, the device does not */
        assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    }
}

static void a_setpoint_that_would_be_ignored_is_noticed(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct flow_reading reading;
    char bytes[64];
    struct obuf out = {bytes, 0, sizeof bytes};
    driver_sim_open(&bench, driver, &bronkhorst_propar_sim, &setup_ln);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    driver_sim_raw(&bench, frame_of(&out, 1, SPAN("\x01\x01\x04\x01"))); /* analog */
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_REFUSED);
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    driver_sim_raw(&bench, frame_of(&out, 1, SPAN("\x01\x01\x04\x12"))); /* RS-232 */
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
    driver_sim_raw(&bench, frame_of(&out, 1, SPAN("\x01\x01\x71\x02N2"))); /* another fluid */
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_REFUSED);
    driver_sim_raw(&bench, frame_of(&out, 1, SPAN("\x01\x01\x71\x02O2")));
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
    memcpy(bench.setup.expect_serial, "M1", 3);
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
}

static void impossible_readings_are_refused(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct flow_reading reading;
    driver_sim_open(&bench, driver, &bronkhorst_propar_sim, &setup_ln);
    bench.plant[PLANT_GAS_TEMP_degC][0] = 1000.0;
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_RANGE);
    bench.plant[PLANT_GAS_TEMP_degC][0] = 20.0;
    bench.plant[PLANT_FLOW_slpm][0] = (double)NAN;
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_TIMEOUT); /* a NaN is no answer */
    bench.plant[PLANT_FLOW_slpm][0] = 0.0;
    bench.plant[PLANT_PRESSURE_kPa][0] = 0.0;
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
    assert_true(isnan(reading.pressure_kPa));
}

static void the_simulator_answers_errors_as_the_manual_says(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { struct span data, answer; } rows[] = {
        { { "\x01\x81\xa1\x10\x10\x04\x10\x21\x43\x3d\xcc\xcc\xcd", 13 }, { "\x00\x00\x0d", 3 } },
        { { "\x04\x01\x2e\x01\x2e", 5 },     { "\x00\x04\x05", 3 } }, /* unknown parameter */
        { { "\x01\x01\x20\x3e\x80", 5 },     { "\x00\x0d\x05", 3 } }, /* read only */
        { { "\x04\x01\x00\x01\x00", 5 },     { "\x00\x05\x05", 3 } }, /* wrong type */
        { { "\x01\x01\x21\xff\xff", 5 },     { "\x00\x06\x05", 3 } }, /* value */
        { { "\x01\x21\x43\x7f\xc0\0\0", 7 }, { "\x00\x06\x07", 3 } }, /* not a number */
        { { "\x63", 1 },                     { "\x00\x02\x01", 3 } }, /* command */
        { { "\x08\x01", 2 },                 { "\x00\x00\x02", 3 } }, /* claim process 1 */
        { { "\x01\x01\x04\x00", 4 },         { "\x00\x01\x03", 3 } }, /* claimed */
        { { "\x09\x01", 2 },                 { "\x00\x00\x02", 3 } },
        { { "\x01\x01\x04\x00", 4 },         { "\x00\x00\x04", 3 } },
    };
    /* clang-format on */
    struct driver_sim bench;
    char bytes[64], expected[64];
    struct obuf out = {bytes, 0, sizeof bytes}, want = {expected, 0, sizeof expected};
    driver_sim_open(&bench, driver, &bronkhorst_propar_sim, &setup_ln);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct span said = driver_sim_raw(&bench, frame_of(&out, 0x10, rows[i].data));
        if (!span_equal(said, frame_of(&want, 0x10, rows[i].answer)))
            fail_msg("row %zu", i);
    }
    want.len = 0; /* another node: silence */
    assert_int_equal(propar_put_frame(&want, 1, 4, rows[0].data), RC_OK);
    assert_int_equal(driver_sim_raw(&bench, obuf_span(&want)).len, 0);
}

static void the_simulator_speaks_text_on_the_same_port(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct flow_reading reading;
    driver_sim_open(&bench, driver, &bronkhorst_propar_sim, &setup_ln);
    bench.plant[PLANT_FLOW_slpm][0] = 5.0;
    assert_true(
        span_is(driver_sim_raw(&bench, SPAN(":06030401210120\r\n")), ":06030201217D00\r\n"));
    assert_true(span_is(driver_sim_raw(&bench, SPAN(":0603040121\r\n")), ":0104\r\n"));
    /* the manual's chained read: serial, tag, then measure, capacity, unit (7), fluid (10) */
    const struct span said =
        driver_sim_raw(&bench, SPAN(":1A0304F1EC7163006D71660001AE0120CF014DF0017F077101710A\r\n"));
    assert_memory_equal(said.at + 3, "0302F1EC004D", 12);
    assert_non_null(memmem(said.at, said.len,
                           "006D0055534552544147000"
                           "1AE7D00CF40A00000",
                           40));
    assert_non_null(memmem(said.at, said.len, "F0076C6E2F6D696E20710A4F32202020202020", 38));
    assert_int_equal(driver_sim_raw(&bench, SPAN(":0603")).len, 0); /* cut by a binary message */
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
    assert_int_equal(driver_sim_raw(&bench, SPAN("\x10:\x10\x10noise\x03\x10")).len, 0);
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
}

static void no_damage_to_a_reply_crashes_or_half_fills(void **state)
{
    (void)state;
    static const struct {
        enum ask_kind kind;
        unsigned step;
    } rows[] = {{ASK_IDENTIFY, 0}, {ASK_IDENTIFY, 1}, {ASK_CONFIGURE, 0}, {ASK_POLL, 0},
                {ASK_SET, 0},      {ASK_SAFE, 0},     {ASK_SYNC, 0}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct driver_sim bench;
        struct flow_reading reading;
        struct identity identity = {0};
        struct answer answer = {.identity = &identity, .reading = &reading};
        struct ask ask = {.kind = rows[i].kind, .step = rows[i].step, .seq = 1};
        driver_sim_open(&bench, driver, &bronkhorst_propar_sim, &setup_ln);
        assert_int_equal(driver_sim_ask(&bench, &ask, &answer), RC_OK);
        const struct span frame = {bench.frame, bench.frame_len};
        assert_int_equal(driver_net_prefixes(driver, &setup_ln, &ask, frame), 0);
        driver_net_changes(driver, &setup_ln, &ask, frame); /* no checksum: some pass */
    }
}

struct replay {
    unsigned request_command;
    size_t decoded;
};

static void replay_line(void *ctx, bool sent, struct span bytes)
{
    struct replay *replay = ctx;
    struct propar_message message;
    struct span frame;
    size_t used;
    assert_int_equal(framing_propar.cut(bytes, &frame, &used), FRAME_READY);
    assert_int_equal(propar_get_frame(frame, &message), RC_OK);
    if (sent) {
        replay->request_command = message.data[0];
        return;
    }
    struct device_setup setup = setup_ln;
    struct answer answer = {0};
    setup.node = 0;
    const struct ask ask = {.kind = ASK_SET, .seq = message.seq};
    const enum rc rc = driver->decode(driver, &setup, &ask, frame, &answer);
    assert_int_equal(rc, replay->request_command == PROPAR_WRITE ? RC_OK : RC_PROTOCOL);
    static const struct propar_parameter serial[] = {{113, 3, PROPAR_TEXT, 0}};
    struct propar_value value;
    const struct span data = {(const char *)message.data, message.len};
    if (message.len > 10) {
        assert_int_equal(propar_get_answer(data, serial, 1, &value), RC_OK);
        assert_string_equal(value.text, "M12345678A");
    }
    replay->decoded++;
}

static void captures_are_understood(void **state)
{
    (void)state;
    struct replay replay = {0};
    assert_int_equal(driver_capture_each("instruments/bronkhorst_propar/captures/elflow_binary.txt",
                                         replay_line, &replay),
                     8);
    assert_int_equal(replay.decoded, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_setpoint_is_written_as_a_float_in_the_capacity_unit),
        cmocka_unit_test(water_is_told_in_grams_an_hour_and_meant_as_vapour),
        cmocka_unit_test(a_wrong_setpoint_never_reaches_the_wire),
        cmocka_unit_test(statuses_become_codes),
        cmocka_unit_test(driver_and_simulator_talk),
        cmocka_unit_test(each_unit_and_reference_gives_the_station_flow),
        cmocka_unit_test(a_setpoint_that_would_be_ignored_is_noticed),
        cmocka_unit_test(impossible_readings_are_refused),
        cmocka_unit_test(the_simulator_answers_errors_as_the_manual_says),
        cmocka_unit_test(the_simulator_speaks_text_on_the_same_port),
        cmocka_unit_test(no_damage_to_a_reply_crashes_or_half_fills),
        cmocka_unit_test(captures_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
