#include "instruments/srs_sr830/srs_sr830.h"
#include "tests/fuzz/feed_sim.h"

static bool sane(enum plant_signal signal, unsigned channel, double value)
{
    (void)signal, (void)channel;
    return value >= 0.0 && value <= 102000.0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct feed_row rows[] = {
        {&sr830_sim, &sr830_driver},
        {&sr830_low_sim, &sr830_low_driver},
        {&sr830_dc_sim, &sr830_dc_driver},
        {&sr810_sim, &sr810_driver},
    };
    struct feed_bench bench = {.setup = {.name = "unit"}, .reads = 0.3, .sane = sane};
    return feed_sims(rows, COUNT(rows), bench, data, size);
}
