/* Which site an instrument belongs to. */
#include "bench/rig.h"
#include "bench/twinrig.h"

/* The one site whose channels use this instrument; 0: none or several; `*used` tells which. */
static unsigned site_by_channels(const struct station *station, unsigned instrument, bool *used)
{
    unsigned site = 0;
    *used = false;
    for (unsigned c = 0; c < station->channel_count; c++) {
        const struct station_channel *channel = &station->channels[c];
        unsigned bindings = channel->public.per_site ? station->sites : 1;
        for (unsigned i = 0; i < bindings; i++) {
            const struct station_binding *b = &channel->binding[i];
            if (b->kind != BINDING_DEVICE || b->instrument != instrument)
                continue;
            unsigned its = channel->public.per_site ? i + 1 : 0;
            *used = true;
            if (its == 0 || (site && site != its))
                return 0;
            site = its;
        }
    }
    return site;
}

/* An adapter has no channels of its own: it belongs to whoever is behind it. */
unsigned rig_site_of(const struct station *station, unsigned instrument)
{
    bool used;
    unsigned site = site_by_channels(station, instrument, &used);
    if (used)
        return site;
    unsigned leader = twinrig_port_leader(station, instrument);
    for (unsigned i = 0; i < station->instrument_count; i++) {
        if (twinrig_port_leader(station, i) != leader)
            continue;
        unsigned its = site_by_channels(station, i, &used);
        if (used && (its == 0 || (site && site != its)))
            return 0;
        site = used ? its : site;
    }
    return site;
}
