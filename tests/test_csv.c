#include "tests/support/cmocka.h"

#include <stdlib.h>

#include "core/csv.h"

struct parsed {
    struct source *source;
    struct csv_table *table;
    struct diag diag;
    enum rc rc;
};

static struct parsed parse(struct span text)
{
    struct parsed p = {0};
    diag_init(&p.diag);
    assert_int_equal(source_from_text("x.csv", text, &p.diag, &p.source), RC_OK);
    p.rc = csv_parse_table(p.source, &p.diag, &p.table);
    assert_true((p.rc == RC_OK) == (p.table != NULL));
    return p;
}

static void parsed_fini(struct parsed *p)
{
    csv_free_table(p->table);
    source_free(p->source);
    diag_fini(&p->diag);
}

/* The text is refused with exactly this one error. */
static void refused(struct span text, unsigned line, unsigned col, const char *message)
{
    struct parsed p = parse(text);
    assert_int_equal(p.rc, RC_CONFIG);
    assert_int_equal(p.diag.errors, 1);
    struct diag_entry *e = &p.diag.entries[p.diag.count - 1];
    assert_string_equal(e->message, message);
    assert_int_equal(e->line, line);
    assert_int_equal(e->col, col);
    parsed_fini(&p);
}

static void check_cell(const struct parsed *p, size_t row, size_t column, const char *text)
{
    assert_true(span_is(csv_cell(p->table, row, column)->text, text));
}

static void a_table_is_read_with_places(void **state)
{
    (void)state;
    struct parsed p = parse(SPAN("# limits\nname, lo ,hi\r\n\nip,  -0.5,\"1.5\"\n"
                                 "\"a, \"\"b\"\"\",,none\n"));
    assert_int_equal(p.rc, RC_OK);
    assert_int_equal(p.diag.count, 0);
    assert_int_equal(p.table->rows, 2);
    assert_int_equal(p.table->columns, 3);
    assert_int_equal(csv_column(p.table, "lo"), 1);
    assert_int_equal(csv_column(p.table, "LO"), -1);
    check_cell(&p, 0, 0, "ip");
    check_cell(&p, 0, 1, "-0.5");
    check_cell(&p, 0, 2, "1.5");
    check_cell(&p, 1, 0, "a, \"b\"");
    check_cell(&p, 1, 1, "");
    check_cell(&p, 1, 2, "none");
    const struct csv_cell *cell = csv_cell(p.table, 0, 1);
    assert_int_equal(cell->line, 4);
    assert_int_equal(cell->col, 6);
    struct place at = csv_place(p.table, cell);
    assert_ptr_equal(at.source, p.source);
    assert_int_equal(at.len, 4);
    assert_int_equal(csv_cell(p.table, 0, 2)->col, 11);
    assert_int_equal(csv_cell(p.table, 1, 1)->col, 12); /* an empty cell: its separator */
    parsed_fini(&p);
}

static void the_header_tells_the_separator(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned warnings;
    } cases[] = {
        {"a,b\n1,2\n", 0},
        {"a;b\n1;2\n", 1},
        {"a\tb\n1\t2\n", 0},
        {"sep=;\na;b\n1;2\n", 1},
        {"sep=,\na,b\n1,2\n", 0},
        {"\"x;y\",b\n1,2\n", 0},
        {"sep=\t\na\tb\n1\t2\n", 0},
        {"sep=;\na,c;b\n1;2\n", 1},
        {"\xef\xbb\xbf"
         "a;b\n1;2\n",
         1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct parsed p = parse(span_text(cases[i].text));
        assert_int_equal(p.rc, RC_OK);
        assert_int_equal(p.table->columns, 2);
        assert_int_equal(p.diag.warnings, cases[i].warnings);
        check_cell(&p, 0, 0, "1");
        check_cell(&p, 0, 1, "2");
        parsed_fini(&p);
    }
    refused(SPAN("a,b;c\n"), 1, 0, "the header has both , and ; as separators");
    refused(SPAN("sep=|\na|b\n"), 1, 1, "not a separator that is known");
    refused(SPAN("sep=;;\na;b\n"), 1, 1, "not a separator that is known");
    refused(SPAN("sep=\na;b\n"), 1, 1, "not a separator that is known");
}

static void a_single_column_needs_no_separator(void **state)
{
    (void)state;
    struct parsed p = parse(SPAN("a\n1\n2\n"));
    assert_int_equal(p.rc, RC_OK);
    assert_int_equal(p.table->rows, 2);
    parsed_fini(&p);
    p = parse(SPAN("a,b\n"));
    assert_int_equal(p.rc, RC_OK);
    assert_int_equal(p.table->rows, 0);
    parsed_fini(&p);
}

static void a_bad_header_is_refused(void **state)
{
    (void)state;
    refused(SPAN(""), 0, 0, "the table is empty: it has no header row");
    refused(SPAN("# only this\n\n"), 0, 0, "the table is empty: it has no header row");
    refused(SPAN("a,b,a\n1,2,3\n"), 1, 5, "two columns have this name");
    refused(SPAN("a,\"a\"\n"), 1, 3, "two columns have this name");
    refused(SPAN("a,,b\n"), 1, 3, "a column without a name");
    refused(SPAN("a,b,\n"), 1, 5, "a column without a name");
    refused(SPAN("a,\"b\n1,2\n"), 1, 3, "the quote is not closed");
}

