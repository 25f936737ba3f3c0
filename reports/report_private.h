/* The renderers, and the pieces of the HTML one. */
#ifndef REPORTS_REPORT_PRIVATE_H
#define REPORTS_REPORT_PRIVATE_H

#include "reports/facts.h"
#include "reports/sink.h"

/* Each appends a whole document; RC_NOSPACE: out of memory. */
MUST_CHECK enum rc report_html(const struct report *report, struct sink *out);
MUST_CHECK enum rc report_csv(const struct report *report, struct sink *out);
MUST_CHECK enum rc report_json(const struct report *report, struct sink *out);
MUST_CHECK enum rc report_junit(const struct report *report, struct sink *out);
MUST_CHECK enum rc report_text(const struct report *report, struct sink *out);

extern const char *const html_style[]; /* parts, NULL at the end */
void html_put_header(struct sink *out, const struct report *report);
void html_put_tiles(struct sink *out, const struct report *report);
void html_put_measures(struct sink *out, const struct result_run *run);
/* Value between limits as a small drawing. */
void html_put_bar(struct sink *out, const struct result_measure *measure);
MUST_CHECK enum rc html_put_curves(struct sink *out, const struct report *report);
void html_put_tables(struct sink *out, const struct report *report);
void html_put_footer(struct sink *out, const struct report *report);
/* "<span class=chip pass>✓ PASS</span>" */
void html_put_chip(struct sink *out, const char *verdict);

#endif
