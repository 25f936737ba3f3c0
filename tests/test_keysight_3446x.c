#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/keysight_3446x/keysight_3446x.h"
#include "tests/support/driver_sim.h"

static const struct device_setup setup = {.name = "dmm"};

static const struct {
    const struct driver *driver;
    const struct sim_driver *sim;
    const char *model;
    double range_V;
} models[] = {
    {&k34460a_driver, &k34460a_sim, "34460A", 1},
    {&k34461a_driver, &k34461a_sim, "34461A", 1},
    {&k34461a_10v_driver, &k34461a_10v_sim, "34461A", 10},
    {&k34465a_driver, &k34465a_sim, "34465A", 1},
};

static void say(struct driver_sim *bench, const char *request, const char *wanted)
{
    struct span got = driver_sim_raw(bench, span_text(request));
    if (!span_is(got, wanted))
        fail_msg("%s answered %.*s", request, (int)got.len, got.at);
}

static double poll_V(struct driver_sim *bench, double input_V)
{
    struct meter_reading reading;
    bench->plant[PLANT_METER_V][0] = input_V;
    assert_int_equal(driver_sim_poll(bench, &reading), RC_OK);
    return reading.u_V;
}

static void every_model_and_its_simulator_talk(void **state)
{
    (void)state;
    static struct driver_sim bench;
    static const double inputs_V[] = {0, 0.45012345, -0.0123, 1.2, -1.2, 1e-6, 3e-9, 0.999999999};
    for (size_t m = 0; m < COUNT(models); m++) {
        driver_sim_open(&bench, models[m].driver, models[m].sim, &setup);
        bench.byte_by_byte = m & 1;
        assert_true(bench.plant[PLANT_METER_ohm][0] == 10e6);
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        assert_string_equal(bench.identity.make, "Keysight Technologies");
        assert_string_equal(bench.identity.model, models[m].model);
        assert_true(bench.plant[PLANT_METER_ohm][0] == 10e9); /* nothing loads the cell */
        for (size_t i = 0; i < COUNT(inputs_V); i++) {
            double input_V = inputs_V[i] * models[m].range_V;
            assert_true(fabs(poll_V(&bench, input_V) - input_V) <= 1e-8 * models[m].range_V);
        }
        assert_true(isnan(poll_V(&bench, 1.21 * models[m].range_V))); /* overload */
        assert_true(isnan(poll_V(&bench, -5 * models[m].range_V)));
        assert_true(isnan(poll_V(&bench, (double)NAN)));
        assert_int_equal(driver_sim_safe(&bench), RC_OK); /* nothing to do, nothing said */
        struct answer answer = {.readback = 0};
        assert_int_equal(driver_sim_ask(&bench, &(struct ask){.kind = ASK_SYNC}, &answer), RC_OK);
    }
}

