/* Wideband lambda controller: closes the pump loop and heats the element. A value and its validity
 * are one: what the controller does not vouch for is NaN in the reading. */
#ifndef INSTRUMENTS_CAPABILITY_LAMBDA_CONTROLLER_H
#define INSTRUMENTS_CAPABILITY_LAMBDA_CONTROLLER_H

#include "instruments/capability/capability.h"

enum {
    LAMBDA_SIGNAL_IP,     /* pump current, mA, > 0 lean */
    LAMBDA_SIGNAL_UN,     /* Nernst voltage, mV */
    LAMBDA_SIGNAL_RI,     /* internal resistance of the Nernst cell, ohm */
    LAMBDA_SIGNAL_TC,     /* element temperature, degC */
    LAMBDA_SIGNAL_LAMBDA, /* lambda, no unit */
    LAMBDA_SIGNAL_DUTY,   /* heater duty 0..1 */
    LAMBDA_SIGNAL_STATUS, /* the controller's own status code */
    LAMBDA_SIGNAL_DIAG,   /* 0: no wire fault; else the controller's own code */
    LAMBDA_SIGNAL_HEATER, /* onoff, writable: heater enable */
    LAMBDA_SIGNALS
};

struct lambda_reading {
    double ip_mA, un_mV, ri_ohm, tc_degC, lambda, duty, status, diag;
};

/* "ip" "un" "ri" "tc" "lambda" "duty" "status" "diag" and "heater" (writable only) */
extern const struct capability capability_lambda_controller;

#endif
