#include "bench/pump_control.h"

#include <math.h>

#include "core/num.h"

static const double stale_s = 1.0;
static const double settle_s = 0.05;           /* of the cavity */
static const double near_mV = 10, far_mV = 20; /* regulating, and no longer */
static const double near_s = 1.0;
static const double still_mV = 1;    /* below, the voltage rests: so does the cavity */
static const double longest_s = 0.5; /* one reading never counts for more */
static const double back_V_s = 0.5;  /* above the bound of the current */

static double seconds(struct instant later, struct instant earlier)
{
    return duration_in_s(instant_since(later, earlier));
}

void pump_control_init(struct pump_control *c, const struct pump_plan *plan)
{
    *c = (struct pump_control){.plan = *plan, .target_mV = plan->target_mV};
}

void pump_control_start(struct pump_control *c, struct instant now)
{
    *c = (struct pump_control){.plan = c->plan,
                               .state = PUMP_SETTLING,
                               .target_mV = c->target_mV,
                               .un_seen = now,
                               .ip_seen = now,
                               .used = now,
                               .outside = now,
                               .bound = {INT64_MIN}};
}

void pump_control_stop(struct pump_control *c)
{
    pump_control_fail(c, PUMP_FAULT_NONE);
}

void pump_control_fail(struct pump_control *c, enum pump_fault fault)
{
    c->state = PUMP_OFF;
    c->fault = fault;
    c->demand_V = 0.0;
}

bool pump_control_aim(struct pump_control *c, double target_mV)
{
    if (!num_within(target_mV, c->plan.lo_mV, c->plan.hi_mV))
        return false;
    c->target_mV = target_mV;
    return true;
}

static enum pump_fault find_fault(struct pump_control *c, const struct pump_input *in)
{
    if (!isnan(in->un_mV) && instant_before(c->un_seen, in->un_t))
        c->un_seen = in->un_t;
    if (!isnan(in->ip_mA) && instant_before(c->ip_seen, in->ip_t))
        c->ip_seen = in->ip_t;
    if (!in->hot)
        return PUMP_FAULT_HEATER;
    if (!(seconds(in->now, c->un_seen) <= stale_s))
        return PUMP_FAULT_UN;
    if (!(seconds(in->now, c->ip_seen) <= stale_s))
        return PUMP_FAULT_IP;
    return PUMP_FAULT_NONE;
}

/* New, good, and of the voltage that stands now. */
static bool is_usable(const struct pump_control *c, const struct pump_input *in)
{
    struct instant settled = instant_add(in->since, duration_s(settle_s));
    return !isnan(in->un_mV) && in->since.us != INSTANT_NEVER.us &&
           instant_before(c->used, in->un_t) && instant_before(settled, in->un_t);
}

static double held(double x, double lo, double hi)
{
    return x > lo ? (x < hi ? x : hi) : lo;
}

/* True: the voltage or the current is at its bound. */
static bool move(struct pump_control *c, const struct pump_input *in, double error_mV, double dt_s)
{
    const struct pump_plan *p = &c->plan;
    double share = p->gain * dt_s / p->integral_s, most_V = p->slew_V_s * dt_s;
    double step_V = fabs(error_mV) < still_mV ? 0.0 : share * error_mV * 1e-3;
    bool over = in->ip_mA > p->out_mA, under = in->ip_mA < -p->in_mA;
    step_V = held(step_V, -most_V, most_V);
    if (over && step_V > -back_V_s * dt_s)
        step_V = -back_V_s * dt_s;
    if (under && step_V < back_V_s * dt_s)
        step_V = back_V_s * dt_s;
    double want_V = c->demand_V + step_V;
    c->demand_V = held(want_V, -p->in_V, p->out_V);
    return over || under || c->demand_V != want_V;
}

static void judge(struct pump_control *c, struct instant t, double error_mV, bool limited)
{
    double off_mV = fabs(error_mV);
    if (limited)
        c->bound = t;
    bool bound = c->bound.us != INT64_MIN && seconds(t, c->bound) < near_s;
    if (bound || !(off_mV <= (c->state == PUMP_REGULATING ? far_mV : near_mV)))
        c->outside = t;
    c->state = bound                              ? PUMP_LIMITED
               : seconds(t, c->outside) >= near_s ? PUMP_REGULATING
                                                  : PUMP_SETTLING;
}

double pump_control_tick(struct pump_control *c, const struct pump_input *in)
{
    if (c->state == PUMP_OFF)
        return 0.0;
    enum pump_fault fault = find_fault(c, in);
    if (fault != PUMP_FAULT_NONE) {
        pump_control_fail(c, fault);
        return 0.0;
    }
    if (!is_usable(c, in))
        return c->demand_V;
    double dt_s = held(seconds(in->un_t, c->used), 0.0, longest_s);
    double error_mV = c->target_mV - in->un_mV;
    c->used = in->un_t;
    judge(c, in->un_t, error_mV, move(c, in, error_mV, dt_s));
    return c->demand_V;
}

const char *pump_fault_text(enum pump_fault fault)
{
    static const char *const texts[PUMP_FAULTS] = {
        [PUMP_FAULT_NONE] = "no fault",
        [PUMP_FAULT_UN] = "no valid reading of the Nernst voltage for 1 s",
        [PUMP_FAULT_IP] = "no valid reading of the pump current for 1 s",
        [PUMP_FAULT_HEATER] = "the heater is not at its set point",
        [PUMP_FAULT_SOURCE] = "the source-meter did not take a value",
    };
    return texts[fault];
}
