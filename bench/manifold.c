#include <math.h>
#include <stdlib.h>

#include "bench/manifold_private.h"
#include "core/num.h"

static const struct duration tick = {INT64_C(100000)};

static struct instant now_of(const struct manifold *m)
{
    return loop_now(rig_loop(m->config.rig));
}

static void again_in(struct manifold *m, struct duration d)
{
    if (loop_arm(rig_loop(m->config.rig), &m->timer, instant_add(now_of(m), d)) != RC_OK)
        log_say(m->config.log, LOG_ERROR, "out of memory for a timer");
}

static void finish(struct manifold *m, enum rc rc, const char *error)
{
    gate_done *done = m->done;
    m->phase = MANIFOLD_IDLE;
    m->done = NULL;
    manifold_drop_drive(m);
    loop_disarm(rig_loop(m->config.rig), &m->timer);
    if (done)
        done(m->ctx, rc, error);
}

static struct manifold_flows commanded(const struct manifold *m)
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
    *out = commanded(m);
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

/* The stream filled with its inert gas at the order's total. False: it has none. */
static bool flows_inert(struct manifold *m, struct manifold_flows *out)
{
    *out = commanded(m);
    bool found = false;
    for (unsigned i = 0; i < m->gas_count; i++) {
        if (m->gases[i]->stream != m->order.stream)
            continue;
        bool carrier = m->gases[i]->inert && !found;
        out->slpm[i] = carrier ? m->order.total_Lmin : 0.0;
        found = found || carrier;
    }
    return found;
}

static bool wants_reactive(const struct manifold *m)
{
    for (unsigned i = 0; i < m->gas_count; i++)
        if (!m->gases[i]->inert && m->target.slpm[i] > m->gases[i]->commanded_slpm)
            return true;
    return false;
}

static enum rc target_composition(const struct manifold *m, struct gas_mix *worst)
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
        finish(m, rc, m->error);
        return;
    }
    if (m->ramp_step == m->ramp_steps) {
        struct gas_mix worst;
        if (!m->order.off && target_composition(m, &worst) == RC_OK)
            manifold_fill_pipe(m, m->order.stream, &worst);
        note_still_streams(m);
        finish(m, RC_OK, NULL);
        return;
    }
    m->ramp_due = instant_add(m->ramp_due, tick);
    struct duration left = instant_since(m->ramp_due, now_of(m));
    again_in(m, left.us > 0 ? left : duration_us(0));
}

static void start_ramp(struct manifold *m)
{
    m->phase = MANIFOLD_RAMP;
    m->start = commanded(m);
    m->ramp_step = 0;
    int64_t steps = m->order.over.us / tick.us;
    m->ramp_steps = steps < 1 ? 1 : steps > 600 ? 600 : (unsigned)steps;
    m->ramp_due = now_of(m);
    ramp_next(m);
}

/* --- interlude and purge --------------------------------------------------------------------- */

static void note(struct manifold *m, const char *what, double seconds)
{
    char text[128];
    struct obuf out = {text, 0, sizeof text - 1};
    (void)!obuf_printf(&out, "%s of inert gas on stream %c: ", what, m->order.stream);
    num_put_short(&out, seconds, 3);
    (void)!obuf_printf(&out, " s");
    text[out.len] = '\0';
    m->config.note(m->config.ctx, text);
}

static void interlude_flows(struct manifold *m, enum rc rc)
{
    if (m->phase != MANIFOLD_INTERLUDE || rc == RC_OK)
        return;
    loop_disarm(rig_loop(m->config.rig), &m->timer);
    if (m->order.off)
        start_ramp(m); /* it ends unflushed */
    else
        finish(m, rc, m->error);
}

static void start_interlude(struct manifold *m, unsigned volumes)
{
    const struct bench_view *view = &rig_station(m->config.rig)->view;
    double count = volumes > view->interlude_volumes ? volumes : view->interlude_volumes;
    double seconds = 60.0 * count * view->volume_L / m->order.total_Lmin;
    if (!flows_inert(m, &m->inert)) {
        finish(m, RC_REFUSED,
               "the line between these two mixes is forbidden and the stream has no inert gas");
        return;
    }
    m->phase = MANIFOLD_INTERLUDE;
    manifold_fill_pipe(m, m->order.stream, &gas_mix_n2);
    note(m, "interlude", seconds);
    again_in(m, duration_s(seconds));
    manifold_drive_flows(m, &m->inert, interlude_flows);
}

