#include "sequences/lexer.h"

#include "core/num.h"

/* clang-format off */
static const char *const keywords[] = {
    "and", "ask", "at", "balance", "calc", "call", "capture", "check", "cleanup", "else", "end",
    "envelope", "exclusive", "for", "from", "gases", "if", "in", "lane", "limits", "main", "measure",
    "mix", "not", "note", "off", "on", "or", "order", "over", "parallel", "param", "ramp", "record",
    "repeat", "requires", "retry", "scan", "select", "sequence", "set", "settled", "setup",
    "stable", "step", "sub", "table", "tag", "timeout", "to", "until", "wait", "within",
};
/* clang-format on */

const char *lexer_keyword(const void *ctx, size_t i)
{
    (void)ctx;
    return i < COUNT(keywords) ? keywords[i] : NULL;
}

size_t lexer_keyword_count(void)
{
    return COUNT(keywords);
}

bool lexer_reserved(struct span word)
{
    for (size_t i = 0; i < COUNT(keywords); i++) {
        if (span_is(word, keywords[i]))
            return true;
    }
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char peek(const struct lexer *lexer, size_t ahead)
{
    if (ahead < (size_t)(lexer->end - lexer->pos))
        return lexer->pos[ahead];
    return '\0';
}

void lexer_start(struct lexer *lexer, const struct source *source, struct diag *diag)
{
    const char *start = source->bytes + source->start;
    *lexer = (struct lexer){.source = source,
                            .diag = diag,
                            .pos = start,
                            .end = source->bytes + source->len,
                            .line_start = start,
                            .line = 1,
                            .col0 = 1};
}

void lexer_start_at(struct lexer *lexer, struct span text, struct place at, struct diag *diag)
{
    *lexer = (struct lexer){.source = at.source,
                            .diag = diag,
                            .pos = text.at,
                            .end = text.at + text.len,
                            .line_start = text.at,
                            .line = at.line,
                            .col0 = at.col ? at.col : 1};
}

static struct place place_from(const struct lexer *lexer, const char *start, size_t len)
{
    return (struct place){.source = lexer->source,
                          .line = lexer->line,
                          .col = lexer->col0 + (unsigned)(start - lexer->line_start),
                          .len = len ? (unsigned)len : 1};
}

/* From `start` to where the lexer stands now. */
static struct token token_from(const struct lexer *lexer, enum token_kind kind, const char *start)
{
    size_t len = (size_t)(lexer->pos - start);
    return (struct token){.kind = kind, .at = place_from(lexer, start, len), .text = {start, len}};
}

static void new_line(struct lexer *lexer)
{
    lexer->pos++;
    lexer->line++;
    lexer->line_start = lexer->pos;
    lexer->col0 = 1;
}

static void skip_blanks(struct lexer *lexer)
{
    while (lexer->pos < lexer->end) {
        char c = *lexer->pos;
        size_t cr = peek(lexer, 1) == '\r' ? 1 : 0;
        if (c == ' ' || c == '\t' || c == '\r') {
            lexer->pos++;
        } else if (c == '\\' && peek(lexer, 1 + cr) == '\n') {
            lexer->pos += 1 + cr;
            new_line(lexer);
        } else if (c == '#') {
            while (lexer->pos < lexer->end && *lexer->pos != '\n')
                lexer->pos++;
        } else {
            return;
        }
    }
}

/* The longest known unit at `at`, 0 if there is none. "V/s" is one, of "s/4" only the "s" is. */
static size_t unit_length(const struct lexer *lexer, const char *at, struct unit *out)
{
    size_t len = 0, room = (size_t)(lexer->end - at);
    while (len < room &&
           (is_letter(at[len]) || at[len] == '%' || at[len] == '/' || (len && is_digit(at[len]))))
        len++;
    /* Letters and dots right behind a unit make it part of a longer name. */
    if (len < room && (at[len] == '.' || at[len] == '{') && !memchr(at, '/', len))
        return 0;
    while (len) {
        if (len < sizeof out->name && unit_find((struct span){at, len}, out) == RC_OK)
            return len;
        while (len && at[len - 1] != '/')
            len--;
        if (len)
            len--;
    }
    return 0;
}

/* "5 Ohm": no name has capitals, so the word can only be meant as a unit. */
static bool capital_unit(struct lexer *lexer, const char *at)
{
    size_t len = 0, room = (size_t)(lexer->end - at);
    bool upper = false;
    for (; len < room && (is_letter(at[len]) || at[len] == '/' || at[len] == '%'); len++)
        upper = upper || (at[len] >= 'A' && at[len] <= 'Z');
    if (!upper || !is_letter(at[0]))
        return false;
    const char *near = unit_suggest((struct span){at, len});
    char help[48];
    (void)snprintf(help, sizeof help, "did you mean '%s'?", near ? near : "");
    if (!lexer->quiet)
        diag_add(lexer->diag, DIAG_ERROR, place_from(lexer, at, len), near ? help : NULL,
                 "unknown unit '%.*s'", (int)len, at);
    lexer->pos = at + len;
    return true;
}

/* The digits, the fraction and the exponent. */
static void skip_number(struct lexer *lexer)
{
    while (is_digit(peek(lexer, 0)))
        lexer->pos++;
    if (peek(lexer, 0) == '.' && is_digit(peek(lexer, 1))) {
        lexer->pos++;
        while (is_digit(peek(lexer, 0)))
            lexer->pos++;
    }
    char e = peek(lexer, 0);
    size_t sign = peek(lexer, 1) == '+' || peek(lexer, 1) == '-' ? 1 : 0;
    if ((e == 'e' || e == 'E') && is_digit(peek(lexer, 1 + sign))) {
        lexer->pos += 1 + sign;
        while (is_digit(peek(lexer, 0)))
            lexer->pos++;
    }
}

static struct token bad_token(struct lexer *lexer, struct token token, const char *help,
                              const char *what)
{
    if (!lexer->quiet)
        diag_add(lexer->diag, DIAG_ERROR, token.at, help, "%s", what);
    token.kind = TOKEN_BAD;
    return token;
}

/* "0x2": all of it is one mistake. */
static bool skip_hexadecimal(struct lexer *lexer)
{
    char x = peek(lexer, 1);
    if (peek(lexer, 0) != '0' || (x != 'x' && x != 'X') ||
        !(is_digit(peek(lexer, 2)) || is_letter(peek(lexer, 2))))
        return false;
    while (is_digit(peek(lexer, 0)) || is_letter(peek(lexer, 0)))
        lexer->pos++;
    return true;
}

static const char *number_fault(enum rc rc, size_t len)
{
    if (len > NUM_TEXT_MAX)
        return "this number is too long: 32 characters at most";
    return rc == RC_RANGE ? "this number is too large" : "this is not a number";
}

static struct token read_number(struct lexer *lexer)
{
    const char *start = lexer->pos;
    if (skip_hexadecimal(lexer))
        return bad_token(lexer, token_from(lexer, TOKEN_NUMBER, start), NULL,
                         "numbers are written with decimal digits");
    skip_number(lexer);
    struct token token = token_from(lexer, TOKEN_NUMBER, start);
    enum rc rc = num_parse(token.text, &token.value);
    if (rc)
        return bad_token(lexer, token, NULL, number_fault(rc, token.text.len));
    const char *number_end = lexer->pos;
    while (peek(lexer, 0) == ' ' || peek(lexer, 0) == '\t')
        lexer->pos++;
    size_t unit = unit_length(lexer, lexer->pos, &token.unit);
    if (unit) {
        lexer->pos += unit;
        token.has_unit = true;
        token.at.len = (unsigned)(lexer->pos - start);
        return token;
    }
    token.unit = (struct unit){.name = "", .dim = dim_one, .scale = 1};
    if (capital_unit(lexer, lexer->pos))
        token.kind = TOKEN_BAD;
    else
        lexer->pos = number_end;
    return token;
}

/* "{row.point}" inside a name; false: not closed. */
static bool skip_braces(struct lexer *lexer)
{
    lexer->pos++;
    while (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0)) || peek(lexer, 0) == '.')
        lexer->pos++;
    if (peek(lexer, 0) != '}')
        return false;
    lexer->pos++;
    return true;
}

