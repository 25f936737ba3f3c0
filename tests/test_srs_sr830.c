#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/srs_sr830/srs_sr830.h"
#include "tests/support/driver_sim.h"

static const struct device_setup setup = {.name = "lockin"};

static const struct {
    const struct driver *driver;
    const struct sim_driver *sim;
    double full_scale_V;
} models[] = {
    {&sr830_driver, &sr830_sim, 0.5},
    {&sr830_low_driver, &sr830_low_sim, 1e-3},
    {&sr830_dc_driver, &sr830_dc_sim, 0.5},
    {&sr810_driver, &sr810_sim, 0.5},
};

/* What stands between the sine output and the input. */
static struct dut {
    double x_V, y_V;             /* at the input */
    double sine_V, sine_Hz;      /* last written */
    double top_V;                /* highest amplitude ever written */
    struct instant last_read_at; /* by the simulator */
} dut;

static double dut_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct dut *d = ctx;
    assert_int_equal(channel, 0);
    d->last_read_at = now;
    assert_true(signal == PLANT_LOCK_IN_X_V || signal == PLANT_LOCK_IN_Y_V);
    return signal == PLANT_LOCK_IN_X_V ? d->x_V : d->y_V;
}

static void dut_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                      struct instant now)
{
    struct dut *d = ctx;
    (void)now;
    assert_int_equal(channel, 0);
    assert_true(signal == PLANT_SINE_V || signal == PLANT_SINE_Hz);
    *(signal == PLANT_SINE_V ? &d->sine_V : &d->sine_Hz) = value;
    d->top_V = d->sine_V > d->top_V ? d->sine_V : d->top_V;
}

static void no_init(void *state, const struct sim_setup *sim_setup)
{
    (void)state;
    (void)sim_setup;
}

/* driver_sim with this plant instead of its own. */
static void open_with(struct driver_sim *bench, size_t model, const struct device_setup *device)
{
    static const struct sim_driver blank = {.init = no_init};
    dut = (struct dut){0};
    driver_sim_open(bench, models[model].driver, &blank, device);
    bench->sim = models[model].sim;
    const struct sim_setup sim_setup = {.driver = bench->driver,
                                        .device = &bench->setup,
                                        .plant = {dut_read, dut_write, &dut},
                                        .seed = 1};
    assert_true(bench->sim->state_size <= sizeof bench->state);
    bench->sim->init(bench->state, &sim_setup);
}

static void assert_near(double got, double wanted, double within)
{
    if (!(fabs(got - wanted) <= within))
        fail_msg("%g is not %g", got, wanted);
}

static void say(struct driver_sim *bench, const char *request, const char *wanted)
{
    struct span got = driver_sim_raw(bench, span_text(request));
    if (!span_is(got, wanted))
        fail_msg("%s answered %.*s", request, (int)got.len, got.at);
}

static void every_row_and_its_simulator_talk(void **state)
{
    (void)state;
    static struct driver_sim bench;
    for (size_t m = 0; m < COUNT(models); m++) {
        struct lock_in_reading reading;
        double readback, full_V = models[m].full_scale_V;
        open_with(&bench, m, &setup);
        bench.byte_by_byte = m & 1;
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        assert_string_equal(bench.identity.make, "Stanford Research");
        assert_string_equal(bench.identity.model, m == 3 ? "SR810" : "SR830");
        assert_string_equal(bench.identity.serial, "00111");
        assert_string_equal(bench.identity.firmware, "1.000");
        assert_near(dut.top_V, 0.004, 1e-12); /* nothing louder on the way here */
        assert_int_equal(driver_sim_set(&bench, LOCK_IN_SIGNAL_AMPLITUDE, 0, 0.3, &readback),
                         RC_OK);
        assert_near(readback, 0.3, 1e-9);
        assert_near(dut.sine_V, 0.3, 1e-9);
        assert_int_equal(driver_sim_set(&bench, LOCK_IN_SIGNAL_FREQUENCY, 0, 1234.5, &readback),
                         RC_OK);
        assert_near(readback, 1234.5, 1e-9);
        assert_near(dut.sine_Hz, 1234.5, 1e-9);
        dut.x_V = 0.6 * full_V;
        dut.y_V = -0.000125 * full_V;
        driver_sim_wait(&bench, duration_s(1));
        assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
        assert_near(reading.x_V, 0.6 * full_V, 1e-12);
        assert_near(reading.y_V, -0.000125 * full_V, 0.51e-5 * full_V);
        assert_near(reading.overload, 0, 0);
        struct answer answer = {.readback = 0};
        assert_int_equal(driver_sim_ask(&bench, &(struct ask){.kind = ASK_SYNC}, &answer), RC_OK);
        assert_int_equal(driver_sim_safe(&bench), RC_OK);
        assert_near(dut.sine_V, 0.004, 1e-12);
    }
}

