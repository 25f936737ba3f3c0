#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/scpi_supply/scpi_supply.h"
#include "tests/support/driver_sim.h"

static const struct device_setup setup = {.name = "psu"};

static const struct {
    const struct driver *driver;
    const struct sim_driver *sim;
} models[] = {
    {&hmp4040_driver, &hmp4040_sim},
    {&hmp2020_driver, &hmp2020_sim},
    {&dp832_driver, &dp832_sim},
    {&e36312a_driver, &e36312a_sim},
};

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-6))
        fail_msg("%g is not %g", got, wanted);
}

static void say(struct driver_sim *bench, const char *request, const char *wanted)
{
    struct span got = driver_sim_raw(bench, span_text(request));
    if (!span_is(got, wanted))
        fail_msg("%s answered %.*s", request, (int)got.len, got.at);
}

static void set_and_read(struct driver_sim *bench, unsigned n)
{
    struct supply_reading reading;
    double readback = 0;
    assert_int_equal(driver_sim_set(bench, SUPPLY_SIGNAL_LIMIT, n, 0.75, &readback), RC_OK);
    assert_near(readback, 0.75);
    assert_int_equal(driver_sim_set(bench, SUPPLY_SIGNAL_U, n, 4.567, &readback), RC_OK);
    assert_near(readback, 4.567);
    assert_near(bench->plant[PLANT_SUPPLY_V][n], 4.567);
    assert_int_equal(driver_sim_poll(bench, &reading), RC_OK);
    assert_near(reading.channel[n].u_V, 4.567);
    assert_near(reading.channel[n].i_A, 0.75);
    assert_int_equal(driver_sim_set(bench, SUPPLY_SIGNAL_U, n, 0.0, &readback), RC_OK);
    assert_near(readback, 0);
    assert_near(bench->plant[PLANT_SUPPLY_V][n], 0);
}

static void every_model_and_its_simulator_talk(void **state)
{
    (void)state;
    static struct driver_sim bench;
    for (size_t m = 0; m < COUNT(models); m++) {
        driver_sim_open(&bench, models[m].driver, models[m].sim, &setup);
        bench.byte_by_byte = m & 1;
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        assert_int_equal(models[m].driver->poll_steps, models[m].driver->channels);
        for (unsigned n = 0; n < models[m].driver->channels; n++)
            set_and_read(&bench, n);
        double readback;
        assert_int_equal(driver_sim_set(&bench, SUPPLY_SIGNAL_U, 1, 5.0, &readback), RC_OK);
        assert_int_equal(driver_sim_safe(&bench), RC_OK);
        assert_near(bench.plant[PLANT_SUPPLY_V][1], 0);
        struct answer answer = {.readback = 0};
        assert_int_equal(driver_sim_ask(&bench, &(struct ask){.kind = ASK_SYNC}, &answer), RC_OK);
    }
}

