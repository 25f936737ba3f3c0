#include "instruments/alicat_mc/alicat_mc.h"

#include <math.h>
#include <strings.h>

#include "core/num.h"
#include "instruments/alicat_mc/alicat_mc_frame.h"
#include "instruments/proto/columns.h"

enum { STATISTIC_MASS_LOOP = 37, OLDEST_FAMILY = 9 };

/* clang-format off */
static const struct alicat_unit unit_slpm = { "SLPM",  7, 1.0,   4 };
static const struct alicat_unit unit_sccm = { "SCCM", 12, 0.001, 2 };

enum shape { SHAPE_FIRMWARE, SHAPE_MODEL, SHAPE_SERIAL, SHAPE_FULL_SCALE, SHAPE_DATA, SHAPE_SOURCE,
             SHAPE_LOOP, SHAPE_SETPOINT };

struct step { const char *command; enum shape shape; };

static const struct step identify_table[] = {
    { "VE",    SHAPE_FIRMWARE }, /* first: on old families the others would lock the panel */
    { "??M*",  SHAPE_MODEL },
    { "??M*",  SHAPE_SERIAL },
    { "FPF 5", SHAPE_FULL_SCALE },
    { "",      SHAPE_DATA },
};
static const struct step configure_table[] = {
    { "LSS", SHAPE_SOURCE },
    { "LV",  SHAPE_LOOP },
    { "LS",  SHAPE_SETPOINT }, /* proves the unit of flow */
};
static const struct step poll_table[] = { { "", SHAPE_DATA } };
static const struct step safe_table[] = { { "LS 0", SHAPE_SETPOINT } };
static const struct step sync_table[] = { { "VE", SHAPE_FIRMWARE } };

/* clang-format on */

/* Standard litres per minute at the station's reference that one of the device's flow unit is. */
static double station_slpm(const struct driver *self, const struct device_setup *setup)
{
    const struct alicat_unit *unit = self->model;
    return unit->slpm / setup->reference_ratio;
}

static bool setup_is_sound(const struct device_setup *setup)
{
    return setup->address >= 'A' && setup->address <= 'Z' &&
           num_within(setup->reference_ratio, 0.5, 2.0);
}

static const struct step *find_step(const struct driver *self, const struct ask *ask)
{
    switch (ask->kind) {
    case ASK_IDENTIFY:
        return ask->step < self->identify_steps ? &identify_table[ask->step] : NULL;
    case ASK_CONFIGURE:
        return ask->step < self->configure_steps ? &configure_table[ask->step] : NULL;
    case ASK_POLL:
        return ask->step < self->poll_steps ? &poll_table[ask->step] : NULL;
    case ASK_SET:
    case ASK_SAFE:
        return ask->step < self->safe_steps ? &safe_table[ask->step] : NULL;
    case ASK_SYNC:
        return &sync_table[0];
    case ASK_STREAM:
        break;
    }
    return NULL;
}

static enum rc encode_set(const struct driver *self, const struct device_setup *setup,
                          const struct ask *ask, struct obuf *request)
{
    const struct alicat_unit *unit = self->model;
    const double top_slpm =
        setup->full_scale > 0.0 ? setup->full_scale : 3000.0 * station_slpm(self, setup);
    const size_t before = request->len;

    if (ask->signal != FLOW_SIGNAL_FLOW || !num_within(ask->value, 0.0, top_slpm))
        return RC_RANGE;
    const char head[] = {setup->address, 'L', 'S', ' '};
    enum rc rc = obuf_put(request, (struct span){head, sizeof head});
    if (rc == RC_OK) /* + 0.0: a minus sign before zero is not wanted on the wire */
        rc = num_put_fixed(request, ask->value / station_slpm(self, setup) + 0.0, unit->decimals);
    if (rc == RC_OK)
        rc = obuf_byte(request, '\r');
    if (rc != RC_OK)
        request->len = before;
    return rc;
}

static enum rc encode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request)
{
    const struct step *step = find_step(self, ask);
    if (step == NULL || !setup_is_sound(setup))
        return RC_CONFIG;
    if (ask->kind == ASK_SET)
        return encode_set(self, setup, ask, request);

    const size_t before = request->len;
    enum rc rc = obuf_byte(request, (unsigned char)setup->address);
    if (rc == RC_OK)
        rc = obuf_put(request, span_text(step->command));
    if (rc == RC_OK)
        rc = obuf_byte(request, '\r');
    if (rc != RC_OK)
        request->len = before;
    return rc;
}

/* Copies a text that the device told. RC_PROTOCOL: empty, too long or not printable. */
static enum rc copy_text(struct span text, char *to, size_t cap)
{
    if (text.len == 0 || text.len >= cap)
        return RC_PROTOCOL;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < ' ' || text.at[i] > '~')
            return RC_PROTOCOL;
    memcpy(to, text.at, text.len);
    to[text.len] = '\0';
    return RC_OK;
}

