#include "bench/heater_control.h"

#include <math.h>

#include "core/num.h"

static const double stale_s = 1.0, ohm_s = 1.2; /* ohm: longer than one mixed reading lasts */
static const double cool_s = 60.0; /* off for less: what it has used of its budgets still counts */
static const double settled_V = 0.5; /* the law's proportional part, when the target is reached */
static const double least_V = 0.5;   /* while regulating: 0 would switch the output off */
static const double margin =
    0.99; /* so that a supply's own error does not break the type's bound */

static double seconds(struct instant later, struct instant earlier)
{
    return duration_in_s(instant_since(later, earlier));
}

void heater_control_init(struct heater_control *c, const struct heater_plan *plan)
{
    *c = (struct heater_control){.plan = *plan, .target_ohm = plan->target_ohm};
}

/* Switching off and on again is no way to a second boost. */
void heater_control_start(struct heater_control *c, struct instant now)
{
    const struct heater_control was = *c;
    bool warm = was.used && seconds(now, was.last) < cool_s;
    *c = (struct heater_control){.plan = c->plan,
                                 .used = true,
                                 .energy_J = warm ? was.energy_J : 0.0,
                                 .boosted_s = warm ? was.boosted_s : 0.0,
                                 .budget_since = warm ? was.budget_since : now,
                                 .target_ohm = c->target_ohm,
                                 .state = HEATER_PREHEAT,
                                 .demand_V = c->plan.preheat_V,
                                 .integral_V = c->plan.steady_V,
                                 .began = now,
                                 .last = now,
                                 .value_seen = now,
                                 .read_since = true,
                                 .supply_seen = now,
                                 .in_band = now,
                                 .ohm_good = now};
}

void heater_control_stop(struct heater_control *c)
{
    c->state = HEATER_OFF;
    c->fault = HEATER_FAULT_NONE;
    c->held = false;
    c->demand_V = 0.0;
}

void heater_control_fail(struct heater_control *c, enum heater_fault fault)
{
    c->state = HEATER_FAULT;
    c->fault = fault;
    c->held = false;
    c->demand_V = 0.0;
}

/* > 0: too cold. NaN: not known. A resistance that is no positive number is that of a cold cell
 * (its current is less than the noise), and of a heater never. */
static double error_of(const struct heater_control *c, double value_ohm)
{
    if (isnan(value_ohm))
        return (double)NAN;
    if (!c->plan.falls)
        return log(c->target_ohm / value_ohm);
    return value_ohm > 0.0 && value_ohm < 1e6 ? log(value_ohm / c->target_ohm)
                                              : log(1e6 / c->target_ohm);
}

bool heater_control_aim(struct heater_control *c, double target_ohm, double value_ohm)
{
    if (!num_within(target_ohm, c->plan.band_lo_ohm, c->plan.band_hi_ohm))
        return false;
    double before = error_of(c, value_ohm);
    c->target_ohm = target_ohm;
    double after = error_of(c, value_ohm);
    if (c->state == HEATER_REGULATING && isfinite(before) && isfinite(after))
        c->integral_V += c->plan.gain_V * (before - after);
    return true;
}

void heater_control_hold(struct heater_control *c, bool on, struct instant now)
{
    if (on && !c->held && c->read_since)
        c->held_since = now;
    if (on)
        c->read_since = false;
    else if (c->held)
        c->value_seen = now;
    c->held = on;
}

static double ceiling_V(const struct heater_control *c)
{
    return margin * (c->boosted_s < c->plan.boost_s ? c->plan.boost_V : c->plan.limit_V);
}

/* --- supervision -------------------------------------------------------------------------------
 */

static void count_energy(struct heater_control *c, const struct heater_input *in, double dt_s)
{
    double most_W = c->demand_V * c->demand_V / c->plan.heater_lo_ohm;
    c->energy_J += dt_s * (isnan(in->power_W) ? most_W : in->power_W);
    if (c->demand_V > c->plan.limit_V)
        c->boosted_s += dt_s;
}

static bool is_hot(const struct heater_control *c, double value_ohm)
{
    return c->plan.falls ? !(value_ohm >= c->plan.band_lo_ohm || value_ohm <= 0.0)
                         : !(value_ohm <= c->plan.band_hi_ohm);
}

static bool is_cold(const struct heater_control *c, double value_ohm)
{
    return c->plan.falls ? !(value_ohm > 0.0 && value_ohm <= c->plan.band_hi_ohm)
                         : !(value_ohm >= c->plan.band_lo_ohm);
}

/* Behind the preheat: until then a sequence may find out itself that a part has no heater. */
static enum heater_fault find_outside(struct heater_control *c, const struct heater_input *in)
{
    bool hot = !c->held && !isnan(in->value_ohm) && is_hot(c, in->value_ohm);
    bool cold = !c->held && !isnan(in->value_ohm) && c->settled && is_cold(c, in->value_ohm);
    if (!hot && !cold && !c->held)
        c->in_band = in->now;
    if (isnan(in->heater_ohm) || /* then the supply is not measured, which is its own fault */
        num_within(in->heater_ohm, c->plan.heater_lo_ohm, c->plan.heater_hi_ohm))
        c->ohm_good = in->now;
    if (seconds(in->now, c->in_band) > c->plan.band_s)
        return hot ? HEATER_FAULT_HOT : HEATER_FAULT_COLD;
    if (seconds(in->now, c->ohm_good) > ohm_s)
        return HEATER_FAULT_OHM;
    if (!c->settled && seconds(in->now, c->ramp_began) > c->plan.heated_s)
        return HEATER_FAULT_NO_HEAT;
    return HEATER_FAULT_NONE;
}

