#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/capability/digital_io.h"
#include "instruments/numato_gpio/numato_gpio.h"
#include "tests/support/driver_sim.h"

static const struct device_setup setup = {.name = "io"};
static const struct ask poll = {.kind = ASK_POLL};

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
    struct digital_reading reading;
    double readback = 0;
    for (int bytewise = 0; bytewise < 2; bytewise++) {
        driver_sim_open(&bench, &numato_driver, &numato_sim, &setup);
        bench.byte_by_byte = bytewise;
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        assert_string_equal(bench.identity.make, "Numato");
        assert_string_equal(bench.identity.model, "GPIO 16");
        assert_string_equal(bench.identity.firmware, "00000008");
        assert_int_equal(strlen(bench.identity.serial), 8);
        bench.plant[PLANT_PIN][0] = 1;
        bench.plant[PLANT_PIN][7] = 1;
        assert_int_equal(driver_sim_set(&bench, DIGITAL_SIGNAL_OUT, 10, 1, &readback), RC_OK);
        assert_true(isnan(readback)); /* the poll tells */
        assert_true(bench.plant[PLANT_PIN][10] > 0.5);
        assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
        for (unsigned n = 0; n < DIGITAL_PINS_MAX; n++) {
            assert_int_equal(reading.pin[n].in > 0.5, n == 0 || n == 7 || n == 10);
            assert_int_equal(isnan(reading.pin[n].out), n < 8);
        }
        assert_true(reading.pin[10].out > 0.5);
        assert_int_equal(driver_sim_set(&bench, DIGITAL_SIGNAL_OUT, 15, 1, &readback), RC_OK);
        assert_int_equal(driver_sim_set(&bench, DIGITAL_SIGNAL_OUT, 10, 0, &readback), RC_OK);
        assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
        assert_true(reading.pin[10].out < 0.5 && reading.pin[15].out > 0.5);
        assert_int_equal(driver_sim_safe(&bench), RC_OK);
        assert_true(bench.plant[PLANT_PIN][15] < 0.5);
        assert_true(bench.plant[PLANT_PIN][7] > 0.5); /* an input is not touched */
    }
}

static void the_eight_channel_board_is_another_row(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct digital_reading reading;
    const struct device_setup eight = {.name = "io", .channels = 8, .node = 0x81};
    driver_sim_open(&bench, &numato_driver, &numato_sim, &eight);
    double readback;
    assert_int_equal(driver_sim_start(&bench), RC_OK); /* it refuses "notify", which is fine */
    assert_string_equal(bench.identity.model, "GPIO 8");
    assert_int_equal(driver_sim_set(&bench, DIGITAL_SIGNAL_OUT, 7, 1, &readback), RC_OK);
    assert_int_equal(driver_sim_set(&bench, DIGITAL_SIGNAL_OUT, 6, 1, &readback), RC_RANGE);
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
    assert_true(reading.pin[7].out > 0.5 && reading.pin[0].out < 0.5);
    assert_true(isnan(reading.pin[6].out) && isnan(reading.pin[8].in));
}

static void the_model_is_proved_by_its_width(void **state)
{
    (void)state;
    static struct driver_sim bench;
    const struct device_setup eight = {.name = "io", .channels = 8};
    driver_sim_open(&bench, &numato_driver, &numato_sim, &setup);
    bench.setup = eight; /* the station says 8, the board has 16 */
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    bench.setup = setup;
    memcpy(bench.setup.expect_serial, "00C0FFEE", 9);
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
}