static void identity_is_read_and_another_unit_refused(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct device_setup wants = setup;
    driver_sim_open(&bench, &dp832_driver, &dp832_sim, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    assert_string_equal(bench.identity.make, "RIGOL TECHNOLOGIES");
    assert_string_equal(bench.identity.model, "DP832");
    assert_string_equal(bench.identity.serial, "DP8C000000001");
    assert_string_equal(bench.identity.firmware, "00.01.14");
    memcpy(wants.expect_serial, "DP8C000000002", 14);
    bench.setup = wants;
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    bench.setup = setup;
    bench.driver = &hmp4040_driver; /* another model */
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
}

static void lines_are_as_the_manuals_have_them(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const struct driver *driver; struct ask ask; const char *line; } rows[] = {
        { &hmp4040_driver, { .kind = ASK_SET, .channel = 1, .value = 12.5 },
          "INST:NSEL 2;:VOLT 12.500;:OUTP ON;:INST:NSEL?;:VOLT?;:OUTP?\n" },
        { &hmp4040_driver, { .kind = ASK_SET, .channel = 3, .value = 0 },
          "INST:NSEL 4;:OUTP OFF;:VOLT 0;:INST:NSEL?;:VOLT?;:OUTP?\n" },
        { &hmp4040_driver, { .kind = ASK_SAFE, .step = 3 },
          "INST:NSEL 4;:OUTP OFF;:VOLT 0;:INST:NSEL?;:VOLT?;:OUTP?\n" },
        { &hmp4040_driver, { .kind = ASK_SET, .signal = SUPPLY_SIGNAL_LIMIT, .value = 4 },
          "INST:NSEL 1;:CURR 4.000;:INST:NSEL?;:CURR?\n" },
        { &hmp4040_driver, { .kind = ASK_POLL, .step = 2 },
          "INST:NSEL 3;:INST:NSEL?;:MEAS:VOLT?;:MEAS:CURR?\n" },
        { &dp832_driver, { .kind = ASK_CONFIGURE, .step = 1 },
          ":INST:NSEL 1;:OUTP:OVP:VAL 33.000;:OUTP:OVP ON;:OUTP:OCP:VAL 3.300;:OUTP:OCP:STAT ON;"
          ":INST:NSEL?;:OUTP:OVP:VAL?;:OUTP:OVP?;:OUTP:OCP:VAL?;:OUTP:OCP?;:SYST:ERR?\n" },
        { &e36312a_driver, { .kind = ASK_SET, .channel = 2, .value = 12 },
          ":INST:NSEL 3;:SOUR:VOLT 12.0000;:OUTP:STAT ON;:INST:NSEL?;:SOUR:VOLT?;:OUTP:STAT?\n" },
        { &hmp2020_driver, { .kind = ASK_POLL, .step = 2 }, "" }, /* it has no third channel */
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[DEVICE_FRAME_MAX];
        struct obuf out = {text, 0, sizeof text};
        assert_int_equal(rows[i].driver->encode(rows[i].driver, &setup, &rows[i].ask, &out), RC_OK);
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
        {SUPPLY_SIGNAL_U, 0, (double)NAN}, {SUPPLY_SIGNAL_U, 0, INFINITY},
        {SUPPLY_SIGNAL_U, 0, -0.001},      {SUPPLY_SIGNAL_U, 0, 32.06},
        {SUPPLY_SIGNAL_U, 4, 1},           {SUPPLY_SIGNAL_LIMIT, 0, 10.02},
        {SUPPLY_SIGNAL_LIMIT, 0, NAN},     {SUPPLY_SIGNAL_LIMIT, 0, -1},
        {SUPPLY_SIGNAL_I, 0, 1},           {9, 0, 1},
    };
    char text[DEVICE_FRAME_MAX];
    struct obuf out = {text, 0, sizeof text};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ask ask = {.kind = ASK_SET,
                                .signal = rows[i].signal,
                                .channel = rows[i].channel,
                                .value = rows[i].value};
        assert_int_equal(hmp4040_driver.encode(&hmp4040_driver, &setup, &ask, &out), RC_RANGE);
        assert_int_equal(out.len, 0);
    }
    struct device_setup two = {.name = "psu", .channels = 2, .full_scale = 15.0};
    struct ask ask = {.kind = ASK_SET, .channel = 2, .value = 1};
    assert_int_equal(hmp4040_driver.encode(&hmp4040_driver, &two, &ask, &out), RC_RANGE);
    ask = (struct ask){.kind = ASK_SET, .value = 15.001};
    assert_int_equal(hmp4040_driver.encode(&hmp4040_driver, &two, &ask, &out), RC_RANGE);
    two.channels = 5;
    ask.value = 1;
    assert_int_equal(hmp4040_driver.encode(&hmp4040_driver, &two, &ask, &out), RC_CONFIG);
    out.cap = 10; /* no half line */
    assert_int_equal(hmp4040_driver.encode(&hmp4040_driver, &setup, &ask, &out), RC_NOSPACE);
    assert_int_equal(out.len, 0);
}

