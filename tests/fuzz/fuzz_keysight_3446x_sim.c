#include "instruments/keysight_3446x/keysight_3446x.h"
#include "tests/fuzz/feed_sim.h"

static bool sane(enum plant_signal signal, unsigned channel, double value)
{
    return signal == PLANT_METER_ohm && channel == 0 && (value == 10e6 || value == 10e9);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct feed_row rows[] = {
        {&k34461a_sim, &k34461a_driver},
    };
    struct feed_bench bench = {.setup = {.name = "unit"}, .reads = 0.3, .sane = sane};
    return feed_sims(rows, COUNT(rows), bench, data, size);
}
