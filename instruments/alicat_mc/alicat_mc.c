#include "instruments/alicat_mc/alicat_mc.h"

#include <math.h>
#include <strings.h>

#include "core/num.h"
#include "instruments/alicat_mc/alicat_mc_frame.h"
#include "instruments/proto/columns.h"

enum { STATISTIC_PRESSURE_LOOP = 34, STATISTIC_MASS_LOOP = 37 };

/* clang-format off */
static const struct alicat_unit unit_slpm = {
    .name = "SLPM", .code = 7, .slpm = 1.0, .decimals = 4, .loop = STATISTIC_MASS_LOOP,
    .setpoint = FLOW_SIGNAL_FLOW, .most = 3000.0, .scaled = "FPF 5" };
static const struct alicat_unit unit_sccm = {
    .name = "SCCM", .code = 12, .slpm = 0.001, .decimals = 2, .loop = STATISTIC_MASS_LOOP,
    .setpoint = FLOW_SIGNAL_FLOW, .most = 3000.0, .scaled = "FPF 5" };
static const struct alicat_unit unit_psia = {
    .name = "PSIA", .code = 10, .kPa = 6.894757293168, .decimals = 3, .loop = STATISTIC_PRESSURE_LOOP,
    .setpoint = PRESSURE_SIGNAL_PRESSURE, .most = 150.0, .scaled = "FPF 2" };

enum shape { SHAPE_FIRMWARE, SHAPE_MODEL, SHAPE_SERIAL, SHAPE_FULL_SCALE, SHAPE_DATA, SHAPE_SOURCE,
             SHAPE_LOOP, SHAPE_SETPOINT };

struct step { const char *command; enum shape shape; };

static const struct step identify_table[] = {
    { "VE",    SHAPE_FIRMWARE }, /* first: on old families the others would lock the panel */
    { "??M*",  SHAPE_MODEL },
    { "??M*",  SHAPE_SERIAL },
    { NULL,    SHAPE_FULL_SCALE }, /* the unit's own command */
    { "",      SHAPE_DATA },
};
static const struct step configure_table[] = {
    { "LSS", SHAPE_SOURCE },
    { "LV",  SHAPE_LOOP },
    { "LS",  SHAPE_SETPOINT }, /* proves the unit of flow or pressure */
};
static const struct step poll_table[] = { { "", SHAPE_DATA } };
static const struct step safe_table[] = { { "LS 0", SHAPE_SETPOINT } };
static const struct step sync_table[] = { { "VE", SHAPE_FIRMWARE } };

/* clang-format on */

/* What one of the device's unit is: standard litres per minute at the station's reference, or kPa.
 */
static double station_size(const struct driver *self, const struct device_setup *setup)
{
    const struct alicat_unit *unit = self->model;
    return unit->kPa > 0.0 ? unit->kPa : unit->slpm / setup->reference_ratio;
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
    const double size = station_size(self, setup);
    const double top = setup->full_scale > 0.0 ? setup->full_scale : unit->most * size;
    const size_t before = request->len;

    if (ask->signal != unit->setpoint || !num_within(ask->value, 0.0, top))
        return RC_RANGE;
    const char head[] = {setup->address, 'L', 'S', ' '};
    enum rc rc = obuf_put(request, (struct span){head, sizeof head});
    if (rc == RC_OK) /* + 0.0: a minus sign before zero is not wanted on the wire */
        rc = num_put_fixed(request, ask->value / size + 0.0, unit->decimals);
    if (rc == RC_OK)
        rc = obuf_byte(request, '\r');
    if (rc != RC_OK)
        request->len = before;
    return rc;
}

static enum rc encode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request)
{
    const struct alicat_unit *unit = self->model;
    const struct step *step = find_step(self, ask);
    if (step == NULL || !setup_is_sound(setup))
        return RC_CONFIG;
    if (ask->kind == ASK_SET)
        return encode_set(self, setup, ask, request);

    const size_t before = request->len;
    enum rc rc = obuf_byte(request, (unsigned char)setup->address);
    if (rc == RC_OK)
        rc = obuf_put(request, span_text(step->command ? step->command : unit->scaled));
    if (rc == RC_OK)
        rc = obuf_byte(request, '\r');
    if (rc != RC_OK)
        request->len = before;
    return rc;
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
                                 struct span line, double *full_scale)
{
    const struct column column = {.scale = station_size(self, setup), .min = 0.0, .max = 1e5};
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
    *full_scale = value;
    return RC_OK;
}

