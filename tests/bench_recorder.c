/* How fast the recorder stores samples, beside bare SQLite with the same rows; and what a virtual
 * run costs. Prints one line each; no test. Usage: bench_recorder [directory]
 *
 * 12 channels; the recorder's thread with synchronous=FULL against a loop that binds prepared blobs
 * of the same size, one transaction each. The two take turns, and the medians are compared. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "core/loop.h"
#include "db/recorder.h"
#include "db/store.h"

enum { CHANNELS = 12, ROWS = 10000, COMMITS = 40, TURNS = 5 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void need(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "bench_recorder: %s failed\n", what);
        exit(1);
    }
}

static void remove_file(const char *path)
{
    char name[300];
    static const char *const ends[] = {"", "-wal", "-shm", "-spill.ndjson"};
    for (size_t i = 0; i < COUNT(ends); i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

struct rig {
    struct clock clock;
    struct loop *loop;
    struct log log;
    struct store *store;
    struct recorder *recorder;
    const char *path;
};

static void open_rig(struct rig *rig, const char *path, bool is_virtual)
{
    static const struct record_document document = {"sequence", "bench", NULL, {"bench", 5}};
    struct record_batch batch = {.station_name = "bench",
                                 .program = "bench",
                                 .mode = "simulate",
                                 .version = "bench",
                                 .documents = &document,
                                 .document_count = 1,
                                 .simulated = true};
    remove_file(path);
    if (is_virtual)
        clock_init_virtual(&rig->clock, 0);
    else
        clock_init_real(&rig->clock);
    rig->path = path;
    rig->log = (struct log){.to = stderr, .level = LOG_WARN};
    rig->loop = loop_new(&rig->clock);
    need(store_open(path, STORE_WRITE, &rig->log, &rig->store) == RC_OK, "opening");
    struct recorder_config config = {.store = rig->store,
                                     .loop = rig->loop,
                                     .inline_writes = is_virtual,
                                     .seed = 1,
                                     .log = &rig->log};
    need(recorder_new(&config, &rig->recorder) == RC_OK, "the recorder");
    need(recorder_begin_batch(rig->recorder, &batch) == RC_OK, "the batch");
    need(recorder_flush(rig->recorder) == RC_OK, "the first commit");
}

static void close_rig(struct rig *rig)
{
    recorder_free(rig->recorder);
    store_close(rig->store);
    loop_free(rig->loop);
    remove_file(rig->path);
}

static int add_stream(struct rig *rig, unsigned site)
{
    const char *names[CHANNELS], *units[CHANNELS];
    for (int i = 0; i < CHANNELS; i++) {
        names[i] = "channel";
        units[i] = "V";
    }
    int stream = recorder_add_stream(rig->recorder, site, "fast", names, units, CHANNELS, 1000);
    need(stream >= 0, "the stream");
    return stream;
}

/* Values a second: a burst for each commit, as 100 ms of samples would come. */
static double recorder_rate(const char *path, const float *values)
{
    struct rig rig;
    open_rig(&rig, path, false);
    int stream = add_stream(&rig, 0);
    double start = now_s();
    for (int i = 0; i < COMMITS; i++) {
        struct instant t0 = {100000 * (int64_t)i};
        for (int k = 0; k < 10; k++)
            need(recorder_add_chunk(rig.recorder, stream, instant_add(t0, duration_ms(10 * k)),
                                    duration_us(10), values + (size_t)k * CHANNELS * ROWS / 10,
                                    ROWS / 10, 0) == RC_OK,
                 "a chunk");
        need(recorder_flush(rig.recorder) == RC_OK, "a commit");
    }
    double took = now_s() - start;
    close_rig(&rig);
    return (double)COMMITS * ROWS * CHANNELS / took;
}

