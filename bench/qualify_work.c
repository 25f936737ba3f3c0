/* One batch: a session on a twin of its own, in virtual time, without a database. */
#include <stdlib.h>

#include "bench/qualify.h"
#include "bench/session.h"
#include "bench/version.h"
#include "core/num.h"

/* All virtual runs begin at the same moment. */
static const int64_t epoch_us = INT64_C(1767225600000000); /* 2026-01-01T00:00:00Z */

struct work {
    const struct loaded *loaded;
    struct qualify_batch batch;
    struct clock clock;
    struct log log;
    struct loop *loop;
    struct twin *twin;
    struct display *display;
    FILE *lines;
    char *text; /* of `lines` */
    size_t text_len;
    char serials[TWIN_SITES_MAX + 1][32];
    struct qualify_record *records; /* of site 1, 2, ... */
    struct session_config session;
    bool keeps_going; /* this is the second run of it */
};

/* --- what the session says ---------------------------------------------------------------------
 */

static bool word_after(struct span line, const char *mark, struct span *out)
{
    const char *at = memmem(line.at, line.len, mark, strlen(mark));
    if (!at)
        return false;
    out->at = at + strlen(mark);
    out->len = 0;
    const char *end = line.at + line.len;
    while (out->at + out->len < end && out->at[out->len] != ' ' && out->at[out->len] != ':')
        out->len++;
    return true;
}

static bool find_verdict(struct span word, enum verdict *out)
{
    for (int v = VERDICT_NO_LIMIT; v <= VERDICT_ERROR; v++) {
        if (span_is(word, verdict_text((enum verdict)v))) {
            *out = (enum verdict)v;
            return true;
        }
    }
    return false;
}

/* "TIME STATION site=2 serial=LSU49-00412233 verdict fail (ip_lean8)" or
 * "TIME STATION site=2 step=cold end fail: why" */
bool qualify_read_line(struct span line, struct qualify_line *out)
{
    struct span site, step, word;
    int64_t number;
    if (!word_after(line, " site=", &site) ||
        num_parse_int(site, 1, TWIN_SITES_MAX, &number) != RC_OK)
        return false;
    struct span rest = {site.at + site.len, (size_t)(line.at + line.len - site.at) - site.len};
    *out = (struct qualify_line){.site = (unsigned)number};
    if (rest.len > 8 && memcmp(rest.at, " serial=", 8) == 0) {
        out->is_verdict = true;
        return word_after(rest, " verdict ", &word) && find_verdict(word, &out->verdict);
    }
    if (rest.len <= 6 || memcmp(rest.at, " step=", 6) != 0 || !word_after(rest, " step=", &step))
        return false;
    rest = (struct span){step.at + step.len, (size_t)(line.at + line.len - step.at) - step.len};
    if (rest.len <= 5 || memcmp(rest.at, " end ", 5) != 0 || !word_after(rest, " end ", &word) ||
        !find_verdict(word, &out->verdict) ||
        (out->verdict != VERDICT_FAIL && out->verdict != VERDICT_ERROR))
        return false;
    snprintf(out->step, sizeof out->step, "%.*s", (int)step.len, step.at);
    return true;
}

static void add_evidence(struct qualify_record *record, enum verdict verdict, int row,
                         const char *step)
{
    if (record->evidence_count == QUALIFY_EVIDENCE_MAX)
        return;
    struct qualify_evidence *e = &record->evidence[record->evidence_count++];
    e->verdict = verdict;
    e->row = row;
    snprintf(e->step, sizeof e->step, "%s", step);
}

/* What a step measures again when it is tried again counts, not what it measured before. */
static void forget(struct qualify_record *record, int row)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < record->evidence_count; i++)
        if (record->evidence[i].row != row)
            record->evidence[kept++] = record->evidence[i];
    record->evidence_count = kept;
}

static void on_measured(void *ctx, unsigned site, const struct measurement *m)
{
    struct work *w = ctx;
    if (!m->limit || site > w->batch.count)
        return;
    struct qualify_record *record = &w->records[site - 1];
    int row = (int)(m->limit - w->loaded->checked->limits->rows);
    forget(record, row);
    if (m->grade.verdict == VERDICT_FAIL || m->grade.verdict == VERDICT_INCONCLUSIVE)
        add_evidence(record, m->grade.verdict, row, m->step_path);
}