static void identity_is_read_and_another_unit_refused(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct device_setup wants = {.name = "lockin", .expect_serial = "s/n00222"};
    open_with(&bench, 0, &wants);
    assert_int_equal(driver_sim_start(&bench), RC_OK); /* the simulator is the unit wanted */
    assert_string_equal(bench.identity.serial, "00222");
    memcpy(bench.setup.expect_serial, "00222", 6); /* without the letters too */
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    memcpy(bench.setup.expect_serial, "00223", 6);
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    bench.setup = setup;
    bench.driver = &sr810_driver;
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
}

static void lines_are_as_the_manual_has_them(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const struct driver *driver; struct ask ask; enum rc rc; const char *line; } rows[] = {
        { &sr830_driver, { .kind = ASK_IDENTIFY },             RC_OK, "OUTX 0;*IDN?\r" },
        { &sr830_driver, { .kind = ASK_IDENTIFY, .step = 1 },  RC_CONFIG, "" },
        { &sr830_driver, { .kind = ASK_SYNC },                 RC_OK, "OUTX 0;*IDN?\r" },
        { &sr830_driver, { .kind = ASK_CONFIGURE },            RC_OK, "*CLS;LOCL 1;LOCL?\r" },
        { &sr830_driver, { .kind = ASK_CONFIGURE, .step = 9 }, RC_OK, "SENS 25;SENS?\r" },
        { &sr810_driver, { .kind = ASK_CONFIGURE, .step = 9 }, RC_OK, "SENS 25;SENS?\r" },
        { &sr830_low_driver, { .kind = ASK_CONFIGURE, .step = 9 }, RC_OK, "SENS 17;SENS?\r" },
        { &sr830_driver, { .kind = ASK_CONFIGURE, .step = 6 }, RC_OK, "ICPL 0;ICPL?\r" },
        { &sr830_dc_driver, { .kind = ASK_CONFIGURE, .step = 6 }, RC_OK, "ICPL 1;ICPL?\r" },
        { &sr830_driver, { .kind = ASK_CONFIGURE, .step = 15 }, RC_OK, "*ESR?\r" },
        { &sr830_driver, { .kind = ASK_CONFIGURE, .step = 16 }, RC_CONFIG, "" },
        { &sr830_driver, { .kind = ASK_POLL },                 RC_OK, "SNAP? 1,2\r" },
        { &sr830_driver, { .kind = ASK_POLL, .step = 1 },      RC_OK, "LIAS?\r" },
        { &sr830_driver, { .kind = ASK_POLL, .step = 2 },      RC_CONFIG, "" },
        { &sr830_driver, { .kind = ASK_SAFE },                 RC_OK, "OUTX 0;SLVL 0.004;SLVL?\r" },
        { &sr830_driver, { .kind = ASK_SAFE, .step = 1 },      RC_CONFIG, "" },
        { &sr830_driver, { .kind = ASK_STREAM },               RC_CONFIG, "" },
        { &sr830_driver, { .kind = ASK_SET, .value = 0.1 },    RC_OK, "SLVL 0.100;SLVL?\r" },
        { &sr830_driver, { .kind = ASK_SET, .value = 0.004 },  RC_OK, "SLVL 0.004;SLVL?\r" },
        { &sr830_driver, { .kind = ASK_SET, .value = 5 },      RC_OK, "SLVL 5.000;SLVL?\r" },
        { &sr830_driver, { .kind = ASK_SET, .signal = LOCK_IN_SIGNAL_FREQUENCY, .value = 1000 },
          RC_OK, "FREQ 1000.0000;FREQ?\r" },
        { &sr830_driver, { .kind = ASK_SET, .signal = LOCK_IN_SIGNAL_FREQUENCY, .value = 0.001 },
          RC_OK, "FREQ 0.0010;FREQ?\r" },
        { &sr830_driver, { .kind = ASK_SET, .signal = LOCK_IN_SIGNAL_FREQUENCY, .value = 102000 },
          RC_OK, "FREQ 102000.0000;FREQ?\r" },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[DEVICE_FRAME_MAX];
        struct obuf out = {text, 0, sizeof text};
        enum rc rc = rows[i].driver->encode(rows[i].driver, &setup, &rows[i].ask, &out);
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
        {LOCK_IN_SIGNAL_AMPLITUDE, 0, (double)NAN},
        {LOCK_IN_SIGNAL_AMPLITUDE, 0, (double)INFINITY},
        {LOCK_IN_SIGNAL_AMPLITUDE, 0, -(double)INFINITY},
        {LOCK_IN_SIGNAL_AMPLITUDE, 0, 0.0},
        {LOCK_IN_SIGNAL_AMPLITUDE, 0, 0.0039999},
        {LOCK_IN_SIGNAL_AMPLITUDE, 0, 5.0001},
        {LOCK_IN_SIGNAL_AMPLITUDE, 1, 0.1},
        {LOCK_IN_SIGNAL_FREQUENCY, 0, (double)NAN},
        {LOCK_IN_SIGNAL_FREQUENCY, 0, (double)INFINITY},
        {LOCK_IN_SIGNAL_FREQUENCY, 0, 0.000999},
        {LOCK_IN_SIGNAL_FREQUENCY, 0, 102000.1},
        {LOCK_IN_SIGNAL_X, 0, 0.1},
        {LOCK_IN_SIGNAL_OVERLOAD, 0, 1},
        {99, 0, 0.1},
    };
    char text[DEVICE_FRAME_MAX];
    struct obuf out = {text, 0, sizeof text};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ask ask = {.kind = ASK_SET,
                                .signal = rows[i].signal,
                                .channel = rows[i].channel,
                                .value = rows[i].value};
        if (sr830_driver.encode(&sr830_driver, &setup, &ask, &out) != RC_RANGE || out.len != 0)
            fail_msg("row %zu was sent", i);
    }
    const struct device_setup gentle = {.name = "lockin", .full_scale = 0.5};
    struct ask ask = {.kind = ASK_SET, .value = 0.501}; /* above the station's ceiling */
    assert_int_equal(sr830_driver.encode(&sr830_driver, &gentle, &ask, &out), RC_RANGE);
    ask.value = 0.5;
    for (out.cap = 0; out.cap < 17; out.cap++) { /* no half line */
        assert_int_equal(sr830_driver.encode(&sr830_driver, &gentle, &ask, &out), RC_NOSPACE);
        assert_int_equal(out.len, 0);
    }
    assert_int_equal(sr830_driver.encode(&sr830_driver, &gentle, &ask, &out), RC_OK);
}