static void lines_are_as_the_manual_has_them(void **state)
{
    (void)state;
    static const struct {
        struct ask ask;
        const char *line;
    } rows[] = {
        {{.kind = ASK_IDENTIFY}, "gpio notify off\r"},
        {{.kind = ASK_CONFIGURE, .step = 0}, "gpio iomask ffff\r"},
        {{.kind = ASK_CONFIGURE, .step = 1}, "gpio writeall 0000\r"},
        {{.kind = ASK_CONFIGURE, .step = 2}, "gpio iodir 00ff\r"},
        {{.kind = ASK_CONFIGURE, .step = 3}, "gpio iomask ff00\r"},
        {{.kind = ASK_POLL}, "gpio readall\r"},
        {{.kind = ASK_SAFE}, "gpio writeall 0000\r"},
        {{.kind = ASK_SYNC}, "id get\r"},
        {{.kind = ASK_SET, .signal = DIGITAL_SIGNAL_OUT, .channel = 8, .value = 1}, "gpio set 8\r"},
        {{.kind = ASK_SET, .signal = DIGITAL_SIGNAL_OUT, .channel = 15, .value = 0},
         "gpio clear F\r"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[64];
        struct obuf out = {text, 0, sizeof text};
        assert_int_equal(numato_driver.encode(&numato_driver, &setup, &rows[i].ask, &out), RC_OK);
        if (!span_is(obuf_span(&out), rows[i].line))
            fail_msg("row %zu: %.*s", i, (int)out.len, text);
    }
}

static void a_wrong_value_never_reaches_the_wire(void **state)
{
    (void)state;
    static const struct {
        unsigned signal, channel;
        double value;
    } rows[] = {
        {DIGITAL_SIGNAL_OUT, 8, (double)NAN}, {DIGITAL_SIGNAL_OUT, 8, INFINITY},
        {DIGITAL_SIGNAL_OUT, 8, 0.5},         {DIGITAL_SIGNAL_OUT, 8, -1},
        {DIGITAL_SIGNAL_OUT, 8, 2},           {DIGITAL_SIGNAL_OUT, 7, 1}, /* an input */
        {DIGITAL_SIGNAL_OUT, 16, 1},          {DIGITAL_SIGNAL_IN, 8, 1},
    };
    char text[64];
    struct obuf out = {text, 0, sizeof text};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ask ask = {.kind = ASK_SET,
                                .signal = rows[i].signal,
                                .channel = rows[i].channel,
                                .value = rows[i].value};
        assert_int_equal(numato_driver.encode(&numato_driver, &setup, &ask, &out), RC_RANGE);
        assert_int_equal(out.len, 0);
    }
    struct device_setup wrong = {.name = "io", .channels = 12};
    assert_int_equal(numato_driver.encode(&numato_driver, &wrong, &poll, &out), RC_CONFIG);
    wrong = (struct device_setup){.name = "io", .channels = 8, .node = 0x100};
    assert_int_equal(numato_driver.encode(&numato_driver, &wrong, &poll, &out), RC_CONFIG);
    wrong.channels = 32;
    assert_int_equal(numato_driver.encode(&numato_driver, &wrong, &poll, &out), RC_CONFIG);
}

static void the_echo_proves_whose_answer_it_is(void **state)
{
    (void)state;
    static const struct ask set = {
        .kind = ASK_SET, .signal = DIGITAL_SIGNAL_OUT, .channel = 10, .value = 1};
    static const struct ask width = {.kind = ASK_IDENTIFY, .step = 3};
    static const struct ask id = {.kind = ASK_IDENTIFY, .step = 2};
    /* clang-format off */
    static const struct { const struct ask *ask; const char *text; enum rc rc; } rows[] = {
        { &poll, "gpio readall\n\r0003\n",                               RC_OK },
        { &poll, "GPIO READALL\r\nff0A\r",                               RC_OK },
        { &poll, "gpio readall\n\r# 0012 0013 FFEF\n\r0003\n",           RC_OK }, /* an event inside */
        { &poll, "\n\r# 0012 0013 FFEF\n\rgpio readall\n\r0003\n",       RC_OK },
        { &poll, "\n\r# 0012 0013 FFEF\n",                               RC_PROTOCOL },
        { &poll, "gpio readall\n\r# 0012 0013 FFEF\n",                   RC_PROTOCOL },
        { &poll, "0003\n",                                               RC_PROTOCOL },
        { &poll, "gpio readall\n",                                       RC_PROTOCOL },
        { &poll, "gpio readal\n\r0003\n",                                RC_PROTOCOL },
        { &poll, "gpio readall\n\r003\n",                                RC_PROTOCOL },
        { &poll, "gpio readall\n\r00003\n",                              RC_PROTOCOL },
        { &poll, "gpio readall\n\r00g3\n",                               RC_PROTOCOL },
        { &poll, "gpio readall\n\r0003\n\r0004\n",                       RC_PROTOCOL },
        { &poll, "gpio set A\n\r0003\n",                                 RC_PROTOCOL },
        { &poll, "",                                                     RC_PROTOCOL },
        { &set,  "gpio set A\n",                                         RC_OK },
        { &set,  "gpio set a\n",                                         RC_OK },
        { &set,  "gpio set B\n",                                         RC_PROTOCOL },
        { &set,  "gpio clear A\n",                                       RC_PROTOCOL },
        { &set,  "gpio set A\n\runknown command\n",                      RC_REFUSED },
        { &width, "gpio readall\n\r0003\n",                              RC_OK },
        { &width, "gpio readall\n\r03\n",                                RC_REFUSED },
        { &width, "gpio readall\n\r00000003\n",                          RC_REFUSED },
        { &id,   "id get\n\r00C0FFEE\n",                                 RC_OK },
        { &id,   "id get\n\r00C0FFE\n",                                  RC_PROTOCOL },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct digital_reading reading = {0};
        struct identity identity = {0};
        struct answer answer = {.identity = &identity, .reading = &reading};
        enum rc rc = numato_driver.decode(&numato_driver, &setup, rows[i].ask,
                                          span_text(rows[i].text), &answer);
        if (rc != rows[i].rc)
            fail_msg("row %zu: %s gave %d", i, rows[i].text, (int)rc);
    }
}