static enum heater_fault find_fault(struct heater_control *c, const struct heater_input *in)
{
    double planned_J = c->plan.warm_J + c->plan.steady_W * seconds(in->now, c->budget_since);
    if (!isnan(in->value_ohm) && instant_before(c->value_seen, in->value_t)) {
        c->value_seen = in->value_t;
        c->read_since = c->read_since || !c->held;
    }
    if (!isnan(in->power_W) && instant_before(c->supply_seen, in->supply_t))
        c->supply_seen = in->supply_t;
    if (c->held)
        c->value_seen = in->now;
    if (!(seconds(in->now, c->supply_seen) <= stale_s))
        return HEATER_FAULT_SUPPLY;
    if (!(seconds(in->now, c->value_seen) <= stale_s))
        return HEATER_FAULT_STALE;
    if (!(c->energy_J <= c->plan.energy_factor * planned_J))
        return HEATER_FAULT_ENERGY;
    if (c->held && seconds(in->now, c->held_since) > c->plan.hold_s)
        return HEATER_FAULT_HOLD;
    if (c->state == HEATER_PREHEAT) {
        c->in_band = c->ohm_good = in->now;
        return HEATER_FAULT_NONE;
    }
    return find_outside(c, in);
}

/* --- the law -----------------------------------------------------------------------------------
 */

static void regulate(struct heater_control *c, double error, double dt_s)
{
    double most_V = ceiling_V(c), proportional_V = c->plan.gain_V * error;
    double rise_V = c->demand_V + c->plan.ramp_V_s * dt_s;
    double want_V = c->integral_V + proportional_V;
    most_V = most_V < rise_V ? most_V : rise_V;
    double got_V = want_V > most_V ? most_V : want_V < least_V ? least_V : want_V;
    bool stuck = (got_V < want_V && error > 0.0) || (got_V > want_V && error < 0.0);
    if (!stuck)
        c->integral_V += proportional_V * dt_s / c->plan.integral_s;
    c->demand_V = got_V;
    if (fabs(proportional_V) < settled_V)
        c->settled = true;
}

/* Never faster than the type's ramp, however long it was held before. */
static void ramp(struct heater_control *c, const struct heater_input *in, double error, double dt_s)
{
    double want_V = c->plan.ramp_V + c->plan.ramp_V_s * seconds(in->now, c->ramp_began);
    double most_V = ceiling_V(c), law_V = c->integral_V + c->plan.gain_V * error;
    double from_V = c->demand_V > c->plan.ramp_V ? c->demand_V : c->plan.ramp_V;
    double rise_V = from_V + c->plan.ramp_V_s * dt_s;
    want_V = want_V < rise_V ? want_V : rise_V;
    want_V = want_V < most_V ? want_V : most_V;
    if (law_V <= want_V) { /* false while the value is not known */
        c->state = HEATER_REGULATING;
        want_V = law_V > least_V ? law_V : least_V;
    }
    c->demand_V = want_V;
}

double heater_control_tick(struct heater_control *c, const struct heater_input *in)
{
    if (c->state == HEATER_OFF || c->state == HEATER_FAULT)
        return 0.0;
    double dt_s = seconds(in->now, c->last), error = error_of(c, in->value_ohm);
    dt_s = num_within(dt_s, 0.0, 1.0) ? dt_s : 1.0;
    if (c->held) /* what was outside its band before is so still: that time stands */
        c->in_band = instant_add(c->in_band, instant_since(in->now, c->last));
    c->last = in->now;
    count_energy(c, in, dt_s);
    enum heater_fault fault = find_fault(c, in);
    if (fault != HEATER_FAULT_NONE) {
        heater_control_fail(c, fault);
        return 0.0;
    }
    if (c->state == HEATER_PREHEAT && seconds(in->now, c->began) >= c->plan.preheat_s) {
        c->state = HEATER_RAMP;
        c->ramp_began = in->now;
    }
    if (c->state == HEATER_RAMP && !c->held)
        ramp(c, in, error, dt_s);
    else if (c->state == HEATER_REGULATING && !c->held && !isnan(error))
        regulate(c, error, dt_s);
    return c->demand_V;
}

const char *heater_fault_text(enum heater_fault fault)
{
    static const char *const texts[HEATER_FAULTS] = {
        [HEATER_FAULT_NONE] = "no fault",
        [HEATER_FAULT_STALE] = "no valid reading of the regulated resistance for 1 s",
        [HEATER_FAULT_SUPPLY] = "the heater's supply is not measured, or did not take its voltage",
        [HEATER_FAULT_NO_HEAT] = "the element did not heat in time",
        [HEATER_FAULT_HOT] = "the element is too hot",
        [HEATER_FAULT_COLD] = "the element has become too cold",
        [HEATER_FAULT_OHM] = "the heater's resistance is outside its range",
        [HEATER_FAULT_ENERGY] = "more heater energy than the type allows",
        [HEATER_FAULT_HOLD] = "the heater was held for too long",
    };
    return texts[fault];
}