static void every_row_must_be_as_wide_as_the_header(void **state)
{
    (void)state;
    refused(SPAN("a,b\n1\n"), 2, 0, "the row has 1 cell, the header has 2");
    refused(SPAN("a,b\n1,2\n1,2,3\n"), 3, 0, "the row has 3 cells, the header has 2");
    struct parsed p = parse(SPAN("a,b\n1\n1,2\n1,2,3\n"));
    assert_int_equal(p.diag.errors, 2); /* all of them, not only the first */
    parsed_fini(&p);
}

static void a_decimal_comma_is_recognised(void **state)
{
    (void)state;
    struct parsed p = parse(SPAN("a,b\nip,-0,5\n"));
    assert_int_equal(p.diag.errors, 1);
    assert_non_null(strstr(p.diag.entries[0].help, "a decimal comma? write 0.5"));
    parsed_fini(&p);
    p = parse(SPAN("a,b\nip,x,y\n"));
    assert_null(strstr(p.diag.entries[0].help, "decimal comma"));
    parsed_fini(&p);
}

static void a_file_that_was_cut_is_refused(void **state)
{
    (void)state;
    refused(SPAN("a,b\n1,2"), 2, 0, "the last line has no line end");
    refused(SPAN("a,b"), 1, 0, "the last line has no line end");
    struct parsed p = parse(SPAN("a,b\n1,2\n1"));
    assert_int_equal(p.diag.errors, 2);
    parsed_fini(&p);
}

static void quotes_are_read_strictly(void **state)
{
    (void)state;
    refused(SPAN("a,b\n1,2\"\n"), 2, 4, "a quote where none may stand");
    refused(SPAN("a,b\n1,\"2\"x\n"), 2, 6, "a quote where none may stand");
    refused(SPAN("a,b\n1,\"2\n3,4\n"), 2, 3, "the quote is not closed");
    struct parsed p = parse(SPAN("a,b\n1,\"2\n\"3,4\n5,6\"\n7,8\n"));
    assert_int_equal(p.diag.errors, 3); /* each line on its own: none swallows the next */
    parsed_fini(&p);
}

static void caps_hold(void **state)
{
    (void)state;
    char *text = malloc(200000);
    struct obuf out = {text, 0, 200000};
    assert_int_equal(obuf_printf(&out, "a,b\n%0256d,\"%0256d\"\n", 1, 2), RC_OK);
    struct parsed p = parse(obuf_span(&out));
    assert_int_equal(p.rc, RC_OK);
    parsed_fini(&p);
    out.len = 0;
    assert_int_equal(obuf_printf(&out, "a,b\n1,%0257d\n", 2), RC_OK);
    refused(obuf_span(&out), 2, 3, "the cell is longer than 256 bytes");
    out.len = 0;
    assert_int_equal(obuf_printf(&out, "a,b\n1,%060000d\n", 2), RC_OK);
    refused(obuf_span(&out), 2, 3, "the cell is longer than 256 bytes");

    out.len = 0;
    for (int i = 0; i < 65; i++)
        assert_int_equal(obuf_printf(&out, "%sc%d", i ? "," : "", i), RC_OK);
    assert_int_equal(obuf_byte(&out, '\n'), RC_OK);
    refused(obuf_span(&out), 1, 0, "more than 64 columns");
    out.len = 0;
    for (int i = 0; i < 10001; i++)
        assert_int_equal(obuf_printf(&out, "x%d\n", i), RC_OK);
    p = parse(obuf_span(&out));
    assert_int_equal(p.rc, RC_OK);
    assert_int_equal(p.table->rows, 10000);
    check_cell(&p, 9999, 0, "x10000");
    parsed_fini(&p);
    assert_int_equal(obuf_printf(&out, "x\n"), RC_OK);
    refused(obuf_span(&out), 10002, 0, "more than 10,000 rows");
    out.len = 0;
    assert_int_equal(obuf_printf(&out, "a,b\n"), RC_OK);
    for (int i = 0; i < 30000; i++)
        assert_int_equal(obuf_printf(&out, "1,"), RC_OK);
    assert_int_equal(obuf_printf(&out, "\n"), RC_OK);
    refused(obuf_span(&out), 2, 0, "the row has 30001 cells, the header has 2");
    free(text);
}

static void written_text_is_quoted_where_needed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *written;
    } cases[] = {
        {"", ""},
        {"plain text", "plain text"},
        {"a,b", "\"a,b\""},
        {"a;b", "\"a;b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {" blank", "\" blank\""},
        {"=1+1", "'=1+1"},
        {"+49", "'+49"},
        {"-x", "'-x"},
        {"@a,b", "\"'@a,b\""},
        {"\tx", "\"'\tx\""},
        {"# x", "\"# x\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char room[64];
        struct obuf out = {room, 0, sizeof room};
        assert_int_equal(csv_put_text(&out, span_text(cases[i].text)), RC_OK);
        assert_true(span_is(obuf_span(&out), cases[i].written));
        for (size_t cap = 0; cap < strlen(cases[i].written); cap++) {
            out = (struct obuf){room, 0, cap};
            assert_int_equal(csv_put_text(&out, span_text(cases[i].text)), RC_NOSPACE);
            assert_int_equal(out.len, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read_with_places),
        cmocka_unit_test(the_header_tells_the_separator),
        cmocka_unit_test(a_single_column_needs_no_separator),
        cmocka_unit_test(a_bad_header_is_refused),
        cmocka_unit_test(every_row_must_be_as_wide_as_the_header),
        cmocka_unit_test(a_decimal_comma_is_recognised),
        cmocka_unit_test(a_file_that_was_cut_is_refused),
        cmocka_unit_test(quotes_are_read_strictly),
        cmocka_unit_test(caps_hold),
        cmocka_unit_test(written_text_is_quoted_where_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
