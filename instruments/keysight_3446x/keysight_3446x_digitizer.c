/* The 34465A as a digitizer: see keysight_3446x.h. */
#include <math.h>

#include "core/num.h"
#include "instruments/keysight_3446x/keysight_3446x_private.h"
#include "instruments/proto/scpi.h"

static const double interval_least_us = 20.0, interval_most_us = 1e6;

/* Autozero would take a second conversion between any two samples. The sample count includes those
 * before the trigger. */
/* clang-format off */
static const struct keysight_3446x_line configure_table[] = {
    { "*CLS;:ABOR;:CONF:VOLT:DC {r};:CONF?;:SYST:ERR?", "fe" },
    { ":VOLT:DC:APER 2E-5;:VOLT:DC:ZERO:AUTO OFF;:VOLT:DC:IMP:AUTO ON"
      ";:VOLT:DC:APER?;:VOLT:DC:ZERO:AUTO?;:VOLT:DC:IMP:AUTO?;:SYST:ERR?", "t0ze" },
    { ":TRIG:SOUR EXT;:TRIG:SLOP POS;:TRIG:COUN 1;:TRIG:DEL 0"
      ";:TRIG:SOUR?;:TRIG:SLOP?;:TRIG:COUN?;:TRIG:DEL?;:SYST:ERR?", "xp1de" },
    { ":SAMP:SOUR TIM;:SAMP:TIM 2E-5;:SAMP:COUN {c};:SAMP:COUN:PRET {b}"
      ";:SAMP:SOUR?;:SAMP:TIM?;:SAMP:COUN?;:SAMP:COUN:PRET?;:SYST:ERR?", "mtcbe" },
};
static const struct keysight_3446x_line safe_line = { ":ABOR;:SAMP:TIM 2E-5;:SAMP:TIM?\n", "t" };
static const struct keysight_3446x_line arm_line  = { "*CLS;:ABOR;:INIT;:SYST:ERR?\n", "e" };
static const struct keysight_3446x_line rest_line = { "*CLS;:ABOR;:SYST:ERR?\n", "e" };

static const struct keysight_3446x_model k34465a_dig = {
    .model = "34465A", .range_V = 0.1, .range = "0.1", .before = 16, .after = 80,
    .serial = "MY54500001", .firmware = "A.03.00-02.40-03.00-00.52-04-01" };
/* clang-format on */

static enum rc put_interval(double interval_us, struct obuf *request)
{
    static const struct scpi_style style = {.decimals = 5, .exponent = true};
    size_t start = request->len;

    if (!num_within(interval_us, interval_least_us, interval_most_us))
        return RC_RANGE;
    enum rc rc = obuf_put(request, SPAN(":SAMP:TIM "));
    if (rc == RC_OK)
        rc = scpi_put_number(request, interval_us * 1e-6, style);
    if (rc == RC_OK)
        rc = obuf_put(request, SPAN(";TIM?\n"));
    if (rc != RC_OK)
        request->len = start;
    return rc;
}

static enum rc put_set(const struct ask *ask, struct obuf *request)
{
    if (ask->channel != 0)
        return RC_RANGE;
    if (ask->signal == DIGITIZER_SIGNAL_INTERVAL)
        return put_interval(ask->value, request);
    if (ask->signal != DIGITIZER_SIGNAL_ARM || !(ask->value == 0.0 || ask->value == 1.0))
        return RC_RANGE;
    return obuf_put(request, span_text(ask->value > 0.5 ? arm_line.send : rest_line.send));
}

/* How many samples there are is asked first: FETC? would wait for the last of them in silence. */
static enum rc encode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request)
{
    (void)setup;
    switch (ask->kind) {
    case ASK_POLL:
        return ask->step == 0   ? obuf_put(request, SPAN("DATA:POIN?\n"))
               : ask->step == 1 ? obuf_put(request, SPAN("FETC?\n"))
                                : RC_CONFIG;
    case ASK_IDENTIFY:
        return ask->step == 0 ? obuf_put(request, SPAN("*IDN?\n")) : RC_CONFIG;
    case ASK_SYNC:
        return obuf_put(request, SPAN("*IDN?\n"));
    case ASK_CONFIGURE:
        return ask->step < COUNT(configure_table)
                   ? keysight_3446x_put_line(self->model, configure_table[ask->step].send, request)
                   : RC_CONFIG;
    case ASK_SET:
        return put_set(ask, request);
    case ASK_SAFE:
        return ask->step == 0 ? obuf_put(request, span_text(safe_line.send)) : RC_CONFIG;
    case ASK_STREAM:
        break;
    }
    return RC_CONFIG;
}

