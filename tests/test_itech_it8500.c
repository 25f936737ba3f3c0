#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/capability/load.h"
#include "instruments/itech_it8500/itech_it8500.h"
#include "instruments/proto/frame26.h"
#include "tests/support/driver_sim.h"

static const struct driver *const driver = &itech_it8500_driver;
static const struct device_setup load_1 = {.name = "heater_load", .node = 1, .full_scale = 10.0};

static struct span frame_of(char *bytes, const struct frame26 *frame)
{
    struct obuf out = {bytes, 0, FRAME26_LEN};
    assert_int_equal(frame26_put(&out, frame), RC_OK);
    return obuf_span(&out);
}

static enum rc set_one(struct driver_sim *bench, unsigned signal, double value)
{
    double readback = 0.0;
    enum rc rc = driver_sim_set(bench, signal, 0, value, &readback);
    assert_true(rc != RC_OK || isnan(readback));
    return rc;
}

static unsigned status_of(struct driver_sim *bench, uint8_t command, uint32_t value)
{
    char bytes[FRAME26_LEN];
    struct frame26 answer, frame = {.address = 1, .command = command};
    frame26_set_u32(&frame, 0, value);
    const struct span said = driver_sim_raw(bench, frame_of(bytes, &frame));
    assert_int_equal(frame26_get(said, &answer), RC_OK);
    assert_int_equal(answer.address, 1);
    return answer.command == IT8500_STATUS ? answer.data[0] : 0;
}

static void driver_and_simulator_talk(void **state)
{
    (void)state;
    for (int byte_by_byte = 0; byte_by_byte < 2; byte_by_byte++) {
        struct driver_sim bench;
        struct load_reading reading;
        driver_sim_open(&bench, driver, &itech_it8500_sim, &load_1);
        bench.byte_by_byte = byte_by_byte;
        bench.plant[PLANT_LOAD_V][0] = 13.5;
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        assert_string_equal(bench.identity.make, "ITECH");
        assert_string_equal(bench.identity.model, "8511");
        assert_string_equal(bench.identity.firmware, "01.71");
        assert_int_equal(strlen(bench.identity.serial), 10);
        assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
        assert_true(reading.input_on < 0.5 && fabs(reading.i_A) < 1e-9);
        assert_int_equal(set_one(&bench, LOAD_SIGNAL_I, 2.5), RC_OK);
        assert_true(fabs(bench.plant[PLANT_LOAD_A][0]) < 1e-12); /* the level alone draws nothing */
        assert_int_equal(set_one(&bench, LOAD_SIGNAL_INPUT, 1.0), RC_OK);
        assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
        assert_true(fabs(reading.i_A - 2.5) < 1e-9 && fabs(reading.u_V - 13.5) < 1e-9);
        assert_true(fabs(reading.p_W - 33.75) < 1e-9 && reading.input_on > 0.5);
        assert_int_equal(set_one(&bench, LOAD_SIGNAL_I, 0.0), RC_OK);
        assert_true(fabs(bench.plant[PLANT_LOAD_A][0]) < 1e-12);
        assert_int_equal(set_one(&bench, LOAD_SIGNAL_I, 1.0), RC_OK);
        assert_int_equal(driver_sim_safe(&bench), RC_OK);
        assert_true(fabs(bench.plant[PLANT_LOAD_A][0]) < 1e-12);
    }
}

static void a_wrong_setting_never_reaches_the_wire(void **state)
{
    (void)state;
    /* clang-format off */
    const struct { unsigned signal; double value; } bad[] = {
        { LOAD_SIGNAL_I, (double)NAN }, { LOAD_SIGNAL_I, (double)INFINITY }, { LOAD_SIGNAL_I, -0.001 },
        { LOAD_SIGNAL_I, 10.001 }, { LOAD_SIGNAL_INPUT, 0.5 }, { LOAD_SIGNAL_INPUT, 2.0 },
        { LOAD_SIGNAL_INPUT, (double)NAN }, { LOAD_SIGNAL_INPUT, -1.0 }, { LOAD_SIGNAL_U, 1.0 }, { 99, 0.0 },
    };
    /* clang-format on */
    char bytes[64];
    struct obuf out = {bytes, 0, sizeof bytes};
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct ask ask = {.kind = ASK_SET, .signal = bad[i].signal, .value = bad[i].value};
        assert_int_equal(driver->encode(driver, &load_1, &ask, &out), RC_RANGE);
        assert_int_equal(out.len, 0);
    }
    struct device_setup broadcast = load_1;
    broadcast.node = 255;
    const struct ask good = {.kind = ASK_SET, .value = 1.0};
    assert_int_equal(driver->encode(driver, &broadcast, &good, &out), RC_CONFIG);
    struct device_setup unlimited = load_1;
    unlimited.full_scale = 0.0;
    const struct ask most = {.kind = ASK_SET, .value = 30.0};
    const struct ask more = {.kind = ASK_SET, .value = 30.0001};
    assert_int_equal(driver->encode(driver, &unlimited, &more, &out), RC_RANGE);
    assert_int_equal(driver->encode(driver, &unlimited, &most, &out), RC_OK);
}

