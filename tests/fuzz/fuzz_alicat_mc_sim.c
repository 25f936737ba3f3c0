#include "instruments/alicat_mc/alicat_mc.h"
#include "tests/fuzz/feed_sim.h"

static bool sane(enum plant_signal signal, unsigned channel, double value)
{
    (void)signal, (void)channel;
    return value >= 0.0 && value <= 20.0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct feed_row rows[] = {
        {&alicat_mc_sim, &alicat_mc_driver},    {&alicat_mc_8v_sim, &alicat_mc_driver},
        {&alicat_mc_5v_sim, &alicat_mc_driver}, {&alicat_mc_sccm_sim, &alicat_mc_sccm_driver},
        {&alicat_pc_sim, &alicat_pc_driver},
    };
    struct feed_bench bench = {
        .setup = {.name = "n2", .address = 'A', .full_scale = 10.0, .reference_ratio = 1.0915},
        .reads = 20.0,
        .sane = sane};
    return feed_sims(rows, COUNT(rows), bench, data, size);
}
