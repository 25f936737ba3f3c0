#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/gw_gpt9800/gw_gpt9800.h"
#include "tests/support/driver_sim.h"

static const struct device_setup setup = {.name = "insulation"};

static const struct {
    const struct driver *driver;
    const struct sim_driver *sim;
    const char *model;
} models[] = {
    {&gpt9803_driver, &gpt9803_sim, "GPT-9803"},
    {&gpt9804_driver, &gpt9804_sim, "GPT-9804"},
};

/* What an ask of the link would carry: the values set last. */
static double held[DEVICE_SIGNALS_MAX];

static void open_up(struct driver_sim *bench, double ohm)
{
    driver_sim_open(bench, &gpt9804_driver, &gpt9804_sim, &setup);
    bench->plant[PLANT_INSULATION_ohm][0] = ohm;
    assert_int_equal(driver_sim_start(bench), RC_OK);
    held[INSULATION_SIGNAL_OUTPUT] = 0.0;
}

static enum rc set(struct driver_sim *bench, unsigned signal, double value)
{
    double readback = (double)NAN;
    enum rc rc = driver_sim_set(bench, signal, 0, value, &readback);
    held[signal] = value;
    if (rc == RC_OK && !(fabs(readback - value) <= 1e-9))
        fail_msg("signal %u: %g read back as %g", signal, value, readback);
    return rc;
}

/* As driver_sim_poll, with what the link remembers of the output. */
static struct insulation_reading poll(struct driver_sim *bench)
{
    struct insulation_reading reading = {0};
    struct answer answer = {.reading = &reading, .readback = (double)NAN};
    for (unsigned step = 0; step < 2; step++) {
        const struct ask ask = {.kind = ASK_POLL, .step = step, .held = held};
        assert_int_equal(driver_sim_ask(bench, &ask, &answer), RC_OK);
    }
    assert_true(answer.complete);
    return reading;
}

static void assert_near(double got, double wanted, double within)
{
    if (!(fabs(got - wanted) <= within))
        fail_msg("%g is not %g", got, wanted);
}

static void assert_off(const struct driver_sim *bench)
{
    assert_near(bench->plant[PLANT_INSULATION_V][0], 0.0, 0.0);
}

static void every_row_and_its_simulator_talk(void **state)
{
    (void)state;
    static struct driver_sim bench;
    for (size_t m = 0; m < COUNT(models); m++) {
        driver_sim_open(&bench, models[m].driver, models[m].sim, &setup);
        bench.byte_by_byte = m & 1;
        bench.plant[PLANT_INSULATION_ohm][0] = 2.5e9;
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        assert_string_equal(bench.identity.make, "GW Instek");
        assert_string_equal(bench.identity.model, models[m].model);
        assert_string_equal(bench.identity.serial, "EM110867");
        assert_string_equal(bench.identity.firmware, "v2.08");
        assert_off(&bench);
        held[INSULATION_SIGNAL_OUTPUT] = 0.0;
        assert_int_equal(set(&bench, INSULATION_SIGNAL_U, 500), RC_OK);
        assert_off(&bench); /* a voltage alone drives nothing */
        assert_int_equal(set(&bench, INSULATION_SIGNAL_OUTPUT, 1), RC_OK);
        assert_near(bench.plant[PLANT_INSULATION_V][0], 500, 1e-9);
        driver_sim_wait(&bench, duration_s(1));
        struct insulation_reading reading = poll(&bench);
        assert_near(reading.output_on, 1, 0);
        assert_near(reading.u_V, 500, 1e-9);
        assert_near(reading.r_ohm, 2.5e9, 1e-3);
        assert_near(reading.over, 0, 0);
        struct answer answer = {.readback = 0};
        assert_int_equal(driver_sim_ask(&bench, &(struct ask){.kind = ASK_SYNC}, &answer), RC_OK);
        assert_int_equal(driver_sim_safe(&bench), RC_OK);
        assert_off(&bench);
        reading = poll(&bench);
        assert_near(reading.output_on, 0, 0);
        assert_near(reading.u_V, 0, 0);
        assert_true(isnan(reading.r_ohm) && isnan(reading.over));
    }
}

