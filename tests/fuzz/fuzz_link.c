/* The whole link against a peer that says anything at any time: the input is a programme of
 * arrivals, pauses, sets, safe requests and hang-ups. Every set that was taken must be answered
 * exactly once. */
#include <stdlib.h>

#include "instruments/link.h"
#include "instruments/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct peer {
    struct transport base;
    struct loop *loop;
    struct timer limit;
    bool refuses, gone;
    unsigned taken, done;
};

static enum rc peer_write(struct transport *transport, struct span bytes)
{
    const struct peer *peer = (const struct peer *)transport;
    (void)bytes;
    return peer->gone ? RC_IO : peer->refuses ? RC_TIMEOUT : RC_OK;
}

static void peer_close(struct transport *transport)
{
    (void)transport; /* it lives on the fuzzer's stack */
}

static int peer_fd(const struct transport *transport)
{
    (void)transport;
    return -1;
}

static struct duration peer_wire_time(const struct transport *transport, size_t bytes)
{
    (void)transport;
    return duration_us((int64_t)bytes * 100);
}

static const struct transport_ops peer_ops = {peer_write, peer_close, peer_fd, peer_wire_time};

static struct transport *reopen(void *ctx)
{
    struct peer *peer = ctx;
    peer->gone = false;
    return &peer->base;
}

static void stop_loop(void *ctx)
{
    loop_stop(((struct peer *)ctx)->loop);
}

static void note_done(void *ctx, enum rc rc, double readback)
{
    struct peer *peer = ctx;
    (void)rc;
    (void)readback;
    peer->done++;
}

static void note_reading(void *ctx, struct device *device, const void *reading, struct instant t)
{
    (void)ctx;
    (void)reading;
    (void)t;
    if (device_state_of(device) != DEVICE_UP)
        abort();
}

static void run_for(struct peer *peer, int64_t us)
{
    peer->limit = timer_of(stop_loop, peer);
    if (loop_arm(peer->loop, &peer->limit, instant_add(loop_now(peer->loop), duration_us(us))))
        abort();
    (void)!loop_run(peer->loop);
}

static void act(struct peer *peer, struct device *device, unsigned what, unsigned value)
{
    const struct transport_events events = peer->base.events;
    switch (what % 8) {
    case 0:
        run_for(peer, value * 50);
        break;
    case 1:
        run_for(peer, value * 5000);
        break;
    case 2:
        peer->taken +=
            device_set(device, value % 4, value / 4 % 3, value / 16.0, note_done, peer) == RC_OK;
        break;
    case 3:
        peer->taken += device_make_safe(device, note_done, peer) == RC_OK;
        break;
    case 4:
        peer->refuses = value & 1;
        break;
    case 5:
        if (value > 200 && !peer->gone) {
            peer->gone = true;
            events.closed(events.ctx, "hung up");
        }
        break;
    default:
        break;
    }
}

static void play(struct peer *peer, struct device *device, struct span input)
{
    const struct transport_events events = peer->base.events;
    while (input.len >= 2) {
        unsigned what = (unsigned char)input.at[0], value = (unsigned char)input.at[1];
        input = span_skip(input, 2);
        act(peer, device, what, value);
        if (what % 8 < 6 || peer->gone)
            continue;
        size_t n = value % 64 < input.len ? value % 64 : input.len;
        if (n > 0)
            events.bytes(events.ctx, (struct span){input.at, n});
        input = span_skip(input, n);
    }
}

static struct device *add(struct link *link, const char *name, struct peer *peer)
{
    struct device_setup setup = {
        .name = "unit", .address = 'A', .node = 1, .full_scale = 10, .reference_ratio = 1};
    return link_add(link, registry_find(span_text(name))->driver, &setup,
                    (struct device_events){.reading = note_reading, .ctx = peer});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"alicat", "bronkhorst", "it8500", "slcan", "rusefi"};
    if (size < 2 || size > 4096)
        return 0;
    struct clock clock;
    clock_init_virtual(&clock, 0);
    struct log log = {.clock = &clock};
    struct peer peer = {.base = {.ops = &peer_ops, .name = "fuzz"}, .loop = loop_new(&clock)};
    struct link *link = link_new(peer.loop, &peer.base, &log);
    unsigned which = data[0] % COUNT(names);
    if (which == 4)
        (void)add(link, "slcan", &peer);
    struct device *device = add(link, names[which], &peer);
    if (data[0] & 0x80)
        link_set_reopen(link, (struct link_reopen){reopen, &peer});
    if (!device || link_start(link) != RC_OK)
        abort();
    play(&peer, device, (struct span){(const char *)data + 1, size - 1});
    peer.refuses = false;
    run_for(&peer, 30000000); /* long enough for every time-out to be over */
    if (peer.done != peer.taken)
        abort();
    link_free(link);
    loop_free(peer.loop);
    return 0;
}
