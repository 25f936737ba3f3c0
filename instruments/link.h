/* One port with the devices on it: joins drivers, framing, transport and loop.
 *
 * One owner per port, devices are addresses on it, exactly one outstanding request. Every request
 * has a deadline; after a missed one the link is desynchronised: it drains until the line has been
 * silent, proves the device again with ASK_SYNC, and only then sends the next request. A set is
 * never repeated blindly: it is read back. Streams (CAN) are handed to the device that owns the
 * frame.
 *
 * Life of a device: DOWN -> identify, twice alike -> configure -> safe frames, verified by the
 * reply -> UP. After three misses in a row or a hang-up it is DOWN again, and `down` says why. A
 * device that comes back is identified anew, must be the same serial number, and is at rest;
 * nothing is re-sent. */
#ifndef INSTRUMENTS_LINK_H
#define INSTRUMENTS_LINK_H

#include "core/log.h"
#include "core/loop.h"
#include "instruments/driver.h"
#include "instruments/transport/transport.h"

struct link;
struct device;

enum device_state { DEVICE_DOWN, DEVICE_STARTING, DEVICE_UP };

struct device_events {
    void (*up)(void *ctx, struct device *device, const struct identity *identity);
    /* `why` names port, last request and last reply, escaped, and the age of the last good one. */
    void (*down)(void *ctx, struct device *device, enum rc rc, const char *why);
    /* A whole reading; `t` is the midpoint between request and reply, or the arrival of a stream.
     */
    void (*reading)(void *ctx, struct device *device, const void *reading, struct instant t);
    void *ctx;
};

/* Bytes as they passed, for `instr trace` and error messages; NULL: not wanted. */
struct link_tap {
    void (*bytes)(void *ctx, const struct link *link, bool sent, struct span bytes,
                  struct instant t);
    void *ctx;
};

struct link_stats {
    uint64_t requests, replies, timeouts, garbage_bytes, stray_frames, resyncs;
};

/* How the link gets its port back after a hang-up; tried 0.5, 1, 2, 2 ... s after it. Returns NULL
 * as long as the port is not there. The old transport is closed before. */
struct link_reopen {
    struct transport *(*open)(void *ctx);
    void *ctx;
};

/* The transport becomes the link's (closed by link_free). NULL: out of memory, the transport stays
 * the caller's. */
struct link *link_new(struct loop *loop, struct transport *transport, struct log *log);
void link_free(struct link *link);

/* May two drivers have one port, and why not. */
enum link_sharing { LINK_SHARED, LINK_ALONE, LINK_OTHER_PROTOCOL, LINK_OTHER_LINE };
enum link_sharing link_may_share(const struct driver *first, const struct driver *other);

/* Before link_start. `setup` is copied; events may have NULL members. NULL: out of memory, or the
 * port cannot be shared (said in the log). */
struct device *link_add(struct link *link, const struct driver *driver,
                        const struct device_setup *setup, struct device_events events);

/* Bring all devices up. The events tell how it went. */
MUST_CHECK enum rc link_start(struct link *link);
/* No further polls are started (streams are still read); sets go on. */
void link_pause_polls(struct link *link, bool paused);
void link_set_reopen(struct link *link, struct link_reopen reopen);
void link_set_tap(struct link *link, struct link_tap tap);
struct link_stats link_statistics(const struct link *link);
/* NULL while the port is hung up. */
struct transport *link_transport(struct link *link);

const struct driver *device_driver(const struct device *device);
const struct device_setup *device_setup_of(const struct device *device);
enum device_state device_state_of(const struct device *device);
const struct identity *device_identity(const struct device *device);
void device_poll_every(struct device *device, struct duration period); /* 0: the driver's default */

/* Called once with RC_OK and the read-back value (NaN if the device has none), or with the failure.
 */
typedef void device_done(void *ctx, enum rc rc, double readback);

/* Ask the device to take a value. Only bench/safety may call this: everything else goes through the
 * gate. Sets go before polls; a set of the same signal and channel that still waits is replaced,
 * and its `done` called with RC_REFUSED. RC_RANGE: the driver's encode refused, nothing was queued.
 * RC_REFUSED: the device is not up or is being made safe; RC_IO: the port has hung up. When an
 * error is returned `done` is never called, otherwise always once, from the loop. */
MUST_CHECK enum rc device_set(struct device *device, unsigned signal, unsigned channel,
                              double value, device_done *done, void *ctx);

/* Send all safe frames of the device next, before anything that waits, whatever its state. Sets
 * that still wait are cancelled with RC_REFUSED. Each frame is tried three times, and a failed one
 * does not keep the next ones back; `done` gets the first failure. RC_IO: the port has hung up. */
MUST_CHECK enum rc device_make_safe(struct device *device, device_done *done, void *ctx);

/* Render the safe frames for the guard: calls `put` once per frame. */
MUST_CHECK enum rc device_safe_frames(const struct driver *driver, const struct device_setup *setup,
                                      enum rc (*put)(void *ctx, struct span frame), void *ctx);

#endif
