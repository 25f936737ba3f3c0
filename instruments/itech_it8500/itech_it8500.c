#include "instruments/itech_it8500/itech_it8500.h"

#include <math.h>

#include "core/num.h"
#include "instruments/capability/load.h"
#include "instruments/proto/frame26.h"

/* The load opens by itself after this time with the input closed: the only help when nobody asks.
 */
enum { LOAD_ON_LIMIT_s = 3600 };
enum { ADDRESS_MAX = 254, PRODUCT_TEXT_LEN = 5, SERIAL_LEN = 10 };

/* clang-format off */
static const struct it8500_model model_it8500 = { "ITECH",         "8511\0", 30.0, 120.0, 150.0 };
static const struct it8500_model model_bk8500 = { "B&K Precision", "8500\0", 30.0, 120.0, 300.0 };

enum size { SIZE_NONE, SIZE_U8, SIZE_U16, SIZE_U32 }; /* none: a read */

struct step { enum it8500_command command; enum size size; uint32_t value; };

static const struct step identify_table[] = { { IT8500_PRODUCT, SIZE_NONE, 0 } };
static const struct step configure_table[] = {
    { IT8500_REMOTE,      SIZE_U8,  1 }, /* all other sets are "not now" before this */
    { IT8500_INPUT,       SIZE_U8,  0 }, /* a mode change with the input closed would open it for a moment */
    { IT8500_FUNCTION,    SIZE_U8,  0 }, /* fixed: no list, no short, no battery */
    { IT8500_MODE,        SIZE_U8,  0 }, /* constant current */
    { IT8500_MAX_CURRENT, SIZE_U32, 0 }, /* value: from the setup */
    { IT8500_LEVEL_CC,    SIZE_U32, 0 },
    { IT8500_TIMER_s,     SIZE_U16, LOAD_ON_LIMIT_s },
    { IT8500_TIMER_ON,    SIZE_U8,  1 },
};
static const struct step poll_table[] = { { IT8500_MEASURE, SIZE_NONE, 0 } };
/* Each works alone: the second fails with "not now" only where the front panel has the load. */
static const struct step safe_table[] = { { IT8500_REMOTE, SIZE_U8, 1 }, { IT8500_INPUT, SIZE_U8, 0 } };
static const struct step sync_table[] = { { IT8500_PRODUCT, SIZE_NONE, 0 } };
static const struct step set_level = { IT8500_LEVEL_CC, SIZE_U32, 0 };
static const struct step set_input = { IT8500_INPUT, SIZE_U8, 0 };
/* clang-format on */

static double limit_A(const struct driver *self, const struct device_setup *setup)
{
    const struct it8500_model *model = self->model;
    return setup->full_scale > 0.0 && setup->full_scale < model->max_A ? setup->full_scale
                                                                       : model->max_A;
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
    case ASK_SAFE:
        return ask->step < self->safe_steps ? &safe_table[ask->step] : NULL;
    case ASK_SET:
        return ask->signal == LOAD_SIGNAL_INPUT ? &set_input : &set_level;
    case ASK_SYNC:
        return &sync_table[0];
    case ASK_STREAM:
        break;
    }
    return NULL;
}

/* What a set sends. RC_RANGE: not for this model. */
static enum rc set_value(const struct driver *self, const struct device_setup *setup,
                         const struct ask *ask, uint32_t *value)
{
    if (ask->signal == LOAD_SIGNAL_INPUT) {
        if (!num_within(ask->value, 0.0, 0.0) && !num_within(ask->value, 1.0, 1.0))
            return RC_RANGE;
        *value = ask->value > 0.5;
        return RC_OK;
    }
    if (ask->signal != LOAD_SIGNAL_I || !num_within(ask->value, 0.0, limit_A(self, setup)))
        return RC_RANGE;
    *value = (uint32_t)(ask->value * 1e4 + 0.5);
    return RC_OK;
}

static enum rc encode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request)
{
    const struct step *step = find_step(self, ask);
    const size_t before = request->len;
    enum rc rc = RC_OK;

    if (step == NULL || setup->node > ADDRESS_MAX)
        return RC_CONFIG;
    struct frame26 frame = {.address = (uint8_t)setup->node, .command = (uint8_t)step->command};
    uint32_t value = step->value;
    if (ask->kind == ASK_SET)
        rc = set_value(self, setup, ask, &value);
    else if (step->command == IT8500_MAX_CURRENT)
        value = (uint32_t)(limit_A(self, setup) * 1e4 + 0.5);
    if (rc != RC_OK)
        return rc;
    if (step->size != SIZE_NONE)
        frame26_set_u32(&frame, 0, value);
    /* A unit that waits for the rest of a broken frame gets it in zeros. */
    static const char zeros[FRAME26_LEN];
    if (ask->kind == ASK_SYNC)
        rc = obuf_put(request, (struct span){zeros, sizeof zeros});
    if (rc == RC_OK)
        rc = frame26_put(request, &frame);
    if (rc != RC_OK)
        request->len = before;
    return rc;
}

static enum rc take_status(const struct frame26 *frame)
{
    switch (frame->data[0]) {
    case IT8500_OK:
        return RC_OK;
    case IT8500_PARAMETER:
        return RC_RANGE;
    case IT8500_NOT_NOW:
    case IT8500_UNKNOWN:
    case IT8500_CHECKSUM: /* our frame was hurt on its way; nothing was done */
        return RC_REFUSED;
    default:
        return RC_PROTOCOL;
    }
}

