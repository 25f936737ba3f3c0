/* Production defects, each with a severity from 0 (just there) to 1 (gross). Public numbers
 * D01..D39 of the defect library; here those that a single LSU in a loop can show. */
#ifndef TWIN_DEFECTS_H
#define TWIN_DEFECTS_H

#include "twin/population.h"

struct defect_row {
    int id;
    const char *text;
    void (*apply)(struct part *part, const struct lsu_kind *kind, double severity);
};

/* NULL if the twin cannot inject it. */
const struct defect_row *defect_find(int id);

#endif
