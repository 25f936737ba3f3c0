#include "instruments/keithley_2400/keithley_2400.h"

#include <math.h>

#include "core/num.h"
#include "instruments/proto/scpi.h"

/* Never more than this through or across an element before somebody has set a limit. */
#define DEFAULT_LIMIT_V 2.0
#define DEFAULT_LIMIT_A 0.02
/* Least compliance: 0.1 % of the lowest measuring range, 200 mV and 1 uA. */
#define LEAST_LIMIT_V 200e-6
#define LEAST_LIMIT_A 1e-9

/* A line to send and what must come back, one letter for each field of the answer. In `send`: {x}
 * the value set, {v} the voltage limit after configuration. In `expect`: r read-back, 0 off, 1 on,
 * b off or on, e an empty error queue, m the 1 mA range, n one, z zero, v and a the limits after
 * configuration, and the letters of `words`. */
struct line {
    const char *send, *expect;
};

/* *RST is not among them: it would set the output-off mode back to NORMAL, which holds 0 V across
 * the element. So whatever a user may have left behind is set back one by one. A level is set
 * before its function is chosen, so that no old level ever stands at the terminals. */
/* clang-format off */
static const struct line off_line = { ":OUTP OFF;:OUTP:SMOD HIMP;:OUTP?;:OUTP:SMOD?", "0h" };
static const struct line on_line  = { ":OUTP ON;:OUTP?;:OUTP:SMOD?", "1h" };

static const struct line configure_lines[] = {
    { ":OUTP OFF;:OUTP:SMOD HIMP;:OUTP?;:OUTP:SMOD?", "0h" },
    { "*CLS;:SYST:REM;:ABOR;:ARM:SOUR IMM;:ARM:COUN 1;:TRIG:SOUR IMM;:TRIG:COUN 1;:TRIG:DEL 0;:SOUR:CLE:AUTO OFF"
      ";:SOUR:CLE:AUTO?;:ARM:COUN?;:TRIG:COUN?;:SYST:ERR?", "0nne" },
    { ":SOUR:VOLT:MODE FIX;:SOUR:CURR:MODE FIX;:SOUR:VOLT:RANG:AUTO ON;:SOUR:CURR:RANG:AUTO ON;:SOUR:DEL 0.001"
      ";:SOUR:VOLT 0;:SOUR:CURR 0;:SOUR:VOLT:MODE?;:SOUR:CURR:MODE?;:SOUR:VOLT?;:SOUR:CURR?;:SYST:ERR?", "xxzze" },
    { ":FORM:ELEM VOLT,CURR,STAT;:SENS:FUNC:CONC ON;:SENS:FUNC:OFF:ALL;:SENS:FUNC 'VOLT','CURR';:SENS:VOLT:NPLC 1;:SENS:AVER OFF"
      ";:SYST:RSEN ON;:FORM:ELEM?;:SENS:FUNC?;:SENS:VOLT:NPLC?;:SYST:RSEN?;:SYST:ERR?", "LFn1e" },
    /* current source last: switched on without a level it carries 0 A, and that leaves a cell alone */
    { ":SOUR:FUNC VOLT;:SENS:CURR:PROT 0.02;RANG:AUTO ON;:SOUR:FUNC CURR;:SENS:VOLT:PROT {v};RANG:AUTO ON"
      ";:SENS:VOLT:PROT?;:SENS:CURR:PROT?;:SOUR:FUNC?;:SYST:ERR?", "vaCe" },
    { ":SYST:AZER OFF;:SYST:AZER ONCE;:SYST:AZER?;:SYST:ERR?", "0e" },
    /* only where the range is fixed: a step must not wait for a change of range */
    { ":SOUR:CURR:RANG 1E-3;:SOUR:CURR:RANG?;:SYST:ERR?", "me" },
};
enum { CONFIGURE_STEPS = COUNT(configure_lines) - 1 };
static const struct line set_lines[SOURCE_SIGNALS] = {
    [SOURCE_SIGNAL_U]       = { ":SOUR:VOLT {x};FUNC VOLT;VOLT?;FUNC?", "rV" },
    [SOURCE_SIGNAL_I]       = { ":SOUR:CURR {x};FUNC CURR;CURR?;FUNC?", "rC" },
    [SOURCE_SIGNAL_LIMIT_U] = { ":SENS:VOLT:PROT {x};PROT?;PROT:TRIP?", "rb" },
    [SOURCE_SIGNAL_LIMIT_I] = { ":SENS:CURR:PROT {x};PROT?;PROT:TRIP?", "rb" },
};
/* READ? with the output off is error +803 and no reading. It is asked only while the output was
 * ordered on; should it be off all the same, *CLS keeps the error queue at one entry. */