static double bare_rate(const char *path, const float *values)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *insert = NULL;
    remove_file(path);
    need(sqlite3_open(path, &db) == SQLITE_OK, "SQLite");
    need(sqlite3_exec(db,
                      "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=0;"
                      "CREATE TABLE chunk(id INTEGER PRIMARY KEY, t0 INTEGER, data BLOB)",
                      NULL, NULL, NULL) == SQLITE_OK,
         "the table");
    need(sqlite3_prepare_v2(db, "INSERT INTO chunk(t0,data) VALUES(?,?)", -1, &insert, NULL) ==
             SQLITE_OK,
         "the statement");
    double start = now_s();
    for (int i = 0; i < COMMITS; i++) {
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (int k = 0; k < 10; k++) {
            sqlite3_bind_int64(insert, 1, i);
            sqlite3_bind_blob(insert, 2, values, ROWS / 10 * CHANNELS * 4, SQLITE_STATIC);
            need(sqlite3_step(insert) == SQLITE_DONE, "an insert");
            sqlite3_reset(insert);
        }
        need(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "a commit");
    }
    double took = now_s() - start;
    sqlite3_finalize(insert);
    sqlite3_close(db);
    remove_file(path);
    return (double)COMMITS * ROWS * CHANNELS / took;
}

/* 4 sites, 96 s, 40 chunks/s of 2 rows x 12 channels, 40 measurements: the recorder's share of a
 * virtual run. */
static double virtual_run_ms(const char *path, const float *values)
{
    struct rig rig;
    int streams[5];
    open_rig(&rig, path, true);
    double start = now_s();
    for (unsigned site = 1; site <= 4; site++)
        need(recorder_begin_run(rig.recorder, site, "bench", "bench") == RC_OK, "a run");
    for (unsigned i = 0; i < 5; i++)
        streams[i] = add_stream(&rig, i);
    double spent = now_s() - start;
    for (int tick = 0; tick < 96 * 8; tick++) {
        struct instant t = {125000 * (int64_t)tick};
        clock_jump(&rig.clock, t);
        start = now_s();
        for (int i = 0; i < 5; i++)
            need(recorder_add_chunk(rig.recorder, streams[i], t, duration_us(62500), values, 2,
                                    (uint64_t)tick + 1) == RC_OK,
                 "a chunk");
        struct record_measure m = {.name = "m", .quality = "good", .value = 1, .verdict = "pass"};
        if (tick % 19 == 0)
            need(recorder_add_measure(rig.recorder, 1, &m, 0) == RC_OK, "a measurement");
        if (tick == 60 * 8) /* where the loop's timer would fire */
            need(recorder_flush(rig.recorder) == RC_OK, "a commit");
        spent += now_s() - start;
    }
    start = now_s();
    struct instant end = loop_now(rig.loop);
    for (unsigned site = 1; site <= 4; site++)
        need(recorder_end_run(rig.recorder, site, "pass", NULL, end, 0) == RC_OK, "the verdict");
    need(recorder_end_batch(rig.recorder, "done", end, 0) == RC_OK, "the end");
    need(recorder_flush(rig.recorder) == RC_OK, "the last commit");
    spent += now_s() - start;
    close_rig(&rig);
    return spent * 1e3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, TURNS, sizeof *values, by_value);
    return values[TURNS / 2];
}

int main(int argc, char **argv)
{
    char path[256];
    double recorded[TURNS], bare[TURNS], run_ms[TURNS];
    float *values = calloc((size_t)CHANNELS * ROWS, sizeof *values);
    need(values != NULL, "memory");
    snprintf(path, sizeof path, "%.200s/bench-recorder-%d.db", argc > 1 ? argv[1] : "/tmp",
             (int)getpid());
    for (int i = 0; i < CHANNELS * ROWS; i++)
        values[i] = (float)i;
    for (int i = 0; i < TURNS; i++) {
        recorded[i] = recorder_rate(path, values);
        bare[i] = bare_rate(path, values);
        run_ms[i] = virtual_run_ms(path, values);
    }
    double rate = median(recorded), bare_median = median(bare);
    printf("recorder_values_per_s %.0f\n", rate);
    printf("bare_sqlite_values_per_s %.0f\n", bare_median);
    printf("recorder_to_bare_ratio %.3f\n", rate / bare_median);
    printf("virtual_run_96s_ms %.2f\n", median(run_ms));
    free(values);
    return 0;
}
