/* What the files of the parser share: the token in hand, errors, nodes. Private to
 * sequences/parse*.
 *
 * Every parse_ function that returns bool returns false after it has reported why; its caller then
 * leaves the line to parse_skip_line. */
#ifndef SEQUENCES_PARSE_H
#define SEQUENCES_PARSE_H

#include "sequences/arena.h"
#include "sequences/ast.h"
#include "sequences/lexer.h"

enum { PARSE_DEPTH_MAX = 64, PARSE_TERMS_MAX = 64, PARSE_ERRORS_MAX = 200 };

struct parse {
    struct lexer lexer;
    struct token tok, ahead;
    bool has_ahead;
    struct place last; /* of the token before `tok` */
    struct arena *arena;
    struct diag *diag;
    struct program *program;
    unsigned depth; /* of open blocks */
    unsigned terms; /* operators, calls and parentheses of the expression in hand */
    bool lost_end;  /* a missing `end` was reported: its neighbours keep silent */
    bool stopped;   /* too deep or too many errors: the rest of the file is not read */
    /* Stand-ins when memory is out, so that no caller has to look. */
    union {
        struct expr expr;
        struct stmt stmt;
        struct set_item set;
        struct mix_item mix;
        struct name_item name;
        struct param param;
        struct envelope_rule envelope;
        struct record_rule record;
        struct sub sub;
        max_align_t align;
    } spare;
};

/* parser.c */
void parse_advance(struct parse *p);
const struct token *parse_peek(struct parse *p);
bool parse_at_word(const struct parse *p, const char *word);
bool parse_at_mark(const struct parse *p, int mark);
bool parse_take_word(struct parse *p, const char *word); /* false: not there, no error */
bool parse_take_mark(struct parse *p, int mark);
bool parse_at_line_end(const struct parse *p);
__attribute__((format(printf, 4, 5))) void parse_report(struct parse *p, struct place at,
                                                        const char *help, const char *format, ...);
/* The same as an expression that is false, for `return parse_error(...)`: seen by an analyser. */
#define parse_error(...) (parse_report(__VA_ARGS__), false)
/* "expected X, found 'y'" at the token in hand. */
void parse_report_found(struct parse *p, const char *expected);
static inline bool parse_fail(struct parse *p, const char *expected)
{
    parse_report_found(p, expected);
    return false;
}
bool parse_need_word(struct parse *p, const char *word);
bool parse_need_mark(struct parse *p, int mark, const char *expected);
bool parse_line_end(struct parse *p);
void parse_skip_line(struct parse *p);
/* Zeroed; never NULL. */
void *parse_node(struct parse *p, size_t size);
const char *parse_copy(struct parse *p, struct span text); /* never NULL */
struct place parse_join(struct place from, struct place to);

enum name_rule { NAME_NEW, NAME_USE, NAME_BRACES, NAME_STAR };
/* A name; NEW and BRACES refuse reserved words and dots, only BRACES takes {x}, only STAR "gas.*".
 */
bool parse_name(struct parse *p, enum name_rule rule, const char *expected, struct place *at,
                const char **out);
bool parse_text(struct parse *p, const char *expected, struct place *at, const char **out);
bool parse_int(struct parse *p, const char *expected, int64_t hi, int64_t *out);

/* parse_expr.c */
bool parse_expr(struct parse *p, struct expr **out);
/* [-] number unit, nothing else. */
bool parse_quantity(struct parse *p, struct expr **out);
/* A .. B unit: a bare A has the unit of B. */
bool parse_range(struct parse *p, struct expr **lo, struct expr **hi);

/* parse_stmt.c, parse_wait.c: the token in hand is the keyword. */
bool parse_simple(struct parse *p, struct stmt *stmt, bool *known);
bool parse_wait(struct parse *p, struct stmt *stmt);
bool parse_names(struct parse *p, enum name_rule rule, const char *expected,
                 struct name_item **out);
/* NAME = value {, NAME = value} up to the closing parenthesis, which is taken too. */
bool parse_arguments(struct parse *p, bool quantities, struct name_item **out);

/* parse_block.c */
/* Up to `end` (taken) or, for if, `else` (left in hand). `opener` is what the block belongs to. */
struct stmt *parse_block(struct parse *p, struct place opener, const char *word);

/* parse_decl.c */
void parse_program(struct parse *p);

#endif
