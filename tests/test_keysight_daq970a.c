#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/keysight_daq970a/keysight_daq970a.h"
#include "tests/support/driver_sim.h"

static const struct device_setup setup = {.name = "scanner"};

static const struct {
    const struct driver *driver;
    const struct sim_driver *sim;
    const char *model;
} models[] = {
    {&daq970a_driver, &daq970a_sim, "DAQ970A"},
    {&k34970a_driver, &k34970a_sim, "34970A"},
    {&k34972a_driver, &k34972a_sim, "34972A"},
};

static void say(struct driver_sim *bench, const char *request, const char *wanted)
{
    struct span got = driver_sim_raw(bench, span_text(request));
    if (!span_is(got, wanted))
        fail_msg("%s answered %.*s", request, (int)got.len, got.at);
}

static void polls_its_inputs(struct driver_sim *bench, unsigned used)
{
    struct scanner_reading reading;
    for (unsigned n = 0; n < SCANNER_CHANNELS_MAX; n++)
        bench->plant[PLANT_METER_V][n] = 0.05 * n - 0.3;
    bench->plant[PLANT_METER_V][0] = -3; /* overload of the 1 V range */
    assert_int_equal(driver_sim_poll(bench, &reading), RC_OK);
    assert_true(isnan(reading.channel[0].u_V));
    for (unsigned n = 1; n < SCANNER_CHANNELS_MAX; n++) {
        double u_V = reading.channel[n].u_V;
        assert_true(n < used ? fabs(u_V - (0.05 * n - 0.3)) <= 1e-8 : isnan(u_V));
        assert_true(bench->plant[PLANT_METER_ohm][n] == (n < used ? 10e9 : 10e6));
    }
}

static void switches_its_relays(struct driver_sim *bench)
{
    struct scanner_reading reading;
    double readback = (double)NAN;
    for (unsigned n = 0; n < SCANNER_CHANNELS_MAX; n += 5) {
        assert_int_equal(driver_sim_set(bench, SCANNER_SIGNAL_RELAY, n, 1, &readback), RC_OK);
        assert_true(readback == 1.0);
        assert_true(bench->plant[PLANT_RELAY][n] == 1.0);
    }
    assert_int_equal(driver_sim_set(bench, SCANNER_SIGNAL_RELAY, 5, 0, &readback), RC_OK);
    assert_true(readback == 0.0);
    assert_int_equal(driver_sim_poll(bench, &reading), RC_OK);
    for (unsigned n = 0; n < SCANNER_CHANNELS_MAX; n++)
        assert_true(reading.channel[n].relay == (n % 5 == 0 && n != 5 ? 1.0 : 0.0));
    assert_int_equal(driver_sim_safe(bench), RC_OK);
    for (unsigned n = 0; n < SCANNER_CHANNELS_MAX; n++)
        assert_true(bench->plant[PLANT_RELAY][n] == 0.0);
}

static void every_model_and_its_simulator_talk(void **state)
{
    (void)state;
    static struct driver_sim bench;
    static const unsigned used[] = {0, 1, 5, 16};
    for (size_t m = 0; m < COUNT(models); m++)
        for (size_t i = 0; i < COUNT(used); i++) {
            struct device_setup some = setup;
            some.channels = used[i];
            driver_sim_open(&bench, models[m].driver, models[m].sim, &some);
            bench.byte_by_byte = i & 1;
            assert_int_equal(driver_sim_start(&bench), RC_OK);
            assert_string_equal(bench.identity.model, models[m].model);
            polls_its_inputs(&bench, used[i] ? used[i] : 4);
            switches_its_relays(&bench);
            struct answer answer = {.readback = 0};
            assert_int_equal(driver_sim_ask(&bench, &(struct ask){.kind = ASK_SYNC}, &answer),
                             RC_OK);
        }
}

