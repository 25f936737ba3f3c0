/* What is sent next: safe frames, then sets in the order they came, then what is due, the longest
 * due first, so that every device gets its turn whatever the others do. */
#include <math.h>

#include "instruments/link_private.h"

/* ---- choosing ---- */

static bool others_up(const struct link *link)
{
    for (size_t i = 0; i < link->count; i++)
        if (link->devices[i]->state == DEVICE_UP)
            return true;
    return false;
}

/* When the device wants the line for a poll, a sync or a step of its bring-up. */
static struct instant wanted_at(const struct link *link, const struct device *device)
{
    if (!device->is_adapter && !link_adapters_up(link))
        return INSTANT_NEVER;
    if (device->state == DEVICE_UP) {
        if (device->needs_sync)
            return device->sync_at;
        if (device->poll_step > 0) /* a reading that was begun is finished */
            return device->poll_began;
        bool polls = device->driver->poll_steps > 0 && !link->polls_paused;
        return polls ? device->due : INSTANT_NEVER;
    }
    if (device->phase == BRING_STREAM)
        return INSTANT_NEVER; /* it is to speak */
    if (device->state == DEVICE_DOWN && device->announced && others_up(link) &&
        instant_before(device->due, link->probe_after))
        return link->probe_after;
    return device->due;
}

static bool choose_safe(struct link *link, struct job *job)
{
    for (size_t i = 0; i < link->count; i++) {
        struct device *device = link->devices[i];
        if (!device->safe.waiting)
            continue;
        *job = (struct job){.device = device,
                            .kind = JOB_SAFE,
                            .ask = {.kind = ASK_SAFE, .step = device->safe.step}};
        return true;
    }
    return false;
}

static struct pending_set *oldest_set(struct link *link, struct device **of)
{
    struct pending_set *oldest = NULL;
    for (size_t i = 0; i < link->count; i++) {
        struct device *device = link->devices[i];
        for (size_t k = 0; device->sets_waiting > 0 && k < device->set_count; k++) {
            struct pending_set *set = &device->sets[k];
            if (!set->waiting || (oldest && oldest->order < set->order))
                continue;
            oldest = set;
            *of = device;
        }
    }
    return oldest;
}

static struct job sync_job(struct device *device)
{
    return (struct job){.device = device, .kind = JOB_SYNC, .ask = {.kind = ASK_SYNC}};
}

static bool choose_set(struct link *link, struct job *job)
{
    struct device *device = NULL;
    struct pending_set *set = oldest_set(link, &device);
    if (!set)
        return false;
    if (device->needs_sync) {
        *job = sync_job(device);
        return true;
    }
    size_t index = (size_t)(set - device->sets), signals = device->driver->capability->signal_count;
    *job = (struct job){.device = device,
                        .kind = JOB_SET,
                        .ask = {.kind = ASK_SET,
                                .signal = (unsigned)(index % signals),
                                .channel = (unsigned)(index / signals),
                                .value = set->value},
                        .set = *set};
    set->waiting = false;
    device->sets_waiting--;
    return true;
}

static struct job due_job(struct device *device)
{
    static const enum ask_kind kind_of[] = {[BRING_IDENTIFY] = ASK_IDENTIFY,
                                            [BRING_CONFIGURE] = ASK_CONFIGURE,
                                            [BRING_SAFE] = ASK_SAFE};
    if (device->state == DEVICE_UP && device->needs_sync)
        return sync_job(device);
    if (device->state == DEVICE_UP)
        return (struct job){.device = device,
                            .kind = JOB_POLL,
                            .ask = {.kind = ASK_POLL, .step = device->poll_step}};
    return (struct job){.device = device,
                        .kind = JOB_BRING_UP,
                        .ask = {.kind = kind_of[device->phase], .step = device->step}};
}

/* False: nothing is due; *next tells when something will be. */
static bool choose_due(struct link *link, struct instant now, struct job *job, struct instant *next)
{
    struct device *first = NULL;
    *next = INSTANT_NEVER;
    for (size_t i = 0; i < link->count; i++) {
        struct instant due = wanted_at(link, link->devices[i]);
        if (!instant_before(due, *next))
            continue;
        *next = due;
        first = link->devices[i];
    }
    if (!first || instant_before(now, *next))
        return false;
    *job = due_job(first);
    if (job->kind == JOB_POLL && job->ask.step == 0) { /* no catching up of polls that were late */
        struct instant on_time = instant_add(first->due, first->period);
        first->due = instant_before(now, on_time) ? on_time : instant_add(now, first->period);
        if (!first->driver->streams)
            device_clear_reading(first);
    }
    return true;
}

static bool safe_waits(const struct link *link)
{
    for (size_t i = 0; i < link->count; i++)
        if (link->devices[i]->safe.waiting)
            return true;
    return false;
}

void link_pump(struct link *link)
{
    struct instant now = loop_now(link->loop);
    if (link->state == LINK_DRAINING && (safe_waits(link) || link_drained(link, now)))
        link->state = LINK_IDLE;
    while (link->state == LINK_IDLE) {
        struct job job;
        struct instant next = now;
        if (instant_before(now, link->free_at)) {
            link_arm(link, link->free_at);
            return;
        }
        if (!choose_safe(link, &job) && !choose_set(link, &job) &&
            !choose_due(link, now, &job, &next)) {
            link_arm(link, next);
            return;
        }
        if (job.kind == JOB_BRING_UP && !device_wants_request(job.device))
            device_advance(job.device);
        else
            link_send(link, &job);
        if (link->state == LINK_DRAINING && link_drained(link, now))
            link->state = LINK_IDLE;
    }
}

/* ---- sets ---- */

