#include "tests/support/cmocka.h"

#include <stdlib.h>

#include "core/diag.h"
#include "core/log.h"
#include "core/source.h"

static struct source *source_of(const char *name, const char *text)
{
    struct diag diag;
    struct source *source = NULL;
    diag_init(&diag);
    assert_int_equal(source_from_text(name, span_text(text), &diag, &source), RC_OK);
    diag_fini(&diag);
    return source;
}

static void check_print(const struct diag *diag, bool color, const char *expected)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    assert_non_null(to);
    diag_print(diag, to, color);
    fclose(to);
    assert_string_equal(text, expected);
    free(text);
}

/* One error at line 1 of `text`, printed. */
static void check_one(const char *text, unsigned col, unsigned len, const char *expected)
{
    struct diag diag;
    struct source *source = source_of("x.seq", text);
    diag_init(&diag);
    diag_add(&diag, DIAG_ERROR, (struct place){.source = source, .line = 1, .col = col, .len = len},
             NULL, "bad");
    source_free(source); /* the entry keeps its own copies */
    check_print(&diag, false, expected);
    diag_fini(&diag);
}

static void a_message_shows_place_line_caret_and_help(void **state)
{
    (void)state;
    struct diag diag;
    struct source *source = source_of("eol.seq", "main\n    set psu.ubat = ubatt ramp 10 V/s\n");
    struct place at = {.source = source, .line = 2, .col = 9, .len = 8};
    diag_init(&diag);
    diag_add(&diag, DIAG_ERROR, at, "did you mean 'psu.ubatt'?",
             "channel '%s' is not on this station", "psu.ubat");
    check_print(&diag, false,
                "eol.seq:2:9: error: channel 'psu.ubat' is not on this station\n"
                "    set psu.ubat = ubatt ramp 10 V/s\n"
                "        ^^^^^^^^\n"
                "    help: did you mean 'psu.ubatt'?\n");
    check_print(&diag, true,
                "eol.seq:2:9: \x1b[1;31merror:\x1b[0m channel 'psu.ubat' is not on this station\n"
                "    set psu.ubat = ubatt ramp 10 V/s\n"
                "\x1b[1;31m        ^^^^^^^^\x1b[0m\n"
                "    help: did you mean 'psu.ubatt'?\n");
    diag_fini(&diag);
    source_free(source);
}

static void the_caret_stands_under_its_bytes(void **state)
{
    (void)state;
    check_one("a\tbc\n", 3, 2, "x.seq:1:3: error: bad\n    a   bc\n        ^^\n");
    check_one("\t\tset x\n", 7, 1, "x.seq:1:7: error: bad\n    set x\n        ^\n");
    check_one("\xc2\xb5V x\n", 5, 1, "x.seq:1:5: error: bad\n    \xc2\xb5V x\n       ^\n");
    check_one("abc\n", 2, 99, "x.seq:1:2: error: bad\n    abc\n     ^^\n"); /* to the end */
    check_one("abc\n", 4, 1, "x.seq:1:4: error: bad\n    abc\n       ^\n"); /* just behind it */
    check_one("abc\n", 90, 1, "x.seq:1:90: error: bad\n    abc\n       ^\n");
    check_one("abc\n", 2, 0, "x.seq:1:2: error: bad\n    abc\n     ^\n");
    check_one("  abc\n", 1, 1, "x.seq:1:1: error: bad\n      abc\n    ^\n"); /* in the indent */
    check_one("abc\n", 0, 0, "x.seq:1: error: bad\n    abc\n");
    check_one("\n", 1, 1, "x.seq:1:1: error: bad\n");
}

static void a_long_line_is_cut_around_the_caret(void **state)
{
    (void)state;
    char line[400], expected[512];
    memset(line, 'a', sizeof line);
    line[200] = 'X';
    memcpy(line + 398, "\n", 2);
    /* 24 columns before the caret, 96 in all */
    snprintf(expected, sizeof expected,
             "x.seq:1:201: error: bad\n    ...%.24sX%.71s...\n    %27s^\n", line, line, "");
    check_one(line, 201, 1, expected);
    snprintf(expected, sizeof expected, "x.seq:1:1: error: bad\n    %.96s...\n    ^\n", line);
    check_one(line, 1, 1, expected);
}

static void entries_come_in_the_order_of_file_line_and_column(void **state)
{
    (void)state;
    struct diag diag;
    diag_init(&diag);
    diag_add(&diag, DIAG_ERROR, (struct place){.file = "b", .line = 1, .col = 1}, NULL, "five");
    diag_add(&diag, DIAG_ERROR, (struct place){.file = "a", .line = 9, .col = 1}, NULL, "four");
    diag_add(&diag, DIAG_WARNING, (struct place){.file = "a", .line = 2, .col = 5}, NULL, "two");
    diag_add(&diag, DIAG_NOTE, (struct place){.file = "a", .line = 2, .col = 5}, NULL, "three");
    diag_add(&diag, DIAG_ERROR, (struct place){.file = "a"}, NULL, "one");
    diag_add(&diag, DIAG_ERROR, (struct place){0}, NULL, "zero");
    check_print(&diag, false,
                "error: zero\na: error: one\na:2:5: warning: two\na:2:5: note: three\n"
                "a:9:1: error: four\nb:1:1: error: five\n");
    assert_int_equal(diag.errors, 4);
    assert_int_equal(diag.warnings, 1);
    diag_fini(&diag);
}

