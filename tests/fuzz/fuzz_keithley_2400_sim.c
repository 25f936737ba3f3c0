#include "instruments/keithley_2400/keithley_2400.h"
#include "tests/fuzz/feed_sim.h"

static bool sane(enum plant_signal signal, unsigned channel, double value)
{
    bool amperes = signal == PLANT_SOURCE_A || signal == PLANT_SOURCE_LIMIT_A;
    double most = amperes ? 1.05 : 1100.0;
    (void)channel;
    return value >= -most && value <= most;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct feed_row rows[] = {
        {&keithley_2400_sim, &keithley_2400_driver},
        {&keithley_2401_sim, &keithley_2401_driver},
        {&keithley_2410_sim, &keithley_2410_driver},
    };
    struct feed_bench bench = {.setup = {.name = "unit"}, .reads = 1.0, .sane = sane};
    return feed_sims(rows, COUNT(rows), bench, data, size);
}
