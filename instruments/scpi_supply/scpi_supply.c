#include "instruments/scpi_supply/scpi_supply.h"

#include <math.h>

#include "core/num.h"

/* A new model is a row here, a driver and a simulator below it, and nothing else. Joined commands
 * begin with a colon: without it a header inherits the path of the one before (INST:VOLT). */
/* clang-format off */
#define ASK_CHANNEL ";:INST:NSEL?"
#define HMP_LINES                                                                                           \
    .remote  = { "*CLS;:SYST:REM;:SYST:ERR?", "e" },                                                        \
    .protect = { "INST:NSEL {n};:VOLT:PROT:LEV {v}" ASK_CHANNEL ";:VOLT:PROT:LEV?;:SYST:ERR?", "nve" },     \
    .poll    = { "INST:NSEL {n}" ASK_CHANNEL ";:MEAS:VOLT?;:MEAS:CURR?", "nVA" },                           \
    .on      = { "INST:NSEL {n};:VOLT {x};:OUTP ON" ASK_CHANNEL ";:VOLT?;:OUTP?", "nr1" },                  \
    .off     = { "INST:NSEL {n};:OUTP OFF;:VOLT 0" ASK_CHANNEL ";:VOLT?;:OUTP?", "nr0" },                   \
    .limit   = { "INST:NSEL {n};:CURR {x}" ASK_CHANNEL ";:CURR?", "nr" }
#define HMP_SIM                                                                                             \
    .words = SUPPLY_WORDS_HMP, .make = "ROHDE&SCHWARZ", .serial = "100001", .firmware = "HW50020001/SW2.41",\
    .on = "1", .off = "0", .voltage = { .decimals = 3 }, .current = { .decimals = 4 }, .measured = { .decimals = 3 }

static const struct supply_model hmp4040 = {
    .model = "HMP4040", .channels = 4, .decimals = 3, HMP_LINES,
    .channel = { { 32.05, 10.01, 32.5, 0 }, { 32.05, 10.01, 32.5, 0 },
                 { 32.05, 10.01, 32.5, 0 }, { 32.05, 10.01, 32.5, 0 } },
    .sim = { HMP_SIM },
};
static const struct supply_model hmp2020 = {
    .model = "HMP2020", .channels = 2, .decimals = 3, HMP_LINES,
    .channel = { { 32.05, 10.01, 32.5, 0 }, { 32.05, 5.01, 32.5, 0 } },
    .sim = { HMP_SIM },
};
static const struct supply_model dp832 = {
    .model = "DP832", .channels = 3, .decimals = 3,
    .channel = { { 32.0, 3.2, 33.0, 3.3 }, { 32.0, 3.2, 33.0, 3.3 }, { 5.3, 3.2, 5.5, 3.3 } },
    .remote  = { "*CLS;:SYST:REMOTE;:SYST:ERR?", "e" },
    .protect = { ":INST:NSEL {n};:OUTP:OVP:VAL {v};:OUTP:OVP ON;:OUTP:OCP:VAL {c};:OUTP:OCP:STAT ON" ASK_CHANNEL
                 ";:OUTP:OVP:VAL?;:OUTP:OVP?;:OUTP:OCP:VAL?;:OUTP:OCP?;:SYST:ERR?", "nv1c1e" },
    .poll    = { ":INST:NSEL {n}" ASK_CHANNEL ";:MEAS:VOLT?;:MEAS:CURR?", "nVA" },
    .on      = { ":INST:NSEL {n};:SOUR:VOLT {x};:OUTP ON" ASK_CHANNEL ";:SOUR:VOLT?;:OUTP?", "nr1" },
    .off     = { ":INST:NSEL {n};:OUTP OFF;:SOUR:VOLT 0" ASK_CHANNEL ";:SOUR:VOLT?;:OUTP?", "nr0" },
    .limit   = { ":INST:NSEL {n};:SOUR:CURR {x}" ASK_CHANNEL ";:SOUR:CURR?", "nr" },
    .sim = { .words = SUPPLY_WORDS_RIGOL, .make = "RIGOL TECHNOLOGIES", .serial = "DP8C000000001",
             .firmware = "00.01.14", .on = "ON", .off = "OFF", .voltage = { .decimals = 3 },
             .current = { .decimals = 3 }, .measured = { .decimals = 4 } },
};
/* Over-current protection of this make trips as soon as the limit is reached, and a cold heater
 * reaches it: it is switched off explicitly, the limit itself stays. */
