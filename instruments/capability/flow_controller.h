/* Mass flow controller. Flows are standard litres per minute at the station's reference. */
#ifndef INSTRUMENTS_CAPABILITY_FLOW_CONTROLLER_H
#define INSTRUMENTS_CAPABILITY_FLOW_CONTROLLER_H

#include "instruments/capability/capability.h"

enum { FLOW_SIGNAL_FLOW, FLOW_SIGNAL_PRESSURE, FLOW_SIGNAL_TEMP, FLOW_SIGNALS };

struct flow_reading {
    double flow_slpm, setpoint_slpm, pressure_kPa, temp_degC;
};

/* "flow" (writable: its set point), "pressure", "temp" */
extern const struct capability capability_flow_controller;

#endif
