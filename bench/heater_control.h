/* The control law of one element's heater, when the bench regulates it itself: pure, no instrument.
 *
 *   off -> preheat (small voltage, dries the element) -> ramp (start voltage, so many V/s)
 *       -> regulating: U = steady + gain (e + 1/integral * int e dt)
 *   e = ln(value / target) for a resistance that falls with temperature (cell), ln(target / value)
 *   for one that rises (heater); e > 0: too cold
 *
 * The ramp hands over where the law asks for no more than the ramp does, so the voltage never
 * jumps; the integral rests while the voltage stands at a bound. But for the step from preheat to
 * the ramp's start, the voltage never rises faster than the ramp. What makes it go off: no reading
 * for 1 s, not heated in time, value outside the band, heater resistance outside its range, more
 * energy than factor (warm-up + steady power * time), a hold that lasts too long. Energy and boost
 * count on when it is off for less than a minute. Power that is not
 * known counts as the most it can be. Profile of the published sensors (Bosch Y 258 E00 015e): 2 V,
 * then 8.5 V rising 0.4 V/s, at most 12 V, 13 V for 30 s. */
#ifndef BENCH_HEATER_CONTROL_H
#define BENCH_HEATER_CONTROL_H

#include <stdbool.h>

#include "core/clock.h"

enum heater_state {
    HEATER_OFF,
    HEATER_PREHEAT,
    HEATER_RAMP,
    HEATER_REGULATING,
    HEATER_FAULT /* off, and stays so until it is switched off and on */
};

enum heater_fault {
    HEATER_FAULT_NONE,
    HEATER_FAULT_STALE,  /* the regulated quantity is not measured */
    HEATER_FAULT_SUPPLY, /* supply not measured, or it did not take a voltage */
    HEATER_FAULT_NO_HEAT,
    HEATER_FAULT_HOT,
    HEATER_FAULT_COLD,
    HEATER_FAULT_OHM, /* resistance of the heater itself */
    HEATER_FAULT_ENERGY,
    HEATER_FAULT_HOLD,
    HEATER_FAULTS
};

struct heater_plan {
    double preheat_V, preheat_s;
    double ramp_V, ramp_V_s;
    double limit_V, boost_V, boost_s; /* boost: above the limit, so long in all */
    double steady_V, steady_W;        /* at the target */
    double warm_J, energy_factor;
    double heated_s; /* from the beginning of the ramp */
    double target_ohm, band_lo_ohm, band_hi_ohm, band_s;
    double heater_lo_ohm, heater_hi_ohm; /* the heater's own resistance, behind the preheat */
    double gain_V, integral_s, hold_s;
    bool falls; /* the regulated resistance falls with temperature */
};

struct heater_input {
    struct instant now;
    double value_ohm;                 /* regulated quantity; NaN: none */
    double heater_ohm, power_W;       /* NaN: not known */
    struct instant value_t, supply_t; /* when they were measured; INT64_MIN: never */
};

struct heater_control {
    struct heater_plan plan;
    enum heater_state state;
    enum heater_fault fault;
    double target_ohm, demand_V, integral_V, energy_J, boosted_s;
    struct instant budget_since, began, ramp_began, last, value_seen, supply_seen;
    struct instant in_band, ohm_good, held_since;
    bool used, settled, held;
    bool read_since; /* a value came since the last hold: the next one counts anew */
};

void heater_control_init(struct heater_control *c, const struct heater_plan *plan);
void heater_control_start(struct heater_control *c, struct instant now);
void heater_control_stop(struct heater_control *c);
void heater_control_fail(struct heater_control *c, enum heater_fault fault);
/* The voltage to set now; 0: off. */
double heater_control_tick(struct heater_control *c, const struct heater_input *in);
/* False: outside the band. The voltage does not jump. */
bool heater_control_aim(struct heater_control *c, double target_ohm, double value_ohm);
/* While something else is measured with the leads that the regulation needs: the voltage stays. */
void heater_control_hold(struct heater_control *c, bool on, struct instant now);

/* "the element did not heat in time". */
const char *heater_fault_text(enum heater_fault fault);

#endif
