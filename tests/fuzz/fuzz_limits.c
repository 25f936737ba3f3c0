/* Any text as a limits file: no crash; what is accepted has ordered limits and no duplicates. */
#include <math.h>
#include <stdlib.h>

#include "sequences/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_row(const struct limit *row)
{
    if (!(row->lsl <= row->usl) || !(row->marginal >= 0) || !(row->guard_value >= 0) ||
        !isfinite(row->guard_value) || !isfinite(row->marginal) || !row->measurement[0] ||
        !row->part[0] || !row->row)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source *source = NULL;
    struct csv_table *table = NULL;
    struct limits *limits = NULL;
    struct diag diag;
    diag_init(&diag);
    if (size > 65536 ||
        source_from_text("x.csv", (struct span){(const char *)data, size}, &diag, &source) !=
            RC_OK ||
        csv_parse_table(source, &diag, &table) != RC_OK)
        goto fini;
    unsigned before = diag.errors;
    enum rc rc = limits_load(table, &diag, &limits);
    if ((rc == RC_OK) != (limits != NULL) || (rc == RC_OK) != (diag.errors == before))
        abort();
    for (size_t i = 0; limits && i < limits->count; i++) {
        check_row(&limits->rows[i]);
        if (limits_find(limits, limits->rows[i].measurement, limits->rows[i].part) !=
            &limits->rows[i])
            abort();
    }
fini:
    limits_free(limits);
    csv_free_table(table);
    source_free(source);
    diag_fini(&diag);
    return 0;
}
