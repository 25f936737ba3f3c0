/* The files a sequence names: limits, gases, tables. */
#include "core/num.h"
#include "sequences/check.h"
#include "sequences/quantity.h"

static bool path_of(struct check *c, const char *path, struct place at, char *out, size_t cap)
{
    if (source_path_beside(at.source->name, span_text(path), out, cap) == RC_OK)
        return true;
    check_error(c, at, NULL, "this path is too long");
    return false;
}

/* The same file is loaded once; NULL after an error. */
static struct attached *attach(struct check *c, const char *kind, const char *path, struct place at)
{
    char full[1024];
    struct checked *out = c->out;
    if (!path_of(c, path, at, full, sizeof full))
        return NULL;
    for (unsigned i = 0; i < out->file_count; i++) {
        if (strcmp(out->files[i].source->name, full) == 0)
            return &out->files[i];
    }
    if (out->file_count == CHECKED_FILES_MAX) {
        check_error(c, at, NULL, "a sequence may name at most %d files", CHECKED_FILES_MAX);
        return NULL;
    }
    struct attached file = {.kind = kind};
    unsigned before = c->diag->errors;
    if (source_load(full, c->diag, &file.source)) {
        if (c->diag->errors == before)
            check_error(c, at, NULL, "cannot read %s", full);
        return NULL;
    }
    if (csv_parse_table(file.source, c->diag, &file.csv))
        file.csv = NULL;
    out->files[out->file_count] = file;
    return &out->files[out->file_count++];
}

const struct csv_table *check_load_table(struct check *c, const char *path, struct place at)
{
    const struct attached *file = attach(c, "table", path, at);
    if (file && file->csv && !file->csv->rows) {
        check_error(c, at, NULL, "the table %s has no rows", file->source->name);
        return NULL;
    }
    return file ? file->csv : NULL;
}

struct check_value check_cell(const struct csv_table *table, size_t row, int column)
{
    struct span text = csv_cell(table, row, (size_t)column)->text;
    struct check_value value = {.text = text, .is_text = true};
    if (span_is(text, "on") || span_is(text, "off")) {
        value = (struct check_value){.si = span_is(text, "on") ? 1 : 0};
    } else if (quantity_read(text, &value.si, &value.unit, NULL) == RC_OK) {
        value.is_text = false;
        value.si = unit_to_si(&value.unit, value.si);
    }
    return value;
}

static enum check_kind cell_kind(const struct csv_table *table, size_t row, int column,
                                 struct unit *unit)
{
    struct span text = csv_cell(table, row, (size_t)column)->text;
    if (span_is(text, "on") || span_is(text, "off"))
        return KIND_LOGIC;
    struct check_value value = check_cell(table, row, column);
    *unit = value.unit;
    return value.is_text ? KIND_TEXT : KIND_NUMBER;
}

/* What is wrong with a text that was meant as a number; NULL: it may well be a text. */
static const char *damage(struct span text)
{
    struct unit unit;
    double value;
    struct span word = text.len && strchr("+-", *text.at) ? span_skip(text, 1) : text;
    if (quantity_read(text, &value, &unit, NULL) == RC_RANGE)
        return "this number is too large";
    if (word.len >= 3 && (strncmp(word.at, "nan", 3) == 0 || strncmp(word.at, "inf", 3) == 0))
        return "a point needs a number";
    return quantity_hint(text);
}

static void odd_cell(struct check *c, const struct csv_table *table, size_t row, int column,
                     const struct check_type *type)
{
    const struct csv_cell *cell = csv_cell(table, row, (size_t)column);
    struct span text = cell->text, bad;
    struct unit unit;
    double value;
    const char *help = type->kind == KIND_NUMBER ? damage(text) : quantity_hint(text);
    if (type->kind == KIND_NUMBER && quantity_read(text, &value, &unit, &bad) == RC_CONFIG) {
        const char *near = unit_suggest(bad);
        (void)snprintf(c->help, sizeof c->help, "did you mean '%s'?", near ? near : "");
        check_error(c, csv_place(table, cell), near ? c->help : NULL, "unknown unit '%.*s'",
                    (int)bad.len, bad.at);
        return;
    }
    check_error(c, csv_place(table, cell), help,
                help ? "this column is in %s: '%.*s' is not"
                     : "the first row of this column is in %s: '%.*s' is not",
                check_unit_name(type), (int)text.len, text.at);
}

