/* The lower part of the page: instruments, events, documents, and what the numbers mean. */
#include <inttypes.h>

#include "reports/report_private.h"

enum { EVENTS_MOST = 400 };

static void open_table(struct sink *out, const char *title, const char *const *columns,
                       size_t count)
{
    sink_printf(out, "<h2>%s</h2>\n<div class=\"card\"><table class=\"e\">\n<thead><tr>", title);
    for (size_t i = 0; i < count; i++)
        sink_printf(out, "<th>%s</th>", columns[i]);
    sink_text(out, "</tr></thead>\n<tbody>\n");
}

static void close_table(struct sink *out)
{
    sink_text(out, "</tbody></table></div>\n");
}

static void put_cell(struct sink *out, const char *text)
{
    sink_text(out, "<td>");
    sink_markup(out, text && text[0] ? text : "-");
    sink_text(out, "</td>");
}

static void put_instruments(struct sink *out, const struct result_batch *batch)
{
    static const char *const columns[] = {"instrument", "driver",   "model",       "serial",
                                          "firmware",   "maturity", "calibration", "due"};
    if (!batch->instrument_count)
        return;
    open_table(out, "Instruments", columns, COUNT(columns));
    for (size_t i = 0; i < batch->instrument_count; i++) {
        const struct result_instrument *in = &batch->instruments[i];
        sink_text(out, "<tr><td>");
        sink_markup(out, in->name);
        if (in->simulated)
            sink_text(out, " <span class=\"sim\">SIMULATED</span>");
        sink_text(out, "</td>");
        put_cell(out, in->driver);
        put_cell(out, in->model);
        put_cell(out, in->serial);
        put_cell(out, in->firmware);
        put_cell(out, in->maturity);
        put_cell(out, in->cert);
        put_cell(out, in->cal_due);
        sink_text(out, "</tr>\n");
    }
    close_table(out);
}

static void put_event(struct sink *out, const struct result_batch *batch,
                      const struct result_event *event)
{
    sink_text(out, "<tr><td>");
    sink_fixed(out, (double)(event->t_us - batch->started_us) * 1e-6, 3);
    sink_text(out, " s</td><td>");
    if (event->site > 0)
        sink_printf(out, "%" PRId64, event->site);
    else
        sink_text(out, "bench");
    sink_text(out, "</td>");
    put_cell(out, event->kind);
    put_cell(out, event->text);
    sink_text(out, "</tr>\n");
}

static void put_events(struct sink *out, const struct result_batch *batch)
{
    static const char *const columns[] = {"time from the start", "site", "kind", "what happened"};
    if (!batch->event_count)
        return;
    size_t shown = batch->event_count < EVENTS_MOST ? batch->event_count : EVENTS_MOST;
    open_table(out, "Events", columns, COUNT(columns));
    for (size_t i = 0; i < shown; i++)
        put_event(out, batch, &batch->events[i]);
    close_table(out);
    if (shown < batch->event_count)
        sink_printf(out, "<p class=\"legend\">%zu more are in the database.</p>\n",
                    batch->event_count - shown);
}

static void put_documents(struct sink *out, const struct result_batch *batch)
{
    static const char *const columns[] = {"document", "name", "version", "SHA-256"};
    if (!batch->document_count)
        return;
    open_table(out, "Documents", columns, COUNT(columns));
    for (size_t i = 0; i < batch->document_count; i++) {
        const struct result_document *d = &batch->documents[i];
        sink_text(out, "<tr>");
        put_cell(out, d->kind);
        put_cell(out, d->name);
        put_cell(out, d->version);
        sink_text(out, "<td><code>");
        sink_markup(out, d->sha256);
        sink_text(out, "</code></td></tr>\n");
    }
    close_table(out);
}

void html_put_tables(struct sink *out, const struct report *report)
{
    put_instruments(out, report->batch);
    put_events(out, report->batch);
    put_documents(out, report->batch);
}

static void put_paragraphs(struct sink *out, const char *const *lines)
{
    for (; *lines; lines++) {
        sink_text(out, "<p>");
        sink_markup(out, *lines);
        sink_text(out, "</p>\n");
    }
}

void html_put_footer(struct sink *out, const struct report *report)
{
    sink_text(out, "<footer>\n");
    put_paragraphs(out, facts_rules);
    put_paragraphs(out, facts_preconditions);
    sink_text(out, "<p>Made by lambdabench ");
    sink_markup(out, report->batch->version);
    sink_text(out, " from the stored batch ");
    sink_markup(out, report->batch->uuid);
    sink_text(out, report->batch->simulated ? ". <b>SIMULATED.</b></p>\n" : ".</p>\n");
    sink_text(out, "</footer>\n");
}
