/* The channel table: one row per logical channel.
 *
 *   channel,scope,dir,unit,min,max,slew,settle,instrument,signal,u95[,coarse] */
#include <stdlib.h>

#include "bench/station_private.h"
#include "core/num.h"

enum column {
    COL_CHANNEL,
    COL_SCOPE,
    COL_DIR,
    COL_UNIT,
    COL_MIN,
    COL_MAX,
    COL_SLEW,
    COL_SETTLE,
    COL_INSTRUMENT,
    COL_SIGNAL,
    COL_U95,
    COLUMNS
};

static const char *const column_names[COLUMNS] = {
    [COL_CHANNEL] = "channel", [COL_SCOPE] = "scope",   [COL_DIR] = "dir",
    [COL_UNIT] = "unit",       [COL_MIN] = "min",       [COL_MAX] = "max",
    [COL_SLEW] = "slew",       [COL_SETTLE] = "settle", [COL_INSTRUMENT] = "instrument",
    [COL_SIGNAL] = "signal",   [COL_U95] = "u95"};

struct row_reader {
    const struct csv_table *table;
    struct diag *diag;
    int column[COLUMNS];
    size_t row;
};

static const struct csv_cell *cell_of(const struct row_reader *r, enum column column)
{
    return csv_cell(r->table, r->row, (size_t)r->column[column]);
}

static bool refuse(const struct row_reader *r, enum column column, const char *help,
                   const char *message)
{
    const struct csv_cell *cell = cell_of(r, column);
    diag_add(r->diag, DIAG_ERROR, csv_place(r->table, cell), help, "%s: '%.*s'", message,
             (int)cell->text.len, cell->text.at);
    return false;
}

static bool find_columns(struct row_reader *r)
{
    bool ok = true;
    for (size_t i = 0; i < COLUMNS; i++) {
        r->column[i] = csv_column(r->table, column_names[i]);
        if (r->column[i] >= 0)
            continue;
        diag_add(r->diag, DIAG_ERROR,
                 (struct place){.source = r->table->source, .line = 1, .col = 1}, NULL,
                 "the channel table has no column '%s'", column_names[i]);
        ok = false;
    }
    return ok;
}

/* "0.6 %rd", "5 uA", "5 L/min/s": number, blank, unit. */
static bool split_quantity(struct span text, double *value, struct unit *unit)
{
    size_t n = 0;
    while (n < text.len && text.at[n] != ' ')
        n++;
    struct span rest = span_skip(text, n);
    while (rest.len && *rest.at == ' ')
        rest = span_skip(rest, 1);
    return num_parse((struct span){text.at, n}, value) == RC_OK && unit_find(rest, unit) == RC_OK;
}

static bool read_type(const struct row_reader *r, struct channel *to)
{
    struct span unit = cell_of(r, COL_UNIT)->text;
    if (span_is(unit, "onoff")) {
        to->type = CHANNEL_ONOFF;
        to->max_si = 1.0;
        return unit_find(SPAN(""), &to->unit) == RC_OK;
    }
    if (span_is(unit, "a|b")) {
        to->type = CHANNEL_STREAM;
        to->max_si = 1.0;
        return unit_find(SPAN(""), &to->unit) == RC_OK;
    }
    if (unit_find(unit, &to->unit) == RC_OK)
        return true;
    const char *near = unit_suggest(unit);
    char help[48];
    snprintf(help, sizeof help, "did you mean '%s'?", near ? near : "");
    return refuse(r, COL_UNIT, near ? help : NULL, "unknown unit");
}

static bool read_bound(const struct row_reader *r, enum column column, const struct unit *unit,
                       double *si)
{
    double value;
    if (num_parse(cell_of(r, column)->text, &value) != RC_OK)
        return refuse(r, column, "a number with a decimal point, in the unit of the row",
                      "not a number");
    *si = unit_to_si(unit, value);
    return true;
}

static bool read_range(const struct row_reader *r, struct channel *to)
{
    if (to->type != CHANNEL_QUANTITY)
        return true;
    if (!read_bound(r, COL_MIN, &to->unit, &to->min_si) ||
        !read_bound(r, COL_MAX, &to->unit, &to->max_si))
        return false;
    return to->min_si <= to->max_si || refuse(r, COL_MIN, NULL, "min is above max");
}

static bool read_dynamics(const struct row_reader *r, struct channel *to)
{
    struct span slew = cell_of(r, COL_SLEW)->text, settle = cell_of(r, COL_SETTLE)->text;
    struct unit unit;
    double value;
    if (slew.len) {
        if (!split_quantity(slew, &value, &unit) || !(value > 0.0) ||
            !dim_equal(unit.dim, dim_divide(to->unit.dim, (struct dim){.s = 1})))
            return refuse(r, COL_SLEW, "like 5 L/min/s", "not a slew rate");
        to->slew_si = value * unit.scale;
    }
    if (settle.len) {
        struct unit second;
        if (!split_quantity(settle, &value, &unit) || unit_find(SPAN("s"), &second) != RC_OK ||
            !dim_equal(unit.dim, second.dim) || !num_within(value * unit.scale, 0.0, 3600.0))
            return refuse(r, COL_SETTLE, "like 2.0 s", "not a settling time");
        to->settle = duration_s(value * unit.scale);
    }
    return true;
}

