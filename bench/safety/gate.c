#include <math.h>
#include <stdlib.h>

#include "bench/safety/gate_private.h"
#include "core/num.h"
#include "gas/mixture.h"

/* Oxygen up to this share is the impurity of an inert gas, not a dose; so is water. */
#define INERT_O2 100e-6
#define INERT_H2O 1000e-6

static bool is_inert(const struct gas_mix *mix)
{
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        if (gas_species_info((enum gas_species)s)->is_fuel && mix->x[s] > 0.0)
            return false;
    return gas_o2_equivalent_oxidisers(mix) <= INERT_O2 && mix->x[GAS_H2O] <= INERT_H2O;
}

static const struct gate_gas *gas_of(const struct gate *gate, unsigned channel)
{
    for (unsigned i = 0; i < gate->gas_count; i++)
        if (gate->gases[i].channel == channel)
            return &gate->gases[i];
    return NULL;
}

struct gate_gas *gate_gas_at(struct gate *gate, unsigned channel)
{
    for (unsigned i = 0; i < gate->gas_count; i++)
        if (gate->gases[i].channel == channel)
            return &gate->gases[i];
    return NULL;
}

struct gate_gas *gate_find_gas(struct gate *gate, const struct gas_supply *supply)
{
    for (unsigned i = 0; i < gate->gas_count; i++)
        if (gate->gases[i].supply && strcmp(gate->gases[i].supply->name, supply->name) == 0)
            return &gate->gases[i];
    return NULL;
}

static const struct gas_supply *supply_of(const struct gate_config *config, const char *channel)
{
    for (unsigned i = 0; i < config->gas_count; i++)
        if (strcmp(config->gases[i].channel, channel) == 0)
            return &config->gases[i];
    return NULL;
}

static bool is_flow(const struct station *station, unsigned channel)
{
    const struct station_binding *b = &station->channels[channel].binding[0];
    return b->kind == BINDING_DEVICE && station->channels[channel].public.output &&
           station->instruments[b->instrument].entry &&
           strcmp(station->instruments[b->instrument].entry->driver->capability->name,
                  "flow_controller") == 0;
}

/* One channel drives one flow controller, or what is commanded is not what flows. */
static bool is_single_flow(const struct gate *gate, unsigned channel)
{
    const struct station *station = gate->station;
    const struct station_binding *b = &station->channels[channel].binding[0];
    bool single = !station->channels[channel].public.per_site && b->count == 1;
    for (unsigned i = 0; i < gate->gas_count; i++) {
        const struct station_binding *other = &station->channels[gate->gases[i].channel].binding[0];
        single = single && (other->instrument != b->instrument || other->first != b->first);
    }
    if (!single)
        log_say(gate->config.log, LOG_ERROR, "%s: one shared channel for one flow controller",
                station->channels[channel].name);
    return single;
}

/* False: more flow controllers, or others, than the gate can judge. */
static bool collect_gases(struct gate *gate)
{
    const struct station *station = gate->station;
    for (unsigned c = 0; c < station->channel_count; c++) {
        if (!is_flow(station, c))
            continue;
        if (gate->gas_count == GATE_GASES_MAX) {
            log_say(gate->config.log, LOG_ERROR, "more than %d channels of flow controllers",
                    GATE_GASES_MAX);
            return false;
        }
        if (!is_single_flow(gate, c))
            return false;
        struct gate_gas *gas = &gate->gases[gate->gas_count++];
        const struct channel *channel = &station->channels[c].public;
        gas->channel = c;
        gas->supply = supply_of(&gate->config, channel->name);
        gas->full_scale_slpm = channel->max_si * 60000.0;
        gas->measured_slpm = (double)NAN;
        gas->inert = gas->supply && is_inert(&gas->supply->mix);
        gas->stream = channel_stream(&gate->station->view, channel->name) == 'b' ? 'b' : 'a';
    }
    return true;
}

enum rc gate_new(const struct gate_config *config, struct gate **out)
{
    struct gate *gate = calloc(1, sizeof *gate);
    if (!gate)
        return RC_NOSPACE;
    gate->config = *config;
    gate->station = rig_station(config->rig);
    gas_rule_limits_default(gate->station->view.hottest_degC, &gate->limits);
    gate->limits.fuel_line_open = false;
    for (unsigned i = 0; i < config->gas_count; i++)
        if (!is_inert(&config->gases[i].mix) && gas_fuel_index(&config->gases[i].mix, 25.0) > 0.0)
            gate->limits.fuel_line_open = true;
    const char *suction = gate->station->view.suction;
    gate->suction_channel = suction ? channel_find(&gate->station->view, span_text(suction)) : -1;
    gate_forget_purge(gate);
    if (!collect_gases(gate)) {
        gate_free(gate);
        return RC_CONFIG;
    }
    *out = gate;
    return RC_OK;
}

