/* The purge: inert gas counted on measured flow, unbroken, before the first oxygen or fuel; and how
 * long it lasts without any. */
#include <math.h>

#include "bench/safety/gate_private.h"

static const struct duration purge_least = {INT64_C(30000000)};
static const struct duration purge_gap = {INT64_C(1000000)}; /* longest silence of a measurement */
static const struct duration armed_most = {INT64_C(600000000)}; /* without oxygen or fuel */

static double needed_L(const struct gate *gate)
{
    return gate->station->view.purge_volumes * gate->station->view.volume_L;
}

void gate_forget_purge(struct gate *gate)
{
    gate->purge_L = 0.0;
    gate->purge_since = gate->purge_last = (struct instant){INT64_MIN / 2};
}

static void restart(struct gate *gate, struct instant t)
{
    gate->purge_L = 0.0;
    gate->purge_since = gate->purge_last = t;
}

static bool reactive_flows(const struct gate *gate)
{
    for (unsigned i = 0; i < gate->gas_count; i++) {
        const struct gate_gas *gas = &gate->gases[i];
        if (!gas->inert && !(gas->measured_slpm < 0.01 * gas->full_scale_slpm))
            return true;
    }
    return false;
}

/* With its uncertainty taken off. */
static double inert_flow_slpm(const struct gate *gate)
{
    double inert = 0.0;
    for (unsigned i = 0; i < gate->gas_count; i++) {
        const struct gate_gas *gas = &gate->gases[i];
        if (gas->inert && gas->stream == 'a')
            inert += 0.98 * gas->measured_slpm - 0.005 * gas->full_scale_slpm;
    }
    return inert;
}

/* A quarter of the nominal flow; NaN is not. */
static bool is_enough(const struct gate *gate, double inert_slpm)
{
    return inert_slpm >= 0.25 * gate->station->nominal_Lmin;
}

/* What was proven is true no longer after a while, or once the inert gas stands still: air comes
 * back. While oxygen or fuel is ordered it lasts. */
static void watch_armed(struct gate *gate, struct instant t)
{
    bool used = false;
    for (unsigned i = 0; i < gate->gas_count; i++)
        used = used || (!gate->gases[i].inert && gate->gases[i].commanded_slpm > 0.0);
    if (used)
        gate->used_last = t;
    if (used || is_enough(gate, inert_flow_slpm(gate)))
        gate->purge_last = t;
    if (instant_since(t, gate->used_last).us <= armed_most.us &&
        instant_since(t, gate->purge_last).us <= purge_gap.us)
        return;
    gate->state = GATE_PURGE;
    restart(gate, t);
}

static void arm(struct gate *gate, struct instant t)
{
    gate->state = GATE_ARMED;
    gate->used_last = t;
}

void gate_observe(struct gate *gate, unsigned channel, double slpm, struct instant t)
{
    struct gate_gas *gas = gate_gas_at(gate, channel);
    if (!gas)
        return;
    gas->measured_slpm = slpm;
    gate_watch_flow(gate, gas, t);
    if (gate->state == GATE_ARMED)
        watch_armed(gate, t);
    if (gate->state != GATE_PURGE || (gas->inert && gas->stream != 'a'))
        return;
    if (!gas->inert) { /* a leak counts even if it is over when the inert gas reports next */
        if (!(slpm < 0.01 * gas->full_scale_slpm))
            restart(gate, t);
        return;
    }
    double flow = inert_flow_slpm(gate);
    struct duration since = instant_since(t, gate->purge_last);
    if (!is_enough(gate, flow) || reactive_flows(gate) || since.us > purge_gap.us) {
        restart(gate, t);
        return;
    }
    gate->purge_L += flow * duration_in_s(since) / 60.0;
    gate->purge_last = t;
    if (gate->purge_L >= needed_L(gate) && instant_since(t, gate->purge_since).us >= purge_least.us)
        arm(gate, t);
}

struct duration gate_purge_left(const struct gate *gate, double *volume_L)
{
    double left_L = needed_L(gate) - gate->purge_L;
    int64_t left_us = purge_least.us - instant_since(gate->purge_last, gate->purge_since).us;
    bool armed = gate->state == GATE_ARMED;
    *volume_L = armed || !(left_L > 0.0) ? 0.0 : left_L;
    return duration_us(armed || left_us < 0 ? 0 : left_us);
}
