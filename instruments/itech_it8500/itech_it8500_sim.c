#include <math.h>

#include "core/num.h"
#include "instruments/itech_it8500/itech_it8500.h"
#include "instruments/proto/frame26.h"

enum { BROADCAST = 0xFF, SERIAL_LEN = 10 };

struct sim {
    struct sim_setup setup;
    const struct it8500_model *model;
    uint8_t address;
    uint8_t wire[FRAME26_LEN];
    size_t len;
    bool remote, input, timer_on;
    uint8_t mode, function;
    uint32_t level_cc, max_current; /* 0.1 mA */
    uint16_t timer_s;
    struct instant opens_at; /* when the load-on timer ends */
    char serial[SERIAL_LEN + 1];
};

static double read_plant(const struct sim *sim, enum plant_signal signal, struct instant now)
{
    return sim->setup.plant.read(sim->setup.plant.ctx, signal, 0, now);
}

static void drive(const struct sim *sim, struct instant now)
{
    const double draws_A = sim->input && sim->mode == 0 ? sim->level_cc * 1e-4 : 0.0;
    sim->setup.plant.write(sim->setup.plant.ctx, PLANT_LOAD_A, 0, draws_A, now);
}

static void answer(const struct sim *sim, struct frame26 *frame, struct obuf *out)
{
    frame->address = sim->address; /* also to a broadcast */
    if (frame26_put(out, frame) != RC_OK)
        return;
}

/* Whole steps of the display, never negative; what cannot be a number is 0. */
static uint32_t counts(double value, double per_unit)
{
    const double n = value * per_unit + 0.5;
    return num_within(n, 0.0, 4e9) ? (uint32_t)n : 0;
}

static void say_measurement(const struct sim *sim, struct instant now, struct obuf *out)
{
    struct frame26 frame = {.command = IT8500_MEASURE};
    const double u_V = read_plant(sim, PLANT_LOAD_V, now);
    const double i_A = read_plant(sim, PLANT_LOAD_A, now);
    const double level_A = sim->level_cc * 1e-4;
    unsigned demand = 0;

    frame26_set_u32(&frame, 0, counts(fabs(u_V), 1e3));
    frame26_set_u32(&frame, 4, counts(i_A, 1e4));
    frame26_set_u32(&frame, 8, counts(fabs(u_V) * i_A, 1e3));
    frame.data[12] =
        (uint8_t)((sim->remote ? IT8500_OP_REMOTE : 0) | (sim->input ? IT8500_OP_INPUT : 0) |
                  (sim->timer_on ? IT8500_OP_TIMER : 0));
    if (u_V < -0.05)
        demand |= IT8500_REVERSED;
    if (u_V > sim->model->max_V * 1.05)
        demand |= IT8500_OVER_V;
    /* The source cannot deliver: the regulation falls out of CC. */
    if (sim->input && sim->mode == 0 && i_A > level_A * 0.99 - 0.005)
        demand |= IT8500_IN_CC;
    frame26_set_u16(&frame, 13, (uint16_t)demand);
    answer(sim, &frame, out);
}

static void say_product(const struct sim *sim, struct obuf *out)
{
    struct frame26 frame = {.command = IT8500_PRODUCT};
    memcpy(frame.data, sim->model->number, 5);
    frame.data[5] = 0x71; /* minor, major: BCD */
    frame.data[6] = 0x01;
    memcpy(frame.data + 7, sim->serial, SERIAL_LEN);
    answer(sim, &frame, out);
}

static void say_level(const struct sim *sim, uint8_t command, uint32_t value, struct obuf *out)
{
    struct frame26 frame = {.command = command};
    frame26_set_u32(&frame, 0, value);
    answer(sim, &frame, out);
}

/* True: it was a read command, and it has been answered. */
static bool run_read(const struct sim *sim, uint8_t command, struct instant now, struct obuf *out)
{
    switch (command) {
    case IT8500_PRODUCT:
        say_product(sim, out);
        return true;
    case IT8500_MEASURE:
        say_measurement(sim, now, out);
        return true;
    case IT8500_MAX_CURRENT + 1:
        say_level(sim, command, sim->max_current, out);
        return true;
    case IT8500_MODE + 1:
        say_level(sim, command, sim->mode, out);
        return true;
    case IT8500_LEVEL_CC + 1:
        say_level(sim, command, sim->level_cc, out);
        return true;
    case IT8500_TIMER_s + 1:
        say_level(sim, command, sim->timer_s, out);
        return true;
    case IT8500_TIMER_ON + 1:
        say_level(sim, command, sim->timer_on, out);
        return true;
    case IT8500_FUNCTION + 1:
        say_level(sim, command, sim->function, out);
        return true;
    default:
        return false;
    }
}

static enum it8500_status set_input(struct sim *sim, unsigned on, struct instant now)
{
    if (on > 1)
        return IT8500_PARAMETER;
    sim->input = on;
    sim->opens_at =
        on && sim->timer_on ? instant_add(now, duration_s((double)sim->timer_s)) : INSTANT_NEVER;
    return IT8500_OK;
}

