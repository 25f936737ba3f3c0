/* How long a run takes and what gas it needs: best, typical and worst, from the times the station
 * declares. Where nothing is declared: a condition is met after 0.4 of its time-out, an operator
 * answers in 10 s (at worst 120), a scan takes 2 s a site (at worst 20, at best none: the serials
 * are known). The purge is counted as the bench makes it: inert gas that has flowed before the
 * first other gas is part of it, and nothing is purged behind the end, only fuel flushed by `mix
 * off`. */
#include "sequences/check.h"

#include <math.h>

#include "core/num.h"
#include "gas/flammability.h"

static const double purge_min_s = 30;
static const double inert_o2 = 100e-6, inert_h2o = 1000e-6; /* shares of an inert gas, at most */

void check_time_add(struct check *c, struct check_span span)
{
    struct check_run *run = &c->run;
    run->time.best += span.best;
    run->time.typical += span.typical;
    run->time.worst += span.worst;
    if (!run->nominal)
        return;
    for (unsigned s = 0; s < 2; s++) {
        const struct check_stream *stream = &run->gas.stream[s];
        for (unsigned g = 0; stream->on && g < c->out->gas_count; g++)
            c->out->estimate.gas_L[g] += stream->flow_Lmin[g] * span.typical / 60;
    }
}

static void add_exact(struct check *c, double s)
{
    check_time_add(c, (struct check_span){s, s, s});
}

/* A time of the sequence; NaN counts as 0. Out of range is reported once. */
static double time_of(struct check *c, const struct expr *expr, double least_s)
{
    if (!expr)
        return 0;
    double s = check_number(c, expr);
    if (isnan(s))
        return 0;
    if (num_within(s, least_s, 1e7))
        return s;
    if (!check_reported(c, expr)) {
        char when[256];
        check_when(c, when, sizeof when);
        check_error(c, expr->at, NULL, "a time of %g s cannot be used here%s", s, when);
    }
    return 0;
}

static double settle_of(const struct stmt *stmt)
{
    const struct channel *channel = stmt->target;
    return channel ? duration_in_s(channel->settle) : 0;
}

/* ---- waits ---- */

static void time_wait(struct check *c, const struct stmt *stmt)
{
    double s = stmt->over ? time_of(c, stmt->over, 0) : stmt->count->value * settle_of(stmt);
    add_exact(c, s);
    c->run.cleanup_s += c->run.in_cleanup ? s : 0;
}

static void time_until(struct check *c, const struct stmt *stmt)
{
    double timeout = time_of(c, stmt->timeout, 1e-3);
    check_time_add(c, (struct check_span){0, 0.4 * timeout, timeout});
}

static void time_stable(struct check *c, const struct stmt *stmt)
{
    double hold = time_of(c, stmt->hold, 0), timeout = time_of(c, stmt->timeout, 1e-3);
    double typical = hold + settle_of(stmt);
    if (stmt->timeout && timeout > 0 && hold > timeout && !check_reported(c, stmt->timeout)) {
        char when[256];
        check_when(c, when, sizeof when);
        check_error(c, stmt->timeout->at, NULL,
                    "the time-out of %g s ends before the %g s for which it must be stable%s",
                    timeout, hold, when);
    }
    check_time_add(c, (struct check_span){hold, typical < timeout ? typical : timeout, timeout});
}

/* ---- outputs ---- */

void check_time_set(struct check *c, const struct channel *channel, double si, double ramp_si)
{
    size_t at = (size_t)(channel - c->view->channels);
    double *last = &c->run.last_set[at];
    double from = isnan(*last)
                      ? (num_within(0, channel->min_si, channel->max_si) ? 0 : channel->min_si)
                      : *last;
    double rate = ramp_si > 0 ? ramp_si : channel->slew_si;
    double way_s = !isnan(si) && rate > 0 && isfinite(from) ? fabs(si - from) / rate : 0;
    double settle = duration_in_s(channel->settle);
    *last = si;
    check_time_add(c, (struct check_span){way_s, way_s + settle, way_s + 2 * settle});
    c->run.cleanup_s += c->run.in_cleanup && ramp_si > 0 ? way_s : 0;
}

static double volumes_s(const struct check *c, double volumes, double total_Lmin)
{
    return total_Lmin > 0 ? volumes * c->view->volume_L / total_Lmin * 60 : 0;
}

