/* For a terminal, at most 80 columns of ASCII: `lambdabench show`. */
#include <inttypes.h>

#include "reports/report_private.h"

enum { WIDTH = 80 };

/* A cell: what `from` holds, cut to and padded to `width`; numbers stand right. */
static void put_cell(struct sink *out, const char *text, size_t width)
{
    size_t used = sink_terminal_cut(out, text, width);
    sink_pad(out, width - (used < width ? used : width));
}

static void put_right(struct sink *out, struct sink *cell, size_t width)
{
    size_t len = cell->len < width ? cell->len : width;
    sink_pad(out, width - len);
    sink_put(out, (struct span){cell->at, len});
    out->failed = out->failed || cell->failed;
    cell->len = 0;
}

static void put_line(struct sink *out, char c)
{
    for (int i = 0; i < WIDTH; i++)
        sink_put(out, (struct span){&c, 1});
    sink_text(out, "\n");
}

static void put_variant(struct sink *out, const struct result_document *variant)
{
    if (!variant)
        return;
    sink_text(out, "variant    ");
    size_t used = sink_terminal_cut(out, variant->name, 15);
    sink_text(out, "  ");
    sink_terminal_cut(out, variant->text, WIDTH - 13 - used);
    sink_text(out, "\n");
}

static void put_head(struct sink *out, const struct result_batch *batch)
{
    put_cell(out, batch->program, 36);
    sink_text(out, " on ");
    sink_terminal_cut(out, batch->station, 30);
    sink_text(out, "\nbatch ");
    sink_terminal_cut(out, batch->uuid, 32);
    sink_text(out, "  ");
    sink_terminal_cut(out, batch->state, 10);
    sink_text(out, ", mode ");
    sink_terminal_cut(out, batch->mode, 12);
    sink_text(out, "\n");
    facts_put_time(out, batch->started_us);
    sink_text(out, ", ");
    facts_put_duration(out, batch->ended_us > 0 ? batch->ended_us - batch->started_us : -1);
    sink_text(out, ", version ");
    sink_terminal_cut(out, batch->version, 30);
    sink_text(out, "\n");
    for (size_t i = 0; i < batch->document_count; i++) {
        if (facts_same(batch->documents[i].kind, "variant"))
            continue;
        put_cell(out, batch->documents[i].kind, 10);
        sink_text(out, " ");
        char hash[17];
        (void)snprintf(hash, sizeof hash, "%.16s", batch->documents[i].sha256);
        sink_terminal_cut(out, hash, 16);
        sink_text(out, "  ");
        sink_terminal_cut(out, batch->documents[i].name, 48);
        sink_text(out, "\n");
    }
    put_variant(out, facts_variant(batch));
    if (batch->simulated)
        sink_text(out, "\n*** SIMULATED: no real part was measured ***\n");
}

static void put_measure(struct sink *out, const struct result_measure *m, struct sink *cell)
{
    const struct verdict_look *look = facts_look(m->verdict);
    sink_printf(out, "  %s ", look->plain_sign);
    put_cell(out, m->name, 20);
    facts_put_value(cell, m);
    put_right(out, cell, 11);
    sink_text(out, " ");
    put_cell(out, m->unit, 6);
    facts_put_limits(cell, m->lsl, m->usl, true);
    put_right(out, cell, 17);
    sink_short(cell, m->margin, 3);
    put_right(out, cell, 9);
    sink_text(out, " ");
    bool good = !m->quality || facts_same(m->quality, "good");
    if (good)
        sink_terminal_cut(out, facts_text(look->verdict), 11);
    else
        sink_terminal_cut(out, m->quality, 11);
    sink_text(out, "\n");
}

static void put_reason(struct sink *out, const struct result_run *run)
{
    const struct result_measure *m = facts_failing(run);
    struct sink text = {0};
    if (m) {
        sink_terminal_cut(&text, m->name, 24);
        sink_text(&text, " ");
        facts_put_excess(&text, m, sink_terminal);
    } else if (run->first_fail && run->first_fail[0]) {
        sink_terminal(&text, run->first_fail);
    }
    if (text.len) {
        sink_text(out, "  ");
        sink_put(out, (struct span){text.at, text.len < WIDTH - 2 ? text.len : WIDTH - 2});
        sink_text(out, "\n");
    }
    out->failed = out->failed || text.failed;
    sink_fini(&text);
}

static void put_run(struct sink *out, const struct report *report, const struct result_run *run)
{
    const struct verdict_look *look = facts_look(run->verdict);
    struct sink cell = {0};
    put_line(out, '-');
    sink_printf(out, "site %-2" PRId64 " %s %-12s  ", run->site, look->plain_sign, look->word);
    sink_terminal_cut(out, run->serial, 24);
    sink_text(out, "  ");
    sink_terminal_cut(out, run->part, 14);
    if (run->attempt > 1)
        sink_printf(out, "  try %" PRId64, run->attempt);
    sink_text(out, report->batch->simulated ? "  SIM\n" : "\n");
    put_reason(out, run);
    if (run->measure_count)
        sink_text(out, "    measurement               value unit         "
                       "   limits   margin verdict\n");
    for (size_t i = 0; i < run->measure_count; i++)
        put_measure(out, &run->measures[i], &cell);
    sink_fini(&cell);
}

static void put_summary(struct sink *out, const struct result_batch *batch)
{
    static const char *const order[] = {"pass",         "marginal", "fail",
                                        "inconclusive", "aborted",  "error"};
    const char *comma = "";
    put_line(out, '-');
    for (size_t k = 0; k < COUNT(order); k++) {
        unsigned n = 0;
        for (size_t i = 0; i < batch->run_count; i++)
            n += facts_same(batch->runs[i].verdict, order[k]);
        if (n) {
            sink_printf(out, "%s%u %s", comma, n, order[k]);
            comma = ", ";
        }
    }
    sink_printf(out, "%s%zu event%s%s\n", comma, batch->event_count,
                batch->event_count == 1 ? "" : "s", batch->simulated ? "; simulated" : "");
}

enum rc report_text(const struct report *report, struct sink *out)
{
    put_head(out, report->batch);
    for (size_t i = 0; i < report->batch->run_count; i++)
        put_run(out, report, &report->batch->runs[i]);
    put_summary(out, report->batch);
    return RC_OK;
}