static void the_ceiling_of_the_station_sets_the_protection(void **state)
{
    (void)state;
    static struct driver_sim bench;
    const struct device_setup heater = {.name = "psu", .channels = 2, .full_scale = 14.0};
    driver_sim_open(&bench, &hmp4040_driver, &hmp4040_sim, &heater);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    say(&bench, "INST:NSEL 1;:VOLT:PROT:LEV?\n", "15.000\n");
    say(&bench, "INST:NSEL 3;:VOLT:PROT:LEV?\n", "32.500\n"); /* not ours */
    struct supply_reading reading;
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
    assert_true(isnan(reading.channel[2].u_V));
    /* somebody turns the knob: the protection acts, the set point stays */
    bench.plant[PLANT_SUPPLY_V][0] = 0;
    say(&bench, "INST:NSEL 1;:OUTP ON;:VOLT 16;:VOLT:PROT:TRIP?;:OUTP?\n", "0;1\n");
    say(&bench, "VOLT:PROT:TRIP?;:OUTP?\n", "1;0\n");
    assert_near(bench.plant[PLANT_SUPPLY_V][0], 0);
    double readback;
    assert_int_equal(driver_sim_set(&bench, SUPPLY_SIGNAL_U, 0, 12, &readback), RC_REFUSED);
}

static enum rc decode(const struct driver *driver, struct ask ask, const char *text, double *value)
{
    struct supply_reading reading = {0};
    struct identity identity = {.full_scale = (double)NAN};
    struct answer answer = {.identity = &identity, .reading = &reading, .readback = (double)NAN};
    enum rc rc = driver->decode(driver, &setup, &ask, span_text(text), &answer);
    *value = ask.kind == ASK_POLL ? reading.channel[ask.step].u_V : answer.readback;
    return rc;
}

static void replies_are_proved_before_they_are_believed(void **state)
{
    (void)state;
    static const struct ask poll = {.kind = ASK_POLL, .step = 1};
    static const struct ask on = {.kind = ASK_SET, .channel = 1, .value = 12.5};
    static const struct ask off = {.kind = ASK_SET, .channel = 1, .value = 0};
    static const struct ask level = {.kind = ASK_CONFIGURE, .step = 2};
    static const struct ask remote = {.kind = ASK_CONFIGURE};
    /* clang-format off */
    static const struct { const struct ask *ask; const char *text; enum rc rc; double value; } rows[] = {
        { &poll, "2;12.498;0.731",              RC_OK, 12.498 },
        { &poll, "2 ; 12.498 ; 0.731\r",        RC_OK, 12.498 },
        { &poll, "+2;+1.24980000E+01;+7.3E-01", RC_OK, 12.498 },
        { &poll, "2;38.4;12.0",                 RC_OK, 38.4 },
        { &poll, "2;38.6;0",                    RC_RANGE, 0 },
        { &poll, "2;-3.3;0",                    RC_RANGE, 0 },
        { &poll, "2;1;12.1",                    RC_RANGE, 0 },
        { &poll, "2;9.9E37;0",                  RC_RANGE, 0 },
        { &poll, "2;12.5;9.91E37",              RC_RANGE, 0 },
        { &poll, "1;12.498;0.731",              RC_PROTOCOL, 0 },  /* another channel's */
        { &poll, "12.498;0.731",                RC_PROTOCOL, 0 },
        { &poll, "2;12.498",                    RC_PROTOCOL, 0 },
        { &poll, "2;12.498;0.731;1",            RC_PROTOCOL, 0 },
        { &poll, "2;9.9E37",                    RC_PROTOCOL, 0 },  /* not whole: no answer at all */
        { &poll, "2;12.498;",                   RC_PROTOCOL, 0 },
        { &poll, "2;12,498;0.731",              RC_PROTOCOL, 0 },
        { &poll, "2;nan;0.731",                 RC_PROTOCOL, 0 },
        { &poll, "",                            RC_PROTOCOL, 0 },
        { &on,   "2;12.500;1",                  RC_OK, 12.5 },
        { &on,   "2;12.500;ON",                 RC_OK, 12.5 },
        { &on,   "2;11.000;1",                  RC_OK, 11.0 },     /* the caller compares */
        { &on,   "2;12.500;0",                  RC_REFUSED, NAN }, /* the output stayed off */
        { &on,   "3;12.500;1",                  RC_PROTOCOL, NAN },
        { &on,   "2;12.500",                    RC_PROTOCOL, NAN },
        { &off,  "2;0.000;0",                   RC_OK, 0 },
        { &off,  "2;0.000;1",                   RC_REFUSED, NAN },
        { &off,  "2;12.500;0",                  RC_REFUSED, NAN },
        { &level, "2;32.500;0,\"No error\"",    RC_OK, NAN },
        { &level, "2;32.000;0,\"No error\"",    RC_REFUSED, NAN },
        { &level, "2;32.500;-222,\"Data out of range;VOLT\"", RC_REFUSED, NAN },
        { &level, "2;32.500;No error",          RC_PROTOCOL, NAN },
        { &remote, "0, \"No error\"",           RC_OK, NAN },
        { &remote, "-113,\"Undefined header\"", RC_REFUSED, NAN },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        double value;
        enum rc rc = decode(&hmp4040_driver, *rows[i].ask, rows[i].text, &value);
        if (rc != rows[i].rc)
            fail_msg("row %zu: %s gave %d", i, rows[i].text, (int)rc);
        if (rc == RC_OK && !isnan(rows[i].value))
            assert_near(value, rows[i].value);
    }
}

