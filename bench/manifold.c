#include <math.h>
#include <stdlib.h>

#include "bench/manifold_private.h"

static struct instant now_of(const struct manifold *m)
{
    return loop_now(rig_loop(m->config.rig));
}

void manifold_again_in(struct manifold *m, struct duration d)
{
    if (loop_arm(rig_loop(m->config.rig), &m->timer, instant_add(now_of(m), d)) != RC_OK)
        log_say(m->config.log, LOG_ERROR, "out of memory for a timer");
}

void manifold_finish(struct manifold *m, enum rc rc, const char *error)
{
    gate_done *done = m->done;
    m->phase = MANIFOLD_IDLE;
    m->done = NULL;
    manifold_drop_drive(m);
    loop_disarm(rig_loop(m->config.rig), &m->timer);
    if (done)
        done(m->ctx, rc, error);
}

struct manifold_flows manifold_commanded(const struct manifold *m)
{
    struct manifold_flows flows;
    for (unsigned i = 0; i < m->gas_count; i++)
        flows.slpm[i] = m->gases[i]->commanded_slpm;
    return flows;
}

/* Every gas of the stream to zero but those of the order; the other stream as it is. */
static bool flows_of_order(struct manifold *m, struct manifold_flows *out)
{
    const struct mix_order *order = &m->order;
    *out = manifold_commanded(m);
    for (unsigned i = 0; i < m->gas_count; i++)
        if (m->gases[i]->stream == order->stream || (order->off && order->both))
            out->slpm[i] = 0.0;
    for (unsigned k = 0; k < order->count && !order->off; k++) {
        struct gate_gas *gas = gate_find_gas(m->config.gate, order->gas[k]);
        if (!gas)
            return false;
        if (gas->stream != order->stream) {
            if (gas->commanded_slpm > 0.0)
                return false; /* in use on the other stream */
            gate_assign_stream(m->config.gate, gas->channel, order->stream);
        }
        for (unsigned i = 0; i < m->gas_count; i++)
            if (m->gases[i] == gas)
                out->slpm[i] = order->share[k] * order->total_Lmin;
    }
    return true;
}

static bool needs_purge(const struct manifold *m)
{
    for (unsigned i = 0; i < m->gas_count; i++)
        if (!m->gases[i]->inert && m->target.slpm[i] > m->gases[i]->commanded_slpm)
            return gate_state(m->config.gate) != GATE_ARMED;
    return false;
}

enum rc manifold_target(const struct manifold *m, struct gas_mix *worst)
{
    struct gas_stream streams[GATE_GASES_MAX];
    size_t count = 0;
    for (unsigned i = 0; i < m->gas_count; i++)
        if (m->gases[i]->stream == m->order.stream && m->target.slpm[i] > 0.0)
            streams[count++] = (struct gas_stream){.bottle = m->gases[i]->supply->mix,
                                                   .flow_slpm = m->target.slpm[i],
                                                   .full_scale_slpm = m->gases[i]->full_scale_slpm,
                                                   .open = true};
    if (count == 0) {
        *worst = gas_mix_n2;
        return RC_OK;
    }
    return gas_worst_case(streams, count, worst, NULL);
}

/* Where nothing flows, air comes back from the vent: the next gas is held against it too. */
static void note_still_streams(struct manifold *m)
{
    for (const char *stream = "ab"; *stream; stream++)
        if (!(gate_commanded_total_slpm(m->config.gate, *stream) > 0.0))
            manifold_fill_pipe(m, *stream, &gas_mix_air);
}

/* A mix that ends before its time leaves what was commanded so far in the pipe. */
static void note_unfinished(struct manifold *m)
{
    struct gas_mix worst;
    if ((m->phase == MANIFOLD_RAMP || m->phase == MANIFOLD_ARMING) &&
        gate_composition(m->config.gate, m->order.stream, &worst) == RC_OK)
        manifold_fill_pipe(m, m->order.stream, &worst);
    note_still_streams(m);
}

/* --- ramp ------------------------------------------------------------------------------------ */

static void ramp_done(struct manifold *m, enum rc rc);