static void another_unit_or_card_is_refused(void **state)
{
    (void)state;
    static struct driver_sim bench;
    static const struct ask cards = {.kind = ASK_IDENTIFY, .step = 1};
    struct device_setup wants = setup;
    struct answer answer = {.readback = (double)NAN};
    driver_sim_open(&bench, &daq970a_driver, &daq970a_sim, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    assert_string_equal(bench.identity.make, "Keysight Technologies");
    assert_string_equal(bench.identity.serial, "MY58006338");
    memcpy(wants.expect_serial, "MY58006339", 11);
    bench.setup = wants;
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    bench.setup = setup;
    bench.driver = &k34970a_driver;
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    assert_int_equal(daq970a_driver.decode(&daq970a_driver, &setup, &cards,
                                           SPAN("K,DAQM902A,1,2;K,DAQM903A,1,2"), &answer),
                     RC_OK);
    assert_int_equal(daq970a_driver.decode(&daq970a_driver, &setup, &cards,
                                           SPAN("K,DAQM901A,1,2;K,DAQM901A,1,2"), &answer),
                     RC_REFUSED);
    assert_int_equal(daq970a_driver.decode(&daq970a_driver, &setup, &cards,
                                           SPAN("K,0,0,0;K,DAQM903A,1,2"), &answer),
                     RC_REFUSED);
}

static void what_somebody_changed_is_noticed(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct scanner_reading reading;
    driver_sim_open(&bench, &daq970a_driver, &daq970a_sim, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    say(&bench, "ROUT:SCAN (@101,102,103,105)\n", ""); /* as many, but not ours */
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_REFUSED);
    say(&bench, "ROUT:SCAN (@101:120)\n", "");
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_TIMEOUT); /* no answer of ours */
    say(&bench, "ROUT:SCAN (@101:104);:FORM:READ:CHAN ON\n", "");
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_TIMEOUT);
    say(&bench, "CONF:VOLT:DC 1,(@101)\n", ""); /* takes the fields and the impedance back */
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
    assert_true(bench.plant[PLANT_METER_ohm][0] == 10e6);
    assert_true(bench.plant[PLANT_METER_ohm][1] == 10e9);
    say(&bench, "FORM:READ:UNIT ON;TIME ON;ALAR ON;:ROUT:CLOS (@202)\n*RST\n", "");
    say(&bench, "FORM:READ:UNIT?;TIME?;ALAR?;:ROUT:CLOS? (@202);:ROUT:SCAN?\n", "0;0;0;0;#13(@)\n");
    assert_int_equal(driver_sim_start(&bench), RC_OK); /* and all is as wanted again */
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
}

