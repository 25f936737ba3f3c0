/* measure, calc, capture. */
#include "sequences/check.h"
#include "sequences/measure_func.h"

enum { TAGS_MAX = 8, NAME_MAX_LEN = 63, BRACES_MAX = 3 };

static unsigned count_braces(const char *name)
{
    unsigned n = 0;
    for (; *name; name++)
        n += *name == '{';
    return n;
}

/* ---- measure ---- */

static struct check_tag *check_tags(struct check *c, const struct stmt *stmt)
{
    struct check_tag *first = NULL, **tail = &first;
    unsigned count = 0;
    for (struct name_item *n = stmt->names; n; n = n->next) {
        struct expr name = {.kind = EXPR_NAME, .at = n->at, .text = n->name};
        struct check_type type = check_resolve(c, &name);
        if (type.kind == KIND_BAD)
            continue;
        if (++count > TAGS_MAX)
            check_error(c, n->at, NULL, "a measurement has at most %d tags", TAGS_MAX);
        if (name.bound_kind == BIND_CHANNEL || name.bound_kind == BIND_CAPTURE) {
            check_error(c, n->at, NULL, "a tag is a loop variable or a parameter, not a channel");
            continue;
        }
        struct check_tag *tag = check_take(c, sizeof *tag);
        if (!tag)
            return first;
        *tag = (struct check_tag){.name = n->name,
                                  .binding = (enum binding)name.bound_kind,
                                  .item = name.bound,
                                  .type = type};
        *tail = tag;
        tail = &tag->next;
    }
    return first;
}

/* Does it look at anything on the bench? */
static bool is_measured(const struct expr *expr)
{
    if (expr->kind == EXPR_NAME)
        return expr->bound_kind != BIND_PARAM && expr->bound_kind != BIND_LOOP &&
               expr->bound_kind != BIND_SUB_PARAM && expr->bound_kind != BIND_COLUMN;
    if (expr->kind == EXPR_CALL)
        return true;
    for (unsigned i = 0; i < expr->args; i++) {
        if (is_measured(expr->arg[i]))
            return true;
    }
    return false;
}

static const char *func_name(const void *ctx, size_t i)
{
    (void)ctx;
    return i < FUNC_KINDS ? measure_func_info((enum measure_func)i)->name : NULL;
}

static struct check_type measured_type(struct check *c, struct stmt *stmt)
{
    struct expr *arg[FUNC_ARGS];
    unsigned args = measure_args(stmt, arg);
    int func = measure_func_find(stmt->func);
    if (func < 0) {
        const char *near = diag_suggest(span_text(stmt->func), func_name, NULL, FUNC_KINDS);
        (void)snprintf(c->help, sizeof c->help, "did you mean '%s'?", near ? near : "");
        check_error(c, stmt->func_at, near ? c->help : "mean, median, min, max, last, sd, t63 ...",
                    "there is no function '%s' to measure with", stmt->func);
        for (unsigned i = 0; i < args; i++)
            (void)check_expr(c, arg[i]);
        return (struct check_type){.kind = KIND_BAD};
    }
    struct check_type type = check_function(c, stmt->func, stmt->func_at, arg, args);
    if (type.kind != KIND_BAD && stmt->value && !is_measured(stmt->value))
        check_error(c, stmt->value->at, NULL,
                    "nothing is measured here: there is no channel in it");
    return type;
}

static void check_over(struct check *c, struct stmt *stmt)
{
    if (!stmt->over)
        return;
    (void)check_dim(c, stmt->over, check_dim_s, "the window");
    bool windowless = !stmt->value || stmt->second ||
                      (stmt->value->kind == EXPR_NAME && stmt->value->bound_kind == BIND_CAPTURE);
    if (windowless)
        check_error(c, stmt->over->at, NULL, "%s has no window here: leave out 'over'", stmt->func);
}

/* Under this name; the same name again must be the same quantity. */
static void add_made(struct check *c, const struct stmt *stmt, enum binding binding,
                     struct check_type type, struct check_tag *tags)
{
    if (strlen(stmt->name) > NAME_MAX_LEN || count_braces(stmt->name) > BRACES_MAX) {
        check_error(c, stmt->name_at, NULL, "a name has at most %d characters and %d {...} parts",
                    NAME_MAX_LEN, BRACES_MAX);
        return;
    }
    struct check_name *before = check_find_made(c, stmt->name);
    struct check_name name = {
        .name = stmt->name, .binding = binding, .item = stmt, .type = type, .tags = tags};
    bool pattern = strchr(stmt->name, '{') != NULL;
    if (!pattern && !check_new_name(c, stmt->name, stmt->name_at))
        return;
    if (before && (before->binding != binding || !check_same(&before->type, &type))) {
        const struct stmt *first = before->item;
        check_error(c, stmt->name_at, NULL, "'%s' is another quantity in line %u", stmt->name,
                    first->at.line);
        return;
    }
    if (pattern && c->patterns.count == CHECK_PATTERNS_MAX) {
        check_error(c, stmt->name_at, "make the names in a loop over a table",
                    "more than %d measurements have {...} in their names", CHECK_PATTERNS_MAX);
        return;
    }
    if (!before || before->type.kind == KIND_BAD || tags)
        (void)check_name_add(c, pattern ? &c->patterns : &c->made, name);
}

void check_measure(struct check *c, struct stmt *stmt)
{
    check_braces(c, stmt->name, stmt->name_at, false);
    struct check_type type = measured_type(c, stmt);
    check_over(c, stmt);
    add_made(c, stmt, BIND_MEASURE, type, check_tags(c, stmt));
}

void check_calc(struct check *c, struct stmt *stmt)
{
    struct check_type type = check_expr(c, stmt->value);
    add_made(c, stmt, BIND_CALC, type, NULL);
}

/* ---- capture ---- */

static void check_capture_channels(struct check *c, const struct stmt *stmt)
{
    unsigned count = 0;
    for (const struct name_item *n = stmt->names; n; n = n->next) {
        const struct channel *channel = check_channel(c, n->name, n->at);
        if (channel && channel->type != CHANNEL_QUANTITY)
            check_error(c, n->at, NULL, "'%s' is no quantity", channel->name);
        if (++count == CHECK_CAPTURE_MAX + 1)
            check_error(c, n->at, NULL, "a capture has at most %d channels", CHECK_CAPTURE_MAX);
    }
}

void check_capture(struct check *c, struct stmt *stmt)
{
    check_capture_channels(c, stmt);
    (void)check_dim(c, stmt->rate, check_dim_Hz, "the rate");
    (void)check_dim(c, stmt->over, check_dim_s, "the time");
    if (stmt->pre)
        (void)check_dim(c, stmt->pre, check_dim_s, "the time before");
    if (check_name_find(&c->captures, span_text(stmt->name)))
        check_error(c, stmt->name_at, NULL, "there is a capture '%s' already", stmt->name);
    else if (check_new_name(c, stmt->name, stmt->name_at))
        (void)check_name_add(
            c, &c->captures,
            (struct check_name){.name = stmt->name, .binding = BIND_CAPTURE, .item = stmt});
    check_block(c, stmt->body);
}
