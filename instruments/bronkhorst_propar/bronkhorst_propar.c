#include "instruments/bronkhorst_propar/bronkhorst_propar.h"

#include <math.h>
#include <strings.h>

#include "core/num.h"
#include "instruments/capability/flow_controller.h"
#include "instruments/proto/propar.h"

/* Control modes in which a set point over the wire is obeyed. */
enum { MODE_BUS = 0, MODE_RS232 = 18 };
enum { STATUS_OK = 0, STATUS_VALUE = 6 };
enum { VALUES_MAX = 8 };

/* clang-format off */
static const struct propar_unit unit_ln  = { "ln/min",  1.0 };
static const struct propar_unit unit_mln = { "mln/min", 0.001 };
static const struct propar_unit unit_ls  = { "ls/min",  1.0 };
static const struct propar_unit unit_mls = { "mls/min", 0.001 };
/* 22.414 L/mol over 18.015 g/mol over 60 min: what water becomes behind an evaporator */
static const struct propar_unit unit_gh_water = { "g/h", 22.414 / 18.015 / 60 };

static const struct propar_parameter who_parameters[] = {
    { 113, 3, PROPAR_TEXT, 0 }, /* serial number */
    { 113, 2, PROPAR_TEXT, 0 }, /* model */
    { 113, 5, PROPAR_TEXT, 0 }, /* firmware */
};
static const struct propar_parameter range_parameters[] = {
    { 1, 13, PROPAR_32,   0 },  /* capacity: 100 % */
    { 1, 31, PROPAR_TEXT, 7 },  /* its unit */
    { 1, 17, PROPAR_TEXT, 10 }, /* fluid */
};
static const struct propar_parameter mode_parameters[] = { { 1, 4, PROPAR_U8, 0 } };
static const struct propar_parameter poll_parameters[] = {
    { 33, 0,  PROPAR_32,   0 }, { 33, 3, PROPAR_32, 0 }, /* fmeasure, fsetpoint */
    { 33, 7,  PROPAR_32,   0 }, { 33, 8, PROPAR_32, 0 }, /* temperature, pressure */
    { 1,  4,  PROPAR_U8,   0 }, { 1, 31, PROPAR_TEXT, 7 }, { 1, 17, PROPAR_TEXT, 10 },
};
enum { POLL_FLOW, POLL_SETPOINT, POLL_TEMP, POLL_PRESSURE, POLL_MODE, POLL_UNIT, POLL_FLUID };

struct step { const struct propar_parameter *parameters; size_t count; };
static const struct step identify_table[] = {
    { who_parameters,   COUNT(who_parameters) },
    { range_parameters, COUNT(range_parameters) },
};
static const struct step configure_table[] = { { mode_parameters, COUNT(mode_parameters) } };
static const struct step poll_table[] = { { poll_parameters, COUNT(poll_parameters) } };
static const struct step sync_table[] = { { mode_parameters, COUNT(mode_parameters) } };
/* clang-format on */

static double station_slpm(const struct driver *self, const struct device_setup *setup)
{
    const struct propar_unit *unit = self->model;
    return unit->slpm / setup->reference_ratio;
}

static bool setup_is_sound(const struct device_setup *setup)
{
    return setup->node <= BRONKHORST_THIS_PORT && num_within(setup->reference_ratio, 0.5, 2.0);
}

static uint8_t node_of(const struct device_setup *setup)
{
    return (uint8_t)(setup->node ? setup->node : BRONKHORST_THIS_PORT);
}

/* NULL: not a read, or no such step. */
static const struct step *find_read(const struct driver *self, const struct ask *ask)
{
    switch (ask->kind) {
    case ASK_IDENTIFY:
        return ask->step < self->identify_steps ? &identify_table[ask->step] : NULL;
    case ASK_CONFIGURE:
        return ask->step < self->configure_steps ? &configure_table[ask->step] : NULL;
    case ASK_POLL:
        return ask->step < self->poll_steps ? &poll_table[ask->step] : NULL;
    case ASK_SYNC:
        return &sync_table[0];
    default:
        return NULL;
    }
}

static bool is_write(const struct driver *self, const struct ask *ask)
{
    return ask->kind == ASK_SET || (ask->kind == ASK_SAFE && ask->step < self->safe_steps);
}

