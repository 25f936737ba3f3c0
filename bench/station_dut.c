/* The kind of part that a station tests, the heaters it regulates itself, and what follows from
 * both for its channels and its envelope. */
#include <math.h>

#include "bench/station_private.h"
#include "instruments/capability/lock_in.h"
#include "instruments/capability/source_meter.h"
#include "instruments/capability/supply.h"

bool station_parse_dut(struct station_reader *r)
{
    if (!station_text(r, "the DUT type file", r->dut_file, sizeof r->dut_file))
        return false;
    r->dut_at = r->token.at;
    if (station_line_end(r))
        return true;
    if (!span_is(r->token.text, "variant"))
        return station_fail(r, r->token.at, NULL, "expected 'variant NAME' or the end of the line");
    bool ok = station_word(r, "a variant of the type", &r->dut_variant);
    r->variant_at = r->token.at;
    return ok && station_end(r);
}

bool station_parse_heaters_on(struct station_reader *r)
{
    struct station_heaters *heaters = &r->station->heaters;
    struct place at = r->token.at;
    heaters->at = at;
    return station_take_instrument(r, &heaters->supply) && station_end(r);
}

static const struct dut_variant *find_variant(const struct dut_type *type, struct span name)
{
    for (unsigned i = 0; i < type->variant_count; i++)
        if (span_is(name, type->variants[i].name))
            return &type->variants[i];
    return NULL;
}

/* What the line says; else what the twin's elements are, if the type knows it. */
static bool settle_variant(struct station_reader *r)
{
    struct station *station = r->station;
    const char *twin = station_twin_variant(station);
    if (r->dut_variant.len == 0) {
        station->variant = twin ? find_variant(station->dut, span_text(twin)) : NULL;
        return true;
    }
    station->variant = find_variant(station->dut, r->dut_variant);
    if (!station->variant)
        return station_fail(r, r->variant_at, NULL, "type '%s' has no variant '%.*s'",
                            station->dut->name, (int)r->dut_variant.len, r->dut_variant.at);
    if (twin && !span_is(r->dut_variant, twin))
        return station_fail(r, r->variant_at, NULL, "the twin's elements are of variant '%s'",
                            twin);
    return true;
}

bool station_load_dut(struct station_reader *r, const char *station_path)
{
    char path[512];
    if (!r->dut_file[0])
        return true;
    if (source_path_beside(station_path, span_text(r->dut_file), path, sizeof path) != RC_OK)
        return station_fail(r, r->dut_at, NULL, "the path of the DUT type is too long");
    return dut_type_load(path, r->diag, &r->station->dut) == RC_OK && settle_variant(r);
}

/* --- channels at an instrument -----------------------------------------------------------------
 */

static const struct capability *capability_of(const struct station *station,
                                              const struct station_binding *b)
{
    const struct registry_entry *entry =
        b->kind == BINDING_DEVICE ? station->instruments[b->instrument].entry : NULL;
    return entry ? entry->driver->capability : NULL;
}

/* The per-site channel that is signal `signal` of channel n of the heater supply on site n. */
static int find_at_supply(const struct station *station, unsigned signal)
{
    for (unsigned c = 0; c < station->channel_count; c++) {
        const struct station_channel *channel = &station->channels[c];
        bool its = channel->public.per_site;
        for (unsigned s = 0; its && s < station->sites; s++) {
            const struct station_binding *b = &channel->binding[s];
            its = capability_of(station, b) == &capability_supply &&
                  b->instrument == (unsigned)station->heaters.supply && b->signal == signal &&
                  b->first == s && b->count == 1;
        }
        if (its)
            return (int)c;
    }
    return -1;
}

/* Only the regulator sets the voltage of the supply that it heats with. */
static bool check_supply_alone(struct station_reader *r)
{
    struct station *station = r->station;
    bool ok = true;
    for (unsigned c = 0; c < station->channel_count; c++) {
        const struct station_channel *channel = &station->channels[c];
        const struct station_binding *b = &channel->binding[0];
        if (channel->public.output && capability_of(station, b) == &capability_supply &&
            b->instrument == (unsigned)station->heaters.supply && b->signal == SUPPLY_SIGNAL_U)
            ok = station_fail(r, channel->at, "make it a channel of direction in",
                              "channel '%s' would set a voltage that the heater regulation owns",
                              channel->name);
    }
    return ok;
}

static bool is_ohm(const struct station *station, int channel)
{
    struct unit ohm;
    return channel >= 0 && station->channels[channel].public.per_site &&
           unit_find(SPAN("ohm"), &ohm) == RC_OK &&
           dim_equal(station->channels[channel].public.unit.dim, ohm.dim);
}

static bool find_value(struct station_reader *r)
{
    struct station *station = r->station;
    const char *name = station->dut->regulate;
    station->heaters.value = channel_find(&station->view, span_text(name));
    return is_ohm(station, station->heaters.value) ||
           station_fail(r, r->station->heaters.at, "give the channel table such a row",
                        "the heaters are regulated on '%s': no channel of scope site, in ohm",
                        name);
}

static bool find_supply_channels(struct station_reader *r)
{
    struct station *station = r->station;
    struct station_heaters *heaters = &station->heaters;
    const struct registry_entry *entry = station->instruments[heaters->supply].entry;
    if (!entry)
        return true; /* warned of already: this station can be checked only */
    if (entry->driver->capability != &capability_supply)
        return station_fail(r, heaters->at, NULL, "heaters-on: '%s' is no supply",
                            station->instruments[heaters->supply].setup.name);
    heaters->u = find_at_supply(station, SUPPLY_SIGNAL_U);
    heaters->i = find_at_supply(station, SUPPLY_SIGNAL_I);
    if (heaters->u < 0 || heaters->i < 0)
        return station_fail(r, heaters->at, "rows of scope site with u[{site}] and i[{site}]",
                            "heaters-on: the channel table has no voltage and current of each site "
                            "at '%s'",
                            station->instruments[heaters->supply].setup.name);
    return true;
}

