/* What a name in an expression stands for, inner scopes first: loop variables and parameters of a
 * sub, parameters of the sequence, measurements and calcs, channels. */
#include "sequences/engine_build.h"

bool build_error(struct build *b, struct place at, const char *text, const char *word)
{
    b->bad = true;
    if (b->diag)
        diag_add(b->diag, DIAG_ERROR, at, NULL, "%s '%s'", text, word ? word : "");
    return false;
}

unsigned build_slot(struct build *b, const char *name, struct dim dim, const struct unit *unit)
{
    struct engine *e = b->engine;
    if (e->slot_count == e->slot_cap) {
        unsigned cap = e->slot_cap ? e->slot_cap * 2 : 64;
        struct slot_info *more = engine_take(e, cap * sizeof *more);
        if (!more)
            return 0;
        if (e->slot_count)
            memcpy(more, e->slot_info, e->slot_count * sizeof *more);
        e->slot_info = more;
        e->slot_cap = cap;
    }
    e->slot_info[e->slot_count] = (struct slot_info){.name = name, .dim = dim, .unit = unit};
    return e->slot_count++;
}

/* Does `name` fit "ip_{row.point}"? */
static bool fits_pattern(const char *pattern, const char *name)
{
    const char *brace = strchr(pattern, '{');
    if (!brace)
        return strcmp(pattern, name) == 0;
    size_t n = (size_t)(brace - pattern);
    if (strncmp(pattern, name, n) != 0)
        return false;
    const char *rest = strchr(brace, '}');
    if (!rest)
        return false;
    for (const char *at = name + n; *at; at++) {
        if (fits_pattern(rest + 1, at + 1))
            return true;
    }
    return false;
}

/* A measurement or calc by its name; one whose name is made while running gets a slot here. */
static int find_made(struct build *b, const char *name)
{
    struct engine *e = b->engine;
    for (unsigned i = 0; i < e->slot_count; i++) {
        if (e->slot_info[i].made && strcmp(e->slot_info[i].name, name) == 0)
            return (int)i;
    }
    for (unsigned i = 0; i < e->slot_count; i++) {
        struct slot_info from = e->slot_info[i];
        if (!from.made || !strchr(from.name, '{') || !fits_pattern(from.name, name))
            continue;
        unsigned slot = build_slot(b, name, from.dim, from.unit);
        e->slot_info[slot].made = true;
        return (int)slot;
    }
    return -1;
}

static int find_param(struct engine *e, const char *name)
{
    int i = 0;
    for (const struct param *p = e->program->params; p; p = p->next, i++) {
        if (strcmp(p->name, name) == 0)
            return i;
    }
    return -1;
}

static void ref_slot(struct build *b, unsigned slot, struct eval_ref *out)
{
    const struct slot_info *info = &b->engine->slot_info[slot];
    *out = (struct eval_ref){EVAL_SLOT, slot, 0, info->dim, info->unit};
}

static bool resolve_column(struct build *b, const struct expr *expr, const struct scope *scope,
                           const char *column, struct eval_ref *out)
{
    struct engine *e = b->engine;
    unsigned table = (unsigned)scope->table;
    int at = csv_column(e->table_csv[table], column);
    if (at < 0)
        return build_error(b, expr->at, "the table has no column", column);
    const struct eval_table *t = &e->tables[table];
    *out = (struct eval_ref){EVAL_COLUMN, scope->slot, table * EVAL_TABLE_COLUMNS + (unsigned)at,
                             dim_one, NULL};
    if (t->rows && !t->cells[at].text && t->cells[at].unit) {
        out->unit = t->cells[at].unit;
        out->dim = out->unit->dim;
    }
    return true;
}

static bool resolve_scope(struct build *b, const struct expr *expr, struct eval_ref *out, bool *bad)
{
    const char *dot = strchr(expr->text, '.');
    size_t head = dot ? (size_t)(dot - expr->text) : strlen(expr->text);
    for (const struct scope *s = b->scope; s; s = s->outer) {
        if (strlen(s->name) != head || strncmp(s->name, expr->text, head) != 0)
            continue;
        if (dot && s->table >= 0) {
            *bad = !resolve_column(b, expr, s, dot + 1, out);
            return true;
        }
        if (!dot) {
            ref_slot(b, s->slot, out);
            return true;
        }
    }
    return false;
}

static bool resolve_name(void *ctx, const struct expr *expr, struct eval_ref *out)
{
    struct build *b = ctx;
    struct engine *e = b->engine;
    bool bad = false;
    if (resolve_scope(b, expr, out, &bad))
        return !bad;
    int at = find_param(e, expr->text);
    if (at < 0)
        at = find_made(b, expr->text);
    if (at >= 0) {
        ref_slot(b, (unsigned)at, out);
        return true;
    }
    at = channel_find(e->view, span_text(expr->text));
    if (at < 0)
        return build_error(b, expr->at, "unknown name", expr->text);
    const struct channel *c = &e->view->channels[at];
    *out = (struct eval_ref){EVAL_CHANNEL, (unsigned)at, 0, c->unit.dim,
                             c->unit.name[0] ? &c->unit : NULL};
    return true;
}