static enum rc put_set(const struct driver *self, const struct device_setup *setup,
                       const struct ask *ask, struct obuf *data)
{
    const double top_slpm =
        setup->full_scale > 0.0 ? setup->full_scale : 3000.0 * station_slpm(self, setup);
    if (ask->signal != FLOW_SIGNAL_FLOW || !num_within(ask->value, 0.0, top_slpm))
        return RC_RANGE;
    uint8_t bytes[7] = {PROPAR_WRITE, 33, PROPAR_32 | 3};
    propar_put_float(bytes + 3, ask->value / station_slpm(self, setup) + 0.0);
    return obuf_put(data, (struct span){(const char *)bytes, sizeof bytes});
}

static enum rc encode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request)
{
    char bytes[PROPAR_DATA_MAX];
    struct obuf data = {bytes, 0, sizeof bytes};
    const struct step *step = find_read(self, ask);
    enum rc rc;

    if (!setup_is_sound(setup))
        return RC_CONFIG;
    if (step)
        rc = propar_put_read(&data, step->parameters, step->count);
    else if (!is_write(self, ask))
        return RC_CONFIG;
    else if (ask->kind == ASK_SET)
        rc = put_set(self, setup, ask, &data);
    else
        rc = obuf_put(&data, SPAN("\x01\x01\x21\0\0"));
    if (rc != RC_OK)
        return rc;
    return propar_put_frame(request, ask->seq, node_of(setup), obuf_span(&data));
}

static void copy_text(const char *from, char *to, size_t cap)
{
    size_t len = strlen(from);
    len = len < cap ? len : cap - 1;
    memcpy(to, from, len);
    to[len] = '\0';
}

static enum rc take_who(const struct device_setup *setup, const struct propar_value *values,
                        struct identity *identity)
{
    if (values[0].text[0] == '\0')
        return RC_PROTOCOL;
    if (setup->expect_serial[0] && strcmp(values[0].text, setup->expect_serial) != 0)
        return RC_REFUSED;
    copy_text("Bronkhorst", identity->make, sizeof identity->make);
    copy_text(values[0].text, identity->serial, sizeof identity->serial);
    copy_text(values[1].text, identity->model, sizeof identity->model);
    copy_text(values[2].text, identity->firmware, sizeof identity->firmware);
    return RC_OK;
}

/* Another unit or fluid than the station's means that every number has another meaning. */
static enum rc check_range(const struct driver *self, const struct device_setup *setup,
                           const char *unit_name, const char *fluid)
{
    const struct propar_unit *unit = self->model;
    if (strcmp(unit_name, unit->name) != 0)
        return RC_REFUSED;
    if (setup->expect_gas[0] && strcasecmp(fluid, setup->expect_gas) != 0)
        return RC_REFUSED;
    return RC_OK;
}

static enum rc take_range(const struct driver *self, const struct device_setup *setup,
                          const struct propar_value *values, struct identity *identity)
{
    enum rc rc = check_range(self, setup, values[1].text, values[2].text);
    if (rc != RC_OK)
        return rc;
    const double full_scale = values[0].number * station_slpm(self, setup);
    if (!num_within(full_scale, 1e-6, 1e5))
        return RC_RANGE;
    /* A station may ask for less than the device can, never for more. */
    if (setup->full_scale > 0.0 && !(setup->full_scale <= full_scale * 1.005))
        return RC_REFUSED;
    identity->full_scale = full_scale;
    copy_text(values[2].text, identity->gas, sizeof identity->gas);
    return RC_OK;
}

static enum rc take_mode(double mode)
{
    return num_within(mode, MODE_BUS, MODE_BUS) || num_within(mode, MODE_RS232, MODE_RS232)
               ? RC_OK
               : RC_REFUSED; /* a set point would be acknowledged and do nothing */
}

