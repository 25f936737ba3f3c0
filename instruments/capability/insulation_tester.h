/* Insulation tester: puts a high direct voltage across an insulation and tells its resistance. What
 * it is connected to is chosen by others; bench/safety/gate_insulation.c says when it may be on. */
#ifndef INSTRUMENTS_CAPABILITY_INSULATION_TESTER_H
#define INSTRUMENTS_CAPABILITY_INSULATION_TESTER_H

#include "instruments/capability/capability.h"

enum {
    INSULATION_SIGNAL_U,
    INSULATION_SIGNAL_OUTPUT,
    INSULATION_SIGNAL_R,
    INSULATION_SIGNAL_OVER,
    INSULATION_SIGNALS
};

struct insulation_reading {
    double u_V;       /* measured at the terminals; 0: the output is off */
    double output_on; /* 0 or 1 */
    double r_ohm;     /* NaN: not measured now; what is above the range reads the range's end */
    double over;      /* 0 or 1: r_ohm is the end of the range, the resistance is more; NaN as r */
};

/* "u" (V, writable: the test voltage, its least at rest; it drives nothing until the output is on),
 * "output" (writable; 0 at rest: off, and what was charged is discharged by the tester), "r" (ohm),
 * "over". A voltage is set while the output is off. */
extern const struct capability capability_insulation_tester;

#endif
