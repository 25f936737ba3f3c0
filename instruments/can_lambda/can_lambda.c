#include "instruments/can_lambda/can_lambda.h"

#include <math.h>

#include "core/num.h"
#include "instruments/capability/lambda_controller.h"
#include "instruments/proto/slcan.h"

#define TO(member) offsetof(struct lambda_reading, member)
#define STATUS(n) (1u << (n))

/* rusEFI status: 0 preheat, 1 warm-up, 2 running closed loop, 3 did not heat, 4 overheat, 5
 * underheat, 6 no heater supply. The firmware keeps sending plausible numbers in all of them:
 * lambda 1.0044 in preheat, an ESR that wraps at 65536 ohm while cold, 1030 degC (the hot end of
 * its table) from the first milliseconds' ESR of -10 ohm. Hence: nothing of the element in preheat,
 * resistance and Nernst voltage only while the temperature is inside the table, lambda only in
 * closed loop with the valid flag. */
enum { RUSEFI_HEATED = STATUS(1) | STATUS(2) | STATUS(3) | STATUS(4) | STATUS(5) };
enum { RUSEFI_RUNNING = STATUS(2) };
enum { EMTRON_NORMAL = STATUS(1) };

/* The resistance has 16 bits and wraps above 65535 ohm, where a cold element passes through values
 * that look hot. An LSU 4.9 is below that from 370 degC on (fit of its published Ri(T)). */
static const double whole_esr_degC = 400.0;

/* clang-format off */
static const struct can_field rusefi_fields[] = {
    /* byte 1 of the first frame is 1 while lambda is valid */
    { .frame = 0, .at = 2, .width = 2, .scale = 1e-4, .to = TO(lambda), .min = 0.6, .max = 6.55345,
      .in_status = RUSEFI_RUNNING, .flag_at = 1, .flag_mask = 0x01 },
    { .frame = 0, .at = 4, .width = 2, .scale = 1.0, .to = TO(tc_degC), .min = 300.0, .max = 1029.0,
      .in_status = RUSEFI_HEATED },
    { .frame = 1, .at = 0, .width = 2, .scale = 1.0, .to = TO(ri_ohm), .min = 10.0, .max = 20000.0,
      .in_status = RUSEFI_HEATED, .only_hot = true },
    { .frame = 1, .at = 2, .width = 2, .scale = 1.0, .to = TO(un_mV), .max = 5000.0,
      .in_status = RUSEFI_HEATED, .only_hot = true },
    { .frame = 1, .at = 5, .width = 1, .scale = 1.0, .to = TO(status), .max = 255.0 },
    { .frame = 1, .at = 5, .width = 1, .scale = 1.0, .to = TO(diag), .max = 255.0, .zero_below = 3.0 },
    { .frame = 1, .at = 6, .width = 1, .scale = 1.0 / 255.0, .to = TO(duty), .max = 1.0 },
};
/* End stops are no values.
 * Diagnosis: 2 bits a wire, 11 = ok: virtual ground 0x03, Nernst 0x0C, pump 0x30, heater 0xC0. */
static const struct can_field emtron_fields[] = {
    { .at = 1, .width = 2, .scale = 1e-3, .to = TO(lambda), .min = 0.001, .max = 65.5345,
      .in_status = EMTRON_NORMAL, .flag_at = 5, .flag_mask = 0x3F },
    { .at = 3, .width = 2, .is_signed = true, .scale = 1e-3, .to = TO(ip_mA), .min = -32.7675, .max = 32.7665,
      .in_status = EMTRON_NORMAL, .flag_at = 5, .flag_mask = 0x33 },
    { .at = 5, .width = 1, .is_inverted = true, .scale = 1.0, .to = TO(diag), .max = 255.0 },
    { .at = 6, .width = 1, .scale = 1.0, .to = TO(status), .max = 255.0 },
    { .at = 7, .width = 1, .scale = 0.01, .to = TO(duty), .max = 1.0 },
};

static const struct can_lambda_model rusefi_model = {
    .make = "rusEFI", .model = "wideband", .base_id = 0x190, .node_max = 15, .frame_count = 2,
    .big_endian = false, .version = 0xA0, .status_at = 5,
    .command_id = 0x0EF50000, .fields = rusefi_fields, .field_count = COUNT(rusefi_fields),
};
static const struct can_lambda_model emtron_model = {
    .make = "Emtron", .model = "ELC", .base_id = 0x29F, .node_max = 11, .frame_count = 1,
    .big_endian = true, .version = -1,
    .status_at = 6, .fields = emtron_fields, .field_count = COUNT(emtron_fields),
};
/* clang-format on */

