/* The opened rig: ports, links and devices of a station, and the newest value of every channel.
 * With the twin the simulators live in this process; with a folder of PTYs, or with real
 * instruments, the same drivers talk over serial ports.
 *
 * A `slot` is one channel on one site (0: shared). */
#ifndef BENCH_RIG_H
#define BENCH_RIG_H

#include "bench/station.h"
#include "instruments/link.h"
#include "instruments/simhost.h"

struct rig;

enum rig_mode {
    RIG_TWIN,  /* simulators in this process, over memory */
    RIG_PORTS, /* ports are links in a folder, named after the instruments (`twin serve --dir`) */
    RIG_REAL   /* ports as the station says */
};

struct rig_events {
    void (*ready)(void *ctx); /* every instrument is up; once */
    /* A watched channel has a new value; NaN: not vouched for. */
    void (*value)(void *ctx, unsigned channel, unsigned site, double si, struct instant t);
    /* A device went down, or did not come up. `why` is whole and escaped. */
    void (*lost)(void *ctx, unsigned instrument, enum rc rc, const char *why);
    void *ctx;
};

struct rig_config {
    const struct station *station;
    struct loop *loop;
    struct log *log;
    enum rig_mode mode;
    const char *ports_dir; /* RIG_PORTS */
    struct twin *twin;     /* RIG_TWIN; the caller's */
    uint64_t seed;         /* RIG_TWIN: of the simulators */
    /* Open what can be opened: an instrument whose port cannot has no device, and `ready` is for
     * the others. Only to bring a bench to rest. */
    bool partial;
    struct rig_events events;
};

struct rig_value {
    double si;        /* NaN: none yet, or not vouched for */
    struct instant t; /* of the value; INT64_MIN: never */
};

/* Opens every port; what fails is said in the log. RC_REFUSED: a port is in use; RC_CONFIG: the
 * station names a driver that this build does not have, or one device by two ports. `partial`: only
 * what no port could cure. */
MUST_CHECK enum rc rig_open(const struct rig_config *config, struct rig **out);
MUST_CHECK enum rc rig_start(struct rig *rig);
void rig_close(struct rig *rig);

/* The newest value; a derived one is computed from its inputs and has the time of the oldest. */
struct rig_value rig_latest(const struct rig *rig, unsigned channel, unsigned site);
/* Count the wishes: events.value comes while there is at least one. */
void rig_watch(struct rig *rig, unsigned channel, unsigned site, bool on);
/* A value that the bench itself makes (the manifold's channels). */
void rig_push(struct rig *rig, unsigned channel, unsigned site, double si, struct instant t);

/* Lets go of all ports and the devices on them: whoever holds duplicates of the descriptors (the
 * guard) has the wires for itself. What was asked of a device and is not answered never will be.
 * Not from a callback of a device. */
void rig_close_ports(struct rig *rig);
/* From now on a port that hangs up stays closed: whoever holds duplicates of the descriptors (the
 * guard) could not follow to a new one. */
void rig_hold_ports(struct rig *rig);

const struct station *rig_station(const struct rig *rig);
struct loop *rig_loop(const struct rig *rig);
/* NULL while the instrument's port is not open. */
struct device *rig_device(const struct rig *rig, unsigned instrument);
/* How the opening of the instrument's port went. */
enum rc rig_port_rc(const struct rig *rig, unsigned instrument);
struct link *rig_link_of(const struct rig *rig, unsigned instrument);
unsigned rig_port_count(const struct rig *rig);
struct link *rig_port(const struct rig *rig, unsigned port);
/* The site that alone needs an instrument (from 1), or 0: several or none do. */
unsigned rig_site_of(const struct station *station, unsigned instrument);

#endif
