/* Families of x-y curves as one SVG picture that stands alone: axes with titles and units, linear
 * or logarithmic, a legend at the right, lines that differ in colour and in dash (so that they stay
 * apart in black and white), open markers for points that were measured or published.
 *
 * Lines and markers are drawn by cairo; words stay text. The same input gives the same bytes. */
#ifndef REPORTS_PLOT_XY_H
#define REPORTS_PLOT_XY_H

#include "reports/sink.h"

enum plot_xy_line {
    PLOT_XY_NONE,
    PLOT_XY_SOLID,
    PLOT_XY_DASHED,
    PLOT_XY_DOTTED,
    PLOT_XY_DASH_DOT,
    PLOT_XY_LONG,
    PLOT_XY_DASH_DOT_DOT,
    PLOT_XY_SHORT,
    PLOT_XY_LINES
};

enum plot_xy_marker {
    PLOT_XY_BARE,
    PLOT_XY_CIRCLE,
    PLOT_XY_SQUARE,
    PLOT_XY_TRIANGLE,
    PLOT_XY_DIAMOND,
    PLOT_XY_MARKERS
};

struct plot_xy_series {
    const char *label;   /* for the legend; NULL: none */
    const double *x, *y; /* in any order; a value that is not finite breaks the line */
    size_t count;
    unsigned color; /* a number for plot_color */
    enum plot_xy_line line;
    enum plot_xy_marker marker;
};

struct plot_xy_axis {
    const char *label, *unit; /* unit "" or NULL: a plain number */
    double lo, hi;            /* fixed when lo < hi; else from the data */
    double margin;            /* share of the width added on each side then */
    bool log;
};

/* Untrusted text is fine in any word here. Lines end at the frame, markers outside it are left
 * out. */
struct plot_xy {
    const char *title, *note; /* note: the second line, conditions; NULL: none */
    struct plot_xy_axis x, y;
    const struct plot_xy_series *series;
    size_t series_count;
    unsigned width_px, height_px; /* 320x200 .. 4000x4000 */
};

/* One <svg class="plot"> element on white. RC_RANGE: a size or an axis out of bounds; RC_NOSPACE:
 * out of memory. */
MUST_CHECK enum rc plot_xy_put_svg(struct sink *out, const struct plot_xy *plot);

#endif