static enum rc decode_firmware(struct span line, struct identity *identity)
{
    const struct span word = columns_word(&line);
    const char *v = word.len ? memchr(word.at, 'v', word.len) : NULL;
    int64_t family = 0;

    if (word.len >= 2 && word.at[0] == 'G' && word.at[1] == 'P')
        return RC_REFUSED; /* another dialect altogether */
    if (v == NULL ||
        num_parse_int((struct span){word.at, (size_t)(v - word.at)}, 0, 99, &family) != RC_OK)
        return RC_PROTOCOL;
    if (columns_word(&line).len == 0) /* a date follows; without it the line was cut */
        return RC_PROTOCOL;
    if (family < OLDEST_FAMILY)
        return RC_REFUSED; /* neither set-point query nor source query */
    if (identity == NULL)
        return RC_OK;
    enum rc rc = copy_text(word, identity->firmware, sizeof identity->firmware);
    if (rc == RC_OK)
        memcpy(identity->make, "Alicat", sizeof "Alicat");
    return rc;
}

/* " M05 Serial Number 123456": found by its label; the rows differ between families. */
static enum rc decode_manufacturer(struct span line, const char *label, struct span *value)
{
    const struct span row = columns_word(&line);
    const struct span name = span_text(label);
    if (row.len != 3 || row.at[0] != 'M')
        return RC_PROTOCOL;
    while (line.len && *line.at == ' ')
        line = span_skip(line, 1);
    if (line.len <= name.len || memcmp(line.at, name.at, name.len) != 0)
        return RC_PROTOCOL;
    line = span_skip(line, name.len);
    *value = columns_word(&line);
    return value->len && columns_word(&line).len == 0 ? RC_OK : RC_PROTOCOL;
}

/* Gas names differ in case between people and devices. */
static bool text_is_same(struct span got, const char *wanted)
{
    return got.len == strlen(wanted) && strncasecmp(got.at, wanted, got.len) == 0;
}

/* "7 SLPM" at the end of `line`. */
static enum rc check_unit(const struct driver *self, struct span line)
{
    const struct alicat_unit *unit = self->model;
    const struct span code = columns_word(&line);
    const struct span name = columns_word(&line);
    int64_t number;
    if (name.len == 0 || columns_word(&line).len)
        return RC_PROTOCOL;
    if (columns_is_blank(name))
        return RC_REFUSED; /* the device has no such statistic */
    if (num_parse_int(code, 0, 999, &number) != RC_OK)
        return RC_PROTOCOL;
    return number == unit->code && span_is(name, unit->name) ? RC_OK : RC_REFUSED;
}

static enum rc decode_full_scale(const struct driver *self, const struct device_setup *setup,
                                 struct span line, double *full_scale_slpm)
{
    const struct column column = {.scale = station_slpm(self, setup), .min = 0.0, .max = 1e5};
    double value;
    enum rc rc = columns_number(columns_word(&line), &column, &value);
    if (rc == RC_OK)
        rc = check_unit(self, line);
    if (rc != RC_OK)
        return rc;
    if (!(value > 0.0))
        return RC_RANGE;
    /* A station may ask for less than the device can, never for more. */
    if (setup->full_scale > 0.0 && !(setup->full_scale <= value * 1.005))
        return RC_REFUSED;
    *full_scale_slpm = value;
    return RC_OK;
}

/* Requested and current set point; they differ while a ramp runs, so what counts is the first. */
static enum rc decode_setpoint(const struct driver *self, const struct device_setup *setup,
                               struct span line, double *requested_slpm)
{
    const struct column column = {.scale = station_slpm(self, setup), .min = -1.0, .max = 1e5};
    double requested, current;
    enum rc rc = columns_number(columns_word(&line), &column, &requested);
    if (rc == RC_OK)
        rc = columns_number(columns_word(&line), &column, &current);
    if (rc == RC_OK)
        rc = check_unit(self, line);
    if (rc != RC_OK)
        return rc;
    if (!isfinite(requested))
        return RC_RANGE;
    *requested_slpm = requested;
    return RC_OK;
}

static void void_columns(unsigned effects, struct flow_reading *reading)
{
    if (effects & ALICAT_NO_PRESSURE)
        reading->pressure_kPa = (double)NAN;
    if (effects & ALICAT_NO_TEMP)
        reading->temp_degC = (double)NAN;
    if (effects & ALICAT_NO_FLOW)
        reading->flow_slpm = (double)NAN;
}

