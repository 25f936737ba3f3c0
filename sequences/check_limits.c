/* Measurements against the rows of the limits file. */
#include "sequences/check.h"

enum { LIMIT_NAME_LEN = 64 };

void check_instance(struct check *c, const struct stmt *stmt)
{
    char name[LIMIT_NAME_LEN];
    if (!check_expand(c, stmt->name, name, sizeof name)) {
        if (!check_reported(c, &stmt->name))
            diag_add(c->diag, DIAG_WARNING, stmt->name_at, NULL,
                     "the name '%s' is only known during the run, or is longer than %d characters",
                     stmt->name, LIMIT_NAME_LEN - 1);
        return;
    }
    if (check_name_find(&c->instances, span_text(name)))
        return;
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (name[len] && !check_reported(c, &stmt->name))
        check_error(c, stmt->name_at, "use a name of small letters, digits and _",
                    "the measurement would be called '%s'", name);
    const char *copy = arena_text(c->arena, span_text(name));
    if (copy)
        (void)check_name_add(
            c, &c->instances,
            (struct check_name){.name = copy, .binding = BIND_MEASURE, .item = stmt});
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const struct check_name *made_of(const struct check *c, const struct stmt *stmt)
{
    struct span name = span_text(stmt->name);
    const struct check_name *made = check_name_find(&c->made, name);
    return made ? made : check_name_find(&c->patterns, name);
}

static void check_row(struct check *c, const struct limit *row, const char *file)
{
    const struct check_name *instance = check_name_find(&c->instances, span_text(row->measurement));
    if (!instance) {
        diag_add(c->diag, DIAG_WARNING, row->at, check_near(c, row->measurement, &c->instances),
                 "'%s' is not measured by this sequence", row->measurement);
        return;
    }
    const struct stmt *stmt = instance->item;
    const struct check_name *made = made_of(c, stmt);
    struct check_type limit = check_number_type(row->unit.dim, &row->unit);
    if (!made || check_same(&made->type, &limit) || check_reported(c, stmt))
        return;
    check_error(c, stmt->name_at, NULL, "'%s' is measured in %s but %s gives its limit in %s",
                row->measurement, check_unit_name(&made->type), file, check_unit_name(&limit));
}

/* One line for the whole file: an old one has none at all. */
static void check_sources(struct check *c, const struct limits *limits, const char *file)
{
    const struct limit *first = NULL;
    unsigned bare = 0;
    for (size_t i = 0; i < limits->count; i++) {
        bare += !limits->rows[i].sourced;
        if (!limits->rows[i].sourced && !first)
            first = &limits->rows[i];
    }
    if (first)
        diag_add(c->diag, DIAG_WARNING, first->at,
                 "begin the comment with 'published (high): ', 'computed (medium): ', 'assumed "
                 "(low): ' or the like",
                 "%u limits of %s do not say where they come from and how sure that is", bare,
                 file);
}

void check_limits(struct check *c)
{
    const struct limits *limits = c->out->limits;
    struct check_names *rows = limits ? check_take(c, sizeof *rows) : NULL;
    if (!rows)
        return;
    const char *file = base_name(c->program->limits_path);
    check_sources(c, limits, file);
    for (size_t i = 0; i < limits->count; i++) {
        const struct limit *row = &limits->rows[i];
        check_row(c, row, file);
        if (!check_name_find(rows, span_text(row->measurement)))
            (void)check_name_add(c, rows,
                                 (struct check_name){.name = row->measurement, .item = row});
    }
    for (const struct check_name *n = c->instances.first; n; n = n->next) {
        const struct stmt *stmt = n->item;
        if (!check_name_find(rows, span_text(n->name)))
            diag_add(c->diag, DIAG_NOTE, stmt->name_at, check_near(c, n->name, rows),
                     "'%s' has no limit in %s", n->name, file);
    }
}
