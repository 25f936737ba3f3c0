/* What a site is doing, for people. */
#include "sequences/engine_private.h"

/* clang-format off */
static const char *const words[] = {
    [STMT_SET] = "setting", [STMT_MIX] = "mixing gas", [STMT_SELECT] = "switching",
    [STMT_WAIT_TIME] = "waiting", [STMT_WAIT_UNTIL] = "waiting", [STMT_WAIT_STABLE] = "settling",
    [STMT_WAIT_SETTLED] = "settling", [STMT_MEASURE] = "measuring", [STMT_CAPTURE] = "recording",
    [STMT_CALC] = "computing", [STMT_CHECK] = "checking", [STMT_NOTE] = "noting",
    [STMT_ASK] = "asking", [STMT_SCAN] = "scanning", [STMT_FOR] = "running",
    [STMT_REPEAT] = "running", [STMT_IF] = "running", [STMT_CALL] = "running",
    [STMT_PARALLEL] = "running", [STMT_EXCLUSIVE] = "waiting for its turn", [STMT_STEP] = "running",
};
/* clang-format on */

static const char *word_of(const struct engine *e, const struct site *site)
{
    const struct task *task = site->own.task;
    if (task->state == TASK_BARRIER)
        return "waiting for the other sites";
    const struct node *at = task->state == TASK_GROUP ? e->task[0].at : task->at;
    return at ? words[at->stmt->kind] : "running";
}

const char *engine_activity(const struct engine *e, unsigned number)
{
    if (number == 0 || number > e->sites)
        return "";
    struct site *site = &e->site[number];
    if (!site->ever_live)
        return "empty";
    if (!e->started)
        return "ready";
    if (site->phase == SITE_OFF || (!site->live && site->phase != SITE_DONE))
        return "switching off";
    if (e->cleaning && e->running)
        return "cleanup";
    if (!site->live)
        return "done";
    const char *where = site->path_len ? site->path : site->phase == SITE_MAIN ? "main" : "setup";
    (void)snprintf(site->activity, sizeof site->activity, "%s: %s", where, word_of(e, site));
    return site->activity;
}