/* The row that tells what the column holds: the first, but not if it is a damaged number and a
 * number stands further down. */
static size_t telling_row(const struct csv_table *table, int column)
{
    struct unit unit;
    if (cell_kind(table, 0, column, &unit) != KIND_TEXT ||
        !damage(csv_cell(table, 0, (size_t)column)->text))
        return 0;
    for (size_t row = 1; row < table->rows; row++)
        if (cell_kind(table, row, column, &unit) == KIND_NUMBER)
            return row;
    return 0;
}

static struct check_type column_type(struct check *c, const struct csv_table *table, int column)
{
    struct check_type type = {.kind = KIND_BAD};
    struct unit *told = check_take(c, sizeof *told), unit;
    if (!told || !table->rows)
        return type;
    size_t telling = telling_row(table, column);
    type.kind = cell_kind(table, telling, column, told);
    if (type.kind == KIND_NUMBER)
        type = check_number_type(told->dim, told->name[0] ? told : NULL);
    for (size_t row = 0; row < table->rows; row++) {
        enum check_kind kind = cell_kind(table, row, column, &unit);
        if (kind != type.kind || (kind == KIND_NUMBER && !dim_equal(unit.dim, type.dim)))
            odd_cell(c, table, row, column, &type);
    }
    return type;
}

struct check_type check_column_type(struct check *c, const struct csv_table *table, int column)
{
    for (unsigned i = 0; i < c->column_count; i++) {
        if (c->columns[i].table == table && c->columns[i].column == column)
            return c->columns[i].type;
    }
    struct check_type type = column_type(c, table, column);
    if (c->column_count < CHECK_COLUMNS_MAX)
        c->columns[c->column_count++] = (struct check_column){table, column, type};
    return type;
}

/* ---- gases ---- */

struct gas_columns {
    int gas, channel;
    int species[64]; /* -1: no species */
};

static bool gas_header(struct check *c, const struct csv_table *table, struct gas_columns *columns)
{
    columns->gas = csv_column(table, "gas");
    columns->channel = csv_column(table, "channel");
    if (columns->gas < 0 || columns->channel < 0) {
        check_error(c, (struct place){.source = table->source}, "gas,channel,o2,co,h2,co2,h2o,n2",
                    "the column '%s' is missing", columns->gas < 0 ? "gas" : "channel");
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < table->columns; i++) {
        const struct csv_cell *cell = &table->cells[i];
        enum gas_species species;
        columns->species[i] = -1;
        if ((int)i == columns->gas || (int)i == columns->channel || span_is(cell->text, "comment"))
            continue;
        if (gas_species_find(cell->text, &species) == RC_OK) {
            columns->species[i] = (int)species;
            continue;
        }
        const char *near = gas_species_suggest(cell->text);
        (void)snprintf(c->help, sizeof c->help, "did you mean '%s'?", near ? near : "");
        check_error(c, csv_place(table, cell),
                    near ? c->help : "notes stand in the column 'comment'",
                    "'%.*s' is not a gas species", (int)cell->text.len, cell->text.at);
        good = false;
    }
    return good;
}

static bool gas_share(struct check *c, const struct csv_table *table, const struct csv_cell *cell,
                      double *out)
{
    struct unit unit;
    if (quantity_read(cell->text, out, &unit, NULL) == RC_OK && dim_equal(unit.dim, dim_one) &&
        (unit.name[0] || *out == 0)) {
        *out = unit_to_si(&unit, *out);
        if (num_within(*out, 0, 1))
            return true;
    }
    const char *help = quantity_hint(cell->text);
    check_error(c, csv_place(table, cell), help ? help : "0.5 %, 200 ppm, balance or empty",
                "'%.*s' is not a share of a gas", (int)cell->text.len, cell->text.at);
    return false;
}

