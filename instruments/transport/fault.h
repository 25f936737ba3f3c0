/* A transport that does badly what it is told, from a seed: wraps any other. For tests. */
#ifndef INSTRUMENTS_TRANSPORT_FAULT_H
#define INSTRUMENTS_TRANSPORT_FAULT_H

#include "core/rng.h"
#include "instruments/transport/transport.h"

/* Probabilities 0..1. */
struct fault_rates {
    double write_lie;    /* per write: reports success, sends nothing */
    double write_refuse; /* per write: RC_TIMEOUT, sends nothing */
    double lose;         /* per arrival: all of it is lost */
    double twice;        /* per arrival: it comes twice */
    double split;        /* per arrival: handed on in pieces */
    double flip;         /* per byte received: one bit is wrong */
    double drop;         /* per byte received: it is missing */
    double insert;       /* per byte received: a random byte before it */
};

/* Takes `inner` over (closed with the wrapper). NULL: out of memory, and `inner` stays the
 * caller's. The wrapper's events are set by the user as with any transport. */
struct transport *fault_wrap(struct transport *inner, uint64_t seed,
                             const struct fault_rates *rates);
void fault_set_rates(struct transport *wrapper, const struct fault_rates *rates);

#endif
