/* The statements of one line. */
#include "sequences/parse.h"

bool parse_names(struct parse *p, enum name_rule rule, const char *expected, struct name_item **out)
{
    struct name_item **tail = out;
    do {
        struct name_item *item = parse_node(p, sizeof *item);
        if (!parse_name(p, rule, expected, &item->at, &item->name))
            return false;
        *tail = item;
        tail = &item->next;
    } while (parse_take_mark(p, ','));
    return true;
}

bool parse_arguments(struct parse *p, bool quantities, struct name_item **out)
{
    struct name_item **tail = out;
    while (!parse_at_mark(p, ')')) {
        struct name_item *item = parse_node(p, sizeof *item);
        if (!parse_name(p, NAME_NEW, "the name of an argument", &item->at, &item->name) ||
            !parse_need_mark(p, '=', "'='") ||
            !(quantities ? parse_quantity(p, &item->value) : parse_expr(p, &item->value)))
            return false;
        *tail = item;
        tail = &item->next;
        if (!parse_at_mark(p, ')') && !parse_need_mark(p, ',', "',' or ')'"))
            return false;
    }
    parse_advance(p);
    return true;
}

/* One optional `word quantity`; false only after an error. */
static bool parse_clause(struct parse *p, const char *word, struct expr **out)
{
    return !parse_take_word(p, word) || parse_expr(p, out);
}

static bool parse_set(struct parse *p, struct stmt *stmt)
{
    struct set_item **tail = &stmt->sets;
    do {
        struct set_item *item = parse_node(p, sizeof *item);
        if (!parse_name(p, NAME_USE, "a channel", &item->at, &item->channel) ||
            !parse_need_mark(p, '=', "'='") || !parse_expr(p, &item->value))
            return false;
        *tail = item;
        tail = &item->next;
        if (!parse_clause(p, "ramp", &stmt->ramp) || !parse_clause(p, "over", &stmt->over))
            return false;
        if ((stmt->ramp || stmt->over) && parse_at_mark(p, ',')) {
            return parse_error(p, p->tok.at, "write a set line of its own for each ramp",
                               "'ramp' and 'over' stand at the end of the line, for all of it");
        }
    } while (parse_take_mark(p, ','));
    return true;
}

static bool parse_mix_items(struct parse *p, struct stmt *stmt)
{
    struct mix_item **tail = &stmt->mixes;
    do {
        struct mix_item *item = parse_node(p, sizeof *item);
        if (!parse_name(p, NAME_USE, "a gas", &item->at, &item->gas))
            return false;
        if (!parse_take_word(p, "balance") && !parse_expr(p, &item->amount))
            return false;
        *tail = item;
        tail = &item->next;
    } while (parse_take_mark(p, ','));
    return true;
}

static bool parse_stream(struct parse *p, char *out)
{
    if (!parse_at_word(p, "a") && !parse_at_word(p, "b"))
        return parse_fail(p, "stream 'a' or 'b'");
    *out = p->tok.text.at[0];
    parse_advance(p);
    return true;
}

static bool parse_mix(struct parse *p, struct stmt *stmt)
{
    stmt->stream = 'a';
    stmt->both = parse_at_word(p, "off");
    if ((parse_at_word(p, "a") || parse_at_word(p, "b")) && parse_peek(p)->kind == TOKEN_NAME)
        (void)parse_stream(p, &stmt->stream);
    if (parse_take_word(p, "off")) {
        stmt->off = true;
        return true;
    }
    return parse_mix_items(p, stmt) && parse_need_word(p, "total") && parse_expr(p, &stmt->total) &&
           parse_clause(p, "over", &stmt->over);
}

static bool parse_select(struct parse *p, struct stmt *stmt)
{
    return parse_stream(p, &stmt->stream);
}

