/* Text of a .seq file to a syntax tree. Reports every mistake that it can see, resuming at the next
 * statement. Nesting is bounded (64); a file that is deeper is refused. */
#ifndef SEQUENCES_PARSER_H
#define SEQUENCES_PARSER_H

#include "core/source.h"
#include "sequences/ast.h"

/* RC_CONFIG: `diag` holds at least one error and *out is NULL. The source must outlive the program.
 */
MUST_CHECK enum rc program_parse(const struct source *source, struct diag *diag,
                                 struct program **out);
void program_free(struct program *program);

/* A lone expression (station channels of kind `calc`) that begins at `at`. Lives in the arena. */
MUST_CHECK enum rc expr_parse(struct span text, struct place at, struct arena *arena,
                              struct diag *diag, struct expr **out);

#endif
