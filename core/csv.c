#include "core/csv.h"

#include <assert.h>
#include <csv.h>
#include <stdlib.h>

enum { ROWS_MAX = 10000, COLUMNS_MAX = 64, CELL_MAX = 256, RAW_MAX = 2 * CELL_MAX + 64 };

struct reader {
    struct csv_table *table;
    struct diag *diag;
    struct csv_parser parser;
    struct csv_cell row[2 * COLUMNS_MAX]; /* the row being read; more cells are counted only */
    size_t row_cells;
    size_t cells, cells_cap, memory_used, errors;
    unsigned line, col, cell_col; /* cell_col 0: only blanks so far */
    size_t raw;                   /* bytes since the last separator */
    bool row_done, too_long, out_of_memory, headed;
    char separator;
};

static void complain(struct reader *r, struct place at, const char *help, const char *message)
{
    at.source = r->table->source;
    r->errors++;
    diag_add(r->diag, DIAG_ERROR, at, help, "%s", message);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct span trim(struct span text)
{
    while (text.len > 0 && is_blank(text.at[0]))
        text = span_skip(text, 1);
    while (text.len > 0 && is_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

/* ---- what libcsv calls ---- */

static void take_cell(void *bytes, size_t len, void *ctx)
{
    struct reader *r = ctx;
    struct span text = trim((struct span){bytes, len});
    unsigned col = r->cell_col ? r->cell_col : r->col;
    r->cell_col = 0;
    r->raw = 0;
    r->too_long = r->too_long || text.len > CELL_MAX;
    size_t at = r->row_cells++;
    if (at >= COUNT(r->row) || r->too_long)
        return;
    /* The unquoted cells are never longer than the file, so this block never runs over. */
    char *copy = r->table->memory + r->memory_used;
    if (text.len)
        memcpy(copy, text.at, text.len);
    r->memory_used += text.len;
    r->row[at] = (struct csv_cell){{copy, text.len}, r->line, col};
}

static void end_row(int terminator, void *ctx)
{
    (void)terminator;
    ((struct reader *)ctx)->row_done = true;
}

/* ---- rows ---- */

static bool is_digits(struct span text, bool sign)
{
    if (sign && text.len > 0 && (text.at[0] == '-' || text.at[0] == '+'))
        text = span_skip(text, 1);
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.len > 0;
}

/* "0,5" read as two cells "0" and "5". */
static bool has_decimal_comma(const struct reader *r)
{
    if (r->separator != ',' || r->row_cells <= r->table->columns)
        return false;
    for (size_t i = 0; i + 1 < r->row_cells && i + 1 < COUNT(r->row); i++)
        if (is_digits(r->row[i].text, true) && is_digits(r->row[i + 1].text, false))
            return true;
    return false;
}

static void refuse_width(struct reader *r)
{
    const char *help = "a cell that holds a separator must stand in quotes";
    if (r->row_cells < r->table->columns)
        help = "an empty cell still needs its separator";
    else if (has_decimal_comma(r))
        help = "a decimal comma? write 0.5";
    r->errors++;
    diag_add(r->diag, DIAG_ERROR, (struct place){.source = r->table->source, .line = r->line}, help,
             "the row has %zu cell%s, the header has %zu", r->row_cells,
             r->row_cells == 1 ? "" : "s", r->table->columns);
}

static bool append_row(struct reader *r)
{
    size_t wanted = r->cells + r->table->columns;
    if (wanted > r->cells_cap) {
        size_t cap = 2 * wanted;
        struct csv_cell *bigger = reallocarray(r->table->cells, cap, sizeof *bigger);
        if (!bigger)
            return false;
        r->table->cells = bigger;
        r->cells_cap = cap;
    }
    memcpy(r->table->cells + r->cells, r->row, r->table->columns * sizeof r->row[0]);
    r->cells = wanted;
    return true;
}

static void check_header(struct reader *r)
{
    const struct csv_cell *header = r->row;
    if (r->row_cells > COLUMNS_MAX) {
        complain(r, (struct place){.line = r->line}, NULL, "more than 64 columns");
        return;
    }
    for (size_t i = 0; i < r->row_cells; i++) {
        struct place at = csv_place(r->table, &header[i]);
        if (header[i].text.len == 0)
            complain(r, at, "every column needs a name", "a column without a name");
        for (size_t k = 0; k < i; k++)
            if (header[i].text.len > 0 && span_equal(header[i].text, header[k].text))
                complain(r, at, "rename or delete one of them", "two columns have this name");
    }
    r->table->columns = r->row_cells;
}

/* False: no use in reading on. */
static bool take_row(struct reader *r)
{
    if (!r->headed) {
        check_header(r);
        r->headed = true;
        if (r->errors)
            return false;
    } else if (r->row_cells != r->table->columns) {
        refuse_width(r);
        return true;
    } else if (r->table->rows == ROWS_MAX) {
        complain(r, (struct place){.line = r->line}, "split the file", "more than 10,000 rows");
        return false;
    } else {
        r->table->rows++;
    }
    r->out_of_memory = !append_row(r);
    return !r->out_of_memory;
}

/* ---- lines ---- */

static bool restart(struct reader *r)
{
    csv_free(&r->parser);
    if (csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return false;
    csv_set_delim(&r->parser, (unsigned char)r->separator);
    return true;
}

/* Feed one byte. False: the line is faulty; says why. */
static bool feed(struct reader *r, char byte)
{
    bool starts = r->cell_col == 0 && byte != r->separator && byte != '\n' && !is_blank(byte);
    if (starts)
        r->cell_col = r->col;
    struct place at = {.line = r->line, .col = r->cell_col ? r->cell_col : r->col};
    r->raw++;
    bool ok = r->raw <= RAW_MAX && csv_parse(&r->parser, &byte, 1, take_cell, end_row, r) == 1 &&
              !r->too_long;
    if (ok)
        return true;
    if (r->raw > RAW_MAX || r->too_long) {
        complain(r, at, "shorten it", "the cell is longer than 256 bytes");
    } else if (csv_error(&r->parser) == CSV_EPARSE) {
        at.col = r->col;
        complain(r, at, "a cell with quotes stands in quotes, with each of its quotes doubled",
                 "a quote where none may stand");
    } else {
        r->out_of_memory = true;
    }
    return false;
}

/* False: no use in reading on. */
static bool read_row(struct reader *r, struct span text)
{
    r->row_cells = 0;
    r->cell_col = 0;
    r->raw = 0;
    r->row_done = r->too_long = false;
    bool ok = true;
    for (size_t i = 0; ok && i <= text.len; i++) {
        r->col = (unsigned)i + 1;
        ok = i < text.len ? feed(r, text.at[i]) : feed(r, '\n');
    }
    if (ok && !r->row_done) {
        complain(r, (struct place){.line = r->line, .col = r->cell_col}, "close it on this line",
                 "the quote is not closed");
        ok = false;
    }
    if (ok)
        return take_row(r);
    if (!restart(r))
        r->out_of_memory = true;
    return r->headed && !r->out_of_memory; /* without its header a table makes no sense */
}

/* Which separator does the header use? Text in quotes does not count. */
static bool choose_separator(struct reader *r, struct span header)
{
    static const char separators[] = ",;\t"; /* a tab beside one of the others is a blank */
    bool quoted = false, seen[3] = {false};
    for (size_t i = 0; i < header.len; i++) {
        quoted ^= header.at[i] == '"';
        for (size_t k = 0; k < COUNT(seen); k++)
            seen[k] |= !quoted && header.at[i] == separators[k];
    }
    if (seen[0] && seen[1]) {
        complain(r, (struct place){.line = r->line}, "write sep=, or sep=; as the first line",
                 "the header has both , and ; as separators");
        return false;
    }
    size_t first = 0;
    while (first < 3 && !seen[first])
        first++;
    r->separator = separators[first % 3]; /* none: one column, and a comma would part them */
    return true;
}

/* "sep=;" as the first line. */
static bool take_sep_line(struct reader *r, struct span text)
{
    if (text.len != 5 || !strchr(",;\t", text.at[4])) {
        complain(r, (struct place){.line = 1, .col = 1, .len = (unsigned)text.len},
                 "write sep=, or sep=; or sep= and a tab", "not a separator that is known");
        return false;
    }
    r->separator = text.at[4];
    return true;
}

static bool read_line(struct reader *r, struct span text)
{
    if (r->line == 1 && text.len >= 4 && memcmp(text.at, "sep=", 4) == 0)
        return take_sep_line(r, text);
    if ((text.len > 0 && text.at[0] == '#') || trim(text).len == 0)
        return true;
    if (!r->headed) {
        if (!r->separator && !choose_separator(r, text))
            return false;
        if (r->separator == ';')
            diag_add(r->diag, DIAG_WARNING,
                     (struct place){.source = r->table->source, .line = r->line},
                     "it is read all the same; save the table as CSV with commas",
                     "the separator is ; instead of a comma");
        if (!restart(r)) {
            r->out_of_memory = true;
            return false;
        }
    }
    return read_row(r, text);
}

static void read_lines(struct reader *r)
{
    const struct source *source = r->table->source;
    const char *at = source->bytes + source->start, *end = source->bytes + source->len;
    bool going = true;
    while (going && at < end) {
        const char *feed_at = memchr(at, '\n', (size_t)(end - at));
        const char *stop = feed_at ? feed_at : end;
        struct span text = {at, (size_t)(stop - at)};
        r->line++;
        if (feed_at && text.len > 0 && text.at[text.len - 1] == '\r')
            text.len--;
        going = read_line(r, text);
        if (going && !feed_at)
            complain(r, (struct place){.line = r->line},
                     "was the file cut? if it is whole, end its last line with a line end",
                     "the last line has no line end");
        at = feed_at ? feed_at + 1 : end;
    }
    if (going && !r->headed)
        complain(r, (struct place){0}, "the first row names the columns",
                 "the table is empty: it has no header row");
    /* Every row was fed whole, so nothing may be pending. */
    if (going && r->headed && csv_fini(&r->parser, NULL, NULL, NULL) != 0)
        complain(r, (struct place){.line = r->line}, NULL, "the quote is not closed");
}

enum rc csv_parse_table(const struct source *source, struct diag *diag, struct csv_table **out)
{
    struct csv_table *table = calloc(1, sizeof *table);
    struct reader *r = calloc(1, sizeof *r);
    enum rc rc = RC_IO;
    if (table)
        table->memory = malloc(source->len + 1);
    if (!table || !r || !table->memory) {
        diag_add(diag, DIAG_ERROR, (struct place){.source = source}, NULL, "out of memory");
        goto free_reader;
    }
    table->source = source;
    r->table = table;
    r->diag = diag;
    if (csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        r->out_of_memory = true;
    else
        read_lines(r);
    csv_free(&r->parser);
    if (r->out_of_memory)
        complain(r, (struct place){0}, NULL, "out of memory");
    rc = r->out_of_memory ? RC_IO : r->errors ? RC_CONFIG : RC_OK;
    if (rc == RC_OK) {
        *out = table;
        table = NULL;
    }
free_reader:
    free(r);
    csv_free_table(table);
    return rc;
}

void csv_free_table(struct csv_table *table)
{
    if (!table)
        return;
    free(table->cells);
    free(table->memory);
    free(table);
}

/* ---- use ---- */

int csv_column(const struct csv_table *table, const char *name)
{
    for (size_t i = 0; i < table->columns; i++)
        if (span_is(table->cells[i].text, name))
            return (int)i;
    return -1;
}

const struct csv_cell *csv_cell(const struct csv_table *table, size_t row, size_t column)
{
    assert(row < table->rows && column < table->columns);
    return &table->cells[(row + 1) * table->columns + column];
}

struct place csv_place(const struct csv_table *table, const struct csv_cell *cell)
{
    return (struct place){.source = table->source,
                          .line = cell->line,
                          .col = cell->col,
                          .len = (unsigned)cell->text.len};
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

enum rc csv_put_text(struct obuf *out, struct span text)
{
    size_t before = out->len;
    bool formula = text.len > 0 && is_one_of(text.at[0], "=+-@\t\r");
    bool quote = text.len > 0 &&
                 (is_blank(text.at[0]) || is_blank(text.at[text.len - 1]) || text.at[0] == '#');
    for (size_t i = 0; i < text.len; i++)
        quote = quote || is_one_of(text.at[i], ",;\"\t\r\n");
    enum rc rc = RC_OK;
    if (quote)
        rc = obuf_byte(out, '"');
    if (rc == RC_OK && formula)
        rc = obuf_byte(out, '\'');
    for (size_t i = 0; rc == RC_OK && i < text.len; i++) {
        if (text.at[i] == '"')
            rc = obuf_byte(out, '"');
        if (rc == RC_OK)
            rc = obuf_byte(out, (unsigned char)text.at[i]);
    }
    if (rc == RC_OK && quote)
        rc = obuf_byte(out, '"');
    if (rc != RC_OK)
        out->len = before;
    return rc;
}
