/* Long CSV: one row a measurement, as Minitab, JMP and R read it. */
#include <inttypes.h>

#include "core/clock.h"
#include "reports/report_private.h"

static void put_cell(struct sink *out, const char *text)
{
    sink_csv(out, text);
    sink_text(out, ",");
}

static void put_number(struct sink *out, double value)
{
    sink_exact(out, value, "");
    sink_text(out, ",");
}

static void put_row(struct sink *out, const struct result_batch *batch,
                    const struct result_run *run, const struct result_measure *m)
{
    char when[32];
    clock_utc_text(m->t_us, when);
    put_cell(out, run->serial);
    put_cell(out, run->part);
    sink_text(out, ","); /* the database knows no lot */
    put_cell(out, batch->station);
    sink_printf(out, "%" PRId64 ",,%" PRId64 ",", run->site, run->attempt); /* and no operator */
    put_cell(out, m->name);
    put_number(out, m->value);
    put_cell(out, m->unit);
    put_number(out, m->lsl);
    put_number(out, m->usl);
    put_cell(out, m->verdict);
    sink_printf(out, "%s,%d,", when, batch->simulated ? 1 : 0);
    const struct result_document *variant = facts_variant(batch);
    sink_csv(out, variant ? variant->name : NULL);
    sink_text(out, "\r\n");
}

enum rc report_csv(const struct report *report, struct sink *out)
{
    const struct result_batch *batch = report->batch;
    sink_text(out, "serial,part,lot,station,site,operator,attempt,measurement,value,unit,lsl,usl,"
                   "verdict,time,simulated,variant\r\n");
    for (size_t r = 0; r < batch->run_count; r++)
        for (size_t i = 0; i < batch->runs[r].measure_count; i++)
            put_row(out, batch, &batch->runs[r], &batch->runs[r].measures[i]);
    return RC_OK;
}
