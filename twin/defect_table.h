/* The defect library D01..D40 as changes of the element models' parameters, each with a severity
 * from 0 (just there) to 1 (gross). D03 is not assigned; D40 shows only
 * where an insulation tester is. Magnitudes are assumptions; a few
 * severities near 0 lie inside the limits of a test and must escape: that is part of the truth.
 *
 * One table for all kinds of element: A, B and C by their models' parameters, the LSU as far as its
 * model in the controller's loop can carry it (`lsu`). */
#ifndef TWIN_DEFECT_TABLE_H
#define TWIN_DEFECT_TABLE_H

#include "twin/element_a.h"
#include "twin/element_b.h"
#include "twin/element_c.h"
#include "twin/population.h"

enum {
    DEFECT_ON_A = 1,
    DEFECT_ON_B = 2,
    DEFECT_ON_C = 4,
    DEFECT_ON_ALL = 7,
};

enum { DEFECT_COLD_INSULATION = 40 };

/* The parts that are to get the defect; NULL: not concerned. */
struct defect_target {
    struct element_a *a;
    struct element_b *b;
    struct element_c *c;
    struct part *lsu; /* of lsu_kind */
    const struct lsu_kind *lsu_kind;
    int sign; /* of A, B, C: +1 or -1: which way a defect without preference goes */
};

struct defect_table_row {
    int id;
    unsigned elements;
    const char *text, *tests; /* tests: first-line detection */
    void (*apply)(const struct defect_target *target, double severity);
    /* NULL: an LSU cannot have it, or does not show it in its loop */
    void (*lsu)(struct part *part, const struct lsu_kind *kind, double severity);
};

const struct defect_table_row *defect_table_rows(size_t *count);
const struct defect_table_row *defect_table_find(int id); /* NULL: not in the library */
/* Why none of the target's elements can have it, one line; NULL: one can. */
const char *defect_table_refusal(int id, const struct defect_target *target);
/* RC_RANGE: unknown id, severity outside 0..1; RC_REFUSED: none of the target's elements can have
 * it, or it lacks the part that breaks (second reference electrode, orifice). */
MUST_CHECK enum rc defect_table_apply(int id, const struct defect_target *target, double severity);

#endif
