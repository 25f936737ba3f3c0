/* What the engine asks of the bench. */
#include <math.h>

#include "bench/session_private.h"
#include "core/num.h"

static const struct duration ramp_tick = {INT64_C(100000)};

static struct instant host_now(void *ctx)
{
    struct session *s = ctx;
    return loop_now(s->config.loop);
}

static void host_wake_at(void *ctx, struct instant t)
{
    struct session *s = ctx;
    if (loop_arm(s->config.loop, &s->wake, t) != RC_OK)
        log_say(s->config.log, LOG_ERROR, "out of memory for a timer");
}

/* --- set ---------------------------------------------------------------------------------------
 */

static void set_next(struct session_set *set);

static void set_answer(struct session_set *set, enum rc rc, const char *error)
{
    if (rc != RC_OK)
        log_say(set->session->config.log, LOG_WARN, "%s", error ? error : rc_text(rc));
    loop_disarm(set->session->config.loop, &set->timer);
    gate_forget(set->session->gate,
                set); /* a late answer must not count for the slot's next user */
    set->busy = false;
    engine_done(set->session->engine, set->ticket, rc, error);
}

static void on_set(void *ctx, enum rc rc, const char *error)
{
    struct session_set *set = ctx;
    struct loop *loop = set->session->config.loop;
    if (!set->busy)
        return;
    if (rc != RC_OK || set->step == set->steps)
        set_answer(set, rc, error);
    else if (loop_arm(loop, &set->timer, instant_add(loop_now(loop), ramp_tick)) != RC_OK)
        set_answer(set, RC_NOSPACE, "out of memory for a timer");
}

static void set_next(struct session_set *set)
{
    double share = (double)++set->step / (double)set->steps;
    double si =
        set->step == set->steps ? set->to_si : set->from_si + share * (set->to_si - set->from_si);
    gate_set(set->session->gate, &(struct gate_order){set->channel, set->site, si}, on_set, set);
}

static void on_ramp(void *ctx)
{
    set_next(ctx);
}

static unsigned ramp_steps(const struct session_set *set, const struct channel *channel,
                           double ramp_si)
{
    double rate = ramp_si;
    if (channel->slew_si > 0.0 && (!(rate > 0.0) || channel->slew_si < rate))
        rate = channel->slew_si;
    if (!(rate > 0.0) || channel->type != CHANNEL_QUANTITY)
        return 1;
    double steps = fabs(set->to_si - set->from_si) / rate / duration_in_s(ramp_tick);
    if (!(steps >= 1.0))
        return 1;
    return steps < 4e9 ? (unsigned)steps + 1 : 4000000000U; /* a slow ramp is never a jump */
}

/* A newer value overtakes a ramp that is still on its way to the same output. */
static void overtake(struct session *s, unsigned channel, unsigned site)
{
    for (unsigned i = 0; i < SESSION_RAMPS_MAX; i++) {
        struct session_set *set = &s->sets[i];
        if (set->busy && set->channel == channel && set->site == site)
            set_answer(set, RC_REFUSED, "overtaken by a newer value");
    }
}

static struct session_set *take_set(struct session *s)
{
    for (unsigned i = 0; i < SESSION_RAMPS_MAX; i++)
        if (!s->sets[i].busy && !timer_armed(&s->sets[i].timer))
            return &s->sets[i];
    return NULL;
}

/* A ramp begins at the value last measured, or at rest: the least of a source's range is its most
 * negative voltage. */
static double ramp_origin(const struct session *s, unsigned channel, unsigned site)
{
    const struct channel *public = &s->config.station->channels[channel].public;
    double latest = rig_latest(s->rig, channel, site).si;
    if (num_within(latest, public->min_si, public->max_si))
        return latest;
    return num_within(0.0, public->min_si, public->max_si) ? 0.0 : public->min_si;
}

static void host_set(void *ctx, engine_ticket ticket, const struct set_order *order)
{
    struct session *s = ctx;
    unsigned index = session_channel_of(s, order->channel);
    overtake(s, index, order->site);
    struct session_set *set = take_set(s);
    if (!set) {
        engine_done(s->engine, ticket, RC_NOSPACE, "too many outputs at once");
        return;
    }
    *set = (struct session_set){.session = s,
                                .ticket = ticket,
                                .channel = index,
                                .site = order->site,
                                .from_si = ramp_origin(s, index, order->site),
                                .to_si = order->value_si,
                                .timer = timer_of(on_ramp, set),
                                .busy = true};
    set->steps = ramp_steps(set, order->channel, order->ramp_si);
    set_next(set);
}

void session_drop_sets(struct session *s)
{
    for (unsigned i = 0; i < SESSION_RAMPS_MAX; i++) {
        struct session_set *set = &s->sets[i];
        if (!set->busy)
            continue;
        loop_disarm(s->config.loop, &set->timer);
        gate_forget(s->gate, set); /* nothing is busy that has not gone through it */
        set->busy = false;
    }
}

/* --- mix, select, scan, ask --------------------------------------------------------------------
 */

static void on_mix(void *ctx, enum rc rc, const char *error)
{
    struct session *s = ctx;
    s->mix_open = false;
    engine_done(s->engine, s->mix_ticket, rc, error);
}

static void host_mix(void *ctx, engine_ticket ticket, const struct mix_order *order)
{
    struct session *s = ctx;
    if (s->mix_open)
        manifold_cancel(s->manifold); /* cleanup overtakes a mix that is still on its way */
    s->mix_open = true;
    s->mix_ticket = ticket;
    manifold_mix(s->manifold, order, on_mix, s);
}

static void on_select(void *ctx, enum rc rc, const char *error)
{
    struct session *s = ctx;
    s->select_open = false;
    engine_done(s->engine, s->select_ticket, rc, error);
}

static void host_select(void *ctx, engine_ticket ticket, char stream)
{
    struct session *s = ctx;
    s->select_open = true;
    s->select_ticket = ticket;
    manifold_select(s->manifold, stream, on_select, s);
}

static void host_scan(void *ctx, engine_ticket ticket, unsigned site)
{
    struct session *s = ctx;
    const char *serial = s->config.serials[site];
    engine_scanned(s->engine, ticket, serial ? RC_OK : RC_REFUSED, serial ? serial : "");
}

static void host_ask(void *ctx, engine_ticket ticket, const char *text)
{
    struct session *s = ctx;
    session_event(s, 0, "ask", text);
    engine_done(s->engine, ticket, RC_OK, NULL);
}

static void host_want(void *ctx, const struct channel *channel, unsigned site, bool wanted)
{
    struct session *s = ctx;
    unsigned index = session_channel_of(s, channel);
    unsigned *count = &s->wanted[index * (s->config.station->sites + 1) + site];
    if (wanted)
        ++*count;
    else if (*count)
        --*count;
    rig_watch(s->rig, index, site, wanted);
}

struct seq_host session_host(struct session *session)
{
    return (struct seq_host){
        .wake_at = host_wake_at,
        .now = host_now,
        .set = host_set,
        .mix = host_mix,
        .select = host_select,
        .scan = host_scan,
        .ask = host_ask,
        .want = host_want,
        .record = session_record,
        .step_begin = session_step_begin,
        .step_end = session_step_end,
        .measured = session_measured,
        .captured = session_captured,
        .note = session_note,
        .site_done = session_site_done,
        .finished = session_finished,
        .ctx = session,
    };
}