static void another_unit_is_refused(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct device_setup wants = setup;
    driver_sim_open(&bench, &k34461a_driver, &k34461a_sim, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    assert_string_equal(bench.identity.serial, "MY53220001");
    assert_string_equal(bench.identity.firmware, "A.02.14-02.40-02.14-00.52-03-01");
    memcpy(wants.expect_serial, "MY53220002", 11);
    bench.setup = wants;
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    driver_sim_open(&bench, &k34461a_driver, &k34461a_sim, &wants); /* that very unit */
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    bench.setup = setup;
    bench.driver = &k34465a_driver;
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
}

static void a_meter_that_loads_the_cell_is_refused(void **state)
{
    (void)state;
    static struct driver_sim bench;
    static const struct ask impedance = {.kind = ASK_CONFIGURE, .step = 1};
    struct answer answer = {.readback = (double)NAN};
    driver_sim_open(&bench, &k34461a_driver, &k34461a_sim, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    say(&bench, "CONF:VOLT:DC 1;:VOLT:DC:IMP:AUTO?\n", "0\n"); /* CONF takes it back */
    assert_true(bench.plant[PLANT_METER_ohm][0] == 10e6);
    say(&bench, "CONF:VOLT:DC 100;:VOLT:IMP:AUTO ON;AUTO?\n", "1\n"); /* a divider is in */
    assert_true(bench.plant[PLANT_METER_ohm][0] == 10e6);
    say(&bench, "VOLT:RANG 10\n", "");
    assert_true(bench.plant[PLANT_METER_ohm][0] == 10e9);
    assert_int_equal(k34461a_driver.decode(&k34461a_driver, &setup, &impedance,
                                           SPAN("+1.00000000E+00;0;+0,\"No error\""), &answer),
                     RC_REFUSED);
}

static void lines_are_as_the_manual_has_them(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { struct ask ask; enum rc rc; const char *line; } rows[] = {
        { { .kind = ASK_IDENTIFY }, RC_OK, "*IDN?\n" },
        { { .kind = ASK_IDENTIFY, .step = 1 }, RC_CONFIG, "" },
        { { .kind = ASK_SYNC }, RC_OK, "*IDN?\n" },
        { { .kind = ASK_CONFIGURE }, RC_OK, "*CLS;:ABOR;:CONF:VOLT:DC 1;:CONF?;:SYST:ERR?\n" },
        { { .kind = ASK_CONFIGURE, .step = 1 }, RC_OK,
          ":VOLT:DC:NPLC 1;:VOLT:DC:IMP:AUTO ON;:VOLT:DC:NPLC?;:VOLT:DC:IMP:AUTO?;:SYST:ERR?\n" },
        { { .kind = ASK_CONFIGURE, .step = 2 }, RC_OK,
          ":TRIG:SOUR IMM;:TRIG:COUN 1;:SAMP:COUN 1;:TRIG:SOUR?;:TRIG:COUN?;:SAMP:COUN?;:SYST:ERR?\n" },
        { { .kind = ASK_CONFIGURE, .step = 3 }, RC_CONFIG, "" },
        { { .kind = ASK_POLL }, RC_OK, "READ?\n" },
        { { .kind = ASK_POLL, .step = 1 }, RC_CONFIG, "" },
        { { .kind = ASK_SET, .value = 0 }, RC_RANGE, "" }, /* nothing can be set */
        { { .kind = ASK_SET, .value = (double)NAN }, RC_RANGE, "" },
        { { .kind = ASK_SET, .value = (double)INFINITY }, RC_RANGE, "" },
        { { .kind = ASK_SET, .signal = 9, .value = 1 }, RC_RANGE, "" },
        { { .kind = ASK_SAFE }, RC_CONFIG, "" },
        { { .kind = ASK_STREAM }, RC_CONFIG, "" },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[DEVICE_FRAME_MAX];
        struct obuf out = {text, 0, sizeof text};
        enum rc rc = k34461a_driver.encode(&k34461a_driver, &setup, &rows[i].ask, &out);
        if (rc != rows[i].rc || !span_is(obuf_span(&out), rows[i].line))
            fail_msg("row %zu: %d %.*s", i, (int)rc, (int)out.len, text);
        out = (struct obuf){text, 0, 5}; /* no half line */
        rc = k34461a_driver.encode(&k34461a_driver, &setup, &rows[i].ask, &out);
        assert_int_equal(rc, rows[i].rc == RC_OK ? RC_NOSPACE : rows[i].rc);
        assert_int_equal(out.len, 0);
    }
}

static const struct ask ask_poll = {.kind = ASK_POLL};
static const struct ask ask_range = {.kind = ASK_CONFIGURE};
static const struct ask ask_speed = {.kind = ASK_CONFIGURE, .step = 1};
static const struct ask ask_trigger = {.kind = ASK_CONFIGURE, .step = 2};
static const struct ask ask_identify = {.kind = ASK_IDENTIFY};
#define CLEAN ";+0,\"No error\""
/* clang-format off */
static const struct { const struct ask *ask; const char *text; enum rc rc; double value; } answers[] = {
    { &ask_poll, "+4.50123400E-01",         RC_OK, 0.4501234 },
    { &ask_poll, "-4.50123400E-01",         RC_OK, -0.4501234 },
    { &ask_poll, "+0.00000000E+00",         RC_OK, 0 },
    { &ask_poll, "+1.20000000E+00",         RC_OK, 1.2 },
    { &ask_poll, "-1.20099999E+00",         RC_OK, -1.20099999 },
    { &ask_poll, "+1.20100001E+00",         RC_RANGE, 0 },
    { &ask_poll, "-1.20200000E+00",         RC_RANGE, 0 },
    { &ask_poll, "+4.50123400E+00",         RC_RANGE, 0 },
    { &ask_poll, "+9.70000000E+37",         RC_RANGE, 0 },
    { &ask_poll, "+9.90000000E+37",         RC_OK, NAN },        /* overload */
    { &ask_poll, "-9.90000000E+37",         RC_OK, NAN },
    { &ask_poll, "+9.91000000E+37",         RC_OK, NAN },        /* not a number */
    { &ask_poll, "+4.50123400E-0",          RC_PROTOCOL, 0 },    /* cut: it would be 4.5 V */
    { &ask_poll, "+4.50123400",             RC_PROTOCOL, 0 },
    { &ask_poll, "0.45",                    RC_PROTOCOL, 0 },
    { &ask_poll, "+4.50123400e-01",         RC_PROTOCOL, 0 },
    { &ask_poll, "+4.50123400E-01,+4.5E-01", RC_PROTOCOL, 0 },   /* two samples */
    { &ask_poll, "+4,50123400E-01",         RC_PROTOCOL, 0 },
    { &ask_poll, "nanE+00",                 RC_PROTOCOL, 0 },
    { &ask_poll, "E+00",                    RC_PROTOCOL, 0 },
    { &ask_poll, "",                        RC_PROTOCOL, 0 },
    { &ask_range, "\"VOLT +1.000000E+00,+1.000000E-06\"" CLEAN,    RC_OK, 0 },
    { &ask_range, "\"VOLT:DC +1.000000E+00,+3.000000E-06\"" CLEAN, RC_OK, 0 },
    { &ask_range, "\"VOLT +1.000000E+01,+3.000000E-06\"" CLEAN,    RC_REFUSED, 0 },
    { &ask_range, "\"CURR +1.000000E+00,+1.000000E-06\"" CLEAN,    RC_REFUSED, 0 },
    { &ask_range, "\"VOLT +1.000000E+00\"" CLEAN,                  RC_PROTOCOL, 0 },
    { &ask_range, "\"VOLT\"" CLEAN,                                RC_PROTOCOL, 0 },
    { &ask_range, "VOLT +1.000000E+00,+1.000000E-06" CLEAN,        RC_PROTOCOL, 0 },
    { &ask_range, "\"VOLT +1.000000E+00,+1.000000E-06\"",          RC_PROTOCOL, 0 },
    { &ask_range, "\"VOLT +1.000000E+00,+1.000000E-06\";-221,\"Settings conflict\"", RC_REFUSED, 0 },
    { &ask_speed, "+1.00000000E+00;1" CLEAN,      RC_OK, 0 },
    { &ask_speed, "1;ON" CLEAN,                   RC_OK, 0 },
    { &ask_speed, "+1.00000000E+00;0" CLEAN,      RC_REFUSED, 0 },
    { &ask_speed, "+1.00000000E+01;1" CLEAN,      RC_REFUSED, 0 },
    { &ask_speed, "+1.00000000E+00;2" CLEAN,      RC_PROTOCOL, 0 },
    { &ask_speed, "+1.00000000E+00" CLEAN,        RC_PROTOCOL, 0 },
    { &ask_speed, "9.9E37;1" CLEAN,               RC_RANGE, 0 },
    { &ask_speed, "+1.00000000E+00;1;-113,\"Undefined header\"", RC_REFUSED, 0 },
    { &ask_trigger, "IMM;+1.00000000E+00;+1" CLEAN, RC_OK, 0 },
    { &ask_trigger, "BUS;+1.00000000E+00;+1" CLEAN, RC_REFUSED, 0 },
    { &ask_trigger, "IMM;+2.00000000E+00;+1" CLEAN, RC_REFUSED, 0 },
    { &ask_trigger, "IMM;+1.00000000E+00;+2" CLEAN, RC_REFUSED, 0 },
    { &ask_trigger, "IMMX;+1.00000000E+00;+1" CLEAN, RC_PROTOCOL, 0 },
    { &ask_identify, "Keysight Technologies,34461A,MY1,A.1", RC_OK, 0 },
    { &ask_identify, "Agilent Technologies,34461A,MY1,A.1",  RC_OK, 0 }, /* before the new name */
    { &ask_identify, "Keysight Technologies,34465A,MY1,A.1", RC_REFUSED, 0 },
    { &ask_identify, "Keysight Technologies,34461A,MY1",     RC_PROTOCOL, 0 },
};
/* clang-format on */

static void answers_mean_what_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct meter_reading reading = {0};
        struct identity identity = {.full_scale = (double)NAN};
        struct answer answer = {.identity = &identity, .reading = &reading};
        enum rc rc = k34461a_driver.decode(&k34461a_driver, &setup, answers[i].ask,
                                           span_text(answers[i].text), &answer);
        if (rc != answers[i].rc)
            fail_msg("row %zu: %s gave %d", i, answers[i].text, (int)rc);
        if (isnan(answers[i].value))
            assert_true(isnan(reading.u_V));
        else
            assert_true(fabs(reading.u_V - answers[i].value) <= 1e-12);
        assert_int_equal(answer.complete, rc == RC_OK && answers[i].ask == &ask_poll);
    }
}

