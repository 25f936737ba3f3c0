/* A finished window to a value with unit, uncertainty and quality, and to its grade. */
#include "sequences/engine_private.h"

#include <math.h>

enum { ONE_MIN_MS = 1000, STUCK_MIN = 20 };

static bool stuck(const struct engine *e, const struct window *w, unsigned i)
{
    const struct channel *c = engine_channel(e, w->channel[i]);
    const struct channel_stats *s = &w->stats[i];
    return c->type == CHANNEL_QUANTITY && !c->output && !c->derived && !c->coarse && c->u95.known &&
           s->same && s->n >= STUCK_MIN;
}

static bool too_few(const struct engine *e, const struct window *w, unsigned i)
{
    int64_t period_us = engine_channel(e, w->channel[i])->period.us;
    if (w->mode != WINDOW_COLLECT || period_us <= 0)
        return false;
    double expected = floor((double)(w->end.us - w->begin.us) / (double)period_us + 1e-6);
    /* The first sample may fall just outside: of a few, one may be missing. */
    return w->stats[i].n < 0.9 * expected && w->stats[i].n + 1 < expected;
}

static bool stale(const struct engine *e, const struct window *w, unsigned i)
{
    int64_t period_us = engine_channel(e, w->channel[i])->period.us;
    if (w->mode != WINDOW_COLLECT || period_us <= 0)
        return false;
    return 2 * (w->end.us - w->stats[i].last.us) > 3 * period_us;
}

static enum quality window_quality(const struct engine *e, const struct window *w)
{
    bool few = false, is_stale = false, is_stuck = false;
    for (unsigned i = 0; i < w->channels; i++) {
        if (w->stats[i].n == 0)
            return QUALITY_MISSING;
    }
    for (unsigned i = 0; i < w->channels; i++) {
        if (w->stats[i].bad)
            return QUALITY_INVALID;
        few |= too_few(e, w, i);
        is_stale |= stale(e, w, i);
        is_stuck |= stuck(e, w, i);
    }
    if (w->n == 0)
        return QUALITY_MISSING;
    if (w->bad || w->overflow)
        return QUALITY_INVALID;
    return few ? QUALITY_FEW : is_stale ? QUALITY_STALE : is_stuck ? QUALITY_STUCK : QUALITY_GOOD;
}

static double systematic_u95(struct engine *e, const struct task *task, double value)
{
    const struct node *node = task->at;
    const struct window *w = &task->window;
    const struct func_info *info = measure_func_info((enum measure_func)node->func);
    if (info->u95 == FUNC_U95_NONE)
        return 0;
    double mean[EVAL_CHANNELS_MAX] = {0};
    for (unsigned i = 0; i < node->value->channels; i++) {
        for (unsigned k = 0; k < w->channels; k++) {
            const struct channel_stats *s = &w->stats[k];
            if (w->channel[k] == node->value->channel[i])
                mean[i] = s->first + s->sum / (s->n - s->bad);
        }
    }
    bool gain = info->u95 == FUNC_U95_GAIN;
    double u95 = engine_u95(e, task, node->value, mean, gain);
    if (info->u95 == FUNC_U95_INTEGRAL)
        return u95 * w->t[w->n - 1];
    if (!gain)
        return u95;
    /* A gain error of the reading is the same share of a difference of readings. */
    double level = 0;
    for (unsigned i = 0; i < node->value->channels; i++)
        level = node->value->channels == 1 ? fabs(mean[i]) : (double)NAN;
    return level > 0 ? fabs(value) * u95 / level : u95;
}

static double both(double a, double b)
{
    return sqrt(a * a + b * b);
}

static struct measured finish_window(struct engine *e, struct task *task)
{
    const struct node *node = task->at;
    struct window *w = &task->window;
    struct measured m = {(double)NAN, (double)NAN, (double)NAN, (unsigned)w->n,
                         window_quality(e, w)};
    if (m.quality != QUALITY_GOOD)
        return m;
    struct func_window in = {w->t, w->v, node->second ? w->x : NULL, (size_t)w->n, e->scratch, {0}};
    struct func_result r = measure_func_run((enum measure_func)node->func, &in);
    m.value = r.value;
    m.sd = r.sd;
    m.u95 = both(systematic_u95(e, task, r.value), r.random_u95);
    return m;
}

/* An expression without channels: other measurements, parameters. */
static struct measured from_values(struct engine *e, struct task *task)
{
    struct measured m = {(double)NAN, (double)NAN, (double)NAN, 1, QUALITY_GOOD};
    struct eval_value v = engine_value(e, task, task->at->value);
    m.value = v.text ? (double)NAN : v.si;
    m.u95 = engine_u95(e, task, task->at->value, NULL, false);
    return m;
}

static struct measured from_fit(struct engine *e, struct task *task)
{
    struct site *site = &e->site[task->site];
    struct fit_pairs *pairs = &site->fits[task->at->fit];
    struct func_window in = {pairs->x, pairs->y, pairs->x, pairs->n, NULL, {0}};
    struct func_result r = measure_func_run((enum measure_func)task->at->func, &in);
    struct measured m = {pairs->overflow ? (double)NAN : r.value, r.random_u95, (double)NAN,
                         pairs->n, QUALITY_GOOD};
    engine_clear_fits(e, site, task->at->stmt);
    return m;
}

