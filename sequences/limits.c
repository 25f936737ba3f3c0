#include "sequences/limits.h"

#include <math.h>
#include <stdlib.h>

#include "core/num.h"
#include "sequences/quantity.h"

enum column { MEASUREMENT, PART, LSL, USL, UNIT, GUARD, MARGINAL, CRITICAL, COLUMNS };

static const char *const column_names[COLUMNS] = {"measurement", "part",  "lsl",      "usl",
                                                  "unit",        "guard", "marginal", "critical"};

struct reader {
    const struct csv_table *table;
    struct diag *diag;
    int column[COLUMNS], comment; /* comment -1: the file has none */
    size_t row;
};

static struct span cell_text(const struct reader *r, enum column column)
{
    return csv_cell(r->table, r->row, (size_t)r->column[column])->text;
}

static struct place cell_place(const struct reader *r, enum column column)
{
    return csv_place(r->table, csv_cell(r->table, r->row, (size_t)r->column[column]));
}

static bool find_columns(struct reader *r)
{
    bool all = true;
    r->comment = csv_column(r->table, "comment");
    for (unsigned c = 0; c < COLUMNS; c++) {
        r->column[c] = csv_column(r->table, column_names[c]);
        if (r->column[c] >= 0)
            continue;
        struct place at = {.source = r->table->source};
        diag_add(r->diag, DIAG_ERROR, at,
                 "measurement,part,lsl,usl,unit,guard,marginal,critical,comment",
                 "the column '%s' is missing", column_names[c]);
        all = false;
    }
    return all;
}

static bool copy_text(struct reader *r, enum column column, char *out, size_t cap)
{
    struct span text = cell_text(r, column);
    if (!text.len) {
        diag_add(r->diag, DIAG_ERROR, cell_place(r, column),
                 column == PART ? "'*' stands for all parts" : NULL, "the %s is missing",
                 column_names[column]);
        return false;
    }
    if (text.len >= cap) {
        diag_add(r->diag, DIAG_ERROR, cell_place(r, column), NULL,
                 "this %s is longer than %zu characters", column_names[column], cap - 1);
        return false;
    }
    memcpy(out, text.at, text.len);
    out[text.len] = '\0';
    return true;
}

static bool read_name(struct reader *r, struct limit *limit)
{
    if (!copy_text(r, MEASUREMENT, limit->measurement, sizeof limit->measurement))
        return false;
    const char *name = limit->measurement;
    bool good = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name) &&
                !(name[0] >= '0' && name[0] <= '9');
    if (!good) {
        diag_add(r->diag, DIAG_ERROR, cell_place(r, MEASUREMENT), quantity_hint(span_text(name)),
                 "this is not a name of a measurement");
    }
    return good;
}

static bool read_unit(struct reader *r, struct limit *limit)
{
    struct span text = cell_text(r, UNIT);
    limit->unit = (struct unit){.name = "", .dim = dim_one, .scale = 1};
    if (!text.len)
        return true;
    if (unit_find(text, &limit->unit)) {
        const char *near = unit_suggest(text);
        char help[48];
        (void)snprintf(help, sizeof help, "did you mean '%s'?", near ? near : "");
        diag_add(r->diag, DIAG_ERROR, cell_place(r, UNIT), near ? help : NULL,
                 "unknown unit '%.*s'", (int)text.len, text.at);
        return false;
    }
    if (limit->unit.dim.of != DIM_PLAIN) {
        diag_add(r->diag, DIAG_ERROR, cell_place(r, UNIT), NULL,
                 "'%s' is not a unit of a measurement", limit->unit.name);
        return false;
    }
    return true;
}

/* `absent` is what the value is when the cell is empty or says none. */
static bool read_side(struct reader *r, enum column column, double absent, double *out)
{
    struct span text = cell_text(r, column);
    *out = absent;
    if (!text.len || span_is(text, "none"))
        return true;
    enum rc rc = num_parse(text, out);
    if (!rc)
        return true;
    double value;
    struct unit unit;
    const char *help = quantity_hint(text);
    if (!help && quantity_read(text, &value, &unit, NULL) == RC_OK)
        help = "the unit stands in its own column";
    diag_add(r->diag, DIAG_ERROR, cell_place(r, column), help,
             rc == RC_RANGE ? "'%.*s' is too large" : "'%.*s' is not a number", (int)text.len,
             text.at);
    *out = absent;
    return false;
}

