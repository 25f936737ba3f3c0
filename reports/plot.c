#include "reports/plot.h"

#include <cairo-svg.h>
#include <cairo.h>
#include <math.h>

#include "reports/plot_layout.h"

static const unsigned colors[PLOT_COLORS] = {0x0072b2, 0xd55e00, 0x009e73, 0xb3528c,
                                             0xc98a00, 0x3a9bd9, 0x6b4c9a, 0x555555};
static const char *const color_texts[PLOT_COLORS] = {"#0072b2", "#d55e00", "#009e73", "#b3528c",
                                                     "#c98a00", "#3a9bd9", "#6b4c9a", "#555555"};
enum { COLOR_GRID = 0xe6e9ee, COLOR_ZERO = 0xb8bfca, COLOR_TEXT = 0x4a5463 };

const char *plot_color(unsigned number)
{
    return color_texts[number % PLOT_COLORS];
}

static void set_color(cairo_t *cr, unsigned rgb)
{
    cairo_set_source_rgb(cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                         (rgb & 255) / 255.0);
}

/* ---- lines ---- */

/* A pen that keeps to quarters of a pixel and draws a horizontal stretch as one line: short paths.
 */
struct pen {
    cairo_t *cr;
    const struct plot_layout *layout;
    double x, y;        /* the newest point */
    bool down, pending; /* pending: (x, y) ends a horizontal stretch that is not drawn yet */
};

static void flush_pen(struct pen *pen)
{
    if (pen->pending)
        cairo_line_to(pen->cr, pen->x, pen->y);
    pen->pending = false;
}

static void move_pen(void *ctx, struct plot_point point)
{
    struct pen *pen = ctx;
    double x = floor(plot_x_px(pen->layout, point.x) * 4 + 0.5) / 4;
    double y = floor(plot_y_px(pen->layout, point.y) * 4 + 0.5) / 4;
    bool level = fabs(y - pen->y) < 0.1;
    if (point.start || !pen->down) {
        flush_pen(pen);
        cairo_move_to(pen->cr, x, y);
        cairo_line_to(pen->cr, x, y); /* a lonely point is a dot: the caps are round */
    } else if (level) {
        pen->pending = true;
    } else {
        flush_pen(pen);
        cairo_line_to(pen->cr, x, y);
    }
    pen->down = true;
    pen->x = x;
    pen->y = y;
}

static void draw_series(cairo_t *cr, const struct plot *plot, const struct plot_layout *layout)
{
    unsigned columns = plot->columns ? plot->columns : (unsigned)(layout->right - layout->left);
    cairo_set_line_width(cr, 1.25);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    for (size_t i = 0; i < plot->series_count; i++) {
        const struct plot_series *s = &plot->series[i];
        struct pen pen = {.cr = cr, .layout = layout};
        struct plot_samples samples = {s->x, s->y, s->count};
        plot_thin(&samples, &layout->x, columns, move_pen, &pen);
        flush_pen(&pen);
        set_color(cr, colors[s->color % PLOT_COLORS]);
        cairo_stroke(cr);
    }
}

static void rule_horizontally(cairo_t *cr, const struct plot_layout *layout, double y)
{
    cairo_move_to(cr, layout->left, y);
    cairo_line_to(cr, layout->right, y);
}

static double between_pixels(double px)
{
    return floor(px) + 0.5;
}

static void draw_grid(cairo_t *cr, const struct plot_layout *l)
{
    cairo_set_line_width(cr, 1);
    for (unsigned i = 0; i < l->y_ticks.count; i++)
        rule_horizontally(cr, l,
                          between_pixels(plot_y_px(l, l->y_ticks.first + i * l->y_ticks.step)));
    set_color(cr, COLOR_GRID);
    cairo_stroke(cr);
    if (l->y.lo < 0 && l->y.hi > 0)
        rule_horizontally(cr, l, between_pixels(plot_y_px(l, 0)));
    rule_horizontally(cr, l, between_pixels(l->bottom));
    for (unsigned i = 0; i < l->x_ticks.count; i++) {
        double x = between_pixels(plot_x_px(l, l->x_ticks.first + i * l->x_ticks.step));
        cairo_move_to(cr, x, between_pixels(l->bottom));
        cairo_line_to(cr, x, between_pixels(l->bottom) + 3);
    }
    set_color(cr, COLOR_ZERO);
    cairo_stroke(cr);
}

static void draw_legend(cairo_t *cr, const struct plot_layout *l)
{
    cairo_set_line_width(cr, 3);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    for (unsigned i = 0; i < l->legend_count; i++) {
        cairo_move_to(cr, l->legend_x[i] + 1, l->legend_y);
        cairo_line_to(cr, l->legend_x[i] + 10, l->legend_y);
        set_color(cr, colors[l->legend_color[i] % PLOT_COLORS]);
        cairo_stroke(cr);
    }
}

