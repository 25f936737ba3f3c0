/* Waveforms: a ring per channel from `pre` before the body to `for` after the trigger. The trigger
 * is the first confirmed `select` inside the body, or the beginning of the body if there is none.
 */
#include "sequences/engine_private.h"

#include <math.h>

static void watch(struct engine *e, struct site *site, bool wanted)
{
    struct recording *r = &site->recording;
    for (unsigned k = 0; k < r->channels; k++) {
        unsigned c = r->channel[k];
        if (wanted)
            e->watchers[c]++;
        else
            e->watchers[c]--;
        e->host.want(e->host.ctx, engine_channel(e, c), engine_row(e, c, site->number), wanted);
    }
}

void capture_sample(struct engine *e, struct site *site, unsigned channel, double si,
                    struct instant t)
{
    struct recording *r = &site->recording;
    (void)e;
    for (unsigned k = 0; k < r->channels; k++) {
        if (r->channel[k] != channel)
            continue;
        uint64_t at = r->count[k]++ & (r->capacity - 1);
        r->t[k][at] = t;
        r->v[k][at] = si;
    }
}

void capture_trigger(struct engine *e, struct site *site, struct instant t)
{
    struct recording *r = &site->recording;
    (void)e;
    if (!r->on || r->triggered)
        return;
    r->triggered = true;
    r->t0 = t;
}

void capture_cancel(struct engine *e, struct site *site)
{
    if (!site->recording.on)
        return;
    watch(e, site, false);
    site->recording.on = false;
}

static enum progress begin(struct engine *e, struct task *task)
{
    struct site *site = &e->site[task->site];
    struct recording *r = &site->recording;
    struct duration pre = {0};
    if (r->on)
        return engine_fail(task, "capture %s: another capture is running", task->at->stmt->name);
    if (task->at->pre && !engine_duration(e, task, task->at->pre, &pre))
        return PROGRESS_FAIL;
    r->on = true;
    r->triggered = false;
    r->node = task->at;
    r->begin = r->t0 = engine_now(e);
    r->channels = task->at->item_count;
    for (unsigned k = 0; k < r->channels; k++) {
        r->channel[k] = (unsigned)task->at->items[k].channel;
        r->count[k] = 0;
    }
    site->waveforms[task->at->capture].valid = false;
    watch(e, site, true);
    task->phase = 1;
    if (pre.us == 0)
        return PROGRESS_DONE;
    return engine_wait_until(task, instant_add(r->begin, pre), TASK_TIMED);
}

/* From the ring to the waveform: what lies within pre before and `for` after the trigger. */
static void keep_channel(struct engine *e, struct site *site, unsigned k, struct waveform *out)
{
    const struct recording *r = &site->recording;
    const struct channel *channel = engine_channel(e, r->channel[k]);
    int64_t lo = r->t0.us - (int64_t)(out->pre_s * 1e6),
            hi = r->t0.us + (int64_t)(out->span_s * 1e6);
    uint64_t first = r->count[k] > r->capacity ? r->count[k] - r->capacity : 0;
    out->count[k] = out->bad[k] = 0;
    for (uint64_t i = first; i < r->count[k] && out->count[k] < out->capacity; i++) {
        uint64_t at = i & (r->capacity - 1);
        int64_t t_us = r->t[k][at].us;
        double si = r->v[k][at];
        if (t_us < lo || t_us > hi)
            continue;
        out->bad[k] += isfinite(si) ? 0 : 1;
        out->points[k][out->count[k]++] = (struct capture_point){
            (float)((double)(t_us - r->t0.us) * 1e-6), (float)unit_from_si(&channel->unit, si)};
    }
}

static double expected_rate(const struct engine *e, unsigned channel, double rate_Hz)
{
    int64_t period_us = engine_channel(e, channel)->period.us;
    double own = period_us > 0 ? 1e6 / (double)period_us : rate_Hz;
    return own < rate_Hz ? own : rate_Hz;
}