static void no_damage_crashes_and_a_cut_line_rarely_passes(void **state)
{
    (void)state;
    static const struct {
        struct ask ask;
        const char *line;
        size_t prefixes; /* a number that lost its last digits is a number: the LF guards the end */
    } rows[] = {
        {{.kind = ASK_POLL}, "1;12.498;0.731", 4},
        {{.kind = ASK_SET, .value = 12.5}, "1;12.500;1", 0},
        {{.kind = ASK_SAFE}, "1;0.000;0", 0},
        {{.kind = ASK_CONFIGURE, .step = 1}, "1;32.500;0,\"No error\"", 0},
        {{.kind = ASK_IDENTIFY}, "ROHDE&SCHWARZ,HMP4040,100001,HW50020001/SW2.41", 16},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span line = span_text(rows[i].line);
        size_t passed = driver_net_prefixes(&hmp4040_driver, &setup, &rows[i].ask, line);
        if (passed != rows[i].prefixes)
            fail_msg("row %zu: %zu prefixes", i, passed);
        (void)driver_net_changes(&hmp4040_driver, &setup, &rows[i].ask, line);
    }
    struct span frame;
    size_t used;
    for (size_t n = 0; n < 14; n++) /* and none of them passes the framing */
        assert_int_equal(framing_line_lf.cut((struct span){"1;12.498;0.731\n", n}, &frame, &used),
                         FRAME_MORE);
}

