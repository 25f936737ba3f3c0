/* The driver alone: what it sends, what it believes. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/keithley_2400/keithley_2400.h"
#include "tests/support/driver_sim.h"

static const struct device_setup setup = {.name = "smu"};
static const double held_on[DEVICE_SIGNALS_MAX] = {[SOURCE_SIGNAL_OUTPUT] = 1.0};

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-6 * (1.0 + fabs(wanted))))
        fail_msg("%g is not %g", got, wanted);
}

/* --- encode ---- */

static void lines_are_as_the_manual_has_them(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { struct ask ask; const char *line; } rows[] = {
        { { .kind = ASK_IDENTIFY }, "*IDN?\n" },
        { { .kind = ASK_SYNC }, "*IDN?\n" },
        { { .kind = ASK_CONFIGURE }, ":OUTP OFF;:OUTP:SMOD HIMP;:OUTP?;:OUTP:SMOD?\n" },
        { { .kind = ASK_SAFE }, ":OUTP OFF;:OUTP:SMOD HIMP;:OUTP?;:OUTP:SMOD?\n" },
        { { .kind = ASK_CONFIGURE, .step = 4 },
          ":SOUR:FUNC VOLT;:SENS:CURR:PROT 0.02;RANG:AUTO ON;:SOUR:FUNC CURR;:SENS:VOLT:PROT 2.000000E+00"
          ";RANG:AUTO ON;:SENS:VOLT:PROT?;:SENS:CURR:PROT?;:SOUR:FUNC?;:SYST:ERR?\n" },
        { { .kind = ASK_POLL }, ":OUTP?\n" },
        { { .kind = ASK_POLL, .held = held_on }, "*CLS;:OUTP?;:READ?\n" },
        { { .kind = ASK_SET, .signal = SOURCE_SIGNAL_U, .value = 0.45 },
          ":SOUR:VOLT 4.500000E-01;FUNC VOLT;VOLT?;FUNC?\n" },
        { { .kind = ASK_SET, .signal = SOURCE_SIGNAL_U, .value = -210 },
          ":SOUR:VOLT -2.100000E+02;FUNC VOLT;VOLT?;FUNC?\n" },
        { { .kind = ASK_SET, .signal = SOURCE_SIGNAL_I, .value = 1.5e-6 },
          ":SOUR:CURR 1.500000E-06;FUNC CURR;CURR?;FUNC?\n" },
        { { .kind = ASK_SET, .signal = SOURCE_SIGNAL_LIMIT_U, .value = 2 },
          ":SENS:VOLT:PROT 2.000000E+00;PROT?;PROT:TRIP?\n" },
        { { .kind = ASK_SET, .signal = SOURCE_SIGNAL_LIMIT_I, .value = 0.01 },
          ":SENS:CURR:PROT 1.000000E-02;PROT?;PROT:TRIP?\n" },
        { { .kind = ASK_SET, .signal = SOURCE_SIGNAL_OUTPUT, .value = 1 }, ":OUTP ON;:OUTP?;:OUTP:SMOD?\n" },
        { { .kind = ASK_SET, .signal = SOURCE_SIGNAL_OUTPUT, .value = 0 },
          ":OUTP OFF;:OUTP:SMOD HIMP;:OUTP?;:OUTP:SMOD?\n" },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[DEVICE_FRAME_MAX];
        struct obuf out = {text, 0, sizeof text};
        assert_int_equal(
            keithley_2400_driver.encode(&keithley_2400_driver, &setup, &rows[i].ask, &out), RC_OK);
        if (!span_is(obuf_span(&out), rows[i].line))
            fail_msg("row %zu: %.*s", i, (int)out.len, text);
    }
}

static enum rc encode_set(const struct driver *driver, const struct device_setup *with,
                          struct ask ask, size_t room)
{
    char text[DEVICE_FRAME_MAX];
    struct obuf out = {text, 0, room};
    enum rc rc = driver->encode(driver, with, &ask, &out);
    if (rc != RC_OK)
        assert_int_equal(out.len, 0);
    return rc;
}

