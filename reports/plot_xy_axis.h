/* The arithmetic of an axis, linear or logarithmic: its range, where its ticks stand, what they
 * say. Pure. */
#ifndef REPORTS_PLOT_XY_AXIS_H
#define REPORTS_PLOT_XY_AXIS_H

#include "reports/plot_scale.h"
#include "reports/plot_xy.h"

enum { PLOT_XY_TICKS = 96 };

struct plot_xy_tick {
    double value;
    char text[16]; /* "": a small tick without a word */
};

struct plot_xy_scale {
    struct plot_range range;
    bool log;
    struct plot_xy_tick ticks[PLOT_XY_TICKS];
    unsigned count;
};

/* `values` is the range of the data, used where the axis is not fixed; `most` labels on a linear
 * axis, at least 3. RC_RANGE: a logarithmic axis that starts at zero or below, or spans more than
 * ten decades. */
MUST_CHECK enum rc plot_xy_scale_find(const struct plot_xy_axis *axis,
                                      const struct plot_range *values, unsigned most,
                                      struct plot_xy_scale *out);

/* 0 at the start of the axis, 1 at its end; NAN for what has no place on it (log of 0). */
double plot_xy_scale_at(const struct plot_xy_scale *scale, double value);

#endif
