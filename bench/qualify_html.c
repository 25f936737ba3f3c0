/* A page with the detection curves. */
#include <math.h>

#include "bench/qualify_print.h"
#include "reports/plot.h"

/* clang-format off */
static const char style[] =
    "body{margin:0;background:#f5f6f8;color:#1c2430;font:14px/1.45 system-ui,\"Segoe UI\","
    "\"DejaVu Sans\",sans-serif}main{max-width:1160px;margin:0 auto;padding:28px 24px 40px}"
    "h1{font-size:26px;margin:0}h2{font-size:17px;margin:30px 0 10px}h3{font-size:14px;margin:0}"
    ".soft{color:#5b6675}.banner{padding:10px 16px;border-radius:8px;background:#fff3d1;"
    "border:1px solid #ecd08a;color:#5c3d00}.grid{display:grid;gap:14px;"
    "grid-template-columns:repeat(auto-fill,minmax(480px,1fr))}"
    ".card{background:#fff;border:1px solid #e1e5eb;border-radius:8px;padding:12px 14px;"
    "overflow-x:auto;break-inside:avoid}svg{max-width:100%;height:auto}"
    "table{border-collapse:collapse;width:100%;font-size:13px}"
    "th{text-align:left;color:#5b6675;font-weight:500;border-bottom:1px solid #e1e5eb}"
    "th,td{padding:4px 10px}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}";
/* clang-format on */

static void put_percent(struct sink *out, double share)
{
    sink_fixed(out, 100.0 * share, share < 0.0995 && share > 0.0 ? 2 : 1);
    sink_text(out, " %");
}

static void put_head(struct sink *out, const struct qualify_report *r)
{
    sink_text(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>"
                   "Qualification of ");
    sink_markup(out, r->sequence);
    sink_printf(out,
                "</title><style>%s</style></head>\n<body><main>\n<p class=\"soft\">lambdabench "
                "qualification</p><h1>",
                style);
    sink_markup(out, r->sequence);
    sink_printf(out, " v%u</h1>\n<p class=\"soft\">station ", r->sequence_version);
    sink_markup(out, r->station);
    sink_printf(out, ", seed %llu, %u good parts", (unsigned long long)r->plan->seed,
                r->plan->good_parts);
    if (r->plan->defect_count)
        sink_printf(out, ", %u for each defect and severity", r->plan->rung_parts);
    sink_text(out, "; all intervals are exact binomial ones of 95 %</p>\n<p class=\"banner\"><b>"
                   "SIMULATED</b> Instruments and parts were simulated.</p>\n<h2>Good parts</h2>"
                   "<p>");
    put_percent(out, r->stats->false_fail.share);
    sink_text(out, " fail (");
    put_percent(out, r->stats->false_fail.lo);
    sink_text(out, " to ");
    put_percent(out, r->stats->false_fail.hi);
    sink_printf(out, "); %u of %u are marginal, %u held back without a result.</p>\n",
                r->stats->good.verdicts[VERDICT_MARGINAL], r->stats->good.parts,
                qualify_held(&r->stats->good));
}

static void put_place(struct sink *out, const char *before, const struct qualify_plan *plan,
                      double at)
{
    sink_text(out, before);
    if (isinf(at))
        sink_text(out, at > 0 ? "nowhere" : "already at ");
    if (!(isinf(at) && at > 0))
        sink_short(out, isinf(at) ? plan->severities[0] : at, 2);
}

struct curve {
    double share[QUALIFY_RUNGS_MAX], lo[QUALIFY_RUNGS_MAX], hi[QUALIFY_RUNGS_MAX];
    double held[QUALIFY_RUNGS_MAX];
};

