/* Blocks: from their opening line to `end`. */
#include "sequences/parse.h"

enum { LANES_MAX = 16 };

/* A header that is wrong still opens its block, or every `end` behind it would be one off. */
static void parse_body(struct parse *p, struct stmt *stmt, bool header, const char *word)
{
    if (!header)
        parse_skip_line(p);
    stmt->body = parse_block(p, stmt->at, word);
}

static bool parse_step_clauses(struct parse *p, struct stmt *stmt)
{
    if (parse_take_word(p, "retry")) {
        int64_t retry = 0;
        if (!parse_int(p, "how often", 20, &retry) || !parse_need_word(p, "on"))
            return false;
        stmt->retry = (unsigned)retry;
        stmt->retry_on_fail = parse_take_word(p, "fail");
        if (!stmt->retry_on_fail && !parse_take_word(p, "error"))
            return parse_fail(p, "'error' or 'fail'");
    }
    if (!parse_take_word(p, "on"))
        return true;
    if (!parse_need_word(p, "fail"))
        return false;
    if (parse_take_word(p, "continue"))
        return true;
    if (!parse_take_word(p, "stop"))
        return parse_fail(p, "'continue', 'stop site' or 'stop batch'");
    if (parse_take_word(p, "site"))
        stmt->on_fail = STEP_STOP_SITE;
    else if (parse_take_word(p, "batch"))
        stmt->on_fail = STEP_STOP_BATCH;
    else
        return parse_fail(p, "'site' or 'batch'");
    return true;
}

static bool parse_step(struct parse *p, struct stmt *stmt)
{
    if (!parse_name(p, NAME_BRACES, "the name of the step", &stmt->name_at, &stmt->name))
        return false;
    if (p->tok.kind == TOKEN_TEXT)
        (void)parse_text(p, "a title", &stmt->title_at, &stmt->title);
    return parse_step_clauses(p, stmt) && parse_line_end(p);
}

static bool parse_order(struct parse *p, struct stmt *stmt)
{
    int64_t seed = 0;
    if (parse_take_word(p, "given"))
        return true;
    if (parse_take_word(p, "down")) {
        stmt->order = ORDER_DOWN;
        return true;
    }
    if (parse_take_word(p, "updown")) {
        stmt->order = ORDER_UPDOWN;
        return true;
    }
    if (!parse_take_word(p, "random"))
        return parse_fail(p, "'given', 'down', 'updown' or 'random seed N'");
    stmt->order = ORDER_RANDOM;
    if (!parse_need_word(p, "seed") || !parse_int(p, "a seed", (int64_t)9e15, &seed))
        return false;
    stmt->seed = (uint64_t)seed;
    return true;
}

static bool parse_value_list(struct parse *p, struct stmt *stmt)
{
    struct name_item **tail = &stmt->names;
    stmt->in_list = true;
    do {
        struct name_item *item = parse_node(p, sizeof *item);
        item->at = p->tok.at;
        if (!parse_expr(p, &item->value))
            return false;
        *tail = item;
        tail = &item->next;
    } while (parse_take_mark(p, ','));
    return true;
}

static bool parse_for(struct parse *p, struct stmt *stmt)
{
    if (!parse_name(p, NAME_NEW, "a loop variable", &stmt->name_at, &stmt->name))
        return false;
    if (parse_take_word(p, "from")) {
        if (!parse_expr(p, &stmt->value) || !parse_need_word(p, "to") ||
            !parse_expr(p, &stmt->to) || !parse_need_word(p, "step") ||
            !parse_expr(p, &stmt->stride))
            return false;
    } else if (!parse_take_word(p, "in")) {
        return parse_fail(p, "'in' or 'from'");
    } else if (parse_take_word(p, "table")) {
        stmt->in_table = true;
        if (!parse_text(p, "the path of a table", &stmt->title_at, &stmt->title))
            return false;
    } else if (!parse_value_list(p, stmt)) {
        return false;
    }
    if (parse_take_word(p, "order") && !parse_order(p, stmt))
        return false;
    return parse_line_end(p);
}

static bool parse_repeat(struct parse *p, struct stmt *stmt)
{
    if (p->tok.kind != TOKEN_NUMBER)
        return parse_fail(p, "how often");
    return parse_quantity(p, &stmt->value) && parse_line_end(p);
}

static bool parse_capture(struct parse *p, struct stmt *stmt)
{
    if (!parse_name(p, NAME_NEW, "the name of the capture", &stmt->name_at, &stmt->name) ||
        !parse_names(p, NAME_USE, "a channel", &stmt->names) || !parse_need_word(p, "at") ||
        !parse_expr(p, &stmt->rate) || !parse_need_word(p, "for") || !parse_expr(p, &stmt->over))
        return false;
    if (parse_take_word(p, "pre") && !parse_expr(p, &stmt->pre))
        return false;
    return parse_line_end(p);
}

static void parse_if(struct parse *p, struct stmt *stmt)
{
    parse_body(p, stmt, parse_expr(p, &stmt->value) && parse_line_end(p), "if");
    if (!parse_at_word(p, "else"))
        return;
    struct place at = p->tok.at;
    parse_advance(p);
    if (!parse_line_end(p))
        parse_skip_line(p);
    stmt->otherwise = parse_block(p, at, "else");
}

static void parse_lane(struct parse *p, struct stmt *lane)
{
    lane->kind = STMT_PARALLEL;
    lane->at = p->tok.at;
    parse_advance(p);
    bool header = true;
    if (p->tok.kind == TOKEN_NAME)
        header = parse_name(p, NAME_NEW, "the name of the lane", &lane->name_at, &lane->name);
    parse_body(p, lane, header && parse_line_end(p), "lane");
}