void gate_free(struct gate *gate)
{
    free(gate);
}

void gate_attach_heaters(struct gate *gate, struct gate_heaters heaters)
{
    gate->heaters = heaters;
}

void gate_attach_pumps(struct gate *gate, struct gate_pumps pumps)
{
    gate->pumps = pumps;
}

enum gate_state gate_state(const struct gate *gate)
{
    return gate->state;
}

void gate_open(struct gate *gate)
{
    if (gate->state == GATE_CLOSED)
        gate->state = GATE_PURGE;
    gate_insulation_opened(gate);
}

void gate_close(struct gate *gate)
{
    gate->state = GATE_CLOSED;
    gate_forget_purge(gate);
}

const struct gas_rule_limits *gate_limits(const struct gate *gate)
{
    return &gate->limits;
}

void gate_assign_stream(struct gate *gate, unsigned channel, char stream)
{
    struct gate_gas *gas = gate_gas_at(gate, channel);
    if (gas)
        gas->stream = stream;
}

double gate_commanded_total_slpm(const struct gate *gate, char stream)
{
    double total = 0.0;
    for (unsigned i = 0; i < gate->gas_count; i++)
        if (gate->gases[i].stream == stream)
            total += gate->gases[i].commanded_slpm;
    return total;
}

struct composition {
    bool flows;
    struct gas_mix worst, mean; /* where anything flows; mean: as commanded */
};

/* The composition of a stream if `channel` flowed at `slpm` (UINT_MAX: as commanded). */
static enum rc composition_with(const struct gate *gate, char stream, unsigned channel, double slpm,
                                struct composition *out)
{
    struct gas_stream streams[GATE_GASES_MAX];
    size_t count = 0;
    double total = 0.0;
    *out = (struct composition){.flows = false};
    for (unsigned i = 0; i < gate->gas_count; i++) {
        const struct gate_gas *gas = &gate->gases[i];
        double flow = gas->channel == channel ? slpm : gas->commanded_slpm;
        if (gas->stream != stream || !(flow > 0.0))
            continue;
        if (!gas->supply)
            return RC_REFUSED; /* nobody knows what is in that cylinder */
        out->flows = true;
        total += flow;
        for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) /* mean of what flows so far */
            out->mean.x[s] += (gas->supply->mix.x[s] - out->mean.x[s]) * (flow / total);
        streams[count++] = (struct gas_stream){.bottle = gas->supply->mix,
                                               .flow_slpm = flow,
                                               .full_scale_slpm = gas->full_scale_slpm,
                                               .open = true};
    }
    return out->flows ? gas_worst_case(streams, count, &out->worst, NULL) : RC_OK;
}

enum rc gate_composition(const struct gate *gate, char stream, struct gas_mix *worst)
{
    struct composition now;
    enum rc rc = composition_with(gate, stream, UINT32_MAX, 0.0, &now);
    if (rc == RC_OK)
        *worst = now.flows ? now.worst : gas_mix_n2;
    return rc;
}

/* Below the pressure of the room air leaks in: the line to air must obey the rules too. */
static bool air_may_leak_in(const struct gate *gate, const struct gas_mix *worst)
{
    struct gas_rule_line line;
    return gas_rule_line_check(worst, &gas_mix_air, &gate->limits, &line) == RC_OK;
}

static enum rc permit_suction(const struct gate *gate, struct obuf *why)
{
    struct gas_mix worst;
    for (const char *stream = "ab"; *stream; stream++)
        if (gate_composition(gate, *stream, &worst) != RC_OK || !air_may_leak_in(gate, &worst)) {
            (void)!obuf_printf(why, "air may leak in, and there is too much fuel for that");
            return RC_REFUSED;
        }
    return RC_OK;
}

static bool makes_drier(const struct gate_gas *gas, double slpm)
{
    bool wet = gas->supply && gas->supply->mix.x[GAS_H2O] > INERT_H2O;
    return wet ? slpm < gas->commanded_slpm : slpm > gas->commanded_slpm;
}

