/* A laboratory supply with up to four channels: each feeds the heater of one site (through its
 * controller's switch) or an auxiliary rail, and may carry an electronic load.
 *
 * Constant voltage at the terminals until the mean current reaches the limit, then the voltage
 * gives way. Currents are means over the pulse width modulation. */
#ifndef TWIN_SUPPLY_H
#define TWIN_SUPPLY_H

#include <stdbool.h>

enum { SUPPLY_CHANNELS = 4 };

struct supply_channel {
    unsigned site; /* from 1; 0: auxiliary */
    double set_V, limit_A, load_set_A;
    double siemens;                      /* mean conductance of the heater: duty / resistance */
    double terminal_V, heater_A, load_A; /* solved */
};

struct supply {
    struct supply_channel channels[SUPPLY_CHANNELS];
};

/* Nothing set; the current limit is open (1000 A) until someone sets it. */
void supply_init(struct supply *supply);
/* NaN and negative values count as 0. */
void supply_set_V(struct supply_channel *channel, double volt);
void supply_set_limit_A(struct supply_channel *channel, double ampere);
void supply_set_load_A(struct supply_channel *channel, double ampere);
void supply_set_heater(struct supply_channel *channel, double siemens);

#endif
