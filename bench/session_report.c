/* What the engine tells: into the database, and from there to the display. */
#include <math.h>
#include <stdlib.h>

#include "bench/session_private.h"
#include "core/num.h"

static void stored(struct session *s, enum rc rc)
{
    if (rc == RC_OK || s->storage_failed)
        return;
    s->storage_failed = true;
    session_stop(s, STOP_STORAGE, "the recorder refuses what it is given");
}

/* Without a database nothing is held back. */
static uint64_t next_tag(struct session *s)
{
    return s->recorder ? ++s->tag : 0;
}

void session_event(struct session *s, unsigned site, const char *kind, const char *text)
{
    if (s->recorder && s->ready)
        stored(s, recorder_add_event(s->recorder, site, loop_now(s->config.loop), kind, text));
    display_line(s->config.display, 0, site, "%s %s", kind, text);
}

void session_note(void *ctx, unsigned site, const char *text)
{
    session_event(ctx, site, "note", text);
}

void session_step_begin(void *ctx, unsigned site, const char *path, const struct stmt *step,
                        unsigned attempt)
{
    struct session *s = ctx;
    if (s->recorder)
        stored(s, recorder_begin_step(s->recorder, site, path, step ? step->at.line : 0, attempt,
                                      loop_now(s->config.loop)));
    display_site(s->config.display, 0, site, false, "%s", path);
}

void session_step_end(void *ctx, unsigned site, const char *path, enum verdict verdict,
                      const char *error)
{
    struct session *s = ctx;
    uint64_t tag = next_tag(s);
    if (s->recorder)
        stored(s, recorder_end_step(s->recorder, site, path, verdict_text(verdict), error,
                                    loop_now(s->config.loop), tag));
    display_line(s->config.display, tag, site, "step=%s end %s%s%s", path, verdict_text(verdict),
                 error ? ": " : "", error ? error : "");
}

static void put_number(struct obuf *out, double value)
{
    num_put_short(out, value, 6);
}

static void put_limits(struct obuf *out, const struct measurement *m)
{
    if (!m->limit)
        return;
    (void)!obuf_printf(out, " limits=");
    if (isfinite(m->limit->lsl))
        put_number(out, m->limit->lsl);
    (void)!obuf_printf(out, "..");
    if (isfinite(m->limit->usl))
        put_number(out, m->limit->usl);
    (void)!obuf_printf(out, " margin=");
    put_number(out, m->grade.margin);
}

static void keep_first_fail(struct session *s, unsigned site, const struct measurement *m)
{
    if (m->grade.verdict == VERDICT_FAIL && !s->first_fail[site][0])
        snprintf(s->first_fail[site], sizeof s->first_fail[site], "%s", m->name);
}

static void show_measure(struct session *s, unsigned site, const struct measurement *m,
                         uint64_t tag)
{
    char text[256];
    struct obuf out = {text, 0, sizeof text - 1};
    put_number(&out, m->measured.value);
    (void)!obuf_printf(&out, " %s %s", m->unit,
                       m->measured.quality == QUALITY_GOOD ? verdict_text(m->grade.verdict)
                                                           : quality_text(m->measured.quality));
    size_t value_len = out.len;
    put_limits(&out, m);
    text[out.len] = '\0';
    display_line(s->config.display, tag, site, "step=%s measure %s=%s", m->step_path, m->name,
                 text);
    display_site(s->config.display, tag, site, m->grade.verdict == VERDICT_FAIL, "%-14s %.*s",
                 m->name, (int)value_len, text);
}

void session_measured(void *ctx, unsigned site, const struct measurement *m)
{
    struct session *s = ctx;
    uint64_t tag = next_tag(s);
    if (s->config.observe)
        s->config.observe(s->config.observe_ctx, site, m);
    keep_first_fail(s, site, m);
    if (s->recorder) {
        struct record_measure record = {
            .name = m->name,
            .unit = m->unit,
            .tags = m->tags,
            .quality = quality_text(m->measured.quality),
            .step_path = m->step_path,
            .value = m->measured.value,
            .u95 = m->measured.u95,
            .sd = m->measured.sd,
            .n = m->measured.n,
            .t = m->t,
            .verdict = verdict_text(m->grade.verdict),
            .lsl = m->limit ? m->limit->lsl : (double)NAN,
            .usl = m->limit ? m->limit->usl : (double)NAN,
            .al = m->grade.al,
            .au = m->grade.au,
            .margin = m->grade.margin,
            .limit_row = m->limit ? m->limit->row : 0,
            .critical = m->limit && m->limit->critical,
        };
        stored(s, recorder_add_measure(s->recorder, site, &record, tag));
    }
    show_measure(s, site, m, tag);
}

static void store_capture_column(struct session *s, int stream, const struct captured *capture,
                                 unsigned column)
{
    unsigned count = capture->point_count[column];
    float *times = calloc(count ? 2 * (size_t)count : 1, sizeof *times);
    if (!times) {
        s->storage_failed = true;
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        times[i] = capture->points[column][i].t_s;
        times[count + i] = capture->points[column][i].value;
    }
    stored(s, recorder_add_points(s->recorder, stream, column, capture->t0, times, times + count,
                                  count, next_tag(s)));
    free(times);
}

void session_captured(void *ctx, unsigned site, const struct captured *capture)
{
    struct session *s = ctx;
    const char *names[8], *units[8];
    if (!s->recorder || capture->channel_count > COUNT(names))
        return;
    for (unsigned i = 0; i < capture->channel_count; i++) {
        names[i] = capture->channels[i]->name;
        units[i] = capture->channels[i]->unit.name;
    }
    int stream = recorder_add_stream(s->recorder, site, capture->name, names, units,
                                     capture->channel_count, 0.0);
    if (stream < 0)
        session_storage_failed(s, "the recorder takes no more captures");
    for (unsigned i = 0; i < capture->channel_count && stream >= 0; i++)
        store_capture_column(s, stream, capture, i);
}