static const struct ask snap = {.kind = ASK_POLL}, lias = {.kind = ASK_POLL, .step = 1};
static const struct ask slvl = {.kind = ASK_SET, .value = 0.1}, safe = {.kind = ASK_SAFE};
static const struct ask freq = {.kind = ASK_SET, .signal = LOCK_IN_SIGNAL_FREQUENCY};
static const struct ask sens = {.kind = ASK_CONFIGURE, .step = 9};
static const struct ask oexp = {.kind = ASK_CONFIGURE, .step = 13};
static const struct ask esr = {.kind = ASK_CONFIGURE, .step = 15};
static const struct ask other = {.kind = ASK_POLL, .step = 2}, stream = {.kind = ASK_STREAM};
static const struct ask idn = {.kind = ASK_IDENTIFY};
/* clang-format off */
static const struct { const struct ask *ask; const char *text; enum rc rc; double value; } replies[] = {
    { &snap, "0.12345,-2.5e-05",        RC_OK, 0.12345 },
    { &snap, "+1.2345E-01, 0",          RC_OK, 0.12345 },
    { &snap, "0.549,0.549",             RC_OK, 0.549 },
    { &snap, "0.551,0",                 RC_OK, NAN },       /* above the clip level */
    { &snap, "0,-0.551",                RC_OK, NAN },
    { &snap, "1.21,0",                  RC_RANGE, 0 },
    { &snap, "0,-9.9E37",               RC_RANGE, 0 },
    { &snap, "9.91E37,0",               RC_RANGE, 0 },
    { &snap, "0.12345",                 RC_PROTOCOL, 0 },
    { &snap, "0.12345,",                RC_PROTOCOL, 0 },
    { &snap, ",0.1",                    RC_PROTOCOL, 0 },
    { &snap, "0.1,0.1,0.1",             RC_PROTOCOL, 0 },
    { &snap, "0.1,0.1,",                RC_PROTOCOL, 0 },
    { &snap, "0.1;0.1",                 RC_PROTOCOL, 0 },
    { &snap, "nan,0",                   RC_PROTOCOL, 0 },
    { &snap, "-------,0",               RC_PROTOCOL, 0 },
    { &snap, "",                        RC_PROTOCOL, 0 },
    { &lias, "0",                       RC_OK, 0.2 },
    { &lias, "48",                      RC_OK, 0.2 },       /* range and time constant: no harm */
    { &lias, "1",                       RC_OK, NAN },
    { &lias, "2",                       RC_OK, NAN },
    { &lias, "4",                       RC_OK, NAN },
    { &lias, "8",                       RC_OK, NAN },       /* not locked */
    { &lias, "255",                     RC_OK, NAN },
    { &lias, "256",                     RC_PROTOCOL, 0 },
    { &lias, "-1",                      RC_PROTOCOL, 0 },
    { &lias, "0.1",                     RC_PROTOCOL, 0 },
    { &lias, "0.1,0.1",                 RC_PROTOCOL, 0 },
    { &lias, "",                        RC_PROTOCOL, 0 },
    { &slvl, "0.100",                   RC_OK, 0.1 },
    { &slvl, "0.102",                   RC_OK, 0.102 },     /* the caller compares */
    { &slvl, "5",                       RC_OK, 5 },
    { &slvl, "0",                       RC_PROTOCOL, 0 },   /* a late status */
    { &slvl, "0.003",                   RC_PROTOCOL, 0 },
    { &slvl, "5.1",                     RC_PROTOCOL, 0 },
    { &slvl, "0.1,0",                   RC_PROTOCOL, 0 },
    { &freq, "1000",                    RC_OK, 1000 },
    { &freq, "1.02000E+05",             RC_OK, 102000 },
    { &freq, "0",                       RC_PROTOCOL, 0 },
    { &freq, "103000",                  RC_PROTOCOL, 0 },
    { &safe, "0.004",                   RC_OK, NAN },
    { &safe, "0.006",                   RC_REFUSED, 0 },
    { &safe, "1",                       RC_REFUSED, 0 },
    { &safe, "0",                       RC_PROTOCOL, 0 },
    { &sens, "25",                      RC_OK, NAN },
    { &sens, "26",                      RC_REFUSED, 0 },
    { &sens, "2,5",                     RC_PROTOCOL, 0 },
    { &oexp, "0,0",                     RC_OK, NAN },
    { &oexp, "0.00,0",                  RC_OK, NAN },
    { &oexp, "50.00,0",                 RC_REFUSED, 0 },
    { &oexp, "0,1",                     RC_REFUSED, 0 },
    { &oexp, "0",                       RC_PROTOCOL, 0 },
    { &esr, "0",                        RC_OK, NAN },
    { &esr, "192",                      RC_OK, NAN },       /* power on, a key */
    { &esr, "32",                       RC_REFUSED, 0 },
    { &esr, "16",                       RC_REFUSED, 0 },
    { &esr, "x",                        RC_PROTOCOL, 0 },
    { &idn, "Stanford_Research_Systems,SR830,s/n00111,ver1.000", RC_OK, NAN },
    { &idn, "Stanford_Research_Systems,SR830,s/n00111,", RC_PROTOCOL, 0 },
    { &idn, "Stanford_Research_Systems,SR850,s/n00111,ver1.000", RC_REFUSED, 0 },
    { &idn, "Somebody,SR830,s/n00111,ver1.000", RC_PROTOCOL, 0 },
    { &other, "0",                      RC_PROTOCOL, 0 },
    { &stream, "0",                     RC_PROTOCOL, 0 },
};
/* clang-format on */