/* A controller cannot hold less than its turn-down: on the way up it begins there, on the way down
 * it closes there. */
static double flow_on_the_way(const struct manifold *m, unsigned i, double share)
{
    const struct channel *channel =
        &rig_station(m->config.rig)->channels[m->gases[i]->channel].public;
    double flow = m->start.slpm[i] + share * (m->target.slpm[i] - m->start.slpm[i]);
    double least = channel->min_si * 60000.0;
    if (flow >= least)
        return flow;
    return m->target.slpm[i] >= least ? least : 0.0;
}

static void ramp_next(struct manifold *m)
{
    struct manifold_flows flows;
    double share = (double)++m->ramp_step / (double)m->ramp_steps;
    for (unsigned i = 0; i < m->gas_count; i++)
        flows.slpm[i] =
            m->ramp_step == m->ramp_steps ? m->target.slpm[i] : flow_on_the_way(m, i, share);
    manifold_drive_flows(m, &flows, ramp_done);
}

static void ramp_done(struct manifold *m, enum rc rc)
{
    if (m->phase != MANIFOLD_RAMP)
        return; /* cancelled meanwhile */
    if (rc != RC_OK) {
        note_unfinished(m);
        manifold_finish(m, rc, m->error);
        return;
    }
    if (m->ramp_step == m->ramp_steps) {
        struct gas_mix worst;
        if (!m->order.off && manifold_target(m, &worst) == RC_OK)
            manifold_fill_pipe(m, m->order.stream, &worst);
        note_still_streams(m);
        manifold_finish(m, RC_OK, NULL);
        return;
    }
    m->ramp_due = instant_add(m->ramp_due, MANIFOLD_TICK);
    struct duration left = instant_since(m->ramp_due, now_of(m));
    manifold_again_in(m, left.us > 0 ? left : duration_us(0));
}

void manifold_start_ramp(struct manifold *m)
{
    m->phase = MANIFOLD_RAMP;
    m->start = manifold_commanded(m);
    m->ramp_step = 0;
    int64_t steps = m->order.over.us / MANIFOLD_TICK.us;
    m->ramp_steps = steps < 1 ? 1 : steps > 600 ? 600 : (unsigned)steps;
    m->ramp_due = now_of(m);
    ramp_next(m);
}

static void try_switch(struct manifold *m);

static void on_timer(void *ctx)
{
    struct manifold *m = ctx;
    switch (m->phase) {
    case MANIFOLD_ARMING:
        if (gate_state(m->config.gate) != GATE_ARMED) {
            manifold_again_in(m, MANIFOLD_TICK);
            return;
        }
        m->pipe[0] = m->newest[0] = gas_mix_n2; /* the purge was of stream a */
        manifold_prove_line(m);
        return;
    case MANIFOLD_INTERLUDE:
        if (needs_purge(m)) /* it lapsed: this flow is too small for it */
            manifold_start_arming(m);
        else
            manifold_start_ramp(m);
        return;
    case MANIFOLD_RAMP:
        ramp_next(m);
        return;
    case MANIFOLD_FILLING:
        try_switch(m);
        return;
    case MANIFOLD_IDLE:
    case MANIFOLD_SWITCH:
    default:
        return;
    }
}

void manifold_mix(struct manifold *m, const struct mix_order *order, gate_done *done, void *ctx)
{
    if (m->phase != MANIFOLD_IDLE) {
        done(ctx, RC_REFUSED, "another mix is still on its way");
        return;
    }
    m->order = *order;
    m->done = done;
    m->ctx = ctx;
    if (!flows_of_order(m, &m->target)) {
        manifold_finish(m, RC_CONFIG,
                        "a gas of this mix has no flow controller free on this stream");
        return;
    }
    if (needs_purge(m))
        manifold_start_arming(m);
    else
        manifold_prove_line(m);
}

void manifold_cancel(struct manifold *m)
{
    if (m->phase == MANIFOLD_IDLE)
        return;
    note_unfinished(m);
    manifold_finish(m, RC_REFUSED, "given up");
}

void manifold_drop(struct manifold *m)
{
    m->done = NULL;
    manifold_cancel(m);
}