static const struct lambda_reading reading_empty = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};

/* The heater command, the only frame this driver can send. */
static enum rc put_command(const struct can_lambda_model *model, const struct device_setup *setup,
                           double heater, struct obuf *request)
{
    double battery = setup->supply_V * 10.0;

    if (!(battery >= 0.0 && battery <= 255.0))
        return RC_CONFIG;
    struct can_frame frame = {.id = model->command_id, .extended = true, .len = 2};
    frame.data[0] = (uint8_t)(battery + 0.5);
    frame.data[1] = heater > 0.5; /* never set yet is NaN: off */
    return slcan_put_allowed(request, &frame,
                             (struct slcan_whitelist){&model->command_id, 1, true});
}

static double held_heater(const struct ask *ask)
{
    if (!ask->held)
        return 0.0;
    return ask->held[LAMBDA_SIGNAL_HEATER + DEVICE_SIGNALS_MAX * ask->channel];
}

enum rc can_lambda_encode(const struct driver *self, const struct device_setup *setup,
                          const struct ask *ask, struct obuf *request)
{
    const struct can_lambda_model *model = self->model;

    if (setup->node > model->node_max)
        return RC_CONFIG;
    if (ask->kind == ASK_SYNC) /* answered by the adapter, and by nothing else */
        return obuf_put(request, SPAN("V\r"));
    if (ask->kind == ASK_SET && ask->signal != LAMBDA_SIGNAL_HEATER)
        return RC_RANGE;
    if (model->command_id == 0)
        return ask->kind == ASK_SET ? RC_RANGE : RC_CONFIG;
    switch (ask->kind) {
    case ASK_POLL:
        return ask->step == 0 ? put_command(model, setup, held_heater(ask), request) : RC_CONFIG;
    case ASK_SAFE:
        return ask->step == 0 ? put_command(model, setup, 0.0, request) : RC_CONFIG;
    case ASK_SET:
        if (!(ask->value == 0.0 || ask->value == 1.0))
            return RC_RANGE;
        return put_command(model, setup, ask->value, request);
    case ASK_IDENTIFY:
    case ASK_CONFIGURE:
    case ASK_SYNC:
    case ASK_STREAM:
        break;
    }
    return RC_CONFIG;
}

static double *member(struct lambda_reading *reading, size_t at)
{
    return (double *)(void *)((char *)reading + at);
}

static double raw_value(const struct can_lambda_model *model, const struct can_field *field,
                        const uint8_t *data)
{
    unsigned raw = data[field->at];

    if (field->width == 2)
        raw = model->big_endian ? raw << 8 | data[field->at + 1]
                                : raw | (unsigned)data[field->at + 1] << 8;
    if (field->is_inverted)
        raw ^= field->width == 2 ? 0xFFFFu : 0xFFu;
    if (field->is_signed && field->width == 2)
        return (double)(int16_t)(uint16_t)raw;
    return (double)raw;
}

static double field_value(const struct can_lambda_model *model, const struct can_field *field,
                          const uint8_t *data)
{
    double value = raw_value(model, field, data) * field->scale;

    if ((data[field->flag_at] & field->flag_mask) != field->flag_mask)
        return NAN;
    if (!(value >= field->min && value <= field->max))
        return NAN;
    return field->zero_below > 0.0 && value < field->zero_below ? 0.0 : value;
}

/* The last frame tells the status; only then is known what the whole reading is worth. The
 * temperature stands above all that is good only while hot. */
static bool is_doubtful(const struct can_field *field, uint32_t status_bit,
                        const struct lambda_reading *reading)
{
    if (field->in_status != 0 && !(field->in_status & status_bit))
        return true;
    return field->only_hot && !(reading->tc_degC >= whole_esr_degC);
}

static void take_fields(const struct can_lambda_model *model, unsigned index,
                        const struct can_frame *frame, struct lambda_reading *reading)
{
    bool last = index + 1 == model->frame_count;
    unsigned status = frame->data[model->status_at];
    uint32_t status_bit = status < 32 ? STATUS(status) : 0;

    for (size_t i = 0; i < model->field_count; i++) {
        const struct can_field *field = &model->fields[i];
        if (field->frame == index)
            *member(reading, field->to) = field_value(model, field, frame->data);
        if (last && is_doubtful(field, status_bit, reading))
            *member(reading, field->to) = NAN;
    }
    if (!last)
        reading->status = -1.0; /* mark: the first frame of this period has been seen */
}