static void statuses_become_codes(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { uint8_t status; enum rc set, poll; } rows[] = {
        { 0x80, RC_OK,       RC_PROTOCOL }, { 0x90, RC_REFUSED, RC_REFUSED },
        { 0xA0, RC_RANGE,    RC_RANGE },    { 0xB0, RC_REFUSED, RC_REFUSED },
        { 0xC0, RC_REFUSED,  RC_REFUSED },  { 0x00, RC_PROTOCOL, RC_PROTOCOL },
        { 0x81, RC_PROTOCOL, RC_PROTOCOL },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        char bytes[FRAME26_LEN];
        struct load_reading reading;
        struct answer answer = {.reading = &reading};
        struct frame26 frame = {.address = 1, .command = IT8500_STATUS, .data = {rows[i].status}};
        const struct ask set = {.kind = ASK_SET, .value = 1.0};
        const struct ask poll = {.kind = ASK_POLL};
        const struct span said = frame_of(bytes, &frame);
        assert_int_equal(driver->decode(driver, &load_1, &set, said, &answer), rows[i].set);
        assert_int_equal(driver->decode(driver, &load_1, &poll, said, &answer), rows[i].poll);
        frame.address = 2; /* another load's */
        assert_int_equal(driver->decode(driver, &load_1, &set, frame_of(bytes, &frame), &answer),
                         RC_PROTOCOL);
    }
}

static void measurements_are_believed_only_in_the_right_state(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { uint32_t u_mV, i, p_mW; uint8_t op; uint16_t demand; enum rc rc; } rows[] = {
        { 13500, 25000, 33750, 0x0C, 0x0040, RC_OK },
        { 0, 0, 0,             0x04, 0x0000, RC_OK },
        { 13500, 25000, 33750, 0x08, 0x0040, RC_REFUSED }, /* not remote */
        { 13500, 25000, 33750, 0x0C, 0x0002, RC_REFUSED }, /* over voltage */
        { 13500, 25000, 33750, 0x0C, 0x0004, RC_REFUSED },
        { 13500, 25000, 33750, 0x0C, 0x0008, RC_REFUSED },
        { 13500, 25000, 33750, 0x0C, 0x0010, RC_REFUSED },
        { 13500, 25000, 33750, 0x0C, 0x0001, RC_RANGE },   /* reversed */
        { 600000, 0, 0,        0x04, 0x0000, RC_OK },
        { 600001, 0, 0,        0x04, 0x0000, RC_RANGE },
        { 0, 3000000, 0,       0x04, 0x0000, RC_OK },
        { 0, 3000001, 0,       0x04, 0x0000, RC_RANGE },
        { 0, 0, 10000001,      0x04, 0x0000, RC_RANGE },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        char bytes[FRAME26_LEN];
        struct load_reading reading;
        struct answer answer = {.reading = &reading};
        struct frame26 frame = {.address = 1, .command = IT8500_MEASURE};
        frame26_set_u32(&frame, 0, rows[i].u_mV);
        frame26_set_u32(&frame, 4, rows[i].i);
        frame26_set_u32(&frame, 8, rows[i].p_mW);
        frame.data[12] = rows[i].op;
        frame26_set_u16(&frame, 13, rows[i].demand);
        const struct ask poll = {.kind = ASK_POLL};
        if (driver->decode(driver, &load_1, &poll, frame_of(bytes, &frame), &answer) != rows[i].rc)
            fail_msg("row %zu", i);
        assert_true(answer.complete == (rows[i].rc == RC_OK));
    }
}