static void lines_are_as_the_manual_has_them(void **state)
{
    (void)state;
    static const struct device_setup all = {.name = "scanner", .channels = 16};
    /* clang-format off */
    static const struct { const struct driver *driver; struct ask ask; const char *line; } rows[] = {
        { &daq970a_driver, { .kind = ASK_CONFIGURE },
          "*CLS;:ABOR;:CONF:VOLT:DC 1,(@101:116);:VOLT:DC:RANG? (@101:116);:SYST:ERR?\n" },
        { &k34970a_driver, { .kind = ASK_CONFIGURE },
          "*CLS;:SYST:REM;:ABOR;:CONF:VOLT:DC 1,(@101:116);:VOLT:DC:RANG? (@101:116);:SYST:ERR?\n" },
        { &daq970a_driver, { .kind = ASK_CONFIGURE, .step = 1 },
          ":VOLT:DC:NPLC 0.2,(@101:116);:VOLT:DC:NPLC? (@101:116);:SYST:ERR?\n" },
        { &daq970a_driver, { .kind = ASK_CONFIGURE, .step = 2 },
          ":VOLT:DC:IMP:AUTO ON,(@101:116);:VOLT:DC:IMP:AUTO? (@101:116);:SYST:ERR?\n" },
        { &k34972a_driver, { .kind = ASK_CONFIGURE, .step = 2 },
          ":INP:IMP:AUTO ON,(@101:116);:INP:IMP:AUTO? (@101:116);:SYST:ERR?\n" },
        { &daq970a_driver, { .kind = ASK_POLL }, "READ?\n" },
        { &daq970a_driver, { .kind = ASK_POLL, .step = 1 }, ":ROUT:SCAN?;:ROUT:CLOS? (@201:216)\n" },
        { &daq970a_driver, { .kind = ASK_SAFE }, ":ROUT:OPEN (@201:216);:ROUT:CLOS? (@201:216)\n" },
        { &daq970a_driver, { .kind = ASK_SET, .signal = SCANNER_SIGNAL_RELAY, .channel = 15, .value = 1 },
          ":ROUT:CLOS (@216);:ROUT:CLOS? (@216);:ROUT:OPEN? (@216)\n" },
        { &daq970a_driver, { .kind = ASK_SET, .signal = SCANNER_SIGNAL_RELAY },
          ":ROUT:OPEN (@201);:ROUT:CLOS? (@201);:ROUT:OPEN? (@201)\n" },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[DEVICE_FRAME_MAX];
        struct obuf out = {text, 0, sizeof text};
        assert_int_equal(rows[i].driver->encode(rows[i].driver, &all, &rows[i].ask, &out), RC_OK);
        if (!span_is(obuf_span(&out), rows[i].line))
            fail_msg("row %zu: %.*s", i, (int)out.len, text);
        for (size_t cap = 0; cap < out.len; cap++) { /* no half line */
            struct obuf small = {text, 0, cap};
            assert_int_equal(rows[i].driver->encode(rows[i].driver, &all, &rows[i].ask, &small),
                             RC_NOSPACE);
            assert_int_equal(small.len, 0);
        }
    }
}

static void a_wrong_value_never_reaches_the_wire(void **state)
{
    (void)state;
    static const struct {
        unsigned signal, channel;
        double value;
    } rows[] = {
        {SCANNER_SIGNAL_RELAY, 0, (double)NAN},
        {SCANNER_SIGNAL_RELAY, 0, (double)INFINITY},
        {SCANNER_SIGNAL_RELAY, 0, 0.5},
        {SCANNER_SIGNAL_RELAY, 0, -1},
        {SCANNER_SIGNAL_RELAY, 0, 2},
        {SCANNER_SIGNAL_RELAY, 16, 1},
        {SCANNER_SIGNAL_RELAY, 4000000000u, 1},
        {SCANNER_SIGNAL_U, 0, 0},
        {9, 0, 1},
    };
    char text[DEVICE_FRAME_MAX];
    struct obuf out = {text, 0, sizeof text};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ask ask = {.kind = ASK_SET,
                                .signal = rows[i].signal,
                                .channel = rows[i].channel,
                                .value = rows[i].value};
        assert_int_equal(daq970a_driver.encode(&daq970a_driver, &setup, &ask, &out), RC_RANGE);
        assert_int_equal(out.len, 0);
    }
    const struct device_setup too_many = {.name = "scanner", .channels = 17};
    const struct ask poll = {.kind = ASK_POLL}, none = {.kind = ASK_CONFIGURE, .step = 6};
    assert_int_equal(daq970a_driver.encode(&daq970a_driver, &too_many, &poll, &out), RC_CONFIG);
    assert_int_equal(daq970a_driver.encode(&daq970a_driver, &setup, &none, &out), RC_CONFIG);
    assert_int_equal(out.len, 0);
}

#define CLEAN ";+0,\"No error\""
#define FOUR_ONES "+1.00000000E+00,+1.00000000E+00,+1.00000000E+00,+1.00000000E+00"
#define SCAN "#218(@101,102,103,104)"
#define OPEN "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"
#define LAST_CLOSED "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1"

