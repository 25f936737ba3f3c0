/* The tree, walked as it will run: with the default parameters, then at every corner of their
 * ranges.
 *
 * Bounded: by the nesting of the text, by CHECK_LOOP_MAX turns of a loop and by CHECK_ACTIONS_MAX
 * statements in all; above CHECK_WORK_MAX over all corners, some corners are drawn instead. */
#include "sequences/check.h"

#include <math.h>

#include "core/rng.h"

static bool spend(struct check *c, const struct stmt *stmt)
{
    struct check_run *run = &c->run;
    if (run->stop)
        return false;
    if (++run->work <= CHECK_ACTIONS_MAX)
        return true;
    run->stop = true;
    if (!check_reported(c, &c->run))
        check_error(c, stmt->at, "shorten a loop",
                    "this sequence would do more than %d things, here at the latest",
                    CHECK_ACTIONS_MAX);
    return false;
}

/* ---- blocks ---- */

static void run_turn(struct check *c, const struct stmt *stmt, struct check_frame *frame)
{
    frame->item = stmt;
    frame->name = stmt->name;
    frame->outer = c->run.frame;
    c->run.frame = frame;
    if (spend(c, stmt))
        check_run_block(c, stmt->body);
    c->run.frame = frame->outer;
}

static void run_list_turn(struct check *c, const struct stmt *stmt, size_t turn)
{
    const struct name_item *n = stmt->names;
    for (; n && turn; turn--)
        n = n->next;
    if (!n)
        return;
    struct check_frame frame = {.value = check_value(c, n->value)};
    run_turn(c, stmt, &frame);
}

static void run_range_turn(struct check *c, const struct stmt *stmt, size_t turn)
{
    struct check_frame frame = {.value = check_value(c, stmt->value)};
    frame.value.si += (double)turn * check_number(c, stmt->stride);
    run_turn(c, stmt, &frame);
}

static void run_row_turn(struct check *c, const struct stmt *stmt, size_t turn)
{
    struct check_frame frame = {.table = stmt->table, .row = turn, .value = {.si = (double)NAN}};
    run_turn(c, stmt, &frame);
}

static size_t refuse_loop(struct check *c, const struct stmt *stmt, const char *why)
{
    if (!check_reported(c, stmt))
        check_error(c, stmt->at, NULL, "%s", why);
    return 0;
}

static size_t count_turns(struct check *c, const struct stmt *stmt)
{
    size_t n = 0;
    if (stmt->in_table)
        return stmt->table ? ((const struct csv_table *)stmt->table)->rows : 0;
    for (const struct name_item *i = stmt->names; stmt->in_list && i; i = i->next)
        n++;
    if (n > CHECK_LIST_MAX)
        return 0; /* reported */
    if (!stmt->in_list) {
        double from = check_number(c, stmt->value), to = check_number(c, stmt->to);
        double turns = floor((to - from) / check_number(c, stmt->stride) + 1e-9) + 1;
        if (isnan(from) || isnan(to) || isnan(check_number(c, stmt->stride)))
            return refuse_loop(c, stmt, "this range is only known during the run");
        if (!(turns >= 1))
            return refuse_loop(c, stmt, "this range is empty: look at the sign of its step");
        n = turns <= CHECK_LOOP_MAX ? (size_t)turns : CHECK_LOOP_MAX + 1;
    }
    size_t turns = stmt->order == ORDER_UPDOWN && n ? 2 * n - 1 : n;
    return turns <= CHECK_LOOP_MAX ? n : refuse_loop(c, stmt, "a loop makes at most 10000 turns");
}

static void run_for(struct check *c, const struct stmt *stmt)
{
    void (*turn)(struct check *, const struct stmt *, size_t) = stmt->in_table  ? run_row_turn
                                                                : stmt->in_list ? run_list_turn
                                                                                : run_range_turn;
    size_t n = count_turns(c, stmt);
    for (size_t i = 0; i < n && !c->run.stop; i++)
        turn(c, stmt, stmt->order == ORDER_DOWN ? n - 1 - i : i);
    for (size_t i = n - (n > 0); stmt->order == ORDER_UPDOWN && i > 0 && !c->run.stop; i--)
        turn(c, stmt, i - 1);
}