static enum it8500_status set_byte(uint8_t *to, unsigned value, unsigned most)
{
    if (value > most)
        return IT8500_PARAMETER;
    *to = (uint8_t)value;
    return IT8500_OK;
}

static enum it8500_status set_u32(uint32_t *to, uint32_t value, uint32_t most)
{
    if (value > most)
        return IT8500_PARAMETER;
    *to = value;
    return IT8500_OK;
}

static enum it8500_status run_set(struct sim *sim, const struct frame26 *frame, struct instant now)
{
    const uint8_t byte = frame->data[0];
    const uint32_t value = frame26_u32(frame, 0);
    const uint32_t most = counts(sim->model->max_A, 1e4);

    if (frame->command == IT8500_REMOTE) {
        sim->remote = byte == 1;
        return byte <= 1 ? IT8500_OK : IT8500_PARAMETER;
    }
    if (!sim->remote)
        return IT8500_NOT_NOW;
    switch (frame->command) {
    case IT8500_INPUT:
        return set_input(sim, byte, now);
    case IT8500_MODE:
        return set_byte(&sim->mode, byte, 3);
    case IT8500_FUNCTION:
        return set_byte(&sim->function, byte, 4);
    case IT8500_MAX_CURRENT:
        return set_u32(&sim->max_current, value, most);
    case IT8500_LEVEL_CC:
        return set_u32(&sim->level_cc, value, sim->max_current);
    case IT8500_TIMER_s:
        sim->timer_s = frame26_u16(frame, 0);
        return sim->timer_s ? IT8500_OK : IT8500_PARAMETER;
    case IT8500_TIMER_ON:
        sim->timer_on = byte == 1;
        return byte <= 1 ? IT8500_OK : IT8500_PARAMETER;
    default:
        return IT8500_UNKNOWN;
    }
}

static void run_frame(struct sim *sim, struct instant now, struct obuf *out)
{
    const struct span bytes = {(const char *)sim->wire, sim->len};
    struct frame26 frame;
    if (sim->wire[1] != sim->address && sim->wire[1] != BROADCAST)
        return;
    struct frame26 status = {.command = IT8500_STATUS, .data = {IT8500_CHECKSUM}};
    if (frame26_get(bytes, &frame) == RC_OK) {
        if (run_read(sim, frame.command, now, out))
            return;
        status.data[0] = (uint8_t)run_set(sim, &frame, now);
        drive(sim, now);
    }
    answer(sim, &status, out);
}

/* A wrong sync byte is passed over in silence; then 26 bytes are taken, however long they need. */
static void feed(void *state, struct span bytes, struct instant now, struct obuf *out)
{
    struct sim *sim = state;
    for (size_t i = 0; i < bytes.len; i++) {
        if (sim->len == 0 && (unsigned char)bytes.at[i] != FRAME26_SYNC)
            continue;
        sim->wire[sim->len++] = (uint8_t)bytes.at[i];
        if (sim->len < FRAME26_LEN)
            continue;
        run_frame(sim, now, out);
        sim->len = 0;
    }
}

static struct instant next(const void *state)
{
    const struct sim *sim = state;
    return sim->input && sim->timer_on ? sim->opens_at : INSTANT_NEVER;
}

static void tick(void *state, struct instant now, struct obuf *out)
{
    struct sim *sim = state;
    (void)out;
    if (instant_before(now, next(sim)))
        return;
    sim->input = false;
    drive(sim, now);
}

/* Ten digits made of the instrument's name, so that each unit has its own. */
static void make_serial(const struct device_setup *device, char *serial)
{
    uint32_t hash = 2166136261U; /* FNV-1a */
    for (const char *at = device->name; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619U;
    memcpy(serial, "6000000000", SERIAL_LEN + 1);
    for (size_t i = SERIAL_LEN; i-- > 2; hash /= 10)
        serial[i] = (char)('0' + hash % 10);
    if (device->expect_serial[0]) {
        memset(serial, 0, SERIAL_LEN);
        memcpy(serial, device->expect_serial, strnlen(device->expect_serial, SERIAL_LEN));
    }
}

static void init(void *state, const struct sim_setup *setup)
{
    struct sim *sim = state;
    sim->setup = *setup;
    sim->model = setup->driver->model;
    sim->address = (uint8_t)setup->device->node;
    sim->max_current = counts(sim->model->max_A, 1e4);
    sim->timer_s = 10;
    sim->opens_at = INSTANT_NEVER;
    make_serial(setup->device, sim->serial);
}

/* clang-format off */
#define LOAD_SIM(its_driver)                                                                       \
    .driver = (its_driver), .state_size = sizeof(struct sim), .init = init, .feed = feed,          \
    .next = next, .tick = tick

const struct sim_driver itech_it8500_sim = { LOAD_SIM("it8500") };
const struct sim_driver itech_bk8500_sim = { LOAD_SIM("bk8500") };
/* clang-format on */
