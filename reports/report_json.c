/* One object, "lambdabench/report/1". The order of the keys is fixed; what is absent is null. The
 * seed is a text because it has 64 bits. Curves are summed up: their samples are for `export`. */
#include <inttypes.h>

#include "core/clock.h"
#include "reports/report_private.h"

struct object {
    struct sink *out;
    bool begun;
    const char *indent;
};

static struct object open_object(struct sink *out, bool first, const char *indent)
{
    sink_printf(out, "%s\n%s{", first ? "" : ",", indent);
    return (struct object){out, false, indent};
}

static void put_key(struct object *o, const char *key)
{
    sink_printf(o->out, "%s\"%s\":", o->begun ? ", " : "", key);
    o->begun = true;
}

static void put_text(struct object *o, const char *key, const char *value)
{
    put_key(o, key);
    sink_json(o->out, value);
}

static void put_int(struct object *o, const char *key, int64_t value)
{
    put_key(o, key);
    sink_printf(o->out, "%" PRId64, value);
}

static void put_number(struct object *o, const char *key, double value)
{
    put_key(o, key);
    sink_exact(o->out, value, "null");
}

static void put_bool(struct object *o, const char *key, bool value)
{
    put_key(o, key);
    sink_text(o->out, value ? "true" : "false");
}

static void put_time(struct object *o, const char *key, int64_t wall_us)
{
    char text[32];
    clock_utc_text(wall_us, text);
    put_text(o, key, wall_us > 0 ? text : NULL);
}

static void put_measures(struct sink *out, const struct result_run *run)
{
    sink_text(out, ",\n   \"measurements\":[");
    for (size_t i = 0; i < run->measure_count; i++) {
        const struct result_measure *m = &run->measures[i];
        struct object o = open_object(out, i == 0, "    ");
        put_text(&o, "name", m->name);
        put_text(&o, "step", m->step);
        put_number(&o, "value", m->value);
        put_text(&o, "unit", m->unit);
        put_text(&o, "verdict", m->verdict);
        put_text(&o, "quality", m->quality);
        put_number(&o, "u95", m->u95);
        put_number(&o, "sd", m->sd);
        put_int(&o, "n", m->n);
        put_number(&o, "lsl", m->lsl);
        put_number(&o, "usl", m->usl);
        put_number(&o, "al", m->al);
        put_number(&o, "au", m->au);
        put_number(&o, "margin", m->margin);
        put_bool(&o, "critical", m->critical);
        put_text(&o, "tags", m->tags);
        put_time(&o, "time", m->t_us);
        sink_text(out, "}");
    }
    sink_text(out, "]");
}

static void put_steps(struct sink *out, const struct result_run *run)
{
    sink_text(out, ",\n   \"steps\":[");
    for (size_t i = 0; i < run->step_count; i++) {
        const struct result_step *step = &run->steps[i];
        struct object o = open_object(out, i == 0, "    ");
        put_text(&o, "path", step->path);
        put_int(&o, "attempt", step->attempt);
        put_text(&o, "verdict", step->verdict);
        put_text(&o, "error", step->error);
        put_time(&o, "started", step->started_us);
        put_int(&o, "duration_us", step->dur_us);
        sink_text(out, "}");
    }
    sink_text(out, "]");
}

static void put_variant(struct sink *out, const struct result_batch *batch)
{
    const struct result_document *variant = facts_variant(batch);
    sink_text(out, ",\n \"variant\":");
    if (!variant) {
        sink_text(out, "null");
        return;
    }
    struct object o = {out, false, ""};
    sink_text(out, "{");
    put_text(&o, "name", variant->name);
    put_text(&o, "text", variant->text);
    sink_text(out, "}");
}

