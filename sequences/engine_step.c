/* Steps, what a failure does, and how a site ends. */
#include "sequences/engine_private.h"

static void say_begin(struct engine *e, struct site *site, const struct frame *frame)
{
    e->host.step_begin(e->host.ctx, site->number, site->path, frame->owner->stmt, frame->attempt);
}

enum progress engine_begin_step(struct engine *e, struct task *task)
{
    struct site *site = &e->site[task->site];
    struct frame *frame = engine_push(site, FRAME_STEP, task->at, task->at->body);
    if (!frame)
        return engine_fail(task, "blocks are nested too deeply");
    frame->begin = engine_now(e);
    frame->attempt = 1;
    struct obuf path = {site->path, site->path_len, sizeof site->path};
    if (site->path_len && obuf_byte(&path, '/') != RC_OK)
        return engine_fail(task, "the path of the step is too long");
    engine_text(e, task, task->at->name, false, &path);
    site->path_len = path.len;
    say_begin(e, site, frame);
    return PROGRESS_PUSHED;
}

/* A verdict counts for the step it was made in, and at last for the site. */
void engine_fold(struct site *site, enum verdict verdict)
{
    for (unsigned i = site->own.depth; i > 0; i--) {
        struct frame *frame = &site->own.frames[i - 1];
        if (frame->kind == FRAME_STEP) {
            frame->worst = verdict_worst(frame->worst, verdict);
            return;
        }
    }
    site->worst = verdict_worst(site->worst, verdict);
}

/* "on error": when the bench could not tell. "on fail": when it was not good, for whatever reason.
 */
static bool wants_retry(const struct frame *frame, enum verdict verdict)
{
    const struct stmt *step = frame->owner->stmt;
    if (frame->attempt > step->retry)
        return false;
    if (verdict == VERDICT_ERROR || verdict == VERDICT_INCONCLUSIVE)
        return true;
    return step->retry_on_fail && verdict == VERDICT_FAIL;
}

static void leave_step(struct site *site, const struct frame *frame)
{
    site->path_len = frame->path_len;
    site->path[site->path_len] = '\0';
}

static void apply_on_fail(struct engine *e, struct site *site, const struct stmt *step,
                          enum verdict verdict, const char *why)
{
    if ((verdict != VERDICT_FAIL && verdict != VERDICT_ERROR) || step->on_fail == STEP_CONTINUE)
        return;
    if (e->keeps_going && verdict == VERDICT_FAIL)
        return;
    bool batch = step->on_fail == STEP_STOP_BATCH;
    engine_site_stops(e, site, verdict, why);
    if (!batch || e->stopping)
        return;
    e->stopping = true;
    e->stop_why = STOP_OPERATOR;
    (void)snprintf(e->stop_text, sizeof e->stop_text, "site %u: %.200s", site->number, why);
}

/* The top frame is the step's. */
void engine_end_step(struct engine *e, struct site *site, enum verdict verdict, const char *error)
{
    struct frame *frame = &site->own.frames[site->own.depth - 1];
    const struct stmt *step = frame->owner->stmt;
    verdict = verdict_worst(verdict, frame->worst);
    e->host.step_end(e->host.ctx, site->number, site->path, verdict, error);
    if (wants_retry(frame, verdict)) {
        frame->failed_before = frame->failed_before || verdict == VERDICT_FAIL;
        frame->attempt++;
        frame->begin = engine_now(e);
        frame->worst = VERDICT_NO_LIMIT;
        frame->next = frame->owner->body;
        frame->cur = 0;
        say_begin(e, site, frame);
        return;
    }
    /* A part that failed and then passed has not simply passed. */
    if (frame->failed_before)
        verdict = verdict_worst(verdict, VERDICT_MARGINAL);
    char why[TEXT_MAX];
    (void)snprintf(why, sizeof why, "step %.120s: %.120s", site->path,
                   error ? error : verdict_text(verdict));
    leave_step(site, frame);
    site->own.depth--;
    engine_fold(site, verdict);
    if (verdict >= VERDICT_INCONCLUSIVE && !site->why[0])
        memcpy(site->why, why, sizeof why);
    apply_on_fail(e, site, step, verdict, why);
}

static bool inside_capture(const struct site *site)
{
    for (unsigned i = 0; i < site->own.depth; i++) {
        if (site->own.frames[i].kind == FRAME_CAPTURE)
            return true;
    }
    return false;
}

/* A statement did not work: the innermost step ends; outside of any, the site does. */
void engine_site_fails(struct engine *e, struct site *site, enum verdict verdict, const char *text)
{
    site->run = &site->own; /* what fails in a lane, fails in the step around it */
    engine_drop_lanes(e, site);
    engine_drop_task(e, site->own.task);
    site->own.task->state = TASK_READY;
    while (site->own.depth && site->own.frames[site->own.depth - 1].kind != FRAME_STEP)
        engine_pop(e, site);
    if (!inside_capture(site))
        capture_cancel(e, site);
    if (site->own.depth)
        engine_end_step(e, site, verdict, text);
    else
        engine_site_stops(e, site, verdict, text);
}

/* All open steps end; nothing is tried again. */
void engine_unwind(struct engine *e, struct site *site, enum verdict verdict, const char *why)
{
    while (site->own.depth) {
        struct frame *frame = &site->own.frames[site->own.depth - 1];
        if (frame->kind == FRAME_STEP) {
            enum verdict worst = verdict_worst(verdict, frame->worst);
            e->host.step_end(e->host.ctx, site->number, site->path, worst, why);
            leave_step(site, frame);
            verdict = worst;
        }
        engine_pop(e, site);
    }
    capture_cancel(e, site);
    site->worst = verdict_worst(site->worst, verdict);
}

void engine_site_said(struct engine *e, struct site *site)
{
    if (site->said_done)
        return;
    site->said_done = true;
    e->worst = verdict_worst(e->worst, site->worst);
    e->host.site_done(e->host.ctx, site->number, site->worst, site->why);
}

/* The site leaves the sequence; its outputs go the way of cleanup at once. */
void engine_site_stops(struct engine *e, struct site *site, enum verdict verdict, const char *why)
{
    if (!site->live)
        return;
    site->live = false;
    if (!site->why[0])
        (void)snprintf(site->why, sizeof site->why, "%s", why);
    site->run = &site->own;
    engine_leave_group(e, site);
    engine_drop_lanes(e, site);
    engine_drop_task(e, site->own.task);
    engine_unwind(e, site, verdict, why);
    engine_site_said(e, site);
    site->phase = SITE_OFF;
    site->off_next = e->cleanup;
    site->own.task->state = TASK_READY;
}

static const char *missing_row(const struct engine *e, const struct site *site)
{
    const struct limits *limits = e->checked->limits;
    for (size_t i = 0; limits && i < limits->count; i++) {
        if (e->required[i] && !site->made[i])
            return limits->rows[i].measurement;
    }
    return NULL;
}

/* The end of main. A part is only as good as what was measured of it. */
void engine_site_ends(struct engine *e, struct site *site)
{
    const char *missing = missing_row(e, site);
    site->live = false;
    site->phase = SITE_DONE;
    engine_drop_task(e, site->own.task);
    if (missing) {
        site->worst = verdict_worst(site->worst, VERDICT_INCONCLUSIVE);
        if (!site->why[0])
            (void)snprintf(site->why, sizeof site->why, "%s was not measured", missing);
    }
    engine_site_said(e, site);
}
