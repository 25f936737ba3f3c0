/* Where things stand on a plot: shared by the SVG and the PNG side. */
#ifndef REPORTS_PLOT_LAYOUT_H
#define REPORTS_PLOT_LAYOUT_H

#include "reports/plot.h"
#include "reports/plot_scale.h"

enum plot_anchor { PLOT_ANCHOR_START, PLOT_ANCHOR_MIDDLE, PLOT_ANCHOR_END };
enum plot_style { PLOT_STYLE_TICK, PLOT_STYLE_AXIS, PLOT_STYLE_TITLE, PLOT_STYLE_LEGEND };

struct plot_label {
    double x, y; /* px, base line */
    enum plot_anchor anchor;
    enum plot_style style;
    char text[96]; /* untrusted where it comes from the caller */
};

enum { PLOT_LABELS = 48, PLOT_LEGEND = 8 };

struct plot_layout {
    double left, top, right, bottom; /* the frame, px */
    struct plot_range x, y;
    struct plot_ticks x_ticks, y_ticks;
    struct plot_label labels[PLOT_LABELS];
    unsigned label_count;
    double legend_x[PLOT_LEGEND]; /* start of the colour mark; the word stands behind it */
    unsigned legend_color[PLOT_LEGEND];
    unsigned legend_count;
    double legend_y;
};

/* RC_RANGE: a size out of bounds. */
MUST_CHECK enum rc plot_lay_out(const struct plot *plot, struct plot_layout *out);

double plot_x_px(const struct plot_layout *layout, double x);
double plot_y_px(const struct plot_layout *layout, double y);

#endif
