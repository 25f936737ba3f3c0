#include "instruments/srs_sr830/srs_sr830.h"

#include <math.h>

#include "core/num.h"
#include "instruments/proto/scpi.h"

static const double amplitude_min_V = 0.004, amplitude_max_V = 5.0;
static const double frequency_min_Hz = 0.001, frequency_max_Hz = 102000.0;

/* The output clips at 1.09 of full scale; more than the largest range is no answer of this unit. */
static const double clip = 1.1, impossible_V = 1.2;

enum shape { SHAPE_NUMBER, SHAPE_NO_OFFSET, SHAPE_NO_ERROR, SHAPE_SENSITIVITY, SHAPE_COUPLING };

/* Bits of *ESR?: input queue, query, execution, command. */
enum { EVENT_ERRORS = 0x01 | 0x04 | 0x10 | 0x20 };

/* Each setting is read back. Line filters would turn the phase; below 200 Hz the synchronous filter
 * takes away what the 30 ms leave of twice the frequency. */
/* clang-format off */
static const struct step {
    const char *line;
    enum shape shape;
    double wanted;
} configure_table[] = {
    { "*CLS;LOCL 1;LOCL?\r",  SHAPE_NUMBER, 1 },      /* remote */
    { "FMOD 1;FMOD?\r",       SHAPE_NUMBER, 1 },      /* internal reference */
    { "HARM 1;HARM?\r",       SHAPE_NUMBER, 1 },
    { "PHAS 0;PHAS?\r",       SHAPE_NUMBER, 0 },
    { "ISRC 1;ISRC?\r",       SHAPE_NUMBER, 1 },      /* A-B */
    { "IGND 0;IGND?\r",       SHAPE_NUMBER, 0 },      /* shields float */
    { "ICPL 0;ICPL?\r",       SHAPE_COUPLING, 0 },    /* AC, or of the row */
    { "ILIN 0;ILIN?\r",       SHAPE_NUMBER, 0 },      /* no line filters */
    { "RMOD 1;RMOD?\r",       SHAPE_NUMBER, 1 },      /* normal reserve */
    { NULL,                   SHAPE_SENSITIVITY, 0 }, /* of the row */
    { "OFSL 1;OFSL?\r",       SHAPE_NUMBER, 1 },      /* 12 dB per octave */
    { "OFLT 7;OFLT?\r",       SHAPE_NUMBER, 7 },      /* 30 ms */
    { "SYNC 1;SYNC?\r",       SHAPE_NUMBER, 1 },
    { "OEXP 1,0,0;OEXP? 1\r", SHAPE_NO_OFFSET, 0 },   /* X */
    { "OEXP 2,0,0;OEXP? 2\r", SHAPE_NO_OFFSET, 0 },   /* Y */
    { "*ESR?\r",              SHAPE_NO_ERROR, 0 },
};
/* clang-format on */
static const char identify_line[] = "OUTX 0;*IDN?\r";
static const char safe_line[] = "OUTX 0;SLVL 0.004;SLVL?\r";
static const char snap_line[] = "SNAP? 1,2\r";
static const char status_line[] = "LIAS?\r";
static const char dc_line[] = "ICPL 1;ICPL?\r";

/* ---- encode ---- */

static double amplitude_top_V(const struct device_setup *setup)
{
    double top = setup->full_scale;
    return top > 0.0 && top < amplitude_max_V ? top : amplitude_max_V;
}

static enum rc put_set(const struct device_setup *setup, const struct ask *ask,
                       struct obuf *request)
{
    size_t start = request->len;
    bool volts = ask->signal == LOCK_IN_SIGNAL_AMPLITUDE;

    if (ask->channel != 0 || (!volts && ask->signal != LOCK_IN_SIGNAL_FREQUENCY))
        return RC_RANGE;
    if (volts && !num_within(ask->value, amplitude_min_V, amplitude_top_V(setup)))
        return RC_RANGE;
    if (!volts && !num_within(ask->value, frequency_min_Hz, frequency_max_Hz))
        return RC_RANGE;
    enum rc rc = obuf_put(request, volts ? SPAN("SLVL ") : SPAN("FREQ "));
    if (rc == RC_OK)
        rc = num_put_fixed(request, ask->value, volts ? 3 : 4);
    if (rc == RC_OK)
        rc = obuf_put(request, volts ? SPAN(";SLVL?\r") : SPAN(";FREQ?\r"));
    if (rc != RC_OK)
        request->len = start;
    return rc;
}

