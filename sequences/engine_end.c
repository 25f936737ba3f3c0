/* Cleanup: straight, bounded in time, and never given up: what cannot be confirmed is noted and the
 * next line is driven all the same. */
#include "sequences/engine_private.h"

static bool has_site_items(const struct engine *e, const struct node *node)
{
    for (unsigned i = 0; node->stmt->kind == STMT_SET && i < node->item_count; i++) {
        if (engine_channel(e, (unsigned)node->items[i].channel)->per_site)
            return true;
    }
    return false;
}

/* A stopped site: the per-site `set` lines of cleanup, one after the other. Whether they were
 * confirmed is for the real cleanup, which drives them again. */
void engine_run_off(struct engine *e, struct site *site)
{
    struct task *task = site->own.task;
    while (site->off_next) {
        if (task->pending) {
            (void)engine_wait_until(task, INSTANT_NEVER, TASK_PENDING);
            return;
        }
        const struct node *node = site->off_next;
        site->off_next = node->next;
        if (!has_site_items(e, node))
            continue;
        task->at = node;
        (void)engine_order_site(e, task, 1ull << (site->number - 1));
    }
    task->state = TASK_IDLE;
    if (task->pending)
        (void)engine_wait_until(task, INSTANT_NEVER, TASK_PENDING);
    else
        site->phase = SITE_DONE;
}

static enum verdict stop_verdict(const struct engine *e)
{
    if (!e->stopping)
        return VERDICT_NO_LIMIT;
    switch (e->stop_why) {
    case STOP_OPERATOR:
    case STOP_ESTOP:
        return VERDICT_ABORTED;
    case STOP_ENVELOPE:
    case STOP_INSTRUMENT:
    case STOP_STORAGE:
        break;
    }
    return VERDICT_ERROR;
}

bool engine_cleaning(const struct engine *e)
{
    return e->cleaning;
}

void engine_begin_cleanup(struct engine *e)
{
    struct task *task = &e->task[e->sites + 1];
    e->cleaning = true;
    e->group = 0;
    engine_drop_task(e, &e->task[0]);
    for (unsigned i = 1; i <= e->sites; i++) {
        struct site *site = &e->site[i];
        engine_drop_lanes(e, site);
        engine_drop_task(e, site->own.task);
        if (site->live) {
            site->live = false;
            engine_unwind(e, site, stop_verdict(e), e->stop_text);
            (void)snprintf(site->why, sizeof site->why, "%.255s", e->stop_text);
            engine_site_said(e, site);
        }
        site->phase = SITE_DONE;
    }
    e->clean_next = e->cleanup;
    struct duration within;
    task->at = e->cleanup;
    e->clean_deadline = INSTANT_NEVER;
    if (e->cleanup && e->within && engine_duration(e, task, e->within, &within))
        e->clean_deadline = instant_add(engine_now(e), within);
    task->at = NULL;
    task->state = TASK_READY;
}

static uint64_t all_sites(const struct engine *e)
{
    uint64_t sites = 0;
    for (unsigned i = 1; i <= e->sites; i++)
        sites |= e->site[i].ever_live ? 1ull << (i - 1) : 0;
    return sites;
}

static bool start_mix(struct engine *e, struct task *task)
{
    struct mix_order order;
    if (!engine_mix_order(e, task, &order))
        return false;
    engine_ticket ticket = engine_order(e, task, 0);
    e->host.mix(e->host.ctx, ticket, &order);
    return true;
}

static bool start_wait(struct engine *e, struct task *task)
{
    struct duration time;
    if (e->hurry || e->out_of_time)
        return true;
    if (!engine_duration(e, task, task->at->over, &time))
        return false;
    e->clean_until = instant_add(engine_now(e), time);
    return true;
}

static bool start_line(struct engine *e, struct task *task)
{
    switch (task->at->stmt->kind) {
    case STMT_SET:
        return engine_order_set(e, task, all_sites(e));
    case STMT_MIX:
        return start_mix(e, task);
    case STMT_WAIT_TIME:
        return start_wait(e, task);
    case STMT_NOTE:
        return engine_act_note(e, task) == PROGRESS_DONE;
    default:
        return false; /* the checker lets nothing else in */
    }
}

static void finish(struct engine *e)
{
    for (unsigned i = 0; i < e->task_count; i++)
        engine_drop_task(e, &e->task[i]);
    e->running = false;
    e->host.finished(e->host.ctx, e->worst, e->cleanup_ok);
}

/* True: the line in hand is over, confirmed or not. */
static bool line_over(struct engine *e, struct task *task)
{
    struct instant now = engine_now(e);
    if (!e->out_of_time && !instant_before(now, e->clean_deadline) &&
        (task->pending || instant_before(now, e->clean_until))) {
        e->out_of_time = true;
        e->cleanup_ok = false;
    }
    if (e->out_of_time || e->hurry)
        e->clean_until = now;
    if (task->pending && !e->out_of_time) {
        (void)engine_wait_until(task, e->clean_deadline, TASK_PENDING);
        return false;
    }
    if (instant_before(now, e->clean_until)) {
        bool cut = instant_before(e->clean_deadline, e->clean_until);
        (void)engine_wait_until(task, cut ? e->clean_deadline : e->clean_until, TASK_TIMED);
        return false;
    }
    return true;
}

void engine_run_cleanup(struct engine *e)
{
    struct task *task = &e->task[e->sites + 1];
    for (;;) {
        if (task->at) {
            if (!line_over(e, task))
                return;
            if (task->rc || task->pending)
                e->cleanup_ok = false;
            engine_drop_task(e, task);
        }
        if (!e->clean_next) {
            finish(e);
            return;
        }
        task->at = e->clean_next;
        e->clean_next = task->at->next;
        e->clean_until = engine_now(e);
        if (!start_line(e, task))
            e->cleanup_ok = false;
    }
}
