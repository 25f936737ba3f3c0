/* Blocks: a stack of frames per site. */
#include "sequences/engine_private.h"

#include <assert.h>
#include <math.h>

#include "core/rng.h"

struct frame *engine_push(struct site *site, enum frame_kind kind, const struct node *owner,
                          const struct node *first)
{
    struct strand *strand = site->run;
    if (strand->depth == FRAMES_MAX)
        return NULL;
    struct frame *frame = &strand->frames[strand->depth++];
    *frame = (struct frame){
        .kind = kind, .owner = owner, .next = first, .count = 1, .path_len = site->path_len};
    return frame;
}

void engine_pop(struct engine *e, struct site *site)
{
    const struct frame *frame = &site->run->frames[--site->run->depth];
    if (frame->kind == FRAME_CAPTURE)
        capture_cancel(e, site);
    if (frame->kind != FRAME_LOCK)
        return;
    e->lock_owner[frame->owner->lock] = 0;
    for (unsigned i = 1; i <= e->sites; i++) {
        struct task *task = &e->task[i];
        if (task->state == TASK_LOCK && task->at->lock == frame->owner->lock)
            task->state = TASK_READY;
    }
}

/* The same seed and count give the same order on every machine. */
static unsigned random_index(const struct node *node, unsigned iter, unsigned count)
{
    if (!node->order || count > LOOP_MAX)
        return iter;
    if (node->order[LOOP_MAX] != count) {
        struct rng rng;
        rng_seed(&rng, node->stmt->seed);
        for (unsigned i = 0; i < count; i++)
            node->order[i] = (uint16_t)i;
        for (unsigned i = count; i > 1; i--) {
            uint64_t k = rng_below(&rng, i);
            uint16_t keep = node->order[i - 1];
            node->order[i - 1] = node->order[k];
            node->order[k] = keep;
        }
        node->order[LOOP_MAX] = (uint16_t)count;
    }
    return node->order[iter];
}

/* up and down: the turning point once. */
static unsigned item_index(const struct frame *frame)
{
    unsigned n = frame->count, i = frame->iter;
    switch (frame->owner->stmt->order) {
    case ORDER_DOWN:
        return n - 1 - i;
    case ORDER_UPDOWN:
        return i <= n / 2 ? i : n - 1 - i;
    case ORDER_RANDOM:
        return random_index(frame->owner, i, n);
    case ORDER_GIVEN:
        break;
    }
    return i;
}

static void set_loop_value(struct engine *e, struct site *site, const struct frame *frame)
{
    const struct node *node = frame->owner;
    if (node->stmt->kind != STMT_FOR)
        return;
    unsigned i = item_index(frame);
    struct eval_value value = {.si = i};
    if (node->stmt->in_list) {
        value = engine_value(e, site->run->task, node->items[i].value);
    } else if (!node->stmt->in_table) {
        value.si = frame->first + i * frame->stride;
        value.unit = node->value->unit;
    }
    if (!isfinite(value.u95))
        value.u95 = 0;
    site->slots[node->slot] = value;
}

static bool count_for(struct engine *e, struct task *task, struct frame *frame)
{
    const struct node *node = task->at;
    double n = node->item_count;
    if (node->stmt->in_table) {
        n = e->tables[node->table].rows;
    } else if (!node->stmt->in_list) {
        double to = node->to ? engine_number(e, task, node->to) : (double)NAN;
        frame->first = engine_number(e, task, node->value);
        frame->stride = node->stride ? engine_number(e, task, node->stride) : (double)NAN;
        /* The end is in although steps such as 0.1 are not exact. */
        n = floor((to - frame->first) / frame->stride + 1e-9) + 1;
        n = n < 0 ? 0 : n;
    }
    if (node->stmt->order == ORDER_UPDOWN && n > 0)
        n = 2 * n - 1;
    if (!num_within(n, 0, LOOP_MAX))
        return false;
    frame->count = (unsigned)n;
    return true;
}

static enum progress begin_loop(struct engine *e, struct task *task)
{
    struct site *site = &e->site[task->site];
    const struct node *node = task->at;
    struct frame count = {.count = 0};
    if (node->stmt->kind == STMT_REPEAT) {
        double n = engine_number(e, task, node->value);
        if (!num_within(n, 0, LOOP_MAX))
            return engine_fail(task, "line %u: cannot repeat so often", node->stmt->at.line);
        count.count = (unsigned)(n + 0.5);
    } else if (!count_for(e, task, &count)) {
        return engine_fail(task, "line %u: the loop has no valid range", node->stmt->at.line);
    }
    if (count.count == 0)
        return PROGRESS_DONE;
    struct frame *frame = engine_push(site, FRAME_LOOP, node, node->body);
    if (!frame)
        return engine_fail(task, "blocks are nested too deeply");
    frame->count = count.count;
    frame->first = count.first;
    frame->stride = count.stride;
    set_loop_value(e, site, frame);
    return PROGRESS_PUSHED;
}