static void no_damage_crashes_and_no_prefix_passes(void **state)
{
    (void)state;
    static const struct {
        struct ask ask;
        const char *text;
        size_t prefixes; /* the last byte is a line end that means nothing */
    } rows[] = {
        {{.kind = ASK_POLL}, "gpio readall\n\r0003\n", 1},
        {{.kind = ASK_SET, .signal = DIGITAL_SIGNAL_OUT, .channel = 8, .value = 1},
         "gpio set 8\n",
         1},
        {{.kind = ASK_IDENTIFY, .step = 2}, "id get\n\r00C0FFEE\n", 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span text = span_text(rows[i].text);
        assert_int_equal(driver_net_prefixes(&numato_driver, &setup, &rows[i].ask, text),
                         rows[i].prefixes);
        (void)driver_net_changes(&numato_driver, &setup, &rows[i].ask, text);
    }
}

static void the_simulator_echoes_prompts_and_protects_pins(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct device_setup unit = setup;
    memcpy(unit.expect_serial, "00C0FFEE", 9);
    driver_sim_open(&bench, &numato_driver, &numato_sim, &unit);
    say(&bench, "id get\r", "id get\n\r00C0FFEE\n\r>");
    say(&bench, "\r", "\n\r>");
    say(&bench, "gpio readall\r", "gpio readall\n\r0000\n\r>");
    bench.plant[PLANT_PIN][0] = bench.plant[PLANT_PIN][1] = 1;
    say(&bench, "gpio readall\r\n", "gpio readall\n\r0003\n\r>");
    say(&bench, "gpio read 1\r", "gpio read 1\n\r1\n\r>");
    say(&bench, "gpio iomask 00ff\r", "gpio iomask 00ff\n\r>");
    say(&bench, "gpio iodir 0000\r", "gpio iodir 0000\n\r>"); /* pins 8..15 stay inputs */
    say(&bench, "gpio writeall ffff\r", "gpio writeall ffff\n\r>");
    say(&bench, "gpio readall\r", "gpio readall\n\r00FF\n\r>");
    say(&bench, "gpio set G\r", "gpio set G\n\runknown command\n\r>");
    say(&bench, "gpio writeall ff\r", "gpio writeall ff\n\runknown command\n\r>");
    say(&bench, "gpio notify get\r", "gpio notify get\n\rgpio notify disabled\n\r>");
    say(&bench, "gpio notify on\r", "gpio notify on\n\rgpio notify enabled\n\r>");
    bench.plant[PLANT_PIN][12] = 1;
    driver_sim_wait(&bench, duration_ms(20));
    assert_true(span_is((struct span){bench.wire, bench.wire_len}, "\n\r# 10FF 00FF FF00\n\r>"));
    say(&bench, "gpio readall\r", /* the event in front is dropped by decode */
        "\n\r# 10FF 00FF FF00\n\r>gpio readall\n\r10FF\n\r>");
}

struct replay {
    unsigned lines, events;
    struct digital_reading reading;
};

static void replay_line(void *ctx, bool sent, struct span bytes)
{
    struct replay *replay = ctx;
    char text[64];
    struct obuf out = {text, 0, sizeof text};
    struct answer answer = {.reading = &replay->reading};
    struct span frame;
    size_t used;
    replay->lines++;
    if (sent) {
        assert_int_equal(numato_driver.encode(&numato_driver, &setup, &poll, &out), RC_OK);
        assert_true(span_equal(obuf_span(&out), bytes));
        return;
    }
    assert_int_equal(framing_prompt.cut(bytes, &frame, &used), FRAME_READY);
    assert_int_equal(used, bytes.len);
    enum rc rc = numato_driver.decode(&numato_driver, &setup, &poll, frame, &answer);
    replay->events += rc == RC_PROTOCOL;
    assert_true(rc == RC_OK || rc == RC_PROTOCOL);
}

static void captures_are_understood(void **state)
{
    (void)state;
    struct replay replay = {0};
    assert_int_equal(
        driver_capture_each("instruments/numato_gpio/captures/readall.txt", replay_line, &replay),
        3);
    assert_int_equal(replay.events, 1);
    assert_true(replay.reading.pin[0].in > 0.5 && replay.reading.pin[1].in > 0.5);
    assert_true(replay.reading.pin[2].in < 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(driver_and_simulator_talk),
        cmocka_unit_test(the_eight_channel_board_is_another_row),
        cmocka_unit_test(the_model_is_proved_by_its_width),
        cmocka_unit_test(lines_are_as_the_manual_has_them),
        cmocka_unit_test(a_wrong_value_never_reaches_the_wire),
        cmocka_unit_test(the_echo_proves_whose_answer_it_is),
        cmocka_unit_test(no_damage_crashes_and_no_prefix_passes),
        cmocka_unit_test(the_simulator_echoes_prompts_and_protects_pins),
        cmocka_unit_test(captures_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
