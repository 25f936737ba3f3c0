#include "reports/report.h"

#include "reports/report_private.h"

/* clang-format off */
static const struct {
    const char *name;
    enum rc (*render)(const struct report *report, struct sink *out);
} formats[] = {
    [REPORT_HTML]  = {"html",  report_html},
    [REPORT_CSV]   = {"csv",   report_csv},
    [REPORT_JSON]  = {"json",  report_json},
    [REPORT_JUNIT] = {"junit", report_junit},
    [REPORT_TEXT]  = {"text",  report_text},
};
/* clang-format on */

enum rc report_format_find(const char *name, enum report_format *out)
{
    for (size_t i = 0; i < COUNT(formats); i++) {
        if (facts_same(name, formats[i].name)) {
            *out = (enum report_format)i;
            return RC_OK;
        }
    }
    return RC_CONFIG;
}

enum rc report_write(enum report_format format, const struct result_batch *batch,
                     const struct result_curve *curves, size_t curve_count, FILE *to)
{
    struct report report = {batch, curves, curve_count};
    struct sink out = {0};
    if ((size_t)format >= COUNT(formats))
        return RC_CONFIG;
    enum rc rc = formats[format].render(&report, &out);
    if (rc == RC_OK && out.failed)
        rc = RC_NOSPACE;
    if (rc == RC_OK && (fwrite(out.at, 1, out.len, to) != out.len || fflush(to) != 0))
        rc = RC_IO;
    sink_fini(&out);
    return rc;
}
