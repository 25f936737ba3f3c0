#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/alicat_mc/alicat_mc.h"
#include "instruments/capability/flow_controller.h"
#include "tests/support/driver_sim.h"

static const struct device_setup unit_a = {
    .name = "n2", .address = 'A', .full_scale = 10.0, .reference_ratio = 298.15 / 273.15};
static const struct ask ask_poll = {.kind = ASK_POLL};

static enum rc decode_text(const struct driver *driver, const struct ask *ask, const char *text,
                           struct answer *answer)
{
    return driver->decode(driver, &unit_a, ask, span_text(text), answer);
}

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-6 * (1.0 + fabs(wanted))))
        fail_msg("%g is not %g", got, wanted);
}

static void data_frames_are_read_by_column_and_name(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *line; enum rc rc; double flow; } rows[] = {
        { "A +014.62 +021.89 +000.00 +001.25 +078.95     N2",          RC_OK, 1.25 },
        { "A +014.62 +021.89 +000.00 +001.25 0078.95     N2",          RC_OK, 1.25 },
        { "A +014.62 +021.89 +000.00 +001.25 +078.95 +12345.6 N2",     RC_OK, 1.25 },
        { "A +014.62 +021.89 +000.00 +001.25 +078.95     N2 LCK",      RC_OK, 1.25 },
        { "A +014.62 +021.89 +000.00 +001.25 +078.95     N2 OVR TMF",  RC_OK, 1.25 },
        { "A +014.62 +021.89 +000.00 ------- +078.95     N2",          RC_OK, (double)NAN },
        { "A +014.62 +021.89 +000.00 +001.25 +078.95     N2 MOV",      RC_OK, (double)NAN },
        { "A +014.62 +021.89 +000.00 +001.25 +078.95     N2 HLD",      RC_REFUSED, 0 },
        { "A +014.62 +021.89 +000.00 +001.25 +078.95     N2 LCK EXH",  RC_REFUSED, 0 },
        { "A +014.62 +021.89 +000.00 +001.25 +078.95     N2 ADC",      RC_RANGE, 0 },
        { "A +999.99 +021.89 +000.00 +001.25 +078.95     N2",          RC_RANGE, 0 },
        { "A +014.62 +221.89 +000.00 +001.25 +078.95     N2",          RC_RANGE, 0 },
        { "A +014.62 +021.89 +000.00 +001.25     N2",                  RC_PROTOCOL, 0 },
        { "A +014.62 +021.89 +000.00 +001.25 +078.95 N2 XYZ",          RC_PROTOCOL, 0 },
        { "A +014.62 +021.89 +000.00 +001.25 +078.95 1 2 N2",          RC_PROTOCOL, 0 },
        { "A +014.62 +021.89 +000.00 +001.25 +078.95",                 RC_PROTOCOL, 0 },
        { "A +014.62 +021.89 +000.00 +001.25 +078.95 +00001.0",        RC_PROTOCOL, 0 },
        { "A +014.62 +021.89 +000.00 +001,25 +078.95 N2",              RC_PROTOCOL, 0 },
        { "A +014.62 +021.89 +000.00 nan +078.95 N2",                  RC_PROTOCOL, 0 },
        { "B +014.62 +021.89 +000.00 +001.25 +078.95     N2",          RC_PROTOCOL, 0 },
        { "+014.62 +021.89 +000.00 +001.25 +078.95     N2",            RC_PROTOCOL, 0 },
        { "?",                                                         RC_REFUSED, 0 },
        { "",                                                          RC_PROTOCOL, 0 },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct flow_reading reading = {0};
        struct answer answer = {.reading = &reading};
        assert_int_equal(decode_text(&alicat_mc_driver, &ask_poll, rows[i].line, &answer),
                         rows[i].rc);
        if (rows[i].rc != RC_OK) {
            assert_false(answer.complete);
            continue;
        }
        assert_true(answer.complete);
        if (isnan(rows[i].flow))
            assert_true(isnan(reading.flow_slpm));
        else
            assert_near(reading.flow_slpm, rows[i].flow * 273.15 / 298.15);
        assert_near(reading.setpoint_slpm, 78.95 * 273.15 / 298.15);
        assert_near(reading.pressure_kPa, 14.62 * 6.894757293168);
        assert_near(reading.temp_degC, 21.89);
    }
}