static void identity_is_read_and_another_unit_refused(void **state)
{
    (void)state;
    static struct driver_sim bench;
    const struct device_setup wants = {.name = "insulation", .expect_serial = "EM110999"};
    driver_sim_open(&bench, &gpt9804_driver, &gpt9804_sim, &wants);
    assert_int_equal(driver_sim_start(&bench), RC_OK); /* the simulator is the unit wanted */
    assert_string_equal(bench.identity.serial, "EM110999");
    memcpy(bench.setup.expect_serial, "EM110998", 9);
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    bench.setup = setup;
    bench.driver = &gpt9803_driver;
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
}

static void an_open_circuit_reads_the_end_of_the_range_and_says_so(void **state)
{
    (void)state;
    static const double ohms[] = {(double)INFINITY, (double)NAN, 9.9995e9, 1e15};
    static struct driver_sim bench;
    for (size_t i = 0; i < COUNT(ohms); i++) {
        open_up(&bench, ohms[i]);
        assert_int_equal(set(&bench, INSULATION_SIGNAL_OUTPUT, 1), RC_OK);
        driver_sim_wait(&bench, duration_s(2));
        struct insulation_reading reading = poll(&bench);
        assert_near(reading.r_ohm, 9.999e9, 1e-3);
        assert_near(reading.over, 1, 0);
        assert_near(reading.output_on, 1, 0);
    }
}

static void no_value_while_the_voltage_rises_or_nothing_was_ordered(void **state)
{
    (void)state;
    static struct driver_sim bench;
    open_up(&bench, 1e9);
    assert_int_equal(set(&bench, INSULATION_SIGNAL_OUTPUT, 1), RC_OK);
    driver_sim_wait(&bench, duration_ms(50)); /* of a ramp of 100 ms */
    assert_true(isnan(poll(&bench).r_ohm));
    driver_sim_wait(&bench, duration_ms(500));
    assert_near(poll(&bench).r_ohm, 1e9, 1e-3);
    held[INSULATION_SIGNAL_OUTPUT] = 0.0; /* somebody at the panel switched it on */
    struct insulation_reading reading = poll(&bench);
    assert_true(isnan(reading.r_ohm));
    assert_near(reading.output_on, 1, 0); /* and nobody may think it off */
    assert_near(reading.u_V, 50, 1e-9);
}

/* The tester judges by itself below 1 Mohm and when its time is over. */
static void it_switches_off_by_itself(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct insulation_reading reading;
    open_up(&bench, 0.3e6);
    assert_int_equal(set(&bench, INSULATION_SIGNAL_OUTPUT, 1), RC_OK);
    driver_sim_wait(&bench, duration_s(1));
    assert_off(&bench);
    reading = poll(&bench); /* the answer to the test that was ordered */
    assert_near(reading.output_on, 0, 0);
    assert_near(reading.r_ohm, 0, 0);
    assert_near(reading.over, 0, 0);
    assert_int_equal(set(&bench, INSULATION_SIGNAL_OUTPUT, 0), RC_OK);
    assert_true(isnan(poll(&bench).r_ohm));

    open_up(&bench, 1e9);
    assert_int_equal(set(&bench, INSULATION_SIGNAL_OUTPUT, 1), RC_OK);
    driver_sim_wait(&bench, duration_s(99));
    assert_near(bench.plant[PLANT_INSULATION_V][0], 50, 1e-9);
    assert_near(poll(&bench).r_ohm, 1e9, 1e-3);
    driver_sim_wait(&bench, duration_s(2));
    assert_off(&bench);
    reading = poll(&bench); /* PASS and an old value */
    assert_near(reading.output_on, 0, 0);
    assert_true(isnan(reading.r_ohm) && isnan(reading.over));
}

