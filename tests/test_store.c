#include "tests/test_db_sample.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sqlite3.h>

#include "core/rng.h"
#include "db/handle.h"

struct bench {
    char dir[64];
    char *text;
    size_t text_len;
    FILE *said;
    struct log log;
};

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    snprintf(b->dir, sizeof b->dir, "/tmp/lambdabench-store-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    b->said = open_memstream(&b->text, &b->text_len);
    b->log = (struct log){.to = b->said, .level = LOG_WARN};
    *state = b;
    return 0;
}

static const char *path_in(const struct bench *b, const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", b->dir, name);
    return path;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    static const char *const names[] = {"a.db",        "a.db-wal",    "a.db-shm",        "garbage",
                                        "garbage-wal", "garbage-shm", "garbage-journal", "fifo",
                                        "empty",       "a.db-journal"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unlink(path_in(b, names[i]));
    (void)rmdir(path_in(b, "folder"));
    (void)rmdir(b->dir);
    fclose(b->said);
    free(b->text);
    free(b);
    return 0;
}

static void put_file(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static void make_good(struct bench *b)
{
    struct store *store = NULL;
    assert_int_equal(store_open(path_in(b, "a.db"), STORE_WRITE, &b->log, &store), RC_OK);
    store_close(store);
}

static void change(const struct bench *b, const char *name, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path_in(b, name), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* One message that has the path and the words; nothing is handed out. */
static void expect(struct bench *b, const char *name, enum store_mode mode, enum rc rc,
                   const char *words)
{
    struct store *store = NULL;
    unsigned before = b->log.errors;
    fflush(b->said);
    size_t at = b->text_len;
    assert_int_equal(store_open(path_in(b, name), mode, &b->log, &store), rc);
    assert_null(store);
    fflush(b->said);
    assert_int_equal(b->log.errors, before + 1);
    assert_non_null(strstr(b->text + at, path_in(b, name)));
    if (!strstr(b->text + at, words))
        fail_msg("\"%s\" is not in: %s", words, b->text + at);
}

static void a_new_file_is_ours_and_opens_again(void **state)
{
    struct bench *b = *state;
    struct store *store = NULL;
    struct stat st;
    int64_t value = 0;
    make_good(b);
    assert_int_equal(store_open(path_in(b, "a.db"), STORE_WRITE, &b->log, &store), RC_OK);
    assert_string_equal(store_path(store), path_in(b, "a.db"));
    assert_int_equal(sql_get_int(store->db, "PRAGMA application_id", &value), SQLITE_OK);
    assert_int_equal(value, 0x48494C42);
    assert_int_equal(sql_get_int(store->db, "PRAGMA user_version", &value), SQLITE_OK);
    assert_int_equal(value, 1);
    assert_int_equal(sql_get_int(store->db, "PRAGMA synchronous", &value), SQLITE_OK);
    assert_int_equal(value, 2);
    assert_int_equal(store_free_space(store, &value), RC_OK);
    assert_true(value > 0);
    store_close(store);
    assert_int_equal(store_open(path_in(b, "a.db"), STORE_READ, &b->log, &store), RC_OK);
    assert_int_not_equal(sql_run(store->db, "DELETE FROM meta"), SQLITE_OK);
    store_close(store);
    assert_int_equal(stat(path_in(b, "a.db-wal"), &st), -1); /* all is in the one file */
    assert_int_equal(b->log.errors, 0);
}

static void each_wrong_path_has_its_message(void **state)
{
    struct bench *b = *state;
    assert_int_equal(mkdir(path_in(b, "folder"), 0755), 0);
    assert_int_equal(mkfifo(path_in(b, "fifo"), 0644), 0);
    expect(b, "nowhere/a.db", STORE_WRITE, RC_IO, "create it first");
    expect(b, "nowhere/a.db", STORE_READ, RC_IO, "create it first");
    expect(b, "a.db", STORE_READ, RC_IO, "does not exist");
    expect(b, "folder", STORE_WRITE, RC_IO, "is a directory");
    expect(b, "fifo", STORE_WRITE, RC_IO, "not a regular file");
}

static void each_wrong_file_has_its_message_and_stays_as_it_is(void **state)
{
    struct bench *b = *state;
    static const char text[] = "this is a text file, and long enough to hold SQLite's header of a "
                               "hundred bytes, which it does not look like at all";
    put_file(path_in(b, "garbage"), text, sizeof text);
    put_file(path_in(b, "empty"), "", 0);
    expect(b, "garbage", STORE_WRITE, RC_CONFIG, "not a database of lambdabench");
    expect(b, "garbage", STORE_READ, RC_CONFIG, "not a database of lambdabench");
    expect(b, "empty", STORE_READ, RC_CONFIG, "is empty");
    char back[sizeof text];
    int fd = open(path_in(b, "garbage"), O_RDONLY);
    assert_int_equal(read(fd, back, sizeof back), sizeof back);
    close(fd);
    assert_memory_equal(back, text, sizeof text);
    (void)unlink(path_in(b, "garbage"));
    change(b, "garbage", "CREATE TABLE mail(id INTEGER)");
    expect(b, "garbage", STORE_WRITE, RC_CONFIG, "of another program");
    change(b, "garbage", "PRAGMA application_id=7");
    expect(b, "garbage", STORE_READ, RC_CONFIG, "of another program");
    make_good(b);
    change(b, "a.db", "PRAGMA user_version=2");
    expect(b, "a.db", STORE_WRITE, RC_CONFIG, "newer lambdabench");
    change(b, "a.db", "PRAGMA user_version=1; DROP TABLE grade");
    /* Missing tables are found by the recorder, which prepares every statement first. */
    struct sample s;
    memset(&s, 0, sizeof s);
    clock_init_virtual(&s.clock, 0);
    s.loop = loop_new(&s.clock);
    assert_int_equal(store_open(path_in(b, "a.db"), STORE_WRITE, &b->log, &s.store), RC_OK);
    struct recorder_config config = {
        .store = s.store, .loop = s.loop, .inline_writes = true, .log = &b->log};
    assert_int_equal(recorder_new(&config, &s.recorder), RC_IO);
    store_close(s.store);
    loop_free(s.loop);
}

/* Seeded damage: opening either works, or refuses with one message; it never crashes, and a file
 * that is cut short is never accepted. */
static void damaged_files_are_refused_or_still_sound(void **state)
{
    struct bench *b = *state;
    struct sample s;
    struct rng rng;
    size_t len = 0;
    sample_init(&s, true);
    sample_record(&s);
    sample_close(&s);
    FILE *file = fopen(s.path, "rb");
    static char good[1 << 20], bad[1 << 20];
    assert_non_null(file);
    len = fread(good, 1, sizeof good, file);
    fclose(file);
    sample_fini(&s);
    rng_seed(&rng, 4711);
    unsigned refused = 0;
    for (int i = 0; i < 300; i++) {
        size_t bad_len = i % 3 ? len : rng_below(&rng, len - 512) + 100;
        memcpy(bad, good, len);
        for (int k = 0; k < 40 && i % 3; k++)
            bad[rng_below(&rng, i % 3 == 1 ? len : 4096)] = (char)rng_below(&rng, 256);
        put_file(path_in(b, "garbage"), bad, bad_len);
        struct store *store = NULL;
        unsigned before = b->log.errors;
        enum rc rc = store_open(path_in(b, "garbage"), STORE_READ, &b->log, &store);
        if (rc != RC_OK) {
            refused++;
            assert_int_equal(b->log.errors, before + 1);
        } else {
            struct result_batch *batch = NULL;
            assert_true(i % 3 != 0);
            if (query_batch(store, "last", &b->log, &batch) == RC_OK)
                query_free_batch(batch);
        }
        store_close(store);
        (void)unlink(path_in(b, "garbage-wal"));
        (void)unlink(path_in(b, "garbage-shm"));
    }
    assert_true(refused >= 200);
}

/* As root everything may be written, so a child goes on as nobody. */
static void read_only_is_said(void **state)
{
    struct bench *b = *state;
    const struct passwd *nobody = getpwnam("nobody");
    make_good(b);
    assert_int_equal(chmod(path_in(b, "a.db"), 0444), 0);
    assert_int_equal(chmod(b->dir, 0555), 0);
    pid_t child = fork();
    if (child == 0) {
        struct store *store = NULL;
        char text[600] = "";
        struct log log = {.to = fmemopen(text, sizeof text, "w"), .level = LOG_WARN};
        if (geteuid() == 0 && (!nobody || setgid(nobody->pw_gid) < 0 || setuid(nobody->pw_uid) < 0))
            _exit(0); /* cannot be tried here */
        if (store_open(path_in(b, "a.db"), STORE_WRITE, &log, &store) != RC_IO)
            _exit(1);
        if (store_open(path_in(b, "new.db"), STORE_WRITE, &log, &store) != RC_IO)
            _exit(2);
        fflush(log.to);
        if (!strstr(text, "a.db: is read-only") || !strstr(text, "directory is read-only"))
            _exit(3);
        /* An archived file can still be read. */
        if (store_open(path_in(b, "a.db"), STORE_READ, &log, &store) != RC_OK)
            _exit(4);
        store_close(store);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod(b->dir, 0755), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void network_file_systems_are_known(void **state)
{
    (void)state;
    assert_string_equal(store_network_name(0x6969), "NFS");
    assert_string_equal(store_network_name(0xFF534D42L), "CIFS");
    assert_string_equal(store_network_name((long)(int)0xFE534D42), "SMB2");
    assert_string_equal(store_network_name(0x01021997), "9P");
    assert_null(store_network_name(0xEF53));     /* ext4 */
    assert_null(store_network_name(0x01021994)); /* tmpfs */
}

/* As a reader that changes nothing sees it. */
static void assert_seen_as(struct sample *s, const char *state)
{
    struct store *reader = NULL;
    struct result_batch *batch = NULL;
    struct list_row *rows = NULL;
    size_t count = 0;
    assert_int_equal(store_open(s->path, STORE_READ, &s->log, &reader), RC_OK);
    assert_int_equal(query_batch(reader, "last", &s->log, &batch), RC_OK);
    assert_string_equal(batch->state, state);
    assert_int_equal(query_list(reader, &(struct list_filter){0}, &rows, &count), RC_OK);
    assert_true(count > 0);
    assert_string_equal(rows[0].state, state);
    free(rows);
    query_free_batch(batch);
    store_close(reader);
}

static void a_crashed_batch_is_closed_once(void **state)
{
    struct sample s;
    struct result_batch *batch = NULL;
    unsigned count = 9;
    (void)state;
    sample_init(&s, true);
    sample_begin(&s);
    sample_site(&s, 1);
    assert_int_equal(recorder_end_run(s.recorder, 1, "pass", NULL, sample_time(4), 0), RC_OK);
    sample_close(&s);
    assert_seen_as(&s, "crashed");
    sample_open_store(&s);
    assert_int_equal(store_close_crashed(s.store, &s.log, &count), RC_OK);
    assert_int_equal(count, 1);
    assert_int_equal(query_batch(s.store, "last", &s.log, &batch), RC_OK);
    assert_string_equal(batch->state, "crashed");
    assert_string_equal(batch->runs[0].verdict, "pass"); /* was decided before */
    assert_string_equal(batch->runs[1].verdict, "aborted");
    assert_string_equal(batch->events[batch->event_count - 1].kind, "crash");
    assert_int_equal(batch->ended_us, 1700000003000000); /* the last that is known */
    query_free_batch(batch);
    assert_int_equal(store_close_crashed(s.store, &s.log, &count), RC_OK);
    assert_int_equal(count, 0);
    sample_fini(&s);
}

/* A child holds the file as a second program would. */
static void the_batch_of_a_living_program_is_left_alone(void **state)
{
    struct sample s;
    int to_child[2], to_parent[2];
    char byte = 0;
    unsigned count = 9;
    (void)state;
    sample_init(&s, true);
    sample_begin(&s);
    sample_close(&s);
    assert_int_equal(pipe(to_child), 0);
    assert_int_equal(pipe(to_parent), 0);
    pid_t child = fork();
    if (child == 0) {
        close(to_child[1]);
        if (store_open(s.path, STORE_WRITE, &s.log, &s.store) != RC_OK ||
            write(to_parent[1], "x", 1) != 1)
            _exit(1);
        _exit(read(to_child[0], &byte, 1) == 0 ? 0 : 2);
    }
    close(to_child[0]);
    assert_int_equal(read(to_parent[0], &byte, 1), 1);
    assert_seen_as(&s, "running");
    sample_open_store(&s);
    assert_int_equal(store_close_crashed(s.store, &s.log, &count), RC_OK);
    assert_int_equal(count, 0);
    close(to_child[1]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(store_close_crashed(s.store, &s.log, &count), RC_OK);
    assert_int_equal(count, 1);
    close(to_parent[0]);
    close(to_parent[1]);
    sample_fini(&s);
}

static void the_schema_refuses_what_must_not_be(void **state)
{
    static const char *const refused[] = {
        "UPDATE measure SET value=1",
        "DELETE FROM measure",
        "UPDATE grade SET verdict='pass'",
        "DELETE FROM grade",
        "UPDATE doc SET body=x'00'",
        "DELETE FROM doc",
        "UPDATE event SET text=''",
        "DELETE FROM event",
        "INSERT INTO measure(run_id,name,quality,value,n,t) VALUES(1,'a','good',NULL,1,1)",
        "INSERT INTO measure(run_id,name,quality,value,n,t) VALUES(1,'a','good',9e999,1,1)",
        "INSERT INTO measure(run_id,name,quality,value,n,t) VALUES(1,'a',NULL,1.0,1,1)",
        "INSERT INTO measure(run_id,name,quality,value,n,t) VALUES(99,'a','good',1.0,1,1)",
        "INSERT INTO measure(run_id,name,quality,value,n,t) VALUES(1,'a','good','one',1,1)",
        "UPDATE run SET verdict='maybe'",
        "UPDATE batch SET state='lost'",
        "INSERT INTO dut(serial,part,first_seen) VALUES('SN-0001','x',1)",
    };
    struct sample s;
    (void)state;
    sample_init(&s, true);
    sample_record(&s);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if ((sql_run(s.store->db, refused[i]) & 0xff) != SQLITE_CONSTRAINT &&
            (sql_run(s.store->db, refused[i]) & 0xff) != SQLITE_ERROR)
            fail_msg("accepted: %s", refused[i]);
    assert_int_equal(sql_run(s.store->db, "INSERT INTO measure(run_id,name,quality,value,n,t)"
                                          " VALUES(1,'a','missing',NULL,1,1)"),
                     SQLITE_OK);
    sample_fini(&s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_file_is_ours_and_opens_again),
        TEST(each_wrong_path_has_its_message),
        TEST(each_wrong_file_has_its_message_and_stays_as_it_is),
        TEST(damaged_files_are_refused_or_still_sound),
        TEST(read_only_is_said),
        TEST(network_file_systems_are_known),
        TEST(a_crashed_batch_is_closed_once),
        TEST(the_batch_of_a_living_program_is_left_alone),
        TEST(the_schema_refuses_what_must_not_be),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
