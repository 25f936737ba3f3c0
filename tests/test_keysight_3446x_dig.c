/* The 34465A as a digitizer, against its simulator and line by line. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/keysight_3446x/keysight_3446x.h"
#include "tests/support/driver_sim.h"

static const struct device_setup setup = {.name = "dig"};
static const double held_fast[DEVICE_SIGNALS_MAX] = {[DIGITIZER_SIGNAL_INTERVAL] = 20};
static const double held_slow[DEVICE_SIGNALS_MAX] = {[DIGITIZER_SIGNAL_INTERVAL] = 1000};

/* ---- a plant whose voltage is a ramp over time with a step at the edge ---- */

struct ramp {
    struct driver_sim bench; /* first: the plant's context is put over it */
    double edge_us, before_V, step_V, slope_V_us;
    unsigned armed;
};

static double ramp_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct ramp *ramp = ctx;
    (void)channel;
    if (signal == PLANT_EDGE_us)
        return ramp->edge_us;
    if (signal != PLANT_FAST_V)
        return 0;
    double t_us = (double)now.us - ramp->edge_us;
    return t_us > 0 ? ramp->before_V + ramp->step_V + ramp->slope_V_us * t_us : ramp->before_V;
}

static void ramp_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                       struct instant now)
{
    struct ramp *ramp = ctx;
    (void)channel, (void)now;
    ramp->armed += signal == PLANT_EDGE_ARM && value > 0.5;
}

static void open_ramp(struct ramp *ramp)
{
    *ramp = (struct ramp){.edge_us = (double)NAN};
    driver_sim_open(&ramp->bench, &k34465a_dig_driver, &k34465a_dig_sim, &setup);
    const struct sim_setup sim_setup = {.driver = &k34465a_dig_driver,
                                        .device = &ramp->bench.setup,
                                        .plant = {ramp_read, ramp_write, ramp},
                                        .seed = 1};
    memset(ramp->bench.state, 0, sizeof ramp->bench.state);
    k34465a_dig_sim.init(ramp->bench.state, &sim_setup);
    ramp->bench.now = (struct instant){1000000};
    assert_int_equal(driver_sim_start(&ramp->bench), RC_OK);
}

static struct digitizer_reading poll(struct ramp *ramp, const double *held)
{
    struct digitizer_reading reading;
    struct answer answer = {.reading = &reading, .readback = (double)NAN};
    memset(&reading, 0, sizeof reading);
    for (unsigned step = 0; step < 2 && !answer.complete; step++) {
        const struct ask ask = {.kind = ASK_POLL, .step = step, .held = held};
        assert_int_equal(driver_sim_ask(&ramp->bench, &ask, &answer), RC_OK);
    }
    assert_true(answer.complete);
    return reading;
}

static void set(struct ramp *ramp, unsigned signal, double value)
{
    double readback = (double)NAN;
    assert_int_equal(driver_sim_set(&ramp->bench, signal, 0, value, &readback), RC_OK);
    assert_true(fabs(readback - value) <= 1e-6);
}

static void a_record_is_told_as_its_windows(void **state)
{
    (void)state;
    static struct ramp ramp;
    open_ramp(&ramp);
    set(&ramp, DIGITIZER_SIGNAL_ARM, 1);
    assert_int_equal(ramp.armed, 1);
    driver_sim_wait(&ramp.bench, duration_ms(10));
    struct digitizer_reading waiting = poll(&ramp, held_fast);
    assert_true(waiting.ready == 0 && isnan(waiting.u_before_V) && isnan(waiting.u_V[0]));
    ramp.edge_us = (double)ramp.bench.now.us + 7; /* between two samples */
    ramp.before_V = 0.04;
    ramp.step_V = 0.002;
    ramp.slope_V_us = 1e-6;
    driver_sim_wait(&ramp.bench, duration_us(1000));
    assert_true(poll(&ramp, held_fast).ready == 0); /* 80 samples take 1.6 ms */
    driver_sim_wait(&ramp.bench, duration_us(700));
    struct digitizer_reading got = poll(&ramp, held_fast);
    assert_true(got.ready == 1 && fabs(got.u_before_V - 0.04) < 1e-9 && got.scatter_V < 1e-9);
    for (size_t i = 0; i < 3; i++) { /* the clock of the samples is within half an interval */
        double goal_V = 0.042 + 1e-6 * digitizer_delay_us[i];
        assert_true(fabs(got.u_V[i] - goal_V) <= 10.01e-6);
        assert_true(fabs(got.u_V[i] - goal_V) >= 1e-9);
    }
    assert_true(isnan(got.u_V[3]) && isnan(got.u_V[4])); /* beyond the record */
    struct digitizer_reading again = poll(&ramp, held_fast);
    assert_memory_equal(&again, &got, sizeof got); /* read without being used up */
    set(&ramp, DIGITIZER_SIGNAL_ARM, 1);
    ramp.edge_us = (double)NAN;
    assert_true(poll(&ramp, held_fast).ready == 0); /* the last record is forgotten */
}

