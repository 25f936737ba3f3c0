/* The life of a device: brought up step by step, up, down. */
#include <math.h>

#include "instruments/link_private.h"

enum { WHY_MAX = 512, STREAM_PERIODS = 10, STREAM_SILENCE_ms = 500 };

bool link_adapters_up(const struct link *link)
{
    for (size_t i = 0; i < link->count; i++)
        if (link->devices[i]->is_adapter && link->devices[i]->state != DEVICE_UP)
            return false;
    return true;
}

/* ---- bring-up ---- */

static void restart(struct device *device)
{
    device->phase = BRING_IDENTIFY;
    device->step = 0;
    device->read_once = false;
    device->life++;
    device->heard = false;
    device->needs_sync = false;
    device->poll_step = 0;
    device->fresh = (struct identity){.full_scale = (double)NAN};
}

void device_begin(struct device *device)
{
    restart(device);
    device->misses = 0;
    device->retries = 0;
    device->due = loop_now(device->link->loop);
}

static unsigned steps_of(const struct driver *driver, enum bring_up phase)
{
    return phase == BRING_IDENTIFY    ? driver->identify_steps
           : phase == BRING_CONFIGURE ? driver->configure_steps
           : phase == BRING_SAFE      ? driver->safe_steps
                                      : 0;
}

/* A unit that takes the place of another one has another full scale, gas or calibration. */
static bool was_swapped(const struct device *device)
{
    return device->identified && device->identity.serial[0] != '\0' &&
           strcmp(device->identity.serial, device->fresh.serial) != 0;
}

void device_note_rest(struct device *device)
{
    const struct capability *capability = device->driver->capability;
    for (unsigned signal = 0; signal < capability->signal_count; signal++)
        for (unsigned channel = 0; channel < device->channels; channel++)
            if (capability->signals[signal].writable)
                device->held[signal + DEVICE_SIGNALS_MAX * channel] =
                    capability->signals[signal].safe;
}

static void go_up(struct device *device)
{
    struct link *link = device->link;
    struct instant now = loop_now(link->loop);
    device->state = DEVICE_UP;
    device->phase = BRING_DONE;
    device->identity = device->fresh;
    device->identified = true;
    device->announced = false;
    device->misses = 0;
    device->due = now;
    device->said_range = false;
    device_clear_reading(device);
    for (size_t i = 0; device->is_adapter && i < link->count; i++)
        if (link->devices[i] != device && link->devices[i]->state == DEVICE_DOWN)
            link->devices[i]->due = now;
    log_say(link->log, LOG_INFO, "%s: %s: up: %s %s serial %s firmware %s", link->name,
            device->setup.name, device->identity.make, device->identity.model,
            device->identity.serial, device->identity.firmware);
    if (link->state == LINK_IDLE)
        link_arm(link, now);
    if (device->events.up)
        device->events.up(device->events.ctx, device, &device->identity);
}

static void arm_watchdog(struct link *link, struct instant due)
{
    if (!timer_armed(&link->watchdog) || instant_before(due, link->watchdog.due))
        if (loop_arm(link->loop, &link->watchdog, due) != RC_OK)
            link_hang_up(link, "out of memory");
}

static struct duration longest_silence(const struct device *device)
{
    struct duration longest = {device->period.us * STREAM_PERIODS};
    struct duration at_least = duration_ms(STREAM_SILENCE_ms);
    return longest.us > at_least.us ? longest : at_least;
}