static int inert_gas(const struct check *c)
{
    for (unsigned g = 0; g < c->out->gas_count; g++) {
        if (c->out->gases[g].mix.x[GAS_N2] > 0.99)
            return (int)g;
    }
    return -1;
}

void check_time_fill(struct check *c, const struct check_stream *a, const struct check_stream *b)
{
    double one = volumes_s(c, c->view->interlude_volumes, a->total_Lmin);
    double other = volumes_s(c, c->view->interlude_volumes, b->total_Lmin);
    check_time_add(c, (struct check_span){0, 0, one > other ? one : other});
}

/* Inert gas through one stream, then what was there before. */
static void flush(struct check *c, unsigned stream, struct check_span span, double total_Lmin)
{
    struct check_stream *at = &c->run.gas.stream[stream], before = *at;
    int inert = inert_gas(c);
    *at = (struct check_stream){.on = inert >= 0};
    if (inert >= 0)
        at->flow_Lmin[inert] = total_Lmin;
    check_time_add(c, span);
    *at = before;
}

/* Only what comes from cylinders of inert gas: what brings oxygen, fuel or water needs the purge,
 * however little of it. */
static bool is_inert(const struct check *c, const struct check_stream *stream)
{
    for (unsigned g = 0; g < c->out->gas_count; g++) {
        const struct gas_mix *mix = &c->out->gases[g].mix;
        bool inert = !(gas_fuel_index(mix, 25) > 0) &&
                     gas_o2_equivalent_oxidisers(mix) <= inert_o2 && mix->x[GAS_H2O] <= inert_h2o;
        if (stream->flow_Lmin[g] > 0 && !inert)
            return false;
    }
    return true;
}

/* What a purge still needs when inert gas has flowed for `flowed_s`. */
static double purge_left_s(const struct check *c, double flowed_s, double total_Lmin)
{
    double flowed_L = flowed_s > 0 ? c->run.gas.inert_Lmin * flowed_s / 60 : 0;
    double left_L = c->view->purge_volumes * c->view->volume_L - flowed_L;
    double by_volume_s = left_L > 0 && total_Lmin > 0 ? left_L / total_Lmin * 60 : 0;
    double by_time_s = purge_min_s - flowed_s;
    return by_volume_s > by_time_s ? by_volume_s : by_time_s > 0 ? by_time_s : 0;
}

/* The purge before the first gas that is not inert; what has flowed until then counts. */
static void add_purge(struct check *c, unsigned stream, double total_Lmin)
{
    struct check_run *run = &c->run;
    const struct check_span *now = &run->time, since = run->gas.inert_since;
    bool flows = run->gas.inert_Lmin > 0;
    struct check_span left = {purge_left_s(c, flows ? now->best - since.best : 0, total_Lmin),
                              purge_left_s(c, flows ? now->typical - since.typical : 0, total_Lmin),
                              purge_left_s(c, flows ? now->worst - since.worst : 0, total_Lmin)};
    run->gas.proven = true;
    flush(c, stream, left, total_Lmin);
}

/* Of stream a, before `to` flows. */
static void note_inert(struct check *c, const struct check_stream *to)
{
    struct check_gasline *gas = &c->run.gas;
    if (!(gas->inert_Lmin > 0))
        gas->inert_since = c->run.time;
    if (to->total_Lmin > gas->inert_Lmin)
        gas->inert_Lmin = to->total_Lmin;
}

static double interlude_s(const struct check *c, const struct check_stream *from,
                          const struct gas_mix *to, double total_Lmin)
{
    struct gas_rule_limits limits;
    unsigned volumes = 0;
    gas_rule_limits_default(c->view->hottest_degC, &limits);
    limits.fuel_line_open = false;
    if (!from->filled || gas_rule_interlude(&from->worst, to, &limits, &volumes) != RC_OK ||
        !volumes)
        return 0;
    double v = volumes > c->view->interlude_volumes ? volumes : c->view->interlude_volumes;
    return volumes_s(c, v, total_Lmin);
}

