/* Values as one task sees them: the slots of its site, the latest samples. */
#include "sequences/engine_private.h"

#include <assert.h>
#include <math.h>

static void fill_context(struct engine *e, const struct task *task, const struct eval_code *code,
                         struct hook_context *hook, struct eval_context *out)
{
    unsigned site = task ? task->site : 0;
    *hook = (struct hook_context){e, site ? &e->site[site] : NULL};
    *out = (struct eval_context){
        .slots = site && e->site[site].slots ? e->site[site].slots : e->initial,
        .tables = e->tables,
        .elapsed_s = code->timed ? engine_elapsed(e, site) : 0,
        .hook = engine_hook,
        .hook_ctx = hook,
    };
}

struct eval_value engine_value(struct engine *e, const struct task *task,
                               const struct eval_code *code)
{
    double channel[EVAL_CHANNELS_MAX];
    unsigned site = task ? task->site : 0;
    for (unsigned i = 0; i < code->channels; i++) {
        size_t row = engine_row(e, code->channel[i], site);
        channel[i] = e->latest[row * e->view->channel_count + code->channel[i]];
    }
    struct hook_context hook;
    struct eval_context context;
    fill_context(e, task, code, &hook, &context);
    context.channel = channel;
    struct eval_value value = eval_run(code, &context);
    if (!value.text && code->unit)
        value.unit = code->unit;
    return value;
}

double engine_number(struct engine *e, const struct task *task, const struct eval_code *code)
{
    struct eval_value value = engine_value(e, task, code);
    return value.text ? (double)NAN : value.si;
}

double engine_u95(struct engine *e, const struct task *task, const struct eval_code *code,
                  const double *channel, bool gain_only)
{
    if (code->hooked)
        return (double)NAN;
    const struct channel *channels[EVAL_CHANNELS_MAX];
    for (unsigned i = 0; i < code->channels; i++)
        channels[i] = engine_channel(e, code->channel[i]);
    struct hook_context hook;
    struct eval_context context;
    fill_context(e, task, code, &hook, &context);
    context.channel = channel;
    return eval_u95(code, &context, channels, gain_only);
}

bool engine_duration(struct engine *e, struct task *task, const struct eval_code *code,
                     struct duration *out)
{
    assert(task);
    double s = code ? engine_number(e, task, code) : (double)NAN;
    if (!num_within(s, 0, 1e8)) {
        (void)engine_fail(task, "line %u: not a time", task->at->stmt->at.line);
        return false;
    }
    *out = duration_s(s);
    return true;
}

double engine_elapsed(const struct engine *e, unsigned site)
{
    if (!site)
        return (double)NAN;
    const struct site *s = &e->site[site];
    for (unsigned i = s->own.depth; i > 0; i--) {
        if (s->own.frames[i - 1].kind == FRAME_STEP || i == 1)
            return duration_in_s(instant_since(engine_now(e), s->own.frames[i - 1].begin));
    }
    return (double)NAN;
}

struct instant engine_now(const struct engine *e)
{
    return e->host.now(e->host.ctx);
}

const struct channel *engine_channel(const struct engine *e, unsigned channel)
{
    return &e->view->channels[channel];
}

unsigned engine_row(const struct engine *e, unsigned channel, unsigned site)
{
    return e->view->channels[channel].per_site ? site : 0;
}
