#include "reports/plot_xy_axis.h"

#include <math.h>

#include "core/num.h"

static void add_tick(struct plot_xy_scale *s, double value, bool labelled, unsigned decimals)
{
    if (s->count == PLOT_XY_TICKS)
        return;
    struct plot_xy_tick *tick = &s->ticks[s->count++];
    struct obuf text = {tick->text, 0, sizeof tick->text - 1};
    *tick = (struct plot_xy_tick){.value = value};
    bool plain = decimals <= 4 && num_within(value, -99999, 99999);
    if (labelled && (!plain || num_put_fixed(&text, value, decimals) != RC_OK))
        num_put_short(&text, value, 4);
    tick->text[text.len] = '\0';
}

static void find_linear_ticks(struct plot_xy_scale *s, unsigned most)
{
    struct plot_ticks ticks = plot_ticks_find(&s->range, most);
    for (unsigned i = 0; i < ticks.count; i++) {
        double value = ticks.first + i * ticks.step, zero = ticks.step * 1e-6;
        add_tick(s, num_within(value, -zero, zero) ? 0 : value, true, ticks.decimals);
    }
}

/* Few decades: more of the digits get a word. */
static bool digit_is_labelled(unsigned digit, double decades)
{
    if (decades < 1.6)
        return digit == 1 || digit == 2 || digit == 3 || digit == 5 || digit == 7;
    if (decades < 3.1)
        return digit == 1 || digit == 2 || digit == 5;
    return digit == 1;
}

static void find_log_ticks(struct plot_xy_scale *s)
{
    double lo = log10(s->range.lo), hi = log10(s->range.hi);
    for (int power = (int)floor(lo + 1e-9); power <= (int)floor(hi + 1e-9); power++)
        for (unsigned digit = 1; digit <= 9; digit++) {
            double value = digit * pow(10, power);
            if (num_within(log10(value), lo - 1e-9, hi + 1e-9))
                add_tick(s, value, digit_is_labelled(digit, hi - lo),
                         power < 0 ? (unsigned)-power : 0);
        }
}

enum rc plot_xy_scale_find(const struct plot_xy_axis *axis, const struct plot_range *values,
                           unsigned most, struct plot_xy_scale *out)
{
    bool fixed = axis->lo < axis->hi;
    struct plot_range range = *values;
    if (fixed)
        range = (struct plot_range){axis->lo, axis->hi};
    else
        plot_range_close(&range, axis->log ? 0.0 : axis->margin);
    if (!(isfinite(range.lo) && isfinite(range.hi)))
        return RC_RANGE;
    if (axis->log && !(range.lo > 0 && range.hi / range.lo <= 1.0001e10))
        return RC_RANGE;
    *out = (struct plot_xy_scale){.range = range, .log = axis->log};
    if (axis->log)
        find_log_ticks(out);
    else
        find_linear_ticks(out, most);
    return RC_OK;
}

double plot_xy_scale_at(const struct plot_xy_scale *s, double value)
{
    if (!s->log)
        return (value - s->range.lo) / (s->range.hi - s->range.lo);
    if (!(value > 0))
        return (double)NAN;
    return log(value / s->range.lo) / log(s->range.hi / s->range.lo);
}
