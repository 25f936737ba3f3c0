#include "instruments/keysight_daq970a/keysight_daq970a.h"

#include <math.h>

#include "instruments/keysight_daq970a/keysight_daq970a_reply.h"
#include "instruments/proto/scpi.h"

enum { INPUTS_PRESET = 4, INPUTS_WITHOUT_HURRY = 4 };

/* A line to send and what must come back, one letter for each field between semicolons. In `send`:
 * {l} the inputs used, {r} the relay, {n} power line cycles, {z} the header of the input impedance,
 * {s} what switches to remote.
 * `expect`: letters of keysight_daq970a_reply.h. Joined commands begin with a colon: without it a
 * header inherits the path of the one before. */
struct line {
    const char *send, *expect;
};

/* clang-format off */
#define RELAY_LIST "(@201:216)"
static const struct line configure_table[] = {
    { "*CLS{s};:ABOR;:CONF:VOLT:DC 1,{l};:VOLT:DC:RANG? {l};:SYST:ERR?",                         "Re" },
    { ":VOLT:DC:NPLC {n},{l};:VOLT:DC:NPLC? {l};:SYST:ERR?",                                  "Ne" },
    { ":{z} ON,{l};:{z}? {l};:SYST:ERR?",                                                     "Ze" },
    { ":ROUT:SCAN {l};:TRIG:SOUR IMM;:TRIG:COUN 1;:ROUT:SCAN?;:TRIG:SOUR?;:TRIG:COUN?;:SYST:ERR?", "Si1e" },
    { ":FORM:READ:UNIT OFF;:FORM:READ:TIME OFF;:FORM:READ:CHAN OFF;:FORM:READ:ALAR OFF"
      ";:FORM:READ:UNIT?;:FORM:READ:TIME?;:FORM:READ:CHAN?;:FORM:READ:ALAR?;:SYST:ERR?",       "0000e" },
    { ":ROUT:OPEN " RELAY_LIST ";:ROUT:CLOS? " RELAY_LIST ";:SYST:ERR?",                      "oe" },
};
static const struct line cards      = { ":SYST:CTYP? 100;:SYST:CTYP? 200", "mc" };
static const struct line poll_table[] = {
    { "READ?", "v" },
    { ":ROUT:SCAN?;:ROUT:CLOS? " RELAY_LIST, "Sk" },
};
static const struct line safe       = { ":ROUT:OPEN " RELAY_LIST ";:ROUT:CLOS? " RELAY_LIST, "o" };
static const struct line relay_on   = { ":ROUT:CLOS {r};:ROUT:CLOS? {r};:ROUT:OPEN? {r}", "xy" };
static const struct line relay_off  = { ":ROUT:OPEN {r};:ROUT:CLOS? {r};:ROUT:OPEN? {r}", "xy" };

static const struct keysight_daq970a_model daq970a = {
    .model = "DAQ970A", .inputs = "DAQM901A DAQM900A DAQM902A", .relays = "DAQM903A",
    .remote = "", .impedance = "VOLT:DC:IMP:AUTO",
    .impedance_pattern = "[SENSe:]VOLTage[:DC]:IMPedance:AUTO", .make = "Keysight Technologies",
    .serial = "MY58006338", .firmware = "A.02.02-01.00-02.01-00.02-02.00-03-02", .card_fw = "02.00" };
static const struct keysight_daq970a_model k34970a = {
    .model = "34970A", .inputs = "34901A 34902A", .relays = "34903A", .remote = ";:SYST:REM",
    .impedance = "INP:IMP:AUTO", .impedance_pattern = "INPut:IMPedance:AUTO",
    .make = "HEWLETT-PACKARD", .serial = "0", .firmware = "13-2-2", .card_fw = "2.3" };
static const struct keysight_daq970a_model k34972a = {
    .model = "34972A", .inputs = "34901A 34902A", .relays = "34903A", .remote = "",
    .impedance = "INP:IMP:AUTO", .impedance_pattern = "INPut:IMPedance:AUTO",
    .make = "Agilent Technologies", .serial = "MY49000001", .firmware = "1.16-1.12-02-02",
    .card_fw = "2.3" };
/* clang-format on */

static unsigned inputs_used(const struct device_setup *setup)
{
    return setup->channels ? setup->channels : INPUTS_PRESET;
}

/* A whole line cycle rejects the mains; sixteen of them would not fit into a poll period. */
static bool must_hurry(const struct device_setup *setup)
{
    return inputs_used(setup) > INPUTS_WITHOUT_HURRY;
}

/* NULL: this driver has no such ask. */
static const struct line *find_line(const struct ask *ask)
{
    switch (ask->kind) {
    case ASK_IDENTIFY:
        return ask->step == 1 ? &cards : NULL;
    case ASK_CONFIGURE:
        return ask->step < COUNT(configure_table) ? &configure_table[ask->step] : NULL;
    case ASK_POLL:
        return ask->step < COUNT(poll_table) ? &poll_table[ask->step] : NULL;
    case ASK_SAFE:
        return ask->step == 0 ? &safe : NULL;
    case ASK_SET:
        return ask->value == 0.0 ? &relay_off : &relay_on;
    case ASK_SYNC:
    case ASK_STREAM:
        break;
    }
    return NULL;
}

/* --- sending -------------------------------------------------------------------------------------
 */

static enum rc put_two_digits(struct obuf *request, unsigned value)
{
    const char digits[2] = {(char)('0' + value / 10), (char)('0' + value % 10)};
    return obuf_put(request, (struct span){digits, sizeof digits});
}