static const struct supply_model e36312a = {
    .model = "E36312A", .channels = 3, .decimals = 4,
    .channel = { { 6.18, 5.15, 6.6, 0 }, { 25.75, 1.03, 27.5, 0 }, { 25.75, 1.03, 27.5, 0 } },
    .remote  = { "*CLS;:SYST:REM;:SYST:ERR?", "e" },
    .protect = { ":INST:NSEL {n};:VOLT:PROT {v};:CURR:PROT:STAT 0" ASK_CHANNEL
                 ";:VOLT:PROT?;:CURR:PROT:STAT?;:SYST:ERR?", "nv0e" },
    .poll    = { ":INST:NSEL {n}" ASK_CHANNEL ";:MEAS:VOLT?;:MEAS:CURR?", "nVA" },
    .on      = { ":INST:NSEL {n};:SOUR:VOLT {x};:OUTP:STAT ON" ASK_CHANNEL ";:SOUR:VOLT?;:OUTP:STAT?", "nr1" },
    .off     = { ":INST:NSEL {n};:OUTP:STAT OFF;:SOUR:VOLT 0" ASK_CHANNEL ";:SOUR:VOLT?;:OUTP:STAT?", "nr0" },
    .limit   = { ":INST:NSEL {n};:SOUR:CURR {x}" ASK_CHANNEL ";:SOUR:CURR?", "nr" },
    .sim = { .words = SUPPLY_WORDS_KEYSIGHT, .make = "Keysight Technologies", .serial = "MY00000001",
             .firmware = "2.1.0-1.0.4-1.12", .on = "1", .off = "0", .voltage = { 8, true, true },
             .current = { 8, true, true }, .measured = { 8, true, true }, .integer = { 0, false, true } },
};

const struct driver hmp4040_driver = { SCPI_SUPPLY_DRIVER(&hmp4040, 4),
    .name = "hmp4040", .summary = "R&S HMP4040 supply, 4 x 32 V 10 A (SCPI)" };
const struct driver hmp2020_driver = { SCPI_SUPPLY_DRIVER(&hmp2020, 2),
    .name = "hmp2020", .summary = "R&S HMP2020 supply, 32 V 10 A and 32 V 5 A (SCPI)" };
const struct driver dp832_driver = { SCPI_SUPPLY_DRIVER(&dp832, 3),
    .name = "dp832", .summary = "Rigol DP832 supply, 2 x 30 V 3 A and 5 V 3 A (SCPI)" };
const struct driver e36312a_driver = { SCPI_SUPPLY_DRIVER(&e36312a, 3),
    .name = "e36312a", .summary = "Keysight E36312A supply, 6 V 5 A and 2 x 25 V 1 A (SCPI)" };
/* clang-format on */

static unsigned channels_used(const struct supply_model *model, const struct device_setup *setup)
{
    return setup->channels ? setup->channels : model->channels;
}

static double max_V(const struct supply_model *model, const struct device_setup *setup, unsigned n)
{
    double max = model->channel[n].max_V;
    return setup->full_scale > 0.0 && setup->full_scale < max ? setup->full_scale : max;
}

/* 1 V above what may be set, so that it stays out of the way of regulation, and never above the
 * model's own ceiling. */
static double ovp_V(const struct supply_model *model, const struct device_setup *setup, unsigned n)
{
    double level = max_V(model, setup, n) + 1.0;
    return level < model->channel[n].ovp_V ? level : model->channel[n].ovp_V;
}

