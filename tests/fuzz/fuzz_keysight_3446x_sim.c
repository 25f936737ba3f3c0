/* Any bytes into the simulators, in two pieces: no crash, and the answer stays bounded. */
#include "instruments/keysight_3446x/keysight_3446x.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static double plant_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    (void)ctx, (void)signal, (void)channel, (void)now;
    return 2.0;
}

static void plant_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                        struct instant now)
{
    (void)ctx, (void)now;
    if (signal != PLANT_METER_ohm || channel != 0 || !(value == 10e6 || value == 10e9))
        __builtin_trap(); /* whatever was said, the plant gets a sane number */
}

static void run(const struct sim_driver *sim, const struct driver *driver, struct span bytes)
{
    static const struct device_setup setup = {.name = "unit"};
    const struct sim_setup sim_setup = {
        .driver = driver, .device = &setup, .plant = {.read = plant_read, .write = plant_write}};
    _Alignas(16) unsigned char state[4096] = {0};
    char said[1024];
    struct obuf out = {said, 0, sizeof said};
    struct instant now = {0};
    const size_t half = bytes.len / 2;
    sim->init(state, &sim_setup);
    sim->feed(state, (struct span){bytes.at, half}, now, &out);
    for (int i = 0; i < 3 && sim->next && sim->next(state).us < INSTANT_NEVER.us; i++) {
        now = sim->next(state);
        sim->tick(state, now, &out);
    }
    sim->feed(state, span_skip(bytes, half), now, &out);
    if (out.len > sizeof said)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span bytes = {(const char *)data, size};
    if (size > 4096)
        return 0;
    run(&k34461a_sim, &k34461a_driver, bytes);
    return 0;
}