static void tell(struct engine *e, struct site *site, const struct waveform *wave)
{
    const struct recording *r = &site->recording;
    const struct channel *channels[CAPTURE_CHANNELS_MAX];
    const struct capture_point *points[CAPTURE_CHANNELS_MAX];
    for (unsigned k = 0; k < r->channels; k++) {
        channels[k] = engine_channel(e, r->channel[k]);
        points[k] = wave->points[k];
    }
    struct captured told = {r->node->stmt->name, channels, r->channels, r->t0, points, wave->count};
    e->host.captured(e->host.ctx, site->number, &told);
}

static enum progress finish(struct engine *e, struct task *task)
{
    struct site *site = &e->site[task->site];
    struct waveform *wave = &site->waveforms[task->at->capture];
    double rate = task->at->rate ? engine_number(e, task, task->at->rate) : (double)NAN;
    wave->rate_Hz = rate;
    wave->pre_s = task->at->pre ? engine_number(e, task, task->at->pre) : 0;
    wave->response = site->recording.triggered;
    for (unsigned k = 0; k < site->recording.channels; k++)
        keep_channel(e, site, k, wave);
    wave->valid = true;
    capture_cancel(e, site);
    tell(e, site, wave);
    return PROGRESS_DONE;
}

enum progress engine_capture(struct engine *e, struct task *task)
{
    struct site *site = &e->site[task->site];
    struct recording *r = &site->recording;
    if (task->phase == 0) {
        enum progress how = begin(e, task);
        if (how != PROGRESS_DONE)
            return how;
    }
    if (task->phase == 1) {
        r->t0 = engine_now(e);
        if (!engine_push(site, FRAME_CAPTURE, task->at, task->at->body)) {
            capture_cancel(e, site);
            return engine_fail(task, "blocks are nested too deeply");
        }
        return PROGRESS_PUSHED;
    }
    if (task->phase == 2) {
        struct duration span;
        if (!engine_duration(e, task, task->at->over, &span))
            return PROGRESS_FAIL;
        site->waveforms[task->at->capture].span_s = duration_in_s(span);
        task->phase = 3;
        return engine_wait_until(task, instant_add(r->t0, span), TASK_TIMED);
    }
    return finish(e, task);
}

static enum quality wave_quality(const struct engine *e, const struct waveform *wave,
                                 const struct node *node, unsigned k)
{
    unsigned channel = (unsigned)node->items[k].channel;
    if (!wave->valid || wave->count[k] == 0)
        return QUALITY_MISSING;
    if (wave->bad[k])
        return QUALITY_INVALID;
    double expected =
        floor(expected_rate(e, channel, wave->rate_Hz) * (wave->span_s + wave->pre_s) + 1e-6);
    if (!(wave->count[k] >= 0.9 * expected))
        return QUALITY_FEW;
    return QUALITY_GOOD;
}

struct measured capture_measure(struct engine *e, struct site *site, unsigned capture, unsigned k,
                                enum measure_func func)
{
    const struct node *node = e->captures[capture];
    const struct waveform *wave = &site->waveforms[capture];
    const struct channel *channel = engine_channel(e, (unsigned)node->items[k].channel);
    const struct func_info *info = measure_func_info(func);
    struct measured m = {(double)NAN, (double)NAN, (double)NAN, wave->count[k],
                         wave_quality(e, wave, node, k)};
    if (m.quality == QUALITY_GOOD && info->response && !wave->response)
        m.quality = QUALITY_NO_RESULT;
    if (m.quality != QUALITY_GOOD)
        return m;
    double *v = e->scratch_v, *t = e->scratch_t, sum = 0;
    for (unsigned i = 0; i < wave->count[k]; i++) {
        t[i] = (double)wave->points[k][i].t_s;
        v[i] = unit_to_si(&channel->unit, (double)wave->points[k][i].value);
        sum += v[i];
    }
    struct func_window in = {t, v, NULL, wave->count[k], e->scratch};
    struct func_result r = measure_func_run(func, &in);
    double fixed = 0;
    if (info->u95 == FUNC_U95_WHOLE)
        fixed = channel_u95(channel, sum / wave->count[k], false);
    else if (info->u95 != FUNC_U95_NONE)
        fixed = (double)NAN;
    m.value = r.value;
    m.sd = r.sd;
    m.u95 = sqrt(fixed * fixed + r.random_u95 * r.random_u95);
    if (!isfinite(m.value))
        m.quality = QUALITY_NO_RESULT;
    return m;
}