/* Which of the controller's frames this identifier is; frame_count: none. */
static unsigned frame_index(const struct can_lambda_model *model, const struct device_setup *setup,
                            uint32_t id)
{
    uint32_t first = model->base_id + model->frame_count * setup->node;
    if (setup->node > model->node_max || id < first || id - first >= model->frame_count)
        return model->frame_count;
    return id - first;
}

/* Neither controller can be asked who it is; the kind of frame is all there is. */
static void tell_identity(const struct can_lambda_model *model, struct identity *identity)
{
    struct obuf make = {identity->make, 0, sizeof(identity->make)};
    struct obuf name = {identity->model, 0, sizeof(identity->model)};

    if (obuf_printf(&make, "%s", model->make) == RC_OK)
        (void)!obuf_printf(&name, "%s", model->model);
}

static enum rc decode_stream(const struct can_lambda_model *model, const struct device_setup *setup,
                             struct span line, struct answer *out)
{
    struct can_frame frame;
    enum rc rc = slcan_parse_frame(line, &frame);

    if (rc != RC_OK)
        return rc;
    unsigned index = frame_index(model, setup, frame.id);
    if (frame.extended || frame.len != CAN_DATA_MAX || index >= model->frame_count)
        return RC_PROTOCOL;
    if (index == 0 && model->version >= 0 && frame.data[0] != model->version)
        return RC_PROTOCOL;

    /* The first frame starts a new reading and marks it by an impossible status; a last frame
     * without that mark has lost its first, and nothing of it is handed on. */
    struct lambda_reading reading =
        index == 0 ? reading_empty : *(struct lambda_reading *)out->reading;
    bool last = index + 1 == model->frame_count;
    bool whole = last && (index == 0 || reading.status == -1.0);
    take_fields(model, index, &frame, &reading);
    *(struct lambda_reading *)out->reading = whole || !last ? reading : reading_empty;
    out->complete = whole;
    if (out->identity && out->identity->make[0] == '\0')
        tell_identity(model, out->identity);
    return RC_OK;
}

enum rc can_lambda_decode(const struct driver *self, const struct device_setup *setup,
                          const struct ask *ask, struct span frame, struct answer *out)
{
    const struct can_lambda_model *model = self->model;

    switch (ask->kind) {
    case ASK_STREAM:
        return decode_stream(model, setup, frame, out);
    case ASK_SYNC:
        return frame.len == 5 && frame.at[0] == 'V' ? RC_OK : RC_PROTOCOL;
    case ASK_POLL:
    case ASK_SET:
    case ASK_SAFE: {
        enum rc rc = slcan_check_sent(frame);
        if (rc == RC_OK && ask->kind == ASK_SET)
            out->readback = NAN; /* the adapter took the frame; the controller answers nothing */
        return rc;
    }
    case ASK_IDENTIFY:
    case ASK_CONFIGURE:
        break;
    }
    return RC_PROTOCOL;
}

bool can_lambda_owns(const struct driver *self, const struct device_setup *setup, struct span frame)
{
    const struct can_lambda_model *model = self->model;
    int id = slcan_standard_id(frame);
    return id >= 0 && frame_index(model, setup, (uint32_t)id) < model->frame_count;
}

#define CAN_LAMBDA                                                                                 \
    .maturity = MATURITY_SIMULATED, .capability = &capability_lambda_controller,                   \
    .framing = &framing_can_text,                                                                  \
    .line = {.baud = 115200,                                                                       \
             .parity = 'N',                                                                        \
             .data_bits = 8,                                                                       \
             .stop_bits = 1,                                                                       \
             .raise_dtr_rts = true},                                                               \
    .channels = 1, .reply_timeout = {100000}, .bus = true, .streams = true,                        \
    .encode = can_lambda_encode, .decode = can_lambda_decode, .owns = can_lambda_owns

/* clang-format off */
const struct driver rusefi_driver = {
    .name = "rusefi", .summary = "rusEFI wideband controller on CAN (SLCAN adapter)", CAN_LAMBDA,
    .poll_steps = 1, .safe_steps = 1, .poll_period = {100000}, .model = &rusefi_model,
};
const struct driver emtron_elc_driver = {
    .name = "emtron_elc", .summary = "Emtron ELC1/ELC2 frame on CAN (SLCAN adapter), listens only", CAN_LAMBDA,
    .model = &emtron_model,
};
/* clang-format on */