static void run_if(struct check *c, const struct stmt *stmt)
{
    double is = check_number(c, stmt->value);
    if (!isnan(is)) {
        check_run_block(c, is != 0 ? stmt->body : stmt->otherwise);
        return;
    }
    struct check_gasline gas = c->run.gas;
    const struct channel *holder = c->run.holder;
    struct check_span before = c->run.time;
    check_run_block(c, stmt->body);
    struct check_span first = c->run.time;
    bool suction = c->run.gas.suction;
    const struct channel *held = c->run.holder;
    c->run.gas = gas;
    c->run.holder = holder;
    c->run.time = before;
    check_run_block(c, stmt->otherwise);
    c->run.gas.suction = c->run.gas.suction || suction;
    if (c->run.holder != held)
        c->run.holder = NULL;
    struct check_span *time = &c->run.time;
    time->best = first.best < time->best ? first.best : time->best;
    time->typical = first.typical > time->typical ? first.typical : time->typical;
    time->worst = first.worst > time->worst ? first.worst : time->worst;
}

static void run_lanes(struct check *c, const struct stmt *stmt)
{
    struct check_span before = c->run.time, longest = before;
    for (const struct stmt *lane = stmt; lane; lane = lane->otherwise) {
        c->run.time = before;
        check_run_block(c, lane->body);
        const struct check_span *end = &c->run.time;
        longest.best = end->best > longest.best ? end->best : longest.best;
        longest.typical = end->typical > longest.typical ? end->typical : longest.typical;
        longest.worst = end->worst > longest.worst ? end->worst : longest.worst;
    }
    c->run.time = longest;
}

/* A step that may be repeated, or a block that the sites go through one after another. */
static void run_repeated(struct check *c, const struct stmt *stmt)
{
    struct check_span before = c->run.time;
    check_run_block(c, stmt->body);
    double sites = stmt->kind == STMT_EXCLUSIVE && c->view->sites > 1 ? c->view->sites - 1 : 0;
    double again = sites + (double)stmt->retry;
    c->run.time.best += sites * (c->run.time.best - before.best);
    c->run.time.typical += sites * (c->run.time.typical - before.typical);
    c->run.time.worst += again * (c->run.time.worst - before.worst);
}

/* One frame for each parameter, then the body. */
static void run_sub(struct check *c, const struct stmt *stmt, const struct name_item *param,
                    const struct check_frame *outer)
{
    const struct sub *sub = stmt->target;
    if (!param) {
        const struct check_frame *before = c->run.frame;
        c->run.frame = outer;
        check_run_block(c, sub->body);
        c->run.frame = before;
        return;
    }
    const struct name_item *given = stmt->names;
    while (given && strcmp(given->name, param->name) != 0)
        given = given->next;
    struct check_frame frame = {.item = param, .name = param->name, .outer = outer};
    frame.value = check_value(c, given ? given->value : param->value);
    run_sub(c, stmt, param->next, &frame);
}

static void run_repeat(struct check *c, const struct stmt *stmt)
{
    double n = stmt->value->value;
    unsigned times = n > 0 && n <= CHECK_LOOP_MAX ? (unsigned)ceil(n) : 0;
    for (unsigned i = 0; i < times && spend(c, stmt); i++)
        check_run_block(c, stmt->body);
}

/* One mistake is said once: what comes of it is not looked at. */
static bool skip_wrong(struct check *c, const struct stmt *stmt)
{
    bool output = stmt->kind == STMT_SET || stmt->kind == STMT_MIX || stmt->kind == STMT_SELECT;
    bool wait = stmt->kind >= STMT_WAIT_TIME && stmt->kind <= STMT_WAIT_SETTLED;
    if (stmt->wrong && stmt->kind == STMT_MIX)
        c->run.gas.unknown = true;
    return stmt->wrong && (output || wait);
}

static void run_stmt(struct check *c, const struct stmt *stmt)
{
    if (skip_wrong(c, stmt))
        return;
    switch (stmt->kind) {
    case STMT_FOR:
        run_for(c, stmt);
        return;
    case STMT_REPEAT:
        run_repeat(c, stmt);
        return;
    case STMT_IF:
        run_if(c, stmt);
        return;
    case STMT_PARALLEL:
        run_lanes(c, stmt);
        return;
    case STMT_STEP:
    case STMT_EXCLUSIVE:
        run_repeated(c, stmt);
        return;
    case STMT_CALL:
        if (stmt->target)
            run_sub(c, stmt, ((const struct sub *)stmt->target)->params, c->run.frame);
        return;
    case STMT_SET:
        check_run_set(c, stmt);
        break;
    case STMT_MIX:
        check_run_mix(c, stmt);
        break;
    case STMT_SELECT:
        check_run_select(c, stmt);
        break;
    case STMT_MEASURE:
        if (c->run.nominal)
            check_instance(c, stmt);
        break;
    default:
        break;
    }
    c->run.actions++;
    check_time_stmt(c, stmt);
}

