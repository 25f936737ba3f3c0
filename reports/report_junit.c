/* JUnit XML for continuous integration: one suite a batch, one case a step and site, measurements
 * as properties. A failed limit is a failure; no verdict (error, inconclusive) is an error; what
 * was not carried out is skipped. */
#include <inttypes.h>

#include "core/clock.h"
#include "reports/report_private.h"

enum outcome { OUTCOME_OK, OUTCOME_FAILURE, OUTCOME_ERROR, OUTCOME_SKIPPED };

static enum outcome outcome_of(const char *verdict)
{
    if (facts_same(verdict, "pass") || facts_same(verdict, "marginal") ||
        facts_same(verdict, "no-limit"))
        return OUTCOME_OK;
    if (facts_same(verdict, "fail"))
        return OUTCOME_FAILURE;
    return verdict == NULL || facts_same(verdict, "aborted") ? OUTCOME_SKIPPED : OUTCOME_ERROR;
}

/* A run whose trouble no step carries gets a case of its own, so that it is not lost. */
static bool needs_own_case(const struct result_run *run)
{
    if (outcome_of(run->verdict) == OUTCOME_OK)
        return run->step_count == 0;
    for (size_t i = 0; i < run->step_count; i++)
        if (outcome_of(run->steps[i].verdict) == outcome_of(run->verdict))
            return false;
    return true;
}

static void put_attribute(struct sink *out, const char *name, const char *value)
{
    sink_printf(out, " %s=\"", name);
    sink_markup(out, value);
    sink_text(out, "\"");
}

static void put_property(struct sink *out, const char *name, const char *value)
{
    sink_text(out, "<property");
    put_attribute(out, "name", name);
    put_attribute(out, "value", value);
    sink_text(out, "/>\n");
}

static void put_seconds(struct sink *out, int64_t us)
{
    sink_text(out, " time=\"");
    sink_fixed(out, us > 0 ? (double)us * 1e-6 : 0.0, 3);
    sink_text(out, "\"");
}

static void put_measure(struct sink *out, const struct result_measure *m)
{
    sink_text(out, "<property");
    put_attribute(out, "name", m->name);
    sink_text(out, " value=\"");
    facts_put_value(out, m);
    sink_text(out, " ");
    sink_markup(out, m->unit);
    sink_printf(out, " %s", facts_look(m->verdict)->word);
    sink_text(out, " limits ");
    facts_put_limits(out, m->lsl, m->usl, false);
    sink_text(out, "\"/>\n");
}

static void put_outcome(struct sink *out, const struct result_run *run, const char *verdict,
                        const char *text)
{
    static const char *const elements[] = {NULL, "failure", "error", "skipped"};
    enum outcome outcome = outcome_of(verdict);
    if (outcome == OUTCOME_OK)
        return;
    sink_printf(out, "<%s", elements[outcome]);
    if (outcome != OUTCOME_SKIPPED)
        put_attribute(out, "type", facts_text(verdict));
    const struct result_measure *m = facts_failing(run);
    sink_text(out, " message=\"");
    if (text && text[0]) {
        sink_markup(out, text);
    } else if (outcome == OUTCOME_FAILURE && m) {
        sink_markup(out, m->name);
        sink_text(out, " ");
        facts_put_excess(out, m, sink_markup);
    } else {
        sink_markup(out, verdict ? verdict : "not carried out");
    }
    sink_text(out, "\"/>\n");
}

static void open_case(struct sink *out, const struct result_batch *batch,
                      const struct result_run *run, const struct result_step *step)
{
    sink_text(out, "<testcase classname=\"");
    sink_markup(out, batch->program);
    sink_printf(out, ".site%" PRId64 ".", run->site);
    sink_markup(out, run->serial);
    sink_text(out, "\"");
    sink_text(out, " name=\"");
    sink_markup(out, step ? step->path : "run");
    if (step && step->attempt > 1)
        sink_printf(out, " (attempt %" PRId64 ")", step->attempt);
    sink_text(out, "\"");
    put_seconds(out, step ? step->dur_us : 0);
    sink_text(out, ">\n");
}

static void put_raw(struct sink *room, const char *text)
{
    sink_text(room, facts_text(text)); /* escaped later, as a whole */
}