static enum rc find_curve(const struct qualify_defect *defect, unsigned count, struct curve *out)
{
    for (unsigned i = 0; i < count; i++) {
        const struct qualify_rung *rung = &defect->rungs[i];
        struct proportion p;
        enum rc rc = proportion_find(qualify_caught(rung), rung->parts, 0.95, &p);
        if (rc != RC_OK)
            return rc;
        out->share[i] = 100.0 * p.share;
        out->lo[i] = 100.0 * p.lo;
        out->hi[i] = 100.0 * p.hi;
        out->held[i] = 100.0 * qualify_held(rung) / rung->parts;
    }
    return RC_OK;
}

static enum rc put_defect(struct sink *out, const struct qualify_report *r, unsigned d)
{
    const struct qualify_defect *defect = &r->stats->defects[d];
    const double *x = r->plan->severities;
    unsigned count = r->plan->severity_count;
    struct curve curve;
    enum rc rc = find_curve(defect, count, &curve);
    if (rc != RC_OK)
        return rc;
    struct plot_series series[] = {{"caught", x, curve.share, count, 0},
                                   {"interval", x, curve.lo, count, 2},
                                   {NULL, x, curve.hi, count, 2},
                                   {"held back", x, curve.held, count, 3}};
    struct plot plot = {.x_label = "severity",
                        .y_unit = "%",
                        .series = series,
                        .series_count = COUNT(series),
                        .width_px = 500,
                        .height_px = 240};
    sink_printf(out, "<div class=\"card\"><h3>D%02d ", r->plan->defects[d]);
    sink_markup(out, twin_defect_text_of(r->plan->element, r->plan->defects[d]));
    sink_text(out, "</h3>\n");
    rc = count > 1 ? plot_put_svg(out, &plot) : RC_OK;
    put_place(out, "\n<p class=\"soft\">50 % caught: ", r->plan, defect->caught_50.at);
    put_place(out, "; 95 % caught: ", r->plan, defect->caught_95.at);
    put_place(out, "; 95 % caught or held back: ", r->plan, defect->kept_95.at);
    sink_printf(out, ". %u of %u ship.</p></div>\n", qualify_shipped(&defect->all),
                defect->all.parts);
    return rc;
}

static void put_steps(struct sink *out, const struct qualify_report *r)
{
    sink_text(out, "<h2>What each step contributes</h2>\n<div class=\"card\"><table><tr><th>step"
                   "</th><th class=\"n\">defective parts it fails</th><th class=\"n\">only it "
                   "catches</th><th class=\"n\">good parts only it fails</th></tr>\n");
    for (unsigned i = 0; i < r->stats->steps.count; i++) {
        const struct qualify_name *step = &r->stats->steps.at[i];
        sink_text(out, "<tr><td>");
        sink_markup(out, step->text);
        sink_printf(out, "</td><td class=\"n\">%u</td><td class=\"n\">%u",
                    qualify_defect_sum(step, QUALIFY_ANY, r->plan->defect_count),
                    qualify_defect_sum(step, QUALIFY_ONLY, r->plan->defect_count));
        unsigned open = qualify_defect_sum(step, QUALIFY_OPEN, r->plan->defect_count);
        if (open)
            sink_printf(out, " (not known for %u)", open);
        sink_printf(out, "</td><td class=\"n\">%u</td></tr>\n", step->only[0]);
    }
    sink_text(out,
              "</table><p class=\"soft\">A part that a step stopped was run again without the "
              "stop, to see what the later steps find. Not known: the bench did not bring that "
              "run to its end.</p></div>\n");
}

enum rc qualify_put_html(struct sink *out, const struct qualify_report *r)
{
    enum rc rc = RC_OK;
    put_head(out, r);
    sink_text(out, "<h2>Detection by severity</h2>\n<div class=\"grid\">\n");
    for (unsigned d = 0; d < r->plan->defect_count && rc == RC_OK; d++)
        rc = put_defect(out, r, d);
    sink_text(out, "</div>\n");
    put_steps(out, r);
    sink_text(out, "</main></body></html>\n");
    return rc == RC_OK && out->failed ? RC_NOSPACE : rc;
}