static void replies_are_proved_before_they_are_believed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(replies); i++) {
        struct lock_in_reading reading = {0.2, 0.1, (double)NAN};
        struct identity identity = {.full_scale = (double)NAN};
        struct answer answer = {&identity, &reading, (double)NAN, false};
        const struct ask *ask = replies[i].ask;
        enum rc rc =
            sr830_driver.decode(&sr830_driver, &setup, ask, span_text(replies[i].text), &answer);
        if (rc != replies[i].rc)
            fail_msg("row %zu: %s gave %d", i, replies[i].text, (int)rc);
        if (rc != RC_OK) {
            assert_near(reading.x_V, 0.2, 0);
            assert_true(isnan(answer.readback) && !answer.complete && !identity.make[0]);
            continue;
        }
        assert_int_equal(answer.complete, ask == &lias);
        double got = ask->kind == ASK_POLL ? reading.x_V : answer.readback;
        if (isnan(replies[i].value) ? !isnan(got) : !(fabs(got - replies[i].value) <= 1e-12))
            fail_msg("row %zu: %s is %g", i, replies[i].text, got);
        if (ask->kind == ASK_POLL)
            assert_int_equal(isnan(reading.y_V), isnan(reading.x_V));
    }
}

static void no_damage_crashes_and_a_cut_line_rarely_passes(void **state)
{
    (void)state;
    static const struct {
        struct ask ask;
        const char *line;
        size_t prefixes; /* a number that lost its last digits is a number: the CR guards the end */
    } rows[] = {
        {{.kind = ASK_POLL}, "0.12345,-2.5e-05", 0},
        {{.kind = ASK_POLL}, "0.12345,0.0021", 5},
        {{.kind = ASK_POLL, .step = 1}, "12", 1},
        {{.kind = ASK_SET, .value = 0.1}, "0.100", 2},
        {{.kind = ASK_SET, .signal = LOCK_IN_SIGNAL_FREQUENCY, .value = 1000}, "1000", 3},
        {{.kind = ASK_SAFE}, "0.004", 0},
        {{.kind = ASK_CONFIGURE, .step = 9}, "25", 0},
        {{.kind = ASK_CONFIGURE, .step = 13}, "0.00,0", 0},
        {{.kind = ASK_IDENTIFY}, "Stanford_Research_Systems,SR830,s/n00111,ver1.000", 7},
    };
    struct span frame;
    size_t used;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span line = span_text(rows[i].line);
        size_t passed = driver_net_prefixes(&sr830_driver, &setup, &rows[i].ask, line);
        if (passed != rows[i].prefixes)
            fail_msg("row %zu: %zu prefixes", i, passed);
        (void)driver_net_changes(&sr830_driver, &setup, &rows[i].ask, line);
        /* and none of them passes the framing */
        for (size_t n = 0; n <= line.len; n++)
            assert_int_equal(framing_line_cr.cut((struct span){line.at, n}, &frame, &used),
                             FRAME_MORE);
    }
}

