/* Who may run next. Everything that happens (time, answers, samples, stops) only marks tasks ready;
 * the pump then runs them until all wait again, so that a host may answer inside its callback. */
#include "sequences/engine_private.h"

enum progress engine_wait_until(struct task *task, struct instant deadline, enum task_state state)
{
    task->deadline = deadline;
    task->expired = false;
    task->state = state;
    return PROGRESS_WAIT;
}

enum progress engine_fail(struct task *task, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(task->error, sizeof task->error, format, args);
    va_end(args);
    return PROGRESS_FAIL;
}

/* A ticket for one action of a task. There is always a free one: the table has room for every
 * action that can be in flight. */
engine_ticket engine_order(struct engine *e, struct task *task, unsigned site)
{
    for (unsigned tries = 0; tries < e->ticket_cap; tries++) {
        engine_ticket serial = ++e->next_ticket ? e->next_ticket : ++e->next_ticket;
        struct ticket *t = &e->tickets[serial % e->ticket_cap];
        if (t->serial)
            continue;
        *t = (struct ticket){serial, task, site};
        task->pending++;
        return serial;
    }
    task->rc = RC_NOSPACE;
    return 0;
}

struct ticket *engine_ticket_find(struct engine *e, engine_ticket serial)
{
    struct ticket *t = &e->tickets[serial % e->ticket_cap];
    return serial && t->serial == serial ? t : NULL;
}

/* Forget what a task waits for; answers that still come are late and ignored. */
void engine_drop_task(struct engine *e, struct task *task)
{
    for (unsigned i = 0; task->pending && i < e->ticket_cap; i++) {
        if (e->tickets[i].serial && e->tickets[i].task == task)
            e->tickets[i].serial = 0;
    }
    window_close(e, task);
    task->pending = 0;
    task->rc = RC_OK;
    task->at = NULL;
    task->phase = 0;
    task->acquired = false;
    task->expired = false;
    task->deadline = INSTANT_NEVER;
    task->state = TASK_IDLE;
    task->error[0] = '\0';
}

enum progress engine_run_stmt(struct engine *e, struct task *task)
{
    /* clang-format off */
    static enum progress (*const run[])(struct engine *, struct task *) = {
        [STMT_SET] = engine_act_set, [STMT_MIX] = engine_act_mix, [STMT_SELECT] = engine_act_select,
        [STMT_WAIT_TIME] = engine_wait_time, [STMT_WAIT_UNTIL] = engine_wait_condition,
        [STMT_WAIT_STABLE] = engine_wait_stable, [STMT_WAIT_SETTLED] = engine_wait_stable,
        [STMT_MEASURE] = engine_measure, [STMT_CAPTURE] = engine_capture,
        [STMT_CALC] = engine_act_calc, [STMT_CHECK] = engine_act_check, [STMT_NOTE] = engine_act_note,
        [STMT_ASK] = engine_act_ask, [STMT_SCAN] = engine_act_scan, [STMT_FOR] = engine_begin_block,
        [STMT_REPEAT] = engine_begin_block, [STMT_IF] = engine_begin_block,
        [STMT_CALL] = engine_begin_block, [STMT_PARALLEL] = engine_begin_block,
        [STMT_EXCLUSIVE] = engine_begin_block, [STMT_STEP] = engine_begin_step,
    };
    /* clang-format on */
    if (task->at->acquires && !task->acquired) {
        enum progress got = engine_acquire(e, task);
        if (got != PROGRESS_DONE)
            return got;
        task->acquired = true;
        task->expired = false;
        task->phase = 0;
    }
    return run[task->at->stmt->kind](e, task);
}

static void apply_losses(struct engine *e)
{
    for (unsigned i = 1; i <= e->sites && !e->cleaning; i++) {
        struct site *site = &e->site[i];
        if (!site->lost[0])
            continue;
        if (site->live)
            engine_site_stops(e, site, VERDICT_ERROR, site->lost);
        site->lost[0] = '\0';
    }
}

static bool run_ready(struct engine *e)
{
    bool ran = false;
    for (unsigned i = 1; i <= e->sites && !e->cleaning && !e->stopping; i++) {
        struct site *site = &e->site[i];
        ran = engine_run_lanes(e, site) || ran;
        if (e->task[i].state != TASK_READY)
            continue;
        ran = true;
        if (site->phase == SITE_OFF)
            engine_run_off(e, site);
        else
            engine_run_strand(e, site, &site->own);
    }
    if (!e->cleaning && !e->stopping && e->task[0].state == TASK_READY) {
        ran = true;
        engine_run_shared(e);
    }
    if (e->cleaning && e->task[e->sites + 1].state == TASK_READY) {
        ran = true;
        engine_run_cleanup(e);
    }
    return ran;
}

static bool any_live(const struct engine *e)
{
    for (unsigned i = 1; i <= e->sites; i++) {
        if (e->site[i].live)
            return true;
    }
    return false;
}

static void ask_wake(struct engine *e)
{
    struct instant next = INSTANT_NEVER;
    for (unsigned i = 0; i < e->task_count; i++) {
        if (instant_before(e->task[i].deadline, next))
            next = e->task[i].deadline;
    }
    if (next.us == e->wake.us)
        return;
    e->wake = next;
    if (next.us != INT64_MAX)
        e->host.wake_at(e->host.ctx, next);
}

void engine_pump(struct engine *e)
{
    if (e->pumping || !e->running)
        return;
    e->pumping = true;
    while (e->running) {
        apply_losses(e);
        if (!e->cleaning && (e->stopping || !any_live(e))) {
            engine_begin_cleanup(e);
            continue;
        }
        if (!run_ready(e) && (e->cleaning || e->stopping || !engine_release(e)))
            break;
    }
    if (e->running)
        ask_wake(e);
    e->pumping = false;
}