static const struct line poll_off_line = { ":OUTP?", "" };
static const struct line poll_on_line  = { "*CLS;:OUTP?;:READ?", "" };

static const struct {
    char letter;
    const char *wanted;
    const char *others[3]; /* a whole answer too, but not what was ordered */
} words[] = {
    { 'h', "HIMP", { "NORM", "ZERO", "GUAR" } },
    { 'V', "VOLT", { "CURR", "MEM" } },
    { 'C', "CURR", { "VOLT", "MEM" } },
    { 'x', "FIX",  { "LIST", "SWE" } },
    { 'L', "VOLT,CURR,STAT", { "VOLT,CURR,RES,TIME,STAT" } },
    { 'F', "\"VOLT:DC\",\"CURR:DC\"", { "\"VOLT:DC\"", "\"CURR:DC\"", "\"RES\"" } },
    { 'F', "\"CURR:DC\",\"VOLT:DC\"", { NULL } },
};

static const struct source_meter_model k2400 = { "MODEL 2400", 210.0,  1.05, 21.0, 0.105, "NORMal", 0 };
static const struct source_meter_model k2400_1mA = { "MODEL 2400", 210.0, 1.05, 21.0, 0.105, "NORMal", 1.05e-3 };
static const struct source_meter_model k2401 = { "MODEL 2401", 21.0,   1.05, 21.0, 1.05,  "NORMal", 0 };
static const struct source_meter_model k2410 = { "MODEL 2410", 1100.0, 1.05, 21.0, 0.021, "GUARd", 0 };
/* clang-format on */

/* Bits of the status element. */
enum { STATUS_COMPLIANCE = 1 << 3, STATUS_RANGE_COMPLIANCE = 1 << 16, STATUS_MAX = 9999999 };

static double ceiling_V(const struct source_meter_model *model, const struct device_setup *setup)
{
    double ceiling = setup->full_scale;
    return ceiling > 0.0 && ceiling < model->max_V ? ceiling : model->max_V;
}

static double default_limit_V(const struct source_meter_model *model,
                              const struct device_setup *setup)
{
    double ceiling = ceiling_V(model, setup);
    return ceiling < DEFAULT_LIMIT_V ? ceiling : DEFAULT_LIMIT_V;
}

static bool ordered_on(const struct ask *ask)
{
    return ask->held && ask->held[SOURCE_SIGNAL_OUTPUT] > 0.5;
}

static const struct line *find_line(const struct driver *self, const struct ask *ask)
{
    switch (ask->kind) {
    case ASK_CONFIGURE:
        return ask->step < self->configure_steps ? &configure_lines[ask->step] : NULL;
    case ASK_POLL:
        return ask->step ? NULL : ordered_on(ask) ? &poll_on_line : &poll_off_line;
    case ASK_SAFE:
        return ask->step ? NULL : &off_line;
    case ASK_SET:
        if (ask->signal == SOURCE_SIGNAL_OUTPUT)
            return ask->value > 0.5 ? &on_line : &off_line;
        return ask->signal < SOURCE_SIGNALS && set_lines[ask->signal].send ? &set_lines[ask->signal]
                                                                           : NULL;
    default:
        return NULL;
    }
}

static bool may_set(const struct source_meter_model *model, const struct device_setup *setup,
                    const struct ask *ask)
{
    double top_V = ceiling_V(model, setup);

    if (ask->channel != 0)
        return false;
    switch (ask->signal) {
    case SOURCE_SIGNAL_U:
        return num_within(ask->value, -top_V, top_V);
    case SOURCE_SIGNAL_I:
        return num_within(fabs(ask->value), 0, model->fixed_A > 0 ? model->fixed_A : model->max_A);
    case SOURCE_SIGNAL_LIMIT_U:
        return num_within(ask->value, LEAST_LIMIT_V, top_V);
    case SOURCE_SIGNAL_LIMIT_I:
        return num_within(ask->value, LEAST_LIMIT_A, model->max_A);
    case SOURCE_SIGNAL_OUTPUT:
        return ask->value == 0.0 || ask->value == 1.0;
    default:
        return false;
    }
}

struct request {
    const struct source_meter_model *model;
    const struct device_setup *setup;
    double value;
};

static enum rc put_value(const void *ctx, char letter, struct obuf *out)
{
    static const struct scpi_style style = {.decimals = 6, .exponent = true};
    const struct request *request = ctx;

    switch (letter) {
    case 'x':
        return scpi_put_number(out, request->value, style);
    case 'v':
        return scpi_put_number(out, default_limit_V(request->model, request->setup), style);
    default:
        return RC_CONFIG; /* a row of the table is wrong */
    }
}

