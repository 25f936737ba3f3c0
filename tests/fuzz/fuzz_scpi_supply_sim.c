#include "instruments/scpi_supply/scpi_supply.h"
#include "tests/fuzz/feed_sim.h"

static bool sane(enum plant_signal signal, unsigned channel, double value)
{
    (void)signal, (void)channel;
    return value >= 0.0 && value <= 40.0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct feed_row rows[] = {
        {&hmp4040_sim, &hmp4040_driver},
        {&dp832_sim, &dp832_driver},
        {&e36312a_sim, &e36312a_driver},
    };
    struct feed_bench bench = {.setup = {.name = "unit"}, .reads = 2.0, .sane = sane};
    return feed_sims(rows, COUNT(rows), bench, data, size);
}
