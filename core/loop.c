#include "core/loop.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64 };

struct loop {
    struct clock *clock;
    /* In a line, the one that is due first at its end. There are some dozens, and what is armed is
     * mostly due soon, so it passes few: measured, a heap costs twice as much. */
    struct timer **line;
    size_t timers, timers_cap;
    struct watch **watches;
    size_t watched, watches_cap;
    struct epoll_event batch[BATCH]; /* data.ptr NULL: unwatched meanwhile */
    int batch_count;
    int epoll_fd;
    uint64_t order;
    bool stopped, no_pwait2;
};

struct loop *loop_new(struct clock *clock)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return NULL;
    loop->clock = clock;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0) {
        free(loop);
        return NULL;
    }
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    close(loop->epoll_fd);
    free(loop->line);
    free(loop->watches);
    free(loop);
}

struct clock *loop_clock(struct loop *loop)
{
    return loop->clock;
}

struct instant loop_now(const struct loop *loop)
{
    return clock_now(loop->clock);
}

/* ---- timers, the one that is due first at the end ---- */

static size_t next_cap(size_t cap)
{
    return cap ? cap * 2 : 32;
}

static bool line_has_room(struct loop *loop)
{
    if (loop->timers < loop->timers_cap)
        return true;
    size_t cap = next_cap(loop->timers_cap);
    struct timer **bigger = reallocarray(loop->line, cap, sizeof(void *));
    if (!bigger)
        return false;
    loop->line = bigger;
    loop->timers_cap = cap;
    return true;
}

static void put_at(struct timer **line, size_t slot, struct timer *timer)
{
    line[slot] = timer;
    timer->slot = slot + 1;
}

/* It passes all that are due before it or were armed before it for the same time. */
static void queue_up(struct loop *loop, struct timer *timer)
{
    struct timer **line = loop->line;
    struct instant due = timer->due;
    size_t slot = loop->timers++;
    for (; slot > 0 && line[slot - 1]->due.us <= due.us; slot--)
        put_at(line, slot, line[slot - 1]);
    put_at(line, slot, timer);
}

enum rc loop_arm(struct loop *loop, struct timer *timer, struct instant due)
{
    loop_disarm(loop, timer);
    if (due.us == INSTANT_NEVER.us)
        return RC_OK;
    if (!line_has_room(loop))
        return RC_NOSPACE;
    timer->due = due;
    timer->order = loop->order++;
    queue_up(loop, timer);
    return RC_OK;
}

void loop_disarm(struct loop *loop, struct timer *timer)
{
    if (timer->slot == 0)
        return;
    size_t slot = timer->slot - 1;
    assert(slot < loop->timers && loop->line[slot] == timer);
    timer->slot = 0;
    for (loop->timers--; slot < loop->timers; slot++)
        put_at(loop->line, slot, loop->line[slot + 1]);
}

/* ---- descriptors ---- */

static size_t find_watch(const struct loop *loop, const struct watch *watch)
{
    size_t i = 0;
    while (i < loop->watched && loop->watches[i] != watch)
        i++;
    return i;
}

static bool watches_have_room(struct loop *loop)
{
    if (loop->watched < loop->watches_cap)
        return true;
    size_t cap = next_cap(loop->watches_cap);
    struct watch **bigger = reallocarray(loop->watches, cap, sizeof(void *));
    if (!bigger)
        return false;
    loop->watches = bigger;
    loop->watches_cap = cap;
    return true;
}

enum rc loop_watch(struct loop *loop, struct watch *watch)
{
    struct epoll_event event = {.events = watch->events, .data.ptr = watch};
    bool known = find_watch(loop, watch) < loop->watched;
    if (!known && !watches_have_room(loop))
        return RC_NOSPACE;
    if (epoll_ctl(loop->epoll_fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, watch->fd, &event) < 0)
        return RC_IO;
    if (!known)
        loop->watches[loop->watched++] = watch;
    return RC_OK;
}

