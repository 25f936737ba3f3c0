/* The output gate: the one way to an instrument's outputs. Every value that could change the
 * physical world passes gate_permit; out of range is refused and trips, never clamped. This folder
 * alone calls device_set.
 *
 *   CLOSED  nothing but safe values          (no rig, or after a trip)
 *   PURGE   inert gas and everything that is no gas
 *   ARMED   oxygen, fuel and water vapour too, as far as the composition rules R1..R3 and the dew
 *           point allow: 10 K below the coldest wall that the station names
 *
 * ARMED is earned: at least `purge_volumes` of measured inert gas, for at least 30 s, at 25 % of
 * the nominal flow or more, unbroken, with oxygen and fuel under 1 % of their full scale. It lapses
 * after 10 min without oxygen and fuel, or 1 s without them and without that flow. The
 * composition is judged on commanded flows at their worst case; NaN never passes. */
#ifndef BENCH_SAFETY_GATE_H
#define BENCH_SAFETY_GATE_H

#include "bench/rig.h"
#include "gas/flammability.h"
#include "sequences/checker.h"

enum gate_state { GATE_CLOSED, GATE_PURGE, GATE_ARMED };

struct gate_flow_band {
    double lo_slpm, hi_slpm;
};
/* A flow held against its set points. */
struct gate_flow_watch {
    double set_slpm;                   /* at the last look */
    struct instant changed;            /* when that was another */
    struct gate_flow_band now, before; /* of the set points since `begun`, and of those before */
    struct instant begun;
    bool astray; /* since `since` */
    struct instant since;
};

struct gate_gas {
    const struct gas_supply *supply; /* NULL: not a gas of this run, held at zero */
    unsigned channel;                /* of the station */
    double full_scale_slpm, commanded_slpm, measured_slpm;
    bool inert;  /* no oxygen over 100 ppm, no fuel, no water over 0.1 % */
    char stream; /* where it flows now: 'a', 'b' or 0 */
    struct gate_flow_watch watch;
};

enum { GATE_GASES_MAX = 16 };

struct gate_config {
    struct rig *rig;
    struct log *log;
    const struct gas_supply *gases;
    unsigned gas_count;
    /* Called once for each refusal; the session stops the run with this text. */
    void (*trip)(void *ctx, const char *why);
    void *ctx;
};

typedef void gate_done(void *ctx, enum rc rc, const char *error);

struct gate_heater_order {
    enum heater_signal signal;
    unsigned site;
    double si;
};
/* Who answers for channels of instrument `heater`; its own voltages come back through gate_set. */
struct gate_heaters {
    void (*set)(void *ctx, const struct gate_heater_order *order, gate_done *done, void *done_ctx);
    void *ctx;
};

struct gate_pump_order {
    enum pump_signal signal;
    unsigned site;
    double si;
};
struct gate_order {
    unsigned channel, site; /* site 0: shared */
    double si;
};
/* Who answers for channels of instrument `pump`; its own orders come back through gate_set. */
struct gate_pumps {
    void (*set)(void *ctx, const struct gate_pump_order *order, gate_done *done, void *done_ctx);
    /* An output is about to be set that they may be driving. True: they answer `done` themselves,
     * with RC_REFUSED where the order cannot be, which trips nothing. */
    bool (*take)(void *ctx, const struct gate_order *order, gate_done *done, void *done_ctx);
    void *ctx;
};

struct gate;

MUST_CHECK enum rc gate_new(const struct gate_config *config, struct gate **out);
void gate_free(struct gate *gate);
void gate_attach_heaters(struct gate *gate, struct gate_heaters heaters);
void gate_attach_pumps(struct gate *gate, struct gate_pumps pumps);

enum gate_state gate_state(const struct gate *gate);
void gate_open(struct gate *gate);  /* CLOSED -> PURGE: all instruments are up and at rest */
void gate_close(struct gate *gate); /* -> CLOSED */

/* Would this be permitted now? RC_RANGE: outside the channel's range or the station's envelope;
 * RC_REFUSED: the state or the composition forbids it. `why` gets the reason. */
MUST_CHECK enum rc gate_permit(const struct gate *gate, unsigned channel, unsigned site, double si,
                               struct obuf *why);

/* Permit, then set and read back. A refusal trips and is answered at once. Every call is answered.
 */
void gate_set(struct gate *gate, const struct gate_order *order, gate_done *done, void *ctx);
/* Nobody waits any more for the sets that were asked for with this ctx: they go on, unanswered. */
void gate_forget(struct gate *gate, const void *ctx);
/* All outputs of the station to rest, whatever the state; answered when each instrument has. */
void gate_make_safe(struct gate *gate, gate_done *done, void *ctx);
/* What one instrument answered to that; RC_TIMEOUT: nothing yet. */
enum rc gate_rest_of(const struct gate *gate, unsigned instrument);

/* Measured flow of a gas channel: counts for the purge, and is held against the set point. A
 * deviation closes oxygen and fuel at once and trips. */
void gate_observe(struct gate *gate, unsigned channel, double slpm, struct instant t);
/* What is missing of the purge; 0 s when armed. `volume_L`: inert gas still to flow. */
struct duration gate_purge_left(const struct gate *gate, double *volume_L);

/* No oxygen or fuel flows any more, as measured; else *channel names one that does, or may. */
bool gate_flows_rest(const struct gate *gate, const char **channel);
/* The insulation tester, where the station has one. A new value of any channel: if the interlock
 * opens while it is on it goes off, and the run is tripped. */
void gate_insulation_observe(struct gate *gate, unsigned channel, double si);
/* Off, if it is on; if it is on at a pair of this site. */
void gate_insulation_off(struct gate *gate);
void gate_insulation_rest_site(struct gate *gate, unsigned site);

/* Streams: where a gas flows, and the worst-case composition commanded there. */
void gate_assign_stream(struct gate *gate, unsigned channel, char stream);
MUST_CHECK enum rc gate_composition(const struct gate *gate, char stream, struct gas_mix *worst);
const struct gas_rule_limits *gate_limits(const struct gate *gate);
/* The gas that a channel doses, or NULL; the gate's, valid as long as it. */
struct gate_gas *gate_gas_at(struct gate *gate, unsigned channel);
struct gate_gas *gate_find_gas(struct gate *gate, const struct gas_supply *supply);
double gate_commanded_total_slpm(const struct gate *gate, char stream);

#endif
