/* One site's end, while the others go on. */
#include "bench/session_private.h"

/* Others may stand behind the same line of the sequence: it goes on without this site. A ticket
 * that nobody holds any more is ignored by the engine. */
static void drop_site_sets(struct session *s, unsigned site)
{
    for (unsigned i = 0; i < SESSION_RAMPS_MAX; i++) {
        struct session_set *set = &s->sets[i];
        if (!set->busy || set->site != site)
            continue;
        loop_disarm(s->config.loop, &set->timer);
        gate_forget(s->gate, set);
        set->busy = false;
        engine_done(s->engine, set->ticket, RC_OK, NULL);
    }
}

/* A lost instrument confirms nothing: at the end of the run every one is asked again, and judged.
 * One that answers and is still on is another matter: nobody would know of that part any more. */
static void on_off(void *ctx, enum rc rc, const char *error)
{
    struct session *s = ctx;
    char text[256];
    if (rc == RC_OK || rc == RC_REFUSED || s->ending)
        return; /* refused: overtaken by the cleanup's own order, which is judged */
    snprintf(text, sizeof text, "a part that is done was not switched off: %s",
             error ? error : rc_text(rc));
    log_say(s->config.log, LOG_ERROR, "%s", text);
    session_event(s, 0, "off", text);
    if (rc == RC_RANGE)
        session_stop(s, STOP_INSTRUMENT, text);
}

/* Off, not zero: a source-meter that is off is open, one at 0 V shorts the cell. */
static void switch_off(struct session *s, unsigned site)
{
    const struct station *station = s->config.station;
    for (unsigned c = 0; c < station->channel_count; c++) {
        const struct channel *public = &station->channels[c].public;
        if (public->per_site && public->output && public->type == CHANNEL_ONOFF &&
            station_binding_of(station, c, site)->kind == BINDING_DEVICE)
            gate_set(s->gate, &(struct gate_order){c, site, 0.0}, on_off, s);
    }
}

void session_rest_site(struct session *s, unsigned site)
{
    drop_site_sets(s, site);
    pumps_shut_site(s->pumps, site);
    heaters_shut_site(s->heaters, site);
    gate_insulation_rest_site(s->gate, site);
    switch_off(s, site);
}
