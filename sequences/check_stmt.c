/* Statements: form, names and units. Values come later, in check_run. */
#include "sequences/check.h"

#include <math.h>
#include <regex.h>

/* ---- texts ---- */

/* The work of a regular expression grows with the product of its repeats: {255}{255}{255} would
 * exhaust the memory. */
static bool modest_repeats(const char *pattern)
{
    double product = 1;
    for (const char *at = strchr(pattern, '{'); at; at = strchr(at + 1, '{')) {
        double n = 0, most = 1;
        for (const char *d = at + 1; *d && *d != '}'; d++) {
            if (*d >= '0' && *d <= '9')
                n = n * 10 + (*d - '0');
            else
                n = 0;
            most = n > most ? n : most;
        }
        product *= most;
    }
    return product <= 10000;
}

static void check_scan(struct check *c, struct stmt *stmt)
{
    if (!stmt->title)
        return;
    regex_t regex;
    char text[128] = "it is longer than 200 characters or repeats too often";
    int error = REG_ESPACE;
    if (strlen(stmt->title) <= 200 && modest_repeats(stmt->title)) {
        error = regcomp(&regex, stmt->title, REG_EXTENDED | REG_NOSUB);
        if (error)
            (void)regerror(error, &regex, text, sizeof text);
        else
            regfree(&regex);
    }
    if (error)
        check_error(c, stmt->title_at, NULL, "this pattern cannot be used: %s", text);
}

static void check_condition(struct check *c, struct expr *expr, const char *what)
{
    struct check_type type = check_expr(c, expr);
    if (type.kind != KIND_LOGIC && type.kind != KIND_BAD)
        check_error(c, expr->at, NULL, "%s needs a condition: this is in %s", what,
                    check_unit_name(&type));
}

/* ---- blocks ---- */

static void check_step(struct check *c, struct stmt *stmt)
{
    char key[160];
    check_braces(c, stmt->name, stmt->name_at, false);
    check_braces(c, stmt->title, stmt->title_at, true);
    int n = snprintf(key, sizeof key, "%p/%s", (const void *)c->parent_step, stmt->name);
    if (n > 0 && (size_t)n < sizeof key) {
        const struct check_name *twin = check_name_find(&c->steps, span_text(key));
        const char *copy = twin ? NULL : arena_text(c->arena, span_text(key));
        if (twin)
            check_error(c, stmt->name_at, NULL, "there is a step '%s' already", stmt->name);
        else if (copy)
            (void)check_name_add(c, &c->steps, (struct check_name){.name = copy, .item = stmt});
    } else {
        check_error(c, stmt->name_at, NULL, "the name of a step has at most 100 characters");
    }
    const struct stmt *parent = c->parent_step;
    c->parent_step = stmt;
    check_block(c, stmt->body);
    c->parent_step = parent;
}

static struct check_type list_type(struct check *c, struct stmt *stmt)
{
    struct check_type first = {.kind = KIND_BAD};
    unsigned count = 0;
    for (struct name_item *n = stmt->names; n; n = n->next) {
        if (++count == CHECK_LIST_MAX + 1)
            check_error(c, n->value->at, "use a table", "a list holds at most %d values",
                        CHECK_LIST_MAX);
        struct check_type type = check_expr(c, n->value);
        if (n == stmt->names)
            first = type;
        else if (!check_same(&first, &type))
            check_error(c, n->value->at, NULL, "the first value is in %s: this is in %s",
                        check_unit_name(&first), check_unit_name(&type));
    }
    return first;
}

static struct check_type range_type(struct check *c, struct stmt *stmt)
{
    struct check_type type = check_expr(c, stmt->value);
    if (type.kind != KIND_NUMBER) {
        if (type.kind != KIND_BAD)
            check_error(c, stmt->value->at, NULL, "a range needs numbers");
        return (struct check_type){.kind = KIND_BAD};
    }
    (void)check_dim(c, stmt->to, type.dim, "the end of the range");
    if (check_dim(c, stmt->stride, type.dim, "the step of the range") &&
        stmt->stride->kind == EXPR_QUANTITY && stmt->stride->unit.offset != 0)
        check_error(c, stmt->stride->at, "write K",
                    "a temperature difference is in K, not in degC");
    return type;
}

