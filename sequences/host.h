/* What the engine asks of a bench, and what it tells about a run. bench/ implements it; a test does
 * with an array of numbers. The engine never waits: each action ends by a call of engine_done, and
 * time passes by engine_wake. All values are SI. */
#ifndef SEQUENCES_HOST_H
#define SEQUENCES_HOST_H

#include "core/clock.h"
#include "sequences/channel.h"
#include "sequences/grade.h"

struct engine;
struct stmt;
struct measurement;
struct captured;

/* An action in flight; given back by engine_done. Unique in a run. */
typedef uint32_t engine_ticket;

struct set_order {
    const struct channel *channel;
    unsigned site;   /* 0: shared */
    double value_si; /* to be reached by a ramp of `ramp_si` per second; 0: at once */
    double ramp_si;
};

struct mix_order {
    char stream; /* 'a' or 'b' */
    bool off;    /* no flow on this stream, or with `both` on either */
    bool both;
    const struct gas_supply *gas[8];
    double share[8]; /* of the total, sum 1 */
    unsigned count;
    double total_Lmin;
    struct duration over;
};

/* What a bench records: a stream holds channels that all sites share, or those of one site. */
enum {
    RECORD_CHANNELS_MAX = 16, /* of a stream; more make another stream */
    RECORD_STREAMS_MAX = 512,
    RECORD_RATES_MAX = 8,
    RECORD_RATE_MAX_Hz = 2000
};

struct seq_host {
    /* One wake-up is outstanding at most; a new one replaces it. */
    void (*wake_at)(void *ctx, struct instant t);
    struct instant (*now)(void *ctx);

    /* Outputs. Answered by engine_done; RC_OK means set and read back. For `mix`: purge, interlude
     * and settling of the set points included. */
    void (*set)(void *ctx, engine_ticket ticket, const struct set_order *order);
    void (*mix)(void *ctx, engine_ticket ticket, const struct mix_order *order);
    void (*select)(void *ctx, engine_ticket ticket, char stream);
    /* The serial number of the part in a site; answered by engine_scanned. */
    void (*scan)(void *ctx, engine_ticket ticket, unsigned site);
    /* A question to the operator; answered by engine_done (RC_OK: go on). */
    void (*ask)(void *ctx, engine_ticket ticket, const char *text);

    /* Samples of these are wanted from now on / no more (counted; by engine_sample). */
    void (*want)(void *ctx, const struct channel *channel, unsigned site, bool wanted);
    /* Uncertainty of the present gas composition's effect is not this interface's: see u95. */

    /* What happened; in order, for recorder, display and report. */
    void (*record)(void *ctx, const struct channel *const *channels, unsigned count,
                   double rate_Hz);
    void (*step_begin)(void *ctx, unsigned site, const char *path, const struct stmt *step,
                       unsigned attempt);
    void (*step_end)(void *ctx, unsigned site, const char *path, enum verdict verdict,
                     const char *error);
    void (*measured)(void *ctx, unsigned site, const struct measurement *measurement);
    void (*captured)(void *ctx, unsigned site, const struct captured *capture);
    void (*note)(void *ctx, unsigned site, const char *text);
    /* The site's verdict so far is final (failed and stopped, or the end of main). */
    void (*site_done)(void *ctx, unsigned site, enum verdict verdict, const char *why);
    /* All is over, cleanup included. `cleanup_ok`: every cleanup action was confirmed. */
    void (*finished)(void *ctx, enum verdict worst, bool cleanup_ok);
    void *ctx;
};

/* A measurement with its grade. Texts live until the callback returns. */
struct measurement {
    const char *name, *unit, *step_path, *tags; /* tags: "ri=300 ohm;o2=1 %" or NULL */
    struct measured measured;                   /* in `unit` */
    struct grade grade;
    const struct limit *limit; /* NULL: none */
    struct instant t;          /* end of the window */
};

struct captured {
    const char *name;
    const struct channel *const *channels;
    unsigned channel_count;
    struct instant t0; /* of the trigger: samples before it have a negative time */
    const struct capture_point {
        float t_s, value; /* seconds from t0; channel's unit */
    } *const *points;     /* one array per channel */
    const unsigned *point_count;
};

#endif
