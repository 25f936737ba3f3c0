/* Expressions:  or < and < not < comparison < + - < * / < unary minus < number, name, call. */
#include "sequences/parse.h"

/* What may stand behind a number and is not meant as its unit. */
static bool follows_number(struct span word)
{
    static const char *const words[] = {"total", "pre", "predict", "x", "default"};
    for (size_t i = 0; i < COUNT(words); i++) {
        if (span_is(word, words[i]))
            return true;
    }
    return lexer_reserved(word);
}

static struct expr *new_expr(struct parse *p, enum expr_kind kind, struct place at)
{
    struct expr *expr = parse_node(p, sizeof *expr);
    expr->kind = kind;
    expr->at = at;
    return expr;
}

/* Bounds both the depth of the tree and the work of everyone who walks it. */
static bool count_term(struct parse *p, struct place at)
{
    if (++p->terms <= PARSE_TERMS_MAX)
        return true;
    return parse_error(p, at, "split it with calc", "this expression has more than %d operators",
                       PARSE_TERMS_MAX);
}

static void report_unknown_unit(struct parse *p, const struct token *word)
{
    char help[48] = "";
    const char *near = unit_suggest(word->text);
    if (near)
        (void)snprintf(help, sizeof help, "did you mean '%s'?", near);
    parse_report(p, word->at, near ? help : NULL, "unknown unit '%.*s'", (int)word->text.len,
                 word->text.at);
}

static bool read_number(struct parse *p, double sign, struct expr **out)
{
    struct token number = p->tok;
    parse_advance(p);
    if (!number.has_unit && p->tok.kind == TOKEN_NAME && !follows_number(p->tok.text)) {
        report_unknown_unit(p, &p->tok);
        return false;
    }
    struct expr *expr = new_expr(p, EXPR_QUANTITY, number.at);
    expr->value = sign < 0 ? -number.value : number.value;
    expr->unit = number.unit;
    *out = expr;
    return true;
}

bool parse_quantity(struct parse *p, struct expr **out)
{
    struct place at = p->tok.at;
    bool minus = parse_take_mark(p, '-');
    if (p->tok.kind != TOKEN_NUMBER)
        return parse_fail(p, "a quantity such as 5 s");
    if (!read_number(p, minus ? -1 : 1, out))
        return false;
    if (parse_at_mark(p, '/'))
        return parse_error(p, p->tok.at, "a rate is written V/s, L/min, L/min/s",
                           "unknown unit: '%s' cannot be divided by this", (*out)->unit.name);
    (*out)->at = parse_join(at, (*out)->at);
    return true;
}

bool parse_range(struct parse *p, struct expr **lo, struct expr **hi)
{
    struct expr *from, *to;
    if (!parse_quantity(p, &from) || !parse_need_mark(p, MARK_RANGE, "'..' and the upper end") ||
        !parse_quantity(p, &to))
        return false;
    if (!from->unit.name[0])
        from->unit = to->unit;
    *lo = from;
    *hi = to;
    return true;
}

static bool parse_call(struct parse *p, struct token word, struct expr **out)
{
    struct expr *call = new_expr(p, EXPR_CALL, word.at);
    call->text = parse_copy(p, word.text);
    if (!count_term(p, word.at))
        return false;
    parse_advance(p); /* ( */
    while (!parse_at_mark(p, ')')) {
        if (call->args == EXPR_ARGS_MAX)
            return parse_error(p, p->tok.at, NULL, "'%s' has too many arguments", call->text);
        if (!parse_expr(p, &call->arg[call->args]))
            return false;
        call->args++;
        if (!parse_at_mark(p, ')') && !parse_need_mark(p, ',', "',' or ')'"))
            return false;
    }
    call->at = parse_join(call->at, p->tok.at);
    parse_advance(p);
    *out = call;
    return true;
}

static bool parse_word(struct parse *p, struct expr **out)
{
    struct token word = p->tok;
    if (parse_at_word(p, "on") || parse_at_word(p, "off")) {
        *out = new_expr(p, EXPR_SWITCH, word.at);
        (*out)->value = parse_at_word(p, "on") ? 1 : 0;
        parse_advance(p);
        return true;
    }
    if (parse_peek(p)->kind == TOKEN_MARK && parse_peek(p)->mark == '(') {
        parse_advance(p);
        return parse_call(p, word, out);
    }
    struct expr *expr = new_expr(p, EXPR_NAME, word.at);
    if (!parse_name(p, NAME_USE, "a value", NULL, &expr->text))
        return false;
    *out = expr;
    return true;
}