static const struct ask ask_range = {.kind = ASK_CONFIGURE};
static const struct ask ask_speed = {.kind = ASK_CONFIGURE, .step = 1};
static const struct ask ask_impedance = {.kind = ASK_CONFIGURE, .step = 2};
static const struct ask ask_scan = {.kind = ASK_CONFIGURE, .step = 3};
static const struct ask ask_fields = {.kind = ASK_CONFIGURE, .step = 4};
static const struct ask ask_opened = {.kind = ASK_CONFIGURE, .step = 5};
static const struct ask ask_poll = {.kind = ASK_POLL};
static const struct ask ask_relays = {.kind = ASK_POLL, .step = 1};
static const struct ask ask_on = {.kind = ASK_SET, .signal = SCANNER_SIGNAL_RELAY, .value = 1};
static const struct ask ask_safe = {.kind = ASK_SAFE};
/* clang-format off */
static const struct { const struct ask *ask; const char *text; enum rc rc; double value; } answers[] = {
    { &ask_poll, "+4.5E-01,+1.0E+00,+9.9E+37,-1.2E+00", RC_OK, 0.45 },
    { &ask_poll, "+9.90000000E+37,+1.0E+00,+1.0E+00,+1.0E+00", RC_OK, NAN },
    { &ask_poll, "-9.90000000E+37,+1.0E+00,+1.0E+00,+1.0E+00", RC_OK, NAN },
    { &ask_poll, "+9.91000000E+37,+1.0E+00,+1.0E+00,+1.0E+00", RC_OK, NAN },
    { &ask_poll, "+1.20200000E+00,+1.0E+00,+1.0E+00,+1.0E+00", RC_RANGE, 0 },
    { &ask_poll, "+1.0E+00,+1.0E+00,+1.0E+00,-1.3E+00",        RC_RANGE, 0 },
    { &ask_poll, "+1.3E+00,+1.0E+00,+1.0E+00",             RC_PROTOCOL, 0 }, /* not whole */
    { &ask_poll, "+1.0E+00,+1.0E+00,+1.0E+00,",            RC_PROTOCOL, 0 },
    { &ask_poll, "+1.0E+00,+1.0E+00,+1.0E+00,+1.0E+00,",   RC_PROTOCOL, 0 },
    { &ask_poll, "+1.0E+00,+1.0E+00,+1.0E+00,+1.0E+00,+1.0E+00", RC_PROTOCOL, 0 },
    { &ask_poll, "+1.0E+00,101,+1.0E+00,102",              RC_PROTOCOL, 0 }, /* fields of FORM:READ */
    { &ask_poll, "+1.0E+00 VDC,+1.0E+00 VDC,+1.0E+00 VDC,+1.0E+00 VDC", RC_PROTOCOL, 0 },
    { &ask_poll, "0.1,0.1,0.1,0.1",                        RC_PROTOCOL, 0 },
    { &ask_poll, "",                                       RC_PROTOCOL, 0 },
    { &ask_relays, SCAN ";" OPEN,                RC_OK, 0 },
    { &ask_relays, SCAN ";" LAST_CLOSED,         RC_OK, 1 },
    { &ask_relays, "#212(@101:102,103:104);" OPEN, RC_PROTOCOL, 0 }, /* wrong length */
    { &ask_relays, "#218(@101:102,103:104);" OPEN, RC_OK, 0 },
    { &ask_relays, "#214(@101,102,103);" OPEN,   RC_REFUSED, 0 },
    { &ask_relays, "#13(@);" OPEN,               RC_REFUSED, 0 },
    { &ask_relays, "#218(@101,102,103,105);" OPEN, RC_REFUSED, 0 },
    { &ask_relays, "#218(@102,101,103,104);" OPEN, RC_REFUSED, 0 },
    { &ask_relays, "#210(@101:120);" OPEN,       RC_REFUSED, 0 },
    { &ask_relays, "#218(@101,102,103,104)",     RC_PROTOCOL, 0 },
    { &ask_relays, "(@101,102,103,104);" OPEN,   RC_PROTOCOL, 0 },
    { &ask_relays, SCAN ";0,0,0,0",              RC_PROTOCOL, 0 },
    { &ask_relays, SCAN ";" OPEN ",0",           RC_PROTOCOL, 0 },
    { &ask_relays, SCAN ";" OPEN ";0",           RC_PROTOCOL, 0 },
    { &ask_relays, SCAN ";2" OPEN,               RC_PROTOCOL, 0 },
    { &ask_range, FOUR_ONES CLEAN,               RC_OK, 0 },
    { &ask_range, "+1.0E+00,+1.0E+00,+1.0E+00,+1.0E+01" CLEAN, RC_REFUSED, 0 },
    { &ask_range, FOUR_ONES ";112,\"Channel list: channel number out of range\"", RC_REFUSED, 0 },
    { &ask_range, FOUR_ONES,                     RC_PROTOCOL, 0 },
    { &ask_speed, FOUR_ONES CLEAN,               RC_OK, 0 },
    { &ask_speed, "+1.0E+00,+2.0E-01,+1.0E+00,+1.0E+00" CLEAN, RC_REFUSED, 0 },
    { &ask_impedance, "1,1,1,1" CLEAN,           RC_OK, 0 },
    { &ask_impedance, "1,1,0,1" CLEAN,           RC_REFUSED, 0 }, /* it would load that cell */
    { &ask_impedance, "1,1,1" CLEAN,             RC_PROTOCOL, 0 },
    { &ask_scan, SCAN ";IMM;+1.00000000E+00" CLEAN, RC_OK, 0 },
    { &ask_scan, SCAN ";TIM;+1.00000000E+00" CLEAN, RC_REFUSED, 0 },
    { &ask_scan, SCAN ";IMM;+5.00000000E+00" CLEAN, RC_REFUSED, 0 },
    { &ask_scan, SCAN ";IMM;9.9E37" CLEAN,       RC_RANGE, 0 },   /* for ever */
    { &ask_scan, "#13(@);IMM;+1.00000000E+00" CLEAN, RC_REFUSED, 0 },
    { &ask_fields, "0;0;0;0" CLEAN,              RC_OK, 0 },
    { &ask_fields, "0;0;1;0" CLEAN,              RC_REFUSED, 0 },
    { &ask_opened, OPEN CLEAN,                   RC_OK, 0 },
    { &ask_opened, LAST_CLOSED CLEAN,            RC_REFUSED, 0 },
    { &ask_safe, OPEN,                           RC_OK, 0 },
    { &ask_safe, LAST_CLOSED,                    RC_REFUSED, 0 },
    { &ask_on, "1;0",                            RC_OK, 1 },
    { &ask_on, "0;1",                            RC_OK, 0 },      /* the caller compares */
    { &ask_on, "1;1",                            RC_PROTOCOL, NAN },
    { &ask_on, "0;0",                            RC_PROTOCOL, NAN },
    { &ask_on, "1",                              RC_PROTOCOL, NAN },
};
/* clang-format on */

