/* Names: where they come from, what they are, and what was probably meant. */
#include <stdarg.h>

#include "sequences/check.h"

void check_error(struct check *c, struct place at, const char *help, const char *format, ...)
{
    char text[320];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    diag_add(c->diag, DIAG_ERROR, at, help, "%s", text);
}

void *check_take(struct check *c, size_t size)
{
    return arena_take(c->arena, size);
}

static unsigned hash_of(struct span name)
{
    unsigned h = 2166136261u;
    for (size_t i = 0; i < name.len; i++)
        h = (h ^ (unsigned char)name.at[i]) * 16777619u;
    return h % CHECK_BUCKETS;
}

struct check_name *check_name_find(const struct check_names *names, struct span name)
{
    struct check_name *at = names->bucket[hash_of(name)];
    while (at && !span_is(name, at->name))
        at = at->chain;
    return at;
}

struct check_name *check_name_add(struct check *c, struct check_names *names,
                                  struct check_name name)
{
    struct check_name *copy = check_take(c, sizeof *copy);
    if (!copy)
        return NULL;
    *copy = name;
    struct check_name **bucket = &names->bucket[hash_of(span_text(name.name))];
    copy->chain = *bucket;
    copy->next = NULL;
    *bucket = copy;
    if (!names->tail)
        names->tail = &names->first;
    *names->tail = copy;
    names->tail = &copy->next;
    names->count++;
    return copy;
}

bool check_reported(struct check *c, const void *key)
{
    for (unsigned i = 0; i < c->reported_count; i++) {
        if (c->reported[i] == key)
            return true;
    }
    if (c->reported_count == CHECK_REPORTED_MAX)
        return true;
    c->reported[c->reported_count++] = key;
    return false;
}

/* ---- suggestions ---- */

enum { NEAR_MAX = 512 };

struct candidates {
    const char *name[NEAR_MAX];
    size_t count;
};

static const char *candidate(const void *ctx, size_t i)
{
    const struct candidates *all = ctx;
    return i < all->count ? all->name[i] : NULL;
}

static void add_names(struct candidates *all, const struct check_names *names)
{
    for (const struct check_name *n = names->first; n && all->count < NEAR_MAX; n = n->next)
        all->name[all->count++] = n->name;
}

static void add_channels(struct candidates *all, const struct bench_view *view)
{
    for (size_t i = 0; i < view->channel_count && all->count < NEAR_MAX; i++)
        all->name[all->count++] = view->channels[i].name;
}

static const char *nearest(struct check *c, const char *word, const struct candidates *all)
{
    if (c->diag->errors >= DIAG_MAX) /* no more are kept */
        return NULL;
    const char *near = diag_suggest(span_text(word), candidate, all, all->count);
    if (!near)
        return NULL;
    (void)snprintf(c->help, sizeof c->help, "did you mean '%s'?", near);
    return c->help;
}

const char *check_near(struct check *c, const char *word, const struct check_names *names)
{
    struct candidates all = {.count = 0};
    add_names(&all, names);
    return nearest(c, word, &all);
}

const char *check_near_channel(struct check *c, const char *word)
{
    struct candidates all = {.count = 0};
    add_channels(&all, c->view);
    return nearest(c, word, &all);
}

static const char *near_anything(struct check *c, const char *word)
{
    struct candidates all = {.count = 0};
    for (const struct check_scope *s = c->scope; s && all.count < NEAR_MAX; s = s->outer)
        all.name[all.count++] = s->name;
    add_names(&all, &c->params);
    add_names(&all, &c->made);
    add_channels(&all, c->view);
    return nearest(c, word, &all);
}

const struct channel *check_channel(struct check *c, const char *name, struct place at)
{
    int i = channel_find(c->view, span_text(name));
    if (i >= 0)
        return &c->view->channels[i];
    check_error(c, at, check_near_channel(c, name), "channel '%s' is not on this station", name);
    return NULL;
}

/* ---- what a name stands for ---- */

bool check_fits_pattern(const char *pattern, const char *name)
{
    const char *open = strchr(pattern, '{');
    if (!open)
        return strcmp(pattern, name) == 0;
    const char *close = strchr(open, '}');
    size_t head = (size_t)(open - pattern);
    if (!close || strncmp(pattern, name, head) != 0)
        return false;
    for (const char *at = name + head; *at; at++) {
        if (check_fits_pattern(close + 1, at + 1))
            return true;
    }
    return false;
}

struct check_name *check_find_made(struct check *c, const char *name)
{
    struct check_name *made = check_name_find(&c->made, span_text(name));
    bool fits = strlen(name) < 64; /* longer ones are not made */
    for (struct check_name *p = c->patterns.first; fits && !made && p; p = p->next) {
        if (check_fits_pattern(p->name, name))
            made = p;
    }
    return made;
}

static struct check_type bind(struct expr *expr, enum binding binding, const void *item,
                              struct check_type type)
{
    expr->bound = item;
    expr->bound_kind = (int)binding;
    return type;
}