unsigned measure_args(const struct stmt *stmt, struct expr **arg)
{
    struct expr *const all[] = {stmt->value, stmt->second, stmt->more[0], stmt->more[1]};
    unsigned n = 0;
    while (n < COUNT(all) && all[n]) {
        arg[n] = all[n];
        n++;
    }
    return n;
}

static bool parse_measure(struct parse *p, struct stmt *stmt)
{
    if (!parse_name(p, NAME_BRACES, "the name of the measurement", &stmt->name_at, &stmt->name) ||
        !parse_need_mark(p, '=', "'='") ||
        !parse_name(p, NAME_NEW, "a function such as mean(...)", &stmt->func_at, &stmt->func) ||
        !parse_need_mark(p, '(', "'(': a measurement is one of mean(...), max(...), t63(...)"))
        return false;
    if (!parse_at_mark(p, ')')) {
        if (!parse_expr(p, &stmt->value))
            return false;
        struct expr **more[] = {&stmt->second, &stmt->more[0], &stmt->more[1]};
        for (size_t i = 0; i < COUNT(more) && parse_take_mark(p, ','); i++) {
            if (!parse_expr(p, more[i]))
                return false;
        }
    }
    if (!parse_need_mark(p, ')', "')'") || !parse_clause(p, "over", &stmt->over))
        return false;
    return !parse_take_word(p, "tag") || parse_names(p, NAME_USE, "a tag", &stmt->names);
}

static bool parse_calc(struct parse *p, struct stmt *stmt)
{
    return parse_name(p, NAME_NEW, "a name", &stmt->name_at, &stmt->name) &&
           parse_need_mark(p, '=', "'='") && parse_expr(p, &stmt->value);
}

static bool parse_check(struct parse *p, struct stmt *stmt)
{
    return parse_expr(p, &stmt->value) &&
           parse_text(p, "a text that says what is checked", &stmt->title_at, &stmt->title);
}

static bool parse_note(struct parse *p, struct stmt *stmt)
{
    return parse_text(p, "a text", &stmt->title_at, &stmt->title);
}

static bool parse_ask(struct parse *p, struct stmt *stmt)
{
    return parse_text(p, "a question", &stmt->title_at, &stmt->title) &&
           parse_clause(p, "default", &stmt->to);
}

static bool parse_scan(struct parse *p, struct stmt *stmt)
{
    return parse_need_word(p, "serial") && parse_need_word(p, "each") &&
           parse_need_word(p, "site") &&
           (!parse_take_word(p, "like") ||
            parse_text(p, "a pattern", &stmt->title_at, &stmt->title));
}

static bool parse_call_sub(struct parse *p, struct stmt *stmt)
{
    if (!parse_name(p, NAME_NEW, "the name of a sub", &stmt->name_at, &stmt->name))
        return false;
    return !parse_take_mark(p, '(') || parse_arguments(p, false, &stmt->names);
}

/* clang-format off */
static const struct {
    const char *word;
    enum stmt_kind kind;
    bool (*parse)(struct parse *p, struct stmt *stmt);
} simple[] = {
    {"set", STMT_SET, parse_set}, {"mix", STMT_MIX, parse_mix}, {"select", STMT_SELECT, parse_select},
    {"wait", STMT_WAIT_TIME, parse_wait}, {"measure", STMT_MEASURE, parse_measure},
    {"calc", STMT_CALC, parse_calc}, {"check", STMT_CHECK, parse_check},
    {"note", STMT_NOTE, parse_note}, {"ask", STMT_ASK, parse_ask}, {"scan", STMT_SCAN, parse_scan},
    {"call", STMT_CALL, parse_call_sub},
};
/* clang-format on */

bool parse_simple(struct parse *p, struct stmt *stmt, bool *known)
{
    for (size_t i = 0; i < COUNT(simple); i++) {
        if (parse_at_word(p, simple[i].word)) {
            *known = true;
            stmt->kind = simple[i].kind;
            parse_advance(p);
            return simple[i].parse(p, stmt) && parse_line_end(p);
        }
    }
    *known = false;
    return false;
}