/* The count stands alone in its line, so one that was cut is told only by its value: fewer than the
 * record has, and more than none, is no whole record either way. */
static enum rc decode_points(const struct keysight_3446x_model *model, struct span frame,
                             struct answer *out)
{
    int64_t points, all = (int64_t)model->before + model->after;
    struct span digits = frame.len > 1 && frame.at[0] == '+' ? span_skip(frame, 1) : frame;

    if (num_parse_int(digits, 0, 2000000, &points) != RC_OK)
        return RC_PROTOCOL;
    if (points > all)
        return RC_RANGE; /* somebody has set another count */
    if (points == all)
        return RC_OK; /* FETC? follows */
    struct digitizer_reading *reading = out->reading;
    *reading = (struct digitizer_reading){0.0, (double)NAN, (double)NAN, {0}};
    for (size_t i = 0; i < DIGITIZER_WINDOWS; i++)
        reading->u_V[i] = (double)NAN;
    out->complete = true;
    return RC_OK;
}

static enum rc decode_poll(const struct keysight_3446x_model *model, const struct ask *ask,
                           struct span frame, struct answer *out)
{
    if (ask->step == 0)
        return decode_points(model, frame, out);
    if (ask->step != 1)
        return RC_CONFIG;
    double interval_us = ask->held ? ask->held[DIGITIZER_SIGNAL_INTERVAL] : (double)NAN;
    enum rc rc = keysight_3446x_decode_record(model, frame, interval_us, out->reading);
    if (rc == RC_OK)
        out->complete = true;
    return rc;
}

static enum rc decode_interval(struct span frame, double *readback)
{
    double value;
    enum rc rc = scpi_parse_value(frame, &value);

    if (rc != RC_OK)
        return rc;
    if (frame.len < 4 || frame.at[frame.len - 4] != 'E')
        return RC_PROTOCOL; /* cut */
    *readback = value * 1e6;
    return RC_OK;
}

static enum rc decode_set(const struct keysight_3446x_model *model, const struct ask *ask,
                          struct span frame, struct answer *out)
{
    if (ask->signal == DIGITIZER_SIGNAL_INTERVAL)
        return decode_interval(frame, &out->readback);
    if (ask->signal != DIGITIZER_SIGNAL_ARM)
        return RC_CONFIG;
    enum rc rc = keysight_3446x_decode_fields(model, arm_line.expect, frame);
    if (rc == RC_OK)
        out->readback = ask->value;
    return rc;
}

static enum rc decode_lines(const struct keysight_3446x_model *model, const struct ask *ask,
                            struct span frame)
{
    const struct keysight_3446x_line *lines =
        ask->kind == ASK_CONFIGURE ? configure_table : &safe_line;

    if (ask->step >= (ask->kind == ASK_CONFIGURE ? COUNT(configure_table) : 1))
        return RC_CONFIG;
    return keysight_3446x_decode_fields(model, lines[ask->step].expect, frame);
}

static enum rc decode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct span frame, struct answer *out)
{
    const struct keysight_3446x_model *model = self->model;

    switch (ask->kind) {
    case ASK_POLL:
        return decode_poll(model, ask, frame, out);
    case ASK_SET:
        return decode_set(model, ask, frame, out);
    case ASK_CONFIGURE:
    case ASK_SAFE:
        return decode_lines(model, ask, frame);
    case ASK_IDENTIFY:
        if (ask->step == 0)
            return keysight_3446x_decode_identity(model, setup, frame, out->identity);
        break;
    case ASK_SYNC:
        return keysight_3446x_decode_identity(model, setup, frame, NULL);
    case ASK_STREAM:
        break;
    }
    return RC_CONFIG;
}

/* A record is 1.5 kB, 0.13 s of the line; so it is asked for three times a second at most. */
const struct driver k34465a_dig_driver = {
    .name = "k34465a_dig",
    .summary = "Keysight 34465A as a digitizer, 50 kS/s, external trigger (SCPI)",
    .maturity = MATURITY_SIMULATED,
    .capability = &capability_digitizer,
    .framing = &framing_record_lf,
    .line = {.baud = 115200, .parity = 'N', .data_bits = 8, .stop_bits = 1},
    .identify_steps = 1,
    .configure_steps = COUNT(configure_table),
    .poll_steps = 2,
    .safe_steps = 1,
    .channels = 1,
    .reply_timeout = {500000},
    .turnaround = {1000},
    .poll_period = {300000},
    .model = &k34465a_dig,
    .encode = encode,
    .decode = decode,
};