static void a_wrong_value_never_reaches_the_wire(void **state)
{
    (void)state;
    static const struct {
        unsigned signal;
        double value;
        enum rc rc;
    } rows[] = {
        {SOURCE_SIGNAL_U, 210, RC_OK},
        {SOURCE_SIGNAL_U, -210, RC_OK},
        {SOURCE_SIGNAL_U, 210.001, RC_RANGE},
        {SOURCE_SIGNAL_U, -210.001, RC_RANGE},
        {SOURCE_SIGNAL_U, INFINITY, RC_RANGE},
        {SOURCE_SIGNAL_I, 1.05, RC_OK},
        {SOURCE_SIGNAL_I, -1.0501, RC_RANGE},
        {SOURCE_SIGNAL_LIMIT_U, 0.0002, RC_OK},
        {SOURCE_SIGNAL_LIMIT_U, 0.00019, RC_RANGE},
        {SOURCE_SIGNAL_LIMIT_U, 210.1, RC_RANGE},
        {SOURCE_SIGNAL_LIMIT_U, -1, RC_RANGE},
        {SOURCE_SIGNAL_LIMIT_I, 1e-9, RC_OK},
        {SOURCE_SIGNAL_LIMIT_I, 0, RC_RANGE},
        {SOURCE_SIGNAL_LIMIT_I, 1.06, RC_RANGE},
        {SOURCE_SIGNAL_OUTPUT, 0.5, RC_RANGE},
        {SOURCE_SIGNAL_OUTPUT, 2, RC_RANGE},
        {SOURCE_SIGNAL_OUTPUT, -1, RC_RANGE},
        {SOURCE_SIGNAL_COMPLIANCE, 1, RC_RANGE},
        {SOURCE_SIGNALS, 1, RC_RANGE},
    };
    const struct driver *driver = &keithley_2400_driver;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ask ask = {.kind = ASK_SET, .signal = rows[i].signal, .value = rows[i].value};
        if (encode_set(driver, &setup, ask, DEVICE_FRAME_MAX) != rows[i].rc)
            fail_msg("row %zu", i);
        ask.channel = 1; /* it has one output */
        assert_int_equal(encode_set(driver, &setup, ask, DEVICE_FRAME_MAX), RC_RANGE);
        ask.channel = 0;
        ask.value = (double)NAN;
        assert_int_equal(encode_set(driver, &setup, ask, DEVICE_FRAME_MAX), RC_RANGE);
        ask.value = rows[i].value;
        if (rows[i].rc == RC_OK) /* no half line */
            assert_int_equal(encode_set(driver, &setup, ask, 20), RC_NOSPACE);
    }
    struct device_setup low = {.name = "smu", .full_scale = 2.0};
    struct ask ask = {.kind = ASK_SET, .signal = SOURCE_SIGNAL_U, .value = 2.01};
    assert_int_equal(encode_set(driver, &low, ask, DEVICE_FRAME_MAX), RC_RANGE);
    ask.value = 21.5;
    assert_int_equal(encode_set(&keithley_2401_driver, &setup, ask, DEVICE_FRAME_MAX), RC_RANGE);
    assert_int_equal(encode_set(driver, &setup, (struct ask){.kind = ASK_SAFE, .step = 1}, 100),
                     RC_CONFIG);
}

