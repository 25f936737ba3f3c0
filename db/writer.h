/* Puts jobs into the database. One thread at a time; knows no queue and no loop. */
#ifndef DB_WRITER_H
#define DB_WRITER_H

#include "db/handle.h"
#include "db/job.h"

enum { WRITER_STREAMS = 1024, WRITER_DOCUMENTS = 64 };

struct writer;

/* SQLite's codes. Allocates all it will ever need. */
int writer_new(struct store *store, struct writer **out);
void writer_free(struct writer *writer);

int writer_begin(struct writer *writer);
/* The job must stay until writer_commit: chunks are merged and written there. */
int writer_apply(struct writer *writer, struct job *job);
int writer_commit(struct writer *writer);
void writer_rollback(struct writer *writer);

#endif
