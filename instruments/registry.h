/* The drivers of this build. registry.c is the only file that includes driver headers: one line
 * each. */
#ifndef INSTRUMENTS_REGISTRY_H
#define INSTRUMENTS_REGISTRY_H

#include "instruments/driver.h"
#include "instruments/sim.h"

struct registry_entry {
    const struct driver *driver;
    const struct sim_driver *sim;
};

extern const struct registry_entry registry[];
extern const size_t registry_count;

/* NULL: no such driver in this build. */
const struct registry_entry *registry_find(struct span name);

#endif
