#include "sequences/engine_build.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static const char *part_of(const struct engine_config *config)
{
    if (config->part)
        return config->part;
    return config->checked->program->part ? config->checked->program->part : "*";
}

/* A part type that no row of the limits knows would be tested and graded by nothing. */
static bool part_is_known(const struct engine *e, struct diag *diag)
{
    const struct limits *limits = e->checked->limits;
    for (size_t i = 0; limits && i < limits->count; i++)
        if (strcmp(limits->rows[i].part, "*") == 0 || strcmp(limits->rows[i].part, e->part) == 0)
            return true;
    if (!limits || limits->count == 0)
        return true;
    diag_add(diag, DIAG_ERROR, limits->rows[0].at, "name one of its part types with --part",
             "no row of these limits is for the part type '%s'", e->part);
    return false;
}

enum rc engine_new(const struct engine_config *config, struct diag *diag, struct engine **out)
{
    struct engine *e = calloc(1, sizeof *e);
    if (!e)
        return RC_NOSPACE;
    e->arena = arena_new();
    e->checked = config->checked;
    e->program = config->checked->program;
    e->view = config->checked->view;
    e->host = config->host;
    e->sites = e->view->sites < SITES_MAX ? e->view->sites : SITES_MAX;
    e->part = part_of(config);
    e->wake = INSTANT_NEVER;
    enum rc rc = e->arena ? engine_build(e, config, diag) : RC_NOSPACE;
    if (!rc && !part_is_known(e, diag))
        rc = RC_RANGE;
    if (rc) {
        engine_free(e);
        return rc;
    }
    *out = e;
    return RC_OK;
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    engine_free_blocks(e);
    for (unsigned i = 0; i < e->pattern_count; i++)
        regfree(&e->patterns[i]);
    arena_free(e->arena);
    free(e);
}

static bool name_matches(const char *pattern, const char *name)
{
    size_t n = strlen(pattern);
    if (n >= 2 && pattern[n - 1] == '*')
        return strncmp(pattern, name, n - 1) == 0;
    return strcmp(pattern, name) == 0;
}

static void start_records(struct engine *e)
{
    for (const struct record_rule *rule = e->program->records; rule; rule = rule->next) {
        unsigned count = 0;
        for (size_t c = 0; c < e->view->channel_count; c++) {
            bool in = false;
            for (const struct name_item *n = rule->channels; n; n = n->next)
                in = in || name_matches(n->name, e->view->channels[c].name);
            if (in)
                e->record_list[count++] = &e->view->channels[c];
        }
        double rate = rule->rate ? unit_to_si(&rule->rate->unit, rule->rate->value) : 0;
        if (count)
            e->host.record(e->host.ctx, e->record_list, count, rate);
    }
}

void engine_start(struct engine *e)
{
    if (e->started)
        return;
    e->started = e->running = e->cleanup_ok = true;
    e->pumping = true; /* until all sites stand at the beginning */
    start_records(e);
    for (unsigned i = 1; i <= e->sites; i++) {
        struct site *site = &e->site[i];
        if (!site->live)
            continue;
        site->phase = SITE_SETUP;
        struct frame *frame = engine_push(site, FRAME_BLOCK, NULL, e->setup);
        frame->begin = engine_now(e);
        site->own.task->state = TASK_READY;
    }
    e->pumping = false;
    engine_pump(e);
}

void engine_wake(struct engine *e)
{
    if (!e->running)
        return;
    struct instant now = engine_now(e);
    e->wake = INSTANT_NEVER;
    for (unsigned i = 0; i < e->task_count; i++) {
        struct task *task = &e->task[i];
        assert(task->deadline.us == INT64_MAX || task->state >= TASK_TIMED);
        if (task->deadline.us == INT64_MAX || instant_before(now, task->deadline))
            continue;
        task->deadline = INSTANT_NEVER;
        task->expired = true;
        task->state = TASK_READY;
    }
    engine_pump(e);
}

static void feed(struct engine *e, struct task *task, unsigned channel, double si, struct instant t)
{
    int8_t index = task->watch[channel];
    if (index >= 0)
        window_sample(e, task, (unsigned)index, si, t);
}

static void feed_site(struct engine *e, struct site *site, unsigned channel, double si,
                      struct instant t)
{
    feed(e, site->own.task, channel, si, t);
    for (unsigned k = 0; k < site->open_lanes; k++)
        feed(e, site->lanes[k].task, channel, si, t);
    if (site->recording.on)
        capture_sample(e, site, channel, si, t);
}

