#include "bench/session.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bench/options.h"
#include "bench/session_private.h"

static const struct duration loss_patience = {INT64_C(3000000)};
static const struct duration safe_patience = {INT64_C(5000000)};
static const struct duration look_period = {INT64_C(100000)};

unsigned session_channel_of(const struct session *s, const struct channel *channel)
{
    return (unsigned)(channel - s->config.station->view.channels);
}

/* --- what comes in -----------------------------------------------------------------------------
 */

void session_value(void *ctx, unsigned channel, unsigned site, double si, struct instant t)
{
    struct session *s = ctx;
    const struct station *station = s->config.station;
    if (s->gate && gate_gas_at(s->gate, channel))
        manifold_observe(s->manifold, channel, si, t);
    if (s->gate)
        gate_insulation_observe(s->gate, channel, si);
    if (s->wanted[channel * (station->sites + 1) + site])
        engine_sample(s->engine, &station->view.channels[channel], site, si, t);
    session_check_trips(s, channel, site, si);
}

void session_stop(struct session *s, enum stop_why why, const char *text)
{
    if (!s->engine || !engine_running(s->engine))
        return;
    if (!s->stopping && !engine_cleaning(s->engine)) {
        session_drop_sets(s);
        manifold_drop(s->manifold);
        s->mix_open = s->select_open = false;
    }
    s->stopping = true;
    pumps_shut(s->pumps);
    heaters_shut(s->heaters);
    gate_insulation_off(s->gate);
    engine_stop(s->engine, why, text);
}

static void give_up_start(struct session *s, enum rc rc, const char *why)
{
    if (s->ready || s->ending)
        return;
    log_say(s->config.log, LOG_ERROR, "%s", why);
    s->result.start_rc = rc;
    s->ending = true;
    loop_stop(s->config.loop);
}

/* The link tries again by itself; what is not up 3 s later does not come. A port that is gone or a
 * station that is wrong is not worth the wait. */
static void lose_before_start(struct session *s, enum rc rc, const char *why)
{
    struct instant limit = instant_add(loop_now(s->config.loop), loss_patience);
    if (rc == RC_IO || rc == RC_CONFIG) {
        give_up_start(s, rc, why);
        return;
    }
    if (!s->start_loss[0]) {
        snprintf(s->start_loss, sizeof s->start_loss, "%s", why);
        s->start_loss_rc = rc == RC_REFUSED ? RC_PROTOCOL : rc; /* busy is what a port is */
    }
    if (instant_before(limit, s->start_limit.due) &&
        loop_arm(s->config.loop, &s->start_limit, limit) != RC_OK)
        give_up_start(s, rc, why);
}

void session_lost(void *ctx, unsigned instrument, enum rc rc, const char *why)
{
    struct session *s = ctx;
    char text[768];
    snprintf(text, sizeof text, "%s: %s", s->config.station->instruments[instrument].setup.name,
             why);
    if (!s->ready) {
        lose_before_start(s, rc, text);
        return;
    }
    if (s->ending)
        return;
    log_say(s->config.log, LOG_ERROR, "%s", text);
    session_event(s, 0, "lost", text);
    unsigned site = rig_site_of(s->config.station, instrument);
    if (site)
        engine_lose_site(s->engine, site, text);
    else
        session_stop(s, STOP_INSTRUMENT, text);
}

void session_start_limit(void *ctx)
{
    struct session *s = ctx;
    char text[256] = "these instruments did not come up:";
    if (s->start_loss[0]) {
        give_up_start(s, s->start_loss_rc, s->start_loss);
        return;
    }
    for (unsigned i = 0; i < s->config.station->instrument_count; i++) {
        const struct device *device = rig_device(s->rig, i);
        size_t len = strlen(text);
        if (device && device_state_of(device) != DEVICE_UP)
            snprintf(text + len, sizeof text - len, " %s",
                     s->config.station->instruments[i].setup.name);
    }
    give_up_start(s, RC_TIMEOUT, text);
}

void session_tripped(void *ctx, const char *why)
{
    struct session *s = ctx;
    if (s->result.tripped)
        return;
    s->result.tripped = true;
    session_event(s, 0, "trip", why);
    session_stop(s, STOP_ENVELOPE, why);
}

/* The bench may have been found with outputs on. Bringing an instrument up puts it at rest, so that
 * is what the operator's stop waits for; a second one waits no longer. */
