/* Lock-in amplifier with its own sine output. */
#ifndef INSTRUMENTS_CAPABILITY_LOCK_IN_H
#define INSTRUMENTS_CAPABILITY_LOCK_IN_H

#include "instruments/capability/capability.h"

enum {
    LOCK_IN_SIGNAL_AMPLITUDE,
    LOCK_IN_SIGNAL_FREQUENCY,
    LOCK_IN_SIGNAL_X,
    LOCK_IN_SIGNAL_Y,
    LOCK_IN_SIGNAL_OVERLOAD,
    LOCK_IN_SIGNALS
};

struct lock_in_reading {
    double x_V, y_V; /* rms, in phase with the sine output and a quarter period ahead of it */
    double overload; /* 0 or 1: input, filter or output */
};

/* "amplitude" (writable: rms volts of the sine output; its least is the rest position),
 * "frequency" (writable, Hz), "x", "y", "overload" */
extern const struct capability capability_lock_in;

#endif