static void a_slower_clock_reaches_further_and_tells_no_more_than_it_knows(void **state)
{
    (void)state;
    static struct ramp ramp;
    open_ramp(&ramp);
    set(&ramp, DIGITIZER_SIGNAL_INTERVAL, 1000);
    set(&ramp, DIGITIZER_SIGNAL_ARM, 1);
    driver_sim_wait(&ramp.bench, duration_ms(100));
    ramp.edge_us = (double)ramp.bench.now.us + 400;
    ramp.slope_V_us = 1e-6;
    driver_sim_wait(&ramp.bench, duration_ms(90));
    struct digitizer_reading got = poll(&ramp, held_slow);
    assert_true(got.ready == 1 && got.u_before_V == 0);
    assert_true(isnan(got.u_V[0]) && isnan(got.u_V[1]) && isnan(got.u_V[2]));
    assert_true(fabs(got.u_V[3] - 5e-3) <= 0.51e-3 && fabs(got.u_V[4] - 50e-3) <= 0.51e-3);
}

static void an_edge_before_the_pretrigger_samples_makes_no_record(void **state)
{
    (void)state;
    static struct ramp ramp;
    open_ramp(&ramp);
    set(&ramp, DIGITIZER_SIGNAL_ARM, 1);
    ramp.edge_us = (double)ramp.bench.now.us + 130; /* 7 of 16 */
    driver_sim_wait(&ramp.bench, duration_ms(100));
    assert_true(poll(&ramp, held_fast).ready == 0);
    struct span got = driver_sim_raw(&ramp.bench, SPAN("DATA:POIN?\n"));
    assert_true(span_is(got, "+87\n"));
}

static void more_than_the_range_is_no_value(void **state)
{
    (void)state;
    static struct ramp ramp;
    open_ramp(&ramp);
    set(&ramp, DIGITIZER_SIGNAL_ARM, 1);
    driver_sim_wait(&ramp.bench, duration_ms(10));
    ramp.edge_us = (double)ramp.bench.now.us;
    ramp.slope_V_us = 0.3e-3; /* leaves 0.12 V after 400 us */
    driver_sim_wait(&ramp.bench, duration_ms(10));
    struct digitizer_reading got = poll(&ramp, held_fast);
    assert_true(got.ready == 1 && isfinite(got.u_V[0]) && isfinite(got.u_V[1]));
    assert_true(isnan(got.u_V[2]));
}

