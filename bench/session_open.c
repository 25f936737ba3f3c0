/* Opening and closing of a session: rig, gate, manifold, heaters, pump loops, recorder, engine,
 * signals. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bench/session_private.h"
#include "instruments/capability/source_meter.h"

static const struct duration start_patience = {INT64_C(10000000)};

static enum rc make_engine(struct session *s)
{
    struct engine_config config = {.checked = s->config.checked,
                                   .host = session_host(s),
                                   .live_sites = s->live_sites,
                                   .part = s->config.part,
                                   .params = s->config.params,
                                   .param_count = s->config.param_count,
                                   .keeps_going = s->config.keeps_going};
    enum rc rc = engine_new(&config, &s->diag, &s->engine);
    if (rc != RC_OK)
        diag_print(&s->diag, stderr, false);
    return rc;
}

static void on_manifold_note(void *ctx, const char *text)
{
    session_event(ctx, 0, "gas", text);
}

static void lose_site(struct session *s, unsigned site, const char *what, const char *why)
{
    session_event(s, site, what, why);
    if (!s->ending)
        engine_lose_site(s->engine, site, why);
}

static void on_heater_lost(void *ctx, unsigned site, const char *why)
{
    lose_site(ctx, site, "heater", why);
}

static void on_pump_lost(void *ctx, unsigned site, const char *why)
{
    lose_site(ctx, site, "pump", why);
}

static void stop_stuck(struct session *s, const char *what, const char *why)
{
    log_say(s->config.log, LOG_ERROR, "%s", why);
    session_event(s, 0, what, why);
    session_stop(s, STOP_INSTRUMENT, why);
}

static void on_heater_stuck(void *ctx, const char *why)
{
    stop_stuck(ctx, "heater", why);
}

static void on_pump_stuck(void *ctx, const char *why)
{
    stop_stuck(ctx, "pump", why);
}

/* --- limits inside the sources -----------------------------------------------------------------
 */

static void on_limit_set(void *ctx, enum rc rc, const char *error)
{
    struct session *s = ctx;
    if (rc == RC_OK || s->ending)
        return;
    log_say(s->config.log, LOG_ERROR, "%s", error ? error : rc_text(rc));
    session_stop(s, STOP_INSTRUMENT, "a source did not take the limits of the DUT type");
}

/* A little inside the type's bound: a source at its limit does not break it. */
static double source_limit_si(const struct session *s, unsigned channel)
{
    static const double inside = 0.95;
    const struct station *station = s->config.station;
    const struct station_binding *b = &station->channels[channel].binding[0];
    double most = station->channels[channel].public.max_si;
    const struct registry_entry *entry =
        b->kind == BINDING_DEVICE ? station->instruments[b->instrument].entry : NULL;
    if (!entry || entry->driver->capability != &capability_source_meter)
        return (double)NAN;
    double most_A = station->instruments[b->instrument].at_reference
                        ? station->dut->reference_uA * 1e-6
                        : station->dut->ip_mA * 1e-3;
    double type = b->signal == SOURCE_SIGNAL_LIMIT_U   ? station->dut->electrode_V
                  : b->signal == SOURCE_SIGNAL_LIMIT_I ? most_A
                                                       : (double)NAN;
    return inside * type < most ? inside * type : isnan(type) ? type : most;
}

void session_limit_sources(struct session *s)
{
    const struct station *station = s->config.station;
    for (unsigned c = 0; c < station->channel_count && station->dut; c++) {
        double si = source_limit_si(s, c);
        bool per_site = station->channels[c].public.per_site;
        for (unsigned site = per_site; !isnan(si) && site <= (per_site ? station->sites : 0);
             site++)
            gate_set(s->gate, &(struct gate_order){c, site, si}, on_limit_set, s);
    }
}

static void watch_signals(struct session *s)
{
    sigset_t set;
    s->signals.fd = -1;
    if (loop_clock(s->config.loop)->is_virtual)
        return;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGHUP, SIG_IGN);
    if (s->config.guarded)
        signal(SIGTSTP, SIG_IGN); /* a stopped controller is a dead one to the guard */
    s->signals = (struct watch){.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
                                .events = EPOLLIN,
                                .ready = session_signal,
                                .ctx = s};
    if (s->signals.fd >= 0 && loop_watch(s->config.loop, &s->signals) != RC_OK)
        log_say(s->config.log, LOG_WARN, "signals are not watched");
}

