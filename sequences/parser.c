#include "sequences/parser.h"

#include <stdarg.h>
#include <stdlib.h>

#include "sequences/parse.h"

void parse_advance(struct parse *p)
{
    p->last = p->tok.at;
    p->stopped = p->stopped || p->diag->errors >= PARSE_ERRORS_MAX;
    if (arena_failed(p->arena) || p->stopped) {
        p->tok.kind = TOKEN_END;
        p->has_ahead = false;
        return;
    }
    p->tok = p->has_ahead ? p->ahead : lexer_next(&p->lexer);
    p->has_ahead = false;
}

const struct token *parse_peek(struct parse *p)
{
    if (!p->has_ahead)
        p->ahead = p->tok.kind == TOKEN_END ? p->tok : lexer_next(&p->lexer);
    p->has_ahead = true;
    return &p->ahead;
}

bool parse_at_word(const struct parse *p, const char *word)
{
    return p->tok.kind == TOKEN_NAME && span_is(p->tok.text, word);
}

bool parse_at_mark(const struct parse *p, int mark)
{
    return p->tok.kind == TOKEN_MARK && p->tok.mark == mark;
}

bool parse_take_word(struct parse *p, const char *word)
{
    if (!parse_at_word(p, word))
        return false;
    parse_advance(p);
    return true;
}

bool parse_take_mark(struct parse *p, int mark)
{
    if (!parse_at_mark(p, mark))
        return false;
    parse_advance(p);
    return true;
}

bool parse_at_line_end(const struct parse *p)
{
    return p->tok.kind == TOKEN_EOL || p->tok.kind == TOKEN_END;
}

