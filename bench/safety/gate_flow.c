/* Measured flow against set flow: a valve that does not close, a bottle that is empty. Bounds and
 * times are those of docs/safety.md. A flow that is not known is a deviation too. */
#include <math.h>

#include "bench/safety/gate_private.h"
#include "core/num.h"

static const struct duration settle_least = {INT64_C(2500000)}; /* 5 tau of 0.5 s */
static const struct duration patience = {INT64_C(1000000)};
static const struct duration fuel_patience = {INT64_C(300000)};

static struct duration settle_of(const struct gate *gate, const struct gate_gas *gas)
{
    struct duration own = gate->station->channels[gas->channel].public.settle;
    return own.us > settle_least.us ? own : settle_least;
}

static void widen(struct gate_flow_band *band, double slpm)
{
    band->lo_slpm = slpm < band->lo_slpm ? slpm : band->lo_slpm;
    band->hi_slpm = slpm > band->hi_slpm ? slpm : band->hi_slpm;
}

/* All set points of the last settling time or two; one that stood for so long is alone. On a ramp
 * the flow lies between them. */
static struct gate_flow_band follow(struct gate_flow_watch *watch, double set_slpm,
                                    struct duration settle, struct instant t)
{
    if (!(set_slpm == watch->set_slpm)) {
        watch->set_slpm = set_slpm;
        watch->changed = t;
    }
    if (instant_since(t, watch->begun).us >= settle.us) {
        watch->before = watch->now;
        watch->now = (struct gate_flow_band){set_slpm, set_slpm};
        watch->begun = t;
    }
    widen(&watch->now, set_slpm);
    if (instant_since(t, watch->changed).us >= settle.us)
        return (struct gate_flow_band){set_slpm, set_slpm};
    struct gate_flow_band both = watch->now;
    widen(&both, watch->before.lo_slpm);
    widen(&both, watch->before.hi_slpm);
    return both;
}

/* What is in a cylinder that the sequence does not name, nobody knows. */
static bool is_fuel(const struct gate_gas *gas)
{
    return !gas->supply || gas_fuel_index(&gas->supply->mix, 25.0) > 0.0;
}

static double tolerance_slpm(const struct gate_gas *gas, double set_slpm)
{
    double of_scale = 0.02 * gas->full_scale_slpm, of_set = 0.05 * set_slpm;
    return of_scale > of_set ? of_scale : of_set;
}

static bool fits(const struct gate_gas *gas, const struct gate_flow_band *band, bool shut)
{
    double most =
        shut ? 0.01 * gas->full_scale_slpm : band->hi_slpm + tolerance_slpm(gas, band->hi_slpm);
    return num_within(gas->measured_slpm, band->lo_slpm - tolerance_slpm(gas, band->lo_slpm), most);
}

static void put_flow(struct obuf *out, double slpm)
{
    num_put_short(out, slpm, 3);
    (void)!obuf_printf(out, " L/min");
}

/* Oxygen and fuel are closed here and now: the cleanup that follows may have waits of its own. */
static void stop_flows(struct gate *gate, const struct gate_gas *why)
{
    char text[192];
    struct obuf out = {text, 0, sizeof text - 1};
    gate->flow_tripped = true;
    for (unsigned i = 0; i < gate->gas_count; i++)
        if (!gate->gases[i].inert && gate->gases[i].commanded_slpm > 0.0)
            gate_put_to_zero(gate, gate->gases[i].channel);
    (void)!obuf_printf(&out, "%s: ", gate->station->channels[why->channel].name);
    if (isnan(why->measured_slpm))
        (void)!obuf_printf(&out, "its flow is not known");
    else
        put_flow(&out, why->measured_slpm);
    (void)!obuf_printf(&out, " at a set point of ");
    put_flow(&out, why->watch.set_slpm);
    text[out.len] = '\0';
    log_say(gate->config.log, LOG_ERROR, "%s", text);
    gate_trip(gate, text);
}

void gate_watch_flow(struct gate *gate, struct gate_gas *gas, struct instant t)
{
    struct gate_flow_watch *watch = &gas->watch;
    struct gate_flow_band band = follow(watch, gas->commanded_slpm, settle_of(gate, gas), t);
    bool shut = is_fuel(gas) && !(band.hi_slpm > 0.0);
    bool astray = gate->state != GATE_CLOSED && !fits(gas, &band, shut);
    if (!astray || !watch->astray)
        watch->since = t;
    watch->astray = astray;
    if (astray && !gate->flow_tripped &&
        instant_since(t, watch->since).us > (shut ? fuel_patience : patience).us)
        stop_flows(gate, gas);
}

bool gate_flows_rest(const struct gate *gate, const char **channel)
{
    for (unsigned i = 0; i < gate->gas_count; i++) {
        const struct gate_gas *gas = &gate->gases[i];
        if (gas->inert || gas->measured_slpm < 0.02 * gas->full_scale_slpm)
            continue;
        *channel = gate->station->channels[gas->channel].name;
        return false;
    }
    return true;
}
