/* What simhost.c and simhost_pty.c share. */
#ifndef INSTRUMENTS_SIMHOST_PRIVATE_H
#define INSTRUMENTS_SIMHOST_PRIVATE_H

#include "core/rng.h"
#include "instruments/simhost.h"
#include "instruments/transport/lane.h"

enum { SIMHOST_SAY_MAX = 8192 }; /* what all units may say at one time */

struct sim_unit {
    const struct sim_driver *sim;
    struct device_setup device;
    struct sim_setup setup;
    void *state;
    struct instant due; /* when it wants to speak next, as it said after its last event */
};

struct memory_port {
    struct transport base;
    struct simhost *host;
};

struct simhost_pty {
    int master, slave;
    struct watch watch;
};

struct simhost {
    struct loop *loop;
    unsigned baud;
    struct rng rng;
    struct sim_unit **units;
    size_t unit_count;
    struct timer tick;
    struct lane to_units, to_client;
    enum sim_fault fault;
    struct instant fault_from;
    struct timer vanish;
    struct memory_port *port; /* the connected transport; NULL: none */
    struct simhost_pty pty;   /* fds -1: not served */
    char say[SIMHOST_SAY_MAX];
};

void simhost_pty_send(struct simhost *host, struct span bytes);
void simhost_pty_close(struct simhost *host);

#endif
