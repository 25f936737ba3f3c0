#include "reports/plot_xy_ink.h"

#include <cairo-svg.h>
#include <cairo.h>
#include <math.h>

#include "core/num.h"
#include "reports/plot.h"

enum { GREY_GRID = 0xeb, GREY_FRAME = 0x8a, MARK_PX = 24 };

double plot_xy_frame_x(const struct plot_xy_frame *f, double x)
{
    return f->left + plot_xy_scale_at(&f->x, x) * (f->right - f->left);
}

double plot_xy_frame_y(const struct plot_xy_frame *f, double y)
{
    return f->bottom - plot_xy_scale_at(&f->y, y) * (f->bottom - f->top);
}

static void set_grey(cairo_t *cr, unsigned grey)
{
    cairo_set_source_rgb(cr, grey / 255.0, grey / 255.0, grey / 255.0);
}

static unsigned hex_pair(const char *at)
{
    unsigned value = 0;
    for (int i = 0; i < 2; i++)
        value = value * 16 + (unsigned)(at[i] <= '9' ? at[i] - '0' : at[i] - 'a' + 10);
    return value;
}

static void set_color(cairo_t *cr, unsigned number)
{
    const char *text = plot_color(number); /* "#rrggbb" */
    cairo_set_source_rgb(cr, hex_pair(text + 1) / 255.0, hex_pair(text + 3) / 255.0,
                         hex_pair(text + 5) / 255.0);
}

/* ---- frame and grid ---- */

static double between_pixels(double px)
{
    return floor(px) + 0.5;
}

/* The lines of the labelled ticks across the frame, or every tick as a stroke at its edge. */
static void rule(cairo_t *cr, const struct plot_xy_frame *f, bool grid)
{
    for (unsigned i = 0; i < f->x.count; i++) {
        bool labelled = f->x.ticks[i].text[0] != '\0';
        double x = between_pixels(plot_xy_frame_x(f, f->x.ticks[i].value));
        if (grid && !labelled)
            continue;
        cairo_move_to(cr, x, grid ? f->top : between_pixels(f->bottom));
        cairo_line_to(cr, x, between_pixels(f->bottom) + (grid ? 0 : labelled ? 5 : 3));
    }
    for (unsigned i = 0; i < f->y.count; i++) {
        bool labelled = f->y.ticks[i].text[0] != '\0';
        double y = between_pixels(plot_xy_frame_y(f, f->y.ticks[i].value));
        if (grid && !labelled)
            continue;
        cairo_move_to(cr, grid ? f->right : between_pixels(f->left), y);
        cairo_line_to(cr, between_pixels(f->left) - (grid ? 0 : labelled ? 5 : 3), y);
    }
}

static bool inside(const struct plot_range *range, double value)
{
    return value > range->lo && value < range->hi;
}

static void draw_frame(cairo_t *cr, const struct plot_xy_frame *f)
{
    cairo_set_line_width(cr, 1);
    rule(cr, f, true);
    set_grey(cr, GREY_GRID);
    cairo_stroke(cr);
    if (!f->y.log && inside(&f->y.range, 0)) {
        cairo_move_to(cr, f->left, between_pixels(plot_xy_frame_y(f, 0)));
        cairo_line_to(cr, f->right, between_pixels(plot_xy_frame_y(f, 0)));
    }
    if (!f->x.log && inside(&f->x.range, 0)) {
        cairo_move_to(cr, between_pixels(plot_xy_frame_x(f, 0)), f->top);
        cairo_line_to(cr, between_pixels(plot_xy_frame_x(f, 0)), f->bottom);
    }
    rule(cr, f, false);
    cairo_rectangle(cr, between_pixels(f->left), between_pixels(f->top),
                    floor(f->right) - floor(f->left), floor(f->bottom) - floor(f->top));
    set_grey(cr, GREY_FRAME);
    cairo_stroke(cr);
}

/* ---- lines ---- */

struct spot {
    double x, y; /* px; NAN: no place */
};

static struct spot place(const struct plot_xy_frame *f, const struct plot_xy_series *s, size_t i)
{
    return (struct spot){plot_xy_frame_x(f, s->x[i]), plot_xy_frame_y(f, s->y[i])};
}

static bool in_frame(const struct plot_xy_frame *f, struct spot p)
{
    return num_within(p.x, f->left - 0.01, f->right + 0.01) &&
           num_within(p.y, f->top - 0.01, f->bottom + 0.01);
}

/* Liang and Barsky: the stretch t[0]..t[1] of the line from `at` by `step` that lies in lo..hi. */
static bool clip(double at, double step, double lo, double hi, double t[2])
{
    if (fabs(step) < 1e-12)
        return num_within(at, lo, hi);
    double a = (lo - at) / step, b = (hi - at) / step;
    double first = a < b ? a : b, last = a < b ? b : a;
    t[0] = first > t[0] ? first : t[0];
    t[1] = last < t[1] ? last : t[1];
    return t[0] <= t[1];
}

static double twentieth(double px)
{
    return floor(px * 20 + 0.5) / 20;
}

static void trace(cairo_t *cr, const struct plot_xy_frame *f, const struct plot_xy_series *s)
{
    bool down = false;
    for (size_t i = 1; i < s->count; i++) {
        struct spot a = place(f, s, i - 1), b = place(f, s, i);
        double t[2] = {0, 1}, dx = b.x - a.x, dy = b.y - a.y;
        bool drawn = isfinite(a.x) && isfinite(a.y) && isfinite(b.x) && isfinite(b.y) &&
                     clip(a.x, dx, f->left, f->right, t) && clip(a.y, dy, f->top, f->bottom, t);
        if (drawn && !(down && t[0] <= 0))
            cairo_move_to(cr, twentieth(a.x + t[0] * dx), twentieth(a.y + t[0] * dy));
        if (drawn)
            cairo_line_to(cr, twentieth(a.x + t[1] * dx), twentieth(a.y + t[1] * dy));
        down = drawn && t[1] >= 1;
    }
}