static bool read_sides(struct reader *r, struct limit *limit)
{
    bool low = read_side(r, LSL, -(double)INFINITY, &limit->lsl);
    bool high = read_side(r, USL, (double)INFINITY, &limit->usl);
    if (!low || !high)
        return false;
    if (limit->lsl <= limit->usl) {
        if (isfinite(limit->lsl) || isfinite(limit->usl) ||
            (cell_text(r, LSL).len && cell_text(r, USL).len))
            return true;
        diag_add(r->diag, DIAG_ERROR, cell_place(r, LSL),
                 "if it is meant to have none, write 'none' in both cells",
                 "'%s' has neither a lower nor an upper limit", limit->measurement);
        return false;
    }
    struct span lsl = cell_text(r, LSL), usl = cell_text(r, USL);
    diag_add(r->diag, DIAG_ERROR, cell_place(r, LSL), NULL,
             "the lower limit %.*s is above the upper limit %.*s", (int)lsl.len, lsl.at,
             (int)usl.len, usl.at);
    return false;
}

/* Between the limits; of a one-sided one the distance from 0, so that "10 %" of 12 s is 1.2 s. */
static double width_of(const struct limit *limit)
{
    if (isfinite(limit->lsl) && isfinite(limit->usl))
        return limit->usl - limit->lsl;
    return isfinite(limit->lsl) ? fabs(limit->lsl) : isfinite(limit->usl) ? fabs(limit->usl) : 0;
}

/* "10 %" or a quantity of the limit's dimension, as a distance in its unit. */
static bool read_distance(struct reader *r, enum column column, const struct limit *limit,
                          double *out, bool *share)
{
    struct span text = cell_text(r, column), bad;
    struct unit unit;
    double value;
    enum rc rc = quantity_read(text, &value, &unit, &bad);
    if (rc) {
        diag_add(r->diag, DIAG_ERROR, cell_place(r, column), quantity_hint(text),
                 "'%.*s' is not a %s", (int)text.len, text.at,
                 column == GUARD ? "guard band (U95, 2 U95, 5 uA, 10 %)" : "margin (10 %, 5 uA)");
        return false;
    }
    *share = strcmp(unit.name, "%") == 0;
    if (!*share && (!dim_equal(unit.dim, limit->unit.dim) || unit.offset != 0)) {
        diag_add(r->diag, DIAG_ERROR, cell_place(r, column),
                 unit.offset != 0 ? "a temperature difference is written in K" : NULL,
                 "this %s is not in the limit's unit '%s'", column_names[column], limit->unit.name);
        return false;
    }
    if (!(value >= 0)) {
        diag_add(r->diag, DIAG_ERROR, cell_place(r, column), NULL, "a %s cannot be negative",
                 column_names[column]);
        return false;
    }
    *out = *share ? value / 100 : value * unit.scale / limit->unit.scale;
    return true;
}

static bool read_guard(struct reader *r, struct limit *limit)
{
    struct span text = cell_text(r, GUARD);
    bool share = false;
    if (!text.len || span_is(text, "none"))
        return true;
    if (text.len >= 3 && memcmp(text.at + text.len - 3, "U95", 3) == 0) {
        struct span factor = {text.at, text.len - 3};
        while (factor.len && factor.at[factor.len - 1] == ' ')
            factor.len--;
        limit->guard = GUARD_U95;
        limit->guard_value = 1;
        if (!factor.len || (num_parse(factor, &limit->guard_value) == RC_OK &&
                            num_within(limit->guard_value, 0, 10)))
            return true;
        diag_add(r->diag, DIAG_ERROR, cell_place(r, GUARD), NULL,
                 "the factor of U95 must be a number from 0 to 10");
        return false;
    }
    if (!read_distance(r, GUARD, limit, &limit->guard_value, &share))
        return false;
    bool both = isfinite(limit->lsl) && isfinite(limit->usl);
    limit->guard = share && both ? GUARD_WIDTH : GUARD_ABSOLUTE;
    if (share && !both)
        limit->guard_value *= width_of(limit);
    return true;
}

static bool read_marginal(struct reader *r, struct limit *limit)
{
    struct span text = cell_text(r, MARGINAL);
    bool share = false;
    if (!text.len || span_is(text, "none"))
        return true;
    if (!read_distance(r, MARGINAL, limit, &limit->marginal, &share))
        return false;
    if (share)
        limit->marginal *= width_of(limit);
    return true;
}

static bool read_critical(struct reader *r, struct limit *limit)
{
    struct span text = cell_text(r, CRITICAL);
    limit->critical = span_is(text, "yes");
    if (limit->critical || span_is(text, "no"))
        return true;
    diag_add(r->diag, DIAG_ERROR, cell_place(r, CRITICAL), NULL, "critical is 'yes' or 'no'");
    return false;
}

static bool take_word(struct span *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]);
        if (text->len < len || memcmp(text->at, words[i], len) != 0)
            continue;
        *text = span_skip(*text, len);
        return true;
    }
    return false;
}

