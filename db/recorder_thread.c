/* The two ways a job travels: through the writer's thread, or inline at moments of the virtual
 * clock. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "db/recorder_private.h"

enum { FLUSH_US = 100000, CHECKPOINT_US = 500000, INLINE_COMMIT_US = 60000000 };

/* ---- back to the loop ---- */

static void deliver_once(struct recorder *r)
{
    pthread_mutex_lock(&r->lock);
    struct acks ready = r->acks;
    r->acks = r->delivery;
    r->acks.count = 0;
    r->delivery = ready;
    bool failed = r->failed && !r->told;
    pthread_mutex_unlock(&r->lock);
    const struct recorder_events *events = &r->config.events;
    for (size_t i = 0; i < ready.count && events->acknowledged; i++)
        events->acknowledged(events->ctx, ready.items[i].kind, ready.items[i].tag);
    if (failed) {
        r->told = true;
        if (events->failed)
            events->failed(events->ctx, r->why); /* written once, before `failed` was */
    }
}

void recorder_deliver(struct recorder *r)
{
    bool more = !r->delivering; /* a callback may have called recorder_flush */
    while (more) {
        r->delivering = true;
        deliver_once(r);
        r->delivering = false;
        pthread_mutex_lock(&r->lock);
        more = r->acks.count > 0 || (r->failed && !r->told);
        pthread_mutex_unlock(&r->lock);
    }
}

static void on_ready(void *ctx, uint32_t events)
{
    struct recorder *r = ctx;
    uint64_t count;
    (void)events;
    if (read(r->watch.fd, &count, sizeof count) == (ssize_t)sizeof count)
        recorder_deliver(r);
}

/* ---- the thread ---- */

static void wait_until(struct recorder *r, struct instant t)
{
    if (t.us == INSTANT_NEVER.us) {
        (void)pthread_cond_wait(&r->wake, &r->lock);
        return;
    }
    int64_t us = loop_clock(r->config.loop)->zero_us + t.us;
    struct timespec limit = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    (void)pthread_cond_timedwait(&r->wake, &r->lock, &limit); /* CLOCK_MONOTONIC: see init_wake */
}

/* Locked. Until there is something to write, or a checkpoint is due. True: write. */
static bool wait_for_work(struct recorder *r, struct instant checkpoint)
{
    for (;;) {
        struct instant now = clock_now(loop_clock(r->config.loop)), due = checkpoint;
        bool waiting = r->queue.head != r->queue.tail;
        struct instant flush = instant_add(r->oldest, duration_us(FLUSH_US));
        if (waiting && (r->urgent || r->stop || !instant_before(now, flush)))
            return true;
        if (r->stop || !instant_before(now, checkpoint))
            return false;
        if (waiting && instant_before(flush, due))
            due = flush;
        wait_until(r, due);
    }
}

static void *run_thread(void *ctx)
{
    struct recorder *r = ctx;
    struct instant checkpoint = INSTANT_NEVER;
    const struct clock *clock = loop_clock(r->config.loop);
    const uint64_t one = 1;
    for (;;) {
        pthread_mutex_lock(&r->lock);
        bool write_now = wait_for_work(r, checkpoint);
        bool stop = r->stop && !write_now;
        pthread_mutex_unlock(&r->lock);
        if (stop)
            return NULL;
        if (write_now) {
            recorder_drain(r);
            (void)!write(r->watch.fd, &one, sizeof one); /* fails only if the loop never looks */
            if (checkpoint.us == INSTANT_NEVER.us)
                checkpoint = instant_add(clock_now(clock), duration_us(CHECKPOINT_US));
        }
        if (!instant_before(clock_now(clock), checkpoint)) {
            recorder_checkpoint(r, r->checkpointer);
            checkpoint = INSTANT_NEVER;
        }
    }
}

static enum rc init_wake(struct recorder *r)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return RC_NOSPACE;
    bool good = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_destroy(&r->wake) == 0 &&
                pthread_cond_init(&r->wake, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return good ? RC_OK : RC_IO;
}