/* A step fails by what it measured, or by itself: a check of the sequence, a wait in vain. */
static void note_ended_step(struct qualify_record *record, enum verdict verdict, const char *step)
{
    size_t len = strlen(step);
    for (unsigned i = 0; i < record->evidence_count; i++) {
        const char *known = record->evidence[i].step;
        if (record->evidence[i].verdict == verdict && strncmp(known, step, len) == 0 &&
            (known[len] == '\0' || known[len] == '/'))
            return;
    }
    add_evidence(record, verdict, -1, step);
}

/* --- one batch ---------------------------------------------------------------------------------
 */

static enum rc read_lines(struct work *w)
{
    bool told[TWIN_SITES_MAX + 1] = {false};
    unsigned verdicts = 0;
    for (struct span rest = {w->text, w->text_len}; rest.len;) {
        const char *end = memchr(rest.at, '\n', rest.len);
        struct span line = {rest.at, end ? (size_t)(end - rest.at) : rest.len};
        struct qualify_line read;
        rest = span_skip(rest, line.len + 1);
        if (!qualify_read_line(line, &read) || read.site > w->batch.count)
            continue;
        struct qualify_record *record = &w->records[read.site - 1];
        if (!read.is_verdict)
            note_ended_step(record, read.verdict, read.step);
        else if (!told[read.site]) {
            told[read.site] = true;
            record->verdict = read.verdict;
            verdicts++;
        }
    }
    return verdicts == w->batch.count ? RC_OK : RC_IO;
}

static enum rc open_twin(struct work *w, const struct qualify_plan *plan)
{
    const struct station *station = w->loaded->station;
    struct twin_config config = station->twin.config;
    config.seed = w->batch.seed;
    config.sites = station->sites;
    config.spread = config.noise = true;
    config.defect_count = 0;
    for (unsigned i = 0; i < w->batch.count && w->batch.defect >= 0; i++)
        config.defects[config.defect_count++] =
            (struct twin_defect){.site = i + 1,
                                 .id = plan->defects[w->batch.defect],
                                 .severity = plan->severities[w->batch.rung]};
    return twin_new(&config, &w->twin);
}

static enum rc open_session(struct work *w)
{
    clock_init_virtual(&w->clock, epoch_us);
    /* What a broken part does to the bench is its result, not news. */
    w->log = (struct log){
        .to = w->batch.defect < 0 ? stderr : NULL, .level = LOG_ERROR, .clock = &w->clock};
    w->loop = loop_new(&w->clock);
    w->lines = open_memstream(&w->text, &w->text_len);
    if (!w->loop || !w->lines)
        return RC_NOSPACE;
    w->display = display_new(DISPLAY_LINES, w->lines, w->loop);
    if (!w->display)
        return RC_NOSPACE;
    w->session = (struct session_config){.station = w->loaded->station,
                                         .checked = w->loaded->checked,
                                         .loop = w->loop,
                                         .log = &w->log,
                                         .display = w->display,
                                         .rig_mode = RIG_TWIN,
                                         .twin = w->twin,
                                         .seed = w->batch.seed,
                                         .simulated = true,
                                         .keeps_going = w->keeps_going,
                                         .mode = "simulate",
                                         .observe = on_measured,
                                         .observe_ctx = w,
                                         .version = version_text()};
    for (unsigned site = 1; site <= w->batch.count; site++) {
        twin_serial(w->twin, site, w->serials[site]);
        w->session.serials[site] = w->serials[site];
    }
    return RC_OK;
}

static enum rc run_session(struct work *w)
{
    struct session_result result = {0};
    enum rc rc = session_run(&w->session, &result);
    if (rc != RC_OK || !result.ran)
        return RC_IO;
    if (fflush(w->lines) != 0)
        return RC_NOSPACE;
    rc = read_lines(w);
    for (unsigned i = 0; i < w->batch.count; i++) {
        w->records[i].part = w->batch.first + i;
        w->records[i].unclean = !result.cleanup_ok;
        w->records[i].took_s = duration_in_s(result.took);
        w->records[i].rest_unknown = result.tripped || result.stopped;
    }
    return rc;
}