static const char *configure_line(const struct sr830_model *model, unsigned step)
{
    if (step >= COUNT(configure_table))
        return NULL;
    const struct step *row = &configure_table[step];
    if (row->shape == SHAPE_COUPLING && model->dc)
        return dc_line;
    return row->shape == SHAPE_SENSITIVITY ? model->sens_line : row->line;
}

/* The line of an ask that says the same whatever its value; NULL: there is none. */
static const char *find_line(const struct sr830_model *model, const struct ask *ask)
{
    switch (ask->kind) {
    case ASK_IDENTIFY:
        return ask->step == 0 ? identify_line : NULL;
    case ASK_CONFIGURE:
        return configure_line(model, ask->step);
    case ASK_POLL:
        return ask->step == 0 ? snap_line : ask->step == 1 ? status_line : NULL;
    case ASK_SAFE:
        return ask->step == 0 ? safe_line : NULL;
    case ASK_SYNC:
        return identify_line;
    case ASK_SET:
    case ASK_STREAM:
        break;
    }
    return NULL;
}

static enum rc encode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request)
{
    if (ask->kind == ASK_SET)
        return put_set(setup, ask, request);
    const char *line = find_line(self->model, ask);
    return line ? obuf_put(request, span_text(line)) : RC_CONFIG;
}

/* ---- decode ---- */

/* "s/n00111" and "ver1.000" without the words in front. */
static struct span without(struct span text, const char *word)
{
    size_t len = strlen(word);
    return text.len > len && memcmp(text.at, word, len) == 0 ? span_skip(text, len) : text;
}

static enum rc decode_identity(const struct sr830_model *model, const struct device_setup *setup,
                               struct span frame, struct identity *identity)
{
    struct scpi_identity idn;

    if (scpi_parse_identity(frame, &idn) != RC_OK ||
        !span_is(idn.make, "Stanford_Research_Systems"))
        return RC_PROTOCOL;
    if (!span_is(idn.model, model->model))
        return RC_REFUSED;
    struct span serial = without(idn.serial, "s/n");
    struct span wanted = without(span_text(setup->expect_serial), "s/n");
    if (wanted.len && !span_equal(serial, wanted))
        return RC_REFUSED;
    if (identity)
        identity_tell(identity, SPAN("Stanford Research"), idn.model, serial,
                      without(idn.firmware, "ver"));
    return RC_OK;
}

/* Exactly `count` numbers between commas. */
static bool numbers_of(struct span frame, double *value, size_t count)
{
    struct span rest = frame, field;

    for (size_t i = 0; i < count; i++)
        if (!scpi_take_field(&rest, ',', &field) || num_parse(field, &value[i]) != RC_OK)
            return false;
    return rest.at == NULL;
}

static enum rc decode_status(struct span frame, unsigned *bits)
{
    int64_t value;

    if (num_parse_int(frame, 0, 255, &value) != RC_OK)
        return RC_PROTOCOL;
    *bits = (unsigned)value;
    return RC_OK;
}

static enum rc decode_configure(const struct sr830_model *model, unsigned step, struct span frame)
{
    double value[2];
    unsigned bits;

    if (step >= COUNT(configure_table))
        return RC_PROTOCOL;
    const struct step *row = &configure_table[step];
    switch (row->shape) {
    case SHAPE_NO_ERROR:
        if (decode_status(frame, &bits) != RC_OK)
            return RC_PROTOCOL;
        return bits & EVENT_ERRORS ? RC_REFUSED : RC_OK;
    case SHAPE_NO_OFFSET:
        if (!numbers_of(frame, value, 2))
            return RC_PROTOCOL;
        return fabs(value[0]) <= 0.005 && fabs(value[1]) <= 0.005 ? RC_OK : RC_REFUSED;
    default:
        if (!numbers_of(frame, value, 1))
            return RC_PROTOCOL;
        double wanted = row->shape == SHAPE_SENSITIVITY ? model->sens_code
                        : row->shape == SHAPE_COUPLING  ? model->dc
                                                        : row->wanted;
        return fabs(value[0] - wanted) <= 0.005 ? RC_OK : RC_REFUSED;
    }
}

/* A range that somebody changed by hand shows here: the value has lost its meaning. */
static enum rc decode_snap(const struct sr830_model *model, struct span frame,
                           struct lock_in_reading *reading)
{
    double value[2], top_V = clip * model->full_scale_V;

    if (!numbers_of(frame, value, 2))
        return RC_PROTOCOL;
    if (!(fabs(value[0]) <= impossible_V && fabs(value[1]) <= impossible_V))
        return RC_RANGE;
    bool whole = fabs(value[0]) <= top_V && fabs(value[1]) <= top_V;
    reading->x_V = whole ? value[0] : (double)NAN;
    reading->y_V = whole ? value[1] : (double)NAN;
    return RC_OK;
}