static void lines_are_as_the_manual_has_them(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { struct ask ask; enum rc rc; const char *line; } rows[] = {
        { { .kind = ASK_IDENTIFY }, RC_OK, "*IDN?\n" },
        { { .kind = ASK_SYNC }, RC_OK, "*IDN?\n" },
        { { .kind = ASK_CONFIGURE }, RC_OK, "*CLS;:ABOR;:CONF:VOLT:DC 0.1;:CONF?;:SYST:ERR?\n" },
        { { .kind = ASK_CONFIGURE, .step = 1 }, RC_OK,
          ":VOLT:DC:APER 2E-5;:VOLT:DC:ZERO:AUTO OFF;:VOLT:DC:IMP:AUTO ON"
          ";:VOLT:DC:APER?;:VOLT:DC:ZERO:AUTO?;:VOLT:DC:IMP:AUTO?;:SYST:ERR?\n" },
        { { .kind = ASK_CONFIGURE, .step = 2 }, RC_OK,
          ":TRIG:SOUR EXT;:TRIG:SLOP POS;:TRIG:COUN 1;:TRIG:DEL 0"
          ";:TRIG:SOUR?;:TRIG:SLOP?;:TRIG:COUN?;:TRIG:DEL?;:SYST:ERR?\n" },
        { { .kind = ASK_CONFIGURE, .step = 3 }, RC_OK,
          ":SAMP:SOUR TIM;:SAMP:TIM 2E-5;:SAMP:COUN 96;:SAMP:COUN:PRET 16"
          ";:SAMP:SOUR?;:SAMP:TIM?;:SAMP:COUN?;:SAMP:COUN:PRET?;:SYST:ERR?\n" },
        { { .kind = ASK_CONFIGURE, .step = 4 }, RC_CONFIG, "" },
        { { .kind = ASK_POLL }, RC_OK, "DATA:POIN?\n" },
        { { .kind = ASK_POLL, .step = 1 }, RC_OK, "FETC?\n" },
        { { .kind = ASK_POLL, .step = 2 }, RC_CONFIG, "" },
        { { .kind = ASK_SET, .signal = DIGITIZER_SIGNAL_ARM, .value = 1 }, RC_OK,
          "*CLS;:ABOR;:INIT;:SYST:ERR?\n" },
        { { .kind = ASK_SET, .signal = DIGITIZER_SIGNAL_ARM, .value = 0 }, RC_OK,
          "*CLS;:ABOR;:SYST:ERR?\n" },
        { { .kind = ASK_SET, .signal = DIGITIZER_SIGNAL_ARM, .value = 0.5 }, RC_RANGE, "" },
        { { .kind = ASK_SET, .signal = DIGITIZER_SIGNAL_ARM, .value = (double)NAN }, RC_RANGE, "" },
        { { .kind = ASK_SET, .signal = DIGITIZER_SIGNAL_ARM, .value = 1, .channel = 1 }, RC_RANGE, "" },
        { { .kind = ASK_SET, .signal = DIGITIZER_SIGNAL_INTERVAL, .value = 20 }, RC_OK,
          ":SAMP:TIM 2.00000E-05;TIM?\n" },
        { { .kind = ASK_SET, .signal = DIGITIZER_SIGNAL_INTERVAL, .value = 1000 }, RC_OK,
          ":SAMP:TIM 1.00000E-03;TIM?\n" },
        { { .kind = ASK_SET, .signal = DIGITIZER_SIGNAL_INTERVAL, .value = 19.9 }, RC_RANGE, "" },
        { { .kind = ASK_SET, .signal = DIGITIZER_SIGNAL_INTERVAL, .value = 1.1e6 }, RC_RANGE, "" },
        { { .kind = ASK_SET, .signal = DIGITIZER_SIGNAL_INTERVAL, .value = (double)NAN }, RC_RANGE, "" },
        { { .kind = ASK_SET, .signal = DIGITIZER_SIGNAL_READY, .value = 1 }, RC_RANGE, "" },
        { { .kind = ASK_SAFE }, RC_OK, ":ABOR;:SAMP:TIM 2E-5;:SAMP:TIM?\n" },
        { { .kind = ASK_SAFE, .step = 1 }, RC_CONFIG, "" },
        { { .kind = ASK_STREAM }, RC_CONFIG, "" },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[DEVICE_FRAME_MAX];
        struct obuf out = {text, 0, sizeof text};
        const struct driver *driver = &k34465a_dig_driver;
        enum rc rc = driver->encode(driver, &setup, &rows[i].ask, &out);
        if (rc != rows[i].rc || !span_is(obuf_span(&out), rows[i].line))
            fail_msg("row %zu: %d %.*s", i, (int)rc, (int)out.len, text);
        out = (struct obuf){text, 0, 5}; /* no half line */
        rc = driver->encode(driver, &setup, &rows[i].ask, &out);
        assert_int_equal(rc, rows[i].rc == RC_OK ? RC_NOSPACE : rows[i].rc);
        assert_int_equal(out.len, 0);
    }
}

/* ---- a record of eight samples, so that every damage to it can be tried ---- */

static const struct keysight_3446x_model small_model = {
    .model = "34465A", .range_V = 0.1, .range = "0.1", .before = 2, .after = 6};

static struct driver small_driver(void)
{
    struct driver driver = k34465a_dig_driver;
    driver.model = &small_model;
    return driver;
}

#define PART "+1.00000000E-02,+1.20000000E-02,+2.00000000E-02,+3.00000000E-02,+4.00000000E-02,"
#define GOOD PART "+5.00000000E-02,+6.00000000E-02,+7.00000000E-02"
#define CLEAN ";+0,\"No error\""

