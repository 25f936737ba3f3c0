/* Electronic load in constant current. */
#ifndef INSTRUMENTS_CAPABILITY_LOAD_H
#define INSTRUMENTS_CAPABILITY_LOAD_H

#include "instruments/capability/capability.h"

enum { LOAD_SIGNAL_I, LOAD_SIGNAL_U, LOAD_SIGNAL_P, LOAD_SIGNAL_INPUT, LOAD_SIGNALS };

struct load_reading {
    double i_A, u_V, p_W, input_on; /* measured; input_on is 0 or 1 */
};

/* "i" (writable: the current level), "u", "p", "input" (writable: 1 closes it, and the level flows;
 * 0 opens it). Setting one leaves the other as it was; both are 0 at rest. */
extern const struct capability capability_load;

#endif
