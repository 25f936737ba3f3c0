/* The one event loop: timers and file descriptors, on the real or the virtual clock.
 *
 * Real: epoll, sleeping until the next timer. Virtual: when no descriptor is ready the clock jumps
 * to the next timer; timers of one instant fire in the order they were armed. A callback may arm,
 * disarm, watch and unwatch anything, itself included, and may call loop_stop. */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H

#include <stddef.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/rc.h"

struct loop;

/* Lives in its owner's memory; arming allocates nothing beyond the loop's own array. */
struct timer {
    void (*fire)(void *ctx);
    void *ctx;
    struct instant due;
    uint64_t order;
    size_t slot; /* place in the line + 1; 0: not armed */
};

struct watch {
    int fd;
    uint32_t events; /* EPOLLIN, EPOLLOUT */
    void (*ready)(void *ctx, uint32_t events);
    void *ctx;
};

/* NULL when out of memory or descriptors. The clock is the caller's and outlives the loop. */
struct loop *loop_new(struct clock *clock);
void loop_free(struct loop *loop);

struct clock *loop_clock(struct loop *loop);
struct instant loop_now(const struct loop *loop);

static inline struct timer timer_of(void (*fire)(void *ctx), void *ctx)
{
    return (struct timer){.fire = fire, .ctx = ctx};
}
static inline bool timer_armed(const struct timer *timer)
{
    return timer->slot != 0;
}

/* Arm or move. A time that is past fires at the next turn; INSTANT_NEVER disarms. RC_NOSPACE: out
 * of memory. */
MUST_CHECK enum rc loop_arm(struct loop *loop, struct timer *timer, struct instant due);
void loop_disarm(struct loop *loop, struct timer *timer); /* no-op if not armed */

/* The watch is the caller's and stays where it is until unwatched; watching it again takes over
 * changed events. One watch a descriptor; unwatch before closing it. RC_IO: the kernel refused. */
MUST_CHECK enum rc loop_watch(struct loop *loop, struct watch *watch);
void loop_unwatch(struct loop *loop, struct watch *watch);

/* Until loop_stop. RC_TIMEOUT: nothing is armed or watched any more, so nothing can ever happen. */
MUST_CHECK enum rc loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

#endif