void loop_unwatch(struct loop *loop, struct watch *watch)
{
    size_t i = find_watch(loop, watch);
    if (i == loop->watched)
        return;
    loop->watches[i] = loop->watches[--loop->watched];
    struct epoll_event unused = {0};
    /* Fails if the descriptor was closed already; then the kernel has forgotten it by itself. */
    (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, &unused);
    for (int k = 0; k < loop->batch_count; k++)
        if (loop->batch[k].data.ptr == watch)
            loop->batch[k].data.ptr = NULL;
}

static int wait_ms(struct loop *loop, int64_t us)
{
    int64_t ms = us < 0 ? -1 : (us + 999) / 1000; /* up: a timer is never early */
    return epoll_wait(loop->epoll_fd, loop->batch, BATCH, ms > 3600000 ? 3600000 : (int)ms);
}

/* Fill the batch. us < 0: for ever. */
static enum rc wait_ready(struct loop *loop, int64_t us)
{
    struct timespec limit = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    int n = -1;
    errno = ENOSYS;
    if (!loop->no_pwait2)
        n = epoll_pwait2(loop->epoll_fd, loop->batch, BATCH, us < 0 ? NULL : &limit, NULL);
    if (n < 0 && (errno == ENOSYS || errno == EPERM)) { /* an old kernel, or a strict sandbox */
        loop->no_pwait2 = true;
        n = wait_ms(loop, us);
    }
    loop->batch_count = n > 0 ? n : 0;
    return n >= 0 || errno == EINTR ? RC_OK : RC_IO;
}

static void serve_ready(struct loop *loop)
{
    for (int i = 0; i < loop->batch_count && !loop->stopped; i++) {
        struct watch *watch = loop->batch[i].data.ptr;
        if (watch)
            watch->ready(watch->ctx, loop->batch[i].events);
    }
    loop->batch_count = 0;
}

/* ---- turning ---- */

/* What a callback arms for now or earlier waits for the next turn, so that a timer that keeps
 * re-arming itself cannot starve the descriptors. */
static void fire_due(struct loop *loop)
{
    uint64_t armed_before = loop->order;
    struct instant now = loop_now(loop);
    while (!loop->stopped && loop->timers > 0) {
        struct timer *timer = loop->line[loop->timers - 1];
        if (timer->due.us > now.us || timer->order >= armed_before)
            return;
        loop_disarm(loop, timer);
        timer->fire(timer->ctx);
    }
}

static enum rc turn_virtual(struct loop *loop)
{
    if (loop->watched > 0) {
        enum rc rc = wait_ready(loop, loop->timers > 0 ? 0 : -1);
        if (rc != RC_OK)
            return rc;
        if (loop->batch_count > 0) {
            serve_ready(loop);
            return RC_OK; /* no jump while bytes are moving */
        }
    }
    if (loop->timers > 0)
        clock_jump(loop->clock, loop->line[loop->timers - 1]->due);
    fire_due(loop);
    return RC_OK;
}

static enum rc turn_real(struct loop *loop)
{
    int64_t us = -1;
    if (loop->timers > 0) {
        us = instant_since(loop->line[loop->timers - 1]->due, loop_now(loop)).us;
        us = us < 0 ? 0 : us;
    }
    enum rc rc = wait_ready(loop, us);
    if (rc != RC_OK)
        return rc;
    serve_ready(loop);
    fire_due(loop);
    return RC_OK;
}

/* The kernel may wake a thread 50 us late by default, to save power; three times in a request and
 * its answer. If it refuses, timers are that much later. */
static void wake_on_time(const struct loop *loop)
{
    if (!loop->clock->is_virtual)
        (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

enum rc loop_run(struct loop *loop)
{
    enum rc rc = RC_OK;
    wake_on_time(loop);
    while (rc == RC_OK && !loop->stopped) {
        if (loop->timers == 0 && loop->watched == 0)
            rc = RC_TIMEOUT;
        else
            rc = loop->clock->is_virtual ? turn_virtual(loop) : turn_real(loop);
    }
    loop->stopped = false;
    return rc;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}