void session_site_done(void *ctx, unsigned site, enum verdict verdict, const char *why)
{
    struct session *s = ctx;
    const char *because = s->first_fail[site][0] ? s->first_fail[site] : why ? why : "";
    uint64_t tag = next_tag(s);
    session_rest_site(s, site);
    s->result.verdicts[verdict]++;
    s->result.parts++;
    if (s->recorder)
        stored(s, recorder_end_run(s->recorder, site, verdict_text(verdict),
                                   *because ? because : NULL, loop_now(s->config.loop), tag));
    display_line(s->config.display, tag, site, "serial=%s verdict %s%s%s%s",
                 s->config.serials[site] ? s->config.serials[site] : "-", verdict_text(verdict),
                 *because ? " (" : "", because, *because ? ")" : "");
    display_site(s->config.display, tag, site, verdict == VERDICT_FAIL, "%s%s%s",
                 verdict_text(verdict), *because ? ": " : "", because);
}

/* --- the batch ---------------------------------------------------------------------------------
 */

static struct span source_span(const struct source *source)
{
    return (struct span){source->bytes, source->len};
}

/* Where a file lay is no matter of the result; its bytes are, and they are stored by hash. */
static const char *file_name(const struct source *source)
{
    const char *slash = strrchr(source->name, '/');
    return slash ? slash + 1 : source->name;
}

struct versions {
    char sequence[16], station[16], dut[16];
};

static unsigned collect_documents(const struct session *s, struct versions *versions,
                                  struct record_document *docs)
{
    const struct checked *checked = s->config.checked;
    const struct station *station = s->config.station;
    unsigned n = 0;
    snprintf(versions->sequence, sizeof versions->sequence, "%u", checked->program->version);
    snprintf(versions->station, sizeof versions->station, "%u", station->version);
    docs[n++] = (struct record_document){.kind = "sequence",
                                         .name = checked->program->name,
                                         .version = versions->sequence,
                                         .body = source_span(checked->program->at.source)};
    docs[n++] = (struct record_document){.kind = "station",
                                         .name = station->name,
                                         .version = versions->station,
                                         .body = source_span(station->source)};
    docs[n++] = (struct record_document){.kind = "channels",
                                         .name = file_name(station->channels_source),
                                         .body = source_span(station->channels_source)};
    if (station->dut)
        docs[n++] = (struct record_document){.kind = "table",
                                             .name = file_name(station->dut->source),
                                             .body = source_span(station->dut->source)};
    if (station->dut && station->variant) {
        snprintf(versions->dut, sizeof versions->dut, "%u", station->dut->version);
        docs[n++] = (struct record_document){.kind = "variant",
                                             .name = station->variant->name,
                                             .version = versions->dut,
                                             .body = span_text(station->variant->text)};
    }
    for (unsigned i = 0; i < checked->file_count; i++)
        docs[n++] = (struct record_document){.kind = checked->files[i].kind,
                                             .name = file_name(checked->files[i].source),
                                             .body = source_span(checked->files[i].source)};
    return n;
}

static void describe_instrument(const struct session *s, unsigned i, struct record_instrument *out)
{
    static const char *const maturity[] = {"simulated", "benched", "calibrated"};
    const struct station_instrument *from = &s->config.station->instruments[i];
    const struct identity *identity = device_identity(rig_device(s->rig, i));
    *out = (struct record_instrument){.name = from->setup.name,
                                      .driver = from->driver_name,
                                      .model = identity->model,
                                      .serial = identity->serial,
                                      .firmware = identity->firmware,
                                      .maturity = maturity[from->entry->driver->maturity],
                                      .simulated = s->config.simulated,
                                      .cert = from->cert[0] ? from->cert : NULL,
                                      .cal_due = from->cal_due[0] ? from->cal_due : NULL};
}

enum rc session_begin_batch(struct session *s)
{
    const struct station *station = s->config.station;
    struct record_document docs[CHECKED_FILES_MAX + 5];
    struct versions versions;
    struct record_instrument *instruments = calloc(station->instrument_count, sizeof *instruments);
    if (!instruments)
        return RC_NOSPACE;
    for (unsigned i = 0; i < station->instrument_count; i++)
        describe_instrument(s, i, &instruments[i]);
    struct record_batch batch = {
        .station_name = station->name,
        .station_kind = station->kind,
        .program = s->config.checked->program->name,
        .params = s->config.params_text,
        .mode = s->config.mode,
        .version = s->config.version,
        .documents = docs,
        .document_count = collect_documents(s, &versions, docs),
        .instruments = instruments,
        .instrument_count = station->instrument_count,
        .simulated = s->config.simulated,
        .seed = s->config.seed,
        .started_us = clock_wall_us(loop_clock(s->config.loop), loop_now(s->config.loop)),
    };
    enum rc rc = recorder_begin_batch(s->recorder, &batch);
    free(instruments);
    const char *part = s->config.part                     ? s->config.part
                       : s->config.checked->program->part ? s->config.checked->program->part
                                                          : "";
    for (unsigned site = 1; site <= station->sites && rc == RC_OK; site++)
        if (s->live_sites >> (site - 1) & 1)
            rc = recorder_begin_run(s->recorder, site, s->config.serials[site], part);
    return rc;
}