static void a_voltage_is_not_changed_under_way(void **state)
{
    (void)state;
    static struct driver_sim bench;
    double readback;
    open_up(&bench, 1e9);
    assert_int_equal(set(&bench, INSULATION_SIGNAL_OUTPUT, 1), RC_OK);
    driver_sim_wait(&bench, duration_s(1));
    assert_int_equal(driver_sim_set(&bench, INSULATION_SIGNAL_U, 0, 500, &readback), RC_OK);
    assert_near(readback, 50, 1e-9); /* which the gate refuses */
    assert_near(bench.plant[PLANT_INSULATION_V][0], 50, 1e-9);
}

static void lines_are_as_the_manual_has_them(void **state)
{
    (void)state;
    static const struct {
        struct ask ask;
        enum rc rc;
        const char *line;
    } rows[] = {
        {{.kind = ASK_IDENTIFY}, RC_OK, "*IDN?\r\n"},
        {{.kind = ASK_IDENTIFY, .step = 1}, RC_CONFIG, ""},
        {{.kind = ASK_SYNC}, RC_OK, "*IDN?\r\n"},
        {{.kind = ASK_CONFIGURE}, RC_OK, "FUNC:TEST OFF\r\nTEST:RET OFF\r\nFUNC:TEST?\r\n"},
        {{.kind = ASK_CONFIGURE, .step = 10}, RC_OK, "SYST:ERR?\r\n"},
        {{.kind = ASK_CONFIGURE, .step = 11}, RC_CONFIG, ""},
        {{.kind = ASK_POLL}, RC_OK, "FUNC:TEST?\r\n"},
        {{.kind = ASK_POLL, .step = 1}, RC_OK, "MEAS?\r\n"},
        {{.kind = ASK_POLL, .step = 2}, RC_CONFIG, ""},
        {{.kind = ASK_SAFE}, RC_OK, "FUNC:TEST OFF\r\nFUNC:TEST?\r\n"},
        {{.kind = ASK_SAFE, .step = 1}, RC_CONFIG, ""},
        {{.kind = ASK_STREAM}, RC_CONFIG, ""},
        {{.kind = ASK_SET, .signal = INSULATION_SIGNAL_OUTPUT, .value = 1},
         RC_OK,
         "FUNC:TEST ON\r\nFUNC:TEST?\r\n"},
        {{.kind = ASK_SET, .signal = INSULATION_SIGNAL_OUTPUT, .value = 0},
         RC_OK,
         "FUNC:TEST OFF\r\nFUNC:TEST?\r\n"},
        {{.kind = ASK_SET, .signal = INSULATION_SIGNAL_U, .value = 50},
         RC_OK,
         "MANU:IR:VOLT 0.050\r\nMANU:IR:VOLT?\r\n"},
        {{.kind = ASK_SET, .signal = INSULATION_SIGNAL_U, .value = 1000},
         RC_OK,
         "MANU:IR:VOLT 1.000\r\nMANU:IR:VOLT?\r\n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[DEVICE_FRAME_MAX];
        struct obuf out = {text, 0, sizeof text};
        enum rc rc = gpt9804_driver.encode(&gpt9804_driver, &setup, &rows[i].ask, &out);
        if (rc != rows[i].rc || !span_is(obuf_span(&out), rows[i].line))
            fail_msg("row %zu: rc %d, %.*s", i, (int)rc, (int)out.len, text);
    }
}

static void a_wrong_value_never_reaches_the_wire(void **state)
{
    (void)state;
    static const struct {
        unsigned signal, channel;
        double value;
    } rows[] = {
        {INSULATION_SIGNAL_U, 0, (double)NAN}, {INSULATION_SIGNAL_U, 0, (double)INFINITY},
        {INSULATION_SIGNAL_U, 0, -500},        {INSULATION_SIGNAL_U, 0, 0},
        {INSULATION_SIGNAL_U, 0, 49.9},        {INSULATION_SIGNAL_U, 0, 1050},
        {INSULATION_SIGNAL_U, 0, 510},         {INSULATION_SIGNAL_U, 1, 500},
        {INSULATION_SIGNAL_OUTPUT, 0, 0.5},    {INSULATION_SIGNAL_OUTPUT, 0, 2},
        {INSULATION_SIGNAL_OUTPUT, 0, -1},     {INSULATION_SIGNAL_OUTPUT, 0, (double)NAN},
        {INSULATION_SIGNAL_OUTPUT, 1, 1},      {INSULATION_SIGNAL_R, 0, 1},
        {INSULATION_SIGNAL_OVER, 0, 1},        {99, 0, 50},
    };
    char text[DEVICE_FRAME_MAX];
    struct obuf out = {text, 0, sizeof text};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ask ask = {.kind = ASK_SET,
                                .signal = rows[i].signal,
                                .channel = rows[i].channel,
                                .value = rows[i].value};
        if (gpt9804_driver.encode(&gpt9804_driver, &setup, &ask, &out) != RC_RANGE || out.len != 0)
            fail_msg("row %zu was sent", i);
    }
    const struct device_setup gentle = {.name = "insulation", .full_scale = 500};
    struct ask ask = {.kind = ASK_SET, .signal = INSULATION_SIGNAL_U, .value = 550};
    assert_int_equal(gpt9804_driver.encode(&gpt9804_driver, &gentle, &ask, &out), RC_RANGE);
    ask.value = 500;
    for (out.cap = 0; out.cap < 35; out.cap++) { /* no half line */
        assert_int_equal(gpt9804_driver.encode(&gpt9804_driver, &gentle, &ask, &out), RC_NOSPACE);
        assert_int_equal(out.len, 0);
    }
    assert_int_equal(gpt9804_driver.encode(&gpt9804_driver, &gentle, &ask, &out), RC_OK);
}

