#include "instruments/link.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "instruments/link_private.h"

enum { BACK_OFF_STEPS = 3 };

struct duration link_back_off(unsigned tries)
{
    static const int64_t wait_ms[BACK_OFF_STEPS] = {500, 1000, 2000};
    return duration_ms(wait_ms[tries < BACK_OFF_STEPS ? tries : BACK_OFF_STEPS - 1]);
}

/* The link's two timers keep their places in the loop's line from link_start on, which only grows,
 * so this cannot fail for want of memory while running; if it does, the port is given up. */
void link_arm(struct link *link, struct instant due)
{
    if (loop_arm(link->loop, &link->timer, due) != RC_OK)
        link_hang_up(link, "out of memory");
}

/* ---- port events ---- */

static void handle_bytes(void *ctx, struct span bytes)
{
    struct link *link = ctx;
    link_take_bytes(link, bytes);
}

static void handle_closed(void *ctx, const char *why)
{
    struct link *link = ctx;
    link_hang_up(link, why);
}

static void use_transport(struct link *link, struct transport *transport)
{
    link->transport = transport;
    transport->events =
        (struct transport_events){.bytes = handle_bytes, .closed = handle_closed, .ctx = link};
}

/* Closed first: while it is open it keeps the lock, and the way in, of the next one. */
static void try_reopen(struct link *link)
{
    if (link->transport)
        link->transport->ops->close(link->transport);
    link->transport = NULL;
    struct transport *transport = link->reopen.open(link->reopen.ctx);
    if (!transport) {
        link->reopen_tries++;
        link_arm(link, instant_add(loop_now(link->loop), link_back_off(link->reopen_tries)));
        return;
    }
    log_say(link->log, LOG_INFO, "%s: open again", link->name);
    use_transport(link, transport);
    link->reopen_tries = 0;
    link->rx_len = 0;
    link->state = LINK_IDLE;
    link->free_at = link->last_byte_at = loop_now(link->loop);
    for (size_t i = 0; i < link->count; i++)
        device_begin(link->devices[i]);
    link_pump(link);
}

void link_hang_up(struct link *link, const char *why)
{
    if (link->state == LINK_CLOSED)
        return;
    struct exchange out = link->out;
    bool was_waiting = link->state == LINK_WAITING;
    link->state = LINK_CLOSED;
    loop_disarm(link->loop, &link->timer);
    loop_disarm(link->loop, &link->watchdog);
    if (was_waiting && out.job == JOB_SET && out.set.done)
        out.set.done(out.set.ctx, RC_IO, NAN);
    for (size_t i = 0; i < link->count; i++) {
        device_safe_cancel(link->devices[i], RC_IO);
        device_go_down(link->devices[i], RC_IO, why);
    }
    if (!link->reopen.open)
        return;
    link->reopen_tries = 0;
    link_arm(link, instant_add(loop_now(link->loop), link_back_off(0)));
}

static void handle_timer(void *ctx)
{
    struct link *link = ctx;
    struct instant now = loop_now(link->loop);
    if (link->state == LINK_CLOSED) {
        try_reopen(link);
        return;
    }
    if (link->state == LINK_WAITING && !instant_before(now, link->out.deadline)) {
        bool cut_short = link->streamers == 0 && link->rx_len > 0;
        link_missed(link, link->out.garbage || cut_short ? RC_PROTOCOL : RC_TIMEOUT);
    }
    if (link->state == LINK_DRAINING && link_drained(link, now))
        link->state = LINK_IDLE;
    link_pump(link);
}

static void handle_watchdog(void *ctx)
{
    link_watch_streams(ctx);
}

/* ---- making ---- */

struct link *link_new(struct loop *loop, struct transport *transport, struct log *log)
{
    struct link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    link->loop = loop;
    link->log = log;
    link->timer = timer_of(handle_timer, link);
    link->watchdog = timer_of(handle_watchdog, link);
    memcpy(link->name, transport->name, sizeof link->name);
    use_transport(link, transport);
    return link;
}

static void free_device(struct device *device)
{
    if (!device)
        return;
    free(device->held);
    free(device->sets);
    free(device);
}

void link_free(struct link *link)
{
    if (!link)
        return;
    loop_disarm(link->loop, &link->timer);
    loop_disarm(link->loop, &link->watchdog);
    if (link->transport)
        link->transport->ops->close(link->transport);
    for (size_t i = 0; i < link->count; i++)
        free_device(link->devices[i]);
    free(link->devices);
    free(link);
}

static bool is_adapter(const struct driver *driver)
{
    return strcmp(driver->capability->name, "can_adapter") == 0;
}

