#include "instruments/bronkhorst_propar/bronkhorst_propar.h"
#include "tests/fuzz/feed_sim.h"

static bool sane(enum plant_signal signal, unsigned channel, double value)
{
    (void)signal, (void)channel;
    return value >= 0.0 && value <= 20.0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct feed_row rows[] = {
        {&bronkhorst_propar_sim, &bronkhorst_propar_driver},
        {&bronkhorst_propar_mls_sim, &bronkhorst_propar_mls_driver},
    };
    struct feed_bench bench = {
        .setup = {.name = "o2", .node = 3, .full_scale = 5.0, .reference_ratio = 1.0},
        .reads = 20.0,
        .sane = sane};
    return feed_sims(rows, COUNT(rows), bench, data, size);
}