/* Water near the dew point of the coldest wall would wet the elements. */
static enum rc permit_water(const struct gate *gate, const struct gas_mix *mean, struct obuf *why)
{
    const struct bench_view *view = &gate->station->view;
    enum rc rc = gas_dew_check(mean, channel_most_kPa(view), view->coldest_degC, NULL);
    if (rc != RC_OK)
        (void)!obuf_printf(why,
                           "water would condense: its dew point must be 10 K below the coldest "
                           "wall that the station names");
    return rc == RC_OK ? RC_OK : RC_REFUSED;
}

static enum rc permit_composition(const struct gate *gate, const struct gate_gas *gas, double slpm,
                                  struct obuf *why)
{
    struct composition next;
    struct gas_rule_verdict verdict;
    if (composition_with(gate, gas->stream, gas->channel, slpm, &next) != RC_OK) {
        (void)!obuf_printf(why, "the composition of what would flow is not known");
        return RC_REFUSED;
    }
    if (!next.flows)
        return RC_OK;
    enum rc rc = gas_rule_check(&next.worst, &gate->limits, &verdict);
    if (rc != RC_OK)
        gas_rule_verdict_put(why, &verdict);
    else if (!makes_drier(gas, slpm))
        rc = permit_water(gate, &next.mean, why);
    if (rc != RC_OK)
        return RC_REFUSED;
    if (gate->suction && slpm > gas->commanded_slpm && !air_may_leak_in(gate, &next.worst)) {
        (void)!obuf_printf(why, "too much fuel below the pressure of the room: air may leak in");
        return RC_REFUSED;
    }
    return RC_OK;
}

static enum rc permit_gas(const struct gate *gate, const struct gate_gas *gas, double si,
                          struct obuf *why)
{
    double slpm = si * 60000.0;
    /* Oxygen and fuel may always be closed; the inert gas only if what stays may flow without. */
    if (slpm <= 0.0 && (!gas->inert || gate->state == GATE_CLOSED))
        return RC_OK;
    if (gate->state == GATE_CLOSED) {
        (void)!obuf_printf(why, "the gate is closed");
        return RC_REFUSED;
    }
    if (!gas->inert && gate->state != GATE_ARMED && slpm > 0.0) {
        (void)!obuf_printf(why, "oxygen or fuel before the purge is proven");
        return RC_REFUSED;
    }
    return permit_composition(gate, gas, slpm, why);
}

double gate_rest_value(const struct channel *channel)
{
    return num_within(0.0, channel->min_si, channel->max_si) ? 0.0 : channel->min_si;
}

/* An envelope is for what runs: it never stands between an output and its rest. */
static enum rc permit_envelope(const struct gate *gate, const struct channel *channel, double si,
                               struct obuf *why)
{
    for (unsigned i = 0; i < gate->station->envelope_count && si != gate_rest_value(channel); i++) {
        const struct envelope_limit *limit = &gate->station->envelope[i];
        if (strcmp(limit->channel, channel->name) != 0)
            continue;
        if ((isnan(limit->lo_si) || si >= limit->lo_si) &&
            (isnan(limit->hi_si) || si <= limit->hi_si))
            continue;
        (void)!obuf_printf(why, "outside the station's envelope");
        return RC_RANGE;
    }
    return RC_OK;
}

enum rc gate_permit(const struct gate *gate, unsigned channel, unsigned site, double si,
                    struct obuf *why)
{
    const struct channel *public = &gate->station->channels[channel].public;
    const struct gate_gas *gas = gas_of(gate, channel);
    (void)site;
    bool rest = si == 0.0 && (gas || public->type != CHANNEL_QUANTITY);
    if (!rest && !num_within(si, public->min_si, public->max_si)) {
        (void)!obuf_printf(why, "outside the range of this channel");
        return RC_RANGE;
    }
    enum rc rc = permit_envelope(gate, public, si, why);
    if (rc == RC_OK && si != gate_rest_value(public))
        rc = gate_insulation_permit(gate, channel, si, why);
    if (rc != RC_OK)
        return rc;
    if (gas)
        return permit_gas(gate, gas, si, why);
    if (gate->state == GATE_CLOSED && si != gate_rest_value(public)) {
        (void)!obuf_printf(why, "the gate is closed");
        return RC_REFUSED;
    }
    return (int)channel == gate->suction_channel && si > 0.0 ? permit_suction(gate, why) : RC_OK;
}

void gate_trip(struct gate *gate, const char *why)
{
    gate->config.trip(gate->config.ctx, why);
}
