/* Messages about files, in cargo's style: one entry per mistake, with place, caret and help.
 *
 *   eol.seq:29:9: error: channel 'psu.ubat' is not on this station
 *       set psu.ubat = ubatt ramp 10 V/s
 *           ^^^^^^^^
 *       help: did you mean 'psu.ubatt'? */
#ifndef CORE_DIAG_H
#define CORE_DIAG_H

#include "core/bytes.h"

struct source;

enum severity { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

struct place {
    const struct source *source; /* NULL: `file` alone names it */
    const char *file;            /* used when source is NULL; may be NULL too */
    unsigned line, col, len;     /* from 1; line 0: the file as a whole; col in bytes */
};

struct diag_entry {
    enum severity severity;
    char *file, *message, *help, *text; /* owned; help and text (the source line) may be NULL */
    unsigned line, col, len;
};

struct diag {
    struct diag_entry *entries;
    size_t count, cap;
    unsigned errors, warnings; /* counted also when no more than DIAG_MAX are kept */
};

enum { DIAG_MAX = 64, DIAG_SHOWN = 20 };

void diag_init(struct diag *diag);
void diag_fini(struct diag *diag);

/* `help` may be NULL. The same message at the same place is kept once. */
__attribute__((format(printf, 5, 6))) void diag_add(struct diag *diag, enum severity severity,
                                                    struct place at, const char *help,
                                                    const char *format, ...);

/* All entries in the order of file, line, column; at most DIAG_SHOWN, errors only where not all
 * can be shown, then how many more. */
void diag_print(const struct diag *diag, FILE *to, bool color);

/* Of `count` names the one nearest to `word` (edit distance <= 2 and less than half its length), or
 * NULL. `name(ctx, i)` yields them. */
const char *diag_suggest(struct span word, const char *(*name)(const void *ctx, size_t i),
                         const void *ctx, size_t count);

#endif