static void check_for(struct check *c, struct stmt *stmt)
{
    struct check_scope scope = {
        .name = stmt->name, .binding = BIND_LOOP, .item = stmt, .outer = c->scope};
    (void)check_new_name(c, stmt->name, stmt->name_at);
    if (stmt->in_table) {
        scope.binding = BIND_COLUMN;
        scope.table = check_load_table(c, stmt->title, stmt->title_at);
        stmt->table = scope.table;
    } else {
        scope.type = stmt->in_list ? list_type(c, stmt) : range_type(c, stmt);
    }
    c->scope = &scope;
    check_block(c, stmt->body);
    c->scope = scope.outer;
}

static void check_repeat(struct check *c, struct stmt *stmt)
{
    double n = stmt->value->value;
    if (stmt->value->unit.name[0] || !(n >= 1 && n <= CHECK_LOOP_MAX) || n != floor(n))
        check_error(c, stmt->value->at, NULL, "repeat needs a whole number from 1 to %d",
                    CHECK_LOOP_MAX);
    check_block(c, stmt->body);
}

static void check_arguments(struct check *c, const struct stmt *stmt, const struct sub *sub)
{
    for (const struct name_item *n = stmt->names; n; n = n->next) {
        const struct name_item *param = sub->params;
        while (param && strcmp(param->name, n->name) != 0)
            param = param->next;
        struct check_type type = check_expr(c, n->value);
        if (!param) {
            check_error(c, n->at, NULL, "'%s' has no parameter '%s'", sub->name, n->name);
            continue;
        }
        struct check_type wanted = check_number_type(param->value->unit.dim, &param->value->unit);
        if (!check_same(&type, &wanted))
            check_error(c, n->value->at, NULL, "'%s' must be in %s: this is in %s", n->name,
                        check_unit_name(&wanted), check_unit_name(&type));
        for (const struct name_item *b = n->next; b; b = b->next) {
            if (strcmp(b->name, n->name) == 0) {
                check_error(c, b->at, NULL, "'%s' is given twice", b->name);
                break;
            }
        }
    }
}

static void check_call_stmt(struct check *c, struct stmt *stmt)
{
    const struct check_name *name = check_name_find(&c->subs, span_text(stmt->name));
    if (!name) {
        check_error(c, stmt->name_at, check_near(c, stmt->name, &c->subs), "no sub '%s'",
                    stmt->name);
        return;
    }
    struct check_sub *sub = name->sub;
    check_arguments(c, stmt, sub->sub);
    if (sub->state == SUB_OPEN) {
        check_error(c, stmt->name_at, "use repeat or for", "'%s' calls itself", stmt->name);
        return;
    }
    if (c->calls == 32) {
        check_error(c, stmt->name_at, NULL, "calls are nested deeper than 32");
        return;
    }
    if (sub->state == SUB_NEW)
        check_sub_body(c, sub);
    stmt->target = sub->sub;
}

static void check_if(struct check *c, struct stmt *stmt)
{
    check_condition(c, stmt->value, "if");
    check_block(c, stmt->body);
    check_block(c, stmt->otherwise);
}

/* ---- lanes ---- */

static void check_parallel(struct check *c, struct stmt *stmt)
{
    c->in_lane = true;
    for (struct stmt *lane = stmt; lane; lane = lane->otherwise)
        check_block(c, lane->body);
    c->in_lane = false;
}

static bool sets_shared(const struct check *c, const struct stmt *stmt)
{
    for (const struct set_item *i = stmt->sets; i; i = i->next) {
        int at = channel_find(c->view, span_text(i->channel));
        if (at >= 0 && !c->view->channels[at].per_site)
            return true;
    }
    return false;
}

/* A lane is of one site: nothing that all sites do together, and nothing that opens a frame of its
 * own in the record (a step, a capture). */
