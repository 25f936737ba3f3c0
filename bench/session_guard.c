/* Hands the ports and the safe frames to lambdaguard and tells it that this program lives. */
#include "bench/rig_guard.h"
#include "bench/session_private.h"

static const struct duration beat_period = {INT64_C(40000)};

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
    if (rc == RC_OK)
        rc = rig_give_to_guard(s->rig, s->guard, NULL, NULL);
    if (rc == RC_OK)
        rc = guard_arm(s->guard);
    if (rc == RC_OK)
        session_beat(s);
    return rc;
}

/* Rest is not confirmed: the guard writes it blind, now. It has the wires for itself from here on,
 * and no beat is awaited any more: whatever this program still waits for is not taken for death. */
void session_hand_over(void *ctx)
{
    struct session *s = ctx;
    struct guard_client *guard = s->guard;
    if (!guard)
        return;
    s->guard = NULL;
    loop_disarm(s->config.loop, &s->beat);
    rig_close_ports(s->rig);
    if (guard_hand_over(guard, NULL) != RC_OK)
        log_say(s->config.log, LOG_ERROR, "lambdaguard did not say that it wrote the safe frames");
}