static const struct ask idn = {.kind = ASK_IDENTIFY}, state_ask = {.kind = ASK_POLL};
static const struct ask meas = {.kind = ASK_POLL, .step = 1, .held = held};
static const struct ask on = {.kind = ASK_SET, .signal = INSULATION_SIGNAL_OUTPUT, .value = 1};
static const struct ask off = {.kind = ASK_SET, .signal = INSULATION_SIGNAL_OUTPUT, .value = 0};
static const struct ask volt = {.kind = ASK_SET, .signal = INSULATION_SIGNAL_U, .value = 500};
static const struct ask safe = {.kind = ASK_SAFE}, stream = {.kind = ASK_STREAM};
static const struct ask manual = {.kind = ASK_CONFIGURE, .step = 1};
static const struct ask memory = {.kind = ASK_CONFIGURE, .step = 2};
static const struct ask mode = {.kind = ASK_CONFIGURE, .step = 3};
static const struct ask low = {.kind = ASK_CONFIGURE, .step = 6};
static const struct ask timer = {.kind = ASK_CONFIGURE, .step = 8};
static const struct ask error = {.kind = ASK_CONFIGURE, .step = 10};
/* clang-format off */
static const struct { const struct ask *ask; const char *text; enum rc rc; double value; } replies[] = {
    { &meas, "IR ,TEST ,0.497kV,0015M ohm,T=001.0S",       RC_OK, 15e6 },
    { &meas, "IR,TEST,0.497kV,15M ohm,T=1.0S",             RC_OK, 15e6 },
    { &meas, "IR ,FAIL ,0.500kV,0000M ohm,T=000.3S",       RC_OK, 0 },
    { &meas, "IR ,FAIL ,0.500kV,0000M ohm,R=000.1S",       RC_OK, 0 },
    { &meas, "IR ,PASS ,0.497kV,0015M ohm,T=001.0S",       RC_OK, NAN },
    { &meas, "IR ,TEST ,0.497kV,0015M ohm,R=000.1S",       RC_OK, NAN },
    { &meas, "IR ,VIEW ,0.000kV,0000M ohm,  ---.-S",       RC_OK, NAN },
    { &meas, "IR ,TEST ,0.500kV,9999M ohm,T=001.0S",       RC_OK, 9.999e9 },
    { &meas, "ACW,VIEW ,0.000kV,000.0 mA ,  ---.-S",       RC_REFUSED, 0 },
    { &meas, "IR ,TEST ,1.500kV,0015M ohm,T=001.0S",       RC_RANGE, 0 },
    { &meas, "IR ,TEST ,0.500kV,19999M ohm,T=001.0S",      RC_RANGE, 0 },
    { &meas, "IR ,TEST ,0.500kV,-015M ohm,T=001.0S",       RC_PROTOCOL, 0 },
    { &meas, "IR ,TEST ,0.500kV,0015 ohm,T=001.0S",        RC_PROTOCOL, 0 },
    { &meas, "IR ,TEST ,0.500kV,00.15G ohm,T=001.0S",      RC_PROTOCOL, 0 },
    { &meas, "IR ,TEST ,0.500V,0015M ohm,T=001.0S",        RC_PROTOCOL, 0 },
    { &meas, "IR ,TEST ,0.500kV,0015M ohm,T=001.0",        RC_PROTOCOL, 0 },
    { &meas, "IR ,TEST ,0.500kV,0015M ohm",                RC_PROTOCOL, 0 },
    { &meas, "IR ,TEST ,0.500kV,0015M ohm,T=001.0S,",      RC_PROTOCOL, 0 },
    { &meas, "IR ,STOP ,0.500kV,0015M ohm,T=001.0S",       RC_PROTOCOL, 0 },
    { &meas, "IR ,TEST ,nankV,0015M ohm,T=001.0S",         RC_PROTOCOL, 0 },
    { &meas, "TEST ON",                                    RC_PROTOCOL, 0 },
    { &meas, "",                                           RC_PROTOCOL, 0 },
    { &state_ask, "TEST ON",        RC_OK, 1 },
    { &state_ask, "TEST OFF",       RC_OK, 0 },
    { &state_ask, "TEST O",         RC_PROTOCOL, 0 },
    { &state_ask, "OFF",            RC_PROTOCOL, 0 },
    { &on,   "TEST ON",             RC_OK, 1 },
    { &on,   "TEST OFF",            RC_REFUSED, 0 },
    { &off,  "TEST OFF",            RC_OK, 0 },
    { &off,  "TEST ON",             RC_REFUSED, 0 },
    { &off,  "0.500kV",             RC_PROTOCOL, 0 },
    { &volt, "0.500kV",             RC_OK, 500 },
    { &volt, "0.500 kV",            RC_OK, 500 },
    { &volt, "0.100kV",             RC_OK, 100 },      /* the caller compares */
    { &volt, "0.500",               RC_PROTOCOL, 0 },
    { &volt, "TEST OFF",            RC_PROTOCOL, 0 },
    { &safe, "TEST OFF",            RC_OK, NAN },
    { &safe, "TEST ON",             RC_REFUSED, 0 },
    { &safe, "",                    RC_PROTOCOL, 0 },
    { &manual, "MANU MODE",         RC_OK, NAN },
    { &manual, "AUTO MODE",         RC_REFUSED, 0 },
    { &memory, "100",               RC_OK, NAN },
    { &memory, "001",               RC_REFUSED, 0 },
    { &mode, "IR",                  RC_OK, NAN },
    { &mode, "DCW",                 RC_REFUSED, 0 },
    { &low,  "0001M ohm",           RC_OK, NAN },
    { &low,  "1M",                  RC_OK, NAN },
    { &low,  "0030M ohm",           RC_REFUSED, 0 },
    { &low,  "0001",                RC_PROTOCOL, 0 },
    { &timer, "100.0 S",            RC_OK, NAN },
    { &timer, "100.0s",             RC_OK, NAN },
    { &timer, "001.0 S",            RC_REFUSED, 0 },
    { &error, "0,No Error",         RC_OK, NAN },
    { &error, "20,Command Error",   RC_REFUSED, 0 },
    { &error, "0",                  RC_PROTOCOL, 0 },
    { &error, "20,",                RC_PROTOCOL, 0 },
    { &error, ",20",                RC_PROTOCOL, 0 },
    { &idn, "GPT-9804 ,EM110867    ,v2.08,", RC_OK, NAN },
    { &idn, "GPT-9804, EM110867, V1.00",     RC_OK, NAN },
    { &idn, "GPT-9803 ,EM110867    ,v2.08,", RC_REFUSED, 0 },
    { &idn, "GPT-9804 ,EM110867",            RC_PROTOCOL, 0 },
    { &idn, "SOMEBODY ,EM110867    ,v2.08,", RC_PROTOCOL, 0 },
    { &stream, "TEST OFF",          RC_PROTOCOL, 0 },
};
/* clang-format on */