struct request {
    const struct keysight_daq970a_model *model;
    const struct device_setup *setup;
    unsigned channel;
};

static enum rc put_value(const void *ctx, char letter, struct obuf *out)
{
    const struct request *request = ctx;
    enum rc rc;

    switch (letter) {
    case 'n':
        return obuf_put(out, must_hurry(request->setup) ? SPAN("0.2") : SPAN("1"));
    case 's':
        return obuf_put(out, span_text(request->model->remote));
    case 'z':
        return obuf_put(out, span_text(request->model->impedance));
    case 'l':
        rc = obuf_put(out, SPAN("(@101:1"));
        if (rc == RC_OK)
            rc = put_two_digits(out, inputs_used(request->setup));
        break;
    default:
        rc = obuf_put(out, SPAN("(@2"));
        if (rc == RC_OK)
            rc = put_two_digits(out, request->channel + 1);
        break;
    }
    return rc == RC_OK ? obuf_byte(out, ')') : rc;
}

static enum rc encode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request)
{
    if (inputs_used(setup) > SCANNER_CHANNELS_MAX)
        return RC_CONFIG;
    if (ask->kind == ASK_SYNC || (ask->kind == ASK_IDENTIFY && ask->step == 0))
        return obuf_put(request, SPAN("*IDN?\n"));
    if (ask->kind == ASK_SET) {
        if (ask->signal != SCANNER_SIGNAL_RELAY || ask->channel >= SCANNER_CHANNELS_MAX)
            return RC_RANGE;
        if (!(ask->value == 0.0 || ask->value == 1.0))
            return RC_RANGE;
    }
    const struct line *line = find_line(ask);
    if (!line)
        return RC_CONFIG;
    const struct request of = {self->model, setup, ask->channel};
    return scpi_put_line(request, &(struct scpi_template){line->send, put_value, &of});
}

/* --- understanding -------------------------------------------------------------------------------
 */

static enum rc decode_identity(const struct keysight_daq970a_model *model,
                               const struct device_setup *setup, struct span frame,
                               struct identity *identity)
{
    struct scpi_identity idn;
    enum rc rc = scpi_accept_identity(frame, model->model, setup->expect_serial, &idn);

    if (rc == RC_OK && identity)
        identity_tell(identity, idn.make, idn.model, idn.serial, idn.firmware);
    return rc;
}

static void fill_reading(const struct daq_reply *fields, unsigned step, struct answer *out)
{
    struct scanner_reading *reading = out->reading;
    unsigned used = fields->inputs;

    for (unsigned n = 0; n < SCANNER_CHANNELS_MAX; n++)
        if (step == 0)
            reading->channel[n].u_V = n < used ? fields->value[n] : (double)NAN;
        else
            reading->channel[n].relay = fields->value[n];
    out->complete = step + 1 == COUNT(poll_table);
}

static enum rc decode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct span frame, struct answer *out)
{
    const struct keysight_daq970a_model *model = self->model;
    struct daq_reply fields = {.input_cards = model->inputs,
                               .relay_cards = model->relays,
                               .inputs = inputs_used(setup),
                               .nplc = must_hurry(setup) ? 0.2 : 1.0};
    const struct line *line = find_line(ask);

    if (inputs_used(setup) > SCANNER_CHANNELS_MAX)
        return RC_CONFIG;
    if (ask->kind == ASK_SYNC || (ask->kind == ASK_IDENTIFY && ask->step == 0))
        return decode_identity(model, setup, frame,
                               ask->kind == ASK_IDENTIFY ? out->identity : NULL);
    if (!line)
        return RC_CONFIG;
    enum rc rc = daq_reply_decode(&fields, line->expect, frame);
    if (rc != RC_OK)
        return rc;
    if (ask->kind == ASK_SET)
        out->readback = fields.closed ? 1.0 : 0.0;
    if (ask->kind == ASK_POLL)
        fill_reading(&fields, ask->step, out);
    return RC_OK;
}

#define DRIVER(row)                                                                                \
    .maturity = MATURITY_SIMULATED, .capability = &capability_scanner,                             \
    .framing = &framing_line_lf, .identify_steps = 2, .configure_steps = COUNT(configure_table),   \
    .poll_steps = COUNT(poll_table), .safe_steps = 1, .channels = SCANNER_CHANNELS_MAX,            \
    .reply_timeout = {1000000}, .turnaround = {1000}, .model = (row), .encode = encode,            \
    .decode = decode

/* clang-format off */
const struct driver daq970a_driver = { DRIVER(&daq970a),
    .line = { .baud = 115200, .parity = 'N', .data_bits = 8, .stop_bits = 1 }, .poll_period = { 200000 },
    .name = "daq970a", .summary = "Keysight DAQ970A, multiplexer in slot 1, relays in slot 2 (SCPI)" };
/* RS-232: one poll is 200 bytes and more, a quarter of a second at this speed. */
const struct driver k34970a_driver = { DRIVER(&k34970a),
    .line = { .baud = 9600, .parity = 'N', .data_bits = 8, .stop_bits = 1, .raise_dtr_rts = true },
    .poll_period = { 500000 },
    .name = "k34970a", .summary = "Agilent 34970A, multiplexer in slot 1, relays in slot 2 (SCPI)" };
const struct driver k34972a_driver = { DRIVER(&k34972a),
    .line = { .baud = 115200, .parity = 'N', .data_bits = 8, .stop_bits = 1 }, .poll_period = { 200000 },
    .name = "k34972a", .summary = "Agilent 34972A, multiplexer in slot 1, relays in slot 2 (SCPI)" };
/* clang-format on */
