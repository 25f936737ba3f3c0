/* What is in the pipe of each stream. A composition has replaced the one before once the
 * interlude's volumes of it have flowed; until then both may be met, and a rule must hold for both.
 */
#include "bench/manifold_private.h"

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
bool manifold_streams_may_meet(struct manifold *m)
{
    manifold_settle_pipe(m, 'a');
    manifold_settle_pipe(m, 'b');
    const struct gas_mix *a[] = {&m->pipe[0], &m->newest[0]};
    const struct gas_mix *b[] = {&m->pipe[1], &m->newest[1]};
    for (size_t i = 0; i < COUNT(a); i++)
        for (size_t j = 0; j < COUNT(b); j++) {
            struct gas_rule_line line;
            if (gas_rule_line_check(a[i], b[j], gate_limits(m->config.gate), &line) != RC_OK)
                return false;
        }
    return true;
}