/* What stands still in the pipe meets the air that comes back: fuel is flushed before the flow
 * ends. Where that cannot be, the flow ends all the same. */
static void flush_and_close(struct manifold *m)
{
    double flows = gate_commanded_total_slpm(m->config.gate, m->order.stream);
    unsigned volumes = 0;
    m->order.total_Lmin = flows;
    if (flows > 0.0 && manifold_volumes_to(m, &gas_mix_air, &volumes) == RC_OK && volumes &&
        flows_inert(m, &m->inert))
        start_interlude(m, volumes);
    else
        start_ramp(m);
}

static void prove_line(struct manifold *m)
{
    struct gas_mix to;
    unsigned volumes = 0;
    enum rc rc = target_composition(m, &to);
    manifold_settle_pipe(m, m->order.stream);
    if (m->order.off) {
        flush_and_close(m);
        return;
    }
    if (rc == RC_OK)
        rc = manifold_volumes_to(m, &to, &volumes);
    if (rc != RC_OK)
        finish(m, RC_REFUSED, "this mix breaks a gas rule");
    else if (volumes)
        start_interlude(m, volumes);
    else
        start_ramp(m);
}

static void arming_flows(struct manifold *m, enum rc rc)
{
    if (m->phase == MANIFOLD_ARMING && rc != RC_OK)
        finish(m, rc, m->error);
}

static void start_arming(struct manifold *m)
{
    double volume_L;
    struct duration left = gate_purge_left(m->config.gate, &volume_L);
    if (m->order.stream == 'b' || !flows_inert(m, &m->inert)) {
        finish(m, RC_REFUSED, "oxygen or fuel before the purge of stream a is proven");
        return;
    }
    m->phase = MANIFOLD_ARMING;
    note(m, "purge", duration_in_s(left));
    again_in(m, tick);
    manifold_drive_flows(m, &m->inert, arming_flows);
}

static void on_timer(void *ctx)
{
    struct manifold *m = ctx;
    switch (m->phase) {
    case MANIFOLD_ARMING:
        if (gate_state(m->config.gate) != GATE_ARMED) {
            again_in(m, tick);
            return;
        }
        m->pipe[0] = m->newest[0] = gas_mix_n2; /* the purge was of stream a */
        prove_line(m);
        return;
    case MANIFOLD_INTERLUDE:
        start_ramp(m);
        return;
    case MANIFOLD_RAMP:
        ramp_next(m);
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
        finish(m, RC_CONFIG, "a gas of this mix has no flow controller free on this stream");
        return;
    }
    if (wants_reactive(m) && gate_state(m->config.gate) != GATE_ARMED)
        start_arming(m);
    else
        prove_line(m);
}

void manifold_cancel(struct manifold *m)
{
    if (m->phase == MANIFOLD_IDLE)
        return;
    note_unfinished(m);
    finish(m, RC_REFUSED, "given up");
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
        finish(m, rc, error);
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
    if (!manifold_streams_may_meet(m)) {
        done(ctx, RC_REFUSED, "the two streams may not meet: one needs a fuel index <= 0.25");
        return;
    }
    m->phase = MANIFOLD_SWITCH;
    m->selecting = stream;
    m->done = done;
    m->ctx = ctx;
    gate_set(m->config.gate,
             &(struct gate_order){(unsigned)m->valve_channel, 0, stream == 'b' ? 1.0 : 0.0},
             on_selected, m);
}

/* --- life ------------------------------------------------------------------------------------ */

static void on_publish(void *ctx)
{
    struct manifold *m = ctx;
    struct loop *loop = rig_loop(m->config.rig);
    manifold_publish_channels(m);
    if (loop_arm(loop, &m->publish, instant_add(loop_now(loop), tick)) != RC_OK)
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
    return loop_arm(loop, &m->publish, instant_add(loop_now(loop), tick));
}

void manifold_observe(struct manifold *m, unsigned channel, double si, struct instant t)
{
    gate_observe(m->config.gate, channel, si * 60000.0, t);
}