static void a_fixed_range_is_the_last_word_of_configuration(void **state)
{
    (void)state;
    const struct driver *driver = &keithley_2400_1mA_driver;
    const struct ask last = {.kind = ASK_CONFIGURE, .step = 6};
    static const struct {
        const char *text;
        enum rc rc;
    } answers[] = {{"+1.000000E-03;0,\"No error\"", RC_OK},
                   {"+1.050000E-03;0,\"No error\"", RC_OK},
                   {"+1.000000E-02;0,\"No error\"", RC_REFUSED},
                   {"+1.000000E-03;-222,\"Parameter data out of range\"", RC_REFUSED},
                   {"+1.000000E-03", RC_PROTOCOL}};
    char text[DEVICE_FRAME_MAX];
    struct obuf out = {text, 0, sizeof text};
    assert_int_equal(driver->encode(driver, &setup, &last, &out), RC_OK);
    assert_true(span_is(obuf_span(&out), ":SOUR:CURR:RANG 1E-3;:SOUR:CURR:RANG?;:SYST:ERR?\n"));
    assert_int_equal(driver->configure_steps, keithley_2400_driver.configure_steps + 1);
    assert_int_equal(keithley_2400_driver.encode(&keithley_2400_driver, &setup, &last, &out),
                     RC_CONFIG);
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct answer answer = {.readback = (double)NAN};
        enum rc rc = driver->decode(driver, &setup, &last, span_text(answers[i].text), &answer);
        if (rc != answers[i].rc)
            fail_msg("row %zu: %d", i, (int)rc);
    }
    struct ask ask = {.kind = ASK_SET, .signal = SOURCE_SIGNAL_I, .value = -1.05e-3};
    assert_int_equal(encode_set(driver, &setup, ask, DEVICE_FRAME_MAX), RC_OK);
    ask.value = 1.06e-3;
    assert_int_equal(encode_set(driver, &setup, ask, DEVICE_FRAME_MAX), RC_RANGE);
    ask.value = (double)NAN;
    assert_int_equal(encode_set(driver, &setup, ask, DEVICE_FRAME_MAX), RC_RANGE);
}

/* --- decode ---- */

static enum rc decode(const struct ask *ask, struct span frame, struct source_reading *reading,
                      double *readback)
{
    struct identity identity = {.full_scale = (double)NAN};
    struct answer answer = {.identity = &identity, .reading = reading, .readback = (double)NAN};
    enum rc rc = keithley_2400_driver.decode(&keithley_2400_driver, &setup, ask, frame, &answer);
    *readback = answer.readback;
    return rc;
}

static const struct ask poll_off = {.kind = ASK_POLL};
static const struct ask poll_on = {.kind = ASK_POLL, .held = held_on};
static const struct ask set_u = {.kind = ASK_SET, .signal = SOURCE_SIGNAL_U, .value = 0.45};
static const struct ask set_i = {.kind = ASK_SET, .signal = SOURCE_SIGNAL_I, .value = 0.45};
static const struct ask set_limit = {.kind = ASK_SET, .signal = SOURCE_SIGNAL_LIMIT_I, .value = 1};
static const struct ask turn_on = {.kind = ASK_SET, .signal = SOURCE_SIGNAL_OUTPUT, .value = 1};
static const struct ask turn_off = {.kind = ASK_SET, .signal = SOURCE_SIGNAL_OUTPUT, .value = 0};
static const struct ask safe = {.kind = ASK_SAFE};
static const struct ask idle = {.kind = ASK_CONFIGURE, .step = 1};
static const struct ask modes = {.kind = ASK_CONFIGURE, .step = 2};
static const struct ask format = {.kind = ASK_CONFIGURE, .step = 3};
static const struct ask limits = {.kind = ASK_CONFIGURE, .step = 4};
static const struct ask zeroed = {.kind = ASK_CONFIGURE, .step = 5};

