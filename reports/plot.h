/* Line plots: several series over one axis, ticks at round numbers, at most two points (minimum and
 * maximum) a pixel column, gaps where a value is NaN. The lines are drawn by cairo; in SVG the
 * words stay text, so that they can be searched and take the font of the page. plot*.c own cairo.
 */
#ifndef REPORTS_PLOT_H
#define REPORTS_PLOT_H

#include "reports/sink.h"

struct plot_series {
    const char *label;   /* for the legend; NULL: none */
    const double *x, *y; /* x rises; a value that is not finite breaks the line */
    size_t count;
    unsigned color; /* a number for plot_color */
};

struct plot {
    const char *title;            /* untrusted text is fine anywhere here; NULL: none */
    const char *x_label, *x_unit; /* unit "" or NULL: a plain number */
    const char *y_unit;
    const struct plot_series *series;
    size_t series_count;
    unsigned width_px, height_px; /* 160x90 .. 4000x4000 */
    unsigned columns;             /* columns to thin to; 0: one a pixel */
};

enum { PLOT_COLORS = 8 };

/* "#0072b2": eight colours that people with any colour vision can tell apart (Okabe and Ito 2008,
 * the yellow darkened for paper); the number wraps around. */
const char *plot_color(unsigned number);

/* One <svg class="plot"> element without ids, to stand inside HTML. RC_RANGE: a size out of bounds;
 * RC_NOSPACE: out of memory. */
MUST_CHECK enum rc plot_put_svg(struct sink *out, const struct plot *plot);
/* A picture at twice the size in pixels. RC_IO: the file cannot be written. */
MUST_CHECK enum rc plot_write_png(const struct plot *plot, const char *path);

#endif
