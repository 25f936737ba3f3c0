#include <assert.h>

#include "core/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_table(const struct csv_table *table, const struct source *source)
{
    assert(table->columns >= 1 && table->columns <= 64 && table->rows <= 10000);
    for (size_t row = 0; row < table->rows; row++) {
        for (size_t column = 0; column < table->columns; column++) {
            const struct csv_cell *cell = csv_cell(table, row, column);
            struct span line = source_line(source, cell->line);
            assert(cell->text.len <= 256);
            assert(!memchr(cell->text.at, '\n', cell->text.len));
            assert(cell->line >= 1 && cell->col >= 1 && cell->col <= line.len + 1);
            /* An unquoted cell stands where it says. */
            if (cell->text.len && line.at[cell->col - 1] != '"')
                assert(memcmp(line.at + cell->col - 1, cell->text.at, cell->text.len) == 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source *source = NULL;
    struct csv_table *table = NULL;
    struct diag diag;
    diag_init(&diag);
    if (source_from_text("x", (struct span){(const char *)data, size}, &diag, &source) == RC_OK) {
        if (csv_parse_table(source, &diag, &table) == RC_OK)
            check_table(table, source);
        else
            assert(!table && diag.errors > 0);
    }
    csv_free_table(table);
    source_free(source);
    diag_fini(&diag);
    return 0;
}