static void stroke_line(cairo_t *cr, const struct plot_xy_series *s)
{
    /* clang-format off */
    static const struct { int count; double length[6]; } dashes[PLOT_XY_LINES] = {
        [PLOT_XY_DASHED]   = {2, {7, 3.5}},
        [PLOT_XY_DOTTED]   = {2, {1.5, 3}},
        [PLOT_XY_DASH_DOT] = {4, {9, 3, 1.5, 3}},
        [PLOT_XY_LONG]     = {2, {15, 4}},
        [PLOT_XY_DASH_DOT_DOT] = {6, {9, 3, 1.5, 3, 1.5, 3}},
        [PLOT_XY_SHORT]    = {2, {3.5, 2.5}},
    };
    /* clang-format on */
    set_color(cr, s->color);
    cairo_set_line_width(cr, 1.7);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(cr, dashes[s->line].length, dashes[s->line].count, 0);
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
}

/* ---- markers ---- */

static void outline(cairo_t *cr, enum plot_xy_marker marker, struct spot p)
{
    /* corners around the point, px */
    static const struct spot corners[PLOT_XY_MARKERS][4] = {
        [PLOT_XY_SQUARE] = {{-3, -3}, {3, -3}, {3, 3}, {-3, 3}},
        [PLOT_XY_TRIANGLE] = {{0, -4}, {3.75, 2.75}, {-3.75, 2.75}, {-3.75, 2.75}},
        [PLOT_XY_DIAMOND] = {{0, -4.25}, {4.25, 0}, {0, 4.25}, {-4.25, 0}},
    };
    double x = twentieth(p.x), y = twentieth(p.y);
    cairo_new_sub_path(cr);
    if (marker == PLOT_XY_CIRCLE) {
        cairo_arc(cr, x, y, 3.25, 0, 2 * M_PI);
        return;
    }
    for (size_t i = 0; i < 4; i++)
        cairo_line_to(cr, x + corners[marker][i].x, y + corners[marker][i].y);
    cairo_close_path(cr);
}

static void stroke_markers(cairo_t *cr, const struct plot_xy_series *s)
{
    set_color(cr, s->color);
    cairo_set_line_width(cr, 1.3);
    cairo_stroke(cr);
}

static void draw_series(cairo_t *cr, const struct plot_xy_frame *f, const struct plot_xy_series *s)
{
    if (s->line != PLOT_XY_NONE) {
        trace(cr, f, s);
        stroke_line(cr, s);
    }
    if (s->marker == PLOT_XY_BARE)
        return;
    for (size_t i = 0; i < s->count; i++) {
        struct spot p = place(f, s, i);
        if (in_frame(f, p))
            outline(cr, s->marker, p);
    }
    stroke_markers(cr, s);
}

static void draw_legend(cairo_t *cr, const struct plot_xy *plot, const struct plot_xy_frame *f)
{
    double y = f->legend_y;
    for (size_t i = 0; i < plot->series_count; i++) {
        const struct plot_xy_series *s = &plot->series[i];
        if (!s->label)
            continue;
        if (s->line != PLOT_XY_NONE) {
            cairo_move_to(cr, f->legend_x, y);
            cairo_line_to(cr, f->legend_x + MARK_PX, y);
            stroke_line(cr, s);
        }
        if (s->marker != PLOT_XY_BARE) {
            outline(cr, s->marker, (struct spot){f->legend_x + MARK_PX / 2.0, y});
            stroke_markers(cr, s);
        }
        y += f->legend_step;
    }
}

/* ---- SVG ---- */

static cairo_status_t take_bytes(void *ctx, const unsigned char *bytes, unsigned count)
{
    struct sink *sink = ctx;
    sink_put(sink, (struct span){(const char *)bytes, count});
    return sink->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

/* Cairo's own frame carries ids that count up through the process: only its paths are kept. */
static void keep_paths(struct sink *out, struct span svg)
{
    while (svg.len) {
        const char *end = memchr(svg.at, '\n', svg.len);
        size_t n = end ? (size_t)(end - svg.at) + 1 : svg.len;
        if (n > 5 && memcmp(svg.at, "<path", 5) == 0)
            sink_put(out, (struct span){svg.at, n});
        svg = span_skip(svg, n);
    }
}

enum rc plot_xy_put_ink(struct sink *out, const struct plot_xy *plot,
                        const struct plot_xy_frame *frame)
{
    struct sink drawn = {0};
    cairo_surface_t *surface =
        cairo_svg_surface_create_for_stream(take_bytes, &drawn, plot->width_px, plot->height_px);
    cairo_t *cr = cairo_create(surface);
    draw_frame(cr, frame);
    for (size_t i = 0; i < plot->series_count; i++)
        draw_series(cr, frame, &plot->series[i]);
    draw_legend(cr, plot, frame);
    bool ok = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    ok = ok && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS && !drawn.failed;
    cairo_surface_destroy(surface);
    if (ok)
        keep_paths(out, (struct span){drawn.at, drawn.len});
    sink_fini(&drawn);
    return ok && !out->failed ? RC_OK : RC_NOSPACE;
}
