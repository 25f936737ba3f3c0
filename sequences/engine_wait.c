/* Statements that wait for time or for samples. A time-out is an error of the bench. */
#include "sequences/engine_private.h"

#include <math.h>

enum { POLL_MS = 10, ACQUIRE_MIN_MS = 1000 };

enum progress engine_wait_time(struct engine *e, struct task *task)
{
    const struct node *node = task->at;
    if (task->expired)
        return PROGRESS_DONE;
    struct duration time = {0};
    if (node->count) {
        double n = engine_number(e, task, node->count);
        double settle_s = duration_in_s(engine_channel(e, (unsigned)node->channel)->settle);
        if (node->stmt->func && strcmp(node->stmt->func, "t63") == 0)
            settle_s /= log(10.0); /* of a first-order response */
        if (!num_within(n, 0, 1000) || !(settle_s > 0))
            return engine_fail(task, "no settling time is known for %s", node->stmt->channel);
        time = duration_s(n * settle_s);
    } else if (!engine_duration(e, task, node->over, &time)) {
        return PROGRESS_FAIL;
    }
    return engine_wait_until(task, instant_add(engine_now(e), time), TASK_TIMED);
}

static bool deadline_of(struct engine *e, struct task *task, struct instant *out)
{
    struct duration limit;
    if (!engine_duration(e, task, task->at->timeout, &limit))
        return false;
    *out = instant_add(engine_now(e), limit);
    return true;
}

static void note_period(struct engine *e, struct task *task)
{
    if (task->site)
        e->site[task->site].last_period = window_period(e, &task->window);
}

/* No channel in the condition: looked at every 10 ms. */
static enum progress poll_condition(struct engine *e, struct task *task)
{
    struct window *w = &task->window;
    if (engine_number(e, task, task->at->value) > 0)
        return PROGRESS_DONE;
    if (!instant_before(engine_now(e), w->end))
        return engine_fail(task, "line %u: the wait timed out", task->at->stmt->at.line);
    struct instant next = instant_add(engine_now(e), duration_ms(POLL_MS));
    return engine_wait_until(task, instant_before(next, w->end) ? next : w->end, TASK_TIMED);
}

enum progress engine_wait_condition(struct engine *e, struct task *task)
{
    const struct node *node = task->at;
    struct window *w = &task->window;
    if (task->phase == 0) {
        struct instant end;
        if (!deadline_of(e, task, &end))
            return PROGRESS_FAIL;
        task->phase = 1;
        w->end = end;
        if (node->value->channels) {
            window_open(e, task, WINDOW_UNTIL, node->value->channel, node->value->channels);
            w->value = node->value;
            return engine_wait_until(task, end, TASK_SAMPLES);
        }
    }
    if (!node->value->channels)
        return poll_condition(e, task);
    bool ready = w->ready;
    note_period(e, task);
    window_close(e, task);
    if (ready)
        return PROGRESS_DONE;
    return engine_fail(task, "line %u: %s did not get there in time", node->stmt->at.line,
                       engine_channel(e, node->value->channel[0])->name);
}

static bool open_stable(struct engine *e, struct task *task)
{
    const struct node *node = task->at;
    const struct channel *channel = engine_channel(e, (unsigned)node->channel);
    struct window *w = &task->window;
    unsigned index = (unsigned)node->channel;
    double band = node->band ? engine_number(e, task, node->band) : (double)NAN;
    if (node->band && node->band->dim.of == DIM_OF_FULL_SCALE)
        band *= channel->max_si;
    double hold_s = node->hold               ? engine_number(e, task, node->hold)
                    : channel->settle.us > 0 ? duration_in_s(channel->settle)
                                             : 1;
    if (!(band > 0) || !num_within(hold_s, 0, 1e6)) {
        (void)engine_fail(task, "line %u: not a band or not a time", node->stmt->at.line);
        return false;
    }
    enum window_mode mode = node->stmt->predict ? WINDOW_PREDICT
                            : node->stmt->slope ? WINDOW_SLOPE
                                                : WINDOW_STABLE;
    window_open(e, task, mode, &index, 1);
    w->band = band;
    w->relative = node->band->dim.of == DIM_OF_READING;
    w->hold_s = hold_s;
    return true;
}

enum progress engine_wait_stable(struct engine *e, struct task *task)
{
    if (task->phase == 0) {
        struct instant end;
        if (!deadline_of(e, task, &end) || !open_stable(e, task))
            return PROGRESS_FAIL;
        task->phase = 1;
        return engine_wait_until(task, end, TASK_SAMPLES);
    }
    bool ready = task->window.ready;
    note_period(e, task);
    window_close(e, task);
    return ready ? PROGRESS_DONE
                 : engine_fail(task, "line %u: %s did not settle in time", task->at->stmt->at.line,
                               task->at->stmt->channel);
}

/* One fresh reading of every channel that the statement uses. */
enum progress engine_acquire(struct engine *e, struct task *task)
{
    const struct node *node = task->at;
    struct window *w = &task->window;
    if (task->phase == 0) {
        task->phase = 1;
        window_open(e, task, WINDOW_ONE, node->acquire, node->acquires);
        struct duration limit = {3 * window_period(e, w).us};
        if (limit.us < duration_ms(ACQUIRE_MIN_MS).us)
            limit = duration_ms(ACQUIRE_MIN_MS);
        return engine_wait_until(task, instant_add(engine_now(e), limit), TASK_SAMPLES);
    }
    bool ready = w->ready;
    const char *name = engine_channel(e, w->channel[0])->name;
    for (unsigned i = 0; i < w->channels; i++) {
        if (!(w->fresh >> i & 1))
            name = engine_channel(e, w->channel[i])->name;
    }
    window_close(e, task);
    return ready ? PROGRESS_DONE
                 : engine_fail(task, "line %u: no reading of %s", node->stmt->at.line, name);
}