/* Since the step began; known to one sample of what was waited for, and to a millisecond. */
static struct measured from_elapsed(struct engine *e, struct task *task)
{
    double period_s = duration_in_s(e->site[task->site].last_period);
    return (struct measured){engine_elapsed(e, task->site), both(period_s, 1e-3), (double)NAN, 1,
                             QUALITY_GOOD};
}

static void convert(struct measured *m, const struct unit *unit, bool offset)
{
    m->value = offset ? unit_from_si(unit, m->value) : m->value / unit->scale;
    m->u95 /= unit->scale;
    m->sd /= unit->scale;
    if (m->quality == QUALITY_GOOD && !isfinite(m->value))
        m->quality = QUALITY_NO_RESULT;
    if (m->quality != QUALITY_GOOD)
        m->value = m->u95 = (double)NAN;
}

static void put_tags(struct engine *e, struct task *task, struct obuf *out)
{
    const struct node *node = task->at;
    out->cap--;
    for (unsigned i = 0; i < node->item_count; i++) {
        struct eval_value v = engine_value(e, task, node->items[i].value);
        (void)!obuf_printf(out, "%s%s=", i ? ";" : "", node->items[i].name);
        engine_put_value(out, &v, true);
    }
    out->at[out->len] = '\0';
}

static void tell(struct engine *e, struct task *task, struct measured m, const char *name)
{
    static const struct unit plain = {.scale = 1};
    const struct node *node = task->at;
    struct site *site = &e->site[task->site];
    const struct limits *limits = e->checked->limits;
    const struct limit *limit = limits ? limits_find(limits, name, e->part) : NULL;
    const struct unit *unit = limit ? &limit->unit : node->unit ? node->unit : &plain;
    bool offset = measure_func_info((enum measure_func)node->func)->unit == FUNC_UNIT_SAME;
    struct eval_value kept = {m.quality == QUALITY_GOOD ? m.value : (double)NAN, m.u95, NULL, unit};
    if (limit && !dim_equal(limit->unit.dim, node->dim))
        m.quality = QUALITY_INVALID;
    convert(&m, unit, offset);
    char tags[TEXT_MAX];
    struct obuf out = {tags, 0, sizeof tags};
    put_tags(e, task, &out);
    struct measurement told = {.name = name,
                               .unit = unit->name,
                               .step_path = site->path,
                               .tags = node->item_count ? tags : NULL,
                               .measured = m,
                               .grade = grade_value(&m, limit),
                               .limit = limit,
                               .t = engine_now(e)};
    if (limit && m.quality == QUALITY_GOOD)
        site->made[limit - limits->rows] = true;
    site->measured++;
    engine_fold(site, told.grade.verdict);
    if (told.grade.verdict >= VERDICT_MARGINAL && !site->why[0])
        (void)snprintf(site->why, sizeof site->why, "%.100s: %s%s%s", name,
                       verdict_text(told.grade.verdict), m.quality ? ", " : "",
                       m.quality ? quality_text(m.quality) : "");
    engine_store(e, site, node->slot, name, kept);
    e->host.measured(e->host.ctx, site->number, &told);
}

static enum progress open_window(struct engine *e, struct task *task)
{
    const struct node *node = task->at;
    struct window *w = &task->window;
    struct duration over = {0};
    if (node->over && !engine_duration(e, task, node->over, &over))
        return PROGRESS_FAIL;
    unsigned channels[EVAL_CHANNELS_MAX], n = node->value->channels;
    memcpy(channels, node->value->channel, sizeof channels);
    for (unsigned i = 0; node->second && i < node->second->channels; i++) {
        bool known = false;
        for (unsigned k = 0; k < n; k++)
            known = known || channels[k] == node->second->channel[i];
        if (!known && n == EVAL_CHANNELS_MAX)
            return engine_fail(task, "%s: too many channels", node->stmt->name);
        if (!known)
            channels[n++] = node->second->channel[i];
    }
    window_open(e, task, node->over ? WINDOW_COLLECT : WINDOW_ONE, channels, n);
    w->value = node->value;
    w->second = node->second;
    if (!node->over) {
        over.us = 3 * window_period(e, w).us;
        if (over.us < duration_ms(ONE_MIN_MS).us)
            over = duration_ms(ONE_MIN_MS);
    }
    w->end = instant_add(w->begin, over);
    task->phase = 1;
    return engine_wait_until(task, w->end, TASK_SAMPLES);
}

enum progress engine_measure(struct engine *e, struct task *task)
{
    const struct node *node = task->at;
    struct site *site = &e->site[task->site];
    struct measured m;
    if (task->phase == 1) {
        m = finish_window(e, task);
        window_close(e, task);
    } else if (node->func == FUNC_ELAPSED) {
        m = from_elapsed(e, task);
    } else if (node->call.capture >= 0) {
        m = capture_measure(e, site, &node->call);
    } else if (node->fit >= 0) {
        m = from_fit(e, task);
    } else if (node->value->channels == 0) {
        m = from_values(e, task);
    } else {
        return open_window(e, task);
    }
    char name[TEXT_MAX];
    struct obuf out = {name, 0, sizeof name};
    engine_text(e, task, node->name, false, &out);
    tell(e, task, m, name);
    return PROGRESS_DONE;
}