static void the_same_message_at_the_same_place_is_kept_once(void **state)
{
    (void)state;
    struct diag diag;
    struct place at = {.file = "a", .line = 1, .col = 1};
    diag_init(&diag);
    diag_add(&diag, DIAG_ERROR, at, NULL, "bad");
    diag_add(&diag, DIAG_ERROR, at, NULL, "bad");
    diag_add(&diag, DIAG_ERROR, at, NULL, "worse");
    assert_int_equal(diag.count, 2);
    assert_int_equal(diag.errors, 2);
    diag_fini(&diag);
}

static void more_than_twenty_are_counted_but_not_shown(void **state)
{
    (void)state;
    struct diag diag;
    char expected[1024];
    struct obuf out = {expected, 0, sizeof expected};
    diag_init(&diag);
    for (unsigned i = 1; i <= 100; i++)
        diag_add(&diag, DIAG_ERROR, (struct place){.file = "a", .line = i}, NULL, "bad");
    assert_int_equal(diag.count, DIAG_MAX);
    assert_int_equal(diag.errors, 100);
    for (unsigned i = 1; i <= DIAG_SHOWN; i++)
        assert_int_equal(obuf_printf(&out, "a:%u: error: bad\n", i), RC_OK);
    assert_int_equal(obuf_printf(&out, "... and 80 more\n"), RC_OK);
    expected[out.len] = '\0';
    check_print(&diag, false, expected);
    diag_fini(&diag);
}

static void an_error_is_seen_behind_any_number_of_notes(void **state)
{
    (void)state;
    struct diag diag;
    diag_init(&diag);
    for (unsigned i = 1; i <= 100; i++)
        diag_add(&diag, DIAG_NOTE, (struct place){.file = "a", .line = i}, NULL, "noted");
    diag_add(&diag, DIAG_ERROR, (struct place){.file = "a", .line = 101}, NULL, "bad");
    check_print(&diag, false, "a:101: error: bad\n... and 63 more\n");
    diag_fini(&diag);
}

static void bytes_from_outside_cannot_reach_the_terminal(void **state)
{
    (void)state;
    struct diag diag;
    diag_init(&diag);
    diag_add(&diag, DIAG_ERROR, (struct place){.file = "a\x1b[2J"}, "x\ny", "%s", "\xc2\x9b\xff");
    check_print(&diag, false, "a\\x1b[2J: error: \\xc2\\x9b\\xff\n    help: x\\x0ay\n");
    diag_fini(&diag);
}

static const char *name_of(const void *ctx, size_t i)
{
    return ((const char *const *)ctx)[i];
}

static const char *suggest(const char *word)
{
    static const char *const names[] = {"psu.ubatt", "psu.imax", "mfc.n2", "mfc.o2", "ip"};
    return diag_suggest(span_text(word), name_of, names, COUNT(names));
}

static void the_nearest_name_is_suggested(void **state)
{
    (void)state;
    assert_string_equal(suggest("psu.ubat"), "psu.ubatt");
    assert_string_equal(suggest("psu.imaxx"), "psu.imax");
    assert_string_equal(suggest("mfc_o2"), "mfc.o2");
    assert_string_equal(suggest("mfc.h2"), "mfc.n2"); /* the first of equals */
    assert_null(suggest("psu.voltage"));
    assert_null(suggest("up")); /* one of two letters is too much of a change */
    assert_null(suggest(""));
    char longest[100];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(suggest(longest));
}

/* ---- log ---- */

static void log_lines_have_a_prefix_and_stay_on_one_line(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    struct clock clock;
    clock_init_virtual(&clock, 0);
    clock_jump(&clock, (struct instant){12345678});
    struct log log = {.to = open_memstream(&text, &len), .level = LOG_DEBUG, .clock = &clock};
    log_say(&log, LOG_ERROR, "mfc: %s", "no reply\nin 0.2 s");
    log_say(&log, LOG_WARN, "hm");
    log_say(&log, LOG_INFO, "site %d", 3);
    log_say(&log, LOG_DEBUG, "sent");
    log.level = LOG_WARN;
    log_say(&log, LOG_INFO, "dropped");
    fclose(log.to);
    log.to = NULL;
    log_say(&log, LOG_ERROR, "silent");
    assert_string_equal(text, "error: mfc: no reply in 0.2 s\nwarning: hm\nsite 3\n"
                              "debug: [12.345678] sent\n");
    assert_int_equal(log.errors, 2);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_shows_place_line_caret_and_help),
        cmocka_unit_test(the_caret_stands_under_its_bytes),
        cmocka_unit_test(a_long_line_is_cut_around_the_caret),
        cmocka_unit_test(entries_come_in_the_order_of_file_line_and_column),
        cmocka_unit_test(the_same_message_at_the_same_place_is_kept_once),
        cmocka_unit_test(more_than_twenty_are_counted_but_not_shown),
        cmocka_unit_test(an_error_is_seen_behind_any_number_of_notes),
        cmocka_unit_test(bytes_from_outside_cannot_reach_the_terminal),
        cmocka_unit_test(the_nearest_name_is_suggested),
        cmocka_unit_test(log_lines_have_a_prefix_and_stay_on_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
