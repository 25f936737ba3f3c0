/* The head of a file and its sections. */
#include "sequences/parse.h"

static bool parse_header(struct parse *p)
{
    struct program *program = p->program;
    int64_t version = 0;
    program->at = p->tok.at;
    parse_advance(p);
    if (!parse_name(p, NAME_NEW, "the name of the sequence", NULL, &program->name) ||
        !parse_need_word(p, "version") || !parse_int(p, "the version number", 1000000, &version))
        return false;
    program->version = (unsigned)version;
    if (p->tok.kind == TOKEN_TEXT)
        (void)parse_text(p, "a title", NULL, &program->title);
    return parse_line_end(p);
}

/* A declaration that may stand once. */
static bool parse_once(struct parse *p, const char *word, struct place *at, const char **out)
{
    if (*out)
        return parse_error(p, p->tok.at, NULL, "'%s' stands twice", word);
    return parse_text(p, "a text in quotes", at, out) && parse_line_end(p);
}

static bool parse_param(struct parse *p, struct param ***tail)
{
    struct param *param = parse_node(p, sizeof *param);
    if (!parse_name(p, NAME_NEW, "the name of the parameter", &param->at, &param->name) ||
        !parse_need_mark(p, '=', "'='") || !parse_quantity(p, &param->value))
        return false;
    if (parse_take_word(p, "in") && !parse_range(p, &param->lo, &param->hi))
        return false;
    if (p->tok.kind == TOKEN_TEXT)
        (void)parse_text(p, "a text", NULL, &param->title);
    **tail = param;
    *tail = &param->next;
    return parse_line_end(p);
}

static bool parse_envelope_rule(struct parse *p, struct envelope_rule *rule)
{
    if (!parse_name(p, NAME_USE, "a channel", &rule->at, &rule->channel))
        return false;
    if (parse_take_mark(p, MARK_LE)) {
        rule->op = OP_LE;
        if (!parse_quantity(p, &rule->hi))
            return false;
    } else if (parse_take_mark(p, MARK_GE)) {
        rule->op = OP_GE;
        if (!parse_quantity(p, &rule->lo))
            return false;
    } else if (!parse_take_word(p, "in")) {
        return parse_fail(p, "'<=', '>=' or 'in'");
    } else if (!parse_range(p, &rule->lo, &rule->hi)) {
        return false;
    }
    if (parse_take_word(p, "else")) {
        if (parse_take_word(p, "cleanup"))
            rule->otherwise = ELSE_CLEANUP;
        else if (parse_take_word(p, "estop"))
            rule->otherwise = ELSE_ESTOP;
        else
            return parse_fail(p, "'cleanup' or 'estop'");
    }
    return parse_line_end(p);
}

static void parse_envelope(struct parse *p, struct place opener, struct envelope_rule ***tail)
{
    if (!parse_line_end(p))
        parse_skip_line(p);
    for (;;) {
        while (p->tok.kind == TOKEN_EOL)
            parse_advance(p);
        if (p->tok.kind == TOKEN_END) {
            (void)parse_error(p, opener, NULL, "this 'envelope' has no 'end'");
            return;
        }
        if (parse_take_word(p, "end")) {
            if (!parse_line_end(p))
                parse_skip_line(p);
            return;
        }
        struct envelope_rule *rule = parse_node(p, sizeof *rule);
        if (parse_envelope_rule(p, rule)) {
            **tail = rule;
            *tail = &rule->next;
        } else {
            parse_skip_line(p);
        }
    }
}

static bool parse_record(struct parse *p, struct record_rule ***tail)
{
    struct record_rule *rule = parse_node(p, sizeof *rule);
    rule->at = p->last;
    if (!parse_names(p, NAME_STAR, "a channel", &rule->channels) || !parse_need_word(p, "at") ||
        !parse_quantity(p, &rule->rate))
        return false;
    **tail = rule;
    *tail = &rule->next;
    return parse_line_end(p);
}

static void parse_sub(struct parse *p, struct place opener, struct sub ***tail)
{
    struct sub *sub = parse_node(p, sizeof *sub);
    bool good = parse_name(p, NAME_NEW, "the name of the sub", &sub->at, &sub->name) &&
                parse_need_mark(p, '(', "'('") && parse_arguments(p, true, &sub->params) &&
                parse_line_end(p);
    if (!good)
        parse_skip_line(p);
    sub->body = parse_block(p, opener, "sub");
    if (good) {
        **tail = sub;
        *tail = &sub->next;
    }
}