/* Printable characters up to the first zero. False: others, or none. */
static bool copy_text(const uint8_t *from, size_t len, char *to)
{
    size_t n = 0;
    while (n < len && from[n]) {
        if (from[n] < ' ' || from[n] > '~')
            return false;
        to[n] = (char)from[n];
        n++;
    }
    to[n] = '\0';
    return n > 0;
}

static enum rc take_product(const struct driver *self, const struct device_setup *setup,
                            const struct frame26 *frame, struct identity *identity)
{
    const struct it8500_model *model = self->model;
    char number[PRODUCT_TEXT_LEN + 1] = {0}, serial[SERIAL_LEN + 1] = {0};
    const uint8_t minor = frame->data[5], major = frame->data[6]; /* BCD */
    if (!copy_text(frame->data, PRODUCT_TEXT_LEN, number) ||
        !copy_text(frame->data + 7, SERIAL_LEN, serial))
        return RC_PROTOCOL;
    if (setup->expect_serial[0] && strcmp(serial, setup->expect_serial) != 0)
        return RC_REFUSED;
    if (identity == NULL)
        return RC_OK;
    memcpy(identity->make, model->make, strlen(model->make) + 1);
    memcpy(identity->model, number, sizeof number);
    memcpy(identity->serial, serial, sizeof serial);
    const char version[] = {(char)('0' + (major >> 4) % 10), (char)('0' + (major & 15) % 10), '.',
                            (char)('0' + (minor >> 4) % 10), (char)('0' + (minor & 15) % 10), '\0'};
    memcpy(identity->firmware, version, sizeof version);
    return RC_OK;
}

static enum rc take_measurement(const struct frame26 *frame, struct answer *out)
{
    const double u_V = frame26_u32(frame, 0) * 1e-3;
    const double i_A = frame26_u32(frame, 4) * 1e-4;
    const double p_W = frame26_u32(frame, 8) * 1e-3;
    const unsigned op = frame->data[12];
    const unsigned demand = frame26_u16(frame, 13);

    if (!(op & IT8500_OP_REMOTE)) /* it lost its power, or somebody took it at the panel */
        return RC_REFUSED;
    if (demand & (IT8500_OVER_V | IT8500_OVER_A | IT8500_OVER_W | IT8500_OVER_TEMP))
        return RC_REFUSED;
    if (demand & IT8500_REVERSED) /* current flows through the body diode, whatever is set */
        return RC_RANGE;
    if (!num_within(u_V, 0.0, 600.0) || !num_within(i_A, 0.0, 300.0) ||
        !num_within(p_W, 0.0, 10000.0))
        return RC_RANGE;
    struct load_reading *reading = out->reading;
    reading->u_V = u_V;
    reading->i_A = i_A;
    reading->p_W = p_W;
    reading->input_on = op & IT8500_OP_INPUT ? 1.0 : 0.0;
    out->complete = true;
    return RC_OK;
}

static enum rc decode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct span bytes, struct answer *out)
{
    struct frame26 frame;
    const struct step *step = find_step(self, ask);
    if (step == NULL || setup->node > ADDRESS_MAX)
        return RC_CONFIG;
    enum rc rc = frame26_get(bytes, &frame);
    if (rc != RC_OK)
        return rc;
    if (frame.address != setup->node)
        return RC_PROTOCOL;
    if (frame.command == IT8500_STATUS) {
        rc = take_status(&frame);
        if (rc == RC_OK && step->size == SIZE_NONE)
            return RC_PROTOCOL; /* a late "ok" of an earlier set */
        if (rc == RC_REFUSED && ask->kind == ASK_SYNC)
            return RC_PROTOCOL; /* about the zeros before it */
        if (rc == RC_OK && ask->kind == ASK_SET)
            out->readback = (double)NAN;
        return rc;
    }
    if (frame.command != step->command || step->size != SIZE_NONE)
        return RC_PROTOCOL;
    if (step->command == IT8500_PRODUCT)
        return take_product(self, setup, &frame, ask->kind == ASK_IDENTIFY ? out->identity : NULL);
    return take_measurement(&frame, out);
}

/* clang-format off */
#define LOAD(its_name, its_summary, its_model)                                                     \
    .name = (its_name), .summary = (its_summary), .model = (its_model),                            \
    .maturity = MATURITY_SIMULATED, .capability = &capability_load, .framing = &framing_frame26,   \
    .line = { .baud = 9600, .parity = 'N', .data_bits = 8, .stop_bits = 1, .raise_dtr_rts = true },\
    .identify_steps = COUNT(identify_table), .configure_steps = COUNT(configure_table),            \
    .poll_steps = COUNT(poll_table), .safe_steps = COUNT(safe_table), .channels = 1,               \
    .reply_timeout = { 150000 }, .turnaround = { 5000 }, .poll_period = { 200000 }, .bus = true,   \
    .encode = encode, .decode = decode

const struct driver itech_it8500_driver = {
    LOAD("it8500", "ITECH IT8500 electronic load (26-byte frames)", &model_it8500) };
const struct driver itech_bk8500_driver = {
    LOAD("bk8500", "B&K Precision 8500 electronic load (26-byte frames)", &model_bk8500) };
/* clang-format on */
