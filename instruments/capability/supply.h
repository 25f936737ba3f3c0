/* Power supply with up to four like channels; the channel table writes "u[2]" for channel 2. */
#ifndef INSTRUMENTS_CAPABILITY_SUPPLY_H
#define INSTRUMENTS_CAPABILITY_SUPPLY_H

#include "instruments/capability/capability.h"

enum { SUPPLY_SIGNAL_U, SUPPLY_SIGNAL_I, SUPPLY_SIGNAL_LIMIT, SUPPLY_SIGNALS };
enum { SUPPLY_CHANNELS_MAX = 4 };

struct supply_channel {
    double u_V, i_A; /* measured at the terminals */
};
struct supply_reading {
    struct supply_channel channel[SUPPLY_CHANNELS_MAX];
};

/* "u" (writable: voltage; 0 also switches the output off, above 0 on), "i" (measured current),
 * "limit" (writable only: current limit, A) */
extern const struct capability capability_supply;

#endif
