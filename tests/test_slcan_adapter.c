#include "tests/support/cmocka.h"

#include "instruments/slcan_adapter/slcan_adapter.h"
#include "tests/support/driver_sim.h"

static const struct device_setup setup = {.name = "can0"};

static void say(struct driver_sim *bench, const char *request, const char *wanted)
{
    struct span got = driver_sim_raw(bench, span_text(request));
    if (!span_is(got, wanted))
        fail_msg("%s answered %.*s", request, (int)got.len, got.at);
}

static void driver_and_simulator_talk(void **state)
{
    (void)state;
    static struct driver_sim bench;
    for (int bytewise = 0; bytewise < 2; bytewise++) {
        driver_sim_open(&bench, &slcan_driver, &slcan_sim, &setup);
        bench.byte_by_byte = bytewise;
        assert_false(slcan_sim.passes(bench.state));
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        assert_true(slcan_sim.passes(bench.state));
        assert_string_equal(bench.identity.firmware, "1013");
        assert_int_equal(strlen(bench.identity.serial), 4);
        /* a second controller finds the channel open, and still comes up */
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        struct answer answer = {0};
        assert_int_equal(driver_sim_ask(&bench, &(struct ask){.kind = ASK_POLL}, &answer), RC_OK);
        assert_false(answer.complete);
        assert_int_equal(driver_sim_ask(&bench, &(struct ask){.kind = ASK_SYNC}, &answer), RC_OK);
    }
}

static void another_adapter_is_refused(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct device_setup wants = setup;
    memcpy(wants.expect_serial, "AB12", 5);
    driver_sim_open(&bench, &slcan_driver, &slcan_sim, &wants);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    memcpy(bench.setup.expect_serial, "AB13", 5);
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
}

static void set_up_commands_are_refused_while_open(void **state)
{
    (void)state;
    static struct driver_sim bench;
    driver_sim_open(&bench, &slcan_driver, &slcan_sim, &setup);
    say(&bench, "O\r", "\a"); /* no bit rate yet */
    say(&bench, "C\r", "\a");
    say(&bench, "t1900\r", "\a");
    say(&bench, "S9\rS\rS66\r", "\a\a\a");
    say(&bench, "S6\rO\r", "\r\r");
    say(&bench, "O\rS6\rZ1\rX0\rM00000000\rs0000\r", "\a\a\a\a\a\a");
    say(&bench, "T0EF5000028701\rt1900\rr1908\r", "Z\rz\rz\r");
    say(&bench, "T0EF500002870\rt19\rQ\rF\r", "\a\a\aF00\r");
    say(&bench, "C\rX0\rZ0\rM12345678\rL\rt1900\rC\rO\rt1900\r", "\r\r\r\r\r\a\r\r\r");
    say(&bench, "\r\r", "\r\r");
    say(&bench, "\nV\r", "\a"); /* an LF breaks the next command */
}

static void the_wrong_bit_rate_hears_nothing(void **state)
{
    (void)state;
    static struct driver_sim bench;
    driver_sim_open(&bench, &slcan_driver, &slcan_sim, &setup);
    say(&bench, "S5\rO\r", "\r\r");
    assert_false(slcan_sim.passes(bench.state));
    char digit;
    assert_int_equal(slcan_rate_digit(0, &digit), RC_OK);
    assert_int_equal(digit, '6');
    assert_int_equal(slcan_rate_digit(1000, &digit), RC_OK);
    assert_int_equal(digit, '8');
    assert_int_equal(slcan_rate_digit(333, &digit), RC_CONFIG);
}

static enum rc decode(enum ask_kind kind, unsigned step, const char *text)
{
    struct identity identity = {0};
    struct answer answer = {.identity = &identity};
    const struct ask ask = {.kind = kind, .step = step};
    return slcan_driver.decode(&slcan_driver, &setup, &ask, span_text(text), &answer);
}

