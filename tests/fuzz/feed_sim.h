/* One fuzz target for every simulator: any bytes, in two pieces, with its own ticks between. No
 * crash, the answer stays bounded, and whatever was said, the plant gets a sane number. */
#ifndef TESTS_FUZZ_FEED_SIM_H
#define TESTS_FUZZ_FEED_SIM_H

#include "instruments/sim.h"

struct feed_row {
    const struct sim_driver *sim;
    const struct driver *driver;
};

struct feed_bench {
    struct device_setup setup;
    double reads; /* what every quantity of the plant reads */
    bool (*sane)(enum plant_signal signal, unsigned channel, double value);
};

static double feed_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    const struct feed_bench *bench = ctx;
    (void)signal, (void)channel, (void)now;
    return bench->reads;
}

static void feed_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                       struct instant now)
{
    const struct feed_bench *bench = ctx;
    (void)now;
    if (!bench->sane(signal, channel, value))
        __builtin_trap();
}

static void feed_one(const struct feed_row *row, struct feed_bench *bench, struct span bytes)
{
    const struct sim_setup setup = {
        .driver = row->driver,
        .device = &bench->setup,
        .plant = {.read = feed_read, .write = feed_write, .ctx = bench}};
    const struct sim_driver *sim = row->sim;
    _Alignas(16) unsigned char state[4096] = {0};
    char said[1024];
    struct obuf out = {said, 0, sizeof said};
    struct instant now = {0};
    const size_t half = bytes.len / 2;
    if (sim->state_size > sizeof state)
        __builtin_trap();
    sim->init(state, &setup);
    sim->feed(state, (struct span){bytes.at, half}, now, &out);
    for (int i = 0; i < 3 && sim->next && sim->next(state).us < INSTANT_NEVER.us; i++) {
        now = sim->next(state);
        sim->tick(state, now, &out);
    }
    sim->feed(state, span_skip(bytes, half), now, &out);
    if (out.len > sizeof said)
        __builtin_trap();
}

/* For LLVMFuzzerTestOneInput. */
static inline int feed_sims(const struct feed_row *rows, size_t count, struct feed_bench bench,
                            const uint8_t *data, size_t size)
{
    if (size <= 4096)
        for (size_t i = 0; i < count; i++)
            feed_one(&rows[i], &bench, (struct span){(const char *)data, size});
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
