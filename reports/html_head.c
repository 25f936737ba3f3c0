/* The top of the page: what was run, where and when, and each part's verdict. */
#include <inttypes.h>
#include <math.h>

#include "reports/report_private.h"

void html_put_chip(struct sink *out, const char *verdict)
{
    const struct verdict_look *look = facts_look(verdict);
    sink_printf(out, "<span class=\"chip %s\">%s %s</span>", look->style, look->sign, look->word);
}

static void put_fact(struct sink *out, const char *name, const char *value)
{
    sink_printf(out, "<div><dt>%s</dt><dd>", name);
    sink_markup(out, value && value[0] ? value : "-");
    sink_text(out, "</dd></div>\n");
}

static void put_hash(struct sink *out, const struct result_document *document)
{
    char first[17];
    (void)snprintf(first, sizeof first, "%.16s", document->sha256);
    sink_text(out, "<div><dt>");
    sink_markup(out, document->kind);
    sink_text(out, "</dt><dd><code>");
    sink_markup(out, first);
    sink_text(out, "</code></dd></div>\n");
}

static void put_variant(struct sink *out, const struct result_document *variant)
{
    if (!variant)
        return;
    sink_text(out, "<div class=\"wide\"><dt>variant of the parts, as declared</dt><dd><b>");
    sink_markup(out, variant->name);
    sink_text(out, "</b>: ");
    sink_markup(out, variant->text);
    sink_text(out, "</dd></div>\n");
}

static void put_facts(struct sink *out, const struct result_batch *batch)
{
    sink_text(out, "<dl class=\"facts\">\n");
    put_fact(out, "station", batch->station);
    sink_text(out, "<div><dt>started</dt><dd>");
    facts_put_time(out, batch->started_us);
    sink_text(out, "</dd></div>\n<div><dt>duration</dt><dd>");
    facts_put_duration(out, batch->ended_us > 0 ? batch->ended_us - batch->started_us : -1);
    sink_text(out, "</dd></div>\n<div class=\"wide\"><dt>batch</dt><dd><code>");
    sink_markup(out, batch->uuid);
    sink_text(out, "</code></dd></div>\n");
    put_fact(out, "mode", batch->mode);
    put_fact(out, "state", batch->state);
    put_fact(out, "parameters", batch->params);
    sink_printf(out, "<div><dt>seed</dt><dd>%" PRIu64 "</dd></div>\n", (uint64_t)batch->seed);
    put_fact(out, "program version", batch->version);
    put_variant(out, facts_variant(batch));
    for (size_t i = 0; i < batch->document_count; i++)
        if (!facts_same(batch->documents[i].kind, "variant"))
            put_hash(out, &batch->documents[i]);
    sink_text(out, "</dl>\n");
}

void html_put_header(struct sink *out, const struct report *report)
{
    const struct result_batch *batch = report->batch;
    sink_text(out, "<header>\n<p class=\"over\">lambdabench test report</p>\n<h1>");
    sink_markup(out, batch->program);
    sink_text(out, "</h1>\n");
    if (batch->simulated)
        sink_text(out, "<p class=\"banner\"><b>SIMULATED</b> Instruments and parts were simulated. "
                       "Nothing here was measured on a real part.</p>\n");
    put_facts(out, batch);
    sink_text(out, "</header>\n");
}

/* "ip_lean8, p_heater and 3 more" of those with this verdict. */
static void put_names(struct sink *out, const struct result_run *run, const char *verdict)
{
    enum { SHOWN = 3 };
    size_t n = 0;
    for (size_t i = 0; i < run->measure_count; i++) {
        if (!facts_same(run->measures[i].verdict, verdict) || ++n > SHOWN)
            continue;
        sink_text(out, n > 1 ? ", " : "");
        sink_markup(out, run->measures[i].name);
    }
    if (n > SHOWN)
        sink_printf(out, " and %zu more", n - SHOWN);
}

static void put_why(struct sink *out, const struct result_run *run)
{
    const struct result_measure *m = facts_failing(run);
    if (m) {
        sink_text(out, "<p class=\"why\"><b>");
        sink_markup(out, m->name);
        sink_text(out, "</b> ");
        facts_put_excess(out, m, sink_markup);
        sink_text(out, ".</p>\n");
    } else if (run->first_fail && run->first_fail[0]) {
        sink_text(out, "<p class=\"why\">");
        sink_markup(out, run->first_fail);
        sink_text(out, "</p>\n");
    } else if (facts_same(run->verdict, "marginal") || facts_same(run->verdict, "inconclusive")) {
        sink_printf(out, "<p class=\"why\">%s: ", run->verdict);
        put_names(out, run, run->verdict);
        sink_text(out, "</p>\n");
    }
}

static void put_tile(struct sink *out, const struct report *report, const struct result_run *run)
{
    const struct verdict_look *look = facts_look(run->verdict);
    sink_printf(out, "<div class=\"tile %s\"><div class=\"row\"><span>site %" PRId64, look->style,
                run->site);
    if (run->attempt > 1)
        sink_printf(out, ", attempt %" PRId64, run->attempt);
    sink_text(out, "</span>");
    if (report->batch->simulated)
        sink_text(out, "<span class=\"sim\">SIMULATED</span>");
    sink_printf(out, "</div>\n<div class=\"word\">%s %s</div>\n<div class=\"serial\">", look->sign,
                look->word);
    sink_markup(out, run->serial && run->serial[0] ? run->serial : "no serial");
    sink_text(out, "</div>\n<div class=\"part\">");
    sink_markup(out, run->part);
    const struct result_document *variant = facts_variant(report->batch);
    if (variant) {
        sink_text(out, run->part && run->part[0] ? ", variant " : "variant ");
        sink_markup(out, variant->name);
    }
    sink_text(out, "</div>\n");
    put_why(out, run);
    sink_text(out, "</div>\n");
}

void html_put_tiles(struct sink *out, const struct report *report)
{
    sink_text(out, "<section class=\"tiles\">\n");
    for (size_t i = 0; i < report->batch->run_count; i++)
        put_tile(out, report, &report->batch->runs[i]);
    sink_text(out, "</section>\n");
}