void engine_sample(struct engine *e, const struct channel *channel, unsigned site, double si,
                   struct instant t)
{
    ptrdiff_t at = channel - e->view->channels;
    if (!e->running || at < 0 || (size_t)at >= e->view->channel_count || site > e->sites)
        return;
    unsigned c = (unsigned)at;
    e->latest[engine_row(e, c, site) * e->view->channel_count + c] = si;
    if (!e->watchers[c])
        return;
    if (site && channel->per_site) {
        feed_site(e, &e->site[site], c, si, t);
        if (e->task[0].site == site)
            feed(e, &e->task[0], c, si, t);
    } else {
        feed(e, &e->task[0], c, si, t);
        for (unsigned i = 1; i <= e->sites; i++)
            feed_site(e, &e->site[i], c, si, t);
    }
    if (e->dirty) {
        e->dirty = false;
        engine_pump(e);
    }
}

static void trigger_group(struct engine *e)
{
    struct instant now = engine_now(e);
    for (unsigned i = 1; i <= e->sites; i++) {
        if (e->group >> (i - 1) & 1)
            capture_trigger(e, &e->site[i], now);
    }
}

static void answer(struct engine *e, struct ticket *ticket, enum rc rc, const char *error)
{
    struct task *task = ticket->task;
    assert(task->pending); /* a task that was dropped has no tickets */
    ticket->serial = 0;
    task->pending--;
    if (rc && !task->rc) {
        task->rc = rc;
        (void)snprintf(task->error, sizeof task->error, "%s", error ? error : "");
    }
    if (rc == RC_OK && task->at && task->at->stmt->kind == STMT_SELECT)
        trigger_group(e);
    if (task->pending || task->state != TASK_PENDING)
        return;
    task->deadline = INSTANT_NEVER;
    task->state = TASK_READY;
}

void engine_done(struct engine *e, engine_ticket serial, enum rc rc, const char *error)
{
    struct ticket *ticket = engine_ticket_find(e, serial);
    if (!e->running || !ticket)
        return; /* late: nobody waits for it any more */
    answer(e, ticket, rc, error);
    engine_pump(e);
}

void engine_scanned(struct engine *e, engine_ticket serial, enum rc rc, const char *text)
{
    struct ticket *ticket = engine_ticket_find(e, serial);
    if (!e->running || !ticket || !ticket->site)
        return;
    struct site *site = &e->site[ticket->site];
    size_t n = text && rc == RC_OK ? strlen(text) : 0;
    n = n < sizeof site->serial ? n : 0; /* too long to be one */
    memcpy(site->serial, n ? text : "", n);
    site->serial[n] = '\0';
    answer(e, ticket, rc, NULL);
    engine_pump(e);
}

void engine_stop(struct engine *e, enum stop_why why, const char *text)
{
    if (!e->running)
        return;
    bool person = why == STOP_OPERATOR || why == STOP_ESTOP, again = e->asked;
    e->asked = e->asked || person;
    if (e->cleaning) {
        struct task *task = &e->task[e->sites + 1];
        if (!person || !again)
            return; /* it is on its way to rest, and the gas needs its time */
        e->hurry = true;
        if (task->state == TASK_TIMED) {
            task->deadline = INSTANT_NEVER;
            task->state = TASK_READY;
        }
    } else if (!e->stopping) {
        e->stopping = true;
        e->stop_why = why;
        (void)snprintf(e->stop_text, sizeof e->stop_text, "%s", text ? text : "stopped");
    }
    engine_pump(e);
}

void engine_lose_site(struct engine *e, unsigned site, const char *text)
{
    if (!e->running || site == 0 || site > e->sites || !e->site[site].live)
        return;
    (void)snprintf(e->site[site].lost, sizeof e->site[site].lost, "%s",
                   text && text[0] ? text : "an instrument is lost");
    engine_pump(e);
}

bool engine_site_live(const struct engine *e, unsigned site)
{
    return site && site <= e->sites && e->site[site].live;
}

bool engine_running(const struct engine *e)
{
    return e->running;
}

unsigned engine_measured_count(const struct engine *e, unsigned site)
{
    return site && site <= e->sites ? e->site[site].measured : 0;
}
