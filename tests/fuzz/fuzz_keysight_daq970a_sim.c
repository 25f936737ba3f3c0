#include "instruments/keysight_daq970a/keysight_daq970a.h"
#include "tests/fuzz/feed_sim.h"

static bool sane(enum plant_signal signal, unsigned channel, double value)
{
    if (channel >= SCANNER_CHANNELS_MAX)
        return false;
    return signal == PLANT_RELAY ? value == 0.0 || value == 1.0
                                 : signal == PLANT_METER_ohm && (value == 10e6 || value == 10e9);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct feed_row rows[] = {
        {&daq970a_sim, &daq970a_driver},
        {&k34970a_sim, &k34970a_driver},
    };
    struct feed_bench bench = {.setup = {.name = "unit"}, .reads = 2.0, .sane = sane};
    return feed_sims(rows, COUNT(rows), bench, data, size);
}