static void drop_set(struct device *device, struct pending_set *set, enum rc rc)
{
    struct pending_set old = *set;
    set->waiting = false;
    device->sets_waiting--;
    if (old.done)
        old.done(old.ctx, rc, (double)NAN);
}

void device_cancel_sets(struct device *device, enum rc rc)
{
    for (size_t i = 0; i < device->set_count && device->sets_waiting > 0; i++)
        if (device->sets[i].waiting)
            drop_set(device, &device->sets[i], rc);
}

/* A set that was not answered is sent once more, after the device has been proved: values are
 * absolute, so it does not matter whether the first one arrived. A newer one makes it void. */
void device_requeue_set(struct device *device, const struct exchange *out, enum rc rc)
{
    size_t signals = device->driver->capability->signal_count;
    struct pending_set *slot = &device->sets[out->ask.signal + signals * out->ask.channel];
    bool again = out->set.attempts == 0 && !slot->waiting && !device->safe.waiting &&
                 device->state == DEVICE_UP && device->misses + 1 < LINK_MISSES_MAX;
    if (!again) {
        if (out->set.done)
            out->set.done(out->set.ctx, slot->waiting ? RC_REFUSED : rc, (double)NAN);
        return;
    }
    *slot = out->set;
    slot->waiting = true;
    slot->attempts++;
    device->sets_waiting++;
}

static bool may_set(const struct device *device, unsigned signal, unsigned channel, double value)
{
    const struct capability *capability = device->driver->capability;
    return isfinite(value) && signal < capability->signal_count &&
           capability->signals[signal].writable && channel < device->channels;
}

/* NOLINTNEXTLINE(readability-function-size): six plain values say it best */
enum rc device_set(struct device *device, unsigned signal, unsigned channel, double value,
                   device_done *done, void *ctx)
{
    struct link *link = device->link;
    const struct driver *driver = device->driver;
    if (!may_set(device, signal, channel, value))
        return RC_RANGE;
    if (link->state == LINK_CLOSED)
        return RC_IO;
    if (device->state != DEVICE_UP || device->safe.waiting)
        return RC_REFUSED;

    char bytes[DEVICE_FRAME_MAX];
    struct obuf trial = {bytes, 0, sizeof bytes};
    struct ask ask = {.kind = ASK_SET,
                      .signal = signal,
                      .channel = channel,
                      .value = value,
                      .held = device->held};
    enum rc rc = driver->encode(driver, &device->setup, &ask, &trial);
    if (rc != RC_OK)
        return rc;
    struct pending_set *set = &device->sets[signal + driver->capability->signal_count * channel];
    uint64_t order = set->waiting ? set->order : link->order++;
    if (set->waiting)
        drop_set(device, set, RC_REFUSED);
    *set = (struct pending_set){
        .waiting = true, .value = value, .order = order, .done = done, .ctx = ctx};
    device->sets_waiting++;
    if (link->state == LINK_IDLE)
        link_arm(link, loop_now(link->loop));
    return RC_OK;
}

/* ---- safe frames ---- */

enum rc device_make_safe(struct device *device, device_done *done, void *ctx)
{
    struct link *link = device->link;
    if (link->state == LINK_CLOSED || link->state == LINK_NEW)
        return RC_IO;
    device_safe_cancel(device, RC_REFUSED);
    device->safe = (struct pending_safe){.waiting = true, .rc = RC_OK, .done = done, .ctx = ctx};
    device_cancel_sets(device, RC_REFUSED);
    if (link->state == LINK_IDLE || link->state == LINK_DRAINING)
        link_arm(link, loop_now(link->loop));
    return RC_OK;
}

void device_safe_cancel(struct device *device, enum rc rc)
{
    struct pending_safe old = device->safe;
    device->safe = (struct pending_safe){0};
    if (old.waiting && old.done)
        old.done(old.ctx, rc, (double)NAN);
}

static void finish_safe(struct device *device)
{
    struct link *link = device->link;
    struct pending_safe over = device->safe;
    device->safe = (struct pending_safe){0};
    if (over.rc == RC_OK)
        device_note_rest(device);
    if (over.missed) {
        device->needs_sync = device->state == DEVICE_UP;
        device->sync_at = loop_now(link->loop);
        link_drain(link, device);
    }
    if (over.done)
        over.done(over.ctx, over.rc, (double)NAN);
}

/* A frame that fails is tried again; then the next ones have their turn all the same. */
void device_safe_step_done(struct device *device, enum rc rc)
{
    struct pending_safe *safe = &device->safe;
    if (!safe->waiting)
        return; /* replaced or cancelled while this frame was out */
    if (rc == RC_TIMEOUT || rc == RC_PROTOCOL)
        safe->missed = true;
    if (rc != RC_OK && ++safe->tries < LINK_SAFE_TRIES)
        return;
    if (rc != RC_OK && safe->rc == RC_OK)
        safe->rc = rc;
    safe->tries = 0;
    if (++safe->step >= device->driver->safe_steps)
        finish_safe(device);
}

enum rc device_safe_frames(const struct driver *driver, const struct device_setup *setup,
                           enum rc (*put)(void *ctx, struct span frame), void *ctx)
{
    double held[DEVICE_SIGNALS_MAX * DEVICE_SIGNALS_MAX];
    for (size_t i = 0; i < COUNT(held); i++)
        held[i] = (double)NAN;
    for (unsigned step = 0; step < driver->safe_steps; step++) {
        char bytes[DEVICE_FRAME_MAX];
        struct obuf frame = {bytes, 0, sizeof bytes};
        struct ask ask = {.kind = ASK_SAFE, .step = step, .held = held};
        enum rc rc = driver->encode(driver, setup, &ask, &frame);
        if (rc == RC_OK && frame.len > 0)
            rc = put(ctx, obuf_span(&frame));
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}