static void stop_start(struct session *s)
{
    struct instant limit = instant_add(loop_now(s->config.loop), safe_patience);
    if (s->ending)
        return;
    bool again = s->result.stopped;
    s->result.stopped = true;
    s->result.cleanup_ok = false; /* until all are up */
    if (again || (instant_before(limit, s->start_limit.due) &&
                  loop_arm(s->config.loop, &s->start_limit, limit) != RC_OK))
        give_up_start(s, RC_REFUSED, "stopped by the operator before every instrument was at rest");
}

void session_signal(void *ctx, uint32_t events)
{
    struct session *s = ctx;
    struct signalfd_siginfo info;
    (void)events;
    if (read(s->signals.fd, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (!s->ready) {
        stop_start(s);
        return;
    }
    s->result.stopped = true;
    session_event(s, 0, "stop", info.ssi_signo == SIGINT ? "operator (Ctrl-C)" : "terminated");
    session_stop(s, STOP_OPERATOR, "stopped by the operator");
}

static void close_run(struct session *s);

void session_acknowledged(void *ctx, enum record_kind kind, uint64_t tag)
{
    struct session *s = ctx;
    if (tag)
        display_acknowledged(s->config.display, tag);
    if (kind == RECORD_BATCH_END && s->closing)
        close_run(s);
}

void session_storage_failed(void *ctx, const char *why)
{
    struct session *s = ctx;
    s->storage_failed = s->result.storage_failed = true;
    log_say(s->config.log, LOG_ERROR, "results cannot be stored: %s", why);
    display_line(s->config.display, 0, 0, "storage failed: %s", why);
    session_stop(s, STOP_STORAGE, why);
    if (s->closing)
        close_run(s);
}

/* --- life --------------------------------------------------------------------------------------
 */

void session_wake(void *ctx)
{
    struct session *s = ctx;
    engine_wake(s->engine);
}

static void begin_display(struct session *s)
{
    const struct program *program = s->config.checked->program;
    struct display_run run = {
        .program = program->name,
        .station = s->config.station->name,
        .batch = s->result.batch,
        .version = program->version,
        .sites = s->config.station->sites,
        .measurements = s->config.checked->estimate.measurements,
        .typical_s = s->config.checked->estimate.typical_s,
        .engine = s->engine,
    };
    display_begin(s->config.display, &run);
    for (unsigned site = 1; site <= s->config.station->sites; site++)
        display_serial(s->config.display, site, s->config.serials[site]);
}

void session_ready(void *ctx)
{
    struct session *s = ctx;
    if (s->ending)
        return;
    loop_disarm(s->config.loop, &s->start_limit);
    if (s->result.stopped) {
        s->result.cleanup_ok = true;
        give_up_start(s, RC_REFUSED, "stopped by the operator before the start");
        return;
    }
    enum rc rc = session_start_guard(s);
    if (rc == RC_OK && s->recorder && session_begin_batch(s) != RC_OK) {
        s->result.storage_failed = true;
        give_up_start(s, RC_IO, "the run was not started: its results cannot be stored");
        return;
    }
    if (rc == RC_OK)
        rc = manifold_start(s->manifold);
    if (rc == RC_OK)
        rc = heaters_start(s->heaters);
    if (rc == RC_OK)
        rc = pumps_start(s->pumps);
    if (rc != RC_OK) {
        give_up_start(s, rc, "the run could not be started");
        return;
    }
    if (s->recorder)
        snprintf(s->result.batch, sizeof s->result.batch, "%s", recorder_batch_id(s->recorder));
    s->ready = s->result.ran = true;
    if (s->guard)
        rig_hold_ports(s->rig);
    s->began = loop_now(s->config.loop);
    gate_open(s->gate);
    session_limit_sources(s);
    begin_display(s);
    engine_start(s->engine);
}

static const char *batch_state(const struct session *s)
{
    if (s->worst == VERDICT_ERROR)
        return "error";
    return s->result.stopped || s->result.tripped || s->worst == VERDICT_ABORTED ? "aborted"
                                                                                 : "done";
}

/* All is stored, or cannot be: the run is over. */
static void close_run(struct session *s)
{
    s->result.stored = !s->storage_failed;
    loop_stop(s->config.loop);
}

/* While the outputs are proven at rest the guard has no more to guard: a slow disk must not look
 * like a dead controller. When they are not, it writes the safe frames itself, at once: from a
 * timer, because this may be called by an instrument, and all ports are closed first. The database
 * is waited for in the loop, not in a call. */
static void finish(struct session *s)
{
    struct instant now = loop_now(s->config.loop);
    loop_disarm(s->config.loop, &s->safe_limit);
    loop_disarm(s->config.loop, &s->rest_look);
    session_stop_streams(s);
    s->result.worst = s->worst;
    s->result.cleanup_ok = s->cleanup_ok;
    s->result.took = instant_since(now, s->began);
    if (s->guard && s->cleanup_ok) {
        loop_disarm(s->config.loop, &s->beat);
        guard_release(s->guard);
        s->guard = NULL;
    }
    if (s->guard && loop_arm(s->config.loop, &s->hand_over, now) != RC_OK)
        log_say(s->config.log, LOG_ERROR, "out of memory for a timer"); /* then after the loop */
    if (s->recorder && !s->cleanup_ok)
        session_event(s, 0, "cleanup", "not confirmed");
    s->closing = true;
    if (!s->recorder || s->storage_failed ||
        recorder_end_batch(s->recorder, batch_state(s), now, ++s->tag) != RC_OK) {
        s->storage_failed = s->storage_failed || s->recorder;
        close_run(s);
    }
}

static void on_safe(void *ctx, enum rc rc, const char *error)
{
    struct session *s = ctx;
    if (!timer_armed(&s->safe_limit))
        return;
    if (rc != RC_OK) {
        s->cleanup_ok = false;
        log_say(s->config.log, LOG_ERROR, "%s", error ? error : rc_text(rc));
        finish(s);
        return;
    }
    s->outputs_rest = true;
    session_look_at_rest(s);
}

/* Every set point is zero; rest is when nothing flows any more. */
void session_look_at_rest(void *ctx)
{
    struct session *s = ctx;
    struct instant next = instant_add(loop_now(s->config.loop), look_period);
    const char *channel;
    if (gate_flows_rest(s->gate, &channel))
        finish(s);
    else if (loop_arm(s->config.loop, &s->rest_look, next) != RC_OK)
        session_safe_limit(s);
}

void session_safe_limit(void *ctx)
{
    struct session *s = ctx;
    const char *channel = "";
    s->cleanup_ok = false;
    if (s->outputs_rest && !gate_flows_rest(s->gate, &channel))
        log_say(s->config.log, LOG_ERROR, "%s still flows 5 s after it was closed", channel);
    else
        log_say(s->config.log, LOG_ERROR, "the instruments did not confirm rest within 5 s");
    finish(s);
}

/* The sequence's cleanup is over: now every output of the station goes to rest and is confirmed. */
void session_finished(void *ctx, enum verdict worst, bool cleanup_ok)
{
    struct session *s = ctx;
    s->worst = worst;
    s->cleanup_ok = cleanup_ok;
    s->ending = true;
    session_drop_sets(s);
    pumps_stop(s->pumps);
    heaters_stop(s->heaters);
    if (loop_arm(s->config.loop, &s->safe_limit,
                 instant_add(loop_now(s->config.loop), safe_patience)) != RC_OK)
        s->cleanup_ok = false;
    gate_make_safe(s->gate, on_safe, s);
}

int session_exit_code(const struct session_result *r)
{
    static const struct {
        enum rc rc;
        int code;
    } start[] = {{RC_REFUSED, EXIT_BUSY}, {RC_CONFIG, EXIT_USAGE}};
    if (!r->ran) {
        if (r->stopped)
            return r->cleanup_ok ? EXIT_STOPPED : EXIT_UNSAFE;
        if (r->storage_failed)
            return EXIT_STORAGE;
        for (size_t i = 0; i < COUNT(start); i++)
            if (start[i].rc == r->start_rc)
                return start[i].code;
        return EXIT_BENCH;
    }
    if (!r->cleanup_ok)
        return EXIT_UNSAFE;
    if (!r->stored)
        return EXIT_STORAGE;
    if (r->tripped)
        return EXIT_TRIP;
    if (r->stopped)
        return EXIT_STOPPED;
    switch (r->worst) {
    case VERDICT_FAIL:
        return EXIT_FAIL;
    case VERDICT_INCONCLUSIVE:
    case VERDICT_ABORTED:
    case VERDICT_ERROR:
        return EXIT_BENCH;
    case VERDICT_NO_LIMIT:
        return r->has_limits || !r->parts ? EXIT_BENCH : EXIT_PASS;
    case VERDICT_PASS:
    case VERDICT_MARGINAL:
    default:
        return EXIT_PASS;
    }
}
