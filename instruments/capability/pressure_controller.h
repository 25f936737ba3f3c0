/* Pressure controller in the gas path: a back-pressure valve behind the elements. Pressures are
 * absolute. Set to 0 its valve is fully open, which is its state of rest: the pressure is then that
 * of what lies behind it. */
#ifndef INSTRUMENTS_CAPABILITY_PRESSURE_CONTROLLER_H
#define INSTRUMENTS_CAPABILITY_PRESSURE_CONTROLLER_H

#include "instruments/capability/capability.h"

enum { PRESSURE_SIGNAL_PRESSURE, PRESSURE_SIGNALS };

struct pressure_reading {
    double pressure_kPa, setpoint_kPa;
};

/* "pressure" (writable: its set point; read: what it measures) */
extern const struct capability capability_pressure_controller;

#endif
