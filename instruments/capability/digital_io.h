/* Digital inputs and outputs; the channel table writes "in[0]" and "out[3]" (pins from 0). */
#ifndef INSTRUMENTS_CAPABILITY_DIGITAL_IO_H
#define INSTRUMENTS_CAPABILITY_DIGITAL_IO_H

#include "instruments/capability/capability.h"

enum { DIGITAL_SIGNAL_IN, DIGITAL_SIGNAL_OUT, DIGITAL_SIGNALS };
enum { DIGITAL_PINS_MAX = 16 };

struct digital_pin {
    double in, out; /* 0 or 1 */
};
struct digital_reading {
    struct digital_pin pin[DIGITAL_PINS_MAX];
};

/* "in" and "out" (writable), a channel is a pin */
extern const struct capability capability_digital_io;

#endif