static void draw_ink(cairo_t *cr, const struct plot *plot, const struct plot_layout *layout)
{
    draw_grid(cr, layout);
    draw_series(cr, plot, layout);
    draw_legend(cr, layout);
}

/* ---- SVG ---- */

static cairo_status_t take_bytes(void *ctx, const unsigned char *bytes, unsigned count)
{
    struct sink *sink = ctx;
    sink_put(sink, (struct span){(const char *)bytes, count});
    return sink->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static enum rc draw_svg(const struct plot *plot, const struct plot_layout *layout, struct sink *out)
{
    cairo_surface_t *surface =
        cairo_svg_surface_create_for_stream(take_bytes, out, plot->width_px, plot->height_px);
    cairo_t *cr = cairo_create(surface);
    draw_ink(cr, plot, layout);
    bool ok = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    ok = ok && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS && !out->failed;
    cairo_surface_destroy(surface);
    return ok ? RC_OK : RC_NOSPACE;
}

/* Cairo's frame carries an id that counts up through the process: only the paths within are kept,
 * and every attribute of the paths is cairo's own. */
static void put_paths(struct sink *out, struct span svg)
{
    while (svg.len) {
        const char *end = memchr(svg.at, '\n', svg.len);
        size_t n = end ? (size_t)(end - svg.at) + 1 : svg.len;
        if (n > 5 && memcmp(svg.at, "<path", 5) == 0)
            sink_put(out, (struct span){svg.at, n});
        svg = span_skip(svg, n);
    }
}

static void put_labels(struct sink *out, const struct plot_layout *layout)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    static const char *const classes[] = {"tick", "axis", "title", "legend"};
    for (unsigned i = 0; i < layout->label_count; i++) {
        const struct plot_label *label = &layout->labels[i];
        sink_text(out, "<text x=\"");
        sink_fixed(out, label->x, 1);
        sink_text(out, "\" y=\"");
        sink_fixed(out, label->y, 1);
        sink_printf(out, "\" text-anchor=\"%s\" class=\"%s\">", anchors[label->anchor],
                    classes[label->style]);
        sink_markup(out, label->text);
        sink_text(out, "</text>\n");
    }
}

enum rc plot_put_svg(struct sink *out, const struct plot *plot)
{
    struct plot_layout layout;
    enum rc rc = plot_lay_out(plot, &layout);
    if (rc != RC_OK)
        return rc;
    struct sink drawn = {0};
    rc = draw_svg(plot, &layout, &drawn);
    if (rc == RC_OK) {
        sink_printf(out,
                    "<svg class=\"plot\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
                    "viewBox=\"0 0 %u %u\" font-family=\"sans-serif\" font-size=\"10.5\" "
                    "fill=\"#4a5463\">\n<g class=\"ink\">\n",
                    plot->width_px, plot->height_px);
        put_paths(out, (struct span){drawn.at, drawn.len});
        sink_text(out, "</g>\n");
        put_labels(out, &layout);
        sink_text(out, "</svg>\n");
        rc = out->failed ? RC_NOSPACE : RC_OK;
    }
    sink_fini(&drawn);
    return rc;
}

/* ---- PNG ---- */

static void draw_labels(cairo_t *cr, const struct plot_layout *layout)
{
    set_color(cr, COLOR_TEXT);
    for (unsigned i = 0; i < layout->label_count; i++) {
        const struct plot_label *label = &layout->labels[i];
        bool bold = label->style == PLOT_STYLE_TITLE;
        cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                               bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
        cairo_set_font_size(cr, bold ? 11.5 : 10);
        cairo_text_extents_t size;
        cairo_text_extents(cr, label->text, &size);
        cairo_move_to(cr, label->x - size.x_advance * 0.5 * label->anchor, label->y);
        cairo_show_text(cr, label->text);
    }
}

enum rc plot_write_png(const struct plot *plot, const char *path)
{
    enum { SCALE = 2 };
    struct plot_layout layout;
    enum rc rc = plot_lay_out(plot, &layout);
    if (rc != RC_OK)
        return rc;
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)plot->width_px * SCALE, (int)plot->height_px * SCALE);
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, SCALE, SCALE);
    set_color(cr, 0xffffff);
    cairo_paint(cr);
    draw_ink(cr, plot, &layout);
    draw_labels(cr, &layout);
    bool ok = cairo_status(cr) == CAIRO_STATUS_SUCCESS &&
              cairo_surface_write_to_png(surface, path) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return ok ? RC_OK : RC_IO;
}
