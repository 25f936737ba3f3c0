/* One HTML file that needs nothing else: no script, no font, no picture from outside, and a policy
 * that would refuse them. */
#include "reports/report_private.h"

static void put_legend(struct sink *out)
{
    sink_text(out,
              "<p class=\"legend\">Bar: the dot is the value, the dark line through it its U95; "
              "green is the acceptance range, yellow the guard band, grey marks the "
              "specification limits. Margin: distance to the nearer specification limit, "
              "negative outside.</p>\n");
}

enum rc report_html(const struct report *report, struct sink *out)
{
    const struct result_batch *batch = report->batch;
    sink_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'; img-src data:\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    sink_text(out, batch->simulated ? "SIMULATED: " : "");
    sink_markup(out, batch->program);
    sink_text(out, ", ");
    sink_markup(out, batch->station);
    sink_text(out, "</title>\n<style>\n");
    for (const char *const *part = html_style; *part; part++)
        sink_text(out, *part);
    sink_text(out, "</style>\n</head>\n<body>\n<main>\n");
    html_put_header(out, report);
    html_put_tiles(out, report);
    if (batch->run_count) {
        sink_text(out, "<h2>Measurements</h2>\n");
        put_legend(out);
    }
    for (size_t i = 0; i < batch->run_count; i++)
        html_put_measures(out, &batch->runs[i]);
    enum rc rc = html_put_curves(out, report);
    html_put_tables(out, report);
    html_put_footer(out, report);
    sink_text(out, "</main>\n</body>\n</html>\n");
    return rc;
}
