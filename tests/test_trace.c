#include "tests/support/cmocka.h"

#include <stdlib.h>

#include "instruments/trace.h"

static const char *line_of(char *text, size_t cap, bool sent, struct span bytes)
{
    struct obuf out = {text, 0, cap - 1};
    assert_int_equal(trace_put_line(&out, sent, bytes), RC_OK);
    text[out.len] = '\0';
    return text;
}

static void text_is_escaped_and_bytes_are_hexadecimal(void **state)
{
    (void)state;
    char text[TRACE_LINE_MAX];
    assert_string_equal(line_of(text, sizeof text, true, SPAN("A\r")), "> A\\r\n");
    assert_string_equal(line_of(text, sizeof text, false, SPAN("A +014.70 25.0\r\n")),
                        "< A +014.70 25.0\\r\\n\n");
    assert_string_equal(line_of(text, sizeof text, true, SPAN("\x10\x02\x05\xff\x10\x03")),
                        "> hex 10 02 05 ff 10 03\n");
    assert_string_equal(line_of(text, sizeof text, false, SPAN("\x1b[2J")), "< hex 1b 5b 32 4a\n");
    assert_string_equal(line_of(text, sizeof text, false, SPAN("")), "< \n");
}

static void long_pieces_are_cut_and_say_so(void **state)
{
    (void)state;
    char bytes[1000], text[TRACE_LINE_MAX];
    memset(bytes, 'x', sizeof bytes);
    const char *line = line_of(text, sizeof text, false, (struct span){bytes, sizeof bytes});
    assert_non_null(strstr(line, "x\n# ... 600 more bytes\n"));
    memset(bytes, 1, sizeof bytes);
    line = line_of(text, sizeof text, false, (struct span){bytes, sizeof bytes});
    assert_non_null(strstr(line, " 01\n# ... 600 more bytes\n"));
}

static void a_line_that_does_not_fit_is_not_begun(void **state)
{
    (void)state;
    char text[40];
    struct obuf out = {text, 0, sizeof text};
    assert_int_equal(trace_put_line(&out, true, SPAN("A\r")), RC_NOSPACE);
    assert_int_equal(out.len, 0);
}

static char *written(const struct trace *trace, bool stamps)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    assert_int_equal(trace_write(trace, to, stamps), RC_OK);
    (void)fclose(to);
    return text;
}

static void a_ring_keeps_the_last_pieces_in_order(void **state)
{
    (void)state;
    struct trace *trace = trace_new(0); /* the smallest: TRACE_BYTES_MAX bytes */
    assert_non_null(trace);
    char piece[16];
    for (int i = 0; i < 1000; i++) {
        int n = snprintf(piece, sizeof piece, "%c%d\r", 'A' + i % 3, i);
        trace_add(trace, i % 2 == 0, (struct span){piece, (size_t)n}, (struct instant){i * 1000});
        if (i == 1) {
            char *two = written(trace, true);
            assert_string_equal(two, "# 0.000000\n> A0\\r\n# 0.001000\n< B1\\r\n");
            free(two);
        }
    }
    char *text = written(trace, false);
    size_t lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    assert_in_range(lines, 35, 80); /* 5 bytes each, places for 41 */
    size_t len = strlen(text);
    assert_string_equal(text + len - 9, "< A999\\r\n");
    assert_null(strstr(text, "A900\\r"));
    free(text);
    trace_free(trace);
}

static void a_piece_larger_than_the_ring_is_kept_in_part(void **state)
{
    (void)state;
    struct trace *trace = trace_new(0);
    char bytes[5000];
    memset(bytes, 'y', sizeof bytes);
    trace_add(trace, true, SPAN("before"), (struct instant){0});
    trace_add(trace, true, (struct span){bytes, sizeof bytes}, (struct instant){1});
    trace_add(trace, false, SPAN("after"), (struct instant){2});
    char *text = written(trace, false);
    assert_string_equal(text, "< after\n");
    free(text);
    trace_free(trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped_and_bytes_are_hexadecimal),
        cmocka_unit_test(long_pieces_are_cut_and_say_so),
        cmocka_unit_test(a_line_that_does_not_fit_is_not_begun),
        cmocka_unit_test(a_ring_keeps_the_last_pieces_in_order),
        cmocka_unit_test(a_piece_larger_than_the_ring_is_kept_in_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
