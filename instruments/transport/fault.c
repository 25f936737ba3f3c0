#include "instruments/transport/fault.h"

#include <stdlib.h>

enum { ARRIVAL_MAX = 8192 };

struct faulty {
    struct transport base;
    struct transport *inner;
    struct rng rng;
    struct fault_rates rates;
    char bytes[ARRIVAL_MAX];
};

static bool happens(struct faulty *faulty, double rate)
{
    return rate > 0 && rng_uniform(&faulty->rng) < rate;
}

static enum rc faulty_write(struct transport *transport, struct span bytes)
{
    struct faulty *faulty = (struct faulty *)transport;
    if (happens(faulty, faulty->rates.write_lie))
        return RC_OK;
    if (happens(faulty, faulty->rates.write_refuse))
        return RC_TIMEOUT;
    return faulty->inner->ops->write(faulty->inner, bytes);
}

static void faulty_close(struct transport *transport)
{
    struct faulty *faulty = (struct faulty *)transport;
    faulty->inner->ops->close(faulty->inner);
    free(faulty);
}

static int faulty_fd(const struct transport *transport)
{
    const struct transport *inner = ((const struct faulty *)transport)->inner;
    return inner->ops->fd(inner);
}

static struct duration faulty_wire_time(const struct transport *transport, size_t bytes)
{
    const struct transport *inner = ((const struct faulty *)transport)->inner;
    return inner->ops->wire_time(inner, bytes);
}

static const struct transport_ops faulty_ops = {
    .write = faulty_write, .close = faulty_close, .fd = faulty_fd, .wire_time = faulty_wire_time};

static void spoil(struct faulty *faulty, struct span in, struct obuf *out)
{
    for (size_t i = 0; i < in.len && out->len + 2 <= out->cap; i++) {
        if (happens(faulty, faulty->rates.insert))
            out->at[out->len++] = (char)rng_below(&faulty->rng, 256);
        if (happens(faulty, faulty->rates.drop))
            continue;
        unsigned byte = (unsigned char)in.at[i];
        if (happens(faulty, faulty->rates.flip))
            byte ^= 1u << rng_below(&faulty->rng, 8);
        out->at[out->len++] = (char)(unsigned char)byte;
    }
}

static void hand_on(struct faulty *faulty, struct span bytes)
{
    const struct transport_events *events = &faulty->base.events;
    bool in_pieces = happens(faulty, faulty->rates.split);
    while (bytes.len > 0 && events->bytes) {
        size_t n = in_pieces ? 1 + (size_t)rng_below(&faulty->rng, bytes.len) : bytes.len;
        events->bytes(events->ctx, (struct span){bytes.at, n});
        bytes = span_skip(bytes, n);
    }
}

static void handle_bytes(void *ctx, struct span bytes)
{
    struct faulty *faulty = ctx;
    if (happens(faulty, faulty->rates.lose))
        return;
    int times = happens(faulty, faulty->rates.twice) ? 2 : 1;
    struct obuf out = {faulty->bytes, 0, sizeof faulty->bytes};
    spoil(faulty, bytes, &out);
    while (times-- > 0)
        hand_on(faulty, obuf_span(&out));
}

static void handle_closed(void *ctx, const char *why)
{
    struct faulty *faulty = ctx;
    if (faulty->base.events.closed)
        faulty->base.events.closed(faulty->base.events.ctx, why);
}

struct transport *fault_wrap(struct transport *inner, uint64_t seed,
                             const struct fault_rates *rates)
{
    struct faulty *faulty = calloc(1, sizeof *faulty);
    if (!faulty)
        return NULL;
    faulty->base.ops = &faulty_ops;
    memcpy(faulty->base.name, inner->name, sizeof faulty->base.name);
    faulty->inner = inner;
    faulty->rates = *rates;
    rng_seed_named(&faulty->rng, seed, "fault", 0);
    inner->events =
        (struct transport_events){.bytes = handle_bytes, .closed = handle_closed, .ctx = faulty};
    return &faulty->base;
}

void fault_set_rates(struct transport *wrapper, const struct fault_rates *rates)
{
    ((struct faulty *)wrapper)->rates = *rates;
}