static enum rc decode_data(const struct driver *self, const struct device_setup *setup,
                           const struct ask *ask, struct span line, struct answer *out)
{
    struct alicat_frame data;
    enum rc rc = alicat_cut_frame(line, station_slpm(self, setup), &data);
    if (rc != RC_OK)
        return rc;
    const unsigned effects = data.effects;
    if (effects & ALICAT_BROKEN)
        return RC_RANGE;
    if (effects & ALICAT_OVERRIDDEN)
        return RC_REFUSED;
    if (setup->expect_gas[0] && !text_is_same(data.gas, setup->expect_gas))
        return RC_REFUSED;
    if (ask->kind == ASK_IDENTIFY)
        return copy_text(data.gas, out->identity->gas, sizeof out->identity->gas);
    void_columns(effects, &data.reading);
    memcpy(out->reading, &data.reading, sizeof data.reading);
    out->complete = true;
    return RC_OK;
}

static enum rc decode_manufacturer_step(const struct device_setup *setup, enum shape shape,
                                        struct span line, struct identity *identity)
{
    struct span value;
    const bool serial = shape == SHAPE_SERIAL;
    enum rc rc = decode_manufacturer(line, serial ? "Serial Number" : "Model Number", &value);
    if (rc != RC_OK)
        return rc;
    if (serial && setup->expect_serial[0] && !span_is(value, setup->expect_serial))
        return RC_REFUSED;
    return serial ? copy_text(value, identity->serial, sizeof identity->serial)
                  : copy_text(value, identity->model, sizeof identity->model);
}

static bool is_source(char letter)
{
    return letter == 'S' || letter == 'U' || letter == 'A';
}

/* A set point is ignored without a word while the source is analog, or the loop controls pressure.
 */
static enum rc decode_source(struct span line)
{
    const struct span word = columns_word(&line);
    if (word.len != 1 || columns_word(&line).len || !is_source(*word.at))
        return RC_PROTOCOL;
    return *word.at == 'A' ? RC_REFUSED : RC_OK;
}

static enum rc decode_loop(struct span line)
{
    int64_t variable;
    const struct span word = columns_word(&line);
    if (columns_word(&line).len || num_parse_int(word, 0, 999, &variable) != RC_OK)
        return RC_PROTOCOL;
    return variable == STATISTIC_MASS_LOOP ? RC_OK : RC_REFUSED;
}

static enum rc decode_set_or_safe(const struct driver *self, const struct device_setup *setup,
                                  const struct ask *ask, struct span line, struct answer *out)
{
    double requested_slpm;
    enum rc rc = decode_setpoint(self, setup, line, &requested_slpm);
    if (rc != RC_OK)
        return rc;
    if (ask->kind == ASK_SAFE && !num_within(requested_slpm, -1e-9, 1e-9))
        return RC_REFUSED;
    out->readback = requested_slpm;
    return RC_OK;
}

static enum rc decode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct span frame, struct answer *out)
{
    const struct step *step = find_step(self, ask);
    if (step == NULL || !setup_is_sound(setup))
        return RC_CONFIG;
    struct span line = frame;
    const struct span unit = columns_word(&line);
    if (unit.len == 1 && *unit.at == '?' && columns_word(&line).len == 0)
        return RC_REFUSED;
    if (unit.len != 1 || *unit.at != setup->address)
        return RC_PROTOCOL;

    switch (step->shape) {
    case SHAPE_FIRMWARE:
        return decode_firmware(line, ask->kind == ASK_IDENTIFY ? out->identity : NULL);
    case SHAPE_MODEL:
    case SHAPE_SERIAL:
        return decode_manufacturer_step(setup, step->shape, line, out->identity);
    case SHAPE_FULL_SCALE:
        return decode_full_scale(self, setup, line, &out->identity->full_scale);
    case SHAPE_DATA:
        return decode_data(self, setup, ask, line, out);
    case SHAPE_SOURCE:
        return decode_source(line);
    case SHAPE_LOOP:
        return decode_loop(line);
    case SHAPE_SETPOINT:
        return decode_set_or_safe(self, setup, ask, line, out);
    }
    return RC_CONFIG;
}

/* clang-format off */
#define ALICAT(its_name, its_summary, its_unit)                                                    \
    .name = (its_name), .summary = (its_summary), .model = (its_unit),                             \
    .maturity = MATURITY_SIMULATED, .capability = &capability_flow_controller,                     \
    .framing = &framing_line_cr,                                                                   \
    .line = { .baud = 19200, .parity = 'N', .data_bits = 8, .stop_bits = 1 },                      \
    .identify_steps = COUNT(identify_table), .configure_steps = COUNT(configure_table),            \
    .poll_steps = COUNT(poll_table), .safe_steps = COUNT(safe_table), .channels = 1,               \
    .reply_timeout = { 500000 }, .turnaround = { 5000 }, .poll_period = { 100000 }, .bus = true,   \
    .encode = encode, .decode = decode

const struct driver alicat_mc_driver = {
    ALICAT("alicat", "Alicat MC mass flow controller, SLPM (ASCII, RS-232 or RS-485)", &unit_slpm) };
const struct driver alicat_mc_sccm_driver = {
    ALICAT("alicat_sccm", "Alicat MC mass flow controller, SCCM (ASCII, RS-232 or RS-485)", &unit_sccm) };
/* clang-format on */