void parse_report(struct parse *p, struct place at, const char *help, const char *format, ...)
{
    if (p->tok.kind == TOKEN_BAD || arena_failed(p->arena) || p->stopped)
        return; /* what comes of a reported mistake is not worth a second message */
    char text[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    diag_add(p->diag, DIAG_ERROR, at, help, "%s", text);
}

/* "2,0": the comma in hand stands between two digits. */
static bool decimal_comma(const struct parse *p)
{
    const char *at = p->tok.text.at;
    return p->tok.kind == TOKEN_MARK && p->tok.mark == ',' && p->last.line == p->tok.at.line &&
           p->last.col + p->last.len == p->tok.at.col && at[-1] >= '0' && at[-1] <= '9' &&
           p->lexer.end - at > 1 && at[1] >= '0' && at[1] <= '9';
}

void parse_report_found(struct parse *p, const char *expected)
{
    const struct token *tok = &p->tok;
    if (parse_at_line_end(p)) {
        struct place at = p->last;
        at.col += at.len;
        at.len = 1;
        parse_report(p, at, NULL, "expected %s, but the line ends here", expected);
        return;
    }
    int len = tok->at.len < 40 ? (int)tok->at.len : 40;
    const char *help = decimal_comma(p) ? "decimals are written with a point: 1.5"
                       : tok->kind == TOKEN_NUMBER && p->last.len == 1 &&
                               p->last.line == tok->at.line && p->last.col + 1 == tok->at.col
                           ? "decimals are written with a point: 1.5"
                           : NULL;
    const char *start = tok->kind == TOKEN_TEXT ? tok->text.at - 1 : tok->text.at;
    parse_report(p, tok->at, help, "expected %s, found '%.*s'", expected, len, start);
}

bool parse_need_word(struct parse *p, const char *word)
{
    if (parse_take_word(p, word))
        return true;
    char expected[40];
    (void)snprintf(expected, sizeof expected, "'%s'", word);
    return parse_fail(p, expected);
}

bool parse_need_mark(struct parse *p, int mark, const char *expected)
{
    return parse_take_mark(p, mark) || parse_fail(p, expected);
}

bool parse_line_end(struct parse *p)
{
    if (!parse_at_line_end(p))
        return parse_fail(p, "the end of the line");
    p->terms = 0;
    if (p->tok.kind == TOKEN_EOL)
        parse_advance(p);
    return true;
}

/* What stands behind a mistake is passed over in silence: it was said what is wrong here. */
void parse_skip_line(struct parse *p)
{
    p->lexer.quiet = true;
    while (!parse_at_line_end(p))
        parse_advance(p);
    p->lexer.quiet = false;
    (void)parse_line_end(p);
}

void *parse_node(struct parse *p, size_t size)
{
    void *node = arena_take(p->arena, size);
    if (node)
        return node;
    memset(&p->spare, 0, sizeof p->spare);
    return &p->spare;
}

const char *parse_copy(struct parse *p, struct span text)
{
    const char *copy = arena_text(p->arena, text);
    return copy ? copy : "";
}

struct place parse_join(struct place from, struct place to)
{
    if (from.line == to.line && to.col + to.len > from.col)
        from.len = to.col + to.len - from.col;
    return from;
}

static bool refuse_name(struct parse *p, enum name_rule rule, const char *expected)
{
    struct span word = p->tok.text;
    bool star = word.len && word.at[word.len - 1] == '*';
    if (lexer_reserved(word)) {
        return parse_error(p, p->tok.at, NULL, "expected %s, found the reserved word '%.*s'",
                           expected, (int)word.len, word.at);
    }
    if (p->tok.braces && rule != NAME_BRACES)
        return parse_error(p, p->tok.at, NULL, "no {...} parts are allowed in %s", expected);
    if (star && rule != NAME_STAR)
        return parse_error(p, p->tok.at, NULL, "'*' is only allowed in record");
    if (rule == NAME_NEW && memchr(word.at, '.', word.len))
        return parse_error(p, p->tok.at, NULL, "no '.' is allowed in %s", expected);
    return true;
}

bool parse_name(struct parse *p, enum name_rule rule, const char *expected, struct place *at,
                const char **out)
{
    if (p->tok.kind != TOKEN_NAME)
        return parse_fail(p, expected);
    if (!refuse_name(p, rule, expected))
        return false;
    if (at)
        *at = p->tok.at;
    *out = parse_copy(p, p->tok.text);
    parse_advance(p);
    return true;
}

bool parse_text(struct parse *p, const char *expected, struct place *at, const char **out)
{
    if (p->tok.kind != TOKEN_TEXT)
        return parse_fail(p, expected);
    if (at)
        *at = p->tok.at;
    *out = parse_copy(p, p->tok.text);
    parse_advance(p);
    return true;
}

bool parse_int(struct parse *p, const char *expected, int64_t hi, int64_t *out)
{
    if (p->tok.kind != TOKEN_NUMBER || p->tok.has_unit)
        return parse_fail(p, expected);
    if (!(p->tok.value >= 0 && p->tok.value <= 9e15) ||
        (double)(int64_t)p->tok.value < p->tok.value || (int64_t)p->tok.value > hi) {
        return parse_error(p, p->tok.at, NULL, "expected %s from 0 to %lld", expected,
                           (long long)hi);
    }
    *out = (int64_t)p->tok.value;
    parse_advance(p);
    return true;
}

enum rc program_parse(const struct source *source, struct diag *diag, struct program **out)
{
    struct arena *arena = arena_new();
    struct program *program = arena ? arena_take(arena, sizeof *program) : NULL;
    struct place whole = {.source = source};
    if (!program) {
        arena_free(arena);
        diag_add(diag, DIAG_ERROR, whole, NULL, "out of memory");
        return RC_NOSPACE;
    }
    program->arena = arena;
    unsigned before = diag->errors;
    struct parse p = {.arena = arena, .diag = diag, .program = program};
    lexer_start(&p.lexer, source, diag);
    parse_advance(&p);
    parse_program(&p);
    if (arena_failed(arena))
        diag_add(diag, DIAG_ERROR, whole, NULL, "out of memory");
    if (diag->errors != before) {
        arena_free(arena);
        return RC_CONFIG;
    }
    *out = program;
    return RC_OK;
}

void program_free(struct program *program)
{
    if (program)
        arena_free(program->arena);
}

enum rc expr_parse(struct span text, struct place at, struct arena *arena, struct diag *diag,
                   struct expr **out)
{
    struct parse p = {.arena = arena, .diag = diag};
    unsigned before = diag->errors;
    lexer_start_at(&p.lexer, text, at, diag);
    parse_advance(&p);
    struct expr *expr = NULL;
    bool good = parse_expr(&p, &expr) && parse_line_end(&p);
    if (arena_failed(arena)) {
        diag_add(diag, DIAG_ERROR, at, NULL, "out of memory");
        return RC_NOSPACE;
    }
    if (!good || diag->errors != before)
        return RC_CONFIG;
    *out = expr;
    return RC_OK;
}