static void put_runs(struct sink *out, const struct result_batch *batch)
{
    sink_text(out, ",\n \"runs\":[");
    for (size_t i = 0; i < batch->run_count; i++) {
        const struct result_run *run = &batch->runs[i];
        struct object o = open_object(out, i == 0, "  ");
        put_int(&o, "site", run->site);
        put_text(&o, "id", run->uuid);
        put_text(&o, "serial", run->serial);
        put_text(&o, "part", run->part);
        put_int(&o, "attempt", run->attempt);
        put_text(&o, "verdict", run->verdict);
        put_text(&o, "first_fail", run->first_fail);
        put_bool(&o, "simulated", batch->simulated);
        put_measures(out, run);
        put_steps(out, run);
        sink_text(out, "}");
    }
    sink_text(out, "]");
}

static void put_documents(struct sink *out, const struct result_batch *batch)
{
    sink_text(out, ",\n \"documents\":[");
    for (size_t i = 0; i < batch->document_count; i++) {
        const struct result_document *d = &batch->documents[i];
        struct object o = open_object(out, i == 0, "  ");
        put_text(&o, "kind", d->kind);
        put_text(&o, "name", d->name);
        put_text(&o, "version", d->version);
        put_text(&o, "sha256", d->sha256);
        sink_text(out, "}");
    }
    sink_text(out, "],\n \"instruments\":[");
    for (size_t i = 0; i < batch->instrument_count; i++) {
        const struct result_instrument *in = &batch->instruments[i];
        struct object o = open_object(out, i == 0, "  ");
        put_text(&o, "name", in->name);
        put_text(&o, "driver", in->driver);
        put_text(&o, "model", in->model);
        put_text(&o, "serial", in->serial);
        put_text(&o, "firmware", in->firmware);
        put_text(&o, "maturity", in->maturity);
        put_text(&o, "certificate", in->cert);
        put_text(&o, "calibration_due", in->cal_due);
        put_bool(&o, "simulated", in->simulated);
        sink_text(out, "}");
    }
    sink_text(out, "]");
}

static void put_events(struct sink *out, const struct report *report)
{
    sink_text(out, ",\n \"events\":[");
    for (size_t i = 0; i < report->batch->event_count; i++) {
        const struct result_event *e = &report->batch->events[i];
        struct object o = open_object(out, i == 0, "  ");
        put_time(&o, "time", e->t_us);
        put_int(&o, "site", e->site);
        put_text(&o, "kind", e->kind);
        put_text(&o, "text", e->text);
        sink_text(out, "}");
    }
    sink_text(out, "],\n \"curves\":[");
    for (size_t i = 0; i < report->curve_count; i++) {
        const struct result_curve *c = &report->curves[i];
        struct object o = open_object(out, i == 0, "  ");
        put_text(&o, "stream", c->stream);
        put_text(&o, "channel", c->channel);
        put_text(&o, "unit", c->unit);
        put_int(&o, "site", c->site);
        put_int(&o, "samples", (int64_t)c->count);
        sink_text(out, "}");
    }
    sink_text(out, "]");
}

enum rc report_json(const struct report *report, struct sink *out)
{
    const struct result_batch *batch = report->batch;
    char seed[24];
    (void)snprintf(seed, sizeof seed, "%" PRIu64, (uint64_t)batch->seed);
    struct object o = {out, false, ""};
    sink_text(out, "{");
    put_text(&o, "schema", "lambdabench/report/1");
    put_text(&o, "batch", batch->uuid);
    put_text(&o, "station", batch->station);
    put_text(&o, "program", batch->program);
    put_text(&o, "parameters", batch->params);
    put_text(&o, "mode", batch->mode);
    put_text(&o, "state", batch->state);
    put_text(&o, "version", batch->version);
    put_bool(&o, "simulated", batch->simulated);
    put_text(&o, "seed", seed);
    put_time(&o, "started", batch->started_us);
    put_time(&o, "ended", batch->ended_us);
    put_variant(out, batch);
    put_runs(out, batch);
    put_documents(out, batch);
    put_events(out, report);
    sink_text(out, "\n}\n");
    return RC_OK;
}
