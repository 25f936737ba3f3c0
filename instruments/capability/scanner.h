/* Scanner: one meter that goes round its inputs, and relays; the channel table writes "u[2]" and
 * "relay[5]" (from 1). */
#ifndef INSTRUMENTS_CAPABILITY_SCANNER_H
#define INSTRUMENTS_CAPABILITY_SCANNER_H

#include "instruments/capability/capability.h"

enum { SCANNER_SIGNAL_U, SCANNER_SIGNAL_RELAY, SCANNER_SIGNALS };
enum { SCANNER_CHANNELS_MAX = 16 };

struct scanner_channel {
    double u_V;   /* NaN: overload, or not in the scan list */
    double relay; /* 0 or 1 */
};
struct scanner_reading {
    struct scanner_channel channel[SCANNER_CHANNELS_MAX];
};

/* "u" and "relay" (writable; 0 at rest) */
extern const struct capability capability_scanner;

#endif