static bool parse_primary(struct parse *p, struct expr **out)
{
    struct token tok = p->tok;
    if (tok.kind == TOKEN_NUMBER)
        return read_number(p, 1, out);
    if (tok.kind == TOKEN_TEXT) {
        *out = new_expr(p, EXPR_TEXT, tok.at);
        return parse_text(p, "a text", NULL, &(*out)->text);
    }
    if (tok.kind == TOKEN_NAME)
        return parse_word(p, out);
    if (!parse_at_mark(p, '('))
        return parse_fail(p, "a value");
    if (!count_term(p, tok.at))
        return false;
    parse_advance(p);
    return parse_expr(p, out) && parse_need_mark(p, ')', "')'");
}

static bool parse_unary(struct parse *p, struct expr **out)
{
    struct place at = p->tok.at;
    if (!parse_at_mark(p, '-'))
        return parse_primary(p, out);
    if (!count_term(p, at))
        return false;
    parse_advance(p);
    if (p->tok.kind == TOKEN_NUMBER) { /* -40 degC is a number: degC cannot be negated */
        if (!read_number(p, -1, out))
            return false;
        (*out)->at = parse_join(at, (*out)->at);
        return true;
    }
    struct expr *inner = NULL;
    if (!parse_unary(p, &inner))
        return false;
    *out = new_expr(p, EXPR_NEGATE, parse_join(at, inner->at));
    (*out)->arg[0] = inner;
    (*out)->args = 1;
    return true;
}

/* clang-format off */
static const struct { int mark; const char *word; enum expr_op op; unsigned level; } operators[] = {
    {0, "or", OP_OR, 0}, {0, "and", OP_AND, 1},
    {'<', NULL, OP_LT, 2}, {MARK_LE, NULL, OP_LE, 2}, {'>', NULL, OP_GT, 2}, {MARK_GE, NULL, OP_GE, 2},
    {MARK_EQ, NULL, OP_EQ, 2}, {MARK_NE, NULL, OP_NE, 2},
    {'+', NULL, OP_ADD, 3}, {'-', NULL, OP_SUB, 3}, {'*', NULL, OP_MUL, 4}, {'/', NULL, OP_DIV, 4},
};
/* clang-format on */

enum { LEVEL_COMPARE = 2, LEVEL_UNARY = 5 };

static bool at_operator(const struct parse *p, unsigned level, enum expr_op *op)
{
    for (size_t i = 0; i < COUNT(operators); i++) {
        if (operators[i].level == level &&
            (operators[i].word ? parse_at_word(p, operators[i].word)
                               : parse_at_mark(p, operators[i].mark))) {
            *op = operators[i].op;
            return true;
        }
    }
    return false;
}

static bool parse_level(struct parse *p, unsigned level, struct expr **out);

static bool parse_not(struct parse *p, struct expr **out)
{
    struct place at = p->tok.at;
    if (!count_term(p, at))
        return false;
    parse_advance(p);
    struct expr *inner = NULL;
    if (!parse_level(p, LEVEL_COMPARE, &inner))
        return false;
    *out = new_expr(p, EXPR_NOT, parse_join(at, inner->at));
    (*out)->arg[0] = inner;
    (*out)->args = 1;
    return true;
}

static bool parse_level(struct parse *p, unsigned level, struct expr **out)
{
    if (level == LEVEL_UNARY)
        return parse_unary(p, out);
    if (level == LEVEL_COMPARE && parse_at_word(p, "not"))
        return parse_not(p, out);
    struct expr *left = NULL;
    if (!parse_level(p, level + 1, &left))
        return false;
    enum expr_op op;
    for (unsigned n = 0; at_operator(p, level, &op); n++) {
        if (n && level == LEVEL_COMPARE)
            return parse_error(p, p->tok.at, "join two comparisons with 'and'",
                               "comparisons cannot be chained");
        if (!count_term(p, p->tok.at))
            return false;
        parse_advance(p);
        struct expr *right = NULL;
        if (!parse_level(p, level + 1, &right))
            return false;
        struct expr *both = new_expr(p, EXPR_BINARY, parse_join(left->at, right->at));
        both->op = op;
        both->arg[0] = left;
        both->arg[1] = right;
        both->args = 2;
        left = both;
    }
    *out = left;
    return true;
}

bool parse_expr(struct parse *p, struct expr **out)
{
    return parse_level(p, 0, out);
}
