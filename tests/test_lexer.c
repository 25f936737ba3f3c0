#include "tests/support/cmocka.h"

#include "sequences/lexer.h"

struct lexed {
    struct source *source;
    struct diag diag;
    struct lexer lexer;
};

static void lex(struct lexed *l, const char *text)
{
    diag_init(&l->diag);
    assert_int_equal(source_from_text("x.seq", span_text(text), &l->diag, &l->source), RC_OK);
    lexer_start(&l->lexer, l->source, &l->diag);
}

static void lexed_fini(struct lexed *l)
{
    source_free(l->source);
    diag_fini(&l->diag);
}

static struct token next_is(struct lexed *l, enum token_kind kind, const char *text)
{
    struct token token = lexer_next(&l->lexer);
    assert_int_equal(token.kind, kind);
    if (!span_is(token.text, text))
        fail_msg("'%.*s' instead of '%s'", (int)token.text.len, token.text.at, text);
    return token;
}

static struct token number_is(struct lexed *l, double value, const char *unit)
{
    struct token token = lexer_next(&l->lexer);
    assert_int_equal(token.kind, TOKEN_NUMBER);
    assert_true(token.value >= value && token.value <= value);
    assert_string_equal(token.unit.name, unit);
    assert_int_equal(token.has_unit, unit[0] != '\0');
    return token;
}

static void a_statement_gives_its_words_with_their_places(void **state)
{
    (void)state;
    struct lexed l;
    lex(&l, "  set psu.ubatt = 13.5 V ramp 10 V/s # comment\nend");
    struct token set = next_is(&l, TOKEN_NAME, "set");
    assert_int_equal(set.at.line, 1);
    assert_int_equal(set.at.col, 3);
    assert_int_equal(set.at.len, 3);
    assert_int_equal(next_is(&l, TOKEN_NAME, "psu.ubatt").at.col, 7);
    next_is(&l, TOKEN_MARK, "=");
    struct token volts = number_is(&l, 13.5, "V");
    assert_int_equal(volts.at.col, 19);
    assert_int_equal(volts.at.len, 6);
    next_is(&l, TOKEN_NAME, "ramp");
    number_is(&l, 10, "V/s");
    assert_int_equal(lexer_next(&l.lexer).kind, TOKEN_EOL);
    assert_int_equal(next_is(&l, TOKEN_NAME, "end").at.line, 2);
    assert_int_equal(lexer_next(&l.lexer).kind, TOKEN_END);
    assert_int_equal(lexer_next(&l.lexer).kind, TOKEN_END);
    lexed_fini(&l);
}

static void a_word_behind_a_number_is_a_unit_only_if_it_is_one(void **state)
{
    (void)state;
    struct lexed l;
    lex(&l, "3 x 5 min 2 .. 60 s 1 in 5%rd 8.29 % 10 L/min 2 V/dut.ih 3 s/4 1e-3 A 7 m3/h");
    number_is(&l, 3, "");
    next_is(&l, TOKEN_NAME, "x");
    number_is(&l, 5, "min");
    number_is(&l, 2, "");
    assert_int_equal(lexer_next(&l.lexer).mark, MARK_RANGE);
    number_is(&l, 60, "s");
    number_is(&l, 1, "");
    next_is(&l, TOKEN_NAME, "in");
    number_is(&l, 5, "%rd");
    number_is(&l, 8.29, "%");
    number_is(&l, 10, "L/min");
    number_is(&l, 2, "V");
    next_is(&l, TOKEN_MARK, "/");
    next_is(&l, TOKEN_NAME, "dut.ih");
    number_is(&l, 3, "s");
    next_is(&l, TOKEN_MARK, "/");
    number_is(&l, 4, "");
    number_is(&l, 1e-3, "A");
    number_is(&l, 7, "m3/h");
    assert_int_equal(l.diag.errors, 0);
    lexed_fini(&l);
}

static void names_may_hold_braces_and_end_in_a_star(void **state)
{
    (void)state;
    struct lexed l;
    lex(&l, "ip_{row.point}_x gas.* \"a \xc2\xb0 {b}\" {x}");
    assert_true(next_is(&l, TOKEN_NAME, "ip_{row.point}_x").braces);
    assert_false(next_is(&l, TOKEN_NAME, "gas.*").braces);
    next_is(&l, TOKEN_TEXT, "a \xc2\xb0 {b}");
    assert_true(next_is(&l, TOKEN_NAME, "{x}").braces);
    lexed_fini(&l);
}

static void a_backslash_joins_lines_and_crlf_is_a_line_end(void **state)
{
    (void)state;
    struct lexed l;
    lex(&l, "a \\\r\n  b\r\nc");
    next_is(&l, TOKEN_NAME, "a");
    struct token b = next_is(&l, TOKEN_NAME, "b");
    assert_int_equal(b.at.line, 2);
    assert_int_equal(b.at.col, 3);
    assert_int_equal(lexer_next(&l.lexer).kind, TOKEN_EOL);
    next_is(&l, TOKEN_NAME, "c");
    lexed_fini(&l);
}

static void spelling_mistakes_are_reported_once_with_help(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message, *help;
        unsigned col;
    } cases[] = {
        {"Ubatt = 1", "names are written in lower case", NULL, 1},
        {"5 Ohm", "unknown unit 'Ohm'", "did you mean 'ohm'?", 3},
        {"\"open", "this text has no closing '\"'", NULL, 1},
        {"a ; b", "this character has no meaning here", NULL, 3},
        {"\xc2\xb5", "this character has no meaning here", NULL, 1},
        {"1e400", "this number is too large", NULL, 1},
        {"99999999999999999999999999999999999", "this number is too long: 32 characters at most",
         NULL, 1},
        {"0x2", "numbers are written with decimal digits", NULL, 1},
        {"0xFFee", "numbers are written with decimal digits", NULL, 1},
        {"ip_{row", "'{' is not closed by '}'", "write {name}, without blanks", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct lexed l;
        lex(&l, cases[i].text);
        for (int n = 0; n < 20 && lexer_next(&l.lexer).kind != TOKEN_END; n++)
            continue;
        assert_int_equal(l.diag.errors, 1);
        assert_string_equal(l.diag.entries[0].message, cases[i].message);
        assert_int_equal(l.diag.entries[0].col, cases[i].col);
        if (cases[i].help)
            assert_string_equal(l.diag.entries[0].help, cases[i].help);
        lexed_fini(&l);
    }
}

static void station_words_may_hold_anything_but_blanks(void **state)
{
    (void)state;
    struct lexed l;
    lex(&l, "usb 1209:4750 2027-03-01 # x\n\"a b\"");
    const char *const words[] = {"usb", "1209:4750", "2027-03-01"};
    for (size_t i = 0; i < COUNT(words); i++)
        assert_true(span_is(lexer_next_word(&l.lexer).text, words[i]));
    assert_int_equal(lexer_next_word(&l.lexer).kind, TOKEN_EOL);
    assert_int_equal(lexer_next_word(&l.lexer).kind, TOKEN_TEXT);
    assert_int_equal(lexer_next_word(&l.lexer).kind, TOKEN_END);
    lexed_fini(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_gives_its_words_with_their_places),
        cmocka_unit_test(a_word_behind_a_number_is_a_unit_only_if_it_is_one),
        cmocka_unit_test(names_may_hold_braces_and_end_in_a_star),
        cmocka_unit_test(a_backslash_joins_lines_and_crlf_is_a_line_end),
        cmocka_unit_test(spelling_mistakes_are_reported_once_with_help),
        cmocka_unit_test(station_words_may_hold_anything_but_blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