static void an_overload_leaves_no_value(void **state)
{
    (void)state;
    static const struct {
        size_t model;
        double x_V, y_V, overload;
    } rows[] = {
        {0, 0.54, 0.0, 0},        {0, 0.0, -0.54, 0},   {0, 0.546, 0.0, 1}, {0, 0.0, -0.546, 1},
        {0, 0.7, 0.0, 1},         {1, 1.08e-3, 0.0, 0}, {1, 1.1e-3, 0, 1},  {1, 0, -1.1e-3, 1},
        {0, (double)NAN, 0.1, 0}, {0, 0.55, 0.55, 1},
    };
    static struct driver_sim bench;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lock_in_reading reading;
        open_with(&bench, rows[i].model, &setup);
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        dut.x_V = rows[i].x_V;
        dut.y_V = rows[i].y_V;
        driver_sim_wait(&bench, duration_s(1));
        assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
        if (!(fabs(reading.overload - rows[i].overload) <= 0))
            fail_msg("row %zu: overload %g", i, reading.overload);
        assert_int_equal(isnan(reading.x_V), rows[i].overload > 0);
        assert_int_equal(isnan(reading.y_V), rows[i].overload > 0);
        dut.x_V = dut.y_V = 0; /* and it heals: once for the latched bits, then for good */
        driver_sim_wait(&bench, duration_s(1));
        assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
        assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
        assert_near(reading.overload, 0, 0);
        assert_near(reading.x_V, 0, 1e-12);
    }
}

