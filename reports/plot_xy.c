#include "reports/plot_xy.h"

#include <math.h>

#include "reports/plot_xy_ink.h"

enum {
    MARGIN_LEFT = 66,
    MARGIN_TOP = 50,
    MARGIN_BOTTOM = 50,
    LEGEND_GAP = 16,
    LEGEND_MARK = 32, /* line sample and the gap behind it */
    LEGEND_STEP = 19
};
static const double CHAR_PX = 6.9; /* of the legend's 11 px letters, on the wide side */

/* The widest word decides; half of the picture stays for the curves. */
static double legend_width(const struct plot_xy *plot)
{
    size_t longest = 0;
    for (size_t i = 0; i < plot->series_count; i++) {
        const char *label = plot->series[i].label;
        if (label && strlen(label) > longest)
            longest = strlen(label);
    }
    double width = longest ? LEGEND_GAP + LEGEND_MARK + CHAR_PX * (double)longest + 10 : 18;
    return width < plot->width_px * 0.45 ? width : plot->width_px * 0.45;
}

static enum rc lay_out(const struct plot_xy *plot, struct plot_xy_frame *out)
{
    struct plot_range x = PLOT_RANGE_EMPTY, y = PLOT_RANGE_EMPTY;
    if (!(plot->width_px >= 320 && plot->width_px <= 4000) ||
        !(plot->height_px >= 200 && plot->height_px <= 4000))
        return RC_RANGE;
    for (size_t i = 0; i < plot->series_count; i++) {
        plot_range_add(&x, plot->series[i].x, plot->series[i].count);
        plot_range_add(&y, plot->series[i].y, plot->series[i].count);
    }
    *out = (struct plot_xy_frame){.left = MARGIN_LEFT,
                                  .top = MARGIN_TOP,
                                  .right = plot->width_px - legend_width(plot),
                                  .bottom = (double)plot->height_px - MARGIN_BOTTOM};
    out->legend_x = out->right + LEGEND_GAP;
    out->legend_y = out->top + 9;
    out->legend_step = LEGEND_STEP;
    unsigned across = (unsigned)((out->right - out->left) / 60);
    unsigned up = (unsigned)((out->bottom - out->top) / 38);
    enum rc rc = plot_xy_scale_find(&plot->x, &x, across < 3 ? 3 : across, &out->x);
    return rc == RC_OK ? plot_xy_scale_find(&plot->y, &y, up < 3 ? 3 : up, &out->y) : rc;
}

struct word {
    double x, y;
    const char *anchor, *class, *size; /* size: of the letters, and weight */
    bool upright;                      /* read from below */
};

static void open_word(struct sink *out, struct word word)
{
    sink_text(out, "<text x=\"");
    sink_fixed(out, word.x, 1);
    sink_text(out, "\" y=\"");
    sink_fixed(out, word.y, 1);
    sink_printf(out, "\" text-anchor=\"%s\" class=\"%s\" %s", word.anchor, word.class, word.size);
    if (word.upright) {
        sink_text(out, " transform=\"rotate(-90 ");
        sink_fixed(out, word.x, 1);
        sink_text(out, " ");
        sink_fixed(out, word.y, 1);
        sink_text(out, ")\"");
    }
    sink_text(out, ">");
}

static void put_word(struct sink *out, struct word word, const char *text, const char *unit)
{
    open_word(out, word);
    sink_markup(out, text);
    if (unit && unit[0]) {
        sink_text(out, " / ");
        sink_markup(out, unit);
    }
    sink_text(out, "</text>\n");
}

static void put_ticks(struct sink *out, const struct plot_xy_frame *f)
{
    for (unsigned i = 0; i < f->x.count; i++) {
        const struct plot_xy_tick *tick = &f->x.ticks[i];
        double x = plot_xy_frame_x(f, tick->value);
        if (tick->text[0])
            put_word(out,
                     (struct word){x, f->bottom + 18, "middle", "tick", "font-size=\"11\"", false},
                     tick->text, NULL);
    }
    for (unsigned i = 0; i < f->y.count; i++) {
        const struct plot_xy_tick *tick = &f->y.ticks[i];
        double y = plot_xy_frame_y(f, tick->value);
        if (tick->text[0])
            put_word(out,
                     (struct word){f->left - 9, y + 4, "end", "tick", "font-size=\"11\"", false},
                     tick->text, NULL);
    }
}

static void put_words(struct sink *out, const struct plot_xy *plot, const struct plot_xy_frame *f)
{
    static const char axis[] = "font-size=\"12\"", small[] = "font-size=\"11\"";
    put_ticks(out, f);
    if (plot->title)
        put_word(
            out,
            (struct word){12, 20, "start", "title", "font-size=\"14\" font-weight=\"bold\"", false},
            plot->title, NULL);
    if (plot->note)
        put_word(out, (struct word){12, 37, "start", "note", small, false}, plot->note, NULL);
    put_word(out,
             (struct word){(f->left + f->right) / 2, f->bottom + 38, "middle", "axis", axis, false},
             plot->x.label ? plot->x.label : "", plot->x.unit);
    put_word(out, (struct word){18, (f->top + f->bottom) / 2, "middle", "axis", axis, true},
             plot->y.label ? plot->y.label : "", plot->y.unit);
    double y = f->legend_y + 4;
    for (size_t i = 0; i < plot->series_count; i++)
        if (plot->series[i].label) {
            put_word(out,
                     (struct word){f->legend_x + LEGEND_MARK, y, "start", "legend", small, false},
                     plot->series[i].label, NULL);
            y += f->legend_step;
        }
}

enum rc plot_xy_put_svg(struct sink *out, const struct plot_xy *plot)
{
    struct plot_xy_frame frame;
    enum rc rc = lay_out(plot, &frame);
    if (rc != RC_OK)
        return rc;
    sink_printf(out,
                "<svg class=\"plot\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
                "width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\" font-family=\"sans-serif\" "
                "fill=\"#2b333d\">\n<title>",
                plot->width_px, plot->height_px, plot->width_px, plot->height_px);
    sink_markup(out, plot->title ? plot->title : "");
    sink_text(out, "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
                   "<g class=\"ink\">\n");
    rc = plot_xy_put_ink(out, plot, &frame);
    if (rc != RC_OK)
        return rc;
    sink_text(out, "</g>\n");
    put_words(out, plot, &frame);
    sink_text(out, "</svg>\n");
    return out->failed ? RC_NOSPACE : RC_OK;
}