static void every_pair_of_status_words_keeps_the_columns(void **state)
{
    (void)state;
    static const char *const words[] = {"OPL", "POV", "VOV", "MOV", "TOV", "P2O", "TMF",
                                        "OVR", "COM", "HLD", "EXH", "GTA", "LCK", "ADC"};
    for (size_t i = 0; i < COUNT(words); i++)
        for (size_t k = 0; k < COUNT(words); k++) {
            char line[96];
            struct flow_reading reading = {0};
            struct answer answer = {.reading = &reading};
            snprintf(line, sizeof line, "A +014.62 +021.89 +000.00 +001.25 +002.50     N2 %s %s",
                     words[i], words[k]);
            enum rc rc = decode_text(&alicat_mc_driver, &ask_poll, line, &answer);
            const bool refused = strstr(line, "HLD") || strstr(line, "EXH");
            const bool broken = strstr(line, "ADC");
            assert_int_equal(rc, broken ? RC_RANGE : refused ? RC_REFUSED : RC_OK);
            if (rc == RC_OK)
                assert_near(reading.setpoint_slpm, 2.5 * 273.15 / 298.15);
        }
}

static void other_shapes_are_told_apart(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { enum ask_kind kind; unsigned step; const char *line; enum rc rc; } rows[] = {
        { ASK_IDENTIFY,  0, "A   10v20.0-R24 Jan  9 2025,15:04:07",  RC_OK },
        { ASK_IDENTIFY,  0, "A   9v00.0-R24 Jan  9 2025,15:04:07",   RC_OK },
        { ASK_IDENTIFY,  0, "A   8v28.0-R23 Feb 13 2020,10:22:41",   RC_REFUSED },
        { ASK_IDENTIFY,  0, "A   GP07R100 Feb 13 2020,10:22:41",     RC_REFUSED },
        { ASK_IDENTIFY,  0, "A   10v20.0-R24",                       RC_PROTOCOL },
        { ASK_IDENTIFY,  0, "A +014.62 +021.89 +000.00 +001.25 +078.95 N2", RC_PROTOCOL },
        { ASK_IDENTIFY,  1, "A  M04 Model Number MC-20SLPM-D",       RC_OK },
        { ASK_IDENTIFY,  1, "A  M05 Serial Number 123456",           RC_PROTOCOL },
        { ASK_IDENTIFY,  2, "A  M05 Serial Number 123456",           RC_OK },
        { ASK_IDENTIFY,  2, "A  M07 Serial Number 123456",           RC_OK },
        { ASK_IDENTIFY,  2, "A  M05 Serial Number",                  RC_PROTOCOL },
        { ASK_IDENTIFY,  2, "A  M05 Serial Number 12 34",            RC_PROTOCOL },
        { ASK_IDENTIFY,  3, "A +20.000 7 SLPM",                      RC_OK },
        { ASK_IDENTIFY,  3, "A +5.000 7 SLPM",                       RC_REFUSED }, /* the station asks for 10 */
        { ASK_IDENTIFY,  3, "A +500.00 12 SCCM",                     RC_REFUSED },
        { ASK_IDENTIFY,  3, "A +20.000 12 SLPM",                     RC_REFUSED },
        { ASK_IDENTIFY,  3, "A +20.000 7 LPM",                       RC_REFUSED },
        { ASK_IDENTIFY,  3, "A 0 1 ---",                             RC_REFUSED },
        { ASK_IDENTIFY,  3, "A +20.000",                             RC_PROTOCOL },
        { ASK_CONFIGURE, 0, "A S",                                   RC_OK },
        { ASK_CONFIGURE, 0, "A U",                                   RC_OK },
        { ASK_CONFIGURE, 0, "A A",                                   RC_REFUSED },
        { ASK_CONFIGURE, 0, "A X",                                   RC_PROTOCOL },
        { ASK_CONFIGURE, 1, "A 37",                                  RC_OK },
        { ASK_CONFIGURE, 1, "A 34",                                  RC_REFUSED },
        { ASK_CONFIGURE, 2, "A +01.000 +00.950 7 SLPM",              RC_OK },
        { ASK_CONFIGURE, 2, "A +01.000 +00.950 10 PSIA",             RC_REFUSED },
        { ASK_SAFE,      0, "A +00.000 +00.950 7 SLPM",              RC_OK },
        { ASK_SAFE,      0, "A +01.000 +00.950 7 SLPM",              RC_REFUSED },
        { ASK_SAFE,      0, "A +014.62 +021.89 +000.00 +001.25 +078.95 N2", RC_PROTOCOL },
        { ASK_SET,       0, "A ------- +00.950 7 SLPM",              RC_RANGE },
        { ASK_SYNC,      0, "A   10v20.0-R24 Jan  9 2025,15:04:07",  RC_OK },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct identity identity = {0};
        struct answer answer = {.identity = &identity};
        const struct ask ask = {.kind = rows[i].kind, .step = rows[i].step};
        if (decode_text(&alicat_mc_driver, &ask, rows[i].line, &answer) != rows[i].rc)
            fail_msg("row %zu: %s", i, rows[i].line);
    }
}