static void answers_mean_what_the_table_says(void **state)
{
    (void)state;
    static const struct ask points = {.kind = ASK_POLL};
    static const struct ask fetch = {.kind = ASK_POLL, .step = 1, .held = held_fast};
    static const struct ask speed = {.kind = ASK_CONFIGURE, .step = 1};
    static const struct ask trigger = {.kind = ASK_CONFIGURE, .step = 2};
    static const struct ask sample = {.kind = ASK_CONFIGURE, .step = 3};
    static const struct ask arm = {.kind = ASK_SET, .value = 1};
    static const struct ask timer = {.kind = ASK_SET, .signal = DIGITIZER_SIGNAL_INTERVAL};
    static const struct ask safe = {.kind = ASK_SAFE};
    /* clang-format off */
    static const struct { const struct ask *ask; const char *text; enum rc rc; bool complete; } rows[] = {
        { &points, "+8", RC_OK, false },            /* FETC? follows */
        { &points, "+7", RC_OK, true },             /* no reading yet */
        { &points, "0", RC_OK, true },
        { &points, "+9", RC_RANGE, false },         /* not this configuration */
        { &points, "-1", RC_PROTOCOL, false },
        { &points, "+8.0", RC_PROTOCOL, false },
        { &points, "", RC_PROTOCOL, false },
        { &fetch, GOOD, RC_OK, true },
        { &fetch, PART "+5.00000000E-02,+6.00000000E-02", RC_PROTOCOL, false },
        { &fetch, GOOD ",+7.00000000E-02", RC_PROTOCOL, false },
        { &fetch, GOOD ",", RC_PROTOCOL, false },
        { &fetch, PART "+5.00000000E-02,+6.00000000E-02,+9.90000000E+37", RC_OK, true },
        { &fetch, PART "+5.00000000E-02,+6.00000000E-02,+7.00000000E-01", RC_RANGE, false },
        { &fetch, PART "+5.00000000E-02,+6.00000000E-02,7", RC_PROTOCOL, false },
        { &speed, "+2.00000000E-05;0;1" CLEAN, RC_OK, false },
        { &speed, "+2.00000000E-05;1;1" CLEAN, RC_REFUSED, false }, /* autozero */
        { &speed, "+2.00000000E-05;0;0" CLEAN, RC_REFUSED, false }, /* 10 Mohm */
        { &speed, "+2.00000000E-02;0;1" CLEAN, RC_REFUSED, false },
        { &trigger, "EXT;POS;+1.00000000E+00;+0.00000000E+00" CLEAN, RC_OK, false },
        { &trigger, "IMM;POS;+1.00000000E+00;+0.00000000E+00" CLEAN, RC_REFUSED, false },
        { &trigger, "EXT;NEG;+1.00000000E+00;+0.00000000E+00" CLEAN, RC_REFUSED, false },
        { &trigger, "EXT;POS;+1.00000000E+00;+1.00000000E-03" CLEAN, RC_REFUSED, false },
        { &trigger, "EXT;POS;+1.00000000E+00;+0.00000000E+00;-113,\"Undefined header\"", RC_REFUSED, false },
        { &sample, "TIM;+2.00000000E-05;+8;+2" CLEAN, RC_OK, false },
        { &sample, "IMM;+2.00000000E-05;+8;+2" CLEAN, RC_REFUSED, false },
        { &sample, "TIM;+2.00000000E-05;+9;+2" CLEAN, RC_REFUSED, false },
        { &sample, "TIM;+2.00000000E-05;+8;+3" CLEAN, RC_REFUSED, false },
        { &arm, "+0,\"No error\"", RC_OK, false },
        { &arm, "-213,\"Init ignored\"", RC_REFUSED, false },
        { &timer, "+1.00000000E-03", RC_OK, false },
        { &timer, "+1.00000000E-0", RC_PROTOCOL, false },
        { &safe, "+2.00000000E-05", RC_OK, false },
        { &safe, "+1.00000000E-03", RC_REFUSED, false },
    };
    /* clang-format on */
    const struct driver driver = small_driver();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct digitizer_reading reading = {0};
        struct answer answer = {.reading = &reading, .readback = (double)NAN};
        enum rc rc = driver.decode(&driver, &setup, rows[i].ask, span_text(rows[i].text), &answer);
        if (rc != rows[i].rc || answer.complete != rows[i].complete)
            fail_msg("row %zu: %s gave %d", i, rows[i].text, (int)rc);
    }
}

static void a_window_is_the_mean_of_its_samples(void **state)
{
    (void)state;
    static const struct ask fetch = {.kind = ASK_POLL, .step = 1, .held = held_fast};
    const struct driver driver = small_driver();
    struct digitizer_reading reading = {0};
    struct answer answer = {.reading = &reading};
    assert_int_equal(driver.decode(&driver, &setup, &fetch, SPAN(GOOD), &answer), RC_OK);
    assert_true(fabs(reading.u_before_V - 0.011) < 1e-12);
    assert_true(fabs(reading.scatter_V - 0.002 / sqrt(2)) < 1e-12);
    assert_true(fabs(reading.u_V[0] - 0.04) < 1e-12);  /* 50 us: the sample at 50 */
    assert_true(fabs(reading.u_V[1] - 0.065) < 1e-12); /* 100 us: those at 90 and 110 */
    assert_true(isnan(reading.u_V[2]));
    static const double held_none[DEVICE_SIGNALS_MAX] = {[DIGITIZER_SIGNAL_INTERVAL] = (double)NAN};
    const struct ask unknown = {.kind = ASK_POLL, .step = 1, .held = held_none};
    assert_int_equal(driver.decode(&driver, &setup, &unknown, SPAN(GOOD), &answer), RC_OK);
    assert_true(isnan(reading.u_V[0])); /* when its samples were taken is not known */
}