static enum rc open_outputs(struct session *s)
{
    const struct session_config *c = &s->config;
    enum rc rc = gate_new(&(struct gate_config){.rig = s->rig,
                                                .log = c->log,
                                                .gases = c->checked->gases,
                                                .gas_count = c->checked->gas_count,
                                                .trip = session_tripped,
                                                .ctx = s},
                          &s->gate);
    if (rc == RC_OK)
        rc = manifold_new(
            &(struct manifold_config){
                .rig = s->rig, .gate = s->gate, .log = c->log, .note = on_manifold_note, .ctx = s},
            &s->manifold);
    if (rc == RC_OK)
        rc = heaters_new(&(struct heaters_config){.rig = s->rig,
                                                  .gate = s->gate,
                                                  .log = c->log,
                                                  .lost = on_heater_lost,
                                                  .stuck = on_heater_stuck,
                                                  .ctx = s},
                         &s->heaters);
    if (rc == RC_OK)
        rc = pumps_new(&(struct pumps_config){.rig = s->rig,
                                              .gate = s->gate,
                                              .log = c->log,
                                              .heaters = s->heaters,
                                              .lost = on_pump_lost,
                                              .stuck = on_pump_stuck,
                                              .ctx = s},
                       &s->pumps);
    return rc;
}

static enum rc open_recorder(struct session *s)
{
    const struct session_config *c = &s->config;
    return recorder_new(
        &(struct recorder_config){.store = c->store,
                                  .loop = c->loop,
                                  .inline_writes = loop_clock(c->loop)->is_virtual,
                                  .seed = c->seed,
                                  .log = c->log,
                                  .events = {session_acknowledged, session_storage_failed, s}},
        &s->recorder);
}

static enum rc open_all(struct session *s)
{
    const struct session_config *c = &s->config;
    for (unsigned site = 1; site <= c->station->sites; site++)
        if (c->serials[site])
            s->live_sites |= UINT64_C(1) << (site - 1);
    s->wanted =
        calloc((size_t)c->station->channel_count * (c->station->sites + 1), sizeof *s->wanted);
    if (!s->wanted)
        return RC_NOSPACE;
    struct rig_config rig = {.station = c->station,
                             .loop = c->loop,
                             .log = c->log,
                             .mode = c->rig_mode,
                             .ports_dir = c->ports_dir,
                             .twin = c->twin,
                             .seed = c->seed,
                             .events = {session_ready, session_value, session_lost, s}};
    enum rc rc = rig_open(&rig, &s->rig);
    if (rc == RC_OK)
        rc = open_outputs(s);
    if (rc == RC_OK && c->store)
        rc = open_recorder(s);
    return rc == RC_OK ? make_engine(s) : rc;
}
static void close_all(struct session *s)
{
    if (s->signals.fd >= 0) {
        loop_unwatch(s->config.loop, &s->signals);
        close(s->signals.fd);
    }
    struct timer *timers[] = {&s->wake,       &s->start_limit, &s->beat,
                              &s->safe_limit, &s->rest_look,   &s->hand_over};
    for (size_t i = 0; i < COUNT(timers); i++)
        loop_disarm(s->config.loop, timers[i]);
    session_stop_streams(s);
    session_drop_sets(s);
    if (s->recorder)
        recorder_free(s->recorder);
    session_free_streams(s);
    pumps_free(s->pumps);
    heaters_free(s->heaters);
    manifold_free(s->manifold);
    gate_free(s->gate);
    rig_close(s->rig);
    engine_free(s->engine);
    free(s->wanted);
    diag_fini(&s->diag);
}

/* The display is last: whoever reads it may never read on, and the bench must not wait for that. */
static void end_run(struct session *s)
{
    bool live = s->result.stopped && !s->result.ran && !s->result.cleanup_ok;
    if (live && !s->guard && session_start_guard(s) != RC_OK)
        log_say(s->config.log, LOG_ERROR, "lambdaguard cannot write the safe frames");
    if (s->guard && !s->result.ran && !live) { /* every instrument was up, nothing was set */
        loop_disarm(s->config.loop, &s->beat);
        guard_release(s->guard);
        s->guard = NULL;
    }
    session_hand_over(s); /* does nothing if the guard was released or has written */
    if (!s->result.cleanup_ok)
        log_say(s->config.log, LOG_ERROR,
                "cleanup could not be confirmed: walk to the bench and look");
    if (s->result.ran)
        display_end(s->config.display, s->result.stored);
}

enum rc session_run(const struct session_config *config, struct session_result *result)
{
    struct session *s = calloc(1, sizeof *s);
    if (!s)
        return RC_NOSPACE;
    s->config = *config;
    s->result.stored = s->result.cleanup_ok = true;
    s->result.has_limits = config->checked->limits != NULL;
    s->wake = timer_of(session_wake, s);
    s->start_limit = timer_of(session_start_limit, s);
    s->beat = timer_of(session_beat, s);
    s->safe_limit = timer_of(session_safe_limit, s);
    s->rest_look = timer_of(session_look_at_rest, s);
    s->hand_over = timer_of(session_hand_over, s);
    diag_init(&s->diag);
    watch_signals(s);
    enum rc rc = open_all(s);
    if (rc == RC_OK) {
        session_collect_trips(s);
        rc = loop_arm(config->loop, &s->start_limit,
                      instant_add(loop_now(config->loop), start_patience));
    }
    if (rc == RC_OK)
        rc = rig_start(s->rig);
    if (rc == RC_OK)
        rc = loop_run(config->loop);
    end_run(s);
    *result = s->result;
    close_all(s);
    free(s);
    return rc;
}