static enum rc take_poll(const struct driver *self, const struct device_setup *setup,
                         const struct propar_value *values, struct answer *out)
{
    const double scale = station_slpm(self, setup);
    struct flow_reading *reading = out->reading;
    enum rc rc = take_mode(values[POLL_MODE].number);
    if (rc == RC_OK)
        rc = check_range(self, setup, values[POLL_UNIT].text, values[POLL_FLUID].text);
    if (rc != RC_OK)
        return rc;
    const double pressure_kPa = values[POLL_PRESSURE].number * 0.1; /* mbar */
    if (!num_within(values[POLL_FLOW].number * scale, -1e4, 1e4) ||
        !num_within(values[POLL_SETPOINT].number * scale, -1e4, 1e4) ||
        !num_within(values[POLL_TEMP].number, -50.0, 300.0) ||
        !num_within(pressure_kPa, 0.0, 50000.0))
        return RC_RANGE;
    reading->flow_slpm = values[POLL_FLOW].number * scale;
    reading->setpoint_slpm = values[POLL_SETPOINT].number * scale;
    reading->temp_degC = values[POLL_TEMP].number;
    reading->pressure_kPa = pressure_kPa > 0.0 ? pressure_kPa : (double)NAN; /* no such sensor */
    out->complete = true;
    return RC_OK;
}

/* DATA that is a status, or the one byte of a low-level error. RC_PROTOCOL: neither. */
static enum rc take_status(const struct propar_message *message)
{
    if (message->len == 1)
        return RC_REFUSED;
    if (message->len != 3 || message->data[0] != PROPAR_STATUS)
        return RC_PROTOCOL;
    return message->data[1] == STATUS_OK      ? RC_OK
           : message->data[1] == STATUS_VALUE ? RC_RANGE
                                              : RC_REFUSED;
}

static enum rc decode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct span frame, struct answer *out)
{
    struct propar_message message;
    struct propar_value values[VALUES_MAX];
    const struct step *step = find_read(self, ask);

    if (!setup_is_sound(setup) || (step == NULL && !is_write(self, ask)))
        return RC_CONFIG;
    enum rc rc = propar_get_frame(frame, &message);
    if (rc != RC_OK)
        return rc;
    if (message.seq != ask->seq || message.node != node_of(setup))
        return RC_PROTOCOL; /* late, or another's */
    rc = take_status(&message);
    if (step == NULL) {
        if (rc == RC_OK)
            out->readback = (double)NAN; /* the status does not say; the next poll does */
        return rc;
    }
    if (rc != RC_PROTOCOL)
        return rc == RC_OK ? RC_PROTOCOL : rc; /* "ok" is no answer to a read */

    const struct span data = {(const char *)message.data, message.len};
    rc = propar_get_answer(data, step->parameters, step->count, values);
    if (rc != RC_OK)
        return rc;
    if (ask->kind == ASK_POLL)
        return take_poll(self, setup, values, out);
    if (ask->kind == ASK_IDENTIFY)
        return ask->step == 0 ? take_who(setup, values, out->identity)
                              : take_range(self, setup, values, out->identity);
    return ask->kind == ASK_SYNC ? RC_OK : take_mode(values[0].number);
}

/* clang-format off */
#define BRONKHORST(its_name, its_summary, its_unit)                                                \
    .name = (its_name), .summary = (its_summary), .model = (its_unit),                             \
    .maturity = MATURITY_SIMULATED, .capability = &capability_flow_controller,                     \
    .framing = &framing_propar,                                                                    \
    .line = { .baud = 38400, .parity = 'N', .data_bits = 8, .stop_bits = 1 },                      \
    .identify_steps = COUNT(identify_table), .configure_steps = COUNT(configure_table),            \
    .poll_steps = COUNT(poll_table), .safe_steps = 1, .channels = 1,                               \
    .reply_timeout = { 500000 }, .poll_period = { 100000 }, .bus = true,   \
    .encode = encode, .decode = decode

const struct driver bronkhorst_propar_driver = {
    BRONKHORST("bronkhorst", "Bronkhorst mass flow controller, ln/min (ProPar)", &unit_ln) };
const struct driver bronkhorst_propar_mln_driver = {
    BRONKHORST("bronkhorst_mln", "Bronkhorst mass flow controller, mln/min (ProPar)", &unit_mln) };
const struct driver bronkhorst_propar_ls_driver = {
    BRONKHORST("bronkhorst_ls", "Bronkhorst mass flow controller, ls/min (ProPar)", &unit_ls) };
const struct driver bronkhorst_propar_mls_driver = {
    BRONKHORST("bronkhorst_mls", "Bronkhorst mass flow controller, mls/min (ProPar)", &unit_mls) };
const struct driver bronkhorst_propar_water_driver = {
    BRONKHORST("bronkhorst_water", "Bronkhorst liquid controller of an evaporator, water in g/h (ProPar)",
               &unit_gh_water) };
/* clang-format on */