static void no_damage_crashes_and_no_cut_line_passes(void **state)
{
    (void)state;
    static const struct {
        struct ask ask;
        const char *line;
        size_t prefixes;
    } rows[] = {
        {{.kind = ASK_POLL}, "+4.50123400E-01", 0},
        {{.kind = ASK_POLL}, "+9.90000000E+37", 0},
        {{.kind = ASK_CONFIGURE}, "\"VOLT +1.000000E+00,+1.000000E-06\"" CLEAN, 0},
        {{.kind = ASK_CONFIGURE, .step = 1}, "+1.00000000E+00;1" CLEAN, 0},
        {{.kind = ASK_CONFIGURE, .step = 2}, "IMM;+1.00000000E+00;+1" CLEAN, 0},
        /* firmware is free text: what is left of "A.02.14" is one, and the LF guards the end */
        {{.kind = ASK_IDENTIFY}, "Keysight Technologies,34461A,MY53220001,A.02.14", 6},
    };
    size_t accepted = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span line = span_text(rows[i].line);
        size_t passed = driver_net_prefixes(&k34461a_driver, &setup, &rows[i].ask, line);
        if (passed != rows[i].prefixes)
            fail_msg("row %zu: %zu prefixes", i, passed);
        accepted += driver_net_changes(&k34461a_driver, &setup, &rows[i].ask, line);
    }
    assert_true(accepted > 0); /* text without a checksum: a digit may become another digit */
    struct span frame;
    size_t used;
    for (size_t n = 0; n < 16; n++)
        assert_int_equal(framing_line_lf.cut((struct span){"+4.50123400E-01\n", n}, &frame, &used),
                         FRAME_MORE);
}