static enum rc encode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request)
{
    if (ask->kind == ASK_SYNC || (ask->kind == ASK_IDENTIFY && ask->step == 0))
        return obuf_put(request, SPAN("*IDN?\n"));
    if (ask->kind == ASK_SET && !may_set(self->model, setup, ask))
        return RC_RANGE;
    const struct line *line = find_line(self, ask);
    if (!line)
        return RC_CONFIG;
    const struct request of = {self->model, setup, ask->value};
    return scpi_put_line(request, &(struct scpi_template){line->send, put_value, &of});
}

static enum rc decode_identity(const struct source_meter_model *model,
                               const struct device_setup *setup, struct span frame,
                               struct identity *identity)
{
    struct scpi_identity idn;
    enum rc rc = scpi_accept_identity(frame, model->model, setup->expect_serial, &idn);

    if (rc == RC_OK && identity)
        identity_tell(identity, idn.make, idn.model, idn.serial, idn.firmware);
    return rc;
}

/* NaN: overflow (9.9E37), or not measured (9.91E37). */
static enum rc measured(struct span text, double max, double *out)
{
    double value;
    enum rc rc = scpi_parse_value(text, &value);

    if (rc == RC_RANGE)
        value = (double)NAN;
    else if (rc != RC_OK)
        return rc;
    else if (!(fabs(value) <= 1.2 * max))
        return RC_RANGE;
    *out = value;
    return RC_OK;
}

/* The last field of a line: the two digits of its exponent prove that nothing was cut off. */
static enum rc decode_status(struct span text, unsigned *status)
{
    double value;

    if (text.len < 4 || (text.at[text.len - 4] != 'E' && text.at[text.len - 4] != 'e'))
        return RC_PROTOCOL;
    enum rc rc = scpi_parse_value(text, &value);
    if (rc != RC_OK)
        return rc;
    if (!(value >= 0.0 && value <= STATUS_MAX && value == floor(value)))
        return RC_RANGE;
    *status = (unsigned)value;
    return RC_OK;
}

static enum rc decode_reading(const struct source_meter_model *model, struct span text,
                              struct source_reading *out)
{
    struct span field[3];
    struct source_reading reading = {.output_on = 1.0};
    unsigned status = 0;

    for (size_t i = 0; i < COUNT(field); i++)
        if (!scpi_take_field(&text, ',', &field[i]))
            return RC_PROTOCOL;
    if (text.at)
        return RC_PROTOCOL;
    enum rc rc[] = {measured(field[0], model->max_V, &reading.u_V),
                    measured(field[1], model->max_A, &reading.i_A),
                    decode_status(field[2], &status)};
    for (size_t i = 0; i < COUNT(rc); i++) /* what is not whole is no answer, whatever it says */
        if (rc[i] == RC_PROTOCOL)
            return RC_PROTOCOL;
    for (size_t i = 0; i < COUNT(rc); i++)
        if (rc[i] != RC_OK)
            return rc[i];
    reading.compliance = status & (STATUS_COMPLIANCE | STATUS_RANGE_COMPLIANCE) ? 1.0 : 0.0;
    *out = reading;
    return RC_OK;
}

/* "0", off. "1;u,i,status", on. "1", on although it was ordered off: there is nothing to measure
 * with yet, but nobody may think it off. */
static enum rc decode_poll(const struct source_meter_model *model, const struct ask *ask,
                           struct span frame, struct source_reading *out)
{
    struct span state, rest = frame;
    bool on;

    if (ask->step != 0 || !scpi_take_field(&rest, ';', &state) ||
        scpi_parse_onoff(state, &on) != RC_OK)
        return RC_PROTOCOL;
    if (ordered_on(ask) && on)
        return rest.at ? decode_reading(model, rest, out) : RC_PROTOCOL;
    if (rest.at)
        return RC_PROTOCOL;
    *out = (struct source_reading){.u_V = (double)NAN,
                                   .i_A = (double)NAN,
                                   .output_on = on ? 1.0 : 0.0,
                                   .compliance = on ? (double)NAN : 0.0};
    return RC_OK;
}

static enum rc check_word(struct span text, char letter)
{
    for (size_t i = 0; i < COUNT(words); i++) {
        if (words[i].letter != letter)
            continue;
        if (span_is(text, words[i].wanted))
            return RC_OK;
        for (size_t k = 0; k < COUNT(words[i].others) && words[i].others[k]; k++)
            if (span_is(text, words[i].others[k]))
                return RC_REFUSED;
    }
    return RC_PROTOCOL;
}

static enum rc check_number(struct span text, double wanted)
{
    double value;
    enum rc rc = scpi_parse_value(text, &value);

