/* Which station is taken when none is named. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/station.h"

struct tree {
    char root[48], sequence[96];
};

static void write_station(const struct tree *t, const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/stations/%s", t->root, name);
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    assert_true(fputs(text, to) >= 0);
    assert_int_equal(fclose(to), 0);
}

static void drop_station(const struct tree *t, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/stations/%s", t->root, name);
    unlink(path);
}

/* Searches with stderr closed to the eye. */
static enum rc search(const char *sequence, const char *kind, char *out, size_t cap, char *said,
                      size_t size)
{
    FILE *real = stderr, *to = fmemopen(said, size, "w");
    assert_non_null(to);
    stderr = to;
    enum rc rc = station_search(sequence, kind, out, cap);
    stderr = real;
    assert_int_equal(fclose(to), 0);
    return rc;
}

static void the_one_of_the_kind_beside_the_sequence_is_taken(void **state)
{
    const struct tree *t = *state;
    char out[256], said[256] = "";
    write_station(t, "a.station", "station a kind \"lambda-rig\" version 1\n");
    write_station(t, "b.station", "station b kind \"oven\" version 1\n");
    write_station(t, "c.txt", "station c kind \"lambda-rig\" version 1\n");
    assert_int_equal(search(t->sequence, "lambda-rig", out, sizeof out, said, sizeof said), RC_OK);
    assert_non_null(strstr(out, "stations/a.station"));
    assert_int_equal(search(t->sequence, "oven", out, sizeof out, said, sizeof said), RC_OK);
    assert_non_null(strstr(out, "stations/b.station"));
    assert_int_equal(strlen(said), 0);
}

static void two_of_a_kind_must_be_named(void **state)
{
    const struct tree *t = *state;
    char out[256], said[256] = "";
    write_station(t, "a.station", "station a kind \"lambda-rig\"\n");
    write_station(t, "b.station", "station b kind \"lambda-rig\"\n");
    assert_int_equal(search(t->sequence, "lambda-rig", out, sizeof out, said, sizeof said),
                     RC_CONFIG);
    assert_non_null(strstr(said, "2 stations of kind \"lambda-rig\""));
    assert_non_null(strstr(said, "--station"));
}

static void the_environment_names_one_before_all(void **state)
{
    const struct tree *t = *state;
    char out[256], said[256] = "", little[8] = "as was";
    write_station(t, "a.station", "station a kind \"lambda-rig\"\n");
    assert_int_equal(setenv("LAMBDABENCH_STATION", "/there/x.station", 1), 0);
    assert_int_equal(search(t->sequence, "lambda-rig", out, sizeof out, said, sizeof said), RC_OK);
    assert_string_equal(out, "/there/x.station");
    assert_int_equal(search(NULL, "lambda-rig", little, sizeof little, said, sizeof said),
                     RC_CONFIG);
    assert_string_equal(little, "as was");
    assert_int_equal(setenv("LAMBDABENCH_STATION", "", 1), 0); /* empty: as if not there */
    assert_int_equal(search(t->sequence, "lambda-rig", out, sizeof out, said, sizeof said), RC_OK);
    assert_non_null(strstr(out, "a.station"));
}

static int setup(void **state)
{
    static struct tree t;
    char path[96];
    unsetenv("LAMBDABENCH_STATION");
    snprintf(t.root, sizeof t.root, "/tmp/test_search.XXXXXX");
    if (!mkdtemp(t.root))
        return -1;
    snprintf(path, sizeof path, "%s/stations", t.root);
    if (mkdir(path, 0700) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/sequences", t.root);
    snprintf(t.sequence, sizeof t.sequence, "%s/sequences/x.seq", t.root);
    *state = &t;
    return mkdir(path, 0700);
}

static int teardown(void **state)
{
    static const char *const names[] = {"a.station", "b.station", "c.txt"};
    static const char *const folders[] = {"/stations", "/sequences", ""};
    const struct tree *t = *state;
    char path[96];
    for (size_t i = 0; i < COUNT(names); i++)
        drop_station(t, names[i]);
    for (size_t i = 0; i < COUNT(folders); i++) {
        snprintf(path, sizeof path, "%s%s", t->root, folders[i]);
        rmdir(path);
    }
    unsetenv("LAMBDABENCH_STATION");
    return 0;
}

int main(void)
{
#define IN_TREE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_TREE(the_one_of_the_kind_beside_the_sequence_is_taken),
        IN_TREE(two_of_a_kind_must_be_named),
        IN_TREE(the_environment_names_one_before_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
