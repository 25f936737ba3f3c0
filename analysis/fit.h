/* Straight line y = offset + slope x by least squares. */
#ifndef ANALYSIS_FIT_H
#define ANALYSIS_FIT_H

#include <stddef.h>

#include "core/rc.h"

struct fit_line {
    double slope, offset;
    double r2;                  /* 1 when all y are equal and met exactly */
    double slope_se, offset_se; /* standard errors; NaN below 3 points */
    double worst;               /* the largest distance of a y from the line */
};

/* RC_RANGE: fewer than 2 points, all x equal, or a value that is not finite. */
MUST_CHECK enum rc fit_line_find(const double *x, const double *y, size_t n, struct fit_line *out);

#endif
