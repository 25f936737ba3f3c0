/* What a person and a log see of a run, written to memory. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "bench/display.h"

struct screen {
    struct clock clock;
    struct loop *loop;
    struct display *display;
    FILE *to;
    char *text;
    size_t size;
};

static void begin(struct screen *s, enum display_kind kind, const char *program,
                  const char *station)
{
    *s = (struct screen){.text = NULL};
    clock_init_virtual(&s->clock, INT64_C(1767225600000000));
    s->loop = loop_new(&s->clock);
    s->to = open_memstream(&s->text, &s->size);
    s->display = display_new(kind, s->to, s->loop);
    assert_non_null(s->display);
    struct display_run run = {.program = program,
                              .station = station,
                              .batch = "0123456789abcdef",
                              .version = 8,
                              .sites = 4,
                              .measurements = 10,
                              .typical_s = 90.0};
    display_begin(s->display, &run);
}

static const char *shown(struct screen *s)
{
    fflush(s->to);
    return s->text;
}

static void end(struct screen *s)
{
    display_end(s->display, true);
    display_free(s->display);
    assert_int_equal(fclose(s->to), 0);
    free(s->text);
    loop_free(s->loop);
}

/* Columns of the widest line; escape sequences take none, a UTF-8 character takes one. */
static unsigned widest(const char *text)
{
    unsigned most = 0, now = 0;
    for (const char *c = text; *c; c++) {
        if (*c == '\033' && c[1] == '[') {
            for (c += 2; *c && !(*c >= '@' && *c <= '~'); c++)
                continue;
        } else if (*c == '\n' || *c == '\r') {
            now = 0;
        } else if (((unsigned char)*c & 0xC0) != 0x80) {
            now++;
        }
        most = now > most ? now : most;
    }
    return most;
}

static unsigned escapes(const char *text)
{
    unsigned count = 0;
    for (const char *c = text; *c; c++)
        count += *c == '\033';
    return count;
}

static void a_terminal_of_80_columns_is_enough(void **state)
{
    struct screen s;
    (void)state;
    begin(&s, DISPLAY_TERMINAL, "eol_lsu49", "twin");
    for (unsigned site = 1; site <= 3; site++) {
        display_serial(s.display, site, "LSU49-00412233-and-far-too-long-for-this");
        display_site(s.display, 0, site, false, "%-14s %s", "a_measurement_with_a_long_name",
                     "0.936123 mA inconclusive, and more than fits");
    }
    display_serial(s.display, 4, NULL);
    for (unsigned i = 0; i < 3; i++)
        display_line(s.display, 0, 1, "step=%s end %s", "one", "pass");
    display_end(s.display, true);
    unsigned most = widest(shown(&s));
    assert_in_range(most, 40, 80);
    assert_non_null(strstr(s.text, "empty"));
    assert_non_null(strstr(s.text, "batch 0123456789ab "));
    print_message("figure: display: the terminal view is %u columns wide\n", most);
    end(&s);
}

#define NASTY                                                                                      \
    "SN\033[2J\033]0;title\007\r\b\x9b"                                                            \
    "31m"

static void escape_sequences_in_serials_do_not_reach_the_terminal(void **state)
{
    struct screen s;
    (void)state;
    begin(&s, DISPLAY_TERMINAL, "eol", "twin");
    display_end(s.display, true);
    unsigned own = escapes(shown(&s));
    end(&s);
    begin(&s, DISPLAY_TERMINAL, "eol", "twin");
    display_serial(s.display, 1, NASTY);
    display_end(s.display, true);
    assert_int_equal(escapes(shown(&s)), own);
    assert_null(strchr(s.text, '\007'));
    assert_null(strchr(s.text, '\b'));
    assert_null(strstr(s.text, "\x9b"));
    end(&s);
}

static void a_log_holds_no_control_character(void **state)
{
    static const enum display_kind kinds[] = {DISPLAY_LINES, DISPLAY_JSON};
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct screen s;
        begin(&s, kinds[i], "eol", "twin");
        display_line(s.display, 0, 2, "serial=%s \"quoted\" \\ %s", NASTY, "two\nlines");
        const char *text = shown(&s);
        unsigned lines = 0;
        for (const char *c = text; *c; c++) {
            assert_true(*c == '\n' || ((unsigned char)*c >= ' ' && (unsigned char)*c < 0x7f));
            lines += *c == '\n';
        }
        assert_int_equal(lines, 2); /* begin and this one */
        end(&s);
    }
}

