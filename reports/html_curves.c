/* Recorded curves as small multiples: one plot a stream and channel, all sites in it. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "reports/plot.h"
#include "reports/report_private.h"

enum {
    SERIES_BYTES = 30,      /* of SVG for each column: two points */
    CURVES_BUDGET = 500000, /* bytes of SVG for all curves of a page */
    COLUMNS_LEAST = 24,
    COLUMNS_MOST = 470, /* the pixels of a plot's frame */
    PANELS_MOST = 400,
};

struct panel_work {
    struct plot_series *series; /* room for every curve */
    char (*labels)[16];
    double **shifted; /* time from each capture's own start; owned */
    size_t count;
};

/* What `record` stores runs through the whole test; every other stream is a capture. */
static bool is_capture(const struct result_curve *curve)
{
    return !facts_same(curve->stream, "record");
}

static bool same_panel(const struct result_curve *a, const struct result_curve *b)
{
    return facts_same(facts_text(a->stream), facts_text(b->stream)) &&
           facts_same(facts_text(a->channel), facts_text(b->channel)) &&
           facts_same(facts_text(a->unit), facts_text(b->unit));
}

static bool has_data(const struct result_curve *curve)
{
    for (size_t i = 0; i < curve->count; i++)
        if (isfinite(curve->value[i]) && isfinite(curve->t_s[i]))
            return true;
    return false;
}

static bool is_first_of_panel(const struct report *report, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (has_data(&report->curves[i]) && same_panel(&report->curves[i], &report->curves[index]))
            return false;
    return has_data(&report->curves[index]);
}

static enum rc shift_times(const struct result_curve *curve, double **out)
{
    double *shifted = calloc(curve->count, sizeof *shifted);
    if (!shifted)
        return RC_NOSPACE;
    for (size_t i = 0; i < curve->count; i++)
        shifted[i] = curve->t_s[i] - curve->t_s[0];
    *out = shifted;
    return RC_OK;
}

static enum rc add_series(struct panel_work *work, const struct result_curve *curve)
{
    size_t n = work->count;
    const double *x = curve->t_s;
    if (is_capture(curve)) {
        if (shift_times(curve, &work->shifted[n]) != RC_OK)
            return RC_NOSPACE;
        x = work->shifted[n];
    }
    (void)snprintf(work->labels[n], sizeof work->labels[n], "site %" PRId64, curve->site);
    work->series[n] = (struct plot_series){
        .label = curve->site > 0 ? work->labels[n] : NULL,
        .x = x,
        .y = curve->value,
        .count = curve->count,
        .color = curve->site > 0 ? (unsigned)((curve->site - 1) % PLOT_COLORS) : PLOT_COLORS - 1,
    };
    work->count++;
    return RC_OK;
}

static void put_title(struct sink *title, const struct result_curve *curve)
{
    if (is_capture(curve)) {
        sink_text(title, facts_text(curve->stream));
        sink_text(title, ": ");
    }
    sink_text(title, facts_text(curve->channel));
    sink_put(title, (struct span){"", 1});
}

static enum rc put_panel(struct sink *out, const struct report *report, size_t first,
                         struct panel_work *work)
{
    const struct result_curve *lead = &report->curves[first];
    struct sink title = {0};
    enum rc rc = RC_OK;
    for (size_t i = first; i < report->curve_count && rc == RC_OK; i++)
        if (same_panel(lead, &report->curves[i]) && has_data(&report->curves[i]))
            rc = add_series(work, &report->curves[i]);
    put_title(&title, lead);
    size_t share = CURVES_BUDGET / SERIES_BYTES / report->curve_count;
    struct plot plot = {
        .title = title.at,
        .x_label = is_capture(lead) ? "time from the start of the capture" : "time from the start",
        .x_unit = "s",
        .y_unit = lead->unit,
        .series = work->series,
        .series_count = work->count,
        .width_px = 540,
        .height_px = 190,
        .columns = (unsigned)(share < COLUMNS_LEAST  ? COLUMNS_LEAST
                              : share > COLUMNS_MOST ? COLUMNS_MOST
                                                     : share),
    };
    sink_text(out, "<div>\n");
    if (rc == RC_OK)
        rc = title.failed ? RC_NOSPACE : plot_put_svg(out, &plot);
    sink_text(out, "</div>\n");
    sink_fini(&title);
    for (size_t i = 0; i < report->curve_count; i++) {
        free(work->shifted[i]);
        work->shifted[i] = NULL;
    }
    work->count = 0;
    return rc;
}

static enum rc put_group(struct sink *out, const struct report *report, bool captures,
                         struct panel_work *work)
{
    enum rc rc = RC_OK;
    unsigned panels = 0;
    for (size_t i = 0; i < report->curve_count && rc == RC_OK; i++) {
        if (is_capture(&report->curves[i]) != captures || !is_first_of_panel(report, i))
            continue;
        if (panels++ == 0)
            sink_printf(out, "<h2>%s</h2>\n<div class=\"plots\">\n",
                        captures ? "Captures" : "Recorded curves");
        if (panels <= PANELS_MOST)
            rc = put_panel(out, report, i, work);
    }
    if (panels)
        sink_text(out, "</div>\n");
    if (panels > PANELS_MOST)
        sink_printf(out, "<p class=\"legend\">%u more are in the database.</p>\n",
                    panels - PANELS_MOST);
    return rc;
}

enum rc html_put_curves(struct sink *out, const struct report *report)
{
    if (report->curve_count == 0)
        return RC_OK;
    struct panel_work work = {
        .series = calloc(report->curve_count, sizeof *work.series),
        .labels = calloc(report->curve_count, sizeof *work.labels),
        .shifted = calloc(report->curve_count, sizeof *work.shifted),
    };
    enum rc rc = RC_NOSPACE;
    if (work.series && work.labels && work.shifted) {
        rc = put_group(out, report, true, &work);
        if (rc == RC_OK)
            rc = put_group(out, report, false, &work);
    }
    free(work.shifted);
    free(work.labels);
    free(work.series);
    return rc;
}
