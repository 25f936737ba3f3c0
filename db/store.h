/* The database file: opening, creating, checking. WAL with synchronous=FULL, created under EXTRA;
 * foreign keys on; automatic checkpoints off. db/ is the only owner of sqlite3.h. */
#ifndef DB_STORE_H
#define DB_STORE_H

#include "core/log.h"
#include "core/rc.h"

struct store;

enum store_mode { STORE_READ, STORE_WRITE /* creates the file if it is missing */ };

/* On failure one message in the log says what is wrong with the file and what to do. RC_IO: cannot
 * be opened, read or written (missing, read-only, full); RC_CONFIG: not ours, corrupt, or of a
 * newer program; RC_REFUSED: on a network file system. */
MUST_CHECK enum rc store_open(const char *path, enum store_mode mode, struct log *log,
                              struct store **out);
void store_close(struct store *store);
const char *store_path(const struct store *store);

/* Batches left open by a dead program become `crashed`, their runs `aborted`. Returns how many. */
MUST_CHECK enum rc store_close_crashed(struct store *store, struct log *log, unsigned *count);

/* Bytes free on the file's disk. */
MUST_CHECK enum rc store_free_space(const struct store *store, int64_t *bytes);

#endif
