/* When an insulation tester may be on. Its voltage is a danger to people, to every other instrument
 * at the part, and an ignition source.
 *
 *   on    the interlock is measured closed, not longer ago than 1 s; nothing else of the station is
 *         on or not yet confirmed at rest; no gas but inert ones flows; the part is cold; exactly
 *         one pair of one site is chosen, by relays that are measured where they were ordered
 *   while it is on, or not confirmed off: nothing but rest, and inert gas; for a second after that
 *         nothing that acts on a part, no relay included
 *   the interlock opens: off at once, and the run is tripped
 *
 * The second after it is the time for what was charged to be discharged. */
#include <math.h>

#include "bench/safety/gate_private.h"
#include "instruments/capability/digital_io.h"
#include "instruments/capability/flow_controller.h"
#include "instruments/capability/insulation_tester.h"
#include "instruments/capability/lambda_controller.h"
#include "instruments/capability/load.h"
#include "instruments/capability/lock_in.h"
#include "instruments/capability/pressure_controller.h"
#include "instruments/capability/scanner.h"
#include "instruments/capability/source_meter.h"
#include "instruments/capability/supply.h"

static const struct duration interlock_age = {INT64_C(1000000)}, discharge = {INT64_C(1000000)};

static const struct station_insulation *rules_of(const struct gate *gate)
{
    const struct station_insulation *rules = &gate->station->insulation;
    return rules->declared && rules->pair_count ? rules : NULL;
}

static struct instant now_of(const struct gate *gate)
{
    return loop_now(rig_loop(gate->config.rig));
}

static const struct capability *capability_at(const struct gate *gate, unsigned channel)
{
    const struct station_binding *b = &gate->station->channels[channel].binding[0];
    return b->kind == BINDING_DEVICE
               ? gate->station->instruments[b->instrument].entry->driver->capability
               : NULL;
}

/* Outputs that drive nothing by themselves, or that another rule is about. What is not here must be
 * at rest: an instrument that this table does not know too. */
enum { ANY_SIGNAL = -1 };
static const struct {
    const struct capability *capability;
    int signal;
} neutral[] = {
    {&capability_scanner, ANY_SIGNAL},
    {&capability_digital_io, ANY_SIGNAL},
    {&capability_flow_controller, ANY_SIGNAL}, /* permit_gases */
    {&capability_pressure_controller, ANY_SIGNAL},
    {&capability_insulation_tester, ANY_SIGNAL},
    {&capability_source_meter, SOURCE_SIGNAL_U},
    {&capability_source_meter, SOURCE_SIGNAL_I},
    {&capability_source_meter, SOURCE_SIGNAL_LIMIT_U},
    {&capability_source_meter, SOURCE_SIGNAL_LIMIT_I},
    {&capability_lock_in, LOCK_IN_SIGNAL_FREQUENCY},
    {&capability_supply, SUPPLY_SIGNAL_LIMIT},
    {&capability_load, LOAD_SIGNAL_I},
};

static bool must_rest(const struct gate *gate, unsigned channel)
{
    const struct capability *its = capability_at(gate, channel);
    const struct station_binding *b = &gate->station->channels[channel].binding[0];
    if (b->kind == BINDING_HEATER)
        return b->signal == HEATER_SIGNAL_ENABLE;
    for (size_t i = 0; i < COUNT(neutral); i++)
        if (neutral[i].capability == its &&
            (neutral[i].signal == ANY_SIGNAL || neutral[i].signal == (int)b->signal))
            return false;
    return true;
}

/* Heats a part, or may: any supply, a lambda controller, the bench's own regulation. */
static bool is_heat(const struct gate *gate, unsigned channel)
{
    const struct capability *its = capability_at(gate, channel);
    bool heats = its == &capability_supply || its == &capability_lambda_controller ||
                 gate->station->channels[channel].binding[0].kind == BINDING_HEATER;
    return heats && must_rest(gate, channel);
}

static enum rc say(struct obuf *why, const char *text)
{
    (void)!obuf_printf(why, "%s", text);
    return RC_REFUSED;
}

static bool interlock_closed(const struct gate *gate)
{
    struct rig_value value = rig_latest(gate->config.rig, rules_of(gate)->interlock, 0);
    return value.si >= 0.5 && value.t.us != INT64_MIN &&
           instant_since(now_of(gate), value.t).us <= interlock_age.us;
}

static enum rc permit_neighbours(const struct gate *gate, struct obuf *why)
{
    for (unsigned c = 0; c < gate->station->channel_count; c++) {
        if (!gate->insulation.active[c] || !must_rest(gate, c))
            continue;
        (void)!obuf_printf(why, "%s is not at rest", gate->station->channels[c].name);
        return RC_REFUSED;
    }
    for (unsigned i = 0; i < gate->gas_count; i++)
        if (!gate->gases[i].inert && gate->gases[i].commanded_slpm > 0.0)
            return say(why, "a gas flows that is not inert");
    return RC_OK;
}

/* A part may still be hot from before this program began, where something can heat it at all. */
static bool is_cold(const struct gate *gate)
{
    const struct gate_insulation *state = &gate->insulation;
    struct duration since = instant_since(now_of(gate), state->heat_at);
    const struct station_insulation *rules = rules_of(gate);
    return !state->can_heat || (rules && duration_in_s(since) >= rules->cold_s);
}