/* Two poles: 1 - (1 + a) e^-a of the step after `a` time constants. */
static void a_reading_settles_as_the_filter_does(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct lock_in_reading reading;
    open_with(&bench, 0, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    dut.x_V = 0.4;
    assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK); /* no time has passed */
    assert_near(reading.x_V, 0, 1e-9);
    for (int a = 1; a <= 10; a++) {
        driver_sim_wait(&bench, duration_ms(30));
        assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK);
        assert_near(reading.x_V, 0.4 * (1 - (1 + a) * exp(-a)), 2.6e-6);
    }
    /* one step or ten make no difference */
    open_with(&bench, 0, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    dut.x_V = 0.4;
    driver_sim_wait(&bench, duration_ms(300));
    struct lock_in_reading at_once;
    assert_int_equal(driver_sim_poll(&bench, &at_once), RC_OK);
    assert_near(at_once.x_V, reading.x_V, 1e-12);
    assert_int_equal(dut.last_read_at.us, 300000);
    /* every slope and time constant by hand */
    say(&bench, "OFSL 0;OFLT 10;SENS 26\r", "");
    dut.x_V = 0;
    driver_sim_wait(&bench, duration_s(30));
    (void)driver_sim_raw(&bench, SPAN("OFSL?\r"));
    dut.x_V = 0.5;
    driver_sim_wait(&bench, duration_s(1));
    say(&bench, "OUTP? 1\r", "0.31606\r"); /* 0.5 (1 - 1/e) */
    say(&bench, "OFSL 3;OUTP? 1\r", "0.00949\r");
}

