#include "instruments/keysight_3446x/keysight_3446x_private.h"

#include <math.h>

#include "core/num.h"
#include "instruments/proto/scpi.h"

/* One power line cycle, 20 ms at 50 Hz, rejects the mains and leaves room in 0.1 s. */
/* clang-format off */
static const struct keysight_3446x_line configure_table[] = {
    { "*CLS;:ABOR;:CONF:VOLT:DC {r};:CONF?;:SYST:ERR?", "fe" },
    { ":VOLT:DC:NPLC 1;:VOLT:DC:IMP:AUTO ON;:VOLT:DC:NPLC?;:VOLT:DC:IMP:AUTO?;:SYST:ERR?", "1ze" },
    { ":TRIG:SOUR IMM;:TRIG:COUN 1;:SAMP:COUN 1;:TRIG:SOUR?;:TRIG:COUN?;:SAMP:COUN?;:SYST:ERR?", "i11e" },
};
static const struct {
    char letter;
    const char *wanted, *others[3];
} words[] = {
    { 'i', "IMM", { "EXT", "BUS", "INT" } },
    { 'x', "EXT", { "IMM", "BUS", "INT" } },
    { 'p', "POS", { "NEG" } },
    { 'm', "TIM", { "IMM" } },
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

static enum rc put_place(const void *ctx, char letter, struct obuf *out)
{
    const struct keysight_3446x_model *model = ctx;
    if (letter == 'r')
        return obuf_put(out, span_text(model->range));
    return num_put_fixed(out, letter == 'c' ? model->before + model->after : model->before, 0);
}

enum rc keysight_3446x_put_line(const struct keysight_3446x_model *model, const char *send,
                                struct obuf *request)
{
    return scpi_put_line(request, &(struct scpi_template){send, put_place, model});
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
                   ? keysight_3446x_put_line(self->model, configure_table[ask->step].send, request)
                   : RC_CONFIG;
    case ASK_SET:
        return RC_RANGE; /* nothing can be set */
    case ASK_SAFE:
    case ASK_STREAM:
        break;
    }
    return RC_CONFIG;
}

enum rc keysight_3446x_decode_identity(const struct keysight_3446x_model *model,
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
enum rc keysight_3446x_decode_reading(const struct keysight_3446x_model *model, struct span text,
                                      double *out)
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
    if (!(fabs(value) <= 1.201 * model->range_V))
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

/* RC_REFUSED: another word of the same setting. */
static enum rc check_word(struct span text, const char *wanted, const char *const others[3])
{
    if (span_is(text, wanted))
        return RC_OK;
    for (size_t i = 0; i < 3 && others[i]; i++)
        if (span_is(text, others[i]))
            return RC_REFUSED;
    return RC_PROTOCOL;
}

static enum rc check_state(struct span text, char letter)
{
    bool on = false;
    int code = 0;
    enum rc rc = letter == 'e' ? scpi_parse_error(text, &code) : scpi_parse_onoff(text, &on);

    return rc == RC_OK && (code != 0 || on != (letter == 'z')) ? RC_REFUSED : rc;
}

static enum rc check_field(const struct keysight_3446x_model *model, char letter, struct span text)
{
    const struct {
        char letter;
        double wanted;
    } numbers[] = {{'1', 1.0},
                   {'d', 0.0},
                   {'t', 20e-6},
                   {'b', model->before},
                   {'c', model->before + model->after}};

    for (size_t i = 0; i < COUNT(numbers); i++)
        if (numbers[i].letter == letter)
            return check_number(text, numbers[i].wanted);
    for (size_t i = 0; i < COUNT(words); i++)
        if (words[i].letter == letter)
            return check_word(text, words[i].wanted, words[i].others);
    return letter == 'f' ? check_function(model, text) : check_state(text, letter);
}

/* All fields are looked at before one of them is believed: a line that is not whole is no answer,
 * whatever its first fields say. */
enum rc keysight_3446x_decode_fields(const struct keysight_3446x_model *model, const char *expect,
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
        enum rc rc = keysight_3446x_decode_reading(model, frame, &reading.u_V);
        if (rc != RC_OK)
            return rc;
        *(struct meter_reading *)out->reading = reading;
        out->complete = true;
        return RC_OK;
    }
    case ASK_IDENTIFY:
        return ask->step == 0 ? keysight_3446x_decode_identity(model, setup, frame, out->identity)
                              : RC_CONFIG;
    case ASK_SYNC:
        return keysight_3446x_decode_identity(model, setup, frame, NULL);
    case ASK_CONFIGURE:
        return ask->step < COUNT(configure_table)
                   ? keysight_3446x_decode_fields(model, configure_table[ask->step].expect, frame)
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
