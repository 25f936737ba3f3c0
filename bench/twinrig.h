/* Simulators for a whole station, with the twin behind them: one host for each port. */
#ifndef BENCH_TWINRIG_H
#define BENCH_TWINRIG_H

#include "bench/station.h"
#include "instruments/simhost.h"

/* First instrument on the same port as this one; the port's number for grouping. */
unsigned twinrig_port_leader(const struct station *station, unsigned instrument);

/* What the instruments command at present, seen from behind the simulators: the truth about rest.
 */
struct twinrig_outputs {
    unsigned active; /* outputs that are not zero / off */
    void (*changed)(void *ctx, unsigned active);
    void *ctx;
    struct twinrig_tap *taps; /* one an instrument; owned */
};

/* RC_NOSPACE: out of memory. */
MUST_CHECK enum rc twinrig_outputs_init(struct twinrig_outputs *outputs,
                                        const struct station *station);
void twinrig_outputs_fini(struct twinrig_outputs *outputs);

struct twinrig_config {
    const struct station *station;
    struct loop *loop;
    struct twin *twin;
    uint64_t seed;
    struct twinrig_outputs *outputs; /* may be NULL */
};

/* The host of the port that `leader` leads, with all units on it. NULL: out of memory or no
 * simulator for a driver. The caller frees it; what the config points at outlives it. */
struct simhost *twinrig_host(const struct twinrig_config *config, unsigned leader);

#endif