/* --- select ---------------------------------------------------------------------------------- */

static void on_selected(void *ctx, enum rc rc, const char *error)
{
    struct manifold *m = ctx;
    if (rc == RC_OK)
        m->selected = m->selecting;
    if (m->phase == MANIFOLD_SWITCH) /* else given up meanwhile */
        manifold_finish(m, rc, error);
}

/* What was in a pipe before its newest gas goes first, where the two streams may not meet with it.
 */
static bool fill_pipes(struct manifold *m)
{
    struct duration left;
    if (m->phase == MANIFOLD_FILLING || !manifold_streams_may_meet(m, true) ||
        manifold_time_to_fill(m, &left) != RC_OK)
        return false;
    m->phase = MANIFOLD_FILLING;
    manifold_note(m, "the pipes fill before the switch", m->selecting, duration_in_s(left));
    manifold_again_in(m, left);
    return true;
}

static void try_switch(struct manifold *m)
{
    if (!manifold_streams_may_meet(m, false)) {
        if (!fill_pipes(m))
            manifold_finish(m, RC_REFUSED,
                            "the two streams may not meet: one needs a fuel index <= 0.25");
        return;
    }
    m->phase = MANIFOLD_SWITCH;
    gate_set(m->config.gate,
             &(struct gate_order){(unsigned)m->valve_channel, 0, m->selecting == 'b' ? 1.0 : 0.0},
             on_selected, m);
}

void manifold_select(struct manifold *m, char stream, gate_done *done, void *ctx)
{
    if (m->phase != MANIFOLD_IDLE || m->valve_channel < 0) {
        done(ctx, RC_REFUSED,
             m->valve_channel < 0 ? "this station has no three-way valve"
                                  : "a mix is still on its way");
        return;
    }
    if (stream == m->selected) { /* it already flows over the sensors: nothing meets */
        done(ctx, RC_OK, NULL);
        return;
    }
    m->selecting = stream;
    m->done = done;
    m->ctx = ctx;
    try_switch(m);
}

/* --- life ------------------------------------------------------------------------------------ */

static void on_publish(void *ctx)
{
    struct manifold *m = ctx;
    struct loop *loop = rig_loop(m->config.rig);
    manifold_publish_channels(m);
    if (loop_arm(loop, &m->publish, instant_add(loop_now(loop), MANIFOLD_TICK)) != RC_OK)
        log_say(m->config.log, LOG_ERROR, "out of memory for a timer");
}

enum rc manifold_new(const struct manifold_config *config, struct manifold **out)
{
    const struct station *station = rig_station(config->rig);
    struct manifold *m = calloc(1, sizeof *m);
    if (!m)
        return RC_NOSPACE;
    m->config = *config;
    m->selected = 'a';
    m->pipe[0] = m->pipe[1] = m->newest[0] = m->newest[1] = gas_mix_air;
    m->since[0] = m->since[1] = now_of(m);
    m->timer = timer_of(on_timer, m);
    m->publish = timer_of(on_publish, m);
    m->valve_channel = -1;
    for (unsigned c = 0; c < station->channel_count; c++) {
        struct gate_gas *gas = gate_gas_at(config->gate, c);
        if (gas && gas->supply)
            m->gases[m->gas_count++] = gas;
        if (station->channels[c].public.type == CHANNEL_STREAM)
            m->valve_channel = (int)c;
        if (gas)
            rig_watch(config->rig, c, 0, true);
    }
    *out = m;
    return RC_OK;
}

void manifold_free(struct manifold *m)
{
    if (!m)
        return;
    loop_disarm(rig_loop(m->config.rig), &m->timer);
    loop_disarm(rig_loop(m->config.rig), &m->publish);
    free(m);
}

enum rc manifold_start(struct manifold *m)
{
    struct loop *loop = rig_loop(m->config.rig);
    return loop_arm(loop, &m->publish, instant_add(loop_now(loop), MANIFOLD_TICK));
}

void manifold_observe(struct manifold *m, unsigned channel, double si, struct instant t)
{
    gate_observe(m->config.gate, channel, si * 60000.0, t);
}
