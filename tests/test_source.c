#include "tests/support/cmocka.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/diag.h"
#include "core/source.h"

static int make_folder(void **state)
{
    char *folder = strdup("/tmp/test_source.XXXXXX");
    *state = folder;
    return folder && mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    int rc = rmdir(*state);
    free(*state);
    return rc;
}

static void path_in(const char *folder, const char *name, char out[256])
{
    assert_in_range(snprintf(out, 256, "%s/%s", folder, name), 1, 255);
}

static void write_file(const char *path, struct span text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text.at, 1, text.len, file), text.len);
    fclose(file);
}

static void check_refused(enum rc rc, enum rc expected, struct diag *diag, const char *message)
{
    assert_int_equal(rc, expected);
    assert_int_equal(diag->count, 1);
    assert_int_equal(diag->errors, 1);
    assert_string_equal(diag->entries[0].message, message);
    diag_fini(diag);
}

static void load_refused(const char *path, enum rc expected, const char *message)
{
    struct diag diag;
    struct source *source = NULL;
    diag_init(&diag);
    check_refused(source_load(path, &diag, &source), expected, &diag, message);
    assert_null(source);
}

static void text_refused_at(struct span text, unsigned line, unsigned col, const char *message)
{
    struct diag diag;
    struct source *source = NULL;
    diag_init(&diag);
    enum rc rc = source_from_text("x", text, &diag, &source);
    assert_null(source);
    assert_int_equal(diag.count, 1);
    assert_int_equal(diag.entries[0].line, line);
    assert_int_equal(diag.entries[0].col, col);
    assert_non_null(diag.entries[0].help);
    check_refused(rc, RC_CONFIG, &diag, message);
}

static struct source *accept_text(struct span text)
{
    struct diag diag;
    struct source *source = NULL;
    diag_init(&diag);
    assert_int_equal(source_from_text("x", text, &diag, &source), RC_OK);
    assert_int_equal(diag.count, 0);
    diag_fini(&diag);
    return source;
}

static void a_file_is_read_whole_and_byte_for_byte(void **state)
{
    char path[256];
    struct diag diag;
    struct source *source = NULL;
    struct span text = SPAN("\xef\xbb\xbfone\r\ntwo \xc2\xb5\n");
    path_in(*state, "a.seq", path);
    write_file(path, text);
    diag_init(&diag);
    assert_int_equal(source_load(path, &diag, &source), RC_OK);
    assert_int_equal(diag.count, 0);
    assert_true(span_equal((struct span){source->bytes, source->len}, text));
    assert_int_equal(source->start, 3);
    assert_int_equal(source->bytes[source->len], 0);
    assert_string_equal(source->name, path);
    source_free(source);
    unlink(path);
}