static bool read_u95(const struct row_reader *r, struct channel *to)
{
    struct span text = cell_of(r, COL_U95)->text;
    struct unit unit;
    double value;
    if (!text.len)
        return true;
    if (!split_quantity(text, &value, &unit) || !(value >= 0.0))
        return refuse(r, COL_U95, "like 4 uA or 0.6 %rd", "not an uncertainty");
    to->u95.known = true;
    if (unit.dim.of == DIM_OF_READING)
        to->u95.rel = value * unit.scale;
    else if (unit.dim.of == DIM_OF_FULL_SCALE)
        to->u95.of_full_scale = value * unit.scale;
    else if (dim_equal(unit.dim, to->unit.dim))
        to->u95.abs_si = value * unit.scale;
    else
        return refuse(r, COL_U95, NULL, "this uncertainty has another dimension than the channel");
    return true;
}

/* "yes" in an optional column `coarse`: the instrument's steps are larger than its noise. */
static bool read_coarse(const struct row_reader *r, struct channel *to)
{
    int column = csv_column(r->table, "coarse");
    if (column < 0)
        return true;
    const struct csv_cell *cell = csv_cell(r->table, r->row, (size_t)column);
    to->coarse = span_is(cell->text, "yes");
    if (to->coarse || cell->text.len == 0 || span_is(cell->text, "no"))
        return true;
    diag_add(r->diag, DIAG_ERROR, csv_place(r->table, cell), "yes, no or nothing",
             "unknown word: '%.*s'", (int)cell->text.len, cell->text.at);
    return false;
}

static bool read_words(const struct row_reader *r, struct station_channel *to)
{
    struct span name = cell_of(r, COL_CHANNEL)->text;
    struct span scope = cell_of(r, COL_SCOPE)->text, dir = cell_of(r, COL_DIR)->text;
    if (name.len == 0 || name.len >= sizeof to->name)
        return refuse(r, COL_CHANNEL, NULL, "a channel name has 1 to 47 characters");
    memcpy(to->name, name.at, name.len);
    if (!span_is(scope, "site") && !span_is(scope, "shared"))
        return refuse(r, COL_SCOPE, "site or shared", "unknown scope");
    if (!span_is(dir, "in") && !span_is(dir, "out"))
        return refuse(r, COL_DIR, "in or out", "unknown direction");
    to->public.name = to->name;
    to->public.per_site = span_is(scope, "site");
    to->public.output = span_is(dir, "out");
    return true;
}

static bool read_row(const struct row_reader *r, struct station *station)
{
    if (station->channel_count == STATION_CHANNELS_MAX) {
        diag_add(r->diag, DIAG_ERROR, csv_place(r->table, cell_of(r, COL_CHANNEL)), NULL,
                 "at most %d channels", STATION_CHANNELS_MAX);
        return false;
    }
    struct station_channel *to = &station->channels[station->channel_count];
    *to = (struct station_channel){0};
    to->at = csv_place(r->table, cell_of(r, COL_CHANNEL));
    if (!read_words(r, to) || !read_type(r, &to->public) || !read_range(r, &to->public) ||
        !read_dynamics(r, &to->public) || !read_u95(r, &to->public) || !read_coarse(r, &to->public))
        return false;
    for (unsigned i = 0; i < station->channel_count; i++)
        if (strcmp(station->channels[i].name, to->name) == 0)
            return refuse(r, COL_CHANNEL, NULL, "this channel stands twice");
    to->binding = calloc(to->public.per_site ? station->sites : 1, sizeof *to->binding);
    station->channel_count++;
    return to->binding != NULL;
}

bool station_load_channels(struct station *station, const char *station_path, const char *file,
                           struct diag *diag)
{
    char path[512];
    if (source_path_beside(station_path, span_text(file), path, sizeof path) != RC_OK) {
        diag_add(diag, DIAG_ERROR, (struct place){.source = station->source}, NULL,
                 "the path of the channel table is too long");
        return false;
    }
    if (source_load(path, diag, &station->channels_source) != RC_OK ||
        csv_parse_table(station->channels_source, diag, &station->channels_csv) != RC_OK)
        return false;
    struct row_reader r = {.table = station->channels_csv, .diag = diag};
    if (!find_columns(&r))
        return false;
    bool ok = true;
    for (r.row = 0; r.row < r.table->rows; r.row++)
        ok = read_row(&r, station) && ok;
    return ok;
}
