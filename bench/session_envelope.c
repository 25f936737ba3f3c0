/* The envelopes of station and sequence, held against every value that comes in. */
#include <assert.h>
#include <math.h>

#include "bench/session_private.h"
#include "core/num.h"

/* A shared instrument that answers and knows no value for so long is outside its own range, or
 * broken: both are outside the envelope. What a cold or disconnected part shows is no number by
 * nature, and the measurement's matter. */
static const struct duration unknown_patience = {INT64_C(3000000)};

static void add_trip(struct session *s, int channel, double lo_si, double hi_si, int action)
{
    if (channel < 0)
        return;
    assert(s->trip_count < COUNT(s->trips)); /* the checker counts the one, the station the other */
    const struct channel *public = &s->config.station->channels[channel].public;
    unsigned *last = &s->first_trip[channel];
    while (*last)
        last = &s->trips[*last - 1].next;
    *last = s->trip_count + 1;
    s->trips[s->trip_count++] =
        (struct session_trip){.channel = (unsigned)channel,
                              .lo_si = lo_si,
                              .hi_si = hi_si,
                              .why = action == TRIP_ESTOP ? STOP_ESTOP : STOP_ENVELOPE,
                              .stops = action != TRIP_FAIL || !public->per_site};
    for (unsigned site = public->per_site ? 1 : 0;
         site <= (public->per_site ? s->config.station->sites : 0); site++)
        rig_watch(s->rig, (unsigned)channel, site, true);
}

static double bound_si(const struct expr *expr)
{
    return expr ? unit_to_si(&expr->unit, expr->value) : (double)NAN;
}

void session_collect_trips(struct session *s)
{
    const struct bench_view *view = &s->config.station->view;
    for (unsigned i = 0; i < view->envelope_count; i++) {
        const struct envelope_limit *limit = &view->envelope[i];
        add_trip(s, channel_find(view, span_text(limit->channel)), limit->lo_si, limit->hi_si,
                 limit->action);
    }
    for (const struct envelope_rule *rule = s->config.checked->program->envelope; rule;
         rule = rule->next)
        add_trip(s, channel_find(view, span_text(rule->channel)), bound_si(rule->lo),
                 bound_si(rule->hi),
                 rule->otherwise == ELSE_ESTOP     ? TRIP_ESTOP
                 : rule->otherwise == ELSE_CLEANUP ? TRIP_CLEANUP
                                                   : TRIP_FAIL);
}

static void put_limit(struct obuf *out, const struct unit *unit, double si, const char *sign)
{
    if (isnan(si))
        return;
    (void)!obuf_printf(out, " %s ", sign);
    unit_put(out, unit_from_si(unit, si), unit->name, 6);
}

static void trip(struct session *s, const struct session_trip *trip, unsigned site, double si)
{
    const struct channel *channel = &s->config.station->channels[trip->channel].public;
    char text[192];
    struct obuf out = {text, 0, sizeof text - 1};
    (void)!obuf_printf(&out, "envelope: %s is ", channel->name);
    if (isnan(si))
        (void)!obuf_printf(&out, "not known");
    else
        unit_put(&out, unit_from_si(&channel->unit, si), channel->unit.name, 6);
    (void)!obuf_printf(&out, " (");
    put_limit(&out, &channel->unit, trip->lo_si, ">=");
    put_limit(&out, &channel->unit, trip->hi_si, "<=");
    (void)!obuf_printf(&out, " )");
    text[out.len] = '\0';
    session_event(s, site, "trip", text);
    if (trip->stops) {
        s->result.tripped = true;
        session_stop(s, trip->why, text);
    } else {
        engine_lose_site(s->engine, site, text);
    }
}

static bool is_unknown_for_long(struct session *s, struct session_trip *t, double si)
{
    const struct station_channel *channel = &s->config.station->channels[t->channel];
    struct instant now = loop_now(s->config.loop);
    bool matters = channel->binding[0].kind == BINDING_DEVICE && !channel->public.per_site;
    if (!isnan(si) || !t->unknown)
        t->since = now;
    t->unknown = isnan(si) && matters;
    return t->unknown && instant_since(now, t->since).us > unknown_patience.us;
}

void session_check_trips(struct session *s, unsigned channel, unsigned site, double si)
{
    unsigned at = s->first_trip[channel];
    if (at == 0 || !s->engine || s->ending || !engine_running(s->engine))
        return;
    for (; at > 0; at = s->trips[at - 1].next) {
        struct session_trip *t = &s->trips[at - 1];
        bool low = !isnan(t->lo_si) && !isnan(si) && !(si >= t->lo_si);
        bool high = !isnan(t->hi_si) && !isnan(si) && !(si <= t->hi_si);
        bool unknown = is_unknown_for_long(s, t, si);
        bool matters = t->stops || engine_site_live(s->engine, site); /* once a site */
        if ((low || high || unknown) && matters && !s->result.tripped)
            trip(s, t, site, si);
    }
}