static void replies_are_proved_before_they_are_believed(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const struct ask *ask; const char *text; enum rc rc; double value; } rows[] = {
        { &set_u,     "+4.500000E-01;VOLT",    RC_OK, 0.45 },
        { &set_u,     " 0.45 ; VOLT\r",        RC_OK, 0.45 },
        { &set_u,     "+4.400000E-01;VOLT",    RC_OK, 0.44 },       /* the caller compares */
        { &set_u,     "+4.500000E-01;CURR",    RC_REFUSED, 0 },     /* it stayed a current source */
        { &set_u,     "+4.500000E-01",         RC_PROTOCOL, 0 },
        { &set_u,     "+4.500000E-01;VOLTS",   RC_PROTOCOL, 0 },
        { &set_u,     "+4.500000E-01;VOLT;0",  RC_PROTOCOL, 0 },
        { &set_u,     "9.91E37;VOLT",          RC_RANGE, 0 },
        { &set_u,     "nan;VOLT",              RC_PROTOCOL, 0 },
        { &set_i,     "+4.500000E-01;CURR",    RC_OK, 0.45 },
        { &set_i,     "+4.500000E-01;VOLT",    RC_REFUSED, 0 },
        { &set_limit, "+1.000000E+00;0",       RC_OK, 1 },
        { &set_limit, "+1.000000E+00;1",       RC_OK, 1 },
        { &set_limit, "+1.000000E+00;2",       RC_PROTOCOL, 0 },
        { &turn_on,   "1;HIMP",                RC_OK, 1 },
        { &turn_on,   "0;HIMP",                RC_REFUSED, 0 },     /* output-enable line, over-temperature */
        { &turn_on,   "1;NORM",                RC_REFUSED, 0 },
        { &turn_off,  "0;HIMP",                RC_OK, 0 },
        { &turn_off,  "1;HIMP",                RC_REFUSED, 0 },
        { &safe,      "0;HIMP",                RC_OK, NAN },
        { &safe,      "0;NORM",                RC_REFUSED, 0 },
        { &safe,      "0;ZERO",                RC_REFUSED, 0 },
        { &safe,      "0;GUAR",                RC_REFUSED, 0 },
        { &safe,      "0",                     RC_PROTOCOL, 0 },
        { &idle,      "0;1;+1.000000E+00;0, \"No error\"",              RC_OK, NAN },
        { &idle,      "1;1;1;0,\"No error\"",                           RC_REFUSED, 0 },
        { &idle,      "0;2;1;0,\"No error\"",                           RC_REFUSED, 0 },
        { &idle,      "0;1;1;-113, \"Undefined header\"",               RC_REFUSED, 0 },
        { &idle,      "0;1;1;+803, \"Not permitted; with OUTPUT off\"", RC_REFUSED, 0 },
        { &modes,     "FIX;FIX;0.0;-0.0;0,\"No error\"",                RC_OK, NAN },
        { &modes,     "SWE;FIX;0.0;0.0;0,\"No error\"",                 RC_REFUSED, 0 },
        { &modes,     "FIX;FIX;0.1;0.0;0,\"No error\"",                 RC_REFUSED, 0 },
        { &format,    "VOLT,CURR,STAT;\"VOLT:DC\",\"CURR:DC\";1.00;1;0,\"No error\"", RC_OK, NAN },
        { &format,    "VOLT,CURR,STAT;\"CURR:DC\",\"VOLT:DC\";1.00;1;0,\"No error\"", RC_OK, NAN },
        { &format,    "VOLT,CURR,STAT;\"CURR:DC\";1.00;1;0,\"No error\"",             RC_REFUSED, 0 },
        { &format,    "VOLT,CURR,STAT;\"VOLT:DC\",\"CURR:DC\";1.00;0;0,\"No error\"", RC_REFUSED, 0 },
        { &limits,    "2.0;0.02;CURR;0,\"No error\"",                   RC_OK, NAN },
        { &limits,    "21.0;0.02;CURR;0,\"No error\"",                  RC_REFUSED, 0 },
        { &limits,    "2.0;0.105;CURR;0,\"No error\"",                  RC_REFUSED, 0 },
        { &zeroed,    "0;0,\"No error\"",                               RC_OK, NAN },
        { &zeroed,    "1;0,\"No error\"",                               RC_REFUSED, 0 },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        double value;
        struct source_reading reading = {0};
        enum rc rc = decode(rows[i].ask, span_text(rows[i].text), &reading, &value);
        if (rc != rows[i].rc)
            fail_msg("row %zu: %s gave %d", i, rows[i].text, (int)rc);
        if (rc != RC_OK || isnan(rows[i].value))
            assert_true(isnan(value));
        else
            assert_near(value, rows[i].value);
    }
}

