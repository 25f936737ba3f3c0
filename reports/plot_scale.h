/* The arithmetic of a plot: ranges, round ticks, thinning. Pure. */
#ifndef REPORTS_PLOT_SCALE_H
#define REPORTS_PLOT_SCALE_H

#include <stdbool.h>
#include <stddef.h>

struct plot_range {
    double lo, hi; /* finite, lo < hi, once closed */
};

#define PLOT_RANGE_EMPTY ((struct plot_range){1.0, 0.0})

/* Widen to take in every finite value. */
void plot_range_add(struct plot_range *range, const double *values, size_t count);
/* Make it usable: empty becomes 0..1, a single value gets room, then `margin` of its width each
 * side. */
void plot_range_close(struct plot_range *range, double margin);

struct plot_ticks {
    double first, step; /* step is 1, 2 or 5 times a power of ten */
    unsigned count, decimals;
};
/* At least one and at most `most` + 1 ticks within the range; most >= 3. */
struct plot_ticks plot_ticks_find(const struct plot_range *range, unsigned most);

/* One point to draw; `start`: the line begins anew here. */
struct plot_point {
    double x, y;
    bool start;
};
/* Thin `count` samples to at most two points for each of `columns` columns of `range`, plus one a
 * gap. `take` gets them in order. */
struct plot_samples {
    const double *x, *y;
    size_t count;
};
void plot_thin(const struct plot_samples *samples, const struct plot_range *range, unsigned columns,
               void (*take)(void *ctx, struct plot_point point), void *ctx);

#endif
