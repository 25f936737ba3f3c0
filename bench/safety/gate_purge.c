/* The purge: inert gas counted on measured flow, unbroken, before the first oxygen or fuel. */
#include <math.h>

#include "bench/safety/gate_private.h"

static const struct duration purge_least = {INT64_C(30000000)};
static const struct duration purge_gap = {INT64_C(1000000)}; /* longest silence of a measurement */

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

/* Inert flow with its uncertainty taken off; NaN when oxygen or fuel flows, or a flow is unknown.
 */
static double clean_flow_slpm(const struct gate *gate)
{
    double inert = 0.0;
    for (unsigned i = 0; i < gate->gas_count; i++) {
        const struct gate_gas *gas = &gate->gases[i];
        if (!gas->inert && !(gas->measured_slpm < 0.01 * gas->full_scale_slpm))
            return (double)NAN;
        if (gas->inert && gas->stream == 'a')
            inert += 0.98 * gas->measured_slpm - 0.005 * gas->full_scale_slpm;
    }
    return inert;
}

void gate_observe(struct gate *gate, unsigned channel, double slpm, struct instant t)
{
    struct gate_gas *gas = gate_gas_at(gate, channel);
    if (!gas)
        return;
    gas->measured_slpm = slpm;
    gate_watch_flow(gate, gas, t);
    if (gate->state != GATE_PURGE || (gas->inert && gas->stream != 'a'))
        return;
    if (!gas->inert) { /* a leak counts even if it is over when the inert gas reports next */
        if (!(slpm < 0.01 * gas->full_scale_slpm))
            restart(gate, t);
        return;
    }
    double flow = clean_flow_slpm(gate);
    struct duration since = instant_since(t, gate->purge_last);
    if (!(flow >= 0.25 * gate->station->nominal_Lmin) || since.us > purge_gap.us) {
        restart(gate, t);
        return;
    }
    gate->purge_L += flow * duration_in_s(since) / 60.0;
    gate->purge_last = t;
    if (gate->purge_L >= needed_L(gate) && instant_since(t, gate->purge_since).us >= purge_least.us)
        gate->state = GATE_ARMED;
}

struct duration gate_purge_left(const struct gate *gate, double *volume_L)
{
    double left_L = needed_L(gate) - gate->purge_L;
    int64_t left_us = purge_least.us - instant_since(gate->purge_last, gate->purge_since).us;
    bool armed = gate->state == GATE_ARMED;
    *volume_L = armed || !(left_L > 0.0) ? 0.0 : left_L;
    return duration_us(armed || left_us < 0 ? 0 : left_us);
}