static double value_of(const struct ask *ask, const struct insulation_reading *reading,
                       const struct answer *answer)
{
    if (ask == &meas)
        return reading->r_ohm;
    return ask == &state_ask ? reading->output_on : answer->readback;
}

static void replies_are_proved_before_they_are_believed(void **state)
{
    (void)state;
    held[INSULATION_SIGNAL_OUTPUT] = 1.0;
    for (size_t i = 0; i < COUNT(replies); i++) {
        struct insulation_reading reading = {7, 7, 7, 7};
        struct identity identity = {.full_scale = (double)NAN};
        struct answer answer = {&identity, &reading, (double)NAN, false};
        const struct ask *ask = replies[i].ask;
        enum rc rc = gpt9804_driver.decode(&gpt9804_driver, &setup, ask, span_text(replies[i].text),
                                           &answer);
        if (rc != replies[i].rc)
            fail_msg("row %zu: %s gave %d", i, replies[i].text, (int)rc);
        if (rc != RC_OK) {
            assert_near(reading.r_ohm, 7, 0);
            assert_true(isnan(answer.readback) && !answer.complete && !identity.make[0]);
            continue;
        }
        assert_int_equal(answer.complete, ask == &meas);
        double got = value_of(ask, &reading, &answer);
        if (isnan(replies[i].value) ? !isnan(got) : !(fabs(got - replies[i].value) <= 1e-6))
            fail_msg("row %zu: %s is %g", i, replies[i].text, got);
    }
}

