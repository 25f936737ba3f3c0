#include "instruments/itech_it8500/itech_it8500.h"
#include "tests/fuzz/feed_sim.h"

static bool sane(enum plant_signal signal, unsigned channel, double value)
{
    (void)signal, (void)channel;
    return value >= 0.0 && value <= 30.0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct feed_row rows[] = {
        {&itech_it8500_sim, &itech_it8500_driver},
        {&itech_bk8500_sim, &itech_bk8500_driver},
    };
    struct feed_bench bench = {.setup = {.name = "load", .node = 1}, .reads = 20.0, .sane = sane};
    return feed_sims(rows, COUNT(rows), bench, data, size);
}