enum rc recorder_start_thread(struct recorder *r)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return RC_IO;
    r->watch = (struct watch){.fd = fd, .events = EPOLLIN, .ready = on_ready, .ctx = r};
    r->checkpointer = store_open_checkpointer(r->config.store);
    enum rc rc = r->checkpointer ? init_wake(r) : RC_IO;
    if (rc == RC_OK)
        rc = loop_watch(r->config.loop, &r->watch);
    if (rc == RC_OK && pthread_create(&r->thread, NULL, run_thread, r) == 0)
        r->has_thread = true;
    return rc == RC_OK && !r->has_thread ? RC_IO : rc;
}

void recorder_stop_thread(struct recorder *r)
{
    if (r->has_thread) {
        pthread_mutex_lock(&r->lock);
        r->stop = true;
        pthread_cond_signal(&r->wake);
        pthread_mutex_unlock(&r->lock);
        (void)pthread_join(r->thread, NULL);
    }
    if (r->watch.fd >= 0) {
        loop_unwatch(r->config.loop, &r->watch);
        close(r->watch.fd);
    }
    (void)sqlite3_close_v2(r->checkpointer);
}

/* ---- in ---- */

static bool is_urgent(unsigned kind)
{
    return kind != RECORD_CHUNK && kind != JOB_POINTS && kind != RECORD_EVENT &&
           kind != JOB_DOCUMENT;
}

/* A full queue means that the disk has stood still for seconds: not recorded, not tested. */
static void overflow(struct recorder *r, const struct job_draft *draft)
{
    size_t size = job_size(draft);
    struct job *job = size ? aligned_alloc(JOB_ALIGN, size) : NULL;
    char why[WHY_MAX];
    snprintf(why, sizeof why, "%s: the disk is too slow, the queue of %d MB is full",
             store_path(r->config.store), RING_BYTES >> 20);
    if (job) {
        job_fill(draft, size, job);
        spill_put(&r->spill, job);
    } else {
        r->spill.failed = true;
    }
    recorder_fail(r, why);
    free(job);
}

static void submit_threaded(struct recorder *r, const struct job_draft *draft)
{
    const uint64_t one = 1;
    bool was_empty = r->queue.head == r->queue.tail;
    bool urgent = is_urgent(draft->head.kind);
    if (queue_put(&r->queue, draft) != RC_OK) {
        overflow(r, draft);
        (void)!write(r->watch.fd, &one, sizeof one);
    }
    if (was_empty)
        r->oldest = clock_now(loop_clock(r->config.loop));
    r->urgent = r->urgent || urgent;
    if (urgent || was_empty)
        pthread_cond_signal(&r->wake);
}

/* Runs that end in one instant share a commit; the rest waits for a minute of virtual time, which
 * takes a fraction of a second: each commit costs a flush of the disk. */
static void submit_inline(struct recorder *r, const struct job_draft *draft)
{
    struct instant now = loop_now(r->config.loop);
    unsigned kind = draft->head.kind;
    if (r->queue.tail - r->queue.head > r->queue.cap / 2)
        recorder_drain(r);
    pthread_mutex_lock(&r->lock);
    if (queue_put(&r->queue, draft) != RC_OK)
        overflow(r, draft);
    bool failed = r->failed && !r->told;
    pthread_mutex_unlock(&r->lock);
    struct instant due = instant_add(r->last_commit, duration_us(INLINE_COMMIT_US));
    if (kind == RECORD_RUN_END || kind == RECORD_BATCH_END || failed || instant_before(due, now))
        due = now;
    if (!timer_armed(&r->timer) || instant_before(due, r->timer.due))
        if (loop_arm(r->config.loop, &r->timer, due) != RC_OK)
            recorder_drain(r);
}

enum rc recorder_submit(struct recorder *r, const struct job_draft *draft)
{
    if (r->inline_writes) {
        submit_inline(r, draft);
        return r->failed ? RC_IO : RC_OK;
    }
    pthread_mutex_lock(&r->lock);
    submit_threaded(r, draft);
    bool failed = r->failed;
    pthread_mutex_unlock(&r->lock);
    return failed ? RC_IO : RC_OK;
}
