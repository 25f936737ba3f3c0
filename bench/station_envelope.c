/* The envelope block: hard limits of the rig, which a sequence can only tighten. The line
 * `suction`: the pump behind the elements, under which air may leak in. */
#include <math.h>

#include "bench/station_private.h"

static bool parse_action(struct station_reader *r, struct envelope_limit *to)
{
    struct span word;
    if (r->token.kind == TOKEN_EOL || r->token.kind == TOKEN_END)
        return true;
    if (!span_is(r->token.text, "else") || !station_word(r, "cleanup or estop", &word))
        return station_fail(r, r->token.at, NULL,
                            "expected 'else cleanup', 'else estop' or the end");
    if (span_is(word, "cleanup"))
        to->action = TRIP_CLEANUP;
    else if (span_is(word, "estop"))
        to->action = TRIP_ESTOP;
    else
        return station_fail(r, r->token.at, NULL, "expected cleanup or estop");
    return station_end(r);
}

static bool take_bound(struct station_reader *r, double *si)
{
    r->token = lexer_next(&r->lexer);
    if (r->token.kind != TOKEN_NUMBER)
        return station_fail(r, r->token.at, NULL, "expected a quantity");
    *si = unit_to_si(&r->token.unit, r->token.value);
    return true;
}

/* "in 0 .. 10 L/min": a bare first number has the unit of the second. */
static bool parse_range(struct station_reader *r, struct envelope_limit *to)
{
    r->token = lexer_next(&r->lexer);
    struct token first = r->token;
    if (first.kind != TOKEN_NUMBER)
        return station_fail(r, first.at, NULL, "expected a quantity");
    if (!station_mark(r, MARK_RANGE, "'..'") || !take_bound(r, &to->hi_si))
        return false;
    to->lo_si = unit_to_si(first.has_unit ? &first.unit : &r->token.unit, first.value);
    if (first.has_unit && !dim_equal(first.unit.dim, r->token.unit.dim))
        return station_fail(r, first.at, NULL, "the bounds have different dimensions");
    if (!(to->lo_si <= to->hi_si))
        return station_fail(r, first.at, NULL, "the lower bound is above the upper");
    return true;
}

static bool parse_rule(struct station_reader *r)
{
    struct station *station = r->station;
    if (station->envelope_count == STATION_ENVELOPE_MAX)
        return station_fail(r, r->token.at, NULL, "at most %d rules", STATION_ENVELOPE_MAX);
    struct envelope_limit *to = &station->envelope[station->envelope_count];
    *to = (struct envelope_limit){.lo_si = (double)NAN, .hi_si = (double)NAN, .action = TRIP_FAIL};
    to->channel = arena_text(station->arena, r->token.text);
    r->envelope_at[station->envelope_count] = r->token.at;
    r->token = lexer_next(&r->lexer);
    bool ok;
    if (r->token.kind == TOKEN_MARK && r->token.mark == MARK_LE)
        ok = take_bound(r, &to->hi_si);
    else if (r->token.kind == TOKEN_MARK && r->token.mark == MARK_GE)
        ok = take_bound(r, &to->lo_si);
    else if (r->token.kind == TOKEN_NAME && span_is(r->token.text, "in"))
        ok = parse_range(r, to);
    else
        return station_fail(r, r->token.at, NULL, "expected <=, >= or in");
    if (!ok || !to->channel)
        return false;
    r->envelope_dim[station->envelope_count] = r->token.unit.dim;
    r->token = lexer_next_word(&r->lexer);
    if (!parse_action(r, to))
        return false;
    station->envelope_count++;
    return true;
}

bool station_parse_envelope(struct station_reader *r)
{
    struct place at = r->token.at;
    station_skip_line(r);
    for (;;) {
        r->token = lexer_next_word(&r->lexer);
        if (r->token.kind == TOKEN_END)
            return station_fail(r, at, NULL, "this block has no end");
        if (r->token.kind != TOKEN_NAME)
            continue;
        if (span_is(r->token.text, "end"))
            return station_end(r);
        if (!parse_rule(r))
            station_skip_line(r);
    }
}

static void check_envelope(struct station_reader *r, unsigned i)
{
    const struct envelope_limit *rule = &r->station->envelope[i];
    struct place at = r->envelope_at[i];
    int channel = channel_find(&r->station->view, span_text(rule->channel));
    if (channel < 0)
        station_fail(r, at, NULL, "envelope: channel '%s' is not on this station", rule->channel);
    else if (!dim_equal(r->envelope_dim[i], r->station->view.channels[channel].unit.dim))
        station_fail(r, at, NULL, "envelope: '%s' is in %s, the bound is not", rule->channel,
                     r->station->view.channels[channel].unit.name);
}

bool station_parse_suction(struct station_reader *r)
{
    struct span word;
    if (!station_word(r, "the channel of the pump", &word) ||
        !station_copy(r, word, r->suction, sizeof r->suction))
        return false;
    r->suction_at = r->token.at;
    return station_end(r);
}

/* A channel of the usual name needs no line. */
static void check_suction(struct station_reader *r)
{
    struct bench_view *view = &r->station->view;
    struct place whole = {.source = r->station->source};
    int at = channel_find(view, r->suction[0] ? span_text(r->suction) : SPAN("gas.suction"));
    const struct channel *channel = at >= 0 ? &view->channels[at] : NULL;
    if (!channel && r->suction[0])
        station_fail(r, r->suction_at, NULL, "suction: channel '%s' is not on this station",
                     r->suction);
    else if (channel && (channel->type != CHANNEL_ONOFF || !channel->output || channel->per_site))
        station_fail(r, r->suction[0] ? r->suction_at : whole, NULL,
                     "suction: '%s' is no switch that all sites share", channel->name);
    else if (channel)
        view->suction = channel->name;
}

void station_check_envelope(struct station_reader *r)
{
    for (unsigned i = 0; i < r->station->envelope_count; i++)
        check_envelope(r, i);
    check_suction(r);
}