/* The steps are done. A device that sends by itself must have been heard too. */
static void finish_bring_up(struct device *device)
{
    struct link *link = device->link;
    if (device->driver->streams && device->driver->owns) {
        if (device->phase != BRING_STREAM)
            device->heard_at = loop_now(link->loop);
        device->phase = BRING_STREAM;
        device->state = DEVICE_STARTING;
        arm_watchdog(link, instant_add(device->heard_at, longest_silence(device)));
        if (!device->heard)
            return;
    }
    go_up(device);
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_identity(const struct identity *a, const struct identity *b)
{
    return strcmp(a->make, b->make) == 0 && strcmp(a->model, b->model) == 0 &&
           strcmp(a->serial, b->serial) == 0 && strcmp(a->firmware, b->firmware) == 0 &&
           strcmp(a->gas, b->gas) == 0 && same_number(a->full_scale, b->full_scale);
}

/* Many protocols have no checksum, and one wrong bit in a serial number would name another unit for
 * good. So who it is must be read twice alike. False: there is nothing more to do now. */
static bool accept_identity(struct device *device, bool *again)
{
    *again = device->driver->identify_steps > 0 && !device->read_once;
    if (*again) {
        device->first = device->fresh;
        device->fresh = (struct identity){.full_scale = (double)NAN};
        device->read_once = true;
        device->step = 0;
        return true;
    }
    if (device->read_once && !same_identity(&device->first, &device->fresh)) {
        device_missed(device, RC_PROTOCOL, false);
        return false;
    }
    if (!was_swapped(device))
        return true;
    device_go_down(device, RC_REFUSED, "another unit has taken its place");
    return false;
}

static bool enter_next_phase(struct device *device)
{
    bool again = false;
    if (device->phase == BRING_IDENTIFY && !accept_identity(device, &again))
        return false;
    if (again)
        return true;
    if (device->phase == BRING_SAFE)
        device_note_rest(device);
    device->phase++;
    device->step = 0;
    return true;
}

bool device_wants_request(const struct device *device)
{
    return device->phase < BRING_STREAM && device->step < steps_of(device->driver, device->phase);
}

void device_advance(struct device *device)
{
    device->due = loop_now(device->link->loop);
    while (device->phase < BRING_STREAM && !device_wants_request(device))
        if (!enter_next_phase(device))
            return;
    if (device->phase >= BRING_STREAM)
        finish_bring_up(device);
}

/* With the outcome of the step that was sent. */
void device_step_done(struct device *device, enum rc rc)
{
    if (rc != RC_OK) {
        device_go_down(device, rc, "declined");
        return;
    }
    device->state = DEVICE_STARTING;
    device->step++;
    device_advance(device);
}

/* ---- readings ---- */

/* Readings are made of doubles only; what no step fills stays "no value". */
void device_clear_reading(struct device *device)
{
    static const double none = (double)NAN;
    size_t size = device->driver->capability->reading_size;
    for (size_t at = 0; at + sizeof none <= size; at += sizeof none)
        memcpy(device->reading.bytes + at, &none, sizeof none);
}

static void hand_up(struct device *device, struct instant t)
{
    if (device->events.reading)
        device->events.reading(device->events.ctx, device, device->reading.bytes, t);
}

void device_poll_abort(struct device *device)
{
    device->poll_step = 0;
}

void device_poll_done(struct device *device, bool complete, struct instant replied_at)
{
    int64_t half = instant_since(replied_at, device->poll_began).us / 2;
    if (complete || ++device->poll_step >= device->driver->poll_steps)
        device->poll_step = 0;
    if (!complete)
        return;
    device->said_range = false;
    hand_up(device, instant_add(device->poll_began, duration_us(half)));
}

void device_take_stream(struct device *device, struct span frame, struct instant now)
{
    const struct driver *driver = device->driver;
    struct ask ask = {.kind = ASK_STREAM, .held = device->held};
    struct answer answer = {
        .identity = &device->fresh, .reading = device->reading.bytes, .readback = (double)NAN};
    if (driver->decode(driver, &device->setup, &ask, frame, &answer) != RC_OK) {
        device->link->stats.stray_frames++;
        return;
    }
    device->heard_at = device->good_at = now;
    device->heard = device->ever_good = true;
    if (device->phase == BRING_STREAM)
        finish_bring_up(device);
    if (!answer.complete || device->state != DEVICE_UP)
        return;
    device->retries = 0;
    hand_up(device, now);
    device_clear_reading(device); /* a lost frame must not leave an old value behind */
}

void link_watch_streams(struct link *link)
{
    struct instant now = loop_now(link->loop), next = INSTANT_NEVER;
    for (size_t i = 0; i < link->count; i++) {
        struct device *device = link->devices[i];
        bool watched = device->driver->streams && device->driver->owns &&
                       (device->state == DEVICE_UP || device->phase == BRING_STREAM);
        if (!watched)
            continue;
        struct instant due = instant_add(device->heard_at, longest_silence(device));
        if (!instant_before(now, due))
            device_go_down(device, RC_TIMEOUT, "went silent");
        else if (instant_before(due, next))
            next = due;
    }
    if (link->state == LINK_CLOSED)
        return;
    if (next.us != INSTANT_NEVER.us)
        arm_watchdog(link, next);
    if (link->state == LINK_IDLE)
        link_arm(link, now);
}

/* ---- misses and going down ---- */

static void put(struct obuf *out, const char *text)
{
    (void)!obuf_put(out, span_text(text));
}

static void put_quoted(struct obuf *out, const char *what, const char *bytes, size_t len)
{
    put(out, what);
    if (len == 0) {
        put(out, "none");
        return;
    }
    put(out, "\"");
    obuf_escaped(out, (struct span){bytes, len});
    put(out, "\"");
}

static void put_age(struct obuf *out, const struct device *device)
{
    if (!device->ever_good) {
        put(out, "; never a good reply");
        return;
    }
    struct duration age = instant_since(loop_now(device->link->loop), device->good_at);
    (void)!obuf_printf(out, "; last good reply %lld.%03lld s ago", (long long)(age.us / 1000000),
                       (long long)(age.us / 1000 % 1000));
}

/* "/dev/ttyS0: mfc_n2: no reply (time-out); sent "A\r"; last reply none; never a good reply" */
static void explain(const struct device *device, enum rc rc, const char *what, struct obuf *out)
{
    (void)!obuf_printf(out, "%s: %s: %s (%s)", device->link->name, device->setup.name, what,
                       rc_text(rc));
    put_quoted(out, "; sent ", device->request, device->request_len);
    put_quoted(out, "; last reply ", device->reply, device->reply_len);
    put_age(out, device);
    out->at[out->len] = '\0';
}

static void announce(struct device *device, enum rc rc, const char *what)
{
    char text[WHY_MAX + 1];
    struct obuf why = {text, 0, WHY_MAX};
    device->announced = true;
    device->last_rc = rc;
    explain(device, rc, what, &why);
    log_say(device->link->log, LOG_WARN, "%s", text);
    if (device->events.down)
        device->events.down(device->events.ctx, device, rc, text);
}

static void take_others_down(struct device *adapter)
{
    struct link *link = adapter->link;
    for (size_t i = 0; i < link->count; i++)
        if (!link->devices[i]->is_adapter && link->devices[i]->state != DEVICE_DOWN)
            device_go_down(link->devices[i], RC_IO, "its CAN adapter is down");
}

void device_go_down(struct device *device, enum rc rc, const char *what)
{
    struct link *link = device->link;
    bool is_news = !device->announced || device->last_rc != rc;
    bool was_up = device->state == DEVICE_UP;

    restart(device);
    device->state = DEVICE_DOWN;
    device->misses = 0;
    device->due = instant_add(loop_now(link->loop), link_back_off(device->retries++));
    for (size_t i = 0; i < (size_t)DEVICE_SIGNALS_MAX * device->channels; i++)
        device->held[i] = (double)NAN;
    device_cancel_sets(device, rc);
    if (is_news)
        announce(device, rc, what);
    if (was_up && device->is_adapter && link->state != LINK_CLOSED)
        take_others_down(device);
}

/* A unit that was there gets three chances; one that is known to be away is asked once in a while.
 */
void device_missed(struct device *device, enum rc rc, bool probe)
{
    struct link *link = device->link;
    const char *what = rc == RC_PROTOCOL  ? "no understandable reply"
                       : rc == RC_TIMEOUT ? "no reply"
                                          : "declined";
    if (device->state == DEVICE_UP)
        device_poll_abort(device);
    if (probe || ++device->misses >= LINK_MISSES_MAX) {
        device_go_down(device, rc, what);
        return;
    }
    if (device->state == DEVICE_UP) {
        device->needs_sync = true;
        device->sync_at = loop_now(link->loop);
        return;
    }
    restart(device); /* to be identified anew is proof enough */
    device->due = loop_now(link->loop);
}
