#include "instruments/keysight_3446x/keysight_3446x.h"

#include <math.h>

#include "core/num.h"
#include "instruments/proto/scpi.h"

/* A line to send and what must come back, one letter for each field: f function and range, z high
 * impedance, i immediate trigger, 1 the number one, e an empty error queue. In `send` {r} is the
 * range. Joined commands begin with a colon: without it a header inherits the path of the one
 * before. */
struct line {
    const char *send, *expect;
};

/* One power line cycle, 20 ms at 50 Hz, rejects the mains and leaves room in 0.1 s. */
/* clang-format off */
static const struct line configure_table[] = {
    { "*CLS;:ABOR;:CONF:VOLT:DC {r};:CONF?;:SYST:ERR?", "fe" },
    { ":VOLT:DC:NPLC 1;:VOLT:DC:IMP:AUTO ON;:VOLT:DC:NPLC?;:VOLT:DC:IMP:AUTO?;:SYST:ERR?", "1ze" },
    { ":TRIG:SOUR IMM;:TRIG:COUN 1;:SAMP:COUN 1;:TRIG:SOUR?;:TRIG:COUN?;:SAMP:COUN?;:SYST:ERR?", "i11e" },
};
static const struct keysight_3446x_model k34460a = {
    .model = "34460A", .range_V = 1.0, .range = "1",
    .serial = "MY53100001", .firmware = "A.02.14-02.40-02.14-00.49-02-01" };
static const struct keysight_3446x_model k34461a = {
    .model = "34461A", .range_V = 1.0, .range = "1",
    .serial = "MY53220001", .firmware = "A.02.14-02.40-02.14-00.52-03-01" };
static const struct keysight_3446x_model k34461a_10v = {
    .model = "34461A", .range_V = 10.0, .range = "10",
    .serial = "MY53220001", .firmware = "A.02.14-02.40-02.14-00.52-03-01" };
static const struct keysight_3446x_model k34465a = {
    .model = "34465A", .range_V = 1.0, .range = "1",
    .serial = "MY54500001", .firmware = "A.02.14-02.40-02.14-00.52-04-01" };
/* clang-format on */

static enum rc put_range(const void *ctx, char letter, struct obuf *out)
{
    const struct keysight_3446x_model *model = ctx;
    (void)letter; /* the only one */
    return obuf_put(out, span_text(model->range));
}

static enum rc encode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request)
{
    (void)setup;
    switch (ask->kind) {
    case ASK_POLL:
        return ask->step == 0 ? obuf_put(request, SPAN("READ?\n")) : RC_CONFIG;
    case ASK_IDENTIFY:
        return ask->step == 0 ? obuf_put(request, SPAN("*IDN?\n")) : RC_CONFIG;
    case ASK_SYNC:
        return obuf_put(request, SPAN("*IDN?\n"));
    case ASK_CONFIGURE:
        return ask->step < COUNT(configure_table)
                   ? scpi_put_line(request, &(struct scpi_template){configure_table[ask->step].send,
                                                                    put_range, self->model})
                   : RC_CONFIG;
    case ASK_SET:
        return RC_RANGE; /* nothing can be set */
    case ASK_SAFE:
    case ASK_STREAM:
        break;
    }
    return RC_CONFIG;
}

static enum rc decode_identity(const struct keysight_3446x_model *model,
                               const struct device_setup *setup, struct span frame,
                               struct identity *identity)
{
    struct scpi_identity idn;
    enum rc rc = scpi_accept_identity(frame, model->model, setup->expect_serial, &idn);

    if (rc == RC_OK && identity)
        identity_tell(identity, idn.make, idn.model, idn.serial, idn.firmware);
    return rc;
}

/* The meter prints every reading with an exponent of two digits. That is demanded, because a number
 * that lost its last digits would still be a number. */
static enum rc decode_reading(struct span text, double limit_V, double *out)
{
    double value;

    if (text.len < 7 || text.at[text.len - 4] != 'E' ||
        !(text.at[text.len - 3] == '+' || text.at[text.len - 3] == '-'))
        return RC_PROTOCOL;
    if (num_parse(text, &value) != RC_OK)
        return RC_PROTOCOL;
    if (fabs(value) >= 9.8e37) { /* 9.9E37 overload, 9.91E37 not a number */
        *out = (double)NAN;
        return RC_OK;
    }
    if (!(fabs(value) <= limit_V))
        return RC_RANGE;
    *out = value;
    return RC_OK;
}