static void a_wrong_setpoint_never_reaches_the_wire(void **state)
{
    (void)state;
    const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, -0.001, 10.001, 1e300};
    char bytes[64];
    struct obuf out = {bytes, 0, sizeof bytes};
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct ask ask = {.kind = ASK_SET, .value = bad[i]};
        assert_int_equal(alicat_mc_driver.encode(&alicat_mc_driver, &unit_a, &ask, &out), RC_RANGE);
        assert_int_equal(out.len, 0);
    }
    const struct ask pressure = {.kind = ASK_SET, .signal = FLOW_SIGNAL_PRESSURE, .value = 1.0};
    assert_int_equal(alicat_mc_driver.encode(&alicat_mc_driver, &unit_a, &pressure, &out),
                     RC_RANGE);
    struct device_setup no_reference = unit_a;
    no_reference.reference_ratio = 0.0;
    const struct ask good = {.kind = ASK_SET, .value = 1.0};
    assert_int_equal(alicat_mc_driver.encode(&alicat_mc_driver, &no_reference, &good, &out),
                     RC_CONFIG);
    assert_int_equal(out.len, 0);
    const struct ask top = {.kind = ASK_SET, .value = 10.0};
    assert_int_equal(alicat_mc_driver.encode(&alicat_mc_driver, &unit_a, &top, &out), RC_OK);
    assert_true(span_is(obuf_span(&out), "ALS 10.9152\r"));
    out.cap = out.len + 5; /* too small a buffer: nothing is left behind */
    assert_int_equal(alicat_mc_driver.encode(&alicat_mc_driver, &unit_a, &top, &out), RC_NOSPACE);
    assert_int_equal(out.len, 12);
}

static void driver_and_simulator_talk(void **state)
{
    (void)state;
    for (int byte_by_byte = 0; byte_by_byte < 2; byte_by_byte++) {
        struct driver_sim bench;
        struct flow_reading reading;
        double readback = 0.0;
        driver_sim_open(&bench, &alicat_mc_driver, &alicat_mc_sim, &unit_a);
        bench.byte_by_byte = byte_by_byte;
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        assert_string_equal(bench.identity.make, "Alicat");
        assert_string_equal(bench.identity.firmware, "10v20.0-R24");
        assert_string_equal(bench.identity.gas, "Air");
        assert_int_equal(strlen(bench.identity.serial), 6);
        assert_true(fabs(bench.identity.full_scale - 10.0) < 0.001);
        assert_int_equal(driver_sim_set(&bench, FLOW_SIGNAL_FLOW, 0, 2.5, &readback), RC_OK);
        assert_true(fabs(readback - 2.5) < 0.001);
        assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
        assert_true(fabs(reading.flow_slpm - 2.5) < 0.001);
        assert_true(fabs(reading.setpoint_slpm - 2.5) < 0.001);
        assert_true(fabs(reading.pressure_kPa - 101.325) < 0.05);
        assert_int_equal(driver_sim_safe(&bench), RC_OK);
        assert_true(fabs(bench.plant[PLANT_FLOW_slpm][0]) < 1e-9);
    }
}