static void no_damage_crashes_and_no_cut_line_passes(void **state)
{
    (void)state;
    static const struct {
        struct ask ask;
        const char *line;
        size_t prefixes;
    } rows[] = {
        {{.kind = ASK_POLL}, "+8", 0},
        {{.kind = ASK_POLL}, "+7", 0},
        {{.kind = ASK_POLL, .step = 1, .held = held_fast}, GOOD, 0},
        {{.kind = ASK_CONFIGURE, .step = 1}, "+2.00000000E-05;0;1" CLEAN, 0},
        {{.kind = ASK_CONFIGURE, .step = 2}, "EXT;POS;+1.00000000E+00;+0.00000000E+00" CLEAN, 0},
        {{.kind = ASK_CONFIGURE, .step = 3}, "TIM;+2.00000000E-05;+8;+2" CLEAN, 0},
        {{.kind = ASK_SET, .value = 1}, "+0,\"No error\"", 0},
        {{.kind = ASK_SET, .signal = DIGITIZER_SIGNAL_INTERVAL}, "+1.00000000E-03", 0},
        {{.kind = ASK_SAFE}, "+2.00000000E-05", 0},
    };
    const struct driver driver = small_driver();
    size_t accepted = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span line = span_text(rows[i].line);
        size_t passed = driver_net_prefixes(&driver, &setup, &rows[i].ask, line);
        if (passed != rows[i].prefixes)
            fail_msg("row %zu: %zu prefixes", i, passed);
        accepted += driver_net_changes(&driver, &setup, &rows[i].ask, line);
    }
    assert_true(accepted > 0); /* text without a checksum: a digit may become another digit */
}

static void replay_line(void *ctx, bool sent, struct span bytes)
{
    static const struct ask asks[] = {
        {.kind = ASK_IDENTIFY},
        {.kind = ASK_CONFIGURE},
        {.kind = ASK_CONFIGURE, .step = 1},
        {.kind = ASK_CONFIGURE, .step = 2},
        {.kind = ASK_CONFIGURE, .step = 3},
        {.kind = ASK_SAFE},
        {.kind = ASK_SET, .value = 1},
        {.kind = ASK_POLL},
        {.kind = ASK_SET, .signal = DIGITIZER_SIGNAL_INTERVAL, .value = 1000},
    };
    size_t *line = ctx, n = (*line)++ / 2;
    char text[DEVICE_FRAME_MAX];
    struct obuf out = {text, 0, sizeof text};
    struct digitizer_reading reading;
    struct answer answer = {.reading = &reading};
    assert_true(n < COUNT(asks));
    const struct driver *driver = &k34465a_dig_driver;
    if (sent) {
        assert_int_equal(driver->encode(driver, &setup, &asks[n], &out), RC_OK);
        assert_true(span_equal(obuf_span(&out), bytes));
        return;
    }
    bytes.len--; /* LF */
    assert_int_equal(driver->decode(driver, &setup, &asks[n], bytes, &answer), RC_OK);
}

static void the_capture_is_what_we_say_and_understand(void **state)
{
    (void)state;
    size_t lines = 0;
    size_t read = driver_capture_each("instruments/keysight_3446x/captures/k34465a_dig.txt",
                                      replay_line, &lines);
    assert_int_equal(read, 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_told_as_its_windows),
        cmocka_unit_test(a_slower_clock_reaches_further_and_tells_no_more_than_it_knows),
        cmocka_unit_test(an_edge_before_the_pretrigger_samples_makes_no_record),
        cmocka_unit_test(more_than_the_range_is_no_value),
        cmocka_unit_test(lines_are_as_the_manual_has_them),
        cmocka_unit_test(answers_mean_what_the_table_says),
        cmocka_unit_test(a_window_is_the_mean_of_its_samples),
        cmocka_unit_test(no_damage_crashes_and_no_cut_line_passes),
        cmocka_unit_test(the_capture_is_what_we_say_and_understand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
