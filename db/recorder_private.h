/* Shared by the files of the recorder only. */
#ifndef DB_RECORDER_PRIVATE_H
#define DB_RECORDER_PRIVATE_H

#include <pthread.h>

#include "db/spill.h"
#include "db/uuid.h"
#include "db/writer.h"

enum { WHY_MAX = 600, RING_BYTES = 16 << 20 };

struct ack {
    uint64_t tag;
    enum record_kind kind;
};

struct acks {
    struct ack *items;
    size_t count, cap;
};

struct recorder {
    struct recorder_config config;
    bool inline_writes;
    /* the loop's side */
    uint64_t batches, uuids; /* so far: seeds of the identifiers when inline */
    char batch_id[UUID_TEXT];
    bool in_batch, delivering, told;
    bool has_run[JOB_SITES];
    unsigned streams;
    unsigned char stream_columns[WRITER_STREAMS];
    struct timer timer; /* inline: the next commit */
    struct instant last_commit;
    struct acks delivery;
    /* the writer's side */
    struct writer *writer;
    sqlite3 *checkpointer;
    /* shared, under `lock` */
    pthread_mutex_t lock;
    pthread_cond_t wake, done;
    struct queue queue;
    struct acks acks;
    bool stop, urgent, failed;
    struct spill spill;
    struct instant oldest; /* of the jobs that wait */
    char why[WHY_MAX];
    pthread_t thread;
    bool has_thread;
    struct watch watch; /* an eventfd: acknowledgements are there */
};

/* ---- recorder_drain.c ---- */

/* Everything that is queued now: written and committed, or spilled. One thread at a time. */
void recorder_drain(struct recorder *recorder);
/* The first failure counts. Call it locked, with what could not be stored spilled. */
void recorder_fail(struct recorder *recorder, const char *why);
void recorder_checkpoint(struct recorder *recorder, sqlite3 *db);

/* ---- recorder_thread.c ---- */

MUST_CHECK enum rc recorder_start_thread(struct recorder *recorder);
/* Writes what is queued, then ends. */
void recorder_stop_thread(struct recorder *recorder);
/* Calls back what was committed. The loop's thread. */
void recorder_deliver(struct recorder *recorder);
/* Queue a job; RC_IO after a failure (then it is spilled). */
MUST_CHECK enum rc recorder_submit(struct recorder *recorder, const struct job_draft *draft);

#endif