static bool can_share(const struct driver *driver)
{
    return driver->bus || driver->streams || is_adapter(driver);
}

static bool same_line(const struct line_settings *a, const struct line_settings *b)
{
    return a->baud == b->baud && a->parity == b->parity && a->data_bits == b->data_bits &&
           a->stop_bits == b->stop_bits;
}

enum link_sharing link_may_share(const struct driver *first, const struct driver *other)
{
    if (!can_share(first) || !can_share(other))
        return LINK_ALONE;
    if (first->framing != other->framing)
        return LINK_OTHER_PROTOCOL;
    return same_line(&first->line, &other->line) ? LINK_SHARED : LINK_OTHER_LINE;
}

static bool fits(const struct link *link, const struct driver *driver)
{
    if (driver->capability->reading_size > DEVICE_READING_MAX ||
        driver->capability->signal_count > DEVICE_SIGNALS_MAX)
        return false;
    return link->count == 0 || link_may_share(link->devices[0]->driver, driver) == LINK_SHARED;
}

static struct device *new_device(const struct driver *driver, const struct device_setup *setup)
{
    struct device *device = calloc(1, sizeof *device);
    if (!device)
        return NULL;
    unsigned channels = setup->channels ? setup->channels : driver->channels;
    device->driver = driver;
    device->setup = *setup;
    device->is_adapter = is_adapter(driver);
    device->channels = channels ? channels : 1;
    device->set_count = driver->capability->signal_count * device->channels;
    size_t held_count = (size_t)DEVICE_SIGNALS_MAX * device->channels;
    device->held = calloc(held_count, sizeof *device->held);
    device->sets = calloc(device->set_count + 1, sizeof *device->sets);
    if (!device->held || !device->sets) {
        free_device(device);
        return NULL;
    }
    for (size_t i = 0; i < held_count; i++)
        device->held[i] = NAN;
    return device;
}

struct device *link_add(struct link *link, const struct driver *driver,
                        const struct device_setup *setup, struct device_events events)
{
    assert(link->state == LINK_NEW);
    if (!fits(link, driver)) {
        log_say(link->log, LOG_ERROR, "%s: %s (%s) cannot share this port with %s", link->name,
                setup->name, driver->name, link->count ? link->devices[0]->driver->name : "others");
        return NULL;
    }
    struct device **more = reallocarray(link->devices, link->count + 1, sizeof(struct device *));
    if (!more)
        return NULL;
    link->devices = more;
    struct device *device = new_device(driver, setup);
    if (!device)
        return NULL;
    device->link = link;
    device->events = events;
    link->framing = driver->framing;
    link->streamers += driver->streams && driver->owns;
    link->devices[link->count++] = device;
    device_poll_every(device, duration_us(0));
    return device;
}

enum rc link_start(struct link *link)
{
    struct instant now = loop_now(link->loop);
    assert(link->state == LINK_NEW);
    if (link->count == 0)
        return RC_CONFIG;
    enum rc rc = loop_arm(link->loop, &link->watchdog, now);
    if (rc == RC_OK)
        rc = loop_arm(link->loop, &link->timer, now);
    if (rc != RC_OK)
        return rc;
    link->state = LINK_IDLE;
    link->free_at = link->last_byte_at = link->probe_after = now;
    for (size_t i = 0; i < link->count; i++)
        device_begin(link->devices[i]);
    return RC_OK;
}

/* ---- small things ---- */

void link_pause_polls(struct link *link, bool paused)
{
    link->polls_paused = paused;
    if (link->state == LINK_IDLE)
        link_arm(link, loop_now(link->loop));
}

void link_set_reopen(struct link *link, struct link_reopen reopen)
{
    link->reopen = reopen;
}

void link_set_tap(struct link *link, struct link_tap tap)
{
    link->tap = tap;
}

struct link_stats link_statistics(const struct link *link)
{
    return link->stats;
}

struct transport *link_transport(struct link *link)
{
    return link->transport;
}

const struct driver *device_driver(const struct device *device)
{
    return device->driver;
}

const struct device_setup *device_setup_of(const struct device *device)
{
    return &device->setup;
}

enum device_state device_state_of(const struct device *device)
{
    return device->state;
}

const struct identity *device_identity(const struct device *device)
{
    return &device->identity;
}

void device_poll_every(struct device *device, struct duration period)
{
    struct duration at_least = duration_ms(1);
    device->period = period.us > 0 ? period : device->driver->poll_period;
    if (device->period.us < at_least.us)
        device->period = at_least;
}
