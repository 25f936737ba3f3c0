/* One run of a sequence on a rig: ties engine, gate, manifold, recorder, guard and display
 * together, and sees to it that whatever happens ends in cleanup, rest, and a record. */
#ifndef BENCH_SESSION_H
#define BENCH_SESSION_H

#include "bench/display.h"
#include "bench/rig.h"
#include "db/recorder.h"
#include "sequences/checker.h"
#include "sequences/engine.h"

struct session_config {
    const struct station *station;
    const struct checked *checked;
    struct loop *loop;
    struct log *log;
    struct store *store; /* NULL: --no-db */
    struct display *display;
    enum rig_mode rig_mode;
    const char *ports_dir;
    struct twin *twin;
    uint64_t seed;
    bool simulated, guarded, acks;
    const char *mode;                        /* "production" "lab" "regression" "simulate" */
    const char *part;                        /* for the limits; NULL: the sequence's */
    const char *serials[TWIN_SITES_MAX + 1]; /* by site; NULL: no part there */
    const struct param_value *params;
    unsigned param_count;
    const char *params_text; /* as given, for the record */
    bool keeps_going;        /* of struct engine_config */
    const char *version;
    /* Told of every measurement, before anyone else; NULL: nobody asks. */
    void (*observe)(void *ctx, unsigned site, const struct measurement *m);
    void *observe_ctx;
};

struct session_result {
    enum verdict worst;
    unsigned verdicts[VERDICT_ERROR + 1]; /* sites by verdict */
    bool cleanup_ok, stored, ran, has_limits;
    bool storage_failed; /* before or while it ran */
    unsigned parts;      /* sites that got a verdict */
    enum rc start_rc;    /* why it never ran */
    bool stopped, tripped;
    char batch[40];
    struct duration took;
};

/* Runs the loop until all is over. RC_OK: *result says how it went, whatever the verdict. */
MUST_CHECK enum rc session_run(const struct session_config *config, struct session_result *result);
/* The program's exit code (bench/options.h) for a result. */
int session_exit_code(const struct session_result *result);

#endif
