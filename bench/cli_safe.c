/* lambdabench safe: every output of a station to rest, confirmed. Works without a sequence. */
#include <stdlib.h>

#include "bench/cli.h"
#include "bench/rig_guard.h"
#include "bench/safety/gate.h"

static const struct duration up_patience = {INT64_C(15000000)};
static const struct duration loss_patience = {INT64_C(3000000)};
static const struct duration rest_patience = {INT64_C(5000000)};

struct safing {
    struct loop *loop;
    struct log *log;
    struct rig *rig;
    struct gate *gate;
    struct timer limit;
    const struct station *station;
    bool confirmed[STATION_INSTRUMENTS_MAX], written[STATION_INSTRUMENTS_MAX];
    bool asking; /* bring-up is over */
    /* `written` is by the number of the port there, of which there are no more than instruments. */
    int guard_port[STATION_INSTRUMENTS_MAX]; /* -1: nothing was written blind */
};

/* --- what comes in ---------------------------------------------------------------------------- */

static void stop(struct safing *s)
{
    loop_disarm(s->loop, &s->limit);
    loop_stop(s->loop);
}

static void on_done(void *ctx, enum rc rc, const char *error)
{
    (void)rc, (void)error; /* told one by one */
    stop(ctx);
}

static void on_ready(void *ctx)
{
    struct safing *s = ctx;
    if (!s->asking)
        stop(s);
}

static void on_limit(void *ctx)
{
    stop(ctx);
}

static void on_value(void *ctx, unsigned channel, unsigned site, double si, struct instant t)
{
    (void)ctx, (void)channel, (void)site, (void)si, (void)t;
}

/* The link tries again by itself, but not for as long as everything else is live. */
static void on_lost(void *ctx, unsigned instrument, enum rc rc, const char *why)
{
    struct safing *s = ctx;
    struct instant limit = instant_add(loop_now(s->loop), loss_patience);
    (void)rc;
    fprintf(stderr, "error: %s: %s\n", s->station->instruments[instrument].setup.name, why);
    if (!s->asking && timer_armed(&s->limit) && instant_before(limit, s->limit.due) &&
        loop_arm(s->loop, &s->limit, limit) != RC_OK)
        stop(s);
}

static void on_trip(void *ctx, const char *why)
{
    (void)ctx, (void)why;
}

/* --- to rest ---------------------------------------------------------------------------------- */

/* Until `stop`, `patience` at most. */
static enum rc turn(struct safing *s, struct duration patience)
{
    enum rc rc = loop_arm(s->loop, &s->limit, instant_add(loop_now(s->loop), patience));
    return rc == RC_OK ? loop_run(s->loop) : rc;
}

/* Bringing an instrument up already puts it at rest; asking once more, all together, confirms it,
 * and also reaches those that listen and do not say who they are. */
static enum rc ask_all(struct safing *s)
{
    enum rc rc = rig_start(s->rig);
    if (rc == RC_OK)
        rc = turn(s, up_patience);
    if (rc != RC_OK)
        return rc;
    s->asking = true;
    rc = loop_arm(s->loop, &s->limit, instant_add(loop_now(s->loop), rest_patience));
    gate_make_safe(s->gate, on_done, s);
    if (rc == RC_OK)
        rc = loop_run(s->loop);
    for (unsigned i = 0; i < s->station->instrument_count; i++) {
        const struct device *device = rig_device(s->rig, i);
        s->confirmed[i] =
            device && device_state_of(device) == DEVICE_UP && gate_rest_of(s->gate, i) == RC_OK;
    }
    return rc;
}

/* The guard writes the safe frames of those that did not confirm, as it does for a dead controller:
 * an instrument that does not answer may still listen. */
static void write_blind(struct safing *s)
{
    struct guard_client *guard = NULL;
    enum rc rc = guard_start(s->log, &guard);
    if (rc != RC_OK)
        return;
    rc = rig_give_to_guard(s->rig, guard, s->confirmed, s->guard_port);
    if (rc == RC_OK)
        rc = guard_arm(guard);
    rig_close_ports(s->rig);
    if (guard_hand_over(guard, s->written) != RC_OK || rc != RC_OK)
        log_say(s->log, LOG_ERROR, "lambdaguard did not say that it wrote the safe frames");
}

/* --- what became of it ------------------------------------------------------------------------ */

