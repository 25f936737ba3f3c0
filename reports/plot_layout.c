#include "reports/plot_layout.h"

#include "core/num.h"
#include "core/utf8.h"

enum { MARGIN_LEFT = 54, MARGIN_RIGHT = 10, MARGIN_TOP = 26, MARGIN_BOTTOM = 34, CHAR_PX = 6 };

double plot_x_px(const struct plot_layout *l, double x)
{
    return l->left + (x - l->x.lo) / (l->x.hi - l->x.lo) * (l->right - l->left);
}

double plot_y_px(const struct plot_layout *l, double y)
{
    return l->bottom - (y - l->y.lo) / (l->y.hi - l->y.lo) * (l->bottom - l->top);
}

static struct plot_label *add_label(struct plot_layout *l, double x, double y)
{
    struct plot_label *label = &l->labels[l->label_count];
    *label = (struct plot_label){.x = x, .y = y};
    if (l->label_count + 1 < PLOT_LABELS)
        l->label_count++; /* the last place is scratch */
    return label;
}

/* Whole characters only; cairo refuses what is not UTF-8. */
static void copy_text(struct plot_label *label, const char *text)
{
    size_t used = strlen(label->text);
    struct span rest = span_text(text);
    while (rest.len) {
        uint32_t code;
        size_t n = utf8_take(rest, &code);
        struct span taken = n ? (struct span){rest.at, n} : SPAN("?");
        if (used + taken.len >= sizeof label->text)
            break;
        memcpy(label->text + used, taken.at, taken.len);
        used += taken.len;
        rest = span_skip(rest, taken.len);
    }
    label->text[used] = '\0';
}

static void put_number(struct plot_label *label, double value, const struct plot_ticks *ticks)
{
    struct obuf out = {label->text, 0, sizeof label->text - 1};
    double near_zero = ticks->step * 1e-6;
    if (num_within(value, -near_zero, near_zero))
        value = 0; /* 3 - 3 * 1.0000001 is zero on an axis */
    bool plain = ticks->decimals <= 4 && num_within(value, -99999, 99999);
    if (!plain || num_put_fixed(&out, value, ticks->decimals) != RC_OK)
        num_put_short(&out, value, 4);
    label->text[out.len] = '\0';
}

static void label_ticks(struct plot_layout *l)
{
    for (unsigned i = 0; i < l->x_ticks.count; i++) {
        double value = l->x_ticks.first + i * l->x_ticks.step;
        struct plot_label *label = add_label(l, plot_x_px(l, value), l->bottom + 13);
        label->anchor = PLOT_ANCHOR_MIDDLE;
        put_number(label, value, &l->x_ticks);
    }
    for (unsigned i = 0; i < l->y_ticks.count; i++) {
        double value = l->y_ticks.first + i * l->y_ticks.step;
        struct plot_label *label = add_label(l, l->left - 6, plot_y_px(l, value) + 3.5);
        label->anchor = PLOT_ANCHOR_END;
        put_number(label, value, &l->y_ticks);
    }
}

static void add_unit(struct plot_label *label, const char *unit)
{
    if (!unit || !unit[0])
        return;
    copy_text(label, label->text[0] ? ", " : "");
    copy_text(label, unit);
}

static void label_axes(const struct plot *plot, struct plot_layout *l)
{
    struct plot_label *x = add_label(l, l->right, l->bottom + 27);
    x->anchor = PLOT_ANCHOR_END;
    x->style = PLOT_STYLE_AXIS;
    copy_text(x, plot->x_label ? plot->x_label : "");
    add_unit(x, plot->x_unit);
    struct plot_label *title = add_label(l, 2, 15);
    title->style = PLOT_STYLE_TITLE;
    copy_text(title, plot->title ? plot->title : "");
    add_unit(title, plot->y_unit);
}

/* One row at the right of the title; each colour and word once; what does not fit is left out. */
static void place_legend(const struct plot *plot, struct plot_layout *l)
{
    unsigned chosen[PLOT_LEGEND], count = 0;
    for (size_t i = 0; i < plot->series_count && count < PLOT_LEGEND; i++) {
        const char *text = plot->series[i].label;
        bool known = text == NULL;
        for (unsigned k = 0; k < count && !known; k++)
            known = strcmp(plot->series[chosen[k]].label, text) == 0;
        if (!known)
            chosen[count++] = (unsigned)i;
    }
    double x = l->right;
    double title_end = 2 + CHAR_PX * 1.25 * (plot->title ? (double)strlen(plot->title) + 6 : 0);
    l->legend_y = 11;
    for (unsigned k = count; k-- > 0;) {
        const struct plot_series *series = &plot->series[chosen[k]];
        x -= (double)(CHAR_PX * strlen(series->label)) + 24;
        if (x < title_end)
            return;
        l->legend_x[l->legend_count] = x;
        l->legend_color[l->legend_count++] = series->color;
        struct plot_label *label = add_label(l, x + 15, 15);
        label->style = PLOT_STYLE_LEGEND;
        copy_text(label, series->label);
    }
}

enum rc plot_lay_out(const struct plot *plot, struct plot_layout *out)
{
    if (!(plot->width_px >= 160 && plot->width_px <= 4000) ||
        !(plot->height_px >= 90 && plot->height_px <= 4000))
        return RC_RANGE;
    *out = (struct plot_layout){.left = MARGIN_LEFT,
                                .top = MARGIN_TOP,
                                .right = (double)plot->width_px - MARGIN_RIGHT,
                                .bottom = (double)plot->height_px - MARGIN_BOTTOM,
                                .x = PLOT_RANGE_EMPTY,
                                .y = PLOT_RANGE_EMPTY};
    for (size_t i = 0; i < plot->series_count; i++) {
        plot_range_add(&out->x, plot->series[i].x, plot->series[i].count);
        plot_range_add(&out->y, plot->series[i].y, plot->series[i].count);
    }
    plot_range_close(&out->x, 0.0);
    plot_range_close(&out->y, 0.06);
    unsigned across = (unsigned)((out->right - out->left) / 70), up = plot->height_px / 34;
    out->x_ticks = plot_ticks_find(&out->x, across < 3 ? 3 : across > 10 ? 10 : across);
    out->y_ticks = plot_ticks_find(&out->y, up < 3 ? 3 : up > 8 ? 8 : up);
    label_ticks(out);
    label_axes(plot, out);
    place_legend(plot, out);
    return RC_OK;
}