static void the_sccm_row_reads_the_same_flow(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct flow_reading reading;
    struct device_setup setup = unit_a;
    double readback = 0.0;
    setup.full_scale = 0.4;
    driver_sim_open(&bench, &alicat_mc_sccm_driver, &alicat_mc_sccm_sim, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    assert_int_equal(driver_sim_set(&bench, FLOW_SIGNAL_FLOW, 0, 0.25, &readback), RC_OK);
    assert_true(fabs(readback - 0.25) < 1e-5);
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
    assert_true(fabs(reading.flow_slpm - 0.25) < 1e-5);
    /* the SLPM driver on this unit is refused */
    driver_sim_open(&bench, &alicat_mc_sccm_driver, &alicat_mc_sccm_sim, &setup);
    bench.driver = &alicat_mc_driver;
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
}

static void a_setpoint_that_would_be_ignored_is_noticed(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct flow_reading reading;
    driver_sim_open(&bench, &alicat_mc_driver, &alicat_mc_sim, &unit_a);
    assert_true(span_is(driver_sim_raw(&bench, SPAN("ALSS A\r")), "A A\r"));
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    driver_sim_raw(&bench, SPAN("ALSS S\r"));
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    driver_sim_raw(&bench, SPAN("AHC\r"));
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_REFUSED);
    driver_sim_raw(&bench, SPAN("AC\r"));
    driver_sim_raw(&bench, SPAN("AL\r"));
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
}

static void another_gas_or_serial_is_refused(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct flow_reading reading;
    struct device_setup setup = unit_a;
    memcpy(setup.expect_gas, "n2", 3);
    memcpy(setup.expect_serial, "778899", 7);
    driver_sim_open(&bench, &alicat_mc_driver, &alicat_mc_sim, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    assert_string_equal(bench.identity.gas, "N2");
    assert_string_equal(bench.identity.serial, "778899");
    driver_sim_raw(&bench, SPAN("AGS 11\r"));
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_REFUSED);
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    driver_sim_raw(&bench, SPAN("AGS 8\r"));
    memcpy(bench.setup.expect_serial, "778898", 7);
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
}

static void old_firmware_is_refused_before_its_panel_locks(void **state)
{
    (void)state;
    struct driver_sim bench;
    driver_sim_open(&bench, &alicat_mc_driver, &alicat_mc_5v_sim, &unit_a);
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    const struct span said = driver_sim_raw(&bench, SPAN("A\r"));
    assert_null(memmem(said.at, said.len, "LCK", 3));
    assert_non_null(memmem(driver_sim_raw(&bench, SPAN("ALS 1\r")).at, 60, "LCK", 3));
    driver_sim_open(&bench, &alicat_mc_driver, &alicat_mc_8v_sim, &unit_a);
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    assert_true(span_is(driver_sim_raw(&bench, SPAN("ALS 1\r")), "?\r"));
}

static void the_simulator_keeps_silent_for_others_and_refuses_nonsense(void **state)
{
    (void)state;
    struct driver_sim bench;
    driver_sim_open(&bench, &alicat_mc_driver, &alicat_mc_sim, &unit_a);
    assert_int_equal(driver_sim_raw(&bench, SPAN("B\r")).len, 0);
    assert_int_equal(driver_sim_raw(&bench, SPAN("BLS 1\r\r")).len, 0);
    assert_true(span_is(driver_sim_raw(&bench, SPAN("AXYZ\r")), "?\r"));
    assert_true(span_is(driver_sim_raw(&bench, SPAN("ALS 99\r")), "?\r"));
    assert_true(span_is(driver_sim_raw(&bench, SPAN("ALS nan\r")), "?\r"));
    char flood[4096];
    memset(flood, 'A', sizeof flood);
    assert_int_equal(driver_sim_raw(&bench, (struct span){flood, sizeof flood}).len, 0);
    assert_int_equal(driver_sim_raw(&bench, SPAN("\r")).len, 0);
    assert_true(driver_sim_raw(&bench, SPAN("A\r")).len > 40);
}

static void a_streaming_unit_is_no_answer(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct flow_reading reading;
    driver_sim_open(&bench, &alicat_mc_driver, &alicat_mc_sim, &unit_a);
    driver_sim_raw(&bench, SPAN("A@ @\r"));
    driver_sim_wait(&bench, duration_ms(120));
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_TIMEOUT);
    driver_sim_raw(&bench, SPAN("@@ A\r"));
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
}

