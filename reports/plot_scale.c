#include "reports/plot_scale.h"

#include <math.h>

void plot_range_add(struct plot_range *range, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double v = values[i];
        if (!isfinite(v))
            continue;
        bool empty = range->lo > range->hi;
        range->lo = empty || v < range->lo ? v : range->lo;
        range->hi = empty || v > range->hi ? v : range->hi;
    }
}

void plot_range_close(struct plot_range *range, double margin)
{
    if (!(range->lo <= range->hi && isfinite(range->hi - range->lo)))
        *range = (struct plot_range){0.0, 1.0};
    double size = fabs(range->lo) > fabs(range->hi) ? fabs(range->lo) : fabs(range->hi);
    double least = size > 1e-290 ? size * 1e-6 : 1e-6;
    if (!(range->hi - range->lo > least)) {
        double room = size > 1e-290 ? size * 0.01 : 1.0;
        range->lo -= room;
        range->hi += room;
    }
    double pad = (range->hi - range->lo) * margin;
    range->lo -= pad;
    range->hi += pad;
}

struct plot_ticks plot_ticks_find(const struct plot_range *range, unsigned most)
{
    double raw = (range->hi - range->lo) / (double)most;
    int power = (int)floor(log10(raw));
    double ten = pow(10.0, power);
    double step = raw <= ten ? ten : raw <= 2 * ten ? 2 * ten : raw <= 5 * ten ? 5 * ten : 10 * ten;
    if (step > 9 * ten)
        power++;
    struct plot_ticks ticks = {.step = step, .decimals = power < 0 ? (unsigned)-power : 0};
    double n = ceil(range->lo / step - 1e-9);
    ticks.first = n * step;
    while (ticks.count < most + 1 && (n + ticks.count) * step <= range->hi + step * 1e-9)
        ticks.count++;
    return ticks;
}

struct thinner {
    void (*take)(void *ctx, struct plot_point point);
    void *ctx;
    struct plot_point min, max; /* of the open column */
    bool open, min_first, start;
};

static void give(struct thinner *t, struct plot_point point)
{
    point.start = t->start;
    t->start = false;
    t->take(t->ctx, point);
}

static void close_column(struct thinner *t)
{
    if (!t->open)
        return;
    t->open = false;
    bool one = !(t->min.y < t->max.y);
    give(t, t->min_first ? t->min : t->max);
    if (!one)
        give(t, t->min_first ? t->max : t->min);
}

static void add_sample(struct thinner *t, struct plot_point p)
{
    if (!t->open) {
        t->min = t->max = p;
        t->open = t->min_first = true;
    } else if (p.y < t->min.y) {
        t->min = p;
        t->min_first = false;
    } else if (p.y > t->max.y) {
        t->max = p;
        t->min_first = true;
    }
}

void plot_thin(const struct plot_samples *samples, const struct plot_range *range, unsigned columns,
               void (*take)(void *ctx, struct plot_point point), void *ctx)
{
    struct thinner t = {.take = take, .ctx = ctx, .start = true};
    double scale = (double)columns / (range->hi - range->lo);
    double column = -1;
    for (size_t i = 0; i < samples->count; i++) {
        double x = samples->x[i], y = samples->y[i];
        if (!isfinite(x) || !isfinite(y)) {
            close_column(&t);
            t.start = true;
            continue;
        }
        double here = floor((x - range->lo) * scale);
        if (!(here <= column && here >= column))
            close_column(&t);
        column = here;
        add_sample(&t, (struct plot_point){x, y, false});
    }
    close_column(&t);
}