static void simulators_make_errors_as_the_standard_says(void **state)
{
    (void)state;
    static struct driver_sim bench;
    driver_sim_open(&bench, &hmp4040_driver, &hmp4040_sim, &setup);
    say(&bench, "FOO:BAR?\n", ""); /* silence, and the cause in the queue */
    say(&bench, "SYST:ERR?\nSYST:ERR?\n", "-113,\"Undefined header\"\n0,\"No error\"\n");
    say(&bench, "VOLT 33;VOLT;:VOLT abc;INST:NSEL 5\n", "");
    say(&bench, "SYST:ERR?;ERR?;ERR?;ERR?;ERR?\n",
        "-222,\"Data out of range\";-109,\"Missing parameter\";-104,\"Data type error\";"
        "-222,\"Data out of range\";0,\"No error\"\n");
    say(&bench, "INST:NSEL 2;VOLT 5\n", ""); /* inherits INST: */
    say(&bench, "SYST:ERR?\n", "-113,\"Undefined header\"\n");
    say(&bench, "volt 5v;volt?;:Voltage:Level?;:CURR? MAX\r\n", "5.000;5.000;10.0100\n");
    say(&bench, "APPL 6,2;:VOLT?;CURR?;*IDN?\n",
        "6.000;2.0000;ROHDE&SCHWARZ,HMP4040,100001,HW50020001/SW2.41\n");
    say(&bench, "OUTP ON;:STAT:QUES:INST:ISUM2:COND?;:STAT:QUES:INST:ISUM1:COND?\n", "1;0\n");
    for (int i = 0; i < 12; i++)
        (void)driver_sim_raw(&bench, SPAN("X\n"));
    for (int i = 0; i < 9; i++)
        say(&bench, "SYST:ERR?\n", "-113,\"Undefined header\"\n");
    say(&bench, "SYST:ERR?\n*CLS;*OPC?\n", "-350,\"Queue overflow\"\n1\n");
    static char noise[600];
    memset(noise, 'A', sizeof noise);
    noise[599] = '\n';
    assert_int_equal(driver_sim_raw(&bench, (struct span){noise, sizeof noise}).len, 0);
    say(&bench, "SYST:ERR?\n", "-363,\"Input buffer overrun\"\n");
}

static void each_make_has_its_own_words_and_numbers(void **state)
{
    (void)state;
    static struct driver_sim bench;
    driver_sim_open(&bench, &dp832_driver, &dp832_sim, &setup);
    say(&bench, ":OUTP CH2,ON;:OUTP? CH2;:OUTP?\n", "ON;OFF\n");
    say(&bench, ":INST CH2;:SOUR:VOLT 12.500000;:SOUR:VOLT?;:INST?;:OUTP:MODE?\n",
        "12.500;CH2;CC\n");
    say(&bench, ":MEAS:ALL? CH2\n", "12.5000,3.2000,40.0000\n");
    say(&bench, ":VOLT:PROT?\n:OUTP CH4,ON\n", "");
    say(&bench, ":SYST:ERR?;ERR?\n", "-113,\"Undefined header\";-222,\"Data out of range\"\n");
    say(&bench, ":OUTP:OCP:VAL 2;:OUTP:OCP ON\n", ""); /* 3.2 A flow in this plant */
    say(&bench, ":OUTP:OCP:QUES?;:OUTP?;:OUTP:MODE?\n", "YES;OFF;UR\n");
    driver_sim_open(&bench, &e36312a_driver, &e36312a_sim, &setup);
    say(&bench, "VOLT 1.5, (@1);VOLT? (@1,2);:OUTP 1, (@1);:OUTP? (@1:3)\n",
        "+1.50000000E+00;+0.00000000E+00;1;0;0\n");
    say(&bench, "INST:NSEL?;:SYST:ERR?;:VOLT 1,(@4);:SYST:ERR?\n",
        "+1;+0,\"No error\";-222,\"Data out of range\"\n");
}

/* A supply that this build does not have: a row and two lines, as NOTES.md says. */
static const struct supply_model invented = {
    .model = "XY1000",
    .channels = 1,
    .decimals = 2,
    .channel = {{60.0, 20.0, 62.0, 0}},
    .remote = {"*CLS;:SYST:REM;:SYST:ERR?", "e"},
    .protect = {"VOLT:PROT {v};:VOLT:PROT?;:SYST:ERR?", "ve"},
    .poll = {"MEAS:VOLT?;CURR?", "VA"},
    .on = {"VOLT {x};:OUTP ON;:VOLT?;:OUTP?", "r1"},
    .off = {"OUTP OFF;:VOLT 0;:VOLT?;:OUTP?", "r0"},
    .limit = {"CURR {x};CURR?", "r"},
    .sim = {.words = SUPPLY_WORDS_HMP,
            .make = "NOBODY",
            .serial = "1",
            .firmware = "0.1",
            .on = "1",
            .off = "0",
            .voltage = {2, false, false},
            .current = {2, false, false},
            .measured = {2, false, false}},
};

