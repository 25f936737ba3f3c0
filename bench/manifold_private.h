/* Shared by manifold.c (the mix), manifold_flows.c (one set of flows) and manifold_channels.c. */
#ifndef BENCH_MANIFOLD_PRIVATE_H
#define BENCH_MANIFOLD_PRIVATE_H

#include "bench/manifold.h"

enum manifold_phase {
    MANIFOLD_IDLE,
    MANIFOLD_ARMING,
    MANIFOLD_INTERLUDE,
    MANIFOLD_RAMP,
    MANIFOLD_SWITCH
};

/* Flows of one stream, by the gate's gases. */
struct manifold_flows {
    double slpm[GATE_GASES_MAX];
};

/* One `struct manifold_flows` on its way through the gate, in four groups. */
struct manifold_drive {
    struct manifold_flows target;
    unsigned group, left;
    enum rc rc;
    char error[256];
    void (*done)(struct manifold *manifold, enum rc rc);
};

struct manifold {
    struct manifold_config config;
    struct gate_gas *gases[GATE_GASES_MAX];
    unsigned gas_count;
    char selected; /* stream that flows over the sensors */
    enum manifold_phase phase;
    struct mix_order order;
    struct manifold_flows start, target, inert;
    unsigned ramp_step, ramp_steps;
    struct gas_mix pipe[2]; /* last composition of each stream, worst case */
    gate_done *done;
    void *ctx;
    struct manifold_drive drive;
    struct timer timer, publish;
    struct instant ramp_due;
    int valve_channel;
};

void manifold_drive_flows(struct manifold *manifold, const struct manifold_flows *target,
                          void (*done)(struct manifold *manifold, enum rc rc));
void manifold_publish_channels(struct manifold *manifold);

#endif