static enum progress begin_call(struct engine *e, struct task *task)
{
    struct site *site = &e->site[task->site];
    struct eval_value values[32];
    for (unsigned i = 0; i < task->at->item_count; i++)
        values[i] = engine_value(e, task, task->at->items[i].value);
    for (unsigned i = 0; i < task->at->item_count; i++)
        site->slots[task->at->items[i].slot] = values[i];
    return engine_push(site, FRAME_BLOCK, task->at, task->at->body)
               ? PROGRESS_PUSHED
               : engine_fail(task, "blocks are nested too deeply");
}

static enum progress begin_if(struct engine *e, struct task *task)
{
    double is = engine_number(e, task, task->at->value);
    if (isnan(is))
        return engine_fail(task, "line %u: the condition cannot be decided",
                           task->at->stmt->at.line);
    const struct node *first = is != 0 ? task->at->body : task->at->otherwise;
    if (!first)
        return PROGRESS_DONE;
    return engine_push(&e->site[task->site], FRAME_BLOCK, task->at, first)
               ? PROGRESS_PUSHED
               : engine_fail(task, "blocks are nested too deeply");
}

static enum progress begin_lock(struct engine *e, struct task *task)
{
    unsigned *owner = &e->lock_owner[task->at->lock];
    if (*owner && *owner != task->site)
        return engine_wait_until(task, INSTANT_NEVER, TASK_LOCK);
    bool mine = *owner == task->site; /* inside itself: the outer block gives it back */
    if (!engine_push(&e->site[task->site], mine ? FRAME_BLOCK : FRAME_LOCK, task->at,
                     task->at->body))
        return engine_fail(task, "blocks are nested too deeply");
    *owner = task->site;
    return PROGRESS_PUSHED;
}

enum progress engine_begin_block(struct engine *e, struct task *task)
{
    switch (task->at->stmt->kind) {
    case STMT_IF:
        return begin_if(e, task);
    case STMT_CALL:
        return begin_call(e, task);
    case STMT_PARALLEL:
        return engine_begin_lanes(e, task);
    case STMT_EXCLUSIVE:
        return begin_lock(e, task);
    default:
        return begin_loop(e, task);
    }
}

/* The block of the top frame is through. */
static void end_block(struct engine *e, struct site *site)
{
    struct frame *frame = &site->run->frames[site->run->depth - 1];
    const struct node *owner = frame->owner;
    if (frame->kind == FRAME_STEP) {
        engine_end_step(e, site, frame->worst, NULL);
        return;
    }
    if (frame->kind == FRAME_LOOP && frame->iter + 1 < frame->count) {
        frame->iter++;
        frame->next = owner->body;
        set_loop_value(e, site, frame);
        return;
    }
    if (frame->kind == FRAME_CAPTURE) {
        site->run->depth--; /* and keep recording */
        site->run->task->at = owner;
        site->run->task->phase = 2;
        return;
    }
    engine_pop(e, site);
}

static void next_section(struct engine *e, struct site *site)
{
    if (site->phase == SITE_MAIN) {
        engine_site_ends(e, site);
        return;
    }
    site->phase = SITE_MAIN;
    struct frame *frame = engine_push(site, FRAME_BLOCK, NULL, e->main);
    assert(frame); /* the section before has popped all of its own */
    frame->begin = engine_now(e);
}

/* Take the next statement in hand. */
static void fetch(struct engine *e, struct site *site)
{
    struct strand *strand = site->run;
    bool lane = strand != &site->own;
    if (strand->depth == 0) {
        if (lane)
            engine_end_lane(e, site);
        else
            next_section(e, site);
        return;
    }
    struct frame *frame = &strand->frames[strand->depth - 1];
    const struct node *node = frame->next;
    if (!node) {
        end_block(e, site);
        return;
    }
    frame->next = node->next;
    frame->cur = node->index;
    strand->task->at = node;
    strand->task->phase = 0;
    strand->task->acquired = strand->task->expired = false;
    if (node->shared && !lane) /* in a lane that can only be a wait: each site does its own */
        strand->task->state = TASK_BARRIER;
}

static void fails(struct engine *e, struct site *site)
{
    const struct task *task = site->run->task;
    char error[TEXT_MAX];
    memcpy(error, task->error, sizeof error);
    /* Before main nothing is said about the part: there a check is one of the bench. */
    bool check = task->at->stmt->kind == STMT_CHECK && task->phase == 1 && site->phase == SITE_MAIN;
    engine_site_fails(e, site, check ? VERDICT_FAIL : VERDICT_ERROR, error);
}

void engine_run_strand(struct engine *e, struct site *site, struct strand *strand)
{
    struct task *task = strand->task;
    site->run = strand;
    while (site->run == strand && site->live && task->state == TASK_READY && !e->stopping) {
        if (!task->at) {
            fetch(e, site);
            continue;
        }
        switch (engine_run_stmt(e, task)) {
        case PROGRESS_DONE:
        case PROGRESS_PUSHED:
            task->at = NULL;
            break;
        case PROGRESS_FAIL:
            fails(e, site);
            break;
        case PROGRESS_WAIT:
            break;
        }
    }
    site->run = &site->own;
}