/* The line of an ask and its channel; a NULL send: there is nothing to say in this step. */
static struct supply_line find_line(const struct supply_model *model,
                                    const struct device_setup *setup, const struct ask *ask,
                                    unsigned *channel)
{
    unsigned used = channels_used(model, setup);
    struct supply_line line = {NULL, NULL};

    *channel = ask->step;
    switch (ask->kind) {
    case ASK_CONFIGURE:
        *channel = ask->step ? ask->step - 1 : 0;
        line = ask->step ? model->protect : model->remote;
        break;
    case ASK_POLL:
        line = model->poll;
        break;
    case ASK_SAFE:
        line = model->off;
        break;
    case ASK_SET:
        *channel = ask->channel;
        if (ask->signal == SUPPLY_SIGNAL_LIMIT)
            line = model->limit;
        else if (ask->signal == SUPPLY_SIGNAL_U)
            line = ask->value == 0.0 ? model->off : model->on;
        break;
    case ASK_IDENTIFY:
    case ASK_SYNC:
    case ASK_STREAM:
        break;
    }
    return *channel < used ? line : (struct supply_line){NULL, NULL};
}

struct request {
    const struct supply_model *model;
    const struct device_setup *setup;
    unsigned channel;
    double value;
};

static enum rc put_value(const void *ctx, char letter, struct obuf *out)
{
    const struct request *request = ctx;
    const struct supply_model *model = request->model;

    switch (letter) {
    case 'n':
        return obuf_byte(out, '1' + request->channel);
    case 'x':
        return num_put_fixed(out, request->value, model->decimals);
    case 'v':
        return num_put_fixed(out, ovp_V(model, request->setup, request->channel), model->decimals);
    case 'c':
        return num_put_fixed(out, model->channel[request->channel].ocp_A, model->decimals);
    default:
        return RC_CONFIG; /* a row of the table is wrong */
    }
}

static enum rc check_set(const struct supply_model *model, const struct device_setup *setup,
                         const struct ask *ask)
{
    if (ask->channel >= channels_used(model, setup))
        return RC_RANGE;
    switch (ask->signal) {
    case SUPPLY_SIGNAL_U:
        return num_within(ask->value, 0.0, max_V(model, setup, ask->channel)) ? RC_OK : RC_RANGE;
    case SUPPLY_SIGNAL_LIMIT:
        return num_within(ask->value, 0.0, model->channel[ask->channel].max_A) ? RC_OK : RC_RANGE;
    default:
        return RC_RANGE;
    }
}

enum rc scpi_supply_encode(const struct driver *self, const struct device_setup *setup,
                           const struct ask *ask, struct obuf *request)
{
    const struct supply_model *model = self->model;
    unsigned channel;

    if (setup->channels > model->channels)
        return RC_CONFIG;
    if (ask->kind == ASK_SYNC || (ask->kind == ASK_IDENTIFY && ask->step == 0))
        return obuf_put(request, SPAN("*IDN?\n"));
    if (ask->kind == ASK_IDENTIFY || ask->kind == ASK_STREAM)
        return RC_CONFIG;
    if (ask->kind == ASK_SET && check_set(model, setup, ask) != RC_OK)
        return RC_RANGE;
    if (ask->step >= (ask->kind == ASK_CONFIGURE ? 1 + SUPPLY_CHANNELS_MAX : SUPPLY_CHANNELS_MAX))
        return RC_CONFIG;
    struct supply_line line = find_line(model, setup, ask, &channel);
    if (!line.send)
        return RC_OK;
    const struct request of = {model, setup, channel, ask->value};
    return scpi_put_line(request, &(struct scpi_template){line.send, put_value, &of});
}

static enum rc decode_identity(const struct supply_model *model, const struct device_setup *setup,
                               struct span frame, struct identity *identity)
{
    struct scpi_identity idn;
    enum rc rc = scpi_accept_identity(frame, model->model, setup->expect_serial, &idn);

    if (rc == RC_OK && identity)
        identity_tell(identity, idn.make, idn.model, idn.serial, idn.firmware);
    return rc;
}

/* Of whom a line was asked. */
struct asked {
    const struct supply_model *model;
    const struct device_setup *setup;
    unsigned channel;
};

struct fields {
    double voltage_V, current_A, readback;
};

static enum rc check_level(struct span text, double level)
{
    double value;
    enum rc rc = scpi_parse_value(text, &value);

