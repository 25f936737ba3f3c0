/* One request and its answer; what to do when there is none. */
#include <math.h>

#include "instruments/link_private.h"

enum { DRAIN_LONGEST = 5 }; /* times the silence that is waited for */

/* ---- sending ---- */

static void keep(char *kept, size_t cap, size_t *kept_len, struct span bytes)
{
    *kept_len = bytes.len < cap ? bytes.len : cap;
    memcpy(kept, bytes.at, *kept_len);
}

static void tap(struct link *link, bool sent, struct span bytes)
{
    if (link->tap.bytes)
        link->tap.bytes(link->tap.ctx, link, sent, bytes, loop_now(link->loop));
}

/* The ask is over: answered, or it needed no answer. */
static void finish(struct link *link, const struct exchange *out, enum rc rc,
                   const struct answer *answer)
{
    struct device *device = out->device;
    bool is_void = out->life != device->life && out->job != JOB_SET && out->job != JOB_SAFE;
    if (is_void)
        return;
    switch (out->job) {
    case JOB_BRING_UP:
        device_step_done(device, rc);
        break;
    case JOB_SAFE:
        device_safe_step_done(device, rc);
        break;
    case JOB_SET:
        if (out->set.done)
            out->set.done(out->set.ctx, rc, rc == RC_OK ? answer->readback : (double)NAN);
        break;
    case JOB_SYNC:
        device->needs_sync = false;
        link->stats.resyncs++;
        break;
    case JOB_POLL:
        device_poll_done(device, answer->complete, loop_now(link->loop));
        break;
    }
}

static void note_held(struct device *device, const struct ask *ask)
{
    device->held[ask->signal + DEVICE_SIGNALS_MAX * ask->channel] = ask->value;
}

/* The driver has no such request, or not with this value. */
static void not_encoded(struct link *link, const struct exchange *out, enum rc rc)
{
    struct device *device = out->device;
    struct answer none = {.readback = NAN};
    if (out->job == JOB_POLL) {
        device_poll_abort(device);
        log_say(link->log, LOG_ERROR, "%s: poll %u cannot be sent: %s", device->setup.name,
                out->ask.step, rc_text(rc));
    } else if (out->job == JOB_SYNC) {
        device->needs_sync = false; /* it has no such query: the silence must do */
    } else {
        finish(link, out, rc, &none);
    }
}

static void await_answer(struct link *link, struct instant end)
{
    struct device *device = link->out.device;
    link->out.deadline = instant_add(end, device->driver->reply_timeout);
    link->state = LINK_WAITING;
    link_arm(link, link->out.deadline);
}

/* Bytes are in the driver's hands now. */
static void write_request(struct link *link, struct exchange *out, struct span request)
{
    struct device *device = out->device;
    const struct driver *driver = device->driver;
    if (link->streamers ==
        0) { /* on a line that speaks only when asked this is the rest of noise */
        link->stats.garbage_bytes += link->rx_len;
        link->rx_len = 0;
    }
    keep(device->request, sizeof device->request, &device->request_len, request);
    tap(link, true, request);
    enum rc rc = link->transport->ops->write(link->transport, request);
    struct duration wire = link->transport->ops->wire_time(link->transport, request.len);
    struct instant end = instant_add(out->sent_at, wire);
    if (rc == RC_IO) {
        link->out = *out;
        link->state = LINK_WAITING; /* so that the hang-up reports this request too */
        link_hang_up(link, "write failed");
        return;
    }
    link->stats.requests++;
    link->last_byte_at = end;
    if (out->job == JOB_SET)
        note_held(device, &out->ask);
    link->out = *out;
    if (rc != RC_OK) {
        link->state = LINK_WAITING;
        link_missed(link, RC_TIMEOUT);
    } else if (driver->silent && driver->silent(driver, &out->ask)) {
        struct answer none = {.readback = NAN};
        link->free_at = instant_add(end, driver->turnaround);
        finish(link, out, RC_OK, &none);
    } else {
        await_answer(link, end);
    }
}

