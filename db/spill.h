/* Where results go that the database does not take: one JSON object a line, beside the database, or
 * in /var/tmp when there is no room either (a full disk). Not locked in itself. */
#ifndef DB_SPILL_H
#define DB_SPILL_H

#include "db/job.h"

enum { SPILL_PLACES = 2, SPILL_PATH_MAX = 512 };

struct spill {
    int fd;         /* -1: no file yet */
    unsigned place; /* in use: 0 beside the database; SPILL_PLACES: none was left */
    char path[SPILL_PLACES][SPILL_PATH_MAX];
    bool wrote[SPILL_PLACES];
    struct obuf line;
    bool failed; /* something is lost */
};

/* `database`: path of the database. */
void spill_init(struct spill *spill, const char *database);
void spill_fini(struct spill *spill);
/* Append one job. A file that takes no more is left for the next place. */
void spill_put(struct spill *spill, const struct job *job);
/* "; what could not be stored is in ...", or that there is no place for it; nothing if all is
 * stored. */
void spill_tell(const struct spill *spill, struct obuf *out);

#endif