/* Inert gas makes everything safer, at any time. */
static bool is_inert(const struct gate *gate, unsigned channel)
{
    for (unsigned i = 0; i < gate->gas_count; i++)
        if (gate->gases[i].channel == channel)
            return gate->gases[i].inert;
    return false;
}

/* How many pairs are chosen, and the site (0: shared) of the last of them; -1: not known of all. */
static int count_pairs(const struct gate *gate, unsigned *site)
{
    const struct station_insulation *rules = rules_of(gate);
    int closed = 0;
    for (unsigned i = 0; rules && i < rules->pair_count; i++) {
        bool per_site = gate->station->channels[rules->pair[i]].public.per_site;
        for (unsigned s = per_site; s <= (per_site ? gate->station->sites : 0); s++) {
            double si = rig_latest(gate->config.rig, rules->pair[i], s).si;
            if (isnan(si))
                return -1;
            if (si > 0.5)
                *site = s;
            closed += si > 0.5;
        }
    }
    return closed;
}

static enum rc permit_on(const struct gate *gate, struct obuf *why)
{
    unsigned site;
    if (!interlock_closed(gate))
        return say(why, "the interlock of the insulation tester is not proven closed");
    enum rc rc = permit_neighbours(gate, why);
    if (rc != RC_OK)
        return rc;
    if (!is_cold(gate))
        return say(why, "the parts may not be cold yet");
    if (count_pairs(gate, &site) != 1)
        return say(why, "not exactly one pair of one site is chosen");
    return RC_OK;
}

enum rc gate_insulation_permit(const struct gate *gate, unsigned channel, double si,
                               struct obuf *why)
{
    const struct station_insulation *rules = rules_of(gate);
    const struct gate_insulation *state = &gate->insulation;
    if (!rules)
        return RC_OK;
    if (channel == rules->output && si > 0.5)
        return permit_on(gate, why);
    if (is_inert(gate, channel))
        return RC_OK;
    if (state->on)
        return say(why, "the insulation tester is on, or not confirmed off");
    bool at_the_part =
        must_rest(gate, channel) || capability_at(gate, channel) == &capability_scanner;
    if (at_the_part && state->was_on &&
        instant_since(now_of(gate), state->off_at).us < discharge.us)
        return say(why, "the insulation tester has just gone off: what was charged is discharged");
    return RC_OK;
}

/* Another order to the same output that is not rest and not answered yet. */
static bool is_ordered(const struct gate *gate, unsigned channel, unsigned site)
{
    for (unsigned i = 0; i < GATE_SETS_MAX; i++) {
        const struct gate_set_job *job = &gate->jobs[i];
        if (job->busy && job->channel == channel && job->site == site && !job->rests)
            return true;
    }
    return false;
}

void gate_insulation_order(struct gate *gate, unsigned channel, unsigned site, bool rests)
{
    const struct station_insulation *rules = rules_of(gate);
    struct gate_insulation *state = &gate->insulation;
    if (!rules || rests)
        return;
    state->active[channel] |= UINT64_C(1) << (site % 64);
    if (is_heat(gate, channel))
        state->heat_at = now_of(gate);
    if (channel != rules->output)
        return;
    state->on = true;
    (void)!count_pairs(gate, &state->site);
}

void gate_insulation_rested(struct gate *gate, unsigned channel, unsigned site)
{
    const struct station_insulation *rules = rules_of(gate);
    struct gate_insulation *state = &gate->insulation;
    if (!rules || is_ordered(gate, channel, site))
        return;
    if (state->active[channel] && is_heat(gate, channel))
        state->heat_at = now_of(gate);
    state->active[channel] &= ~(UINT64_C(1) << (site % 64));
    if (channel != rules->output || !state->on)
        return;
    state->on = false;
    state->was_on = true;
    state->off_at = now_of(gate);
}

void gate_insulation_all_rest(struct gate *gate)
{
    struct gate_insulation *state = &gate->insulation;
    for (unsigned c = 0; rules_of(gate) && c < gate->station->channel_count; c++)
        state->active[c] = 0;
    state->on = false;
}

void gate_insulation_opened(struct gate *gate)
{
    struct gate_insulation *state = &gate->insulation;
    const struct station_insulation *rules = rules_of(gate);
    if (!rules)
        return;
    state->heat_at = now_of(gate);
    for (unsigned c = 0; c < gate->station->channel_count; c++)
        state->can_heat =
            state->can_heat || (gate->station->channels[c].public.output && is_heat(gate, c));
    rig_watch(gate->config.rig, rules->interlock, 0, true);
}

void gate_insulation_off(struct gate *gate)
{
    if (rules_of(gate) && gate->insulation.on)
        gate_put_to_zero(gate, rules_of(gate)->output);
}

void gate_insulation_rest_site(struct gate *gate, unsigned site)
{
    if (gate->insulation.site == site)
        gate_insulation_off(gate);
}

void gate_insulation_observe(struct gate *gate, unsigned channel, double si)
{
    const struct station_insulation *rules = rules_of(gate);
    if (!rules || channel != rules->interlock || !gate->insulation.on || si >= 0.5)
        return;
    gate_insulation_off(gate);
    gate_trip(gate, "the interlock of the insulation tester opened while it was on");
}
