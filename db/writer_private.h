/* Shared by writer.c and writer_stream.c only. */
#ifndef DB_WRITER_PRIVATE_H
#define DB_WRITER_PRIVATE_H

#include "core/hash.h"
#include "db/chunk.h"
#include "db/writer.h"

enum { STEP_DEPTH = 32 };

enum statement {
    INSERT_DOCUMENT,
    INSERT_STATION,
    FIND_STATION,
    INSERT_BATCH,
    INSERT_BATCH_DOCUMENT,
    INSERT_INSTRUMENT,
    INSERT_DUT,
    FIND_DUT,
    FIND_EARLIER,
    INSERT_RUN,
    INSERT_STEP,
    END_STEP,
    FIND_STEP,
    INSERT_MEASURE,
    INSERT_GRADE,
    INSERT_STREAM,
    INSERT_CHANNEL,
    INSERT_CHUNK,
    INSERT_EVENT,
    END_RUN,
    END_BATCH,
    STATEMENTS
};

struct open_step {
    uint64_t path; /* hash */
    int64_t id, started_us;
};

struct writer_site {
    int64_t run_id, steps; /* steps: begun so far */
    unsigned depth;
    struct open_step open[STEP_DEPTH];
};

struct writer_stream {
    int64_t id, seq;
    unsigned columns;
    struct job *first, *last; /* chunks of this transaction that form one */
    size_t rows;
    bool touched; /* is in writer.touched */
};

struct writer_document {
    struct sha256 hash;
    char kind[16], *name, *version;
};

struct writer {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    int64_t batch_id, instruments;
    struct sha256 limits; /* or the sequence, where there is no file of limits */
    unsigned document_count;
    struct writer_document documents[WRITER_DOCUMENTS];
    char program[128];
    struct writer_site sites[JOB_SITES];
    struct writer_stream streams[WRITER_STREAMS];
    unsigned touched_count;
    unsigned touched[WRITER_STREAMS]; /* streams with chunks in this transaction */
    struct obuf blob, stats;
};

/* Step to the end and reset. */
int writer_finish(sqlite3_stmt *statement);
/* The first column of the only row; SQLITE_NOTFOUND without one. */
int writer_fetch(sqlite3_stmt *statement, int64_t *out);

int writer_add_document(struct writer *writer, struct job *job);
int writer_begin_batch(struct writer *writer, struct job *job);
int writer_add_instrument(struct writer *writer, struct job *job);
int writer_end_batch(struct writer *writer, struct job *job);
int writer_add_event(struct writer *writer, struct job *job);

int writer_add_stream(struct writer *writer, struct job *job);
int writer_add_chunk(struct writer *writer, struct job *job);
int writer_add_points(struct writer *writer, struct job *job);
int writer_flush_streams(struct writer *writer);

#endif
