/* Inert gas between two mixes: the purge before the first oxygen or fuel, the interlude where the
 * line from the old gas to the new is forbidden, the flush before the flow ends. */
#include "bench/manifold_private.h"
#include "core/num.h"

/* The stream filled with its inert gas at the order's total. False: it has none. */
static bool flows_inert(struct manifold *m, struct manifold_flows *out)
{
    *out = manifold_commanded(m);
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

void manifold_note(struct manifold *m, const char *what, char stream, double seconds)
{
    char text[128];
    struct obuf out = {text, 0, sizeof text - 1};
    (void)!obuf_printf(&out, "%s on stream %c: ", what, stream);
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
        manifold_start_ramp(m); /* it ends unflushed */
    else
        manifold_finish(m, rc, m->error);
}

static void start_interlude(struct manifold *m, unsigned volumes)
{
    const struct bench_view *view = &rig_station(m->config.rig)->view;
    double count = volumes > view->interlude_volumes ? volumes : view->interlude_volumes;
    double seconds = 60.0 * count * view->volume_L / m->order.total_Lmin;
    if (!flows_inert(m, &m->inert)) {
        manifold_finish(
            m, RC_REFUSED,
            "the line between these two mixes is forbidden and the stream has no inert gas");
        return;
    }
    m->phase = MANIFOLD_INTERLUDE;
    manifold_fill_pipe(m, m->order.stream, &gas_mix_n2);
    manifold_note(m, "interlude of inert gas", m->order.stream, seconds);
    manifold_again_in(m, duration_s(seconds));
    manifold_drive_flows(m, &m->inert, interlude_flows);
}

/* What stands still in the pipe meets the air that comes back, and water would condense there: fuel
 * and water are flushed before the flow ends. Where that cannot be, it ends all the same. */
static void flush_and_close(struct manifold *m)
{
    double flows = gate_commanded_total_slpm(m->config.gate, m->order.stream);
    unsigned volumes = 0;
    m->order.total_Lmin = flows;
    bool known = flows > 0.0 && manifold_volumes_to(m, &gas_mix_air, &volumes) == RC_OK;
    if (known && manifold_is_wet(m) && volumes < MANIFOLD_DRY_VOLUMES)
        volumes = MANIFOLD_DRY_VOLUMES;
    if (known && volumes && flows_inert(m, &m->inert))
        start_interlude(m, volumes);
    else
        manifold_start_ramp(m);
}

void manifold_prove_line(struct manifold *m)
{
    struct gas_mix to;
    unsigned volumes = 0;
    enum rc rc = manifold_target(m, &to);
    manifold_settle_pipe(m, m->order.stream);
    if (m->order.off) {
        flush_and_close(m);
        return;
    }
    if (rc == RC_OK)
        rc = manifold_volumes_to(m, &to, &volumes);
    if (rc != RC_OK)
        manifold_finish(m, RC_REFUSED, "this mix breaks a gas rule");
    else if (volumes)
        start_interlude(m, volumes);
    else
        manifold_start_ramp(m);
}

static void arming_flows(struct manifold *m, enum rc rc)
{
    if (m->phase == MANIFOLD_ARMING && rc != RC_OK)
        manifold_finish(m, rc, m->error);
}

void manifold_start_arming(struct manifold *m)
{
    double volume_L;
    struct duration left = gate_purge_left(m->config.gate, &volume_L);
    if (m->order.stream == 'b' || !flows_inert(m, &m->inert)) {
        manifold_finish(m, RC_REFUSED, "oxygen or fuel before the purge of stream a is proven");
        return;
    }
    m->phase = MANIFOLD_ARMING;
    manifold_note(m, "purge of inert gas", m->order.stream, duration_in_s(left));
    manifold_again_in(m, MANIFOLD_TICK);
    manifold_drive_flows(m, &m->inert, arming_flows);
}
