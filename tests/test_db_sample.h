/* A small batch for the tests of the database: two sites, a step each, measurements, two streams.
 */
#ifndef TESTS_TEST_DB_SAMPLE_H
#define TESTS_TEST_DB_SAMPLE_H

#include "tests/support/cmocka.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/loop.h"
#include "db/query.h"
#include "db/recorder.h"
#include "db/store.h"

struct sample {
    struct clock clock;
    struct loop *loop;
    struct log log;
    FILE *said;
    char *text; /* what the log said */
    size_t text_len;
    char dir[64], path[96];
    struct store *store;
    struct recorder *recorder;
    /* acknowledgements */
    unsigned acks, failures, kinds[RECORD_BATCH_END + 1];
    uint64_t last_tag;
    char why[600];
    bool out_of_order;
};

static inline void sample_acknowledged(void *ctx, enum record_kind kind, uint64_t tag)
{
    struct sample *s = ctx;
    s->acks++;
    s->kinds[kind]++;
    if (tag) {
        s->out_of_order = s->out_of_order || tag <= s->last_tag;
        s->last_tag = tag;
    }
}

static inline void sample_failed(void *ctx, const char *why)
{
    struct sample *s = ctx;
    s->failures++;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static inline void sample_open_store(struct sample *s)
{
    assert_int_equal(store_open(s->path, STORE_WRITE, &s->log, &s->store), RC_OK);
}

static inline void sample_start(struct sample *s, uint64_t seed)
{
    struct recorder_config config = {.store = s->store,
                                     .loop = s->loop,
                                     .inline_writes = s->clock.is_virtual,
                                     .seed = seed,
                                     .log = &s->log,
                                     .events = {sample_acknowledged, sample_failed, s}};
    assert_int_equal(recorder_new(&config, &s->recorder), RC_OK);
}

/* A directory of its own, a store and a recorder. */
static inline void sample_init(struct sample *s, bool is_virtual)
{
    memset(s, 0, sizeof *s);
    snprintf(s->dir, sizeof s->dir, "/tmp/lambdabench-db-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    snprintf(s->path, sizeof s->path, "%s/runs.db", s->dir);
    if (is_virtual)
        clock_init_virtual(&s->clock, 1700000000000000);
    else
        clock_init_real(&s->clock);
    s->loop = loop_new(&s->clock);
    assert_non_null(s->loop);
    s->said = open_memstream(&s->text, &s->text_len);
    s->log = (struct log){.to = s->said, .level = LOG_INFO, .clock = &s->clock};
    sample_open_store(s);
    sample_start(s, 7);
}

static inline void sample_close(struct sample *s)
{
    recorder_free(s->recorder);
    store_close(s->store);
    s->recorder = NULL;
    s->store = NULL;
}

static inline void sample_fini(struct sample *s)
{
    char command[96];
    sample_close(s);
    loop_free(s->loop);
    fclose(s->said);
    free(s->text);
    const char *const ends[] = {"", "-wal", "-shm", "-spill.ndjson", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        snprintf(command, sizeof command, "%.60s/runs.db%s", s->dir, ends[i]);
        (void)unlink(command);
    }
    (void)rmdir(s->dir);
}

static inline struct instant sample_time(double s)
{
    return (struct instant){duration_s(s).us};
}

static inline void sample_begin(struct sample *s)
{
    static const struct record_document documents[] = {
        {"sequence", "eol.seq", "3", {"sequence eol\n", 13}},
        {"limits", "eol.csv", NULL, {"name;lsl;usl\n", 13}},
        {"station", "rig1.station", NULL, {"station rig1\n", 13}},
        {"gases", "gases.csv", NULL, {"", 0}},
        {"variant", "p1", "2", {"consistent with a cut-out", 25}}};
    static const struct record_instrument instruments[] = {
        {"mfc_n2", "alicat_mc", "MC-5SLPM-D", "123456", "10v05", "benched", true, "K-77",
         "2027-01-31"},
        {"load", "siglent", NULL, NULL, NULL, NULL, false, NULL, NULL}};
    struct record_batch batch = {.station_name = "rig1",
                                 .station_kind = "eol",
                                 .program = "eol",
                                 .params = "t=780 degC",
                                 .mode = "simulate",
                                 .version = "1.0",
                                 .documents = documents,
                                 .document_count = 5,
                                 .instruments = instruments,
                                 .instrument_count = 2,
                                 .simulated = true,
                                 .seed = 7,
                                 .started_us = clock_wall_us(&s->clock, sample_time(0))};
    assert_int_equal(recorder_begin_batch(s->recorder, &batch), RC_OK);
    for (unsigned site = 1; site <= 2; site++) {
        char serial[16];
        snprintf(serial, sizeof serial, "SN-%04u", site);
        assert_int_equal(recorder_begin_run(s->recorder, site, serial, "lsu49"), RC_OK);
    }
}

static inline struct record_measure sample_measure(double t_s)
{
    return (struct record_measure){.name = "ip_air",
                                   .unit = "mA",
                                   .tags = "o2=20.9 %",
                                   .quality = "good",
                                   .step_path = "main/air",
                                   .value = 2.54,
                                   .u95 = 0.01,
                                   .sd = 0.002,
                                   .n = 50,
                                   .t = sample_time(t_s),
                                   .verdict = "pass",
                                   .lsl = 2.4,
                                   .usl = (double)INFINITY,
                                   .al = 2.41,
                                   .au = (double)INFINITY,
                                   .margin = 0.13,
                                   .limit_row = 4,
                                   .critical = true};
}

static inline void sample_site(struct sample *s, unsigned site)
{
    struct record_measure good = sample_measure(2.0), missing = good;
    missing.name = "ip_rich";
    missing.quality = "missing";
    missing.value = missing.u95 = missing.sd = missing.margin = (double)NAN;
    missing.verdict = "inconclusive";
    missing.unit = missing.tags = NULL;
    struct recorder *r = s->recorder;
    uint64_t tag = 10 * (uint64_t)site;
    assert_int_equal(recorder_begin_step(r, site, "main", 3, 1, sample_time(0.5)), RC_OK);
    assert_int_equal(recorder_begin_step(r, site, "main/air", 4, 1, sample_time(1.0)), RC_OK);
    assert_int_equal(recorder_add_measure(r, site, &good, tag + 1), RC_OK);
    assert_int_equal(
        recorder_end_step(r, site, "main/air", "pass", NULL, sample_time(2.5), tag + 2), RC_OK);
    assert_int_equal(recorder_add_measure(r, site, &missing, tag + 3), RC_OK);
    assert_int_equal(
        recorder_end_step(r, site, "main", "inconclusive", "no gas", sample_time(3), tag + 4),
        RC_OK);
    assert_int_equal(recorder_add_event(r, site, sample_time(3), "note", "hello \"you\""), RC_OK);
}

static inline void sample_streams(struct sample *s)
{
    const char *const names[] = {"dut.ip", "dut.vs"}, *const units[] = {"mA", "V"};
    const float rows[] = {1.0F, 0.45F, 2.0F, NAN, 3.0F, 0.47F};
    const float times[] = {-0.01F, 0.0F, 0.02F}, values[] = {0.1F, 0.2F, 0.4F};
    int regular = recorder_add_stream(s->recorder, 1, "record", names, units, 2, 10.0);
    int capture = recorder_add_stream(s->recorder, 2, "step_up", names, units, 2, 0.0);
    assert_int_equal(regular, 0);
    assert_int_equal(capture, 1);
    for (unsigned i = 0; i < 3; i++) /* the third leaves a gap before it */
        assert_int_equal(recorder_add_chunk(s->recorder, regular,
                                            sample_time(1.0 + 0.3 * i + (i == 2)), duration_ms(100),
                                            rows, 3, 0),
                         RC_OK);
    assert_int_equal(
        recorder_add_points(s->recorder, capture, 1, sample_time(2.0), times, values, 3, 0), RC_OK);
}

static inline void sample_end(struct sample *s)
{
    struct recorder *r = s->recorder;
    assert_int_equal(recorder_end_run(r, 1, "pass", NULL, sample_time(4), 31), RC_OK);
    assert_int_equal(recorder_end_run(r, 2, "fail", "ip_air", sample_time(4), 32), RC_OK);
    assert_int_equal(recorder_end_batch(r, "done", sample_time(5), 33), RC_OK);
}

static inline void sample_record(struct sample *s)
{
    sample_begin(s);
    sample_site(s, 1);
    sample_site(s, 2);
    sample_streams(s);
    sample_end(s);
    assert_int_equal(recorder_flush(s->recorder), RC_OK);
}

#endif