static void simulator_makes_errors_as_the_standard_says(void **state)
{
    (void)state;
    static struct driver_sim bench;
    driver_sim_open(&bench, &k34461a_driver, &k34461a_sim, &setup);
    bench.plant[PLANT_METER_V][0] = 0.45;
    say(&bench, "FOO:BAR?\n", ""); /* silence, and the cause in the queue */
    say(&bench, "SYST:ERR?\nSYST:ERR?\n", "-113,\"Undefined header\"\n+0,\"No error\"\n");
    say(&bench, "VOLT:RANG 1001;NPLC abc;:SAMP:COUN;:TRIG:SOUR FOO;:FETC?\n", "");
    say(&bench, "SYST:ERR?;ERR?;ERR?;ERR?;ERR?;ERR?\n",
        "-222,\"Data out of range\";-104,\"Data type error\";-109,\"Missing parameter\";"
        "-224,\"Illegal parameter value\";-230,\"Data stale\";+0,\"No error\"\n");
    say(&bench, "TRIG:SOUR BUS;:READ?;:SYST:ERR?\n", "-214,\"Trigger deadlock\"\n");
    say(&bench, "TRIG:SOUR EXT;:READ?\n", ""); /* waits for ever */
    say(&bench, "configure:voltage:dc 1 V;:sense:voltage:nplcycles 2;nplcycles?\r\n",
        "+1.00000000E+01\n");
    say(&bench, "SAMP:COUN 3;:INIT;:FETC?;:SAMP:COUN?\n",
        "+4.50000000E-01,+4.50000000E-01,+4.50000000E-01;+3\n");
    say(&bench, "CONF?;:CONF:VOLT:DC;:CONF?\n",
        "\"VOLT +1.000000E+00,+3.000000E-07\";\"VOLT +1.000000E+00,+3.000000E-07\"\n");
    bench.plant[PLANT_METER_V][0] = 0.9999999999;
    say(&bench, "READ?\n", "+1.00000000E+00\n");
    bench.plant[PLANT_METER_V][0] = -9;
    say(&bench, "READ?;:CONF:VOLT 1000,0.001;:READ?;:VOLT:RANG:AUTO?\n",
        "-9.00000000E+00;-9.00000000E+00;0\n");
    say(&bench, "*RST;:VOLT:RANG:AUTO?;AUTO ONCE;AUTO?;:VOLT:RANG?;:FUNC?\n",
        "1;0;+1.00000000E+01;\"VOLT\"\n");
    say(&bench, "MEAS:VOLT:DC? 1\n", "-9.90000000E+37\n");
    say(&bench, "FUNC \"CURR\";:CONF:VOLT 5000;:SYST:ERR?;ERR?;:VOLT:RANG?\n",
        "-224,\"Illegal parameter value\";-222,\"Data out of range\";+1.00000000E+00\n");
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

/* Overheard exchanges: what we send is what was sent, what came back is understood. */
static void replay_line(void *ctx, bool sent, struct span bytes)
{
    static const struct ask asks[] = {
        {.kind = ASK_IDENTIFY},
        {.kind = ASK_CONFIGURE},
        {.kind = ASK_CONFIGURE, .step = 1},
        {.kind = ASK_CONFIGURE, .step = 2},
        {.kind = ASK_POLL},
        {.kind = ASK_POLL},
    };
    size_t *at = ctx;
    char text[DEVICE_FRAME_MAX];
    struct obuf out = {text, 0, sizeof text};
    struct identity identity = {.full_scale = (double)NAN};
    struct meter_reading reading = {0};
    struct answer answer = {.identity = &identity, .reading = &reading};
    assert_true(*at < COUNT(asks));
    if (sent) {
        assert_int_equal(k34461a_driver.encode(&k34461a_driver, &setup, &asks[*at], &out), RC_OK);
        assert_true(span_equal(obuf_span(&out), bytes));
        return;
    }
    struct span frame;
    size_t used;
    assert_int_equal(framing_line_lf.cut(bytes, &frame, &used), FRAME_READY);
    assert_int_equal(k34461a_driver.decode(&k34461a_driver, &setup, &asks[*at], frame, &answer),
                     RC_OK);
    if (*at == 4)
        assert_true(fabs(reading.u_V - 0.4501234) <= 1e-12);
    if (*at == 5)
        assert_true(isnan(reading.u_V));
    ++*at;
}

static void captures_are_understood(void **state)
{
    (void)state;
    size_t at = 0;
    assert_int_equal(
        driver_capture_each("instruments/keysight_3446x/captures/k34461a.txt", replay_line, &at),
        12);
    assert_int_equal(at, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_and_its_simulator_talk),
        cmocka_unit_test(another_unit_is_refused),
        cmocka_unit_test(a_meter_that_loads_the_cell_is_refused),
        cmocka_unit_test(lines_are_as_the_manual_has_them),
        cmocka_unit_test(answers_mean_what_the_table_says),
        cmocka_unit_test(no_damage_crashes_and_no_cut_line_passes),
        cmocka_unit_test(simulator_makes_errors_as_the_standard_says),
        cmocka_unit_test(captures_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
