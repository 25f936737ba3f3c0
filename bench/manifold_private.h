/* Shared by manifold.c (the mix), manifold_purge.c (inert gas between), manifold_flows.c (one set
 * of flows), manifold_pipe.c (what is in the pipes) and manifold_channels.c. */
#ifndef BENCH_MANIFOLD_PRIVATE_H
#define BENCH_MANIFOLD_PRIVATE_H

#include "bench/manifold.h"

#define MANIFOLD_TICK duration_ms(100)

enum { MANIFOLD_DRIVES_MAX = 8, MANIFOLD_DRY_VOLUMES = 10 };

enum manifold_phase {
    MANIFOLD_IDLE,
    MANIFOLD_ARMING,
    MANIFOLD_INTERLUDE,
    MANIFOLD_RAMP,
    MANIFOLD_FILLING, /* of the pipes, before a switch */
    MANIFOLD_SWITCH
};

/* Flows of one stream, by the gate's gases. */
struct manifold_flows {
    double slpm[GATE_GASES_MAX];
};

/* One `struct manifold_flows` on its way through the gate, in four groups. One that was given up
 * keeps its place until the last instrument has answered. */
struct manifold_drive {
    struct manifold *manifold;
    struct manifold_flows target;
    bool dropped;
    unsigned group, left;
    enum rc rc;
    void (*done)(struct manifold *manifold, enum rc rc);
};

struct manifold {
    struct manifold_config config;
    struct gate_gas *gases[GATE_GASES_MAX];
    unsigned gas_count;
    char selected, selecting; /* stream that flows over the sensors; the one switched to */
    enum manifold_phase phase;
    struct mix_order order;
    struct manifold_flows start, target, inert;
    unsigned ramp_step, ramp_steps;
    /* What is in the pipe of each stream, worst case: filled with `pipe`, and with `newest` since
     * `since`, which alone is there once the interlude's volumes of it have flowed. */
    struct gas_mix pipe[2], newest[2];
    struct instant since[2];
    gate_done *done;
    void *ctx;
    struct manifold_drive drives[MANIFOLD_DRIVES_MAX], *drive;
    char error[256]; /* of the drive that failed */
    struct timer timer, publish;
    struct instant ramp_due;
    int valve_channel;
};

/* manifold.c */
void manifold_again_in(struct manifold *m, struct duration d); /* the timer of the phase */
void manifold_finish(struct manifold *m, enum rc rc, const char *error);
struct manifold_flows manifold_commanded(const struct manifold *m);
/* Worst case of the order's target on its stream; N2 where nothing flows. */
MUST_CHECK enum rc manifold_target(const struct manifold *m, struct gas_mix *worst);
void manifold_start_ramp(struct manifold *m);
/* manifold_purge.c */
void manifold_start_arming(struct manifold *m);
/* Goes on with what the line from the gas in the pipe to the target asks for. */
void manifold_prove_line(struct manifold *m);
/* manifold_flows.c */
void manifold_drop_drive(struct manifold *manifold);
void manifold_drive_flows(struct manifold *manifold, const struct manifold_flows *target,
                          void (*done)(struct manifold *manifold, enum rc rc));
/* manifold_pipe.c */
void manifold_settle_pipe(struct manifold *manifold, char stream);
void manifold_fill_pipe(struct manifold *manifold, char stream, const struct gas_mix *mix);
/* Volumes of inert gas between what is in the order's pipe and `to`; RC_REFUSED: none helps. */
MUST_CHECK enum rc manifold_volumes_to(const struct manifold *manifold, const struct gas_mix *to,
                                       unsigned *volumes);
/* Of the order's stream: more than 0.5 % of water in its pipe. */
bool manifold_is_wet(const struct manifold *manifold);
/* With what was in the pipes before the newest gas of each, or (`settled`) without. */
bool manifold_streams_may_meet(struct manifold *manifold, bool settled);
/* Until each pipe holds nothing but its newest gas; RC_REFUSED: nothing flows that would fill it.
 */
MUST_CHECK enum rc manifold_time_to_fill(const struct manifold *manifold, struct duration *left);
/* "interlude of inert gas on stream a: 5.4 s" */
void manifold_note(struct manifold *manifold, const char *what, char stream, double seconds);
void manifold_publish_channels(struct manifold *manifold);

#endif
