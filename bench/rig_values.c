#include "bench/rig_values.h"

#include <math.h>
#include <stdlib.h>

static void note_use(struct rig_values *values, const struct eval_code *code, unsigned derived)
{
    for (unsigned i = 0; i < code->channels; i++) {
        const struct station_binding *input =
            &values->station->channels[code->channel[i]].binding[0];
        values->uses[code->channel[i]] |= UINT64_C(1) << derived;
        if (input->kind == BINDING_CALC) /* it stands above, so this ends */
            note_use(values, input->calc, derived);
    }
}

static void find_derived(struct rig_values *values)
{
    for (unsigned c = 0; c < values->station->channel_count; c++) {
        const struct station_binding *binding = &values->station->channels[c].binding[0];
        if (binding->kind != BINDING_CALC || values->derived_count == COUNT(values->derived))
            continue;
        note_use(values, binding->calc, values->derived_count);
        values->derived[values->derived_count++] = c;
    }
}

enum rc rig_values_init(struct rig_values *values, const struct station *station,
                        struct rig_events *events)
{
    *values = (struct rig_values){.station = station, .events = events};
    values->stride = station->sites + 1;
    size_t slots = (size_t)station->channel_count * values->stride;
    values->slots = calloc(slots ? slots : 1, sizeof *values->slots);
    values->watched = calloc(slots ? slots : 1, sizeof *values->watched);
    values->changed = calloc(slots ? slots : 1, sizeof *values->changed);
    if (!values->slots || !values->watched || !values->changed)
        return RC_NOSPACE;
    for (size_t i = 0; i < slots; i++) {
        values->slots[i] = (struct rig_value){(double)NAN, {INT64_MIN}};
        values->changed[i] = (struct instant){INT64_MIN};
    }
    find_derived(values);
    return RC_OK;
}

void rig_values_fini(struct rig_values *values)
{
    free(values->slots);
    free(values->watched);
    free(values->changed);
}

/* What an instrument is told and never tells: it holds until the next time it is told. */
static bool is_held(const struct rig_values *values, unsigned channel)
{
    const struct station_binding *b = &values->station->channels[channel].binding[0];
    const struct registry_entry *entry =
        b->kind == BINDING_DEVICE ? values->station->instruments[b->instrument].entry : NULL;
    return entry && entry->driver->capability->signals[b->signal].at < 0;
}

/* When a setting took its present value and had settled; never for what is measured. */
static struct instant settled_at(const struct rig_values *values, unsigned channel, unsigned site)
{
    const struct channel *public = &values->station->channels[channel].public;
    struct instant changed =
        values->changed[channel * values->stride + (public->per_site ? site : 0)];
    if (!public->output || changed.us == INT64_MIN)
        return (struct instant){INT64_MIN};
    return instant_add(changed, public->settle);
}

/* Of inputs from one state only: a reading from before a setting changed says nothing about it. */
static struct rig_value compute(const struct rig_values *values, unsigned channel, unsigned site)
{
    const struct eval_code *code = station_binding_of(values->station, channel, site)->calc;
    double inputs[EVAL_CHANNELS_MAX];
    struct rig_value out = {.t = INSTANT_NEVER};
    struct instant settled = {INT64_MIN}, measured = INSTANT_NEVER;
    for (unsigned i = 0; i < code->channels; i++) {
        struct instant at = settled_at(values, code->channel[i], site);
        settled = instant_before(settled, at) ? at : settled;
        struct rig_value input = rig_values_get(values, code->channel[i], site);
        inputs[i] = input.si;
        bool held = input.t.us != INT64_MIN && is_held(values, code->channel[i]);
        if (!held && instant_before(input.t, out.t))
            out.t = input.t;
        if (!values->station->channels[code->channel[i]].public.output &&
            instant_before(input.t, measured))
            measured = input.t;
    }
    bool mixed = instant_before(measured, settled);
    out.si = mixed ? (double)NAN : eval_run(code, &(struct eval_context){.channel = inputs}).si;
    return out;
}

struct rig_value rig_values_get(const struct rig_values *values, unsigned channel, unsigned site)
{
    const struct channel *public = &values->station->channels[channel].public;
    if (!public->per_site)
        site = 0;
    if (values->station->channels[channel].binding[0].kind == BINDING_CALC)
        return compute(values, channel, site);
    return values->slots[channel * values->stride + site];
}

/* Tell who watches something derived from this input: on its own site, or on all for a shared one.
 */
static void put_derived(struct rig_values *values, unsigned channel, unsigned site,
                        struct instant t)
{
    uint64_t uses = values->uses[channel];
    for (unsigned d = 0; uses; d++, uses >>= 1) {
        if (!(uses & 1))
            continue;
        unsigned derived = values->derived[d];
        bool per_site = values->station->channels[derived].public.per_site;
        unsigned first = per_site && site == 0 ? 1 : site;
        unsigned last = per_site && site == 0 ? values->station->sites : site;
        for (unsigned s = first; s <= last; s++)
            if (values->watched[derived * values->stride + (per_site ? s : 0)])
                values->events->value(values->events->ctx, derived, per_site ? s : 0,
                                      compute(values, derived, s).si, t);
    }
}

void rig_values_put(struct rig_values *values, unsigned channel, unsigned site, double si,
                    struct instant t)
{
    size_t slot = channel * values->stride + site;
    if (!(values->slots[slot].si == si))
        values->changed[slot] = t;
    values->slots[slot] = (struct rig_value){si, t};
    if (values->watched[slot])
        values->events->value(values->events->ctx, channel, site, si, t);
    if (values->uses[channel])
        put_derived(values, channel, site, t);
}