static const char *fate_of(const struct safing *s, unsigned i)
{
    int port = s->guard_port[i];
    if (s->confirmed[i])
        return "at rest, read back";
    if (port >= 0 && s->written[port])
        return "NOT CONFIRMED: its safe frames were written blind";
    if (rig_port_rc(s->rig, i) == RC_REFUSED)
        return "NOT REACHED: another program has its port";
    return "NOT REACHED: nothing could be written to its port";
}

static unsigned tell(const struct safing *s)
{
    unsigned left = 0, count = s->station->instrument_count;
    for (unsigned i = 0; i < count; i++)
        left += !s->confirmed[i];
    for (unsigned i = 0; i < count && left; i++)
        printf("%-12s %s\n", s->station->instruments[i].setup.name, fate_of(s, i));
    fflush(stdout);
    if (left)
        fprintf(stderr,
                "error: %u of %u instruments did not confirm rest: walk to the bench and look\n",
                left, count);
    return left;
}

/* Every port that is left out is another program's: that one answers for the bench. */
static bool all_busy(const struct safing *s)
{
    bool busy = false;
    for (unsigned i = 0; i < s->station->instrument_count; i++) {
        if (rig_device(s->rig, i))
            return false;
        busy = busy || rig_port_rc(s->rig, i) == RC_REFUSED;
    }
    return busy;
}

static int bring_to_rest(struct safing *s)
{
    bool any = false;
    if (all_busy(s))
        return EXIT_BUSY;
    for (unsigned i = 0; i < s->station->instrument_count; i++) {
        s->guard_port[i] = -1;
        any = any || rig_device(s->rig, i);
    }
    if (any && ask_all(s) != RC_OK)
        fprintf(stderr, "error: the loop failed\n");
    for (unsigned i = 0; i < s->station->instrument_count; i++)
        if (!s->confirmed[i] && rig_device(s->rig, i)) {
            write_blind(s);
            break;
        }
    return tell(s) ? EXIT_UNSAFE : EXIT_PASS;
}

static int make_safe(struct safing *s, const char *ports)
{
    struct rig_config config = {.station = s->station,
                                .loop = s->loop,
                                .log = s->log,
                                .mode = ports ? RIG_PORTS : RIG_REAL,
                                .ports_dir = ports,
                                .partial = true,
                                .events = {on_ready, on_value, on_lost, s}};
    s->limit = timer_of(on_limit, s);
    enum rc rc = rig_open(&config, &s->rig);
    if (rc == RC_OK)
        rc =
            gate_new(&(struct gate_config){.rig = s->rig, .log = s->log, .trip = on_trip, .ctx = s},
                     &s->gate);
    int code = rc == RC_OK ? bring_to_rest(s) : rc == RC_CONFIG ? EXIT_USAGE : EXIT_UNSAFE;
    loop_disarm(s->loop, &s->limit);
    gate_free(s->gate);
    rig_close(s->rig);
    return code;
}

static int safe_run(const struct command *command, struct args *args)
{
    char found[640];
    struct diag diag;
    struct station *station = NULL;
    struct clock clock;
    const char *path = options_value(args, "station");
    (void)command;
    diag_init(&diag);
    clock_init_real(&clock);
    struct log log = {.to = stderr, .level = LOG_WARN, .clock = &clock};
    int code = EXIT_USAGE;
    struct loop *loop = loop_new(&clock);
    if (loop && (path || station_search(NULL, "lambda-rig", found, sizeof found) == RC_OK) &&
        station_load(path ? path : found, &diag, &station) == RC_OK) {
        struct safing s = {.loop = loop, .log = &log, .station = station};
        code = make_safe(&s, options_value(args, "ports"));
    }
    diag_print(&diag, stderr, false);
    if (code == EXIT_PASS)
        printf("station %s: every output is at rest, read back\n", station->name);
    station_free(station);
    if (loop)
        loop_free(loop);
    diag_fini(&diag);
    return code;
}

static const struct option_row safe_options[] = {
    {"station", 's', OPTION_TEXT, "FILE", "the station"},
    {"ports", 0, OPTION_TEXT, "DIR", "instruments are served in DIR (twin serve)"},
};

const struct command command_safe = {
    .name = "safe",
    .operands = "",
    .summary = "drive every output of a station to rest and read it back",
    .detail = "Every port that can be opened is opened. An instrument that does not answer gets\n"
              "its safe frames blind. Exit code 0 only if every instrument confirmed; else 9,\n"
              "and what became of each.\n",
    .options = safe_options,
    .option_count = sizeof safe_options / sizeof safe_options[0],
    .run = safe_run,
};