static void readings_are_whole_and_possible_or_none(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const struct ask *ask; const char *text; enum rc rc; struct source_reading is; } rows[] = {
        { &poll_off, "0",                                       RC_OK, { NAN, NAN, 0, 0 } },
        { &poll_on,  "0",                                       RC_OK, { NAN, NAN, 0, 0 } },
        { &poll_off, "1",                                       RC_OK, { NAN, NAN, 1, NAN } },
        { &poll_on,  "1",                                       RC_PROTOCOL, { 0, 0, 0, 0 } },
        { &poll_off, "1;+4.5E-01,-1.2E-06,+4.216836E+06",       RC_PROTOCOL, { 0, 0, 0, 0 } },
        { &poll_on,  "1;+4.5E-01,-1.2E-06,+4.216836E+06",       RC_OK, { 0.45, -1.2e-6, 1, 0 } },
        { &poll_on,  "1;+4.5E-01,-1.2E-06,+8.000000E+00\r",     RC_OK, { 0.45, -1.2e-6, 1, 1 } },
        { &poll_on,  "1;+4.5E-01,-1.2E-06,+6.553600E+04",       RC_OK, { 0.45, -1.2e-6, 1, 1 } },
        { &poll_on,  "1;9.91E37,-1.2E-06,+0.000000E+00",        RC_OK, { NAN, -1.2e-6, 1, 0 } },
        { &poll_on,  "1;+4.5E-01,-9.9E37,+9.000000E+00",        RC_OK, { 0.45, NAN, 1, 1 } },
        { &poll_on,  "1;+252.0,+1.26,+0.000000E+00",            RC_OK, { 252, 1.26, 1, 0 } },
        { &poll_on,  "1;+252.1,+0.0,+0.000000E+00",             RC_RANGE, { 0, 0, 0, 0 } },
        { &poll_on,  "1;+0.0,-1.27,+0.000000E+00",              RC_RANGE, { 0, 0, 0, 0 } },
        { &poll_on,  "1;0.0,0.0,+9.91E37",                      RC_PROTOCOL, { 0, 0, 0, 0 } },
        { &poll_on,  "1;0.0,0.0,+9.910000E+37",                 RC_RANGE, { 0, 0, 0, 0 } },
        { &poll_on,  "1;0.0,0.0,-1.000000E+00",                 RC_RANGE, { 0, 0, 0, 0 } },
        { &poll_on,  "1;0.0,0.0,+1.500000E+00",                 RC_RANGE, { 0, 0, 0, 0 } },
        { &poll_on,  "1;0.0,0.0,+1.000000E+07",                 RC_RANGE, { 0, 0, 0, 0 } },
        { &poll_on,  "1;9.91E37,0.0",                           RC_PROTOCOL, { 0, 0, 0, 0 } },
        { &poll_on,  "1;999,0.0,+4.2",                          RC_PROTOCOL, { 0, 0, 0, 0 } },
        { &poll_on,  "1;0.0,0.0,0.0,+0.000000E+00",             RC_PROTOCOL, { 0, 0, 0, 0 } },
        { &poll_on,  "1;0.0,0.0,+0.000000E+00;0",               RC_PROTOCOL, { 0, 0, 0, 0 } },
        { &poll_on,  "0;0.0,0.0,+0.000000E+00",                 RC_PROTOCOL, { 0, 0, 0, 0 } },
        { &poll_on,  "1;nan,0.0,+0.000000E+00",                 RC_PROTOCOL, { 0, 0, 0, 0 } },
        { &poll_on,  "",                                        RC_PROTOCOL, { 0, 0, 0, 0 } },
        { &poll_off, "",                                        RC_PROTOCOL, { 0, 0, 0, 0 } },
        { &poll_off, "2",                                       RC_PROTOCOL, { 0, 0, 0, 0 } },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        double ignored, got[4], is[4];
        struct source_reading reading = {0};
        enum rc rc = decode(rows[i].ask, span_text(rows[i].text), &reading, &ignored);
        if (rc != rows[i].rc)
            fail_msg("row %zu: %s gave %d", i, rows[i].text, (int)rc);
        memcpy(got, &reading, sizeof got);
        memcpy(is, &rows[i].is, sizeof is);
        for (size_t k = 0; k < COUNT(is); k++)
            if (isnan(is[k]) ? !isnan(got[k]) : !(fabs(got[k] - is[k]) <= 1e-12))
                fail_msg("row %zu: %g is not %g", i, got[k], is[k]);
    }
}