static void no_damage_to_a_reply_crashes_or_half_fills(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { enum ask_kind kind; unsigned step; const char *line; size_t prefixes; } rows[] = {
        { ASK_POLL,      0, "A +014.62 +021.89 +000.00 +001.25 +000.00      N LCK", 2 }, /* gas and tail are free text */
        { ASK_IDENTIFY,  0, "A   10v20.0-R24 Jan  9 2025,15:04:07", 19 },                /* the date is not read */
        { ASK_IDENTIFY,  2, "A  M05 Serial Number 123456", 5 },
        { ASK_IDENTIFY,  3, "A +20.000 7 SLPM", 0 },
        { ASK_CONFIGURE, 2, "A +01.000 +00.950 7 SLPM", 0 },
        { ASK_SET,       0, "A +01.000 +00.950 7 SLPM", 0 },
        { ASK_CONFIGURE, 0, "A S", 0 },
        { ASK_CONFIGURE, 1, "A 37", 0 },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ask ask = {.kind = rows[i].kind, .step = rows[i].step};
        const struct span line = span_text(rows[i].line);
        const size_t accepted = driver_net_prefixes(&alicat_mc_driver, &unit_a, &ask, line);
        if (accepted != rows[i].prefixes)
            fail_msg("row %zu: %zu prefixes", i, accepted);
        driver_net_changes(&alicat_mc_driver, &unit_a, &ask, line);
    }
}

static void no_cut_reply_passes_the_framing(void **state)
{
    (void)state;
    const struct span whole = SPAN("A +014.62 +021.89 +000.00 +001.25 +000.00     N2\r");
    struct span frame;
    size_t used;
    for (size_t len = 0; len < whole.len; len++)
        assert_int_equal(framing_line_cr.cut((struct span){whole.at, len}, &frame, &used),
                         FRAME_MORE);
    assert_int_equal(framing_line_cr.cut(whole, &frame, &used), FRAME_READY);
}

struct replay {
    char request[64];
    size_t decoded;
};

static void replay_line(void *ctx, bool sent, struct span bytes)
{
    /* clang-format off */
    static const struct { const char *request; struct ask ask; } asks[] = {
        { "A\r",         { .kind = ASK_POLL } },
        { "AVE\r",       { .kind = ASK_IDENTIFY } },
        { "AFPF 5\r",    { .kind = ASK_IDENTIFY, .step = 3 } },
        { "ALSS\r",      { .kind = ASK_CONFIGURE } },
        { "ALV\r",       { .kind = ASK_CONFIGURE, .step = 1 } },
        { "ALS 100.0\r", { .kind = ASK_SET } },
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
    struct device_setup setup = unit_a;
    setup.full_scale = 0.2;
    assert_int_equal(framing_line_cr.cut(bytes, &frame, &used), FRAME_READY);
    for (size_t i = 0; i < COUNT(asks); i++) {
        if (strcmp(asks[i].request, replay->request) != 0)
            continue;
        struct identity identity = {0};
        struct flow_reading reading;
        struct answer answer = {.identity = &identity, .reading = &reading};
        assert_int_equal(alicat_mc_sccm_driver.decode(&alicat_mc_sccm_driver, &setup, &asks[i].ask,
                                                      frame, &answer),
                         RC_OK);
        replay->decoded++;
    }
}

static void captures_are_understood(void **state)
{
    (void)state;
    struct replay replay = {0};
    assert_int_equal(
        driver_capture_each("instruments/alicat_mc/captures/poll_n2.txt", replay_line, &replay),
        12);
    assert_int_equal(replay.decoded, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_frames_are_read_by_column_and_name),
        cmocka_unit_test(every_pair_of_status_words_keeps_the_columns),
        cmocka_unit_test(other_shapes_are_told_apart),
        cmocka_unit_test(a_wrong_setpoint_never_reaches_the_wire),
        cmocka_unit_test(driver_and_simulator_talk),
        cmocka_unit_test(the_sccm_row_reads_the_same_flow),
        cmocka_unit_test(a_setpoint_that_would_be_ignored_is_noticed),
        cmocka_unit_test(another_gas_or_serial_is_refused),
        cmocka_unit_test(old_firmware_is_refused_before_its_panel_locks),
        cmocka_unit_test(the_simulator_keeps_silent_for_others_and_refuses_nonsense),
        cmocka_unit_test(a_streaming_unit_is_no_answer),
        cmocka_unit_test(no_damage_to_a_reply_crashes_or_half_fills),
        cmocka_unit_test(no_cut_reply_passes_the_framing),
        cmocka_unit_test(captures_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