static void answers_are_told_apart(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { enum ask_kind kind; unsigned step; const char *text; enum rc rc; } rows[] = {
        { ASK_IDENTIFY,  0, "V1013",        RC_OK },
        { ASK_IDENTIFY,  0, "V10G3",        RC_PROTOCOL },
        { ASK_IDENTIFY,  0, "V101",         RC_PROTOCOL },
        { ASK_IDENTIFY,  0, "N1234",        RC_PROTOCOL },
        { ASK_IDENTIFY,  0, "\a",           RC_PROTOCOL },
        { ASK_IDENTIFY,  1, "N1234",        RC_OK },
        { ASK_IDENTIFY,  1, "N12 4",        RC_PROTOCOL },
        { ASK_IDENTIFY,  1, "N",            RC_PROTOCOL },
        { ASK_IDENTIFY,  2, "",             RC_CONFIG },
        { ASK_CONFIGURE, 1, "",             RC_OK },
        { ASK_CONFIGURE, 1, "\a",           RC_REFUSED },
        { ASK_CONFIGURE, 1, "t19080000000", RC_PROTOCOL },
        { ASK_CONFIGURE, 2, "\a",           RC_OK },
        { ASK_CONFIGURE, 3, "\a",           RC_OK },
        { ASK_CONFIGURE, 4, "",             RC_OK },
        { ASK_CONFIGURE, 4, "\a",           RC_REFUSED },
        { ASK_POLL,      0, "F00",          RC_OK },
        { ASK_POLL,      0, "\a",           RC_OK },
        { ASK_POLL,      0, "F0",           RC_PROTOCOL },
        { ASK_SYNC,      0, "V1013",        RC_OK },
        { ASK_SYNC,      0, "",             RC_PROTOCOL },
        { ASK_SET,       0, "",             RC_CONFIG },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++)
        if (decode(rows[i].kind, rows[i].step, rows[i].text) != rows[i].rc)
            fail_msg("row %zu: %s", i, rows[i].text);
    const struct ask version = {.kind = ASK_IDENTIFY}, status = {.kind = ASK_POLL};
    assert_int_equal(driver_net_prefixes(&slcan_driver, &setup, &version, SPAN("V1013")), 0);
    assert_int_equal(driver_net_prefixes(&slcan_driver, &setup, &status, SPAN("F00")), 0);
    (void)driver_net_changes(&slcan_driver, &setup, &version, SPAN("V1013"));
}

struct replay {
    unsigned step, sent, accepted;
};

/* The capture is the driver's own bring-up: what it sends, in order. */
static void replay_line(void *ctx, bool sent, struct span bytes)
{
    struct replay *replay = ctx;
    char text[32];
    struct obuf out = {text, 0, sizeof text};
    struct identity identity = {0};
    struct answer answer = {.identity = &identity};
    struct ask ask = {replay->step < 2 ? ASK_IDENTIFY : ASK_CONFIGURE, .step = replay->step};
    ask.step -= replay->step < 2 ? 0 : 2;
    if (sent) {
        assert_int_equal(slcan_driver.encode(&slcan_driver, &setup, &ask, &out), RC_OK);
        assert_true(span_equal(obuf_span(&out), bytes));
        replay->sent++;
        return;
    }
    struct span frame;
    size_t used;
    assert_int_equal(framing_can_text.cut(bytes, &frame, &used), FRAME_READY);
    assert_int_equal(slcan_driver.decode(&slcan_driver, &setup, &ask, frame, &answer), RC_OK);
    replay->accepted++;
    replay->step++;
}

static void captures_are_understood(void **state)
{
    (void)state;
    struct replay replay = {0};
    assert_int_equal(driver_capture_each("instruments/slcan_adapter/captures/bring_up.txt",
                                         replay_line, &replay),
                     14);
    assert_int_equal(replay.sent, 7);
    assert_int_equal(replay.accepted, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(driver_and_simulator_talk),
        cmocka_unit_test(another_adapter_is_refused),
        cmocka_unit_test(set_up_commands_are_refused_while_open),
        cmocka_unit_test(the_wrong_bit_rate_hears_nothing),
        cmocka_unit_test(answers_are_told_apart),
        cmocka_unit_test(captures_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
