/* parallel: its lanes are strands of their own beside the site's, which waits until the last is
 * over. What all sites do together, steps and captures do not stand in a lane: the checker refuses
 * them. */
#include "sequences/engine_private.h"

#include <assert.h>

enum progress engine_begin_lanes(struct engine *e, struct task *task)
{
    struct site *site = &e->site[task->site];
    if (task->phase == 1) {
        site->open_lanes = 0;
        return PROGRESS_DONE;
    }
    /* the first lane is the body of the statement itself, the next hang on `otherwise` */
    for (const struct node *n = task->at; n; n = n->otherwise) {
        assert(site->open_lanes < e->lane_cap);
        struct strand *lane = &site->lanes[site->open_lanes++];
        lane->depth = 0;
        site->run = lane;
        (void)engine_push(site, FRAME_BLOCK, n, n->body); /* an empty stack has room */
        lane->task->state = TASK_READY;
    }
    site->run = &site->own;
    task->phase = 1;
    return engine_wait_until(task, INSTANT_NEVER, TASK_LANES);
}

bool engine_run_lanes(struct engine *e, struct site *site)
{
    bool ran = false;
    for (unsigned k = 0; k < site->open_lanes && !e->stopping; k++) {
        if (site->lanes[k].task->state != TASK_READY)
            continue;
        ran = true;
        engine_run_strand(e, site, &site->lanes[k]);
    }
    return ran;
}

/* The lane in hand has come to its end. */
void engine_end_lane(struct engine *e, struct site *site)
{
    engine_drop_task(e, site->run->task);
    for (unsigned k = 0; k < site->open_lanes; k++) {
        if (site->lanes[k].task->state != TASK_IDLE)
            return;
    }
    site->own.task->state = TASK_READY;
}

void engine_drop_lanes(struct engine *e, struct site *site)
{
    for (unsigned k = 0; k < site->open_lanes; k++) {
        engine_drop_task(e, site->lanes[k].task);
        site->lanes[k].depth = 0;
    }
    site->open_lanes = 0;
}
