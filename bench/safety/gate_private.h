/* Shared by gate.c (permit), gate_drive.c (set, make safe), gate_purge.c and gate_flow.c. */
#ifndef BENCH_SAFETY_GATE_PRIVATE_H
#define BENCH_SAFETY_GATE_PRIVATE_H

#include "bench/safety/gate.h"

enum { GATE_SETS_MAX = 2048 }; /* all ramps of a session, and what it switches by itself */

/* One gate_set in flight; it may drive several like channels. */
struct gate_set_job {
    struct gate *gate;
    gate_done *done;
    void *ctx;
    unsigned channel, site, left;
    double wanted, taken; /* in the signal's unit; taken: as read back, NaN: it does not say */
    double was_slpm, asked_slpm; /* of a gas: what may still flow if this is not taken */
    enum rc rc;
    bool busy, rests; /* rests: ordered to its rest */
};

/* What the rules of an insulation tester remember; all zero where there is none. */
struct gate_insulation {
    bool on, was_on; /* on: or not confirmed off */
    unsigned site;   /* whose pair it was put across; 0: none's */
    bool can_heat;   /* the station has an output that heats */
    struct instant off_at, heat_at;
    uint64_t active[STATION_CHANNELS_MAX]; /* bit per site: not at rest, or not confirmed there */
};

/* One instrument on its way to rest. */
struct gate_rest {
    struct gate *gate;
    enum rc rc;
};

struct gate {
    struct gate_rest rests[STATION_INSTRUMENTS_MAX];
    struct gate_config config;
    const struct station *station;
    enum gate_state state;
    struct gate_gas gases[GATE_GASES_MAX];
    unsigned gas_count;
    struct gas_rule_limits limits;
    struct gate_heaters heaters;
    struct gate_pumps pumps;
    int suction_channel; /* of a pump behind the elements; -1: none */
    bool suction;        /* on, or not yet confirmed off */
    struct gate_insulation insulation;
    /* purge */
    struct instant purge_since, purge_last;
    struct instant used_last; /* armed: when oxygen or fuel was ordered last */
    double purge_L;
    bool flow_tripped; /* once a run */
    /* drive */
    struct gate_set_job jobs[GATE_SETS_MAX];
    gate_done *safe_done;
    void *safe_ctx;
    unsigned safe_left;
    enum rc safe_rc;
    char safe_error[256];
};

void gate_trip(struct gate *gate, const char *why);
/* An output that is no site's, to zero, without an answer. */
void gate_put_to_zero(struct gate *gate, unsigned channel);
/* gate_flow.c: after each measured flow. */
void gate_watch_flow(struct gate *gate, struct gate_gas *gas, struct instant t);
/* Zero, or the least of a channel that cannot be zero. */
double gate_rest_value(const struct channel *channel);

/* gate_insulation.c. Of a value that is not rest: RC_REFUSED and the reason. */
MUST_CHECK enum rc gate_insulation_permit(const struct gate *gate, unsigned channel, double si,
                                          struct obuf *why);
void gate_insulation_order(struct gate *gate, unsigned channel, unsigned site, bool rests);
void gate_insulation_rested(struct gate *gate, unsigned channel, unsigned site);
void gate_insulation_all_rest(struct gate *gate);
void gate_insulation_opened(struct gate *gate);
/* The next measured flow begins a purge. */
void gate_forget_purge(struct gate *gate);

#endif
