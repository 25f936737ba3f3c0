/* Source-meter: one output that is a voltage or a current source and measures both. */
#ifndef INSTRUMENTS_CAPABILITY_SOURCE_METER_H
#define INSTRUMENTS_CAPABILITY_SOURCE_METER_H

#include "instruments/capability/capability.h"

enum {
    SOURCE_SIGNAL_U,
    SOURCE_SIGNAL_I,
    SOURCE_SIGNAL_LIMIT_U,
    SOURCE_SIGNAL_LIMIT_I,
    SOURCE_SIGNAL_OUTPUT,
    SOURCE_SIGNAL_COMPLIANCE,
    SOURCE_SIGNALS
};

struct source_reading {
    double u_V, i_A;              /* measured; NaN: this one is not measured now */
    double output_on, compliance; /* 0 or 1 */
};

/* "u" (writable: makes it a voltage source of this level), "i" (writable: a current source),
 * "limit_u", "limit_i" (write only: compliance of the other quantity), "output" (writable; 0 is
 * high impedance, never 0 V across the cell), "compliance". Setting a level does not switch the
 * output on. At rest: output 0. */
extern const struct capability capability_source_meter;

#endif
