/* The table of measurements of one part, and the bar that shows where a value lies. */
#include <inttypes.h>
#include <math.h>

#include "reports/report_private.h"

/* ---- bar ---- */

enum { BAR_WIDTH = 150, BAR_EDGE = 18 /* px outside each limit */ };

struct bar {
    struct sink *out;
    double lo, hi; /* limits, or where an absent one is drawn */
};

static double bar_px(const struct bar *bar, double value)
{
    double inside = BAR_WIDTH - 2 * BAR_EDGE;
    double px = BAR_EDGE + (value - bar->lo) / (bar->hi - bar->lo) * inside;
    return px < 3 ? 3 : px > BAR_WIDTH - 3 ? BAR_WIDTH - 3 : px;
}

static void put_block(const struct bar *bar, double from, double to, int height, const char *color)
{
    double x0 = bar_px(bar, from), x1 = bar_px(bar, to);
    sink_text(bar->out, "<rect x=\"");
    sink_fixed(bar->out, x0, 1);
    sink_printf(bar->out, "\" y=\"%d\" height=\"%d\" width=\"", 8 - height / 2, height);
    sink_fixed(bar->out, x1 > x0 ? x1 - x0 : 0.0, 1);
    sink_printf(bar->out, "\" fill=\"%s\"/>", color);
}

static void put_mark(const struct bar *bar, double value, int height, const char *color)
{
    sink_text(bar->out, "<rect x=\"");
    sink_fixed(bar->out, bar_px(bar, value) - 0.75, 1);
    sink_printf(bar->out, "\" y=\"%d\" height=\"%d\" width=\"1.5\" fill=\"%s\"/>", 8 - height / 2,
                height, color);
}

/* An absent limit is drawn as far from the other as the value needs. */
static bool frame_bar(const struct result_measure *m, struct bar *bar)
{
    bool lower = isfinite(m->lsl), upper = isfinite(m->usl);
    if (!isfinite(m->value) || (!lower && !upper))
        return false;
    bar->lo = m->lsl;
    bar->hi = m->usl;
    if (!lower)
        bar->lo = m->usl > 0 && m->value >= 0 ? 0 : m->usl - 2 * fabs(m->value - m->usl);
    if (!upper)
        bar->hi = m->lsl + 1.25 * (m->value > m->lsl ? m->value - m->lsl : fabs(m->lsl));
    return bar->hi > bar->lo && isfinite(bar->hi - bar->lo);
}

void html_put_bar(struct sink *out, const struct result_measure *m)
{
    struct bar bar = {.out = out};
    if (!frame_bar(m, &bar))
        return;
    double low = isfinite(m->al) ? m->al : bar.lo, high = isfinite(m->au) ? m->au : bar.hi;
    bool beyond = m->value < m->lsl || m->value > m->usl;
    sink_text(out, "<svg class=\"bar\" viewBox=\"0 0 150 16\" role=\"img\">"
                   "<rect y=\"7\" width=\"150\" height=\"2\" fill=\"#e6e9ee\"/>");
    put_block(&bar, bar.lo, bar.hi, 8, "#f0cf78");
    put_block(&bar, low, high, 8, "#bfe0cd");
    if (isfinite(m->lsl))
        put_mark(&bar, m->lsl, 14, "#7b8594");
    if (isfinite(m->usl))
        put_mark(&bar, m->usl, 14, "#7b8594");
    if (isfinite(m->u95))
        put_block(&bar, m->value - m->u95, m->value + m->u95, 2, "#1c2430");
    sink_text(out, "<circle cy=\"8\" r=\"3.6\" stroke=\"#fff\" cx=\"");
    sink_fixed(out, bar_px(&bar, m->value), 1);
    sink_printf(out, "\" fill=\"%s\"/></svg>", beyond ? "#c22b2b" : "#1c2430");
}

/* ---- table ---- */

static void put_number_cell(struct sink *out, double value, unsigned digits)
{
    sink_text(out, "<td class=\"n\">");
    sink_short(out, value, digits);
    sink_text(out, "</td>");
}

static void put_limits_cell(struct sink *out, double lo, double hi)
{
    sink_text(out, "<td class=\"n\">");
    facts_put_limits(out, lo, hi, false);
    sink_text(out, "</td>");
}

static void put_name(struct sink *out, const struct result_measure *m)
{
    sink_markup(out, m->name);
    if (m->critical)
        sink_text(out, "<span class=\"crit\">critical</span>");
    if (m->tags && m->tags[0]) {
        sink_text(out, " <span class=\"sub\">");
        sink_markup(out, m->tags);
        sink_text(out, "</span>");
    }
    if (m->quality && !facts_same(m->quality, "good")) {
        sink_text(out, " <span class=\"sub\">quality: ");
        sink_markup(out, m->quality);
        sink_text(out, "</span>");
    }
}

static void put_row(struct sink *out, const struct result_measure *m)
{
    sink_printf(out, "<tr class=\"%s\"><td>", facts_look(m->verdict)->style);
    put_name(out, m);
    sink_text(out, "</td><td class=\"n v\">");
    facts_put_value(out, m);
    sink_text(out, "</td><td>");
    sink_markup(out, m->unit);
    sink_text(out, "</td>");
    put_limits_cell(out, m->lsl, m->usl);
    put_limits_cell(out, m->al, m->au);
    put_number_cell(out, m->u95, 2);
    put_number_cell(out, m->margin, 3);
    sink_text(out, "<td>");
    html_put_bar(out, m);
    sink_text(out, "</td><td>");
    html_put_chip(out, m->verdict);
    sink_text(out, "</td></tr>\n");
}

void html_put_measures(struct sink *out, const struct result_run *run)
{
    sink_printf(out, "<div class=\"site\"><b>site %" PRId64 "</b><b>", run->site);
    sink_markup(out, run->serial);
    sink_text(out, "</b>");
    html_put_chip(out, run->verdict);
    sink_text(out, "<span class=\"soft mono\">");
    sink_markup(out, run->uuid);
    sink_text(out, "</span></div>\n");
    if (!run->measure_count) {
        sink_text(out, "<p class=\"legend\">No measurement was taken.</p>\n");
        return;
    }
    sink_text(out, "<div class=\"card\"><table class=\"m\">\n<thead><tr><th>measurement</th>"
                   "<th class=\"n\">value</th><th>unit</th><th class=\"n\">specification</th>"
                   "<th class=\"n\">acceptance</th><th class=\"n\">U95</th>"
                   "<th class=\"n\">margin</th><th>between the limits</th><th>verdict</th>"
                   "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < run->measure_count; i++)
        put_row(out, &run->measures[i]);
    sink_text(out, "</tbody></table></div>\n");
}
