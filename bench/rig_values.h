/* The newest value of every channel, who watches it, and what is derived from it. Private to
 * bench/rig*: plain memory, no instrument. */
#ifndef BENCH_RIG_VALUES_H
#define BENCH_RIG_VALUES_H

#include "bench/rig.h"

struct rig_values {
    const struct station *station;
    struct rig_value *slots; /* channel * (sites + 1) + site */
    struct instant *changed; /* of each slot: when it took its present value */
    unsigned *watched;
    struct rig_events *events;
    unsigned stride;
    /* Derived channels that use channel c: bit d of uses[c] is the d-th derived channel. */
    uint64_t uses[STATION_CHANNELS_MAX];
    unsigned derived[64], derived_count;
};

MUST_CHECK enum rc rig_values_init(struct rig_values *values, const struct station *station,
                                   struct rig_events *events);
void rig_values_fini(struct rig_values *values);
void rig_values_put(struct rig_values *values, unsigned channel, unsigned site, double si,
                    struct instant t);
struct rig_value rig_values_get(const struct rig_values *values, unsigned channel, unsigned site);

#endif
