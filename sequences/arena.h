/* Memory that is freed all at once: nodes and texts of one program. */
#ifndef SEQUENCES_ARENA_H
#define SEQUENCES_ARENA_H

#include "core/bytes.h"

struct arena;

struct arena *arena_new(void); /* NULL: out of memory */
void arena_free(struct arena *arena);
/* Zeroed and aligned for anything. NULL: out of memory, and arena_failed stays true. */
void *arena_take(struct arena *arena, size_t size);
const char *arena_text(struct arena *arena, struct span text); /* copies, adds a NUL */
bool arena_failed(const struct arena *arena);

#endif