void link_send(struct link *link, const struct job *job)
{
    struct device *device = job->device;
    char bytes[DEVICE_FRAME_MAX];
    struct obuf request = {bytes, 0, sizeof bytes};
    struct exchange out = {.device = device,
                           .job = job->kind,
                           .ask = job->ask,
                           .set = job->set,
                           .sent_at = loop_now(link->loop),
                           .life = device->life,
                           .probe = device->state == DEVICE_DOWN && device->announced};
    out.ask.seq = device->seq++;
    out.ask.held = device->held;
    enum rc rc = device->driver->encode(device->driver, &device->setup, &out.ask, &request);
    struct answer none = {.readback = NAN};

    if (job->kind == JOB_POLL && job->ask.step == 0)
        device->poll_began = out.sent_at;
    if (rc != RC_OK)
        not_encoded(link, &out, rc);
    else if (request.len == 0)
        finish(link, &out, RC_OK, &none);
    else
        write_request(link, &out, obuf_span(&request));
}

/* ---- no answer ---- */

void link_drain(struct link *link, const struct device *device)
{
    struct duration quiet = {2 * device->driver->reply_timeout.us};
    struct duration characters = link->transport->ops->wire_time(link->transport, 4); /* 3.5, up */
    struct instant now = loop_now(link->loop);
    link->silence = quiet.us > characters.us ? quiet : characters;
    link->drain_until = instant_add(now, duration_us(DRAIN_LONGEST * link->silence.us));
    link->stats.garbage_bytes += link->streamers ? 0 : link->rx_len;
    link->rx_len = link->streamers ? link->rx_len : 0;
    link->state = LINK_DRAINING;
}

/* The silence counts from the last byte on the line, sent or received. A line that never gets
 * silent must not hold up the others for ever: the proof that follows fails then. */
bool link_drained(struct link *link, struct instant now)
{
    struct instant quiet_at = instant_add(link->last_byte_at, link->silence);
    if (instant_before(link->drain_until, quiet_at))
        quiet_at = link->drain_until;
    if (!instant_before(now, quiet_at))
        return true;
    link_arm(link, quiet_at);
    return false;
}

/* A dead unit on a bus is asked now and then; its late answer would carry its own address, so the
 * others need not wait for silence. Safe frames do not wait for it either. */
void link_missed(struct link *link, enum rc rc)
{
    struct exchange out = link->out;
    struct device *device = out.device;
    struct instant now = loop_now(link->loop);

    link->stats.timeouts++;
    link->state = LINK_IDLE;
    link->free_at = instant_add(now, device->driver->turnaround);
    if (out.job != JOB_SAFE && !(out.probe && device->driver->bus))
        link_drain(link, device);
    if (out.probe)
        link->probe_after = instant_add(now, duration_us(4 * device->driver->reply_timeout.us));
    if (out.job == JOB_SET)
        device_requeue_set(device, &out, rc);
    if (out.job == JOB_SAFE)
        device_safe_step_done(device, rc);
    if (out.life == device->life)
        device_missed(device, rc, out.probe && out.job == JOB_BRING_UP);
}

/* ---- receiving ---- */

static void answered(struct link *link, struct span frame, enum rc rc, const struct answer *answer)
{
    struct exchange out = link->out;
    struct device *device = out.device;
    struct instant now = loop_now(link->loop);

    link->stats.replies++;
    link->state = LINK_IDLE;
    link->free_at = instant_add(now, device->driver->turnaround);
    keep(device->reply, sizeof device->reply, &device->reply_len, frame);
    if (rc == RC_OK || out.job == JOB_BRING_UP || out.job == JOB_SET || out.job == JOB_SAFE) {
        if (rc == RC_OK) {
            device->good_at = now;
            device->ever_good = true;
            /* One that answers only the sync, or only the first steps, must go down in the end. */
            if (out.job != JOB_SYNC && device->state == DEVICE_UP)
                device->misses = device->retries = 0;
        }
        finish(link, &out, rc, answer);
        return;
    }
    if (out.job == JOB_POLL && rc == RC_RANGE) { /* it is there, but this is no reading */
        if (!device->said_range)
            log_say(link->log, LOG_WARN, "%s: reports an impossible reading", device->setup.name);
        device->said_range = true;
        device_poll_abort(device);
        return;
    }
    if (out.life == device->life)
        device_missed(device, rc, false);
}

static bool is_answer(struct link *link, struct span frame)
{
    struct device *device = link->out.device;
    const struct driver *driver = device->driver;
    struct answer answer = {
        .identity = &device->fresh, .reading = device->reading.bytes, .readback = NAN};
    enum rc rc = driver->decode(driver, &device->setup, &link->out.ask, frame, &answer);
    if (rc != RC_OK && rc != RC_REFUSED && rc != RC_RANGE)
        return false;
    answered(link, frame, rc, &answer);
    return true;
}

