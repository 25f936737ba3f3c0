/* Puts simulators on a wire: in memory, at the time the baud rate would take, or on a PTY. One host
 * is one port; its units share it. */
#ifndef INSTRUMENTS_SIMHOST_H
#define INSTRUMENTS_SIMHOST_H

#include "core/loop.h"
#include "instruments/sim.h"
#include "instruments/transport/transport.h"

struct simhost;

/* What may go wrong on purpose, for tests and `twin serve --fault`. */
enum sim_fault {
    SIM_FAULT_NONE,
    SIM_FAULT_SILENT,  /* never answers */
    SIM_FAULT_GARBAGE, /* answers noise from the seed */
    SIM_FAULT_LATE,    /* each answer comes 1.5 x the reply time-out late */
    SIM_FAULT_TWICE,   /* each answer twice */
    SIM_FAULT_HALF,    /* the first half of each answer only */
    SIM_FAULT_DRIBBLE, /* byte by byte, 1 ms apart */
    SIM_FAULT_VANISH,  /* hangs up at once */
};

struct simhost *simhost_new(struct loop *loop, unsigned baud, uint64_t seed);
void simhost_free(struct simhost *host);

/* The device setup is copied. RC_NOSPACE: out of memory. */
MUST_CHECK enum rc simhost_add(struct simhost *host, const struct sim_driver *sim,
                               const struct sim_setup *setup);
/* From `from` on. */
void simhost_set_fault(struct simhost *host, enum sim_fault fault, struct instant from);

/* The other end, in this process. NULL: out of memory. The host outlives the transport. */
struct transport *simhost_connect(struct simhost *host, const char *name);

/* Serve on a new PTY, raw, one slave end kept open; paced at the baud rate when `paced`. Writes the
 * slave's path. RC_IO: no PTY to be had. */
MUST_CHECK enum rc simhost_serve_pty(struct simhost *host, bool paced, char *path, size_t cap);

#endif