static void the_simulator_answers_all_five_statuses(void **state)
{
    (void)state;
    struct driver_sim bench;
    char bytes[FRAME26_LEN];
    driver_sim_open(&bench, driver, &itech_it8500_sim, &load_1);
    assert_int_equal(status_of(&bench, IT8500_INPUT, 1), IT8500_NOT_NOW);
    assert_int_equal(status_of(&bench, IT8500_REMOTE, 1), IT8500_OK);
    assert_int_equal(status_of(&bench, IT8500_REMOTE, 2), IT8500_PARAMETER);
    assert_int_equal(status_of(&bench, IT8500_REMOTE, 1), IT8500_OK);
    assert_int_equal(status_of(&bench, IT8500_LEVEL_CC, 300001), IT8500_PARAMETER);
    assert_int_equal(status_of(&bench, 0x77, 0), IT8500_UNKNOWN);
    struct frame26 answer, frame = {.address = 1, .command = IT8500_INPUT, .data = {1}};
    frame_of(bytes, &frame);
    bytes[25]++;
    assert_int_equal(
        frame26_get(driver_sim_raw(&bench, (struct span){bytes, FRAME26_LEN}), &answer), RC_OK);
    assert_int_equal(answer.data[0], IT8500_CHECKSUM);
    frame.address = 0xFF; /* a broadcast is answered with the own address */
    frame.command = IT8500_PRODUCT;
    assert_int_equal(frame26_get(driver_sim_raw(&bench, frame_of(bytes, &frame)), &answer), RC_OK);
    assert_int_equal(answer.address, 1);
    frame.address = 2;
    assert_int_equal(driver_sim_raw(&bench, frame_of(bytes, &frame)).len, 0);
    assert_int_equal(driver_sim_raw(&bench, SPAN("\x55\x55\x55")).len, 0);
}

static void sync_gets_through_behind_half_a_frame(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct answer answer = {0};
    for (size_t half = 0; half < FRAME26_LEN; half++) {
        char bytes[FRAME26_LEN];
        const struct frame26 frame = {.address = 1, .command = IT8500_REMOTE, .data = {1}};
        driver_sim_open(&bench, driver, &itech_it8500_sim, &load_1);
        frame_of(bytes, &frame);
        driver_sim_raw(&bench, (struct span){bytes, half});
        const struct ask sync = {.kind = ASK_SYNC};
        assert_int_equal(driver_sim_ask(&bench, &sync, &answer), RC_OK);
    }
}

static void a_power_cycle_is_noticed_by_the_next_poll(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct load_reading reading;
    driver_sim_open(&bench, driver, &itech_it8500_sim, &load_1);
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_REFUSED); /* as after a power cycle */
    assert_int_equal(set_one(&bench, LOAD_SIGNAL_INPUT, 1.0), RC_REFUSED);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    bench.plant[PLANT_LOAD_V][0] = -0.6;
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_RANGE); /* reversed */
}

static void the_load_on_timer_opens_the_input(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct load_reading reading;
    driver_sim_open(&bench, driver, &itech_it8500_sim, &load_1);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    assert_int_equal(set_one(&bench, LOAD_SIGNAL_I, 1.0), RC_OK);
    assert_int_equal(set_one(&bench, LOAD_SIGNAL_INPUT, 1.0), RC_OK);
    driver_sim_wait(&bench, duration_ms(3599999));
    assert_true(bench.plant[PLANT_LOAD_A][0] > 0.99);
    driver_sim_wait(&bench, duration_ms(1));
    assert_true(fabs(bench.plant[PLANT_LOAD_A][0]) < 1e-12);
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
    assert_true(reading.input_on < 0.5);
}

static void regulation_falls_out_of_cc_when_the_source_is_weak(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct frame26 answer, frame = {.address = 1, .command = IT8500_MEASURE};
    char bytes[FRAME26_LEN];
    driver_sim_open(&bench, driver, &itech_it8500_sim, &load_1);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    assert_int_equal(set_one(&bench, LOAD_SIGNAL_I, 1.0), RC_OK);
    assert_int_equal(set_one(&bench, LOAD_SIGNAL_INPUT, 1.0), RC_OK);
    assert_int_equal(frame26_get(driver_sim_raw(&bench, frame_of(bytes, &frame)), &answer), RC_OK);
    assert_int_equal(frame26_u16(&answer, 13), IT8500_IN_CC);
    bench.plant[PLANT_LOAD_A][0] = 0.4;
    assert_int_equal(frame26_get(driver_sim_raw(&bench, frame_of(bytes, &frame)), &answer), RC_OK);
    assert_int_equal(frame26_u16(&answer, 13), 0);
}