static void answers_mean_what_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct scanner_reading reading = {0};
        struct answer answer = {.reading = &reading, .readback = (double)NAN};
        enum rc rc = daq970a_driver.decode(&daq970a_driver, &setup, answers[i].ask,
                                           span_text(answers[i].text), &answer);
        if (rc != answers[i].rc)
            fail_msg("row %zu: %s gave %d", i, answers[i].text, (int)rc);
        double value = answers[i].ask == &ask_on       ? answer.readback
                       : answers[i].ask == &ask_relays ? reading.channel[15].relay
                                                       : reading.channel[0].u_V;
        if (isnan(answers[i].value) ? !isnan(value) : !(fabs(value - answers[i].value) <= 1e-12))
            fail_msg("row %zu: %s is %g", i, answers[i].text, value);
        assert_int_equal(answer.complete, rc == RC_OK && answers[i].ask == &ask_relays);
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
        {{.kind = ASK_POLL}, "+4.5E-01,+1.0E+00,+9.9E+37,-1.2E+00", 0},
        {{.kind = ASK_POLL, .step = 1}, SCAN ";" LAST_CLOSED, 0},
        {{.kind = ASK_SAFE}, OPEN, 0},
        {{.kind = ASK_CONFIGURE}, FOUR_ONES CLEAN, 0},
        {{.kind = ASK_CONFIGURE, .step = 2}, "1,1,1,1" CLEAN, 0},
        {{.kind = ASK_CONFIGURE, .step = 3}, SCAN ";IMM;+1.00000000E+00" CLEAN, 0},
        {{.kind = ASK_CONFIGURE, .step = 4}, "0;0;0;0" CLEAN, 0},
        /* firmware is free text: what is left of it is one, and the LF guards the end */
        {{.kind = ASK_IDENTIFY}, "Keysight Technologies,DAQ970A,MY58006338,A.02.02", 6},
        {{.kind = ASK_IDENTIFY, .step = 1}, "K,DAQM901A,MY1,02.00;K,DAQM903A,MY2,02.00", 4},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span line = span_text(rows[i].line);
        size_t passed = driver_net_prefixes(&daq970a_driver, &setup, &rows[i].ask, line);
        if (passed != rows[i].prefixes)
            fail_msg("row %zu: %zu prefixes", i, passed);
        (void)driver_net_changes(&daq970a_driver, &setup, &rows[i].ask, line);
    }
    const struct ask set = {.kind = ASK_SET, .signal = SCANNER_SIGNAL_RELAY, .value = 1};
    assert_int_equal(driver_net_prefixes(&daq970a_driver, &setup, &set, SPAN("1;0")), 0);
    assert_int_equal(driver_net_changes(&daq970a_driver, &setup, &set, SPAN("1;0")), 0);
}

