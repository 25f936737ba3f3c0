/* Samples on their way into a task. The cost of a sample does not depend on the length of a window:
 * sliding minimum and maximum are queues, a sliding slope is five sums. */
#include "sequences/engine_private.h"

#include <math.h>

void window_open(struct engine *e, struct task *task, enum window_mode mode,
                 const unsigned *channels, unsigned count)
{
    struct window *w = &task->window;
    struct window fresh = {.mode = mode,
                           .t = w->t,
                           .v = w->v,
                           .x = w->x,
                           .low = w->low,
                           .high = w->high,
                           .channels = count,
                           .begin = engine_now(e)};
    fresh.end = fresh.begin;
    *w = fresh;
    for (unsigned i = 0; i < count; i++) {
        w->channel[i] = channels[i];
        w->all |= 1u << i;
        w->stats[i].same = true;
        task->watch[channels[i]] = (int8_t)i;
        e->watchers[channels[i]]++;
        e->host.want(e->host.ctx, engine_channel(e, channels[i]),
                     engine_row(e, channels[i], task->site), true);
    }
    w->site = task->site;
    w->period_s = duration_in_s(window_period(e, w));
}

void window_close(struct engine *e, struct task *task)
{
    struct window *w = &task->window;
    if (w->mode == WINDOW_OFF)
        return;
    w->mode = WINDOW_OFF;
    for (unsigned i = 0; i < w->channels; i++) {
        task->watch[w->channel[i]] = -1;
        e->watchers[w->channel[i]]--;
        e->host.want(e->host.ctx, engine_channel(e, w->channel[i]),
                     engine_row(e, w->channel[i], w->site), false);
    }
}

/* The slowest of the channels; 0: not known of one. */
struct duration window_period(const struct engine *e, const struct window *w)
{
    struct duration slowest = {0};
    for (unsigned i = 0; i < w->channels; i++) {
        struct duration period = engine_channel(e, w->channel[i])->period;
        if (period.us <= 0)
            return (struct duration){0};
        slowest = period.us > slowest.us ? period : slowest;
    }
    return slowest;
}

static void restart_run(struct window *w)
{
    w->from = w->n;
    w->low_from = w->low_to = w->high_from = w->high_to = 0;
    w->st = w->sv = w->stt = w->stv = 0;
    w->block_n = w->blocks = 0;
    w->block_sum = 0;
}

static uint64_t ring(const struct engine *e, uint64_t i)
{
    return i & (e->capacity - 1);
}

static double span_s(const struct engine *e, const struct window *w)
{
    return w->t[ring(e, w->n - 1)] - w->t[ring(e, w->from)];
}

static bool long_enough(const struct engine *e, const struct window *w)
{
    return w->n - w->from >= 2 && span_s(e, w) >= w->hold_s - 1e-9;
}

/* Candidates stand in falling (maximum) or rising (minimum) order of value. */
static void queue_push(struct engine *e, struct window *w, bool low)
{
    uint32_t *queue = low ? w->low : w->high;
    uint64_t *from = low ? &w->low_from : &w->high_from, *to = low ? &w->low_to : &w->high_to;
    double v = w->v[ring(e, w->n - 1)], sign = low ? 1 : -1;
    while (*to > *from && sign * (w->v[ring(e, queue[ring(e, *to - 1)])] - v) >= 0)
        (*to)--;
    queue[ring(e, (*to)++)] = (uint32_t)(w->n - 1);
    while (queue[ring(e, *from)] < (uint32_t)w->from)
        (*from)++;
}

/* All values of the run lie within +- band of its middle. If the new one does not fit, the run
 * starts behind the older of the two extremes, until it does. */
static void run_stable(struct engine *e, struct window *w, double v)
{
    queue_push(e, w, true);
    queue_push(e, w, false);
    double band = w->relative ? w->band * fabs(v) : w->band;
    for (;;) {
        uint32_t lo = w->low[ring(e, w->low_from)], hi = w->high[ring(e, w->high_from)];
        if (w->v[ring(e, hi)] - w->v[ring(e, lo)] <= 2 * band)
            break;
        w->from = (lo < hi ? lo : hi) + 1;
        if (lo < hi)
            w->low_from++;
        else
            w->high_from++;
    }
    w->ready = long_enough(e, w);
}