/* An empty section is one too: the checker tells it from a missing one by `at`. */
static void parse_section(struct parse *p, const char *word, struct place *at, struct stmt **out)
{
    struct place opener = p->last;
    if (at->line)
        (void)parse_error(p, opener, NULL, "there are two '%s' sections", word);
    *at = opener;
    if (!parse_line_end(p))
        parse_skip_line(p);
    *out = parse_block(p, opener, word);
}

static void parse_cleanup(struct parse *p)
{
    struct program *program = p->program;
    struct place opener = p->last;
    if (program->cleanup_at.line)
        (void)parse_error(p, opener, NULL, "there are two 'cleanup' sections");
    program->cleanup_at = opener;
    if (!parse_need_word(p, "within") || !parse_quantity(p, &program->cleanup_within) ||
        !parse_line_end(p))
        parse_skip_line(p);
    program->cleanup = parse_block(p, opener, "cleanup");
}

static const char *section_word(const void *ctx, size_t i)
{
    static const char *const words[] = {"requires", "limits", "gases", "part", "param",  "envelope",
                                        "record",   "sub",    "setup", "main", "cleanup"};
    (void)ctx;
    return i < COUNT(words) ? words[i] : NULL;
}

static bool unknown_section(struct parse *p)
{
    char help[64];
    if (p->tok.kind != TOKEN_NAME)
        return parse_fail(p, "a declaration, 'setup', 'main' or 'cleanup'");
    if (parse_at_word(p, "end"))
        return parse_error(p, p->tok.at, NULL, "this 'end' closes nothing");
    const char *near = diag_suggest(p->tok.text, section_word, NULL, 11);
    (void)snprintf(help, sizeof help, "did you mean '%s'?", near ? near : "");
    return parse_error(p, p->tok.at,
                       near ? help : "statements stand in setup, main, cleanup or sub",
                       "'%.*s' cannot stand here", (int)p->tok.text.len, p->tok.text.at);
}

struct tails {
    struct param **param;
    struct envelope_rule **envelope;
    struct record_rule **record;
    struct sub **sub;
};

/* The keyword is taken; true: the line was understood. */
static bool parse_decl(struct parse *p, struct tails *tails)
{
    struct program *program = p->program;
    if (parse_take_word(p, "requires")) {
        return parse_need_word(p, "station") && parse_need_word(p, "kind") &&
               parse_once(p, "requires", &program->station_at, &program->station_kind);
    }
    if (parse_take_word(p, "limits"))
        return parse_once(p, "limits", &program->limits_at, &program->limits_path);
    if (parse_take_word(p, "gases"))
        return parse_once(p, "gases", &program->gases_at, &program->gases_path);
    if (parse_take_word(p, "part"))
        return parse_once(p, "part", &program->part_at, &program->part);
    if (parse_take_word(p, "param"))
        return parse_param(p, &tails->param);
    if (parse_take_word(p, "record"))
        return parse_record(p, &tails->record);
    return unknown_section(p);
}

static bool parse_block_section(struct parse *p, struct tails *tails)
{
    struct program *program = p->program;
    struct place opener = p->tok.at;
    p->lost_end = false;
    if (parse_take_word(p, "envelope"))
        parse_envelope(p, opener, &tails->envelope);
    else if (parse_take_word(p, "sub"))
        parse_sub(p, opener, &tails->sub);
    else if (parse_take_word(p, "setup"))
        parse_section(p, "setup", &program->setup_at, &program->setup);
    else if (parse_take_word(p, "main"))
        parse_section(p, "main", &program->main_at, &program->main);
    else if (parse_take_word(p, "cleanup"))
        parse_cleanup(p);
    else
        return false;
    return true;
}

void parse_program(struct parse *p)
{
    struct program *program = p->program;
    struct tails tails = {&program->params, &program->envelope, &program->records, &program->subs};
    while (p->tok.kind == TOKEN_EOL)
        parse_advance(p);
    if (!parse_at_word(p, "sequence")) {
        (void)parse_error(p, p->tok.at, "sequence NAME version 1 \"title\"",
                          "a sequence file starts with 'sequence'");
    } else if (!parse_header(p)) {
        parse_skip_line(p);
    }
    while (p->tok.kind != TOKEN_END) {
        if (p->tok.kind == TOKEN_EOL)
            parse_advance(p);
        else if (!parse_block_section(p, &tails) && !parse_decl(p, &tails))
            parse_skip_line(p);
    }
}
