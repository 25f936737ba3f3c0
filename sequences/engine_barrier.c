/* Shared actions. A site that comes to one waits until every live site waits too; then the sites
 * that stand furthest back in the sequence do theirs, together. So a site that retries a step, or
 * runs alone inside `exclusive`, catches up while the others stand still. */
#include "sequences/engine_private.h"

/* Order of two sites in the sequence, iterations of loops included. */
static int compare_sites(const struct site *a, const struct site *b)
{
    unsigned depth = a->own.depth < b->own.depth ? a->own.depth : b->own.depth;
    for (unsigned i = 0; i < depth; i++) {
        const struct frame *f = &a->own.frames[i], *g = &b->own.frames[i];
        if (f->iter != g->iter)
            return f->iter < g->iter ? -1 : 1;
        if (f->cur != g->cur)
            return f->cur < g->cur ? -1 : 1;
    }
    return a->own.depth < b->own.depth ? -1 : a->own.depth > b->own.depth;
}

static void form_group(struct engine *e, const struct site *leader)
{
    struct task *shared = &e->task[0];
    e->group = 0;
    for (unsigned i = 1; i <= e->sites; i++) {
        struct site *site = &e->site[i];
        if (!site->live || site->own.task->state != TASK_BARRIER ||
            compare_sites(site, leader) != 0)
            continue;
        e->group |= 1ull << (i - 1);
        site->own.task->state = TASK_GROUP;
    }
    const struct node *at = leader->own.task->at;
    engine_drop_task(e, shared);
    shared->at = at;
    shared->site = leader->number;
    shared->state = TASK_READY;
}

/* True: a shared action was started. */
bool engine_release(struct engine *e)
{
    const struct site *first = NULL;
    if (e->task[0].state != TASK_IDLE)
        return false;
    for (unsigned i = 1; i <= e->sites; i++) {
        const struct site *site = &e->site[i];
        if (!site->live)
            continue;
        if (site->own.task->state == TASK_LOCK)
            continue;
        if (site->own.task->state != TASK_BARRIER)
            return false;
        if (!first || compare_sites(site, first) < 0)
            first = site;
    }
    if (!first)
        return false;
    form_group(e, first);
    return true;
}

static void end_for_site(struct engine *e, struct site *site, enum progress how, const char *error)
{
    struct task *task = site->own.task;
    task->at = NULL;
    task->state = TASK_READY;
    if (how == PROGRESS_FAIL) {
        engine_site_fails(e, site, VERDICT_ERROR, error);
    } else if (site->pending_fail[0]) {
        char text[TEXT_MAX];
        memcpy(text, site->pending_fail, sizeof text);
        site->pending_fail[0] = '\0';
        engine_site_fails(e, site, VERDICT_ERROR, text);
    }
}

void engine_run_shared(struct engine *e)
{
    struct task *shared = &e->task[0];
    enum progress how = engine_run_stmt(e, shared);
    if (how == PROGRESS_WAIT)
        return;
    char error[TEXT_MAX];
    memcpy(error, shared->error, sizeof error);
    uint64_t group = e->group;
    struct duration period = e->site[shared->site].last_period;
    e->group = 0;
    engine_drop_task(e, shared);
    for (unsigned i = 1; i <= e->sites; i++) {
        if (!(group >> (i - 1) & 1) || !e->site[i].live)
            continue;
        e->site[i].last_period = period;
        end_for_site(e, &e->site[i], how, error);
    }
}

/* The site goes while a shared action is in flight; the last one takes the action with it. */
void engine_leave_group(struct engine *e, struct site *site)
{
    uint64_t bit = 1ull << (site->number - 1);
    if (!(e->group & bit))
        return;
    e->group &= ~bit;
    if (!e->group)
        engine_drop_task(e, &e->task[0]);
    for (unsigned i = 1; e->group && i <= e->sites && e->task[0].site == site->number; i++) {
        if (e->group >> (i - 1) & 1 && !e->task[0].window.mode)
            e->task[0].site = i;
    }
}
