/* The pump cells that a station regulates itself: channels of instrument `pump`, and those that the
 * regulation measures and drives. */
#include "bench/station_private.h"
#include "core/num.h"
#include "instruments/capability/source_meter.h"

static const char *const un_name = "dut.un";

static const struct capability *capability_of(const struct station *station,
                                              const struct station_binding *b)
{
    const struct registry_entry *entry =
        b->kind == BINDING_DEVICE ? station->instruments[b->instrument].entry : NULL;
    return entry ? entry->driver->capability : NULL;
}

/* The per-site channel that is `signal` of a source-meter, on every site one of its own. */
static int find_at_source(const struct station *station, unsigned signal, bool output)
{
    for (unsigned c = 0; c < station->channel_count; c++) {
        const struct station_channel *channel = &station->channels[c];
        bool its = channel->public.per_site && channel->public.output == output;
        for (unsigned s = 0; its && s < station->sites; s++) {
            const struct station_binding *b = &channel->binding[s];
            its = capability_of(station, b) == &capability_source_meter && b->signal == signal &&
                  b->count == 1 && (s == 0 || b->instrument != channel->binding[0].instrument);
        }
        if (its)
            return (int)c;
    }
    return -1;
}

bool station_pump_owns(const struct station *station, unsigned channel)
{
    const struct station_channel *c = &station->channels[channel];
    return station->pumps.wanted && c->public.output && c->public.per_site &&
           capability_of(station, &c->binding[0]) == &capability_source_meter &&
           c->binding[0].instrument ==
               station->channels[station->pumps.output].binding[0].instrument;
}

static bool is_mV(const struct station *station, int channel)
{
    struct unit mV;
    return channel >= 0 && unit_find(SPAN("mV"), &mV) == RC_OK &&
           dim_equal(station->channels[channel].public.unit.dim, mV.dim);
}

/* True where a row of instrument `pump` stands; notes the channels that it offers. */
static bool find_own(struct station_reader *r, unsigned *first, int *enable)
{
    struct station *station = r->station;
    bool ok = true;
    *enable = -1;
    for (unsigned c = station->channel_count; c-- > 0;) {
        const struct station_binding *b = &station->channels[c].binding[0];
        if (b->kind != BINDING_PUMP)
            continue;
        station->pumps.wanted = true;
        *first = c;
        if (b->signal == PUMP_SIGNAL_ENABLE)
            *enable = (int)c;
        if (b->signal == PUMP_SIGNAL_STATE)
            station->pumps.state = (int)c;
        if (b->signal == PUMP_SIGNAL_TARGET && !is_mV(station, (int)c))
            ok = station_fail(r, station->channels[c].at, NULL,
                              "channel '%s': the target of the pump loop is in mV",
                              station->channels[c].name);
    }
    return ok;
}

static bool find_measured_and_driven(struct station_reader *r, struct place at)
{
    struct station *station = r->station;
    struct station_pumps *p = &station->pumps;
    p->un = channel_find(&station->view, span_text(un_name));
    p->up = find_at_source(station, SOURCE_SIGNAL_U, true);
    p->ip = find_at_source(station, SOURCE_SIGNAL_I, false);
    p->output = find_at_source(station, SOURCE_SIGNAL_OUTPUT, true);
    p->ilim = find_at_source(station, SOURCE_SIGNAL_LIMIT_I, true);
    if (!is_mV(station, p->un) || !station->channels[p->un].public.per_site)
        return station_fail(r, at, "give the channel table such a row",
                            "the pump loop regulates '%s': no channel of scope site, in mV",
                            un_name);
    if (p->up >= 0 && p->ip >= 0 && p->output >= 0 && p->ilim >= 0)
        return true;
    return station_fail(r, at, "outputs u, limit_i and output, input i, each of scope site",
                        "the pump loop needs a source-meter at each site");
}

/* What the loop may ask for is inside the channels that it asks through, or the gate would trip. */
static bool check_reach(struct station_reader *r)
{
    const struct station *station = r->station;
    const struct pump_plan *plan = &station->dut->pump;
    const struct station_channel *up = &station->channels[station->pumps.up];
    const struct station_channel *ilim = &station->channels[station->pumps.ilim];
    double most_A = 1e-3 * (plan->out_mA > plan->in_mA ? plan->out_mA : plan->in_mA);
    bool ok = num_within(plan->out_V, up->public.min_si, up->public.max_si) &&
              num_within(-plan->in_V, up->public.min_si, up->public.max_si);
    if (!ok)
        return station_fail(r, up->at, NULL, "channel '%s' does not reach as far as the pump loop",
                            up->name);
    return num_within(most_A, ilim->public.min_si, ilim->public.max_si) ||
           station_fail(r, ilim->at, NULL, "channel '%s' does not reach as far as the pump loop",
                        ilim->name);
}

bool station_bind_pumps(struct station_reader *r)
{
    struct station *station = r->station;
    unsigned first = 0;
    int enable;
    if (!find_own(r, &first, &enable))
        return false;
    if (!station->pumps.wanted)
        return true;
    struct place at = station->channels[first].at;
    const char *name = station->channels[first].name;
    for (unsigned i = 0; i < station->instrument_count; i++)
        if (!station->instruments[i].entry)
            return true; /* warned of already: this station can be checked only */
    if (!station->dut || !station->dut->has_pump || station->heaters.supply < 0)
        return station_fail(r, at, "a type with a block pump ... end, and heaters-on INSTRUMENT",
                            "channel '%s': this station regulates no pump cells", name);
    if (enable < 0)
        return station_fail(r, at, "add a row of signal enable",
                            "channel '%s': nothing switches the pump loop on", name);
    if (!find_measured_and_driven(r, at) || !check_reach(r))
        return false;
    for (unsigned c = 0; c < station->channel_count; c++)
        if (station_pump_owns(station, c))
            station->channels[c].public.held_by = station->channels[enable].name;
    return true;
}