static struct token read_name(struct lexer *lexer)
{
    const char *start = lexer->pos;
    bool upper = false, braces = false, closed = true;
    while (closed) {
        char c = peek(lexer, 0);
        if (c == '{') {
            braces = true;
            closed = skip_braces(lexer);
            continue;
        }
        if (c == '.' && !(is_letter(peek(lexer, 1)) || is_digit(peek(lexer, 1)) ||
                          peek(lexer, 1) == '{' || peek(lexer, 1) == '*'))
            break;
        if (!is_letter(c) && !is_digit(c) && c != '.')
            break;
        upper = upper || (c >= 'A' && c <= 'Z');
        lexer->pos++;
        if (c == '.' && peek(lexer, 0) == '*') {
            lexer->pos++;
            break;
        }
    }
    struct token token = token_from(lexer, TOKEN_NAME, start);
    token.braces = braces;
    if (!closed)
        return bad_token(lexer, token, "write {name}, without blanks", "'{' is not closed by '}'");
    if (upper)
        return bad_token(lexer, token, NULL, "names are written in lower case");
    return token;
}

static struct token read_text(struct lexer *lexer)
{
    const char *start = lexer->pos++;
    while (lexer->pos < lexer->end && *lexer->pos != '"' && *lexer->pos != '\n')
        lexer->pos++;
    struct token token = token_from(lexer, TOKEN_TEXT, start);
    if (peek(lexer, 0) != '"')
        return bad_token(lexer, token, NULL, "this text has no closing '\"'");
    lexer->pos++;
    token.at.len++;
    token.text = (struct span){start + 1, token.text.len - 1};
    return token;
}

