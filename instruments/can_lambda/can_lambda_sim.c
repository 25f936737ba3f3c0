/* The controllers' side of the bus. Both formats may stand on one adapter and read the same plant
 * channel: one physical board that talks to two kinds of engine computer. */
#include <math.h>

#include "instruments/can_lambda/can_lambda.h"
#include "instruments/proto/slcan.h"

enum { PERIOD_us = 10000 };
enum { ECU_ID = 0x0EF50000 };
enum { BATTERY_MIN_dV = 70 }; /* the heater is not driven below 7 V */
enum { FIRST_READINGS = 2 };  /* of ESR, before the first real measurement */

/* rusEFI's status codes */
enum {
    ST_PREHEAT,
    ST_WARMUP,
    ST_RUNNING,
    ST_DID_NOT_HEAT,
    ST_OVERHEAT,
    ST_UNDERHEAT,
    ST_NO_SUPPLY
};

struct controller {
    struct plant plant;
    const struct can_lambda_model *model;
    uint32_t id;
    struct instant next;
    unsigned periods;
    uint8_t status_sent; /* the status byte lags one period behind the values */
    bool channel_open;   /* of the adapter: what the host sends reaches the bus */
    bool overflow;
    size_t len;
    char line[32];
};

static void controller_init(void *state, const struct sim_setup *setup)
{
    struct controller *c = state;

    c->plant = setup->plant;
    c->model = setup->driver->model;
    c->id = c->model->base_id + c->model->frame_count * setup->device->node;
    c->next = (struct instant){PERIOD_us};
}

static double read_plant(const struct controller *c, enum plant_signal signal, struct instant now)
{
    return c->plant.read(c->plant.ctx, signal, 0, now);
}

static unsigned to_u16(double value)
{
    if (!(value > 0.0)) /* NaN too */
        return 0;
    return value < 65535.0 ? (unsigned)(value + 0.5) : 65535u;
}

static unsigned to_u8(double value)
{
    if (!(value > 0.0))
        return 0;
    return value < 255.0 ? (unsigned)(value + 0.5) : 255u;
}

static int to_s16(double value)
{
    if (!(value > -32768.0)) /* NaN too: an end stop that nobody takes for a reading */
        return -32768;
    if (!(value < 32767.0))
        return 32767;
    return (int)(value + (value < 0.0 ? -0.5 : 0.5));
}

/* The firmware casts to 16 bits without a limit, so a cold cell's resistance wraps. */
static unsigned wrap_u16(double value)
{
    if (!(value >= 0.0 && value < 4e9))
        return 0;
    return (uint32_t)(value + 0.5) & 0xFFFFu;
}