/* The bits are latched since they were last read, so they cover the snapshot before. */
static enum rc decode_overload(struct span frame, struct answer *out)
{
    struct lock_in_reading *reading = out->reading;
    unsigned bits;

    if (decode_status(frame, &bits) != RC_OK)
        return RC_PROTOCOL;
    bool over = (bits & (SR830_STATUS_INPUT | SR830_STATUS_FILTER | SR830_STATUS_OUTPUT)) ||
                isnan(reading->x_V);
    if (over || (bits & SR830_STATUS_UNLOCKED))
        reading->x_V = reading->y_V = (double)NAN;
    reading->overload = over ? 1.0 : 0.0;
    out->complete = true;
    return RC_OK;
}

/* A number that cannot be this setting answers something else: 0 is a status, not an amplitude. */
static enum rc decode_setting(unsigned signal, struct span frame, double *value)
{
    bool volts = signal == LOCK_IN_SIGNAL_AMPLITUDE;

    if (!volts && signal != LOCK_IN_SIGNAL_FREQUENCY)
        return RC_PROTOCOL;
    double least = volts ? amplitude_min_V : frequency_min_Hz;
    double most = volts ? amplitude_max_V : frequency_max_Hz;
    double got;
    if (!numbers_of(frame, &got, 1) || !num_within(got, 0.999 * least, 1.001 * most))
        return RC_PROTOCOL;
    *value = got;
    return RC_OK;
}

static enum rc decode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct span frame, struct answer *out)
{
    const struct sr830_model *model = self->model;
    double value;
    enum rc rc;

    switch (ask->kind) {
    case ASK_IDENTIFY:
        return ask->step ? RC_PROTOCOL : decode_identity(model, setup, frame, out->identity);
    case ASK_SYNC:
        return decode_identity(model, setup, frame, NULL);
    case ASK_CONFIGURE:
        return decode_configure(model, ask->step, frame);
    case ASK_POLL:
        if (ask->step > 1)
            return RC_PROTOCOL;
        return ask->step ? decode_overload(frame, out) : decode_snap(model, frame, out->reading);
    case ASK_SET:
        rc = decode_setting(ask->signal, frame, &value);
        if (rc == RC_OK)
            out->readback = value;
        return rc;
    case ASK_SAFE:
        rc = decode_setting(LOCK_IN_SIGNAL_AMPLITUDE, frame, &value);
        return rc == RC_OK && !(value <= 0.0045) ? RC_REFUSED : rc;
    case ASK_STREAM:
        break;
    }
    return RC_PROTOCOL;
}

/* clang-format off */
static const struct sr830_model sr830 = { "SR830", "SENS 25;SENS?\r", 25, 0.5, false };
static const struct sr830_model sr830_low = { "SR830", "SENS 17;SENS?\r", 17, 1e-3, false };
static const struct sr830_model sr830_dc = { "SR830", "SENS 25;SENS?\r", 25, 0.5, true };
static const struct sr830_model sr810 = { "SR810", "SENS 25;SENS?\r", 25, 0.5, false };

#define DRIVER(row)                                                                                \
    .maturity = MATURITY_SIMULATED, .capability = &capability_lock_in, .framing = &framing_line_cr, \
    .line = { .baud = 9600, .parity = 'N', .data_bits = 8, .stop_bits = 1, .raise_dtr_rts = true }, \
    .identify_steps = 1, .configure_steps = COUNT(configure_table), .poll_steps = 2,               \
    .safe_steps = 1, .channels = 1, .reply_timeout = { 500000 }, .turnaround = { 5000 },           \
    .poll_period = { 200000 }, .model = (row), .encode = encode, .decode = decode

const struct driver sr830_driver = { DRIVER(&sr830),
    .name = "sr830", .summary = "SRS SR830 lock-in amplifier, full scale 500 mV" };
const struct driver sr830_low_driver = { DRIVER(&sr830_low),
    .name = "sr830_low", .summary = "SRS SR830 lock-in amplifier, full scale 1 mV" };
const struct driver sr830_dc_driver = { DRIVER(&sr830_dc),
    .name = "sr830_dc", .summary = "SRS SR830 lock-in amplifier, full scale 500 mV, DC coupled" };
const struct driver sr810_driver = { DRIVER(&sr810),
    .name = "sr810", .summary = "SRS SR810 lock-in amplifier, full scale 500 mV" };
/* clang-format on */
