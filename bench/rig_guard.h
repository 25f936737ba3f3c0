/* What lambdaguard is given of a rig: duplicates of its open ports, and the frames that put each
 * instrument at rest. */
#ifndef BENCH_RIG_GUARD_H
#define BENCH_RIG_GUARD_H

#include "bench/guard/guard_client.h"
#include "bench/rig.h"

/* Every port that is open, with the frames of the instruments on it for which `skip` is not set
 * (NULL: of all). port_of[i] (STATION_INSTRUMENTS_MAX of them, or NULL) becomes the guard's number
 * of the port of instrument i, -1 if it was given none. RC_IO: the guard is gone; RC_RANGE: more
 * frames than it holds. */
MUST_CHECK enum rc rig_give_to_guard(struct rig *rig, struct guard_client *guard, const bool *skip,
                                     int *port_of);

#endif