static void a_line_waits_until_its_record_is_stored(void **state)
{
    struct screen s;
    (void)state;
    begin(&s, DISPLAY_LINES, "eol", "twin");
    display_line(s.display, 5, 1, "first");
    display_line(s.display, 6, 1, "second");
    display_line(s.display, 0, 1, "third"); /* in order, so it waits too */
    assert_null(strstr(shown(&s), "first"));
    display_acknowledged(s.display, 4);
    assert_null(strstr(shown(&s), "first"));
    display_acknowledged(s.display, 5);
    assert_non_null(strstr(shown(&s), "site=1 first\n"));
    assert_null(strstr(s.text, "second"));
    display_acknowledged(s.display, 6);
    assert_non_null(strstr(shown(&s), "second"));
    assert_non_null(strstr(s.text, "third"));
    end(&s);
}

static void what_is_not_stored_is_left_out_and_that_is_said(void **state)
{
    struct screen s;
    (void)state;
    begin(&s, DISPLAY_LINES, "eol", "twin");
    display_line(s.display, 5, 1, "stored");
    display_line(s.display, 0, 1, "event");
    display_line(s.display, 6, 1, "verdict pass");
    display_line(s.display, 0, 1, "later event");
    display_acknowledged(s.display, 5);
    display_end(s.display, false);
    assert_non_null(strstr(shown(&s), "site=1 stored\n"));
    assert_non_null(strstr(s.text, "site=1 event\n"));
    assert_non_null(strstr(s.text, "later event\n"));
    assert_null(strstr(s.text, "verdict pass"));
    assert_non_null(strstr(s.text, "1 results are left out here: they are not stored\n"));
    end(&s);
}

/* The last picture of a terminal. */
static const char *last_picture(struct screen *s)
{
    const char *at = shown(s), *last = at;
    while ((at = strstr(at, "\033[?7l")))
        last = at++;
    return last;
}

static void a_failed_part_stays_marked_on_the_terminal(void **state)
{
    struct screen s;
    (void)state;
    begin(&s, DISPLAY_TERMINAL, "eol", "twin");
    display_serial(s.display, 1, "LSU49-1");
    display_site(s.display, 7, 1, true, "a_bad 1 V fail");
    display_site(s.display, 8, 1, false, "z_good 13 V pass");
    display_end(s.display, true);
    assert_non_null(strstr(last_picture(&s), "FAIL z_good 13 V pass"));
    end(&s);
}

static void a_terminal_shows_no_grade_that_is_not_stored(void **state)
{
    struct screen s;
    (void)state;
    begin(&s, DISPLAY_TERMINAL, "eol", "twin");
    display_serial(s.display, 1, "LSU49-1");
    display_site(s.display, 0, 1, false, "warm");
    display_site(s.display, 7, 1, true, "a_bad 1 V fail");
    display_end(s.display, false);
    assert_non_null(strstr(last_picture(&s), "warm"));
    assert_null(strstr(s.text, "a_bad"));
    assert_null(strstr(s.text, "FAIL"));
    end(&s);
}

static void quiet_says_nothing(void **state)
{
    struct screen s;
    (void)state;
    begin(&s, DISPLAY_QUIET, "eol", "twin");
    display_line(s.display, 0, 1, "something");
    display_end(s.display, true);
    assert_int_equal(strlen(shown(&s)), 0);
    end(&s);
}

static void a_line_tells_time_station_and_site(void **state)
{
    struct screen s;
    (void)state;
    begin(&s, DISPLAY_LINES, "eol", "twin");
    display_line(s.display, 0, 3, "step=%s begin", "cold");
    assert_string_equal(shown(&s),
                        "2026-01-01T00:00:00.000Z twin batch=0123456789ab program=eol v8 begin\n"
                        "2026-01-01T00:00:00.000Z twin site=3 step=cold begin\n");
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_of_80_columns_is_enough),
        cmocka_unit_test(escape_sequences_in_serials_do_not_reach_the_terminal),
        cmocka_unit_test(a_log_holds_no_control_character),
        cmocka_unit_test(a_line_waits_until_its_record_is_stored),
        cmocka_unit_test(what_is_not_stored_is_left_out_and_that_is_said),
        cmocka_unit_test(a_failed_part_stays_marked_on_the_terminal),
        cmocka_unit_test(a_terminal_shows_no_grade_that_is_not_stored),
        cmocka_unit_test(quiet_says_nothing),
        cmocka_unit_test(a_line_tells_time_station_and_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