void check_time_mix(struct check *c, const struct stmt *stmt, const struct check_stream *from,
                    const struct check_stream *to)
{
    struct check_run *run = &c->run;
    unsigned stream = stmt->stream == 'b' ? 1 : 0;
    bool inert = is_inert(c, to);
    double between_s = interlude_s(c, from, &to->worst, to->total_Lmin);
    if (!inert && !run->gas.proven)
        add_purge(c, stream, to->total_Lmin);
    else if (between_s > 0)
        flush(c, stream, (struct check_span){between_s, between_s, between_s}, to->total_Lmin);
    if (inert && stream == 0)
        note_inert(c, to);
    double settle = 0, over = time_of(c, stmt->over, 0);
    for (unsigned g = 0; g < c->out->gas_count; g++) {
        int at =
            to->flow_Lmin[g] > 0 ? channel_find(c->view, span_text(c->out->gases[g].channel)) : -1;
        double s = at >= 0 ? duration_in_s(c->view->channels[at].settle) : 0;
        settle = s > settle ? s : settle;
    }
    run->gas.stream[stream] = *to;
    check_time_add(c, (struct check_span){over, over + settle, over + 3 * settle});
    run->cleanup_s += run->in_cleanup ? over : 0;
}

/* Fuel does not stand still in the pipe: it meets the air that comes back. */
void check_time_off(struct check *c, unsigned stream)
{
    struct check_stream *at = &c->run.gas.stream[stream];
    double s = at->on ? interlude_s(c, at, &gas_mix_air, at->total_Lmin) : 0;
    if (s > 0)
        flush(c, stream, (struct check_span){s, s, s}, at->total_Lmin);
    at->on = false;
    if (stream == 0)
        c->run.gas.inert_Lmin = 0;
}

static void time_select(struct check *c)
{
    double s = 0;
    for (size_t i = 0; i < c->view->channel_count; i++) {
        if (c->view->channels[i].type == CHANNEL_STREAM)
            s = duration_in_s(c->view->channels[i].settle);
    }
    add_exact(c, s);
}

/* ---- measuring ---- */

static void time_capture(struct check *c, const struct stmt *stmt)
{
    struct check_span before = c->run.time;
    double pre = time_of(c, stmt->pre, 0), over = time_of(c, stmt->over, 1e-3);
    double rate = check_number(c, stmt->rate);
    if (!isnan(rate) && !num_within(rate * (pre + over), 2, CHECK_SAMPLES_MAX) &&
        !check_reported(c, stmt))
        check_error(c, stmt->rate->at, NULL,
                    "this capture would hold %.0f samples of a channel: 2 to %d are possible",
                    rate * (pre + over), CHECK_SAMPLES_MAX);
    add_exact(c, pre);
    check_run_block(c, stmt->body);
    struct check_span used = {c->run.time.best - before.best - pre,
                              c->run.time.typical - before.typical - pre,
                              c->run.time.worst - before.worst - pre};
    check_time_add(c, (struct check_span){over > used.best ? over - used.best : 0,
                                          over > used.typical ? over - used.typical : 0,
                                          over > used.worst ? over - used.worst : 0});
}

static void time_measure(struct check *c, const struct stmt *stmt)
{
    c->out->estimate.measurements += c->run.nominal ? 1 : 0;
    if (stmt->over)
        add_exact(c, time_of(c, stmt->over, 1e-3));
}

void check_time_stmt(struct check *c, const struct stmt *stmt)
{
    double sites = c->view->sites, s;
    switch (stmt->kind) {
    case STMT_WAIT_TIME:
        time_wait(c, stmt);
        return;
    case STMT_WAIT_UNTIL:
        time_until(c, stmt);
        return;
    case STMT_WAIT_STABLE:
    case STMT_WAIT_SETTLED:
        time_stable(c, stmt);
        return;
    case STMT_SELECT:
        time_select(c);
        return;
    case STMT_CAPTURE:
        time_capture(c, stmt);
        return;
    case STMT_MEASURE:
        time_measure(c, stmt);
        return;
    case STMT_ASK:
        check_time_add(c, (struct check_span){1, 10, 120});
        return;
    case STMT_SCAN:
        check_time_add(c, (struct check_span){0, 2 * sites, 20 * sites});
        return;
    case STMT_SET:
        s = time_of(c, stmt->over, 0);
        add_exact(c, s);
        c->run.cleanup_s += c->run.in_cleanup ? s : 0;
        return;
    default:
        return;
    }
}