/* Units of a stream mostly speak in turn, so the search begins where the last frame ended. */
static struct device *owner_of(struct link *link, struct span frame)
{
    for (size_t n = 0; n < link->count; n++) {
        size_t i = link->last_owner + n;
        i = i < link->count ? i : i - link->count;
        struct device *device = link->devices[i];
        const struct driver *driver = device->driver;
        if (driver->streams && driver->owns && driver->owns(driver, &device->setup, frame)) {
            link->last_owner = i;
            return device;
        }
    }
    return NULL;
}

static void take_frame(struct link *link, struct span frame)
{
    struct instant now = loop_now(link->loop);
    if (link->state == LINK_WAITING && is_answer(link, frame))
        return;
    struct device *owner = link->streamers ? owner_of(link, frame) : NULL;
    if (owner) {
        device_take_stream(owner, frame, now);
        return;
    }
    link->stats.stray_frames++;
    link->last_byte_at = now;
    if (link->state != LINK_WAITING)
        return;
    struct device *device = link->out.device;
    link->out.garbage = true;
    keep(device->reply, sizeof device->reply, &device->reply_len, frame);
}

/* Line ends between frames are not worth a word. */
static void note_garbage(struct link *link, struct span noise)
{
    size_t n = 0;
    for (size_t i = 0; i < noise.len; i++)
        n += noise.at[i] != '\r' && noise.at[i] != '\n';
    link->stats.garbage_bytes += n;
    if (n == 0 || link->state != LINK_WAITING)
        return;
    struct device *device = link->out.device;
    link->out.garbage = true;
    keep(device->reply, sizeof device->reply, &device->reply_len, noise);
}

/* Cut frames from the start of `bytes`; returns how many bytes are used up. */
static size_t cut_frames(struct link *link, struct span bytes)
{
    size_t total = 0;
    while (bytes.len > 0 && link->state != LINK_CLOSED) {
        struct span frame = {NULL, 0};
        size_t used = 0;
        enum frame_state cut = link->framing->cut(bytes, &frame, &used);
        if (cut == FRAME_READY)
            take_frame(link, frame);
        else if (used > 0)
            note_garbage(link, (struct span){bytes.at, used});
        else
            break;
        total += used;
        bytes = span_skip(bytes, used);
    }
    return total;
}

/* What a whole frame ends with may come with the next one's beginning, so a rest is kept. */
static void take_buffered(struct link *link, struct span bytes)
{
    while (bytes.len > 0 && link->state != LINK_CLOSED) {
        size_t n = sizeof link->rx - link->rx_len;
        n = n < bytes.len ? n : bytes.len;
        memcpy(link->rx + link->rx_len, bytes.at, n);
        link->rx_len += n;
        bytes = span_skip(bytes, n);
        size_t used = cut_frames(link, (struct span){link->rx, link->rx_len});
        if (used == 0 && link->rx_len == sizeof link->rx) {
            note_garbage(link, (struct span){link->rx, link->rx_len});
            used = link->rx_len;
        }
        /* A drain or a write inside may have dropped the buffer already. */
        used = used < link->rx_len ? used : link->rx_len;
        link->rx_len -= used;
        memmove(link->rx, link->rx + used, link->rx_len);
    }
}

static void take_directly(struct link *link, struct span bytes)
{
    struct span rest = span_skip(bytes, cut_frames(link, bytes));
    if (rest.len > 0 && link->state != LINK_CLOSED)
        take_buffered(link, rest);
}

void link_take_bytes(struct link *link, struct span bytes)
{
    if (link->state == LINK_CLOSED || link->state == LINK_NEW)
        return;
    bool was_waiting = link->state == LINK_WAITING;
    tap(link, false, bytes);
    if (link->state == LINK_DRAINING && link->streamers == 0) {
        link->stats.garbage_bytes += bytes.len;
        link->last_byte_at = loop_now(link->loop);
        return;
    }
    if (link->streamers == 0)
        link->last_byte_at = loop_now(link->loop);
    if (link->rx_len == 0)
        take_directly(link, bytes);
    else
        take_buffered(link, bytes);
    if (was_waiting && link->state != LINK_WAITING && link->state != LINK_CLOSED)
        link_pump(link);
}