/* A channel of instrument `heater` needs a supply and a type; a target is in ohm. */
static bool check_heater_channels(struct station_reader *r)
{
    struct station *station = r->station;
    bool ok = true;
    for (unsigned c = 0; c < station->channel_count; c++) {
        const struct station_binding *b = &station->channels[c].binding[0];
        struct place at = station->channels[c].at;
        if (b->kind != BINDING_HEATER)
            continue;
        if (station->heaters.supply < 0 || !station->dut)
            ok = station_fail(r, at, "add: dut \"FILE.dut\" and heaters-on INSTRUMENT",
                              "channel '%s': this station regulates no heaters",
                              station->channels[c].name);
        else if (b->signal == HEATER_SIGNAL_TARGET && !is_ohm(station, (int)c))
            ok = station_fail(r, at, NULL, "channel '%s': the heater's target is in ohm",
                              station->channels[c].name);
        if (b->signal == HEATER_SIGNAL_STATE)
            station->heaters.state = (int)c;
    }
    return ok;
}

/* --- the type's limits -------------------------------------------------------------------------
 */

static bool add_limit(struct station_reader *r, unsigned channel, double lo_si, double hi_si)
{
    struct station *station = r->station;
    if (station->envelope_count == STATION_ENVELOPE_MAX)
        return station_fail(r, r->dut_at, NULL, "at most %d rules, the DUT type's included",
                            STATION_ENVELOPE_MAX);
    station->envelope[station->envelope_count++] =
        (struct envelope_limit){.channel = station->channels[channel].name,
                                .lo_si = lo_si,
                                .hi_si = hi_si,
                                .action = TRIP_FAIL};
    return true;
}

static bool is_signal(const struct station *station, unsigned channel, unsigned instrument,
                      unsigned signal)
{
    const struct station_binding *b = &station->channels[channel].binding[0];
    return capability_of(station, b) == &capability_source_meter && b->instrument == instrument &&
           b->signal == signal && station->channels[channel].public.output;
}

/* A source without a limit of the type's would have its own instrument's, which may be amperes. */
static bool check_source_limited(struct station_reader *r, unsigned channel)
{
    static const struct {
        unsigned level, limit;
        const char *help;
    } pairs[] = {{SOURCE_SIGNAL_U, SOURCE_SIGNAL_LIMIT_I, "add an output row of signal limit_i"},
                 {SOURCE_SIGNAL_I, SOURCE_SIGNAL_LIMIT_U, "add an output row of signal limit_u"}};
    const struct station *station = r->station;
    unsigned instrument = station->channels[channel].binding[0].instrument;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        bool limited = !is_signal(station, channel, instrument, pairs[i].level);
        for (unsigned c = 0; c < station->channel_count && !limited; c++)
            limited = is_signal(station, c, instrument, pairs[i].limit);
        if (!limited)
            return station_fail(r, station->channels[channel].at, pairs[i].help,
                                "channel '%s' drives the electrodes without a limit of the part's",
                                station->channels[channel].name);
    }
    return true;
}

static double most_through_A(const struct station *station, const struct station_binding *b)
{
    if (b->kind == BINDING_DEVICE && station->instruments[b->instrument].at_reference)
        return station->dut->reference_uA * 1e-6;
    return station->dut->ip_mA * 1e-3;
}

static bool limit_electrodes(struct station_reader *r, unsigned channel)
{
    const struct station_binding *b = &r->station->channels[channel].binding[0];
    const struct capability *capability = capability_of(r->station, b);
    double most_V = r->station->dut->electrode_V, most_A = most_through_A(r->station, b);
    if (capability == &capability_lock_in && b->signal == LOCK_IN_SIGNAL_AMPLITUDE)
        return add_limit(r, channel, (double)NAN, most_V * M_SQRT1_2); /* it is told in rms */
    if (capability != &capability_source_meter)
        return true;
    if (!(most_A > 0.0))
        return station_fail(r, r->station->channels[channel].at,
                            "add to the type: reference-max 50 uA",
                            "channel '%s' is at a reference electrode: type '%s' takes no current "
                            "there",
                            r->station->channels[channel].name, r->station->dut->name);
    switch (b->signal) {
    case SOURCE_SIGNAL_U:
        return add_limit(r, channel, -most_V, most_V);
    case SOURCE_SIGNAL_I:
        return add_limit(r, channel, -most_A, most_A);
    case SOURCE_SIGNAL_LIMIT_U:
        return add_limit(r, channel, (double)NAN, most_V);
    case SOURCE_SIGNAL_LIMIT_I:
        return add_limit(r, channel, (double)NAN, most_A);
    default:
        return true;
    }
}

bool station_bind_dut(struct station_reader *r)
{
    struct station *station = r->station;
    struct station_heaters *heaters = &station->heaters;
    if (!check_heater_channels(r))
        return false;
    if (heaters->supply >= 0 && !station->dut)
        return station_fail(r, heaters->at, "add: dut \"FILE.dut\"",
                            "heaters-on needs the kind of part: its heater's profile");
    if (heaters->supply >= 0 &&
        (!find_supply_channels(r) || !find_value(r) || !check_supply_alone(r)))
        return false;
    if (!station->dut)
        return true;
    bool ok = true;
    for (unsigned c = 0; c < station->channel_count && ok; c++)
        ok = check_source_limited(r, c) && limit_electrodes(r, c);
    if (ok && heaters->u >= 0)
        ok = add_limit(r, (unsigned)heaters->u, (double)NAN, station->dut->heater.boost_V);
    return ok;
}
