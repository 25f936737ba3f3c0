/* The frame of an x-y plot and what cairo draws in it. Shared by plot_xy*.c alone. */
#ifndef REPORTS_PLOT_XY_INK_H
#define REPORTS_PLOT_XY_INK_H

#include "reports/plot_xy_axis.h"

struct plot_xy_frame {
    double left, top, right, bottom; /* px */
    double legend_x, legend_y, legend_step;
    struct plot_xy_scale x, y;
};

double plot_xy_frame_x(const struct plot_xy_frame *frame, double x);
double plot_xy_frame_y(const struct plot_xy_frame *frame, double y);

/* Appends <path> elements. RC_NOSPACE: out of memory. */
MUST_CHECK enum rc plot_xy_put_ink(struct sink *out, const struct plot_xy *plot,
                                   const struct plot_xy_frame *frame);

#endif