static void put_little(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void put_big(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* What does not fit on the wire is lost, as on a bus. */
static void say(struct obuf *out, const struct can_frame *frame)
{
    (void)!slcan_put_frame(out, frame);
}

static unsigned read_status(const struct controller *c, struct instant now)
{
    double status = read_plant(c, PLANT_CONTROL_STATUS, now);
    return status >= 0.0 && status <= 255.0 ? (unsigned)status : ST_NO_SUPPLY;
}

static void speak_rusefi(struct controller *c, struct instant now, struct obuf *out)
{
    unsigned status = read_status(c, now);
    double un_mV = read_plant(c, PLANT_UN_mV, now);
    double lambda = read_plant(c, PLANT_LAMBDA, now);
    double ri_ohm = read_plant(c, PLANT_RI_ohm, now);
    double tc_degC = read_plant(c, PLANT_TC_degC, now);
    bool on_target = fabs(un_mV - 450.0) < 100.0;
    bool valid = status == ST_RUNNING && on_target && lambda > 0.6;

    if (status == ST_PREHEAT)
        lambda = 1.0044; /* what comes out of zero pump current; `valid` says it is nothing */
    else if (!on_target)
        lambda = 0.0;
    struct can_frame first = {.id = c->id, .len = 8, .data = {0xA0, valid}};
    struct can_frame second = {.id = c->id + 1, .len = 8};
    put_little(first.data + 2, to_u16(lambda * 1e4));
    put_little(first.data + 4, tc_degC > 1030.0 ? 1030u : to_u16(tc_degC));
    put_little(second.data, wrap_u16(ri_ohm));
    if (c->periods < FIRST_READINGS) { /* nothing measured yet: -10 ohm, the hot end of the table */
        put_little(first.data + 4, 1030);
        put_little(second.data, 0x10000u - 10u);
    }
    put_little(second.data + 2, to_u16(un_mV));
    second.data[4] = (uint8_t)to_u8(127.0 + read_plant(c, PLANT_IP_mA, now) * (127.0 / 5.0));
    second.data[5] = c->status_sent;
    second.data[6] = (uint8_t)to_u8(read_plant(c, PLANT_HEATER_DUTY, now) * 255.0);
    c->status_sent = (uint8_t)status;
    say(out, &first);
    say(out, &second);
}

static void speak_emtron(struct controller *c, struct instant now, struct obuf *out)
{
    /* warming while it heats; 14 cannot reach 650 degC, 15 over-temperature, 16 thermal shock, 0
     * off */
    static const uint8_t status_of[] = {2, 2, 1, 14, 15, 16, 0};
    unsigned status = read_status(c, now);
    unsigned own = status < COUNT(status_of) ? status_of[status] : 0;
    double lambda = own == 1 ? read_plant(c, PLANT_LAMBDA, now) : 0.0;
    struct can_frame frame = {.id = c->id, .len = 8};

    put_big(frame.data + 1, to_u16(lambda * 1e3));
    put_big(frame.data + 3, (unsigned)to_s16(read_plant(c, PLANT_IP_mA, now) * 1e3));
    frame.data[5] = status == ST_NO_SUPPLY ? 0x7F : 0xFF; /* heater field 01: low supply */
    frame.data[5] &= (uint8_t)~to_u8(read_plant(c, PLANT_CONTROL_DIAG, now)); /* NaN is 0 */
    frame.data[6] = (uint8_t)own;
    double duty_pct = read_plant(c, PLANT_HEATER_DUTY, now) * 100.0;
    frame.data[7] = duty_pct > 100.0 ? 100 : (uint8_t)to_u8(duty_pct);
    say(out, &frame);
}

static struct instant controller_next(const void *state)
{
    return ((const struct controller *)state)->next;
}

static void controller_tick(void *state, struct instant now, struct obuf *out)
{
    struct controller *c = state;

    if (instant_before(now, c->next))
        return;
    if (c->model->big_endian)
        speak_emtron(c, now, out);
    else
        speak_rusefi(c, now, out);
    c->periods += c->periods < FIRST_READINGS;
    c->next = instant_add(c->next, duration_us(PERIOD_us));
    if (!instant_before(now, c->next)) /* the host was late: a real one does not catch up either */
        c->next = instant_add(now, duration_us(PERIOD_us));
}

static void hear_ecu(struct controller *c, const struct can_frame *frame, struct instant now)
{
    if (frame->len < 2 || c->model->command_id == 0)
        return;
    double battery_V = (double)frame->data[0] / 10.0;
    bool on = (frame->data[1] & 1) && frame->data[0] >= BATTERY_MIN_dV;
    c->plant.write(c->plant.ctx, PLANT_HEATER_ENABLE, 1, battery_V, now);
    c->plant.write(c->plant.ctx, PLANT_HEATER_ENABLE, 0, on ? 1.0 : 0.0, now);
}

/* What the host tells the adapter, as far as a node on the bus would notice. */
static void hear_line(struct controller *c, struct span line, struct instant now)
{
    struct can_frame frame;

    if (span_is(line, "O"))
        c->channel_open = true;
    else if (span_is(line, "C") || span_is(line, "L"))
        c->channel_open = false;
    else if (c->channel_open && slcan_parse_frame(line, &frame) == RC_OK && frame.extended &&
             frame.id == ECU_ID)
        hear_ecu(c, &frame, now);
}

static void controller_feed(void *state, struct span bytes, struct instant now, struct obuf *out)
{
    struct controller *c = state;

    (void)out;
    for (size_t i = 0; i < bytes.len; i++) {
        char b = bytes.at[i];
        if (b == '\r') {
            if (!c->overflow)
                hear_line(c, (struct span){c->line, c->len}, now);
            c->len = 0;
            c->overflow = false;
        } else if (c->len < sizeof(c->line)) {
            c->line[c->len++] = b;
        } else {
            c->overflow = true;
        }
    }
}

#define CONTROLLER                                                                                 \
    .state_size = sizeof(struct controller), .init = controller_init, .feed = controller_feed,     \
    .next = controller_next, .tick = controller_tick

const struct sim_driver rusefi_sim = {.driver = "rusefi", CONTROLLER};
const struct sim_driver emtron_elc_sim = {.driver = "emtron_elc", CONTROLLER};
