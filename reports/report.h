/* Reports of a batch, from the database only. What was simulated says so in every format. */
#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H

#include <stdio.h>

#include "db/query.h"

enum report_format { REPORT_HTML, REPORT_CSV, REPORT_JSON, REPORT_JUNIT, REPORT_TEXT };

/* "html" ... ; RC_CONFIG: unknown. */
MUST_CHECK enum rc report_format_find(const char *name, enum report_format *out);
/* Render to `to`. RC_IO: writing failed; RC_NOSPACE: out of memory. */
MUST_CHECK enum rc report_write(enum report_format format, const struct result_batch *batch,
                                const struct result_curve *curves, size_t curve_count, FILE *to);

#endif