static struct check_type resolve_column(struct check *c, struct expr *expr,
                                        const struct check_scope *scope, const char *column)
{
    struct check_type bad = {.kind = KIND_BAD};
    if (!scope->table) /* it could not be loaded */
        return bad;
    int at = csv_column(scope->table, column);
    if (at >= 0)
        return bind(expr, BIND_COLUMN, scope->item, check_column_type(c, scope->table, at));
    struct candidates all = {.count = 0};
    char names[64][40];
    for (size_t i = 0; i < scope->table->columns && i < COUNT(names); i++) {
        struct span text = scope->table->cells[i].text;
        (void)snprintf(names[i], sizeof names[i], "%.*s", (int)text.len, text.at);
        all.name[all.count++] = names[i];
    }
    check_error(c, expr->at, nearest(c, column, &all), "the table %s has no column '%s'",
                scope->table->source->name, column);
    return bad;
}

static bool resolve_scope(struct check *c, struct expr *expr, struct check_type *out)
{
    const char *dot = strchr(expr->text, '.');
    struct span head = {expr->text, dot ? (size_t)(dot - expr->text) : strlen(expr->text)};
    for (const struct check_scope *s = c->scope; s; s = s->outer) {
        if (!span_is(head, s->name))
            continue;
        if (s->binding == BIND_COLUMN && !dot) {
            check_error(c, expr->at, NULL, "'%s' is a row: write %s.column", s->name, s->name);
            *out = (struct check_type){.kind = KIND_BAD};
            return true;
        }
        if (s->binding == BIND_COLUMN) {
            *out = resolve_column(c, expr, s, dot + 1);
            return true;
        }
        if (!dot) {
            *out = bind(expr, s->binding, s->item, s->type);
            return true;
        }
    }
    return false;
}

/* "edge.dut.ip" */
static bool resolve_capture(struct check *c, struct expr *expr, struct check_type *out)
{
    const char *dot = strchr(expr->text, '.');
    if (!dot)
        return false;
    struct span head = {expr->text, (size_t)(dot - expr->text)};
    const struct check_name *capture = check_name_find(&c->captures, head);
    if (!capture)
        return false;
    const struct stmt *stmt = capture->item;
    *out = (struct check_type){.kind = KIND_BAD};
    for (const struct name_item *n = stmt->names; n; n = n->next) {
        int i = channel_find(c->view, span_text(n->name));
        if (strcmp(n->name, dot + 1) != 0)
            continue;
        if (i >= 0)
            *out = bind(expr, BIND_CAPTURE, stmt, check_channel_type(&c->view->channels[i]));
        return true;
    }
    check_error(c, expr->at, NULL, "the capture '%s' does not hold '%s'", stmt->name, dot + 1);
    return true;
}

/* A constant of the station's kind of part becomes the quantity that it is. */
static bool resolve_constant(struct check *c, struct expr *expr, struct check_type *out)
{
    for (size_t i = 0; i < c->view->constant_count; i++) {
        const struct type_constant *constant = &c->view->constants[i];
        if (strcmp(expr->text, constant->name) != 0)
            continue;
        expr->kind = EXPR_QUANTITY;
        expr->value = constant->value;
        expr->unit = constant->unit;
        *out = check_expr(c, expr);
        return true;
    }
    return false;
}

struct check_type check_resolve(struct check *c, struct expr *expr)
{
    struct check_type type = {.kind = KIND_BAD};
    if (resolve_scope(c, expr, &type))
        return type;
    struct check_name *name = check_name_find(&c->params, span_text(expr->text));
    if (!name)
        name = check_find_made(c, expr->text);
    if (name)
        return bind(expr, name->binding, name->item, name->type);
    if (resolve_capture(c, expr, &type))
        return type;
    int i = channel_find(c->view, span_text(expr->text));
    if (i >= 0) {
        const struct channel *channel = &c->view->channels[i];
        if (channel->nothing && !check_reported(c, channel))
            diag_add(c->diag, DIAG_WARNING, expr->at, NULL, "'%s' measures nothing here: %s",
                     channel->name, channel->nothing);
        return bind(expr, BIND_CHANNEL, channel, check_channel_type(channel));
    }
    if (resolve_constant(c, expr, &type))
        return type;
    const char *help = near_anything(c, expr->text);
    if (strncmp(expr->text, "type.", 5) == 0)
        check_error(c, expr->at, NULL, "the station's kind of part says no '%s'", expr->text);
    else if (strchr(expr->text, '.'))
        check_error(c, expr->at, help, "channel '%s' is not on this station", expr->text);
    else
        check_error(c, expr->at, help, "'%s' is not known here", expr->text);
    return type;
}

void check_braces(struct check *c, const char *text, struct place at, bool quoted)
{
    for (const char *open = text ? strchr(text, '{') : NULL; open; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        struct place where = at;
        where.col += (unsigned)(open - text) + (quoted ? 1 : 0);
        where.len = close ? (unsigned)(close - open) + 1 : 1;
        if (!close) {
            check_error(c, where, NULL, "'{' is not closed by '}'");
            return;
        }
        struct span name = {open + 1, (size_t)(close - open - 1)};
        const char *copy = arena_text(c->arena, name);
        if (!copy)
            return;
        if (!name.len || strspn(copy, "abcdefghijklmnopqrstuvwxyz0123456789_.") != name.len) {
            check_error(c, where, "write {name}", "only a name may stand between '{' and '}'");
            continue;
        }
        struct expr expr = {.kind = EXPR_NAME, .at = where, .text = copy};
        (void)check_resolve(c, &expr);
        if (expr.kind != EXPR_NAME)
            check_error(c, where, NULL, "'%s' cannot stand in a name", copy);
    }
}
