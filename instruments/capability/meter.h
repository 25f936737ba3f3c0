/* Direct voltage meter, high impedance. */
#ifndef INSTRUMENTS_CAPABILITY_METER_H
#define INSTRUMENTS_CAPABILITY_METER_H

#include "instruments/capability/capability.h"

enum { METER_SIGNAL_U, METER_SIGNALS };

struct meter_reading {
    double u_V; /* NaN: overload */
};

extern const struct capability capability_meter; /* "u" */

#endif
