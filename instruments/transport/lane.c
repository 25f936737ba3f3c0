#include "instruments/transport/lane.h"

#include <stdlib.h>

enum { BITS_PER_BYTE = 10 }; /* a start bit, eight data bits, a stop bit */

struct duration lane_wire_time(unsigned baud, size_t bytes)
{
    if (baud == 0)
        return duration_us(0);
    int64_t bits = (int64_t)bytes * BITS_PER_BYTE;
    return duration_us((bits * 1000000 + baud - 1) / baud);
}

static void deliver_due(void *ctx);

enum rc lane_init(struct lane *lane, struct loop *loop, unsigned baud)
{
    lane->loop = loop;
    lane->baud = baud;
    lane->timer = timer_of(deliver_due, lane);
    lane->bytes = malloc(LANE_BYTES);
    lane->chunks = calloc(LANE_CHUNKS, sizeof *lane->chunks);
    if (lane->bytes && lane->chunks)
        return RC_OK;
    lane_fini(lane);
    return RC_NOSPACE;
}

void lane_fini(struct lane *lane)
{
    if (lane->loop)
        loop_disarm(lane->loop, &lane->timer);
    free(lane->bytes);
    free(lane->chunks);
    *lane = (struct lane){0};
}

void lane_clear(struct lane *lane)
{
    loop_disarm(lane->loop, &lane->timer);
    lane->head = lane->tail = 0;
    lane->first = lane->count = 0;
    lane->free_at = loop_now(lane->loop);
}

static void make_room(struct lane *lane, size_t len)
{
    if (lane->delivering || LANE_BYTES - lane->tail >= len)
        return;
    memmove(lane->bytes, lane->bytes + lane->head, lane->tail - lane->head);
    lane->tail -= lane->head;
    lane->head = 0;
}

/* What arrives together, or finds no more places, is one chunk. */
static void add_chunk(struct lane *lane, size_t len, struct instant due)
{
    if (lane->count > 0) {
        struct lane_chunk *last = &lane->chunks[(lane->first + lane->count - 1) % LANE_CHUNKS];
        if (last->due.us == due.us || lane->count == LANE_CHUNKS) {
            last->len += len;
            last->due = due;
            return;
        }
    }
    lane->chunks[(lane->first + lane->count) % LANE_CHUNKS] = (struct lane_chunk){len, due};
    lane->count++;
}

enum rc lane_put(struct lane *lane, struct span bytes, struct instant not_before)
{
    if (bytes.len == 0)
        return RC_OK;
    make_room(lane, bytes.len);
    if (LANE_BYTES - lane->tail < bytes.len)
        return RC_TIMEOUT;
    struct instant start = loop_now(lane->loop);
    if (instant_before(start, not_before))
        start = not_before;
    if (instant_before(start, lane->free_at))
        start = lane->free_at;
    struct instant end = instant_add(start, lane_wire_time(lane->baud, bytes.len));
    if (!timer_armed(&lane->timer) && loop_arm(lane->loop, &lane->timer, end) != RC_OK)
        return RC_TIMEOUT;

    lane->free_at = end;
    memcpy(lane->bytes + lane->tail, bytes.at, bytes.len);
    lane->tail += bytes.len;
    add_chunk(lane, bytes.len, end);
    /* Armed already, so moving it cannot fail. */
    if (lane->timer.due.us != lane->chunks[lane->first].due.us)
        return loop_arm(lane->loop, &lane->timer, lane->chunks[lane->first].due);
    return RC_OK;
}

static size_t take_due(struct lane *lane, struct instant now)
{
    size_t len = 0;
    while (lane->count > 0 && !instant_before(now, lane->chunks[lane->first].due)) {
        len += lane->chunks[lane->first].len;
        lane->first = (lane->first + 1) % LANE_CHUNKS;
        lane->count--;
    }
    return len;
}

static void deliver_due(void *ctx)
{
    struct lane *lane = ctx;
    size_t len = take_due(lane, loop_now(lane->loop));
    struct span arrived = {lane->bytes + lane->head, len};
    lane->head += len;
    if (lane->head == lane->tail && len == 0)
        lane->head = lane->tail = 0;
    if (lane->count > 0)
        (void)!loop_arm(lane->loop, &lane->timer, lane->chunks[lane->first].due);
    if (len == 0)
        return;
    lane->delivering = true; /* nothing may move under the reader */
    lane->deliver(lane->ctx, arrived);
    lane->delivering = false;
    if (lane->head == lane->tail)
        lane->head = lane->tail = 0;
}
