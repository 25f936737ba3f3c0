/* The insulation tester of a station: what proves that nobody can touch what it drives, and the
 * relays that choose between what it drives it through. The rules: bench/safety/gate_insulation.c.
 *
 *   insulation-tester ist1 interlock io1 1 pairs dut.iso_hs dut.iso_sh cold 600 s
 *
 * In the twin block: the same tester, the scanner with the relays, the check resistors.
 *
 *   insulation ist1 relays daq1 check 100 Mohm */
#include "bench/station_private.h"
#include "core/num.h"
#include "instruments/capability/digital_io.h"
#include "instruments/capability/insulation_tester.h"
#include "instruments/capability/scanner.h"

static const struct capability *capability_of(const struct station *station, unsigned instrument)
{
    const struct registry_entry *entry = station->instruments[instrument].entry;
    return entry ? entry->driver->capability : NULL;
}

static bool take_of_kind(struct station_reader *r, const struct capability *kind, const char *what,
                         unsigned *out)
{
    int instrument;
    if (!station_take_instrument(r, &instrument))
        return false;
    const struct capability *its = capability_of(r->station, (unsigned)instrument);
    if (its && its != kind)
        return station_fail(r, r->token.at, NULL, "'%s' is no %s",
                            r->station->instruments[instrument].setup.name, what);
    *out = (unsigned)instrument;
    return true;
}

static bool parse_pairs(struct station_reader *r, struct station_insulation *to)
{
    if (!station_keyword(r, "pairs"))
        return false;
    while (!station_line_end(r)) {
        if (r->token.kind == TOKEN_NAME && span_is(r->token.text, "cold")) {
            if (!station_quantity(r, "s", &to->cold_s))
                return false;
            if (!num_within(to->cold_s, 0.0, 86400.0))
                return station_fail(r, r->token.at, NULL, "a part is cold within 0 s to 24 h");
            return station_end(r);
        }
        if (to->pair_count == COUNT(to->pair_name))
            return station_fail(r, r->token.at, NULL, "at most %zu pairs", COUNT(to->pair_name));
        to->pair_name[to->pair_count] = arena_text(r->station->arena, r->token.text);
        if (!to->pair_name[to->pair_count++])
            return false;
    }
    return true;
}

bool station_parse_insulation(struct station_reader *r)
{
    struct station_insulation *to = &r->station->insulation;
    struct place at = r->token.at;
    long pin;
    *to = (struct station_insulation){.declared = true, .at = at, .cold_s = 600.0};
    if (!take_of_kind(r, &capability_insulation_tester, "insulation tester", &to->tester) ||
        !station_keyword(r, "interlock") ||
        !take_of_kind(r, &capability_digital_io, "digital input", &to->interlock_io) ||
        !station_number(r, 0, DIGITAL_PINS_MAX - 1, &pin))
        return false;
    to->interlock_pin = (unsigned)pin;
    return parse_pairs(r, to);
}

bool station_parse_twin_insulation(struct station_reader *r)
{
    struct station_twin *twin = &r->station->twin;
    struct twin_insulation *config = &twin->config.insulation;
    if (!take_of_kind(r, &capability_insulation_tester, "insulation tester", &twin->tester) ||
        !station_keyword(r, "relays") ||
        !take_of_kind(r, &capability_scanner, "scanner", &twin->tester_relays) ||
        !station_keyword(r, "check") || !station_quantity(r, "Mohm", &config->check_ohm))
        return false;
    if (!num_within(config->check_ohm, 1e6, 1e10))
        return station_fail(r, r->token.at, NULL, "a check resistor is of 1 Mohm to 10 Gohm");
    if (3 * r->station->sites > SCANNER_CHANNELS_MAX)
        return station_fail(r, r->token.at, NULL, "%d relays are for %d sites",
                            SCANNER_CHANNELS_MAX, SCANNER_CHANNELS_MAX / 3);
    config->fitted = true;
    return station_end(r);
}

/* --- after the channels are bound --------------------------------------------------------------
 */

/* The shared channel at this signal of this instrument; -1: none. */
static int find_shared(const struct station *station, unsigned instrument, unsigned signal,
                       unsigned first)
{
    for (unsigned c = 0; c < station->channel_count; c++) {
        const struct station_binding *b = &station->channels[c].binding[0];
        if (!station->channels[c].public.per_site && b->kind == BINDING_DEVICE &&
            b->instrument == instrument && b->signal == signal && b->first == first &&
            b->count == 1)
            return (int)c;
    }
    return -1;
}

static bool bind_pair(struct station_reader *r, unsigned i)
{
    struct station_insulation *to = &r->station->insulation;
    int c = channel_find(&r->station->view, span_text(to->pair_name[i]));
    const struct station_channel *channel = c < 0 ? NULL : &r->station->channels[c];
    bool relay = channel && channel->public.output && channel->binding[0].kind == BINDING_DEVICE &&
                 capability_of(r->station, channel->binding[0].instrument) == &capability_scanner &&
                 channel->binding[0].signal == SCANNER_SIGNAL_RELAY;
    to->pair[i] = relay ? (unsigned)c : 0;
    return relay || station_fail(r, to->at, "an output channel at relay[...] of a scanner",
                                 "insulation-tester: '%s' is no relay", to->pair_name[i]);
}

/* An output of an insulation tester that no rule knows would be one without an interlock. */
static bool check_strangers(struct station_reader *r)
{
    const struct station *station = r->station;
    const struct station_insulation *known = &station->insulation;
    for (unsigned c = 0; c < station->channel_count; c++) {
        const struct station_channel *channel = &station->channels[c];
        const struct station_binding *b = &channel->binding[0];
        if (!channel->public.output || b->kind != BINDING_DEVICE ||
            capability_of(station, b->instrument) != &capability_insulation_tester)
            continue;
        if (!known->declared || b->instrument != known->tester || channel->public.per_site)
            return station_fail(r, channel->at,
                                "add: insulation-tester NAME interlock IO PIN pairs CHAN ...",
                                "channel '%s': a high voltage without an interlock; one shared "
                                "tester with one is allowed",
                                channel->name);
    }
    return true;
}

bool station_bind_insulation(struct station_reader *r)
{
    struct station_insulation *to = &r->station->insulation;
    if (!check_strangers(r))
        return false;
    if (!to->declared || !capability_of(r->station, to->tester))
        return true;
    int output = find_shared(r->station, to->tester, INSULATION_SIGNAL_OUTPUT, 0);
    int interlock = find_shared(r->station, to->interlock_io, DIGITAL_SIGNAL_IN, to->interlock_pin);
    if (output < 0 || interlock < 0)
        return station_fail(r, to->at, "rows of scope shared: output of the tester, in[PIN]",
                            "insulation-tester: the channel table has no %s",
                            output < 0 ? "output of the tester" : "input for the interlock");
    if (to->pair_count == 0)
        return station_fail(r, to->at, "pairs dut.iso_hs dut.iso_sh",
                            "insulation-tester: which relays choose the pair?");
    to->output = (unsigned)output;
    to->interlock = (unsigned)interlock;
    bool ok = true;
    for (unsigned i = 0; i < to->pair_count; i++)
        ok = bind_pair(r, i) && ok;
    return ok;
}