/* "edge.dut.ip": index of the capture statement and of the channel in it, or -1. */
int build_capture_name(struct build *b, const char *name, unsigned *channel)
{
    struct engine *e = b->engine;
    const char *dot = strchr(name, '.');
    for (unsigned i = 0; dot && i < e->capture_count; i++) {
        const struct node *node = e->captures[i];
        size_t n = strlen(node->stmt->name);
        if (n != (size_t)(dot - name) || strncmp(node->stmt->name, name, n) != 0)
            continue;
        for (unsigned k = 0; k < node->item_count; k++) {
            if (strcmp(node->items[k].name, dot + 1) == 0) {
                *channel = k;
                return (int)i;
            }
        }
    }
    return -1;
}

bool build_capture_call(struct build *b, struct expr *const *arg, unsigned args,
                        struct capture_call *call)
{
    bool sweep = measure_func_info(call->func)->form == FUNC_FORM_SWEEP;
    unsigned first = sweep ? 2 : 1;
    call->capture = -1;
    if (args < first || args > first + FUNC_EXTRA || arg[0]->kind != EXPR_NAME)
        return false;
    int capture = build_capture_name(b, arg[0]->text, &call->channel);
    if (capture < 0)
        return false;
    if (sweep && build_capture_name(b, arg[1]->text, &call->other) != capture)
        return build_error(b, arg[1]->at, "no channel of the same capture", arg[1]->text);
    for (unsigned i = first; i < args; i++)
        call->extra[i - first] = build_code(b, arg[i]);
    call->capture = capture;
    return true;
}

static unsigned add_hook(struct build *b, struct hook hook)
{
    struct engine *e = b->engine;
    if (e->hook_count == e->hook_cap) {
        unsigned cap = e->hook_cap ? e->hook_cap * 2 : 16;
        struct hook *more = engine_take(e, cap * sizeof *more);
        if (!more)
            return 0;
        if (e->hook_count)
            memcpy(more, e->hooks, e->hook_count * sizeof *more);
        e->hooks = more;
        e->hook_cap = cap;
    }
    e->hooks[e->hook_count] = hook;
    return e->hook_count++;
}

static bool resolve_fit(struct build *b, const struct expr *expr, struct eval_ref *out)
{
    int fit = build_fit_find(b, expr->arg[0], expr->arg[1]);
    if (fit < 0)
        return build_error(b, expr->at, "a fit needs the name of a measurement in", expr->text);
    struct hook hook = {.is_fit = true, .fit = (unsigned)fit};
    hook.call.func = (enum measure_func)measure_func_find(expr->text);
    enum func_unit unit = measure_func_info(hook.call.func)->unit;
    *out = (struct eval_ref){EVAL_HOOK, add_hook(b, hook), 0, dim_one, NULL};
    struct eval_ref y = {.dim = dim_one};
    const struct eval_code *x = b->engine->fits[fit].x_code;
    if (unit == FUNC_UNIT_OF_X)
        out->dim = x ? x->dim
                   : b->engine->fits[fit].x_slot >= 0
                       ? b->engine->slot_info[b->engine->fits[fit].x_slot].dim
                       : dim_one;
    else if (unit != FUNC_UNIT_ONE && resolve_name(b, expr->arg[0], &y))
        out->dim = x && unit == FUNC_UNIT_PER_X ? dim_divide(y.dim, x->dim) : y.dim;
    return true;
}

/* t63(edge.dut.ip), mean(edge.dut.ip), fit_slope(ip, o2) in an expression. */
static bool resolve_call(void *ctx, const struct expr *expr, struct eval_ref *out)
{
    struct build *b = ctx;
    int func = measure_func_find(expr->text);
    const struct func_info *info = func >= 0 ? measure_func_info((enum measure_func)func) : NULL;
    if (info && info->form == FUNC_FORM_FIT && expr->args == 2)
        return resolve_fit(b, expr, out);
    struct hook hook = {.is_fit = false, .call = {.func = (enum measure_func)func}};
    if (!info || !build_capture_call(b, expr->arg, expr->args, &hook.call))
        return build_error(b, expr->at, "cannot compute", expr->text);
    *out = (struct eval_ref){EVAL_HOOK, add_hook(b, hook), 0, dim_one, NULL};
    const char *fixed = func_unit_name(info->unit);
    const struct node *capture = b->engine->captures[hook.call.capture];
    struct unit unit = b->engine->view->channels[capture->items[hook.call.channel].channel].unit;
    if (fixed && unit_find(span_text(fixed), &unit) != RC_OK)
        unit.dim = dim_one;
    out->dim = unit.dim;
    return true;
}

const struct eval_names *build_names(struct build *b, struct eval_names *names)
{
    *names = (struct eval_names){resolve_name, resolve_call, b};
    return names;
}

const struct eval_code *build_code(struct build *b, const struct expr *expr)
{
    if (!expr)
        return NULL;
    struct eval_names names;
    const struct eval_code *code = NULL;
    bool was_bad = b->bad;
    enum rc rc = eval_compile(expr, build_names(b, &names), b->engine->arena, &code);
    if (rc == RC_NOSPACE)
        b->engine->failed = true;
    else if (rc && b->bad == was_bad)
        (void)build_error(b, expr->at, "this expression cannot be run", expr->text);
    return code;
}
