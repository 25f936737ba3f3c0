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

static double value_of(const struct waveform *wave, const struct channel *channel, unsigned k,
                       unsigned i)
{
    return unit_to_si(&channel->unit, (double)wave->points[k][i].value);
}

/* The other channel of a sweep at the times `t` of the first, which they replace: on the straight
 * line between its two readings; the first or last one outside. */
static void values_at(const struct waveform *wave, const struct channel *channel, unsigned k,
                      double *t, unsigned count)
{
    const struct capture_point *p = wave->points[k];
    unsigned next = 0, n = wave->count[k];
    for (unsigned i = 0; i < count; i++) {
        while (next < n && (double)p[next].t_s < t[i])
            next++;
        unsigned after = next < n ? next : n - 1, before = next ? next - 1 : 0;
        double t0 = (double)p[before].t_s, t1 = (double)p[after].t_s;
        double x0 = value_of(wave, channel, k, before), x1 = value_of(wave, channel, k, after);
        t[i] = t1 > t0 ? x0 + (x1 - x0) * (t[i] - t0) / (t1 - t0) : x1;
    }
}

/* The stated numbers of a call; returns the square of what they are uncertain by. */
static double read_extra(struct engine *e, struct site *site, const struct capture_call *call,
                         double *extra)
{
    double squares = 0;
    for (unsigned i = 0; i < FUNC_EXTRA; i++) {
        const struct eval_code *code = call->extra[i];
        extra[i] = code ? engine_number(e, site->own.task, code) : 0;
        double u95 = code ? engine_u95(e, site->own.task, code, NULL, false) : 0;
        squares += u95 * u95;
    }
    return squares;
}

static double systematic_u95(const struct channel *channel, const struct func_info *info,
                             double value)
{
    if (info->u95 == FUNC_U95_NONE)
        return 0;
    return info->u95 == FUNC_U95_WHOLE ? channel_u95(channel, value, false) : (double)NAN;
}

static enum quality call_quality(const struct engine *e, const struct waveform *wave,
                                 const struct node *node, const struct capture_call *call)
{
    enum func_form form = measure_func_info(call->func)->form;
    enum quality quality = wave_quality(e, wave, node, call->channel);
    if (quality == QUALITY_GOOD && form == FUNC_FORM_SWEEP)
        quality = wave_quality(e, wave, node, call->other);
    bool response = form == FUNC_FORM_RESPONSE || form == FUNC_FORM_MOMENT;
    return quality == QUALITY_GOOD && response && !wave->response ? QUALITY_NO_RESULT : quality;
}

/* Into the scratch: the values, and their times or, of a sweep, the voltages. Returns the mean. */
static double lay_out(struct engine *e, const struct node *node, const struct waveform *wave,
                      const struct capture_call *call)
{
    const struct channel *channel = engine_channel(e, (unsigned)node->items[call->channel].channel);
    unsigned n = wave->count[call->channel];
    double sum = 0;
    for (unsigned i = 0; i < n; i++) {
        e->scratch_t[i] = (double)wave->points[call->channel][i].t_s;
        e->scratch_v[i] = value_of(wave, channel, call->channel, i);
        sum += e->scratch_v[i];
    }
    if (measure_func_info(call->func)->form == FUNC_FORM_SWEEP)
        values_at(wave, engine_channel(e, (unsigned)node->items[call->other].channel), call->other,
                  e->scratch_t, n);
    return sum / n;
}

struct measured capture_measure(struct engine *e, struct site *site,
                                const struct capture_call *call)
{
    const struct node *node = e->captures[call->capture];
    const struct waveform *wave = &site->waveforms[call->capture];
    const struct channel *channel = engine_channel(e, (unsigned)node->items[call->channel].channel);
    const struct func_info *info = measure_func_info(call->func);
    unsigned n = wave->count[call->channel];
    struct measured m = {(double)NAN, (double)NAN, (double)NAN, n,
                         call_quality(e, wave, node, call)};
    if (m.quality != QUALITY_GOOD)
        return m;
    double level = lay_out(e, node, wave, call);
    bool sweep = info->form == FUNC_FORM_SWEEP;
    struct func_window in = {e->scratch_t, e->scratch_v, sweep ? e->scratch_t : NULL, n,
                             e->scratch,   {0}};
    double squares = read_extra(e, site, call, in.extra);
    struct func_result r = measure_func_run(call->func, &in);
    double fixed = systematic_u95(channel, info, sweep ? r.value : level);
    m.value = r.value;
    m.sd = r.sd;
    m.u95 = sqrt(fixed * fixed + squares + r.random_u95 * r.random_u95);
    if (!isfinite(m.value))
        m.quality = QUALITY_NO_RESULT;
    return m;
}