static void run_slope(struct engine *e, struct window *w, double t, double v)
{
    w->st += t;
    w->sv += v;
    w->stt += t * t;
    w->stv += t * v;
    while (w->n - w->from > 2 && t - w->t[ring(e, w->from + 1)] >= w->hold_s - 1e-9) {
        double old_t = w->t[ring(e, w->from)], old_v = w->v[ring(e, w->from)];
        w->st -= old_t;
        w->sv -= old_v;
        w->stt -= old_t * old_t;
        w->stv -= old_t * old_v;
        w->from++;
    }
    double n = (double)(w->n - w->from), det = n * w->stt - w->st * w->st;
    double band = w->relative ? w->band * fabs(v) : w->band;
    w->ready =
        n >= 3 && det > 0 && long_enough(e, w) && fabs(n * w->stv - w->st * w->sv) <= band * det;
}

/* Means of three neighbouring thirds of `hold`: a first-order response that goes on as they do has
 * d r / (1 - r) left to go. Settled when that is inside the band. */
static void run_predict(struct window *w, double t, double v)
{
    if (w->block_n == 0)
        w->block_begin = t;
    w->block_sum += v;
    w->block_n++;
    if (t - w->block_begin < w->hold_s / 3 || w->block_n < 2)
        return;
    w->block[0] = w->block[1];
    w->block[1] = w->block[2];
    w->block[2] = w->block_sum / w->block_n;
    w->block_n = 0;
    w->block_sum = 0;
    if (++w->blocks < 3)
        return;
    double before = w->block[1] - w->block[0], now = w->block[2] - w->block[1];
    double band = w->relative ? w->band * fabs(v) : w->band;
    double ratio = before != 0 ? now / before : 0;
    if (ratio > 0 && ratio < 0.95)
        w->ready = fabs(now * ratio / (1 - ratio)) <= band;
    else
        w->ready = fabs(now) <= band && fabs(before) <= band;
}

static bool out_of_range(const struct channel *channel, double si)
{
    if (channel->output || channel->type != CHANNEL_QUANTITY ||
        !(channel->max_si > channel->min_si))
        return false;
    return !num_within(si, channel->min_si, channel->max_si);
}

static void push(struct engine *e, struct window *w, double t, double v)
{
    if (w->mode == WINDOW_COLLECT && w->n == e->capacity) {
        w->overflow = true;
        return;
    }
    w->t[ring(e, w->n)] = t;
    w->v[ring(e, w->n)] = v;
    w->n++;
    if (w->n - w->from > e->capacity) { /* longer than memory: the run starts with this sample */
        restart_run(w);
        w->from = w->n - 1;
    }
}

/* A new value of the expression, made of fresh samples of all its channels. */
static void take_value(struct engine *e, struct task *task, double t)
{
    struct window *w = &task->window;
    double v = w->value ? engine_number(e, task, w->value) : w->stats[0].latest;
    if (w->mode == WINDOW_UNTIL) {
        w->ready = v > 0;
        return;
    }
    w->bad |= !isfinite(v);
    if (w->second && w->n < e->capacity)
        w->x[w->n] = engine_number(e, task, w->second);
    if (w->mode >= WINDOW_STABLE && w->n > w->from) {
        double gap = t - w->t[ring(e, w->n - 1)];
        if (w->period_s > 0 && gap > 3 * w->period_s)
            restart_run(w);
    }
    push(e, w, t, v);
    if (w->mode == WINDOW_STABLE)
        run_stable(e, w, v);
    else if (w->mode == WINDOW_SLOPE)
        run_slope(e, w, t, v);
    else if (w->mode == WINDOW_PREDICT)
        run_predict(w, t, v);
    else if (w->mode == WINDOW_ONE)
        w->ready = true;
}

static bool count_sample(struct engine *e, struct window *w, unsigned index, double si)
{
    struct channel_stats *stats = &w->stats[index];
    if (!isfinite(si) || out_of_range(engine_channel(e, w->channel[index]), si)) {
        stats->bad++;
        return false;
    }
    if (stats->n == stats->bad)
        stats->first = si;
    stats->same &= si == stats->first;
    stats->sum += si - stats->first;
    stats->latest = si;
    return true;
}

void window_sample(struct engine *e, struct task *task, unsigned index, double si, struct instant t)
{
    struct window *w = &task->window;
    if (w->ready || instant_before(t, w->begin) ||
        (w->mode == WINDOW_COLLECT && instant_before(w->end, t)))
        return;
    bool good = count_sample(e, w, index, si);
    w->stats[index].n++;
    w->stats[index].last = t;
    if (!good) {
        if (w->mode >= WINDOW_STABLE)
            restart_run(w);
        return;
    }
    w->fresh |= 1u << index;
    if (w->fresh != w->all)
        return;
    w->fresh = 0;
    take_value(e, task, duration_in_s(instant_since(t, w->begin)));
    if (w->ready && task->state == TASK_SAMPLES) {
        task->state = TASK_READY;
        task->deadline = INSTANT_NEVER;
        e->dirty = true;
    }
}
