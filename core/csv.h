/* CSV tables, strictly read. The only owner of libcsv.
 *
 * Comma, semicolon or tab, told by the header row (`sep=;` as first line too); lines that start
 * with # are comments; every row has as many cells as the header; the last line ends in a line end;
 * at most 10,000 rows, 64 columns, 256 bytes a cell. With `;` a warning is reported. Cells are
 * trimmed of blanks. Numbers stay text here: who reads a cell asks core/num or core/units. */
#ifndef CORE_CSV_H
#define CORE_CSV_H

#include "core/diag.h"
#include "core/source.h"

struct csv_cell {
    struct span text; /* points into the table's own copy */
    unsigned line, col;
};

struct csv_table {
    const struct source *source;
    struct csv_cell *cells; /* rows * columns, the header is row 0 */
    size_t rows, columns;   /* rows counts the data rows only */
    char *memory;
};

/* The source must outlive the table. Every fault is one entry in `diag`; RC_CONFIG if any error. */
MUST_CHECK enum rc csv_parse_table(const struct source *source, struct diag *diag,
                                   struct csv_table **out);
void csv_free_table(struct csv_table *table);

/* Column by its header's name, or -1. */
int csv_column(const struct csv_table *table, const char *name);
/* Data row 0.., column 0..; both in range, or it is our bug (asserted). */
const struct csv_cell *csv_cell(const struct csv_table *table, size_t row, size_t column);
/* Where a cell stands, for diag_add. */
struct place csv_place(const struct csv_table *table, const struct csv_cell *cell);

/* Write one cell for a CSV export: quoted where needed, and a text that a spreadsheet would take
 * for a formula (= + - @ TAB CR at its start) gets a leading '. Numbers are written by core/num and
 * not through this. */
MUST_CHECK enum rc csv_put_text(struct obuf *out, struct span text);

#endif