static void what_is_not_a_readable_file_is_refused(void **state)
{
    char path[256];
    path_in(*state, "missing", path);
    load_refused(path, RC_CONFIG, "there is no such file");
    load_refused("", RC_CONFIG, "there is no such file");
    load_refused(*state, RC_CONFIG, "this is a folder, not a file");
    path_in(*state, "pipe", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    load_refused(path, RC_CONFIG, "not a regular file (a pipe, a socket or a device)");
    unlink(path);
    load_refused("/dev/null", RC_CONFIG, "not a regular file (a pipe, a socket or a device)");
    path_in(*state, "loop", path);
    assert_int_equal(symlink(path, path), 0);
    load_refused(path, RC_IO, "cannot read the file: Too many levels of symbolic links");
    unlink(path);
}

static void a_file_without_permission_is_refused(void **state)
{
    char path[256];
    if (geteuid() == 0)
        skip(); /* root may read everything */
    path_in(*state, "secret", path);
    write_file(path, SPAN("x\n"));
    chmod(path, 0);
    load_refused(path, RC_IO, "no permission to read the file");
    unlink(path);
}

static void a_file_over_4_MiB_is_refused(void **state)
{
    char path[256];
    path_in(*state, "large", path);
    write_file(path, SPAN("x\n"));
    assert_int_equal(truncate(path, (4 << 20) + 1), 0);
    load_refused(path, RC_CONFIG, "the file is larger than 4 MiB");
    assert_int_equal(truncate(path, 4 << 20), 0);
    load_refused(path, RC_CONFIG, "a NUL byte"); /* read, and found to be a hole */
    unlink(path);
}

static void what_is_not_plain_text_is_refused_with_its_place(void **state)
{
    (void)state;
    text_refused_at(SPAN("ab\nc\0d\n"), 2, 2, "a NUL byte");
    text_refused_at(SPAN("ab\nc\x1b[2J\n"), 2, 2, "control character U+001B");
    text_refused_at(SPAN("\x7f"), 1, 1, "control character U+007F");
    text_refused_at(SPAN("a\n\n\xc2\x9b"), 3, 1, "control character U+009B");
    text_refused_at(SPAN("ab \xe2\x80\xae x"), 1, 4, "control character U+202E");
    text_refused_at(SPAN("ab\rcd\n"), 1, 3, "a carriage return without a line feed");
    text_refused_at(SPAN("ab\r"), 1, 3, "a carriage return without a line feed");
    text_refused_at(SPAN("ab\r\r\n"), 1, 3, "a carriage return without a line feed");
    text_refused_at(SPAN("a\nb\xb5\n"), 2, 2, "byte 0xb5 is not valid UTF-8");
    text_refused_at(SPAN("a\xc2"), 1, 2, "byte 0xc2 is not valid UTF-8");
    text_refused_at(SPAN("\xef\xbb\xbf\x01"), 1, 1, "control character U+0001");
    text_refused_at(SPAN("\xff\xfe"
                         "a\0"),
                    0, 0, "the file is UTF-16, not UTF-8");
}

static void a_line_over_64_KiB_is_refused(void **state)
{
    (void)state;
    size_t len = (64 << 10) + 3;
    char *text = malloc(len);
    memset(text, 'a', len);
    memcpy(text, "\n", 1);
    text[len - 1] = '\n'; /* 64 KiB + 1 between the two */
    text_refused_at((struct span){text, len}, 2, 1, "the line is longer than 64 KiB");
    text[1] = '\n'; /* 64 KiB */
    source_free(accept_text((struct span){text, len}));
    free(text);
}

static void lines_are_found_by_number(void **state)
{
    (void)state;
    struct source *source = accept_text(SPAN("\xef\xbb\xbfone\r\n\ntwo\tx"));
    assert_true(span_is(source_line(source, 1), "one"));
    assert_true(span_is(source_line(source, 2), ""));
    assert_true(span_is(source_line(source, 3), "two\tx"));
    assert_true(span_is(source_line(source, 4), ""));
    assert_true(span_is(source_line(source, 0), ""));
    assert_true(span_is(source_line(source, 4000000000u), ""));
    source_free(source);
    source = accept_text(SPAN(""));
    assert_true(span_is(source_line(source, 1), ""));
    source_free(source);
    source = accept_text((struct span){NULL, 0});
    assert_int_equal(source->len, 0);
    source_free(source);
}

static void paths_are_relative_to_the_file_that_names_them(void **state)
{
    (void)state;
    static const struct {
        const char *beside, *name, *path;
    } cases[] = {
        {"a/b.seq", "../limits/x.csv", "a/../limits/x.csv"},
        {"b.seq", "x.csv", "x.csv"},
        {"/etc/b.seq", "x.csv", "/etc/x.csv"},
        {"a/b.seq", "/abs/x.csv", "/abs/x.csv"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[64];
        size_t need = strlen(cases[i].path) + 1;
        struct span name = span_text(cases[i].name);
        assert_int_equal(source_path_beside(cases[i].beside, name, out, need), RC_OK);
        assert_string_equal(out, cases[i].path);
        assert_int_equal(source_path_beside(cases[i].beside, name, out, need - 1), RC_NOSPACE);
        assert_int_equal(source_path_beside(cases[i].beside, name, out, 1), RC_NOSPACE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_whole_and_byte_for_byte),
        cmocka_unit_test(what_is_not_a_readable_file_is_refused),
        cmocka_unit_test(a_file_without_permission_is_refused),
        cmocka_unit_test(a_file_over_4_MiB_is_refused),
        cmocka_unit_test(what_is_not_plain_text_is_refused_with_its_place),
        cmocka_unit_test(a_line_over_64_KiB_is_refused),
        cmocka_unit_test(lines_are_found_by_number),
        cmocka_unit_test(paths_are_relative_to_the_file_that_names_them),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
