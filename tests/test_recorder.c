#include "tests/test_db_sample.h"

#include <semaphore.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <sqlite3.h>

#include "core/rng.h"

/* ---- a disk that takes its time, when a test wants one ---- */

static struct {
    bool slow, in_time;
    sem_t begun, go_on;
} disk;

int fdatasync(int fd)
{
    if (!disk.slow)
        return fsync(fd);
    struct timespec patience;
    clock_gettime(CLOCK_REALTIME, &patience);
    patience.tv_sec += 3; /* only where the test fails */
    sem_post(&disk.begun);
    disk.in_time = sem_timedwait(&disk.go_on, &patience) == 0;
    disk.slow = false;
    return 0;
}

/* ---- reading the file beside the program ---- */

static int64_t ask(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

static int64_t is_sound(const char *path)
{
    return ask(path, "SELECT count(*)=1 AND max(integrity_check)='ok' FROM pragma_integrity_check");
}

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *len = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*len + 1);
    assert_int_equal(fread(bytes, 1, *len, file), *len);
    bytes[*len] = '\0';
    fclose(file);
    return bytes;
}

/* ---- virtual clock ---- */

static void the_same_run_gives_the_same_file(void **state)
{
    char hash[2][65], *bytes[2];
    size_t len[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct sample s;
        sample_init(&s, true);
        sample_record(&s);
        sample_record(&s); /* twice with one seed into one file: identifiers do not collide */
        assert_int_equal(query_content_hash(s.store, hash[i]), RC_OK);
        sample_close(&s);
        bytes[i] = read_file(s.path, &len[i]);
        sample_fini(&s);
    }
    assert_string_equal(hash[0], hash[1]);
    assert_int_equal(len[0], len[1]);
    assert_memory_equal(bytes[0], bytes[1], len[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void acknowledgements_come_in_order_after_the_commit(void **state)
{
    struct sample s;
    (void)state;
    sample_init(&s, true);
    sample_begin(&s);
    sample_site(&s, 1);
    sample_site(&s, 2);
    assert_int_equal(s.acks, 0);
    sample_end(&s);
    assert_int_equal(s.acks, 0); /* never from within a call */
    assert_int_equal(loop_run(s.loop), RC_TIMEOUT);
    assert_int_equal(s.last_tag, 33);
    assert_false(s.out_of_order);
    assert_int_equal(s.kinds[RECORD_BATCH], 1);
    assert_int_equal(s.kinds[RECORD_RUN], 2);
    assert_int_equal(s.kinds[RECORD_MEASURE], 4);
    assert_int_equal(s.kinds[RECORD_STEP_END], 4);
    assert_int_equal(s.kinds[RECORD_RUN_END], 2);
    assert_int_equal(s.kinds[RECORD_BATCH_END], 1);
    assert_int_equal(ask(s.path, "SELECT count(*) FROM run WHERE verdict IS NOT NULL"), 2);
    assert_int_equal(s.failures, 0);
    sample_fini(&s);
}

static void a_step_is_acknowledged_within_a_virtual_minute(void **state)
{
    struct sample s;
    (void)state;
    sample_init(&s, true);
    sample_begin(&s);
    sample_site(&s, 1);
    assert_int_equal(loop_run(s.loop), RC_TIMEOUT);
    assert_int_equal(s.last_tag, 14);
    assert_int_equal(loop_now(s.loop).us, 60000000);
    sample_fini(&s);
}

struct reentrant {
    struct sample *sample;
    uint64_t seen[64];
    unsigned count;
};

static void flush_again(void *ctx, enum record_kind kind, uint64_t tag)
{
    struct reentrant *re = ctx;
    if (!tag)
        return;
    re->seen[re->count++] = tag;
    struct record_measure m = sample_measure(3);
    if (kind == RECORD_MEASURE && tag < 5)
        assert_int_equal(recorder_add_measure(re->sample->recorder, 1, &m, tag + 2), RC_OK);
    assert_int_equal(recorder_flush(re->sample->recorder), RC_OK);
}

static void flush_in_a_callback_is_no_harm(void **state)
{
    struct sample s;
    (void)state;
    sample_init(&s, true);
    recorder_free(s.recorder);
    struct reentrant re = {.sample = &s};
    struct recorder_config config = {.store = s.store,
                                     .loop = s.loop,
                                     .inline_writes = true,
                                     .log = &s.log,
                                     .events = {.acknowledged = flush_again, .ctx = &re}};
    assert_int_equal(recorder_new(&config, &s.recorder), RC_OK);
    sample_begin(&s);
    struct record_measure m = sample_measure(3);
    assert_int_equal(recorder_add_measure(s.recorder, 1, &m, 1), RC_OK);
    assert_int_equal(recorder_add_measure(s.recorder, 1, &m, 2), RC_OK);
    assert_int_equal(recorder_flush(s.recorder), RC_OK);
    assert_int_equal(re.count, 6);
    for (unsigned i = 0; i < re.count; i++)
        assert_int_equal(re.seen[i], i + 1);
    sample_fini(&s);
}

static void chunks_that_follow_are_merged_and_split_ones_are_whole(void **state)
{
    enum { ROWS = 300000 };
    struct sample s;
    (void)state;
    sample_init(&s, true);
    sample_begin(&s);
    const char *const name = "v", *const unit = "V";
    int stream = recorder_add_stream(s.recorder, 0, "fast", &name, &unit, 1, 1000);
    float *values = malloc(ROWS * sizeof *values);
    for (int i = 0; i < ROWS; i++)
        values[i] = (float)i;
    for (int i = 0; i < 100; i++)
        assert_int_equal(recorder_add_chunk(s.recorder, stream, sample_time(0.01 * i),
                                            duration_ms(1), values + 10 * i, 10, 0),
                         RC_OK);
    assert_int_equal(recorder_flush(s.recorder), RC_OK);
    assert_int_equal(ask(s.path, "SELECT count(*) FROM chunk"), 1);
    assert_int_equal(recorder_add_chunk(s.recorder, stream, sample_time(1), duration_ms(1),
                                        values + 1000, ROWS - 1000, 1),
                     RC_OK);
    assert_int_equal(recorder_flush(s.recorder), RC_OK);
    assert_int_equal(s.kinds[RECORD_CHUNK], 1);
    struct result_curve *curves = NULL;
    size_t count = 0, wrong = 0;
    assert_int_equal(query_curves(s.store, 1, NULL, &curves, &count), RC_OK);
    assert_int_equal(curves[0].count, ROWS);
    for (int i = 0; i < ROWS; i++)
        wrong += curves[0].value[i] != i || fabs(curves[0].t_s[i] - i * 1e-3) > 1e-9;
    assert_int_equal(wrong, 0);
    query_free_curves(curves, count);
    free(values);
    sample_fini(&s);
}

static void what_has_no_place_is_refused(void **state)
{
    struct sample s;
    (void)state;
    sample_init(&s, true);
    struct record_measure m = sample_measure(1);
    const char *const name = "v";
    assert_int_equal(recorder_add_measure(s.recorder, 1, &m, 0), RC_RANGE); /* no batch */
    assert_int_equal(recorder_end_batch(s.recorder, "done", sample_time(1), 0), RC_RANGE);
    assert_int_equal(recorder_add_stream(s.recorder, 0, "r", &name, &name, 1, 1), -1);
    sample_begin(&s);
    assert_int_equal(recorder_add_measure(s.recorder, 0, &m, 0), RC_RANGE);
    assert_int_equal(recorder_add_measure(s.recorder, 3, &m, 0), RC_RANGE);
    assert_int_equal(recorder_begin_run(s.recorder, 65, "x", "y"), RC_RANGE);
    m.quality = "";
    assert_int_equal(recorder_add_measure(s.recorder, 1, &m, 0), RC_RANGE);
    assert_int_equal(recorder_add_chunk(s.recorder, 0, sample_time(0), duration_ms(1), NULL, 1, 0),
                     RC_RANGE);
    assert_int_equal(recorder_flush(s.recorder), RC_OK);
    sample_fini(&s);
}

/* A good value must be there: the schema refuses, the recorder fails once and spills. */
static void a_good_measurement_without_a_value_fails_and_is_spilled(void **state)
{
    struct sample s;
    char spill[128];
    size_t len = 0;
    (void)state;
    sample_init(&s, true);
    sample_begin(&s);
    assert_int_equal(recorder_flush(s.recorder), RC_OK);
    struct record_measure m = sample_measure(1);
    m.value = (double)NAN;
    assert_int_equal(recorder_add_measure(s.recorder, 1, &m, 1), RC_OK);
    assert_int_equal(recorder_flush(s.recorder), RC_IO);
    assert_int_equal(recorder_add_event(s.recorder, 1, sample_time(2), "note", "a\"\n"), RC_IO);
    assert_int_equal(recorder_flush(s.recorder), RC_IO);
    assert_int_equal(s.failures, 1);
    assert_int_equal(s.kinds[RECORD_MEASURE], 0);
    assert_non_null(strstr(s.why, "schema does not allow"));
    snprintf(spill, sizeof spill, "%s-spill.ndjson", s.path);
    char *text = read_file(spill, &len);
    assert_non_null(strstr(text, "{\"kind\":\"measure\",\"site\":1,\"t_us\":1700000001000000,"));
    assert_non_null(strstr(text, "\"value\":null,\"u95\":0.01"));
    assert_non_null(strstr(text, "\"text\":\"a\\\"\\u000a\"}\n"));
    free(text);
    assert_int_equal(ask(s.path, "SELECT count(*) FROM measure"), 0);
    sample_fini(&s);
}

/* SQLite goes on writing into a file that has no name any more. */
static void a_file_that_is_deleted_in_a_run_fails_and_is_spilled(void **state)
{
    struct sample s;
    char spill[128];
    (void)state;
    sample_init(&s, true);
    sample_begin(&s);
    assert_int_equal(recorder_flush(s.recorder), RC_OK);
    assert_int_equal(unlink(s.path), 0);
    struct record_measure m = sample_measure(1);
    assert_int_equal(recorder_add_measure(s.recorder, 1, &m, 1), RC_OK);
    assert_int_equal(recorder_flush(s.recorder), RC_IO);
    assert_int_equal(s.failures, 1);
    assert_int_equal(s.kinds[RECORD_MEASURE], 0);
    assert_non_null(strstr(s.why, "deleted, moved or replaced"));
    snprintf(spill, sizeof spill, "%s-spill.ndjson", s.path);
    assert_int_equal(access(spill, R_OK), 0);
    sample_fini(&s);
}

/* ---- the writer's thread ---- */

static void stop_at_end(void *ctx, enum record_kind kind, uint64_t tag)
{
    struct sample *s = ctx;
    sample_acknowledged(s, kind, tag);
    if (kind == RECORD_BATCH_END)
        loop_stop(s->loop);
}

static void the_thread_acknowledges_through_the_loop(void **state)
{
    struct sample s;
    (void)state;
    sample_init(&s, false);
    recorder_free(s.recorder);
    struct recorder_config config = {.store = s.store,
                                     .loop = s.loop,
                                     .log = &s.log,
                                     .events = {stop_at_end, sample_failed, &s}};
    assert_int_equal(recorder_new(&config, &s.recorder), RC_OK);
    sample_begin(&s);
    sample_site(&s, 1);
    sample_streams(&s);
    sample_end(&s);
    assert_int_equal(loop_run(s.loop), RC_OK);
    assert_false(s.out_of_order);
    assert_int_equal(s.last_tag, 33);
    assert_int_equal(s.kinds[RECORD_RUN_END], 2);
    assert_int_equal(ask(s.path, "SELECT count(*) FROM run WHERE verdict IS NOT NULL"), 2);
    sample_fini(&s);
}

static void a_reader_beside_the_writer_sees_whole_transactions(void **state)
{
    struct sample s;
    struct store *reader = NULL;
    unsigned seen = 0;
    (void)state;
    sample_init(&s, false);
    sample_begin(&s);
    assert_int_equal(recorder_flush(s.recorder), RC_OK);
    assert_int_equal(store_open(s.path, STORE_READ, &s.log, &reader), RC_OK);
    for (unsigned i = 0; i < 200; i++) {
        struct record_measure m = sample_measure(1);
        struct result_batch *batch = NULL;
        assert_int_equal(recorder_add_measure(s.recorder, 1, &m, i + 1), RC_OK);
        assert_int_equal(query_batch(reader, "last", &s.log, &batch), RC_OK);
        assert_true(batch->runs[0].measure_count >= seen);
        seen = (unsigned)batch->runs[0].measure_count;
        for (size_t k = 0; k < seen; k++)
            assert_string_equal(batch->runs[0].measures[k].verdict, "pass"); /* grade is there */
        query_free_batch(batch);
    }
    assert_int_equal(recorder_flush(s.recorder), RC_OK);
    assert_int_equal(s.last_tag, 200);
    store_close(reader);
    assert_int_equal(ask(s.path, "SELECT count(*) FROM measure"), 200);
    sample_fini(&s);
}

/* ---- kill -9 ---- */

static void tell_parent(void *ctx, enum record_kind kind, uint64_t tag)
{
    const int *pipe_fd = ctx;
    if (kind == RECORD_MEASURE && write(*pipe_fd, &tag, sizeof tag) != (ssize_t)sizeof tag)
        _exit(3);
}

/* Writes until it is killed. */
static void write_for_ever(struct sample *s, int pipe_fd)
{
    clock_init_real(&s->clock);
    struct recorder_config config = {
        .store = NULL, .loop = s->loop, .log = &s->log, .events = {tell_parent, NULL, &pipe_fd}};
    if (store_open(s->path, STORE_WRITE, &s->log, &s->store) != RC_OK)
        _exit(2);
    config.store = s->store;
    if (recorder_new(&config, &s->recorder) != RC_OK)
        _exit(2);
    sample_begin(s);
    sample_streams(s);
    const float values[40] = {0};
    for (uint64_t tag = 1;; tag++) {
        char name[32];
        struct record_measure m = sample_measure(0.001 * (double)tag);
        snprintf(name, sizeof name, "m%llu", (unsigned long long)tag);
        m.name = name;
        if (recorder_add_measure(s->recorder, 1, &m, tag) != RC_OK ||
            recorder_add_chunk(s->recorder, 0, sample_time(0.02 * (double)tag), duration_ms(1),
                               values, 20, 0) != RC_OK)
            _exit(4);
        if (tag % 8 == 0 && recorder_flush(s->recorder) != RC_OK)
            _exit(5);
    }
}

static uint64_t kill_one(struct sample *s, struct rng *rng)
{
    int fds[2];
    uint64_t acked = 0, tag;
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(fds[0]);
        write_for_ever(s, fds[1]);
    }
    close(fds[1]);
    uint64_t when = 1 + rng_below(rng, 60);
    while (acked < when && read(fds[0], &tag, sizeof tag) == (ssize_t)sizeof tag)
        acked = tag;
    assert_int_equal(kill(child, SIGKILL), 0);
    while (read(fds[0], &tag, sizeof tag) == (ssize_t)sizeof tag)
        acked = tag;
    close(fds[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_true(acked >= when);
    return acked;
}

static void what_was_acknowledged_survives_kill_9(void **state)
{
    struct sample s;
    struct rng rng;
    unsigned closed = 0;
    (void)state;
    sample_init(&s, true);
    sample_close(&s);
    rng_seed(&rng, 20261121);
    for (int i = 1; i <= 20; i++) {
        uint64_t acked = kill_one(&s, &rng);
        int64_t stored = ask(s.path, "SELECT count(*) FROM measure WHERE run_id IN (SELECT id FROM "
                                     "run WHERE batch_id=(SELECT max(id) FROM batch))");
        assert_true(stored >= (int64_t)acked);
        assert_int_equal(is_sound(s.path), 1);
        assert_int_equal(ask(s.path, "SELECT count(*) FROM measure WHERE id NOT IN (SELECT "
                                     "measure_id FROM grade)"),
                         0);
        sample_open_store(&s);
        assert_int_equal(store_close_crashed(s.store, &s.log, &closed), RC_OK);
        assert_int_equal(closed, 1);
        store_close(s.store);
        s.store = NULL;
    }
    assert_int_equal(ask(s.path, "SELECT count(*) FROM batch WHERE state='crashed'"), 20);
    assert_int_equal(ask(s.path, "SELECT count(*) FROM run WHERE verdict='aborted'"), 40);
    sample_fini(&s);
}

/* ---- disk full ---- */

static int fill_disk(struct sample *s, bool is_virtual)
{
    const struct rlimit limit = {400 << 10, 400 << 10};
    const char *const name = "v", *const unit = "V";
    static float values[20000];
    signal(SIGXFSZ, SIG_IGN);
    if (is_virtual)
        clock_init_virtual(&s->clock, 0);
    else
        clock_init_real(&s->clock);
    if (store_open(s->path, STORE_WRITE, &s->log, &s->store) != RC_OK)
        return 2;
    sample_start(s, 1);
    sample_begin(s);
    if (recorder_flush(s->recorder) != RC_OK || setrlimit(RLIMIT_FSIZE, &limit) < 0)
        return 3;
    int stream = recorder_add_stream(s->recorder, 0, "fast", &name, &unit, 1, 1000);
    unsigned rounds = 0;
    uint64_t tag = 1;
    for (; rounds < 50 && s->failures == 0; rounds++) {
        struct record_measure m = sample_measure(1);
        (void)!recorder_add_measure(s->recorder, 1, &m, tag++);
        (void)!recorder_add_chunk(s->recorder, stream, sample_time(20.0 * rounds), duration_ms(1),
                                  values, 20000, tag++);
        (void)!recorder_flush(s->recorder);
    }
    struct record_measure lost = sample_measure(9);
    lost.name = "lost_one";
    if (recorder_add_measure(s->recorder, 2, &lost, tag) != RC_IO)
        return 4;
    (void)!recorder_end_batch(s->recorder, "error", sample_time(9), tag + 1);
    if (s->failures != 1 || rounds < 2 || !strstr(s->why, "disk full"))
        return 5;
    unsigned acked = s->kinds[RECORD_MEASURE];
    recorder_free(s->recorder);
    if (s->failures != 1 || s->kinds[RECORD_MEASURE] != acked)
        return 6;
    store_close(s->store);
    return (int)(100 + acked);
}

static void check_disk_full(bool is_virtual)
{
    struct sample s;
    char spill[128];
    size_t len = 0;
    sample_init(&s, true);
    sample_close(&s);
    pid_t child = fork();
    if (child == 0)
        _exit(fill_disk(&s, is_virtual));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) >= 100);
    int64_t acked = WEXITSTATUS(status) - 100;
    assert_int_equal(ask(s.path, "SELECT count(*) FROM measure"), acked);
    assert_int_equal(is_sound(s.path), 1);
    snprintf(spill, sizeof spill, "%s-spill.ndjson", s.path);
    char *text = read_file(spill, &len);
    assert_non_null(strstr(text, "\"kind\":\"chunk\""));
    assert_non_null(strstr(text, "\"name\":\"lost_one\""));
    assert_non_null(strstr(text, "{\"kind\":\"batch_end\""));
    free(text);
    sample_open_store(&s); /* usable again */
    store_close(s.store);
    s.store = NULL;
    sample_fini(&s);
}

static void a_full_disk_fails_once_and_spills_inline(void **state)
{
    (void)state;
    check_disk_full(true);
}

static void a_full_disk_fails_once_and_spills_in_the_thread(void **state)
{
    (void)state;
    check_disk_full(false);
}

/* While the disk takes the spill, the loop goes on: it has outputs to put at rest. */
static void a_slow_spill_does_not_hold_up_the_loop(void **state)
{
    struct sample s;
    (void)state;
    assert_int_equal(sem_init(&disk.begun, 0, 0) | sem_init(&disk.go_on, 0, 0), 0);
    sample_init(&s, false);
    sample_begin(&s);
    assert_int_equal(recorder_flush(s.recorder), RC_OK);
    struct record_measure m = sample_measure(1);
    m.value = (double)NAN; /* the schema refuses it */
    disk.slow = true;
    assert_int_equal(recorder_add_measure(s.recorder, 1, &m, 1), RC_OK);
    assert_int_equal(sem_wait(&disk.begun), 0);
    assert_int_equal(recorder_add_event(s.recorder, 1, sample_time(2), "note", "x"), RC_IO);
    sem_post(&disk.go_on);
    assert_int_equal(recorder_flush(s.recorder), RC_IO);
    assert_true(disk.in_time);
    sample_fini(&s);
    sem_destroy(&disk.begun);
    sem_destroy(&disk.go_on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_run_gives_the_same_file),
        cmocka_unit_test(acknowledgements_come_in_order_after_the_commit),
        cmocka_unit_test(a_step_is_acknowledged_within_a_virtual_minute),
        cmocka_unit_test(flush_in_a_callback_is_no_harm),
        cmocka_unit_test(chunks_that_follow_are_merged_and_split_ones_are_whole),
        cmocka_unit_test(what_has_no_place_is_refused),
        cmocka_unit_test(a_good_measurement_without_a_value_fails_and_is_spilled),
        cmocka_unit_test(a_file_that_is_deleted_in_a_run_fails_and_is_spilled),
        cmocka_unit_test(the_thread_acknowledges_through_the_loop),
        cmocka_unit_test(a_reader_beside_the_writer_sees_whole_transactions),
        cmocka_unit_test(what_was_acknowledged_survives_kill_9),
        cmocka_unit_test(a_full_disk_fails_once_and_spills_inline),
        cmocka_unit_test(a_full_disk_fails_once_and_spills_in_the_thread),
        cmocka_unit_test(a_slow_spill_does_not_hold_up_the_loop),
    };
    return cmocka_run_group_tests_name("recorder", tests, NULL, NULL);
}
