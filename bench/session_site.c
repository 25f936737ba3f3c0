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
 */
static void ignore(void *ctx, enum rc rc, const char *error)
{
    (void)ctx, (void)rc, (void)error;
}

/* Off, not zero: a source-meter that is off is open, one at 0 V shorts the cell. */
static void switch_off(struct session *s, unsigned site)
{
    const struct station *station = s->config.station;
    for (unsigned c = 0; c < station->channel_count; c++) {
        const struct channel *public = &station->channels[c].public;
        if (public->per_site && public->output && public->type == CHANNEL_ONOFF &&
            station_binding_of(station, c, site)->kind == BINDING_DEVICE)
            gate_set(s->gate, &(struct gate_order){c, site, 0.0}, ignore, s);
    }
}

void session_rest_site(struct session *s, unsigned site)
{
    drop_site_sets(s, site);
    heaters_shut_site(s->heaters, site);
    switch_off(s, site);
}