    if (rc != RC_OK)
        return rc;
    return fabs(value - level) <= 0.05 ? RC_OK : RC_REFUSED;
}

static enum rc check_channel(struct span text, unsigned channel)
{
    int64_t n;
    if (num_parse_int(text, 1, SUPPLY_CHANNELS_MAX, &n) != RC_OK)
        return RC_PROTOCOL;
    return n == (int64_t)channel + 1 ? RC_OK : RC_PROTOCOL; /* else an answer to another request */
}

static enum rc measured(struct span text, double max, double *out)
{
    double value;
    enum rc rc = scpi_parse_value(text, &value);

    if (rc != RC_OK)
        return rc;
    if (!(value >= -0.1 * max && value <= 1.2 * max))
        return RC_RANGE;
    *out = value;
    return RC_OK;
}

static enum rc check_state(struct span text, char letter)
{
    bool on = false;
    int code = 0;
    enum rc rc = letter == 'e' ? scpi_parse_error(text, &code) : scpi_parse_onoff(text, &on);

    if (rc != RC_OK)
        return rc;
    return code == 0 && on == (letter == '1') ? RC_OK : RC_REFUSED;
}

static enum rc decode_field(const struct asked *asked, char letter, struct span text,
                            struct fields *out)
{
    const struct supply_model *model = asked->model;
    unsigned channel = asked->channel;

    switch (letter) {
    case 'n':
        return check_channel(text, channel);
    case 'V':
        return measured(text, model->channel[channel].max_V, &out->voltage_V);
    case 'A':
        return measured(text, model->channel[channel].max_A, &out->current_A);
    case 'r':
        return scpi_parse_value(text, &out->readback);
    case 'v':
        return check_level(text, ovp_V(model, asked->setup, channel));
    case 'c':
        return check_level(text, model->channel[channel].ocp_A);
    default:
        return check_state(text, letter);
    }
}

/* All fields are looked at before one of them is believed: a line that is not whole is no answer,
 * whatever its first fields say. */
static enum rc decode_fields(const struct supply_model *model, const struct device_setup *setup,
                             const struct ask *ask, struct span frame, struct fields *out)
{
    struct asked asked = {model, setup, 0};
    struct supply_line line = find_line(model, setup, ask, &asked.channel);
    struct span rest = frame, field;
    enum rc result = RC_OK;
    size_t count = 0;

    if (!line.send)
        return RC_PROTOCOL;
    for (; scpi_take_field(&rest, ';', &field); count++) {
        if (count == strlen(line.expect))
            return RC_PROTOCOL;
        enum rc rc = decode_field(&asked, line.expect[count], field, out);
        if (rc == RC_PROTOCOL)
            return rc;
        if (result == RC_OK)
            result = rc;
    }
    return count == strlen(line.expect) ? result : RC_PROTOCOL;
}

enum rc scpi_supply_decode(const struct driver *self, const struct device_setup *setup,
                           const struct ask *ask, struct span frame, struct answer *out)
{
    const struct supply_model *model = self->model;
    struct fields fields = {(double)NAN, (double)NAN, (double)NAN};

    if (ask->kind == ASK_IDENTIFY || ask->kind == ASK_SYNC)
        return decode_identity(model, setup, frame,
                               ask->kind == ASK_IDENTIFY ? out->identity : NULL);
    if (setup->channels > model->channels)
        return RC_CONFIG;
    enum rc rc = decode_fields(model, setup, ask, frame, &fields);
    if (rc != RC_OK)
        return rc;
    bool off = ask->kind == ASK_SAFE ||
               (ask->kind == ASK_SET && ask->signal == SUPPLY_SIGNAL_U && ask->value == 0.0);
    if (off && !(fabs(fields.readback) <= 0.05))
        return RC_REFUSED;
    if (ask->kind == ASK_SET)
        out->readback = fields.readback;
    if (ask->kind == ASK_POLL) {
        struct supply_reading *reading = out->reading;
        reading->channel[ask->step] =
            (struct supply_channel){.u_V = fields.voltage_V, .i_A = fields.current_A};
        out->complete = ask->step + 1 == channels_used(model, setup);
    }
    return RC_OK;
}
