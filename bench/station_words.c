/* The words of a station file, one at a time, each with its message. */
#include <assert.h>

#include "bench/station_private.h"
#include "core/num.h"

bool station_fail(struct station_reader *r, struct place at, const char *help, const char *format,
                  ...)
{
    char text[256];
    va_list args;
    /* The lexer has said already what is wrong with this word. */
    if (r->token.kind == TOKEN_BAD && at.line == r->token.at.line && at.col == r->token.at.col)
        return false;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    diag_add(r->diag, DIAG_ERROR, at, help, "%s", text);
    return false;
}

void station_skip_line(struct station_reader *r)
{
    while (r->token.kind != TOKEN_EOL && r->token.kind != TOKEN_END)
        r->token = lexer_next_word(&r->lexer);
}

bool station_line_end(struct station_reader *r)
{
    r->token = lexer_next_word(&r->lexer);
    return r->token.kind == TOKEN_EOL || r->token.kind == TOKEN_END;
}

bool station_end(struct station_reader *r)
{
    return station_line_end(r) || station_fail(r, r->token.at, NULL, "one word too many");
}

bool station_copy(struct station_reader *r, struct span text, char *out, size_t cap)
{
    if (text.len >= cap)
        return station_fail(r, r->token.at, NULL, "at most %zu characters here", cap - 1);
    memcpy(out, text.at, text.len);
    out[text.len] = '\0';
    return true;
}

bool station_once(struct station_reader *r, const char *key, unsigned *line)
{
    if (*line)
        return station_fail(r, r->token.at, NULL, "'%s' is given twice, first on line %u", key,
                            *line);
    *line = r->token.at.line;
    return true;
}

bool station_word(struct station_reader *r, const char *expected, struct span *out)
{
    *out = (struct span){"", 0};
    r->token = lexer_next_word(&r->lexer);
    if (r->token.kind != TOKEN_NAME)
        return station_fail(r, r->token.at, NULL, "expected %s", expected);
    *out = r->token.text;
    return true;
}

bool station_keyword(struct station_reader *r, const char *keyword)
{
    struct span word;
    return station_word(r, keyword, &word) &&
           (span_is(word, keyword) || station_fail(r, r->token.at, NULL, "expected %s", keyword));
}

bool station_text(struct station_reader *r, const char *expected, char *out, size_t cap)
{
    r->token = lexer_next_word(&r->lexer);
    if (r->token.kind != TOKEN_TEXT)
        return station_fail(r, r->token.at, NULL, "expected %s in \"quotes\"", expected);
    return station_copy(r, r->token.text, out, cap);
}

/* "60,0 mL": the number ends at a comma with a digit right behind it. */
static bool decimal_comma(const struct station_reader *r)
{
    const struct lexer *lexer = &r->lexer;
    return r->token.kind == TOKEN_NUMBER && !r->token.has_unit && lexer->end - lexer->pos > 1 &&
           lexer->pos[0] == ',' && lexer->pos[1] >= '0' && lexer->pos[1] <= '9';
}

bool station_quantity(struct station_reader *r, const char *like, double *si)
{
    struct unit wanted;
    *si = 0.0;
    r->token = lexer_next(&r->lexer);
    bool known = unit_find(span_text(like), &wanted) == RC_OK;
    assert(known);
    if (r->token.kind != TOKEN_NUMBER || !dim_equal(r->token.unit.dim, wanted.dim))
        return station_fail(r, r->token.at,
                            decimal_comma(r) ? "decimals are written with a point: 0.5" : NULL,
                            "expected a quantity in %s", like);
    *si = unit_to_si(&r->token.unit, r->token.value);
    return true;
}

bool station_number(struct station_reader *r, long lo, long hi, long *out)
{
    int64_t value;
    *out = 0;
    r->token = lexer_next_word(&r->lexer);
    if (num_parse_int(r->token.text, lo, hi, &value) != RC_OK)
        return station_fail(r, r->token.at, NULL, "expected a whole number from %ld to %ld", lo,
                            hi);
    *out = (long)value;
    return true;
}

bool station_mark(struct station_reader *r, int mark, const char *expected)
{
    r->token = lexer_next(&r->lexer);
    if (r->token.kind != TOKEN_MARK || r->token.mark != mark)
        return station_fail(r, r->token.at, NULL, "expected %s", expected);
    return true;
}
