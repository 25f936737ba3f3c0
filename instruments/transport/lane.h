/* One direction of a wire in memory: bytes are handed on when the line would have carried them, ten
 * bit times a byte; at 0 baud (USB) at the next turn of the loop. Bounded; allocates when made
 * only. */
#ifndef INSTRUMENTS_TRANSPORT_LANE_H
#define INSTRUMENTS_TRANSPORT_LANE_H

#include "core/bytes.h"
#include "core/loop.h"

enum { LANE_BYTES = 32768, LANE_CHUNKS = 512 };

struct lane_chunk {
    size_t len;
    struct instant due;
};

struct lane {
    struct loop *loop;
    struct timer timer;
    unsigned baud;
    void (*deliver)(void *ctx, struct span bytes);
    void *ctx;
    char *bytes; /* LANE_BYTES; in flight: head .. tail */
    size_t head, tail;
    struct lane_chunk *chunks; /* a ring of LANE_CHUNKS */
    size_t first, count;
    struct instant free_at; /* when the line has carried all that was put */
    bool delivering;
};

/* `lane` is zeroed. RC_NOSPACE: out of memory. */
MUST_CHECK enum rc lane_init(struct lane *lane, struct loop *loop, unsigned baud);
void lane_fini(struct lane *lane);

/* All of `bytes` or, when the lane is full, nothing: RC_TIMEOUT. They start on the line at
 * `not_before`, or when it is free, and are handed on in one piece when the last has arrived. */
MUST_CHECK enum rc lane_put(struct lane *lane, struct span bytes, struct instant not_before);
/* What is in flight is lost. */
void lane_clear(struct lane *lane);

/* Time of `bytes` bytes at `baud`, rounded up to 1 us; 0 at 0 baud. */
struct duration lane_wire_time(unsigned baud, size_t bytes);

#endif