    if (rc != RC_OK)
        return rc;
    return fabs(value - wanted) <= 1e-3 * fabs(wanted) ? RC_OK : RC_REFUSED;
}

/* The unit may tell its range by name or with the 5 % above. */
static enum rc check_range(struct span text)
{
    double value;
    enum rc rc = scpi_parse_value(text, &value);

    return rc == RC_OK && !num_within(value, 0.99e-3, 1.06e-3) ? RC_REFUSED : rc;
}

static enum rc check_state(struct span text, char letter)
{
    bool on = false;
    int code = 0;
    enum rc rc = letter == 'e' ? scpi_parse_error(text, &code) : scpi_parse_onoff(text, &on);

    if (rc != RC_OK || letter == 'b')
        return rc;
    return code == 0 && on == (letter == '1') ? RC_OK : RC_REFUSED;
}

static enum rc decode_field(double limit_V, char letter, struct span text, double *readback)
{
    switch (letter) {
    case 'r':
        return scpi_parse_value(text, readback);
    case 'n':
        return check_number(text, 1.0);
    case 'z':
        return check_number(text, 0.0);
    case 'v':
        return check_number(text, limit_V);
    case 'a':
        return check_number(text, DEFAULT_LIMIT_A);
    case 'm':
        return check_range(text);
    default:
        return strchr("01be", letter) ? check_state(text, letter) : check_word(text, letter);
    }
}

/* All fields are looked at before one of them is believed. */
static enum rc decode_fields(double limit_V, const char *expect, struct span frame,
                             double *readback)
{
    struct span rest = frame, field;
    enum rc result = RC_OK;

    for (; scpi_take_field(&rest, ';', &field); expect++) {
        if (!*expect)
            return RC_PROTOCOL;
        enum rc rc = decode_field(limit_V, *expect, field, readback);
        if (rc == RC_PROTOCOL)
            return rc;
        if (result == RC_OK)
            result = rc;
    }
    return *expect ? RC_PROTOCOL : result;
}

static enum rc decode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct span frame, struct answer *out)
{
    const struct source_meter_model *model = self->model;
    double readback = (double)NAN;

    if (ask->kind == ASK_IDENTIFY || ask->kind == ASK_SYNC)
        return decode_identity(model, setup, frame,
                               ask->kind == ASK_IDENTIFY ? out->identity : NULL);
    if (ask->kind == ASK_POLL) {
        enum rc rc = decode_poll(model, ask, frame, out->reading);
        if (rc == RC_OK)
            out->complete = true;
        return rc;
    }
    const struct line *line = find_line(self, ask);
    if (!line)
        return RC_PROTOCOL;
    enum rc rc = decode_fields(default_limit_V(model, setup), line->expect, frame, &readback);
    if (rc == RC_OK && ask->kind == ASK_SET)
        out->readback = ask->signal == SOURCE_SIGNAL_OUTPUT ? ask->value : readback;
    return rc;
}

/* An autorange search may take half a second. */
#define KEITHLEY_DRIVER(row, steps)                                                                \
    .maturity = MATURITY_SIMULATED, .capability = &capability_source_meter,                        \
    .framing = &framing_line_lf,                                                                   \
    .line = {.baud = 9600, .parity = 'N', .data_bits = 8, .stop_bits = 1}, .identify_steps = 1,    \
    .configure_steps = (steps), .poll_steps = 1, .safe_steps = 1, .channels = 1,                   \
    .reply_timeout = {1000000}, .turnaround = {5000}, .poll_period = {100000}, .model = (row),     \
    .encode = encode, .decode = decode

/* clang-format off */
const struct driver keithley_2400_driver = { KEITHLEY_DRIVER(&k2400, CONFIGURE_STEPS),
    .name = "keithley2400", .summary = "Keithley 2400 source-meter, 200 V 1 A (SCPI, RS-232)" };
const struct driver keithley_2400_1mA_driver = { KEITHLEY_DRIVER(&k2400_1mA, CONFIGURE_STEPS + 1),
    .name = "keithley2400_1mA", .summary = "Keithley 2400 source-meter, its current on the 1 mA range (SCPI, RS-232)" };
const struct driver keithley_2401_driver = { KEITHLEY_DRIVER(&k2401, CONFIGURE_STEPS),
    .name = "keithley2401", .summary = "Keithley 2401 source-meter, 20 V 1 A (SCPI, RS-232)" };
const struct driver keithley_2410_driver = { KEITHLEY_DRIVER(&k2410, CONFIGURE_STEPS),
    .name = "keithley2410", .summary = "Keithley 2410 source-meter, 1100 V 1 A (SCPI, RS-232)" };
/* clang-format on */
