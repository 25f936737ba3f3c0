#include "bench/rig_guard.h"

struct frame_target {
    struct guard_client *guard;
    int port;
};

static enum rc put_frame(void *ctx, struct span frame)
{
    const struct frame_target *to = ctx;
    return guard_add_frame(to->guard, to->port, frame);
}

static bool is_wanted(const struct rig *rig, const struct link *link, unsigned i, const bool *skip)
{
    return rig_link_of(rig, i) == link && !(skip && skip[i]);
}

static bool any_wanted(const struct rig *rig, const struct link *link, const bool *skip)
{
    for (unsigned i = 0; i < rig_station(rig)->instrument_count; i++)
        if (is_wanted(rig, link, i, skip))
            return true;
    return false;
}

static enum rc give_port(const struct rig *rig, struct link *link, const bool *skip,
                         struct frame_target *to)
{
    const struct station *station = rig_station(rig);
    const struct transport *transport = link_transport(link);
    to->port = guard_add_port(to->guard, transport->ops->fd(transport), transport->name);
    enum rc rc = to->port < 0 ? RC_IO : RC_OK;
    for (unsigned i = 0; i < station->instrument_count && rc == RC_OK; i++)
        if (is_wanted(rig, link, i, skip))
            rc = device_safe_frames(station->instruments[i].entry->driver,
                                    &station->instruments[i].setup, put_frame, to);
    return rc;
}

enum rc rig_give_to_guard(struct rig *rig, struct guard_client *guard, const bool *skip,
                          int *port_of)
{
    unsigned count = rig_station(rig)->instrument_count;
    for (unsigned i = 0; port_of && i < count; i++)
        port_of[i] = -1;
    for (unsigned p = 0; p < rig_port_count(rig); p++) {
        struct link *link = rig_port(rig, p);
        struct frame_target to = {.guard = guard};
        if (!link || !link_transport(link) || !any_wanted(rig, link, skip))
            continue;
        enum rc rc = give_port(rig, link, skip, &to);
        if (rc != RC_OK)
            return rc;
        for (unsigned i = 0; port_of && i < count; i++)
            if (is_wanted(rig, link, i, skip))
                port_of[i] = to.port;
    }
    return RC_OK;
}