/* Requested and current set point; they differ while a ramp runs, so what counts is the first. */
static enum rc decode_setpoint(const struct driver *self, const struct device_setup *setup,
                               struct span line, double *requested_out)
{
    const struct column column = {.scale = station_size(self, setup), .min = -1.0, .max = 1e5};
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
    *requested_out = requested;
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

static enum rc judge_effects(unsigned effects)
{
    return effects & ALICAT_BROKEN ? RC_RANGE : effects & ALICAT_OVERRIDDEN ? RC_REFUSED : RC_OK;
}

static enum rc decode_pressure(const struct alicat_unit *unit, const struct ask *ask,
                               struct span line, struct answer *out)
{
    struct alicat_pressure_frame data;
    enum rc rc = alicat_cut_pressure_frame(line, unit->kPa, &data);
    if (rc == RC_OK)
        rc = judge_effects(data.effects);
    if (rc != RC_OK || ask->kind == ASK_IDENTIFY)
        return rc;
    if (data.effects & ALICAT_NO_PRESSURE)
        data.reading.pressure_kPa = (double)NAN;
    memcpy(out->reading, &data.reading, sizeof data.reading);
    out->complete = true;
    return RC_OK;
}

static enum rc decode_flow(const struct driver *self, const struct device_setup *setup,
                           const struct ask *ask, struct span line, struct answer *out)
{
    struct alicat_frame data;
    enum rc rc = alicat_cut_frame(line, station_size(self, setup), &data);
    if (rc == RC_OK)
        rc = judge_effects(data.effects);
    if (rc != RC_OK)
        return rc;
    if (setup->expect_gas[0] && !text_is_same(data.gas, setup->expect_gas))
        return RC_REFUSED;
    if (ask->kind == ASK_IDENTIFY)
        return alicat_copy_text(data.gas, out->identity->gas, sizeof out->identity->gas);
    void_columns(data.effects, &data.reading);
    memcpy(out->reading, &data.reading, sizeof data.reading);
    out->complete = true;
    return RC_OK;
}

static enum rc decode_manufacturer_step(const struct device_setup *setup, enum shape shape,
                                        struct span line, struct identity *identity)
{
    struct span value;
    const bool serial = shape == SHAPE_SERIAL;
    enum rc rc =
        alicat_decode_manufacturer(line, serial ? "Serial Number" : "Model Number", &value);
    if (rc != RC_OK)
        return rc;
    if (serial && setup->expect_serial[0] && !span_is(value, setup->expect_serial))
        return RC_REFUSED;
    return serial ? alicat_copy_text(value, identity->serial, sizeof identity->serial)
                  : alicat_copy_text(value, identity->model, sizeof identity->model);
}

static bool is_source(char letter)
{
    return letter == 'S' || letter == 'U' || letter == 'A';
}

/* A set point is ignored without a word while the source is analog, or means something else while
 * the loop controls another quantity. */
static enum rc decode_source(struct span line)
{
    const struct span word = columns_word(&line);
    if (word.len != 1 || columns_word(&line).len || !is_source(*word.at))
        return RC_PROTOCOL;
    return *word.at == 'A' ? RC_REFUSED : RC_OK;
}

static enum rc decode_loop(const struct alicat_unit *unit, struct span line)
{
    int64_t variable;
    const struct span word = columns_word(&line);
    if (columns_word(&line).len || num_parse_int(word, 0, 999, &variable) != RC_OK)
        return RC_PROTOCOL;
    return variable == unit->loop ? RC_OK : RC_REFUSED;
}

static enum rc decode_set_or_safe(const struct driver *self, const struct device_setup *setup,
                                  const struct ask *ask, struct span line, struct answer *out)
{
    double requested;
    enum rc rc = decode_setpoint(self, setup, line, &requested);
    if (rc != RC_OK)
        return rc;
    if (ask->kind == ASK_SAFE && !num_within(requested, -1e-9, 1e-9))
        return RC_REFUSED;
    out->readback = requested;
    return RC_OK;
}

static enum rc decode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct span frame, struct answer *out)
{
    const struct step *step = find_step(self, ask);
    if (step == NULL || !setup_is_sound(setup))
        return RC_CONFIG;
    struct span line = frame;
    const struct alicat_unit *unit = self->model;
    const struct span letter = columns_word(&line);
    if (letter.len == 1 && *letter.at == '?' && columns_word(&line).len == 0)
        return RC_REFUSED;
    if (letter.len != 1 || *letter.at != setup->address)
        return RC_PROTOCOL;

    switch (step->shape) {
    case SHAPE_FIRMWARE:
        return alicat_decode_firmware(line, ask->kind == ASK_IDENTIFY ? out->identity : NULL);
    case SHAPE_MODEL:
    case SHAPE_SERIAL:
        return decode_manufacturer_step(setup, step->shape, line, out->identity);
    case SHAPE_FULL_SCALE:
        return decode_full_scale(self, setup, line, &out->identity->full_scale);
    case SHAPE_DATA:
        return unit->kPa > 0.0 ? decode_pressure(unit, ask, line, out)
                               : decode_flow(self, setup, ask, line, out);
    case SHAPE_SOURCE:
        return decode_source(line);
    case SHAPE_LOOP:
        return decode_loop(unit, line);
    case SHAPE_SETPOINT:
        return decode_set_or_safe(self, setup, ask, line, out);
    }
    return RC_CONFIG;
}

/* clang-format off */
#define ALICAT(its_name, its_summary, its_unit, its_kind)                                                    \
    .name = (its_name), .summary = (its_summary), .model = (its_unit),                             \
    .maturity = MATURITY_SIMULATED, .capability = &(its_kind),                     \
    .framing = &framing_line_cr,                                                                   \
    .line = { .baud = 19200, .parity = 'N', .data_bits = 8, .stop_bits = 1 },                      \
    .identify_steps = COUNT(identify_table), .configure_steps = COUNT(configure_table),            \
    .poll_steps = COUNT(poll_table), .safe_steps = COUNT(safe_table), .channels = 1,               \
    .reply_timeout = { 500000 }, .turnaround = { 5000 }, .poll_period = { 100000 }, .bus = true,   \
    .encode = encode, .decode = decode

const struct driver alicat_mc_driver = {
    ALICAT("alicat", "Alicat MC mass flow controller, SLPM (ASCII, RS-232 or RS-485)", &unit_slpm,
           capability_flow_controller) };
const struct driver alicat_mc_sccm_driver = {
    ALICAT("alicat_sccm", "Alicat MC mass flow controller, SCCM (ASCII, RS-232 or RS-485)", &unit_sccm,
           capability_flow_controller) };
const struct driver alicat_pc_driver = {
    ALICAT("alicat_pc", "Alicat PC pressure controller, back pressure, PSIA (ASCII, RS-232 or RS-485)",
           &unit_psia, capability_pressure_controller) };
/* clang-format on */