static void one_more_model_is_one_more_row(void **state)
{
    (void)state;
    static struct driver_sim bench;
    static const struct driver driver = {SCPI_SUPPLY_DRIVER(&invented, 1), .name = "xy1000"};
    static const struct sim_driver sim = {.driver = "xy1000", SCPI_SUPPLY_SIM};
    struct supply_reading reading;
    double readback;
    driver_sim_open(&bench, &driver, &sim, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    assert_int_equal(driver_sim_set(&bench, SUPPLY_SIGNAL_U, 0, 48.0, &readback), RC_OK);
    assert_near(readback, 48.0);
    assert_int_equal(driver_sim_set(&bench, SUPPLY_SIGNAL_LIMIT, 0, 15.0, &readback), RC_OK);
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
    assert_near(reading.channel[0].u_V, 48.0);
    assert_near(reading.channel[0].i_A, 15.0);
    assert_int_equal(driver_sim_safe(&bench), RC_OK);
}

struct replay {
    const struct driver *driver;
    struct ask ask[8];
    size_t at, lines;
};

static void replay_line(void *ctx, bool sent, struct span bytes)
{
    struct replay *replay = ctx;
    char text[DEVICE_FRAME_MAX];
    struct obuf out = {text, 0, sizeof text};
    struct identity identity = {.full_scale = (double)NAN};
    struct supply_reading reading = {0};
    struct answer answer = {.identity = &identity, .reading = &reading};
    const struct ask *ask = &replay->ask[replay->at];
    replay->lines++;
    if (sent) {
        assert_int_equal(replay->driver->encode(replay->driver, &setup, ask, &out), RC_OK);
        assert_true(span_equal(obuf_span(&out), bytes));
        return;
    }
    struct span frame;
    size_t used;
    assert_int_equal(framing_line_lf.cut(bytes, &frame, &used), FRAME_READY);
    assert_int_equal(replay->driver->decode(replay->driver, &setup, ask, frame, &answer), RC_OK);
    replay->at++;
}

static void captures_are_understood(void **state)
{
    (void)state;
    static const struct {
        const struct driver *driver;
        const char *path;
    } files[] = {
        {&hmp4040_driver, "instruments/scpi_supply/captures/hmp4040.txt"},
        {&dp832_driver, "instruments/scpi_supply/captures/dp832.txt"},
        {&e36312a_driver, "instruments/scpi_supply/captures/e36312a.txt"},
    };
    for (size_t i = 0; i < COUNT(files); i++) {
        struct replay replay = {
            .driver = files[i].driver,
            .ask = {{.kind = ASK_IDENTIFY},
                    {.kind = ASK_CONFIGURE},
                    {.kind = ASK_SET, .value = 5.5},
                    {.kind = ASK_POLL},
                    {.kind = ASK_SET, .value = 0}},
        };
        assert_int_equal(driver_capture_each(files[i].path, replay_line, &replay), 10);
        assert_int_equal(replay.at, 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_and_its_simulator_talk),
        cmocka_unit_test(identity_is_read_and_another_unit_refused),
        cmocka_unit_test(lines_are_as_the_manuals_have_them),
        cmocka_unit_test(a_wrong_value_never_reaches_the_wire),
        cmocka_unit_test(the_ceiling_of_the_station_sets_the_protection),
        cmocka_unit_test(replies_are_proved_before_they_are_believed),
        cmocka_unit_test(no_damage_crashes_and_a_cut_line_rarely_passes),
        cmocka_unit_test(simulators_make_errors_as_the_standard_says),
        cmocka_unit_test(each_make_has_its_own_words_and_numbers),
        cmocka_unit_test(one_more_model_is_one_more_row),
        cmocka_unit_test(captures_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