/* "published (high): 300 ohm = 780 degC" */
static bool says_source(struct span comment)
{
    static const char *const sources[] = {"published (", "computed (", "assumed (", "exact ("};
    static const char *const confidences[] = {"high): ", "medium): ", "low): "};
    return take_word(&comment, sources, COUNT(sources)) &&
           take_word(&comment, confidences, COUNT(confidences)) && comment.len > 0;
}

static bool is_sourced(const struct reader *r, const struct limit *limit)
{
    if (!isfinite(limit->lsl) && !isfinite(limit->usl))
        return true;
    return r->comment >= 0 && says_source(csv_cell(r->table, r->row, (size_t)r->comment)->text);
}

/* Guard and margin must leave some room in which a value passes. */
static bool check_room(struct reader *r, const struct limit *limit)
{
    double width = limit->usl - limit->lsl, taken = 2 * limit->marginal;
    if (limit->guard == GUARD_ABSOLUTE)
        taken += 2 * limit->guard_value;
    else if (limit->guard == GUARD_WIDTH)
        taken += 2 * limit->guard_value * width;
    if (!isfinite(width) || width == 0 || taken < width)
        return true;
    diag_add(r->diag, DIAG_ERROR, cell_place(r, GUARD), NULL,
             "guard band and margin leave no room between the limits of '%s'", limit->measurement);
    return false;
}

static bool read_row(struct reader *r, struct limit *limit)
{
    limit->at = cell_place(r, MEASUREMENT);
    limit->row = limit->at.line;
    bool name = read_name(r, limit);
    bool part = copy_text(r, PART, limit->part, sizeof limit->part);
    bool unit = read_unit(r, limit);
    bool sides = read_sides(r, limit);
    bool critical = read_critical(r, limit);
    if (!name || !part || !unit || !sides || !critical)
        return false;
    limit->sourced = is_sourced(r, limit);
    bool guard = read_guard(r, limit);
    return read_marginal(r, limit) && guard && check_room(r, limit);
}

static int compare_rows(const void *a, const void *b)
{
    const struct limit *const *x = a, *const *y = b;
    int by_name = strcmp((*x)->measurement, (*y)->measurement);
    int by_part = by_name ? by_name : strcmp((*x)->part, (*y)->part);
    return by_part ? by_part : (int)((*x)->row > (*y)->row) - (int)((*x)->row < (*y)->row);
}

/* Sorted, because a file may have 10,000 rows. */
static bool find_duplicates(const struct limits *limits, struct diag *diag)
{
    const struct limit **sorted = calloc(limits->count, sizeof(const struct limit *));
    bool none = true;
    if (!sorted)
        return false;
    for (size_t i = 0; i < limits->count; i++)
        sorted[i] = &limits->rows[i];
    qsort(sorted, limits->count, sizeof(const struct limit *), compare_rows);
    for (size_t i = 1; i < limits->count; i++) {
        const struct limit *first = sorted[i - 1], *second = sorted[i];
        if (!second->measurement[0] || strcmp(first->measurement, second->measurement) != 0 ||
            strcmp(first->part, second->part) != 0)
            continue;
        diag_add(diag, DIAG_ERROR, second->at, NULL, "'%s' for part '%s' stands already in line %u",
                 second->measurement, second->part, first->row);
        none = false;
    }
    free(sorted);
    return none;
}

enum rc limits_load(const struct csv_table *table, struct diag *diag, struct limits **out)
{
    struct reader reader = {.table = table, .diag = diag};
    if (!find_columns(&reader))
        return RC_CONFIG;
    if (!table->rows) {
        struct place at = {.source = table->source};
        diag_add(diag, DIAG_ERROR, at, NULL, "the file has no limits");
        return RC_CONFIG;
    }
    struct limits *limits = calloc(1, sizeof *limits);
    struct limit *rows = calloc(table->rows, sizeof *rows);
    if (!limits || !rows) {
        free(limits);
        free(rows);
        return RC_NOSPACE;
    }
    limits->rows = rows;
    limits->count = table->rows;
    bool good = true;
    for (reader.row = 0; reader.row < table->rows; reader.row++)
        good = read_row(&reader, &rows[reader.row]) && good;
    if (!find_duplicates(limits, diag) || !good) {
        limits_free(limits);
        return RC_CONFIG;
    }
    *out = limits;
    return RC_OK;
}

void limits_free(struct limits *limits)
{
    if (!limits)
        return;
    free(limits->rows);
    free(limits);
}

const struct limit *limits_find(const struct limits *limits, const char *measurement,
                                const char *part)
{
    const struct limit *all = NULL;
    for (size_t i = 0; i < limits->count; i++) {
        const struct limit *row = &limits->rows[i];
        if (strcmp(row->measurement, measurement) != 0)
            continue;
        if (strcmp(row->part, part) == 0)
            return row;
        if (strcmp(row->part, "*") == 0)
            all = row;
    }
    return all;
}
