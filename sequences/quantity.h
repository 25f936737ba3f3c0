/* Numbers and quantities in the cells of tables ("5 uA", "10 %", "0.936"), and what a spreadsheet
 * has probably done to a cell that is neither. */
#ifndef SEQUENCES_QUANTITY_H
#define SEQUENCES_QUANTITY_H

#include "core/units.h"

/* A number with or without a unit behind it; without one the unit is "". RC_PROTOCOL: no number;
 * RC_RANGE: too large; RC_CONFIG: a number, but its unit is unknown (*bad_unit, may be NULL, is the
 * word). Outputs are untouched on failure. */
MUST_CHECK enum rc quantity_read(struct span text, double *value, struct unit *unit,
                                 struct span *bad_unit);

/* One sentence for the help line: a date, a decimal comma, thousands separators, nan. NULL: no
 * idea. */
const char *quantity_hint(struct span text);

#endif