static void no_cut_line_passes_and_no_damage_turns_the_output(void **state)
{
    (void)state;
    static const struct {
        const struct ask *ask;
        const char *line;
        size_t prefixes;
    } rows[] = {
        {&meas, "IR ,TEST ,0.497kV,0015M ohm,T=001.0S", 0},
        {&meas, "IR ,VIEW ,0.000kV,0000M ohm,  ---.-S", 0},
        {&state_ask, "TEST ON", 0},
        {&state_ask, "TEST OFF", 0},
        {&volt, "0.500kV", 0},
        {&low, "0001M ohm", 2}, /* "0001M" says the same */
        {&timer, "100.0 S", 0},
        {&memory, "100", 0},
        {&error, "0,No Error", 0},
        {&idn, "GPT-9804 ,EM110867    ,v2.08,", 5},
    };
    struct span frame;
    size_t used;
    held[INSULATION_SIGNAL_OUTPUT] = 1.0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span line = span_text(rows[i].line);
        size_t passed = driver_net_prefixes(&gpt9804_driver, &setup, rows[i].ask, line);
        if (passed != rows[i].prefixes)
            fail_msg("row %zu: %zu prefixes", i, passed);
        (void)driver_net_changes(&gpt9804_driver, &setup, rows[i].ask, line);
        for (size_t n = 0; n <= line.len; n++)
            assert_int_equal(framing_line_lf.cut((struct span){line.at, n}, &frame, &used),
                             FRAME_MORE);
    }
    /* only another letter case of ON, OFF and TEST passes for them */
    assert_int_equal(driver_net_changes(&gpt9804_driver, &setup, &off, SPAN("TEST OFF")), 7);
    assert_int_equal(driver_net_changes(&gpt9804_driver, &setup, &on, SPAN("TEST ON")), 6);
}

static void say(struct driver_sim *bench, const char *request, const char *wanted)
{
    struct span got = driver_sim_raw(bench, span_text(request));
    if (!span_is(got, wanted))
        fail_msg("%s answered %.*s", request, (int)got.len, got.at);
}