/* clang-format off */
static const struct { char text[3]; int mark; } long_marks[] = {
    {"<=", MARK_LE}, {">=", MARK_GE}, {"==", MARK_EQ}, {"!=", MARK_NE}, {"..", MARK_RANGE},
};
/* clang-format on */

static struct token read_mark(struct lexer *lexer)
{
    const char *start = lexer->pos;
    for (size_t i = 0; i < COUNT(long_marks); i++) {
        if (peek(lexer, 0) == long_marks[i].text[0] && peek(lexer, 1) == long_marks[i].text[1]) {
            lexer->pos += 2;
            struct token token = token_from(lexer, TOKEN_MARK, start);
            token.mark = long_marks[i].mark;
            return token;
        }
    }
    lexer->pos++;
    if (strchr("<>=+-*/(),|", *start)) {
        struct token token = token_from(lexer, TOKEN_MARK, start);
        token.mark = (unsigned char)*start;
        return token;
    }
    while (lexer->pos < lexer->end && ((unsigned char)*lexer->pos & 0xc0) == 0x80)
        lexer->pos++; /* the rest of one UTF-8 character */
    struct token token = token_from(lexer, TOKEN_BAD, start);
    return bad_token(lexer, token, NULL, "this character has no meaning here");
}

struct token lexer_next(struct lexer *lexer)
{
    skip_blanks(lexer);
    const char *start = lexer->pos;
    if (lexer->pos >= lexer->end)
        return token_from(lexer, TOKEN_END, start);
    char c = *lexer->pos;
    if (c == '\n') {
        struct token token = token_from(lexer, TOKEN_EOL, start);
        new_line(lexer);
        return token;
    }
    if (c == '"')
        return read_text(lexer);
    if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1))))
        return read_number(lexer);
    if (is_letter(c) || c == '{')
        return read_name(lexer);
    return read_mark(lexer);
}

struct token lexer_next_word(struct lexer *lexer)
{
    skip_blanks(lexer);
    const char *start = lexer->pos;
    if (lexer->pos >= lexer->end || strchr("\n\r\"#", *start))
        return lexer_next(lexer);
    while (lexer->pos < lexer->end && !strchr(" \t\r\n", *lexer->pos))
        lexer->pos++;
    return token_from(lexer, TOKEN_NAME, start);
}