static enum rc run_batch(const struct qualify_work *config, unsigned batch, bool keeps_going,
                         struct qualify_record *out)
{
    struct work *w = calloc(1, sizeof *w);
    if (!w)
        return RC_NOSPACE;
    w->loaded = config->loaded;
    w->batch = qualify_batch_of(config->plan, batch);
    w->keeps_going = keeps_going;
    w->records = out;
    enum rc rc = open_twin(w, config->plan);
    if (rc == RC_OK)
        rc = open_session(w);
    if (rc == RC_OK)
        rc = run_session(w);
    display_free(w->display);
    if (w->lines)
        fclose(w->lines);
    free(w->text);
    twin_free(w->twin);
    if (w->loop)
        loop_free(w->loop);
    free(w);
    return rc;
}

/* --- what a stop hides -------------------------------------------------------------------------
 */

/* `name` may hold {x}. */
static bool names_step(const char *name, struct span word)
{
    size_t fixed = strcspn(name, "{");
    if (name[fixed] == '\0')
        return span_is(word, name);
    return word.len >= fixed && memcmp(word.at, name, fixed) == 0;
}

static bool word_stops(const struct stmt *list, struct span word)
{
    for (const struct stmt *s = list; s; s = s->next) {
        if (s->kind == STMT_STEP && s->on_fail != STEP_CONTINUE && names_step(s->name, word))
            return true;
        if (word_stops(s->body, word) || word_stops(s->otherwise, word))
            return true;
    }
    return false;
}

bool qualify_step_stops(const struct program *program, const char *path)
{
    for (struct span rest = span_text(path); rest.len;) {
        const char *slash = memchr(rest.at, '/', rest.len);
        struct span word = {rest.at, slash ? (size_t)(slash - rest.at) : rest.len};
        if (word_stops(program->main, word))
            return true;
        rest = slash ? span_skip(rest, word.len + 1) : (struct span){NULL, 0};
    }
    return false;
}

/* Caught by one step alone, and by one that stops it. */
static bool was_stopped(const struct qualify_record *record, const struct program *program)
{
    const char *step = NULL;
    for (unsigned i = 0; i < record->evidence_count && record->verdict == VERDICT_FAIL; i++) {
        const struct qualify_evidence *e = &record->evidence[i];
        if (e->verdict != VERDICT_FAIL)
            continue;
        if (step && strcmp(step, e->step) != 0)
            return false;
        step = e->step;
    }
    return step && qualify_step_stops(program, step);
}

static bool knows(const struct qualify_record *record, const struct qualify_evidence *e)
{
    for (unsigned i = 0; i < record->evidence_count; i++)
        if (record->evidence[i].row == e->row && strcmp(record->evidence[i].step, e->step) == 0)
            return true;
    return false;
}

/* What only the part that went on has shown. */
static void add_rest(struct qualify_record *to, const struct qualify_record *from)
{
    for (unsigned i = 0; i < from->evidence_count; i++) {
        struct qualify_evidence e = from->evidence[i];
        if (e.verdict != VERDICT_FAIL || to->evidence_count == QUALIFY_EVIDENCE_MAX ||
            knows(to, &e))
            continue;
        e.beyond = true;
        to->evidence[to->evidence_count++] = e;
    }
}

static enum rc ask_rest(const struct qualify_work *config, unsigned batch, unsigned count,
                        struct qualify_record *out)
{
    const struct program *program = config->loaded->checked->program;
    bool stopped[TWIN_SITES_MAX] = {false}, any = false;
    for (unsigned i = 0; i < count; i++) {
        stopped[i] = was_stopped(&out[i], program);
        out[i].rest_unknown = false;
        any = any || stopped[i];
    }
    if (!any)
        return RC_OK;
    struct qualify_record *rest = calloc(count, sizeof *rest);
    if (!rest)
        return RC_NOSPACE;
    enum rc rc = run_batch(config, batch, true, rest);
    for (unsigned i = 0; i < count; i++) {
        if (!stopped[i])
            continue;
        out[i].rest_unknown = rc != RC_OK || rest[i].rest_unknown;
        if (!out[i].rest_unknown)
            add_rest(&out[i], &rest[i]);
    }
    free(rest);
    return rc == RC_NOSPACE ? rc : RC_OK;
}

enum rc qualify_work_batch(void *ctx, unsigned batch, struct qualify_record *out)
{
    const struct qualify_work *config = ctx;
    struct qualify_batch b = qualify_batch_of(config->plan, batch);
    enum rc rc = run_batch(config, batch, false, out);
    if (rc != RC_OK)
        fprintf(stderr, "error: the batch of seed %llu did not run to its end: %s\n",
                (unsigned long long)b.seed, rc_text(rc));
    return rc == RC_OK ? ask_rest(config, batch, b.count, out) : rc;
}
