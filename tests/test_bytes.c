#include "tests/support/cmocka.h"

#include "core/bytes.h"
#include "core/utf8.h"

static void spans_compare_by_content(void **state)
{
    (void)state;
    assert_true(span_is(SPAN("abc"), "abc"));
    assert_false(span_is(SPAN("abc"), "abcd"));
    assert_false(span_is(SPAN("abcd"), "abc"));
    assert_true(span_equal((struct span){NULL, 0}, SPAN("")));
    assert_true(span_is(span_skip(SPAN("abc"), 2), "c"));
    assert_int_equal(span_skip(SPAN("abc"), 9).len, 0);
}

static void appending_is_all_or_nothing(void **state)
{
    (void)state;
    char room[5];
    struct obuf out = {room, 0, sizeof room};
    assert_int_equal(obuf_put(&out, SPAN("abc")), RC_OK);
    assert_int_equal(obuf_put(&out, SPAN("def")), RC_NOSPACE);
    assert_true(span_is(obuf_span(&out), "abc"));
    assert_int_equal(obuf_printf(&out, "%d", 7), RC_OK);
    assert_int_equal(obuf_printf(&out, "%d", 78), RC_NOSPACE);
    assert_int_equal(obuf_byte(&out, 'x'), RC_OK);
    assert_int_equal(obuf_byte(&out, 'y'), RC_NOSPACE);
    assert_true(span_is(obuf_span(&out), "abc7x"));
}

static void outside_bytes_are_shown_harmlessly(void **state)
{
    (void)state;
    char room[64];
    struct obuf out = {room, 0, sizeof room};
    obuf_escaped(&out, SPAN("A +1~\r\n\t\x1b\x00\x7f\xff"));
    assert_true(span_is(obuf_span(&out), "A +1~\\r\\n\\t\\x1b\\x00\\x7f\\xff"));
}

static void an_escape_is_never_cut_in_half(void **state)
{
    (void)state;
    char room[5];
    struct obuf out = {room, 0, sizeof room};
    obuf_escaped(&out, SPAN("ab\x01z"));
    assert_true(span_is(obuf_span(&out), "ab"));
}

static void every_result_code_has_a_text(void **state)
{
    (void)state;
    for (int rc = RC_OK; rc <= RC_NOSPACE + 1; rc++) {
        assert_non_null(rc_text((enum rc)rc));
        for (int other = RC_OK; other < rc; other++)
            assert_string_not_equal(rc_text((enum rc)rc), rc_text((enum rc)other));
    }
    assert_string_equal(rc_text(RC_TIMEOUT), "time-out");
}

static void utf8_takes_whole_shortest_forms_only(void **state)
{
    (void)state;
    static const struct {
        struct span text;
        size_t bytes;
        uint32_t code;
    } cases[] = {
        {{"a", 1}, 1, 'a'},
        {{"\xc2\xb5", 2}, 2, 0xb5},
        {{"\xe2\x84\xa6", 3}, 3, 0x2126},
        {{"\xf0\x9f\x98\x80", 4}, 4, 0x1f600},
        {{"\xf4\x8f\xbf\xbf", 4}, 4, 0x10ffff},
        {{"", 0}, 0, 0},
        {{"\xc2", 1}, 0, 0},             /* cut */
        {{"\xe2\x84", 2}, 0, 0},         /* cut */
        {{"\xc1\x81", 2}, 0, 0},         /* overlong A */
        {{"\xe0\x80\xaf", 3}, 0, 0},     /* overlong / */
        {{"\xf0\x80\x80\x80", 4}, 0, 0}, /* overlong NUL */
        {{"\xed\xa0\x80", 3}, 0, 0},     /* surrogate */
        {{"\xf4\x90\x80\x80", 4}, 0, 0}, /* beyond Unicode */
        {{"\x80", 1}, 0, 0},
        {{"\xff", 1}, 0, 0},
        {{"\xc2\x20", 2}, 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t code = 0;
        assert_int_equal(utf8_take(cases[i].text, &code), cases[i].bytes);
        assert_int_equal(code, cases[i].code);
    }
}

static void control_and_reordering_characters_are_not_visible(void **state)
{
    (void)state;
    static const uint32_t hidden[] = {0, 9, 0x1b, 0x7f, 0x85, 0x9f, 0x2028, 0x202e, 0x2066};
    static const uint32_t shown[] = {' ', '~', 0xa0, 0xb5, 0x2126, 0x1f600};
    for (size_t i = 0; i < COUNT(hidden); i++)
        assert_false(utf8_is_visible(hidden[i]));
    for (size_t i = 0; i < COUNT(shown); i++)
        assert_true(utf8_is_visible(shown[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_compare_by_content),
        cmocka_unit_test(appending_is_all_or_nothing),
        cmocka_unit_test(outside_bytes_are_shown_harmlessly),
        cmocka_unit_test(an_escape_is_never_cut_in_half),
        cmocka_unit_test(every_result_code_has_a_text),
        cmocka_unit_test(utf8_takes_whole_shortest_forms_only),
        cmocka_unit_test(control_and_reordering_characters_are_not_visible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