static void another_serial_is_refused(void **state)
{
    (void)state;
    struct driver_sim bench;
    struct device_setup setup = load_1;
    memcpy(setup.expect_serial, "600012", 7);
    driver_sim_open(&bench, &itech_bk8500_driver, &itech_bk8500_sim, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    assert_string_equal(bench.identity.serial, "600012");
    assert_string_equal(bench.identity.make, "B&K Precision");
    memcpy(bench.setup.expect_serial, "600013", 7);
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
}

static void no_damage_to_a_reply_is_accepted(void **state)
{
    (void)state;
    static const enum ask_kind kinds[] = {ASK_IDENTIFY, ASK_CONFIGURE, ASK_POLL,
                                          ASK_SET,      ASK_SAFE,      ASK_SYNC};
    struct driver_sim bench;
    driver_sim_open(&bench, driver, &itech_it8500_sim, &load_1);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct load_reading reading;
        struct identity identity = {0};
        struct answer answer = {.identity = &identity, .reading = &reading};
        const struct ask ask = {.kind = kinds[i]};
        assert_int_equal(driver_sim_ask(&bench, &ask, &answer), RC_OK);
        const struct span frame = {bench.frame, bench.frame_len};
        assert_int_equal(frame.len, FRAME26_LEN);
        assert_int_equal(driver_net_prefixes(driver, &load_1, &ask, frame), 0);
        assert_int_equal(driver_net_changes(driver, &load_1, &ask, frame), 0);
    }
}

struct replay {
    char request[FRAME26_LEN];
    size_t replies;
};

static void replay_line(void *ctx, bool sent, struct span bytes)
{
    struct replay *replay = ctx;
    struct device_setup setup = load_1;
    setup.node = 0;
    if (sent) {
        assert_int_equal(bytes.len, FRAME26_LEN);
        memcpy(replay->request, bytes.at, FRAME26_LEN);
        return;
    }
    struct load_reading reading = {0};
    struct answer answer = {.reading = &reading};
    const bool measure = (unsigned char)replay->request[2] == IT8500_MEASURE;
    struct ask ask = {.kind = measure ? ASK_POLL : ASK_SET, .value = 2.5};
    if ((unsigned char)replay->request[2] == IT8500_INPUT)
        ask = (struct ask){.kind = ASK_SET, .signal = LOAD_SIGNAL_INPUT, .value = 1.0};
    if ((unsigned char)replay->request[2] == IT8500_REMOTE)
        ask = (struct ask){.kind = ASK_SAFE};
    char mine[FRAME26_LEN];
    struct obuf out = {mine, 0, sizeof mine};
    assert_int_equal(driver->encode(driver, &setup, &ask, &out), RC_OK);
    assert_memory_equal(mine, replay->request, FRAME26_LEN);
    assert_int_equal(driver->decode(driver, &setup, &ask, bytes, &answer), RC_OK);
    if (measure)
        assert_true(fabs(reading.u_V - 13.5) < 1e-9 && fabs(reading.i_A - 2.5) < 1e-9 &&
                    fabs(reading.p_W - 33.75) < 1e-9 && reading.input_on > 0.5);
    replay->replies++;
}

static void captures_are_encoded_and_understood(void **state)
{
    (void)state;
    struct replay replay = {0};
    assert_int_equal(driver_capture_each("instruments/itech_it8500/captures/it8511_basic.txt",
                                         replay_line, &replay),
                     8);
    assert_int_equal(replay.replies, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(driver_and_simulator_talk),
        cmocka_unit_test(a_wrong_setting_never_reaches_the_wire),
        cmocka_unit_test(statuses_become_codes),
        cmocka_unit_test(measurements_are_believed_only_in_the_right_state),
        cmocka_unit_test(the_simulator_answers_all_five_statuses),
        cmocka_unit_test(sync_gets_through_behind_half_a_frame),
        cmocka_unit_test(a_power_cycle_is_noticed_by_the_next_poll),
        cmocka_unit_test(the_load_on_timer_opens_the_input),
        cmocka_unit_test(regulation_falls_out_of_cc_when_the_source_is_weak),
        cmocka_unit_test(another_serial_is_refused),
        cmocka_unit_test(no_damage_to_a_reply_is_accepted),
        cmocka_unit_test(captures_are_encoded_and_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
