/* Hands the ports and the safe frames to lambdaguard and tells it that this program lives. */
#include "bench/session_private.h"

static const struct duration beat_period = {INT64_C(40000)};

struct frame_target {
    struct guard_client *guard;
    int port;
};

static enum rc put_guard_frame(void *ctx, struct span frame)
{
    const struct frame_target *to = ctx;
    return guard_add_frame(to->guard, to->port, frame);
}

static enum rc hand_over_port(struct session *s, unsigned index)
{
    struct link *link = rig_port(s->rig, index);
    struct transport *transport = link_transport(link);
    struct frame_target to = {
        s->guard, guard_add_port(s->guard, transport->ops->fd(transport), transport->name)};
    enum rc rc = to.port < 0 ? RC_IO : RC_OK;
    for (unsigned i = 0; i < s->config.station->instrument_count && rc == RC_OK; i++) {
        const struct station_instrument *from = &s->config.station->instruments[i];
        if (rig_link_of(s->rig, i) == link)
            rc = device_safe_frames(from->entry->driver, &from->setup, put_guard_frame, &to);
    }
    return rc;
}

void session_beat(void *ctx)
{
    struct session *s = ctx;
    if (guard_beat(s->guard) != RC_OK && !s->ending) {
        log_say(s->config.log, LOG_ERROR, "lambdaguard is gone: the run ends");
        session_stop(s, STOP_INSTRUMENT, "lambdaguard is gone");
        return;
    }
    if (loop_arm(s->config.loop, &s->beat, instant_add(loop_now(s->config.loop), beat_period)) !=
        RC_OK)
        log_say(s->config.log, LOG_ERROR, "out of memory for a timer");
}

enum rc session_start_guard(struct session *s)
{
    if (!s->config.guarded)
        return RC_OK;
    enum rc rc = guard_start(s->config.log, &s->guard);
    for (unsigned i = 0; i < rig_port_count(s->rig) && rc == RC_OK; i++)
        rc = hand_over_port(s, i);
    if (rc == RC_OK)
        rc = guard_arm(s->guard);
    if (rc == RC_OK)
        session_beat(s);
    return rc;
}