/* The lanes are chained by `otherwise`; the first is the statement itself. */
static void parse_parallel(struct parse *p, struct stmt *stmt)
{
    struct place opener = stmt->at;
    struct stmt *lane = NULL;
    unsigned lanes = 0;
    if (!parse_line_end(p))
        parse_skip_line(p);
    for (;;) {
        while (p->tok.kind == TOKEN_EOL)
            parse_advance(p);
        if (!parse_at_word(p, "lane"))
            break;
        if (++lanes == LANES_MAX + 1) { /* a bound for everyone who walks down the lanes */
            (void)parse_error(p, p->tok.at, NULL, "there are more than %d lanes", LANES_MAX);
            p->stopped = true;
            p->tok.kind = TOKEN_END;
            return;
        }
        struct stmt *next = lane ? parse_node(p, sizeof *next) : stmt;
        parse_lane(p, next);
        if (lane)
            lane->otherwise = next;
        lane = next;
    }
    if (!lane)
        (void)parse_error(p, opener, NULL, "'parallel' needs at least one 'lane'");
    stmt->at = opener;
    if (!parse_need_word(p, "end") || !parse_line_end(p))
        parse_skip_line(p);
}

static bool parse_block_stmt(struct parse *p, struct stmt *stmt)
{
    /* clang-format off */
    static const struct {
        const char *word;
        enum stmt_kind kind;
        bool (*header)(struct parse *p, struct stmt *stmt);
    } blocks[] = {
        {"step", STMT_STEP, parse_step}, {"for", STMT_FOR, parse_for},
        {"repeat", STMT_REPEAT, parse_repeat}, {"capture", STMT_CAPTURE, parse_capture},
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(blocks); i++) {
        if (parse_take_word(p, blocks[i].word)) {
            stmt->kind = blocks[i].kind;
            parse_body(p, stmt, blocks[i].header(p, stmt), blocks[i].word);
            return true;
        }
    }
    if (parse_take_word(p, "if")) {
        stmt->kind = STMT_IF;
        parse_if(p, stmt);
    } else if (parse_take_word(p, "parallel")) {
        stmt->kind = STMT_PARALLEL;
        parse_parallel(p, stmt);
    } else if (parse_take_word(p, "exclusive")) {
        stmt->kind = STMT_EXCLUSIVE;
        bool header = parse_name(p, NAME_NEW, "a name", &stmt->name_at, &stmt->name);
        parse_body(p, stmt, header && parse_line_end(p), "exclusive");
    } else {
        return false;
    }
    return true;
}

static const char *statement_word(const void *ctx, size_t i)
{
    /* clang-format off */
    static const char *const words[] = {
        "set", "mix", "select", "wait", "measure", "capture", "calc", "check", "note", "ask", "scan",
        "for", "repeat", "if", "call", "parallel", "exclusive", "step", "end", "else", "lane",
    };
    /* clang-format on */
    (void)ctx;
    return i < COUNT(words) ? words[i] : NULL;
}

static void unknown_statement(struct parse *p)
{
    char help[48];
    const char *near = NULL;
    if (p->tok.kind != TOKEN_NAME) {
        (void)parse_fail(p, "a statement");
        return;
    }
    near = diag_suggest(p->tok.text, statement_word, NULL, 21);
    (void)snprintf(help, sizeof help, "did you mean '%s'?", near ? near : "");
    (void)parse_error(p, p->tok.at, near ? help : NULL, "'%.*s' is not a statement",
                      (int)p->tok.text.len, p->tok.text.at);
}

static struct stmt *parse_stmt(struct parse *p)
{
    struct stmt *stmt = parse_node(p, sizeof *stmt);
    stmt->at = p->tok.at;
    if (parse_block_stmt(p, stmt))
        return stmt;
    bool known = false;
    if (parse_simple(p, stmt, &known))
        return stmt;
    if (!known)
        unknown_statement(p);
    parse_skip_line(p);
    return NULL;
}

/* A word that only stands between blocks: so an `end` is missing before it. */
static bool at_section(const struct parse *p)
{
    static const char *const words[] = {"setup", "main", "cleanup", "sub", "sequence", "envelope"};
    for (size_t i = 0; i < COUNT(words); i++) {
        if (parse_at_word(p, words[i]))
            return true;
    }
    return p->tok.kind == TOKEN_END;
}

static void missing_end(struct parse *p, struct place opener, const char *word)
{
    if (!p->lost_end)
        (void)parse_error(p, opener, NULL, "this '%s' has no 'end'", word);
    p->lost_end = true;
}

struct stmt *parse_block(struct parse *p, struct place opener, const char *word)
{
    struct stmt *first = NULL, **tail = &first;
    if (p->depth == PARSE_DEPTH_MAX) {
        (void)parse_error(p, opener, NULL, "blocks are nested deeper than %d", PARSE_DEPTH_MAX);
        p->stopped = true;
        p->tok.kind = TOKEN_END;
        return NULL;
    }
    p->depth++;
    for (;;) {
        if (at_section(p)) {
            missing_end(p, opener, word);
            break;
        }
        if (p->tok.kind == TOKEN_EOL) {
            parse_advance(p);
            continue;
        }
        if (strcmp(word, "if") == 0 && parse_at_word(p, "else"))
            break;
        if (parse_take_word(p, "end")) {
            if (!parse_line_end(p))
                parse_skip_line(p);
            break;
        }
        struct stmt *stmt = parse_stmt(p);
        if (stmt) {
            *tail = stmt;
            tail = &stmt->next;
        }
    }
    p->depth--;
    return first;
}