static void the_simulator_answers_as_the_manual_says(void **state)
{
    (void)state;
    static struct driver_sim bench;
    driver_sim_open(&bench, &gpt9804_driver, &gpt9804_sim, &setup);
    bench.plant[PLANT_INSULATION_ohm][0] = 15.2e6;
    say(&bench, "MEAS?\n", "ACW,VIEW ,0.000kV,0000M ohm,  ---.-S\r\n");
    say(&bench, "manu:edit:mode IR\nMANU:EDIT:MODE?\n", "IR\r\n");
    say(&bench, "MANU:IR:VOLTAGE 0.53\nMANU:IR:VOLT?\n", "0.550kV\r\n");
    say(&bench, "MANU:IR:VOLT 2\nMANU:IR:VOLT?\n", "0.550kV\r\n");
    say(&bench, "SYST:ERR?\nSYST:ERR?\n", "20,Command Error\r\n0,No Error\r\n");
    say(&bench, "NONSENSE?\n", ""); /* silence */
    say(&bench, "*CLS\nSYST:ERR?\n", "0,No Error\r\n");
    say(&bench, "MANU:IR:TTIM 1\nFUNC:TEST ON\nFUNC:TEST?\n", "TEST ON\r\n");
    say(&bench, "MEAS?\n", "IR ,TEST ,0.550kV,0000M ohm,R=000.0S\r\n");
    driver_sim_wait(&bench, duration_ms(600));
    say(&bench, "MEAS?\n", "IR ,TEST ,0.550kV,0015M ohm,T=000.5S\r\n");
    say(&bench, "MANU:EDIT:MODE ACW\nMANU:EDIT:MODE?\n", "IR\r\n"); /* dropped */
    driver_sim_wait(&bench, duration_s(1));
    say(&bench, "MEAS?\n", "IR ,PASS ,0.550kV,0015M ohm,T=001.0S\r\n");
    say(&bench, "FUNC:TEST?\n", "TEST OFF\r\n");
    assert_off(&bench);
    say(&bench, "FUNC:TEST OFF\nMANU:EDIT:MODE DCW\nFUNC:TEST ON\n", "");
    assert_off(&bench); /* only IR drives */
}

struct replay {
    struct ask ask[10];
    size_t at;
};

static void replay_line(void *ctx, bool sent, struct span bytes)
{
    struct replay *replay = ctx;
    char text[DEVICE_FRAME_MAX];
    struct obuf out = {text, 0, sizeof text};
    struct identity identity = {.full_scale = (double)NAN};
    struct insulation_reading reading = {0};
    struct answer answer = {.identity = &identity, .reading = &reading};
    const struct ask *ask = &replay->ask[replay->at];
    if (sent) {
        assert_int_equal(gpt9804_driver.encode(&gpt9804_driver, &setup, ask, &out), RC_OK);
        assert_true(span_equal(obuf_span(&out), bytes));
        return;
    }
    struct span frame;
    size_t used;
    assert_int_equal(framing_line_lf.cut(bytes, &frame, &used), FRAME_READY);
    assert_int_equal(gpt9804_driver.decode(&gpt9804_driver, &setup, ask, frame, &answer), RC_OK);
    replay->at++;
}

static void captures_are_understood(void **state)
{
    (void)state;
    struct replay replay = {
        .ask = {idn, {.kind = ASK_CONFIGURE}, manual, mode, error, volt, on, meas, meas, safe}};
    const char *path = "instruments/gw_gpt9800/captures/gpt9804.txt";
    assert_int_equal(driver_capture_each(path, replay_line, &replay), 20);
    assert_int_equal(replay.at, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_and_its_simulator_talk),
        cmocka_unit_test(identity_is_read_and_another_unit_refused),
        cmocka_unit_test(an_open_circuit_reads_the_end_of_the_range_and_says_so),
        cmocka_unit_test(no_value_while_the_voltage_rises_or_nothing_was_ordered),
        cmocka_unit_test(it_switches_off_by_itself),
        cmocka_unit_test(a_voltage_is_not_changed_under_way),
        cmocka_unit_test(lines_are_as_the_manual_has_them),
        cmocka_unit_test(a_wrong_value_never_reaches_the_wire),
        cmocka_unit_test(replies_are_proved_before_they_are_believed),
        cmocka_unit_test(no_cut_line_passes_and_no_damage_turns_the_output),
        cmocka_unit_test(the_simulator_answers_as_the_manual_says),
        cmocka_unit_test(captures_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
