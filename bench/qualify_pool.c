#include "bench/qualify_pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct worker {
    pid_t pid;
    int fd; /* -1: done */
    size_t have;
    char buffer[32 * sizeof(struct qualify_record)];
};

struct pool {
    const struct qualify_pool *config;
    struct qualify_record *records;
    bool *arrived;
    unsigned parts, done;
    struct worker workers[QUALIFY_JOBS_MAX];
    unsigned count;
};

/* --- in the worker -----------------------------------------------------------------------------
 */

static bool write_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static int work_all(const struct qualify_pool *config, unsigned first, int fd)
{
    struct qualify_record records[TWIN_SITES_MAX];
    unsigned batches = qualify_batch_count(config->plan);
    for (unsigned batch = first; batch < batches; batch += config->jobs) {
        unsigned count = qualify_batch_of(config->plan, batch).count;
        memset(records, 0, sizeof records);
        if (config->work(config->ctx, batch, records) != RC_OK ||
            !write_all(fd, records, count * sizeof records[0]))
            return 1;
    }
    return 0;
}

/* --- in the parent -----------------------------------------------------------------------------
 */

static enum rc start_worker(struct pool *pool, unsigned number)
{
    int ends[2];
    if (pipe(ends) != 0) {
        fprintf(stderr, "error: no pipe for a worker: %s\n", strerror(errno));
        return RC_IO;
    }
    fflush(NULL); /* or both processes would write what is still buffered */
    pid_t pid = fork();
    if (pid == 0) {
        for (unsigned i = 0; i < pool->count; i++)
            close(pool->workers[i].fd);
        close(ends[0]);
        _exit(work_all(pool->config, number, ends[1]));
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        fprintf(stderr, "error: no process for a worker: %s\n", strerror(errno));
        return RC_IO;
    }
    struct worker *worker = &pool->workers[pool->count++];
    worker->pid = pid;
    worker->fd = ends[0];
    worker->have = 0;
    return RC_OK;
}

static bool sound(const struct pool *pool, const struct qualify_record *record)
{
    return record->part < pool->parts && !pool->arrived[record->part] &&
           record->evidence_count <= QUALIFY_EVIDENCE_MAX &&
           (unsigned)record->verdict < QUALIFY_VERDICTS;
}

static enum rc take_records(struct pool *pool, struct worker *worker)
{
    size_t at = 0;
    for (; worker->have - at >= sizeof(struct qualify_record);
         at += sizeof(struct qualify_record)) {
        struct qualify_record record;
        memcpy(&record, worker->buffer + at, sizeof record);
        if (!sound(pool, &record)) {
            fprintf(stderr, "error: a worker sent a result of no part\n");
            return RC_IO;
        }
        pool->records[record.part] = record;
        pool->arrived[record.part] = true;
        pool->done++;
    }
    worker->have -= at;
    memmove(worker->buffer, worker->buffer + at, worker->have);
    if (at && pool->config->progress)
        pool->config->progress(pool->config->ctx, pool->done);
    return RC_OK;
}

static enum rc bury(struct worker *worker)
{
    int status = 0;
    close(worker->fd);
    worker->fd = -1;
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && worker->have == 0)
        return RC_OK;
    if (WIFSIGNALED(status))
        fprintf(stderr, "error: a worker was ended by signal %d\n", WTERMSIG(status));
    else
        fprintf(stderr, "error: a worker gave up\n");
    return RC_IO;
}

static enum rc read_worker(struct pool *pool, struct worker *worker)
{
    ssize_t n =
        read(worker->fd, worker->buffer + worker->have, sizeof worker->buffer - worker->have);
    if (n < 0)
        return errno == EINTR ? RC_OK : RC_IO;
    if (n == 0)
        return bury(worker);
    worker->have += (size_t)n;
    return take_records(pool, worker);
}

static enum rc collect(struct pool *pool)
{
    for (;;) {
        struct pollfd fds[QUALIFY_JOBS_MAX];
        unsigned open = 0;
        for (unsigned i = 0; i < pool->count; i++) {
            fds[i] = (struct pollfd){.fd = pool->workers[i].fd, .events = POLLIN};
            open += pool->workers[i].fd >= 0;
        }
        if (open == 0)
            return RC_OK;
        if (poll(fds, pool->count, -1) < 0) {
            if (errno == EINTR)
                continue;
            return RC_IO;
        }
        for (unsigned i = 0; i < pool->count; i++) {
            enum rc rc = fds[i].revents ? read_worker(pool, &pool->workers[i]) : RC_OK;
            if (rc != RC_OK)
                return rc;
        }
    }
}

static void end_workers(struct pool *pool)
{
    for (unsigned i = 0; i < pool->count; i++) {
        struct worker *worker = &pool->workers[i];
        if (worker->fd < 0)
            continue;
        kill(worker->pid, SIGKILL);
        close(worker->fd);
        while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
}

static enum rc all_arrived(const struct pool *pool)
{
    if (pool->done == pool->parts)
        return RC_OK;
    fprintf(stderr, "error: %u of %u parts have no result\n", pool->parts - pool->done,
            pool->parts);
    return RC_IO;
}

enum rc qualify_pool_run(const struct qualify_pool *config, struct qualify_record *records)
{
    enum rc rc = RC_OK;
    struct pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return RC_NOSPACE;
    pool->config = config;
    pool->records = records;
    pool->parts = qualify_part_count(config->plan);
    pool->arrived = calloc(pool->parts ? pool->parts : 1, sizeof *pool->arrived);
    if (!pool->arrived) {
        rc = RC_NOSPACE;
        goto free_pool;
    }
    for (unsigned i = 0; i < config->jobs && rc == RC_OK; i++)
        rc = start_worker(pool, i);
    if (rc == RC_OK)
        rc = collect(pool);
    if (rc == RC_OK)
        rc = all_arrived(pool);
    end_workers(pool);
    free(pool->arrived);
free_pool:
    free(pool);
    return rc;
}