static bool allowed_in_lane(struct check *c, const struct stmt *stmt)
{
    static const bool refused[STMT_STEP + 1] = {
        [STMT_MIX] = true,       [STMT_SELECT] = true,   [STMT_CAPTURE] = true,
        [STMT_SCAN] = true,      [STMT_ASK] = true,      [STMT_CALL] = true,
        [STMT_EXCLUSIVE] = true, [STMT_PARALLEL] = true, [STMT_STEP] = true,
    };
    bool wrong = refused[stmt->kind] || sets_shared(c, stmt);
    if (wrong)
        check_error(
            c, stmt->at, "what all sites share, steps, captures and calls go around or behind it",
            "a lane may only hold set of a channel of the site, wait, measure, calc, check, "
            "note, if, for and repeat");
    return !wrong;
}

/* ---- cleanup ---- */

static void check_constant(struct check *c, const struct expr *expr)
{
    bool live = expr && (expr->bound_kind == BIND_CHANNEL || expr->bound_kind == BIND_MEASURE ||
                         expr->bound_kind == BIND_CALC || expr->bound_kind == BIND_CAPTURE);
    if (!expr)
        return;
    if (live || expr->kind == EXPR_CALL)
        check_error(c, expr->at, NULL, "cleanup cannot depend on what was measured");
    for (unsigned i = 0; i < expr->args; i++)
        check_constant(c, expr->arg[i]);
}

static bool allowed_in_cleanup(struct check *c, const struct stmt *stmt)
{
    bool simple = stmt->kind == STMT_SET || stmt->kind == STMT_MIX || stmt->kind == STMT_NOTE ||
                  (stmt->kind == STMT_WAIT_TIME && stmt->over);
    if (!simple) {
        check_error(c, stmt->at, "it must also work when everything else has failed",
                    "cleanup may only hold set, mix, wait TIME and note");
    }
    return simple;
}

static void check_cleanup_values(struct check *c, const struct stmt *stmt)
{
    for (const struct set_item *i = stmt->sets; i; i = i->next)
        check_constant(c, i->value);
    for (const struct mix_item *i = stmt->mixes; i; i = i->next)
        check_constant(c, i->amount);
    check_constant(c, stmt->over);
    check_constant(c, stmt->total);
    check_constant(c, stmt->ramp);
}

static void check_check(struct check *c, struct stmt *stmt)
{
    check_condition(c, stmt->value, "check");
    check_braces(c, stmt->title, stmt->title_at, true);
}

static void check_text(struct check *c, struct stmt *stmt)
{
    check_braces(c, stmt->title, stmt->title_at, true);
    if (stmt->to)
        (void)check_expr(c, stmt->to);
}

static void check_body(struct check *c, struct stmt *stmt)
{
    check_block(c, stmt->body);
}

static void check_statement(struct check *c, struct stmt *stmt)
{
    /* clang-format off */
    static void (*const checks[])(struct check *c, struct stmt *stmt) = {
        [STMT_SET] = check_set_stmt, [STMT_MIX] = check_mix_stmt, [STMT_SELECT] = check_stream_stmt,
        [STMT_WAIT_TIME] = check_wait, [STMT_WAIT_UNTIL] = check_wait,
        [STMT_WAIT_STABLE] = check_wait, [STMT_WAIT_SETTLED] = check_wait,
        [STMT_MEASURE] = check_measure, [STMT_CAPTURE] = check_capture, [STMT_CALC] = check_calc,
        [STMT_CHECK] = check_check, [STMT_NOTE] = check_text, [STMT_ASK] = check_text,
        [STMT_SCAN] = check_scan, [STMT_FOR] = check_for, [STMT_REPEAT] = check_repeat,
        [STMT_IF] = check_if, [STMT_CALL] = check_call_stmt, [STMT_PARALLEL] = check_parallel,
        [STMT_EXCLUSIVE] = check_body, [STMT_STEP] = check_step,
    };
    /* clang-format on */
    checks[stmt->kind](c, stmt);
}

void check_block(struct check *c, struct stmt *stmt)
{
    for (; stmt && c->diag->errors < CHECK_ERRORS_MAX; stmt = stmt->next) {
        if (c->in_cleanup && !allowed_in_cleanup(c, stmt))
            continue;
        if (c->in_lane && !allowed_in_lane(c, stmt))
            continue;
        unsigned before = c->diag->errors;
        check_statement(c, stmt);
        if (c->in_cleanup)
            check_cleanup_values(c, stmt);
        stmt->wrong = c->diag->errors != before;
    }
}