static void no_damage_crashes_and_no_cut_line_passes(void **state)
{
    (void)state;
    static const struct {
        const struct ask *ask;
        const char *line;
    } rows[] = {
        {&poll_off, "0"},
        {&poll_on, "1;+4.500013E-01,-1.204000E-06,+4.216836E+06"},
        {&set_u, "+4.500000E-01;VOLT"},
        {&set_limit, "+1.000000E-02;0"},
        {&turn_on, "1;HIMP"},
        {&safe, "0;HIMP"},
        {&idle, "0;1;1;0, \"No error\""},
        {&modes, "FIX;FIX;+0.000000E+00;+0.000000E+00;0, \"No error\""},
        {&format, "VOLT,CURR,STAT;\"VOLT:DC\",\"CURR:DC\";1.00;1;0, \"No error\""},
        {&limits, "+2.000000E+00;+2.000000E-02;CURR;0, \"No error\""},
        {&zeroed, "0;0, \"No error\""},
    };
    const struct driver *driver = &keithley_2400_driver;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span line = span_text(rows[i].line);
        if (driver_net_prefixes(driver, &setup, rows[i].ask, line) != 0)
            fail_msg("row %zu: a cut line was believed", i);
        (void)driver_net_changes(driver, &setup, rows[i].ask, line);
    }
    /* where nothing is a number, no changed byte passes */
    assert_int_equal(driver_net_changes(driver, &setup, &safe, SPAN("0;HIMP")), 0);
    static const struct ask who = {.kind = ASK_IDENTIFY};
    struct span idn = SPAN("KEITHLEY INSTRUMENTS INC.,MODEL 2400,1175680,C30   Mar 17 2006/A02");
    /* cut in the free text at its end: the line feed guards it */
    assert_int_equal(driver_net_prefixes(driver, &setup, &who, idn), 20);
    (void)driver_net_changes(driver, &setup, &who, idn);
}

/* --- captures ---- */

struct replay {
    struct ask ask[8];
    size_t at;
};

static void replay_line(void *ctx, bool sent, struct span bytes)
{
    struct replay *replay = ctx;
    char text[DEVICE_FRAME_MAX];
    struct obuf out = {text, 0, sizeof text};
    const struct ask *ask = &replay->ask[replay->at];
    if (sent) {
        assert_int_equal(keithley_2400_driver.encode(&keithley_2400_driver, &setup, ask, &out),
                         RC_OK);
        assert_true(span_equal(obuf_span(&out), bytes));
        return;
    }
    struct span frame;
    size_t used;
    double readback;
    struct source_reading reading = {0};
    assert_int_equal(framing_line_lf.cut(bytes, &frame, &used), FRAME_READY);
    assert_int_equal(decode(ask, frame, &reading, &readback), RC_OK);
    replay->at++;
}

static void captures_are_understood(void **state)
{
    (void)state;
    struct replay replay = {
        .ask = {{.kind = ASK_IDENTIFY},
                {.kind = ASK_CONFIGURE},
                {.kind = ASK_POLL},
                {.kind = ASK_SET, .signal = SOURCE_SIGNAL_LIMIT_I, .value = 0.01},
                {.kind = ASK_SET, .signal = SOURCE_SIGNAL_U, .value = 0.45},
                {.kind = ASK_SET, .signal = SOURCE_SIGNAL_OUTPUT, .value = 1},
                {.kind = ASK_POLL, .held = held_on},
                {.kind = ASK_SAFE}},
    };
    assert_int_equal(driver_capture_each("instruments/keithley_2400/captures/keithley2400.txt",
                                         replay_line, &replay),
                     16);
    assert_int_equal(replay.at, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_as_the_manual_has_them),
        cmocka_unit_test(a_fixed_range_is_the_last_word_of_configuration),
        cmocka_unit_test(a_wrong_value_never_reaches_the_wire),
        cmocka_unit_test(replies_are_proved_before_they_are_believed),
        cmocka_unit_test(readings_are_whole_and_possible_or_none),
        cmocka_unit_test(no_damage_crashes_and_no_cut_line_passes),
        cmocka_unit_test(captures_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
