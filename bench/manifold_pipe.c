/* What is in the pipe of each stream. A composition has replaced the one before once the
 * interlude's volumes of it have flowed; until then both may be met, and a rule must hold for both.
 */
#include "bench/manifold_private.h"
#include "gas/mixture.h"

static unsigned stream_index(char stream)
{
    return stream == 'b';
}

static double interlude_L(const struct manifold *m)
{
    const struct bench_view *view = &rig_station(m->config.rig)->view;
    return view->interlude_volumes * view->volume_L;
}

void manifold_settle_pipe(struct manifold *m, char stream)
{
    unsigned k = stream_index(stream);
    double minutes =
        duration_in_s(instant_since(loop_now(rig_loop(m->config.rig)), m->since[k])) / 60.0;
    /* A microsecond of grace: an interlude is exactly as long as it must be. */
    if (gate_commanded_total_slpm(m->config.gate, stream) * (minutes + 1e-6) >= interlude_L(m))
        m->pipe[k] = m->newest[k];
}

void manifold_fill_pipe(struct manifold *m, char stream, const struct gas_mix *mix)
{
    unsigned k = stream_index(stream);
    manifold_settle_pipe(m, stream);
    m->newest[k] = *mix;
    m->since[k] = loop_now(rig_loop(m->config.rig));
}

/* Volumes of inert gas between what is in the pipe and `to`; RC_REFUSED: none helps. */
enum rc manifold_volumes_to(const struct manifold *m, const struct gas_mix *to, unsigned *volumes)
{
    const struct gas_rule_limits *limits = gate_limits(m->config.gate);
    unsigned k = stream_index(m->order.stream), old = 0, new = 0;
    enum rc rc = gas_rule_interlude(&m->pipe[k], to, limits, &old);
    if (rc == RC_OK)
        rc = gas_rule_interlude(&m->newest[k], to, limits, &new);
    *volumes = old > new ? old : new;
    return rc;
}

bool manifold_is_wet(const struct manifold *m)
{
    const double dry = 0.005;
    unsigned k = stream_index(m->order.stream);
    return !(m->pipe[k].x[GAS_H2O] <= dry && m->newest[k].x[GAS_H2O] <= dry);
}

/* All that is in one pipe may meet all that is in the other, in the valve. */
bool manifold_streams_may_meet(struct manifold *m, bool settled)
{
    manifold_settle_pipe(m, 'a');
    manifold_settle_pipe(m, 'b');
    const struct gas_mix *a[] = {&m->newest[0], &m->pipe[0]};
    const struct gas_mix *b[] = {&m->newest[1], &m->pipe[1]};
    size_t count = settled ? 1 : COUNT(a);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            struct gas_rule_line line;
            if (gas_rule_line_check(a[i], b[j], gate_limits(m->config.gate), &line) != RC_OK)
                return false;
        }
    return true;
}

enum rc manifold_time_to_fill(const struct manifold *m, struct duration *left)
{
    struct instant now = loop_now(rig_loop(m->config.rig));
    int64_t most_us = 0;
    for (unsigned k = 0; k < 2; k++) {
        double flow = gate_commanded_total_slpm(m->config.gate, k ? 'b' : 'a');
        if (gas_mix_same(&m->pipe[k], &m->newest[k]))
            continue;
        if (!(flow > 0.0))
            return RC_REFUSED;
        double all_s = 60.0 * interlude_L(m) / flow;
        int64_t us = duration_s(all_s).us - instant_since(now, m->since[k]).us;
        most_us = us > most_us ? us : most_us;
    }
    *left = duration_us(most_us);
    return RC_OK;
}
