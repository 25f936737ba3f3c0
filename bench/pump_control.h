/* The control law of one element's pump cell, when the bench regulates it itself: pure, no
 * instrument.
 *
 *   Up += gain * e * dt/integral     e = target - U_N, on every new reading of U_N
 *
 * The pump cell is driven by a voltage. On the plateau of its current the Nernst voltage follows
 * the pump voltage one to one, in lean and in rich gas, so that an integral law with the share of
 * one reading well below 1 cannot swing. Driven by a current the same cell has no such law: in dry
 * lean gas all of 200 to 800 mV lies within 1 uA, a step or two of a source, and any difference
 * fills or empties the cavity within 50 ms (docs/physics.md, element A).
 *
 * It begins at 0 V, where the cell carries next to nothing in any gas. A reading counts once, and
 * only if it was taken after the voltage that stands now had settled. What makes it go off: no
 * reading of U_N or of the current for 1 s, a heater that is not at its set point (so no voltage
 * ever stands at a cold cell: published rule, at most 0.2 V above 2.3 kohm), a source that does not
 * take a value. Bounds are those of the type: a voltage is never asked for outside, and where the
 * current is above its bound the voltage goes back. */
#ifndef BENCH_PUMP_CONTROL_H
#define BENCH_PUMP_CONTROL_H

#include <stdbool.h>

#include "core/clock.h"

enum pump_state {
    PUMP_OFF,
    PUMP_SETTLING,
    PUMP_REGULATING, /* within 10 mV for 1 s; until 20 mV */
    PUMP_LIMITED     /* voltage or current was at its bound within the last second */
};

enum pump_fault {
    PUMP_FAULT_NONE,
    PUMP_FAULT_UN,     /* the regulated voltage is not measured */
    PUMP_FAULT_IP,     /* nor the current */
    PUMP_FAULT_HEATER, /* not at its set point */
    PUMP_FAULT_SOURCE, /* the source did not take a value */
    PUMP_FAULTS
};

struct pump_plan {
    double out_V, out_mA; /* bounds while oxygen is pumped out of the cavity, > 0 */
    double in_V, in_mA;   /* and into it, > 0 */
    double target_mV, lo_mV, hi_mV;
    double gain, integral_s;
    double slew_V_s;
};

struct pump_input {
    struct instant now;
    double un_mV, ip_mA;       /* NaN: none */
    struct instant un_t, ip_t; /* when they were measured; INT64_MIN: never */
    struct instant since;      /* the present voltage stands; INSTANT_NEVER: it is on its way */
    bool hot;                  /* the heater is at its set point */
};

struct pump_control {
    struct pump_plan plan;
    enum pump_state state;
    enum pump_fault fault;
    double target_mV, demand_V;
    struct instant un_seen, ip_seen; /* last good readings */
    struct instant used;             /* the reading of U_N that was acted on last */
    struct instant outside;          /* last time that U_N was not near its target */
    struct instant bound;            /* last time that it was limited; INT64_MIN: never */
};

void pump_control_init(struct pump_control *c, const struct pump_plan *plan);
/* From 0 V; keeps the target. */
void pump_control_start(struct pump_control *c, struct instant now);
void pump_control_stop(struct pump_control *c);
void pump_control_fail(struct pump_control *c, enum pump_fault fault);
/* The voltage to set now; 0 while off. */
double pump_control_tick(struct pump_control *c, const struct pump_input *in);
/* False: outside what the type allows. */
bool pump_control_aim(struct pump_control *c, double target_mV);

/* "the Nernst voltage was not measured for 1 s". */
const char *pump_fault_text(enum pump_fault fault);

#endif
