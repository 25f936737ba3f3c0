/* Words, numbers with units, texts and marks of a .seq or .station file, one at a time.
 *
 *   set psu.ubatt = 13.5 V ramp 10 V/s   # comment       ->  set  psu.ubatt  =  13.5 V  ramp  10
 * V/s  EOL
 *
 * One statement a line; `\` at the end of a line continues it. A name is [a-z_][a-z0-9_]* with
 * dots, may end in ".*", and may hold {name} parts. A number takes the word behind it as its unit
 * if that is a known one. Mistakes of spelling are reported here, once, and give TOKEN_BAD. */
#ifndef SEQUENCES_LEXER_H
#define SEQUENCES_LEXER_H

#include "core/diag.h"
#include "core/source.h"
#include "core/units.h"

enum token_kind {
    TOKEN_END, /* of the file */
    TOKEN_EOL,
    TOKEN_NAME,
    TOKEN_NUMBER,
    TOKEN_TEXT, /* "..." ; text is without the quotes */
    TOKEN_MARK,
    TOKEN_BAD, /* already reported */
};

/* Marks of one character are that character. */
enum mark { MARK_LE = 256, MARK_GE, MARK_EQ, MARK_NE, MARK_RANGE };

struct token {
    enum token_kind kind;
    int mark;
    struct place at;
    struct span text; /* points into the source */
    double value;     /* NUMBER, in `unit` */
    struct unit unit; /* NUMBER; name "" without one */
    bool has_unit;
    bool braces; /* NAME with {name} parts */
};

struct lexer {
    const struct source *source;
    struct diag *diag;
    const char *pos, *end, *line_start;
    unsigned line, col0; /* col0: column of line_start, 1 but for a lone expression */
    bool quiet;          /* say nothing: the rest of a line with a mistake */
};

void lexer_start(struct lexer *lexer, const struct source *source, struct diag *diag);
/* Over a part of the source that stands at `at`. */
void lexer_start_at(struct lexer *lexer, struct span text, struct place at, struct diag *diag);
struct token lexer_next(struct lexer *lexer);
/* All up to the next blank or line end as one name, whatever it holds (usb-serial, 1209:4750,
 * 2027-03-01); EOL or END if there is none. For the words of station files. */
struct token lexer_next_word(struct lexer *lexer);

/* Words that cannot be names of parameters, measurements, loop variables or subs. */
bool lexer_reserved(struct span word);
/* The reserved words, NULL at the end of the list. */
const char *lexer_keyword(const void *ctx, size_t i);
size_t lexer_keyword_count(void);

#endif