void check_run_block(struct check *c, const struct stmt *stmt)
{
    for (; stmt && spend(c, stmt); stmt = stmt->next)
        run_stmt(c, stmt);
}

/* ---- corners ---- */

static void run_program(struct check *c)
{
    struct check_run *run = &c->run;
    run->gas = (struct check_gasline){0};
    run->time = (struct check_span){0};
    run->holder = NULL;
    run->frame = NULL;
    run->actions = run->work = 0;
    run->cleanup_s = 0;
    run->in_cleanup = run->stop = false;
    for (size_t i = 0; i < c->view->channel_count; i++)
        run->last_set[i] = (double)NAN;
    check_run_block(c, c->program->setup);
    check_run_block(c, c->program->main);
    run->in_cleanup = true;
    check_run_block(c, c->program->cleanup);
    const struct expr *within = c->program->cleanup_within;
    double most_s = within ? unit_to_si(&within->unit, within->value) : (double)NAN;
    if (within && !(run->cleanup_s <= most_s) && !check_reported(c, within)) {
        char when[256];
        check_when(c, when, sizeof when);
        check_error(c, within->at, NULL,
                    "cleanup may take %g s, but its waits and ramps alone need %g s%s", most_s,
                    run->cleanup_s, when);
    }
}

static double param_end(const struct param *p, bool high)
{
    const struct expr *end = p->lo ? (high ? p->hi : p->lo) : p->value;
    return unit_to_si(&end->unit, end->value);
}

static void set_corner(struct check *c, uint64_t bits, unsigned params)
{
    size_t i = 0;
    unsigned ranged = 0;
    for (const struct param *p = c->program->params; p; p = p->next, i++) {
        bool high = p->lo && ranged < params && ranged < 64 && (bits >> ranged & 1);
        c->run.param_si[i] = param_end(p, high);
        ranged += p->lo ? 1 : 0;
    }
}

static void run_corners(struct check *c, unsigned work)
{
    unsigned params = 0;
    for (const struct param *p = c->program->params; p; p = p->next)
        params += p->lo ? 1 : 0;
    if (!params)
        return;
    uint64_t all =
        params <= CHECK_CORNER_PARAMS ? UINT64_C(1) << params : UINT64_C(1) << CHECK_CORNER_PARAMS;
    uint64_t budget = CHECK_WORK_MAX / (work + 1) + 2;
    bool sampled = params > CHECK_CORNER_PARAMS || all > budget;
    uint64_t count = all < budget ? all : budget;
    struct rng rng;
    rng_seed(&rng, 1);
    for (uint64_t k = 0; k < count; k++) {
        uint64_t bits = !sampled ? k : k == 0 ? 0 : k == 1 ? UINT64_MAX : rng_u64(&rng);
        set_corner(c, bits, params);
        run_program(c);
    }
    c->out->estimate.corners = (unsigned)count;
}

void check_run_all(struct check *c)
{
    size_t params = 0;
    for (const struct param *p = c->program->params; p; p = p->next)
        params++;
    c->run.param_si = check_take(c, (params + 1) * sizeof(double));
    c->run.last_set = check_take(c, (c->view->channel_count + 1) * sizeof(double));
    if (!c->run.param_si || !c->run.last_set)
        return;
    size_t i = 0;
    for (const struct param *p = c->program->params; p; p = p->next)
        c->run.param_si[i++] = unit_to_si(&p->value->unit, p->value->value);
    c->run.nominal = true;
    run_program(c);
    struct estimate *estimate = &c->out->estimate;
    estimate->best_s = c->run.time.best;
    estimate->typical_s = c->run.time.typical;
    estimate->worst_s = c->run.time.worst;
    estimate->actions = c->run.actions;
    c->run.nominal = false;
    if (!c->run.stop)
        run_corners(c, c->run.work);
}
