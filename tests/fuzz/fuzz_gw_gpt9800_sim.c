#include "instruments/gw_gpt9800/gw_gpt9800.h"
#include "tests/fuzz/feed_sim.h"

static bool sane(enum plant_signal signal, unsigned channel, double value)
{
    return signal == PLANT_INSULATION_V && channel == 0 && value >= 0.0 && value <= 1000.0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct feed_row rows[] = {
        {&gpt9803_sim, &gpt9803_driver},
        {&gpt9804_sim, &gpt9804_driver},
    };
    struct feed_bench bench = {.setup = {.name = "unit"}, .reads = 5e7, .sane = sane};
    return feed_sims(rows, COUNT(rows), bench, data, size);
}
