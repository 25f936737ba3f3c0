/* fit_slope(y, x) and the other fits: a straight line through the pairs that were made since the
 * line was last asked for at this site. A pair is complete when y is measured; x is then read where
 * y is measured, or, if it is a measurement too, when both are new. */
#include "sequences/engine_build.h"

#include <math.h>

static void add_fit(struct build *b, const struct stmt *stmt, const struct expr *y,
                    const struct expr *x)
{
    struct engine *e = b->engine;
    if (!y || !x || y->kind != EXPR_NAME || channel_find(e->view, span_text(y->text)) >= 0)
        return;
    if (e->fit_count == e->fit_cap) {
        unsigned cap = e->fit_cap ? e->fit_cap * 2 : 8;
        struct fit *more = engine_take(e, cap * sizeof *more);
        if (!more)
            return;
        if (e->fit_count)
            memcpy(more, e->fits, e->fit_count * sizeof *more);
        e->fits = more;
        e->fit_cap = cap;
    }
    e->fits[e->fit_count++] = (struct fit){y->text, x, y, stmt, -1, NULL};
}

static void collect_expr(struct build *b, const struct stmt *stmt, const struct expr *expr)
{
    if (!expr)
        return;
    if (expr->kind == EXPR_CALL && expr->args == 2 && strncmp(expr->text, "fit_", 4) == 0)
        add_fit(b, stmt, expr->arg[0], expr->arg[1]);
    for (unsigned i = 0; i < expr->args; i++)
        collect_expr(b, stmt, expr->arg[i]);
}

static void collect_block(struct build *b, const struct stmt *stmt)
{
    for (; stmt; stmt = stmt->next) {
        collect_expr(b, stmt, stmt->value);
        int func = stmt->kind == STMT_MEASURE ? measure_func_find(stmt->func) : -1;
        if (func >= 0 && measure_func_info((enum measure_func)func)->form == FUNC_FORM_FIT)
            add_fit(b, stmt, stmt->value, stmt->second);
        collect_block(b, stmt->body);
        collect_block(b, stmt->otherwise);
    }
}

void build_collect_fits(struct build *b)
{
    collect_block(b, b->engine->program->setup);
    collect_block(b, b->engine->program->main);
    for (const struct sub *sub = b->engine->program->subs; sub; sub = sub->next)
        collect_block(b, sub->body);
}

int build_fit_find(struct build *b, const struct expr *y, const struct expr *x)
{
    for (unsigned i = 0; i < b->engine->fit_count; i++) {
        if (b->engine->fits[i].y_expr == y && b->engine->fits[i].x_expr == x)
            return (int)i;
    }
    return -1;
}

static int made_slot(const struct engine *e, const char *name)
{
    for (unsigned i = 0; i < e->slot_count; i++) {
        if (e->slot_info[i].made && strcmp(e->slot_info[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

static bool makes(const struct stmt *stmt, const char *name)
{
    for (; stmt; stmt = stmt->next) {
        bool value = stmt->kind == STMT_MEASURE || stmt->kind == STMT_CALC;
        if ((value && strcmp(stmt->name, name) == 0) || makes(stmt->body, name) ||
            makes(stmt->otherwise, name))
            return true;
    }
    return false;
}

/* A measurement or calc, here or further down. */
static bool is_made(const struct program *program, const struct expr *x)
{
    if (x->kind != EXPR_NAME)
        return false;
    for (const struct sub *sub = program->subs; sub; sub = sub->next) {
        if (makes(sub->body, x->text))
            return true;
    }
    return makes(program->setup, x->text) || makes(program->main, x->text);
}

/* `node` is about to make a value: is it the y of a fit? Its scope is the one x is read in. */
void build_fit_x(struct build *b, const struct node *node)
{
    struct engine *e = b->engine;
    for (unsigned i = 0; i < e->fit_count; i++) {
        struct fit *fit = &e->fits[i];
        bool made = is_made(e->program, fit->x_expr);
        if (made && fit->x_slot < 0)
            fit->x_slot = made_slot(e, fit->x_expr->text); /* it may be made after y */
        if (made || strcmp(fit->y, node->stmt->name) != 0)
            continue;
        const struct eval_code *code = build_code(b, fit->x_expr);
        e->fits[i].x_code = code;
    }
}

static void push_pair(struct fit_pairs *pairs, double x, double y)
{
    pairs->fresh_x = pairs->fresh_y = false;
    if (pairs->n == FIT_PAIRS_MAX) {
        pairs->overflow = true;
        return;
    }
    pairs->x[pairs->n] = x;
    pairs->y[pairs->n++] = y;
}

static void feed_fits(struct engine *e, struct site *site, unsigned slot)
{
    for (unsigned i = 0; i < e->fit_count; i++) {
        const struct fit *fit = &e->fits[i];
        struct fit_pairs *pairs = &site->fits[i];
        bool is_y = strcmp(e->slot_info[slot].name, fit->y) == 0;
        pairs->fresh_y |= is_y;
        pairs->fresh_x |= fit->x_slot >= 0 && (unsigned)fit->x_slot == slot;
        int y_slot = is_y ? (int)slot : made_slot(e, fit->y);
        if (!pairs->fresh_y || y_slot < 0 || (fit->x_slot >= 0 && !pairs->fresh_x))
            continue;
        double x = fit->x_slot >= 0 ? site->slots[fit->x_slot].si
                                    : (fit->x_code ? engine_number(e, site->own.task, fit->x_code)
                                                   : (double)NAN);
        push_pair(pairs, x, site->slots[y_slot].si);
    }
}

/* A measurement or calc has a new value. */
void engine_store(struct engine *e, struct site *site, int slot, const char *name,
                  struct eval_value value)
{
    for (unsigned i = 0; slot < 0 && i < e->slot_count; i++) {
        if (e->slot_info[i].made && strcmp(e->slot_info[i].name, name) == 0)
            slot = (int)i;
    }
    if (slot < 0)
        return;
    site->slots[slot] = value;
    if (e->fit_count)
        feed_fits(e, site, (unsigned)slot);
}

static double run_fit(const struct fit_pairs *pairs, enum measure_func func)
{
    const struct func_window in = {pairs->x, pairs->y, pairs->x, pairs->n, NULL, {0}};
    return pairs->overflow ? (double)NAN : measure_func_run(func, &in).value;
}

double engine_hook(void *ctx, unsigned index)
{
    struct hook_context *c = ctx;
    const struct hook *hook = &c->engine->hooks[index];
    if (!c->site)
        return (double)NAN;
    if (hook->is_fit)
        return run_fit(&c->site->fits[hook->fit], hook->call.func);
    struct measured m = capture_measure(c->engine, c->site, &hook->call);
    return m.quality == QUALITY_GOOD ? m.value : (double)NAN;
}

/* The line was used: the next one starts with new pairs. */
void engine_clear_fits(struct engine *e, struct site *site, const struct stmt *stmt)
{
    for (unsigned i = 0; i < e->fit_count; i++) {
        if (e->fits[i].stmt == stmt)
            site->fits[i].n = site->fits[i].overflow = 0;
    }
}
