/* A text file read once and whole, refused if it is not plain text, so that every parser above may
 * trust its bytes: UTF-8, no NUL, no control bytes but tab and line ends, at most 4 MiB, no line
 * over 64 KiB. A BOM is skipped; CR LF is accepted (the text keeps its bytes, so hashes are of the
 * file). */
#ifndef CORE_SOURCE_H
#define CORE_SOURCE_H

#include "core/bytes.h"

struct diag;

struct source {
    char *name;  /* as the user wrote it */
    char *bytes; /* the file, followed by a NUL that is not counted */
    size_t len;
    size_t start; /* 3 after a BOM, else 0 */
};

/* Read `path`. On failure one entry in `diag` says what is wrong and RC_CONFIG (bad content,
 * missing, a directory, too large) or RC_IO is returned. NULL on failure; free with source_free. */
MUST_CHECK enum rc source_load(const char *path, struct diag *diag, struct source **out);
/* The same checks over text in memory; copies both arguments. */
MUST_CHECK enum rc source_from_text(const char *name, struct span text, struct diag *diag,
                                    struct source **out);
void source_free(struct source *source);

/* Line `line` (from 1) without its line end; empty if there is none. */
struct span source_line(const struct source *source, unsigned line);

/* `name` relative to the folder of `beside`: "a/b.seq" + "../limits/x.csv" -> "a/../limits/x.csv";
 * an absolute name stays. RC_NOSPACE if `out` is too small. Writes a NUL. */
MUST_CHECK enum rc source_path_beside(const char *beside, struct span name, char *out, size_t cap);

#endif
