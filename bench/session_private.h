/* Shared by the files of the session: session.c (life), session_open.c (opening, closing),
 * session_host.c (what the engine asks), session_report.c (what it tells), session_site.c (the end
 * of one site), session_streams.c (recorded channels), session_envelope.c. */
#ifndef BENCH_SESSION_PRIVATE_H
#define BENCH_SESSION_PRIVATE_H

#include "bench/guard/guard_client.h"
#include "bench/heater.h"
#include "bench/manifold.h"
#include "bench/pump_loop.h"
#include "bench/session.h"

enum {
    SESSION_RAMPS_MAX = 1024, /* a line that sets 16 outputs on 64 sites */
    STREAM_ROWS_MAX = 256
};

/* A set that the engine waits for; ramped in steps of 100 ms. */
struct session_set {
    struct session *session;
    engine_ticket ticket;
    unsigned channel, site;
    double from_si, to_si;
    unsigned step, steps;
    struct timer timer;
    bool busy;
};

struct session_stream {
    int id; /* of the recorder */
    unsigned site, channel[RECORD_CHANNELS_MAX], channels;
    unsigned rate; /* index of its clock */
    float *rows;
    unsigned row_count, rows_per_chunk;
    struct instant t0;
};

/* All streams of one rate tick together. */
struct session_rate {
    struct session *session;
    struct duration period;
    struct timer timer;
    struct instant due;
};

struct session_trip {
    unsigned channel, next; /* the channel's next one, from 1 */
    double lo_si, hi_si;
    enum stop_why why;
    bool stops;   /* false: TRIP_FAIL ends the site only */
    bool unknown; /* of a shared instrument, since `since` */
    struct instant since;
};

struct session {
    struct session_config config;
    struct session_result result;
    struct rig *rig;
    struct gate *gate;
    struct manifold *manifold;
    struct heaters *heaters; /* NULL: this station regulates none */
    struct pumps *pumps;     /* the same */
    struct recorder *recorder;
    struct engine *engine;
    struct guard_client *guard;
    struct diag diag;
    struct timer wake, start_limit, beat, safe_limit, rest_look, hand_over;
    struct session_set sets[SESSION_RAMPS_MAX];
    engine_ticket mix_ticket, select_ticket;
    bool mix_open, select_open;
    struct session_stream streams[RECORD_STREAMS_MAX];
    unsigned stream_count;
    struct session_rate rates[RECORD_RATES_MAX];
    unsigned rate_count;
    struct session_trip trips[STATION_ENVELOPE_MAX + CHECKED_RULES_MAX];
    unsigned trip_count;
    unsigned
        first_trip[STATION_CHANNELS_MAX]; /* of a channel, from 1; 0: it has none, as nearly all */
    unsigned *wanted;                     /* channel * (sites + 1) + site: by the engine */
    uint64_t live_sites, tag;
    char first_fail[TWIN_SITES_MAX + 1][64];
    struct instant began;
    struct watch signals;
    char start_loss[768]; /* why an instrument is not up yet; empty: none was lost */
    enum rc start_loss_rc;
    bool ready, ending, stopping, closing, storage_failed, commit_seen, cleanup_ok;
    bool outputs_rest; /* every output confirmed it */
    enum verdict worst;
};

/* session_host.c */
struct seq_host session_host(struct session *session);
void session_drop_sets(struct session *session);
/* session_guard.c */
enum rc session_start_guard(struct session *session);
void session_beat(void *ctx);
void session_hand_over(void *ctx);
/* session_report.c */
void session_step_begin(void *ctx, unsigned site, const char *path, const struct stmt *step,
                        unsigned attempt);
void session_step_end(void *ctx, unsigned site, const char *path, enum verdict verdict,
                      const char *error);
void session_measured(void *ctx, unsigned site, const struct measurement *measurement);
void session_captured(void *ctx, unsigned site, const struct captured *capture);
void session_note(void *ctx, unsigned site, const char *text);
void session_site_done(void *ctx, unsigned site, enum verdict verdict, const char *why);
void session_event(struct session *session, unsigned site, const char *kind, const char *text);
enum rc session_begin_batch(struct session *session);
/* session_streams.c */
void session_record(void *ctx, const struct channel *const *channels, unsigned count,
                    double rate_Hz);
void session_stop_streams(struct session *session);
void session_free_streams(struct session *session);
/* session_envelope.c */
void session_collect_trips(struct session *session);
void session_check_trips(struct session *session, unsigned channel, unsigned site, double si);
/* session_site.c */
/* A part is done or lost: its ramps are given up, its pump loop, its heater and all its switches go
 * off. */
void session_rest_site(struct session *session, unsigned site);
/* session_open.c */
/* The limits of the DUT type, into every source-meter whose limits are channels. */
void session_limit_sources(struct session *session);
/* session.c: what comes in while it is open */
void session_ready(void *ctx);
void session_value(void *ctx, unsigned channel, unsigned site, double si, struct instant t);
void session_lost(void *ctx, unsigned instrument, enum rc rc, const char *why);
void session_tripped(void *ctx, const char *why);
void session_signal(void *ctx, uint32_t events);
void session_wake(void *ctx);
void session_start_limit(void *ctx);
void session_safe_limit(void *ctx);
void session_look_at_rest(void *ctx);
void session_acknowledged(void *ctx, enum record_kind kind, uint64_t tag);
void session_storage_failed(void *ctx, const char *why);
/* Leave main and run cleanup. The first time, what is still on its way to an output is given up. */
void session_stop(struct session *session, enum stop_why why, const char *text);
void session_finished(void *ctx, enum verdict worst, bool cleanup_ok);
unsigned session_channel_of(const struct session *session, const struct channel *channel);

#endif