static const char *failing_text(const struct result_run *run, size_t step, struct sink *room)
{
    for (size_t i = 0; i < run->measure_count; i++) {
        const struct result_measure *m = &run->measures[i];
        if (!facts_same(m->verdict, "fail") || facts_step_of(run, m) != step)
            continue;
        sink_text(room, facts_text(m->name));
        sink_text(room, " ");
        facts_put_excess(room, m, put_raw);
        sink_put(room, (struct span){"", 1});
        return room->failed ? NULL : room->at;
    }
    return NULL;
}

static void put_step(struct sink *out, const struct report *report, const struct result_run *run,
                     size_t index)
{
    const struct result_step *step = &run->steps[index];
    open_case(out, report->batch, run, step);
    sink_text(out, "<properties>\n");
    put_property(out, "simulated", report->batch->simulated ? "true" : "false");
    for (size_t i = 0; i < run->measure_count; i++)
        if (facts_step_of(run, &run->measures[i]) == index)
            put_measure(out, &run->measures[i]);
    sink_text(out, "</properties>\n");
    struct sink room = {0};
    const char *text = step->error ? step->error : failing_text(run, index, &room);
    put_outcome(out, run, step->verdict, text);
    sink_fini(&room);
    sink_text(out, "</testcase>\n");
}

static void put_run(struct sink *out, const struct report *report, const struct result_run *run)
{
    for (size_t i = 0; i < run->step_count; i++)
        put_step(out, report, run, i);
    if (!needs_own_case(run))
        return;
    open_case(out, report->batch, run, NULL);
    sink_text(out, "<properties>\n");
    put_property(out, "simulated", report->batch->simulated ? "true" : "false");
    for (size_t i = 0; i < run->measure_count; i++)
        if (facts_step_of(run, &run->measures[i]) == run->step_count)
            put_measure(out, &run->measures[i]);
    sink_text(out, "</properties>\n");
    put_outcome(out, run, run->verdict, run->first_fail);
    sink_text(out, "</testcase>\n");
}

static void count_cases(const struct result_batch *batch, unsigned counts[4], unsigned *total)
{
    for (size_t r = 0; r < batch->run_count; r++) {
        const struct result_run *run = &batch->runs[r];
        for (size_t i = 0; i < run->step_count; i++, ++*total)
            counts[outcome_of(run->steps[i].verdict)]++;
        if (needs_own_case(run)) {
            counts[outcome_of(run->verdict)]++;
            ++*total;
        }
    }
}

static void put_suite_properties(struct sink *out, const struct result_batch *batch)
{
    sink_text(out, "<properties>\n");
    put_property(out, "batch", batch->uuid);
    put_property(out, "simulated", batch->simulated ? "true" : "false");
    put_property(out, "mode", batch->mode);
    put_property(out, "state", batch->state);
    put_property(out, "parameters", batch->params);
    put_property(out, "version", batch->version);
    const struct result_document *variant = facts_variant(batch);
    if (variant) {
        put_property(out, "variant", variant->name);
        put_property(out, "variant.text", variant->text);
    }
    for (size_t i = 0; i < batch->document_count; i++) {
        sink_text(out, "<property name=\"sha256.");
        sink_markup(out, batch->documents[i].kind);
        sink_text(out, "\"");
        put_attribute(out, "value", batch->documents[i].sha256);
        sink_text(out, "/>\n");
    }
    sink_text(out, "</properties>\n");
}

enum rc report_junit(const struct report *report, struct sink *out)
{
    const struct result_batch *batch = report->batch;
    unsigned counts[4] = {0}, total = 0;
    char started[32];
    count_cases(batch, counts, &total);
    clock_utc_text(batch->started_us, started);
    started[19] = '\0'; /* the schema knows no fraction and no zone */
    sink_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite");
    put_attribute(out, "name", batch->program);
    put_attribute(out, "hostname", batch->station);
    put_attribute(out, "timestamp", started);
    sink_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"", total,
                counts[OUTCOME_FAILURE], counts[OUTCOME_ERROR], counts[OUTCOME_SKIPPED]);
    put_seconds(out, batch->ended_us - batch->started_us);
    sink_text(out, ">\n");
    put_suite_properties(out, batch);
    for (size_t r = 0; r < batch->run_count; r++)
        put_run(out, report, &batch->runs[r]);
    sink_text(out, "</testsuite>\n</testsuites>\n");
    return RC_OK;
}