/* RC_REFUSED: a number, but not the one that was set. */
static enum rc check_number(struct span text, double wanted)
{
    double value;
    enum rc rc = scpi_parse_value(text, &value);

    if (rc != RC_OK)
        return rc;
    return fabs(value - wanted) <= 1e-6 * wanted ? RC_OK : RC_REFUSED;
}

/* "VOLT +1.000000E+00,+1.000000E-06", quotes included. */
static enum rc check_function(const struct keysight_3446x_model *model, struct span text)
{
    struct span name, range;

    if (text.len < 2 || text.at[0] != '"' || text.at[text.len - 1] != '"')
        return RC_PROTOCOL;
    struct span rest = {text.at + 1, text.len - 2};
    if (!scpi_take_field(&rest, ' ', &name) || !scpi_take_field(&rest, ',', &range) || !rest.at)
        return RC_PROTOCOL;
    if (!span_is(name, "VOLT") && !span_is(name, "VOLT:DC"))
        return RC_REFUSED;
    return check_number(range, model->range_V);
}

static enum rc check_field(const struct keysight_3446x_model *model, char letter, struct span text)
{
    bool on = false;
    int code = 0;
    enum rc rc;

    switch (letter) {
    case 'f':
        return check_function(model, text);
    case '1':
        return check_number(text, 1.0);
    case 'i':
        return span_is(text, "IMM")                                                   ? RC_OK
               : span_is(text, "EXT") || span_is(text, "BUS") || span_is(text, "INT") ? RC_REFUSED
                                                                                      : RC_PROTOCOL;
    case 'z':
        rc = scpi_parse_onoff(text, &on);
        return rc == RC_OK && !on ? RC_REFUSED : rc;
    default:
        rc = scpi_parse_error(text, &code);
        return rc == RC_OK && code != 0 ? RC_REFUSED : rc;
    }
}

/* All fields are looked at before one of them is believed: a line that is not whole is no answer,
 * whatever its first fields say. */
static enum rc decode_fields(const struct keysight_3446x_model *model, const char *expect,
                             struct span frame)
{
    struct span rest = frame, field;
    enum rc result = RC_OK;

    for (; scpi_take_field(&rest, ';', &field); expect++) {
        if (!*expect)
            return RC_PROTOCOL;
        enum rc rc = check_field(model, *expect, field);
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
    const struct keysight_3446x_model *model = self->model;

    switch (ask->kind) {
    case ASK_POLL: {
        struct meter_reading reading;
        if (ask->step != 0)
            return RC_CONFIG;
        enum rc rc = decode_reading(frame, 1.201 * model->range_V, &reading.u_V);
        if (rc != RC_OK)
            return rc;
        *(struct meter_reading *)out->reading = reading;
        out->complete = true;
        return RC_OK;
    }
    case ASK_IDENTIFY:
        return ask->step == 0 ? decode_identity(model, setup, frame, out->identity) : RC_CONFIG;
    case ASK_SYNC:
        return decode_identity(model, setup, frame, NULL);
    case ASK_CONFIGURE:
        return ask->step < COUNT(configure_table)
                   ? decode_fields(model, configure_table[ask->step].expect, frame)
                   : RC_CONFIG;
    case ASK_SET:
    case ASK_SAFE:
    case ASK_STREAM:
        break;
    }
    return RC_CONFIG;
}

#define DRIVER(row)                                                                                \
    .maturity = MATURITY_SIMULATED, .capability = &capability_meter, .framing = &framing_line_lf,  \
    .line = {.baud = 115200, .parity = 'N', .data_bits = 8, .stop_bits = 1}, .identify_steps = 1,  \
    .configure_steps = COUNT(configure_table), .poll_steps = 1, .channels = 1,                     \
    .reply_timeout = {500000}, .turnaround = {1000}, .poll_period = {100000}, .model = (row),      \
    .encode = encode, .decode = decode

/* clang-format off */
const struct driver k34460a_driver = { DRIVER(&k34460a),
    .name = "k34460a", .summary = "Keysight 34460A multimeter, direct voltage (SCPI)" };
const struct driver k34461a_driver = { DRIVER(&k34461a),
    .name = "k34461a", .summary = "Keysight 34461A multimeter, direct voltage (SCPI)" };
const struct driver k34461a_10v_driver = { DRIVER(&k34461a_10v),
    .name = "k34461a_10v", .summary = "Keysight 34461A multimeter on its 10 V range (SCPI)" };
const struct driver k34465a_driver = { DRIVER(&k34465a),
    .name = "k34465a", .summary = "Keysight 34465A multimeter, direct voltage (SCPI)" };
/* clang-format on */