static void simulator_makes_errors_as_the_manual_says(void **state)
{
    (void)state;
    static struct driver_sim bench;
    driver_sim_open(&bench, &daq970a_driver, &daq970a_sim, &setup);
    bench.plant[PLANT_METER_V][1] = 0.9999999999;
    say(&bench, "MEAS:VOLT:DC? 1,(@102);:ROUT:SCAN (@)\n", "+1.00000000E+00\n");
    bench.plant[PLANT_METER_V][1] = 0.25;
    say(&bench, "FOO:BAR?\n", ""); /* silence, and the cause in the queue */
    say(&bench, "SYST:ERR?\nSYST:ERR?\n", "-113,\"Undefined header\"\n+0,\"No error\"\n");
    say(&bench, "READ?;:ROUT:SCAN (@301);SCAN (@121);SCAN 101;:ROUT:CLOS (@101);:FETC?\n", "");
    say(&bench, "SYST:ERR?;ERR?;ERR?;ERR?;ERR?;ERR?;ERR?\n",
        "+113,\"Channel list: empty scan list\";+111,\"Channel list: slot number out of range\";"
        "+112,\"Channel list: channel number out of range\";-109,\"Missing parameter\";"
        "+111,\"Channel list: slot number out of range\";-230,\"Data stale\";+0,\"No error\"\n");
    say(&bench, "INP:IMP:AUTO? (@101);:SYST:ERR?\n", "-113,\"Undefined header\"\n"); /* 34970A */
    say(&bench, "Measure:Voltage:Dc? 1,0.001,(@102,101)\r\n", "+2.50000000E-01,+0.00000000E+00\n");
    say(&bench, "rout:scan?;scan:size?;:format:reading:channel on;unit on;:READ?\n",
        "#210(@102,101);+2;+2.50000000E-01 VDC,102,+0.00000000E+00 VDC,101\n");
    say(&bench, "FORM:READ:TIME ON;ALAR ON;:TRIG:COUN 2;:ROUT:SCAN (@102);:READ?\n",
        "+2.50000000E-01 VDC,000000000.000,102,0,+2.50000000E-01 VDC,000000000.000,102,0\n");
    say(&bench, "VOLT:RANG 5,(@101,103);RANG? (@101:104);:VOLT:NPLC 3,(@104);NPLC? (@103,104)\n",
        "+1.00000000E+01,+1.00000000E+00,+1.00000000E+01,+1.00000000E-01;"
        "+1.00000000E+00,+1.00000000E+01\n");
    say(&bench, "CONF:VOLT:DC 301,(@101);:VOLT:NPLC x,(@101);:TRIG:SOUR X;:SYST:ERR?;ERR?;ERR?\n",
        "-222,\"Data out of range\";-104,\"Data type error\";-224,\"Illegal parameter value\"\n");
    say(&bench, "ROUT:CLOS (@201,203:205,220);:ROUT:CLOS? (@201:206);:ROUT:OPEN? (@219,220)\n",
        "1,0,1,1,1,0;1,0\n");
    say(&bench, "TRIG:SOUR BUS;:READ?;:SYST:ERR?;:TRIG:SOUR EXT;:READ?\n",
        "-214,\"Trigger deadlock\"\n");
    say(&bench, "SYST:CTYP? 300;:SYST:CTYP? 400;:SYST:ERR?\n",
        "Keysight Technologies,0,0,0;-222,\"Data out of range\"\n");
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
static const struct ask captured[] = {
    {.kind = ASK_IDENTIFY},
    {.kind = ASK_IDENTIFY, .step = 1},
    {.kind = ASK_CONFIGURE},
    {.kind = ASK_CONFIGURE, .step = 1},
    {.kind = ASK_CONFIGURE, .step = 2},
    {.kind = ASK_CONFIGURE, .step = 3},
    {.kind = ASK_CONFIGURE, .step = 4},
    {.kind = ASK_CONFIGURE, .step = 5},
    {.kind = ASK_SET, .signal = SCANNER_SIGNAL_RELAY, .channel = 2, .value = 1},
    {.kind = ASK_POLL},
    {.kind = ASK_POLL, .step = 1},
    {.kind = ASK_SET, .signal = SCANNER_SIGNAL_RELAY, .channel = 2, .value = 0},
    {.kind = ASK_SAFE},
};

struct replay {
    size_t at;
    struct scanner_reading reading;
};

static void replay_line(void *ctx, bool sent, struct span bytes)
{
    struct replay *replay = ctx;
    char text[DEVICE_FRAME_MAX];
    struct obuf out = {text, 0, sizeof text};
    struct identity identity = {.full_scale = (double)NAN};
    struct answer answer = {.identity = &identity, .reading = &replay->reading};
    assert_true(replay->at < COUNT(captured));
    const struct ask *ask = &captured[replay->at];
    if (sent) {
        assert_int_equal(daq970a_driver.encode(&daq970a_driver, &setup, ask, &out), RC_OK);
        assert_true(span_equal(obuf_span(&out), bytes));
        return;
    }
    struct span frame;
    size_t used;
    assert_int_equal(framing_line_lf.cut(bytes, &frame, &used), FRAME_READY);
    assert_int_equal(daq970a_driver.decode(&daq970a_driver, &setup, ask, frame, &answer), RC_OK);
    if (ask->kind == ASK_SET)
        assert_true(answer.readback == ask->value);
    replay->at++;
}

static void captures_are_understood(void **state)
{
    (void)state;
    struct replay replay = {0};
    assert_int_equal(driver_capture_each("instruments/keysight_daq970a/captures/daq970a.txt",
                                         replay_line, &replay),
                     2 * COUNT(captured));
    assert_int_equal(replay.at, COUNT(captured));
    assert_true(fabs(replay.reading.channel[0].u_V - 0.45012345) <= 1e-12);
    assert_true(isnan(replay.reading.channel[2].u_V));
    assert_true(replay.reading.channel[2].relay == 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_and_its_simulator_talk),
        cmocka_unit_test(another_unit_or_card_is_refused),
        cmocka_unit_test(what_somebody_changed_is_noticed),
        cmocka_unit_test(lines_are_as_the_manual_has_them),
        cmocka_unit_test(a_wrong_value_never_reaches_the_wire),
        cmocka_unit_test(answers_mean_what_the_table_says),
        cmocka_unit_test(no_damage_crashes_and_no_cut_line_passes),
        cmocka_unit_test(simulator_makes_errors_as_the_manual_says),
        cmocka_unit_test(captures_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