static void the_simulator_answers_as_the_manual_says(void **state)
{
    (void)state;
    static struct driver_sim bench;
    open_with(&bench, 0, &setup);
    assert_near(dut.sine_V, 0.004, 1e-12);
    say(&bench, "*IDN?\rSLVL?\r", ""); /* to GPIB */
    say(&bench, "OUTX 0;*IDN?\r", "Stanford_Research_Systems,SR830,s/n00111,ver1.000\r");
    say(&bench, "*ESR?\n*ESR?\r\n", "128\r0\r");
    say(&bench, "freq 2e3;slvl 0.1;Freq?; SLVL?;sens?\n", "2000\r0.100\r26\r");
    say(&bench, "FREQ12345.67;FREQ?;FREQ 0.00123;FREQ?\r", "12346\r0.0012\r");
    say(&bench, "SLVL .0131;SLVL?;PHAS 541;PHAS?;PHAS -190.5;PHAS?;PHAS 0\r",
        "0.014\r-179.00\r169.50\r");
    say(&bench, "*ESR?;ERRS?;LIAS?\r", "0\r0\r0\r");
    say(&bench, "NOPE;NOPE?;ABC;*IDN;SNAP 1,2;*CLS?\r", "");
    say(&bench, "*ESR? 4;*ESR? 5;*ESR?\r", "0\r1\r0\r");
    say(&bench, "SENS 27;SENS -1;SENS 1.5;SENS;SENS 1,2;SENS? 1;OFLT 20;SLVL 5.1;SLVL 0.003\r", "");
    say(&bench, "SNAP? 1;SNAP? 1,12;OUTP?;OUTP? 5;LIAS? 8;LIAS? 1,2;OEXP 4,0,0;OEXP 1,106,0\r", "");
    say(&bench, "*ESR?;SENS?;SLVL?\r", "16\r26\r0.014\r");
    say(&bench, "SENS abc;SNAP? 1,,2;FREQ nan;FREQ 1e999\r", "");
    say(&bench, "*ESR?;FREQ?\r", "32\r0.0012\r");
    say(&bench, "OEXP 3,-50.5,2;OEXP? 3;OEXP? 1\r", "-50.50,2\r0.00,0\r");
    say(&bench, "FMOD 0;FREQ 10;*ESR?;LIAS? 3;LIAS? 3;FMOD 1;LIAS?;LIAS?\r", "16\r1\r1\r8\r0\r");
    static char noise[300];
    memset(noise, 'A', sizeof noise);
    noise[299] = '\r';
    assert_int_equal(driver_sim_raw(&bench, (struct span){noise, sizeof noise}).len, 0);
    say(&bench, "*ESR?\r", "1\r");
    say(&bench, "*RST;SLVL?;FREQ?;OUTX?;OFLT?\r", "1.000\r1000\r0\r8\r");
    assert_near(dut.sine_V, 1.0, 1e-12);
    assert_near(dut.sine_Hz, 1000, 1e-12);
    dut.x_V = 0.03;
    dut.y_V = -0.04;
    driver_sim_wait(&bench, duration_s(100));
    say(&bench, "SNAP? 1,2,3,4,9,5;OUTP? 3;PHAS 90\r", "0.03,-0.04,0.05,-53.130,1000,0\r0.05\r");
    driver_sim_wait(&bench, duration_s(100));
    say(&bench, "SNAP?1,2;SENS 20;SNAP?1,2;LIAS?\r", "-0.04,-0.03\r-0.0109,-0.0109\r4\r");
    dut.x_V = 1.2345e-6;
    dut.y_V = 0;
    driver_sim_wait(&bench, duration_s(100));
    say(&bench, "PHAS 0;SENS 9;OFLT 0\r", "");
    driver_sim_wait(&bench, duration_s(1));
    say(&bench, "SNAP? 2,1\r", "0,1.2345e-06\r");
    dut.x_V = 0.9; /* 1.27 V peak */
    say(&bench, "SENS 26;*CLS;LIAS?\r", "1\r");
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
    struct lock_in_reading reading = {0};
    struct answer answer = {.identity = &identity, .reading = &reading};
    const struct ask *ask = &replay->ask[replay->at];
    if (sent) {
        assert_int_equal(sr830_driver.encode(&sr830_driver, &setup, ask, &out), RC_OK);
        assert_true(span_equal(obuf_span(&out), bytes));
        return;
    }
    struct span frame;
    size_t used;
    assert_int_equal(framing_line_cr.cut(bytes, &frame, &used), FRAME_READY);
    assert_int_equal(sr830_driver.decode(&sr830_driver, &setup, ask, frame, &answer), RC_OK);
    replay->at++;
}

static void captures_are_understood(void **state)
{
    (void)state;
    struct replay replay = {
        .ask = {{.kind = ASK_IDENTIFY},
                {.kind = ASK_CONFIGURE},
                {.kind = ASK_CONFIGURE, .step = 9},
                {.kind = ASK_CONFIGURE, .step = 13},
                {.kind = ASK_CONFIGURE, .step = 15},
                {.kind = ASK_SET, .value = 0.1},
                {.kind = ASK_SET, .signal = LOCK_IN_SIGNAL_FREQUENCY, .value = 1000},
                {.kind = ASK_POLL},
                {.kind = ASK_POLL, .step = 1},
                {.kind = ASK_SAFE}},
    };
    const char *path = "instruments/srs_sr830/captures/sr830.txt";
    assert_int_equal(driver_capture_each(path, replay_line, &replay), 20);
    assert_int_equal(replay.at, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_and_its_simulator_talk),
        cmocka_unit_test(identity_is_read_and_another_unit_refused),
        cmocka_unit_test(lines_are_as_the_manual_has_them),
        cmocka_unit_test(a_wrong_value_never_reaches_the_wire),
        cmocka_unit_test(replies_are_proved_before_they_are_believed),
        cmocka_unit_test(no_damage_crashes_and_a_cut_line_rarely_passes),
        cmocka_unit_test(an_overload_leaves_no_value),
        cmocka_unit_test(a_reading_settles_as_the_filter_does),
        cmocka_unit_test(the_simulator_answers_as_the_manual_says),
        cmocka_unit_test(captures_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