static bool gas_contents(struct check *c, const struct csv_table *table, size_t row,
                         const struct gas_columns *columns, struct gas_mix *mix)
{
    int balance = -1;
    double sum = 0;
    struct place at = csv_place(table, csv_cell(table, row, (size_t)columns->gas));
    for (size_t i = 0; i < table->columns; i++) {
        const struct csv_cell *cell = csv_cell(table, row, i);
        int species = columns->species[i];
        if (species < 0 || !cell->text.len)
            continue;
        if (span_is(cell->text, "balance")) {
            if (balance >= 0) {
                check_error(c, csv_place(table, cell), NULL, "there are two balances in this gas");
                return false;
            }
            balance = species;
        } else if (!gas_share(c, table, cell, &mix->x[species])) {
            return false;
        } else {
            sum += mix->x[species];
        }
    }
    if (!(sum <= 1 + 1e-9) || (balance < 0 && !(sum >= 1 - 1e-6))) {
        check_error(c, at, balance < 0 ? "call one of them 'balance'" : NULL,
                    "the contents of this gas add up to %.4g %%", sum * 100);
        return false;
    }
    if (balance >= 0)
        mix->x[balance] = sum < 1 ? 1 - sum : 0;
    return true;
}

static const struct channel *gas_channel(struct check *c, const struct csv_table *table,
                                         const struct csv_cell *cell)
{
    const char *name = arena_text(c->arena, cell->text);
    struct place at = csv_place(table, cell);
    const struct channel *channel = name ? check_channel(c, name, at) : NULL;
    if (channel && (!channel->output || channel->per_site || channel->type != CHANNEL_QUANTITY ||
                    !dim_equal(channel->unit.dim, check_dim_flow))) {
        check_error(c, at, NULL, "'%s' is not a flow that all sites share and that can be set",
                    channel->name);
        return NULL;
    }
    return channel;
}

static void add_gas(struct check *c, const struct csv_table *table, size_t row,
                    const struct gas_columns *columns)
{
    const struct csv_cell *cell = csv_cell(table, row, (size_t)columns->gas);
    struct place at = csv_place(table, cell);
    struct gas_supply gas = {.name = arena_text(c->arena, cell->text)};
    const struct channel *channel =
        gas_channel(c, table, csv_cell(table, row, (size_t)columns->channel));
    if (!channel || !gas.name || !gas_contents(c, table, row, columns, &gas.mix))
        return;
    gas.channel = channel->name;
    for (unsigned i = 0; i < c->out->gas_count; i++) {
        if (strcmp(c->out->gases[i].name, gas.name) == 0) {
            check_error(c, at, NULL, "the gas '%s' stands twice", gas.name);
            return;
        }
        if (strcmp(c->out->gases[i].channel, gas.channel) == 0) {
            check_error(c, at, NULL, "'%s' doses '%s' already", gas.channel, c->out->gases[i].name);
            return;
        }
    }
    if (c->out->gas_count == CHECKED_GASES_MAX) {
        check_error(c, at, NULL, "there are more than %d gases", CHECKED_GASES_MAX);
        return;
    }
    c->out->gases[c->out->gas_count++] = gas;
}

static void load_gases(struct check *c)
{
    struct gas_columns columns;
    const struct attached *file = attach(c, "gases", c->program->gases_path, c->program->gases_at);
    if (!file || !file->csv || !gas_header(c, file->csv, &columns))
        return;
    for (size_t row = 0; row < file->csv->rows; row++)
        add_gas(c, file->csv, row, &columns);
}

void check_load_files(struct check *c)
{
    if (c->program->limits_path) {
        const struct attached *file =
            attach(c, "limits", c->program->limits_path, c->program->limits_at);
        struct limits *limits = NULL;
        if (file && file->csv && limits_load(file->csv, c->diag, &limits) == RC_OK)
            c->out->limits = limits;
    }
    if (c->program->gases_path)
        load_gases(c);
}
