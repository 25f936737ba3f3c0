/* From compositions to flows: drives the flow controllers through the gate so that every
 * composition on the way obeys the gas rules.
 *
 * A mix is: wait for the purge if oxygen or fuel is wanted and the gate is not armed (inert gas
 * flows meanwhile); an inert interlude where the mixing line between the old and the new
 * composition is forbidden; then the new flows, ramped. Within a step of the ramp fuel and oxygen
 * go down first, then inert gas up, then fuel and oxygen up, then inert gas down. */
#ifndef BENCH_MANIFOLD_H
#define BENCH_MANIFOLD_H

#include "bench/safety/gate.h"
#include "sequences/host.h"

struct manifold;

struct manifold_config {
    struct rig *rig;
    struct gate *gate;
    struct log *log;
    /* For the record: "purge 30 s", "interlude 5.4 s of n2 on stream a". */
    void (*note)(void *ctx, const char *text);
    void *ctx;
};

MUST_CHECK enum rc manifold_new(const struct manifold_config *config, struct manifold **out);
void manifold_free(struct manifold *manifold);
/* Publish the manifold's channels every 100 ms from now on. */
MUST_CHECK enum rc manifold_start(struct manifold *manifold);

/* One at a time; answered once. */
void manifold_mix(struct manifold *manifold, const struct mix_order *order, gate_done *done,
                  void *ctx);
void manifold_select(struct manifold *manifold, char stream, gate_done *done, void *ctx);
/* Give up the mix in flight; it is answered with RC_REFUSED. Flows stay as commanded. */
void manifold_cancel(struct manifold *manifold);
/* The same without an answer: nobody waits for it any more. */
void manifold_drop(struct manifold *manifold);
/* A measured flow (SI) of one of the rig's channels. */
void manifold_observe(struct manifold *manifold, unsigned channel, double si, struct instant t);

#endif
