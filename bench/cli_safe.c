/* lambdabench safe: every output of a station to rest, confirmed. Works without a sequence. */
#include <stdlib.h>

#include "bench/cli.h"
#include "bench/rig.h"
#include "bench/safety/gate.h"

static const struct duration patience = {INT64_C(15000000)};

struct safing {
    struct loop *loop;
    struct rig *rig;
    struct gate *gate;
    struct timer limit;
    const struct station *station;
    enum rc rc;
    bool answered;
};

static void on_done(void *ctx, enum rc rc, const char *error)
{
    struct safing *s = ctx;
    s->answered = true;
    s->rc = rc;
    if (error)
        fprintf(stderr, "error: %s\n", error);
    loop_stop(s->loop);
}

/* Bringing an instrument up already puts it at rest; this confirms it once more, all together. */
static void on_ready(void *ctx)
{
    struct safing *s = ctx;
    gate_make_safe(s->gate, on_done, s);
}

static void on_value(void *ctx, unsigned channel, unsigned site, double si, struct instant t)
{
    (void)ctx, (void)channel, (void)site, (void)si, (void)t;
}

static void on_lost(void *ctx, unsigned instrument, enum rc rc, const char *why)
{
    struct safing *s = ctx;
    (void)rc;
    fprintf(stderr, "error: %s: %s\n", s->station->instruments[instrument].setup.name, why);
}

static void on_limit(void *ctx)
{
    struct safing *s = ctx;
    for (unsigned i = 0; i < s->station->instrument_count; i++) {
        const struct device *device = rig_device(s->rig, i);
        if (device && device_state_of(device) != DEVICE_UP)
            fprintf(stderr, "error: %s did not confirm rest\n",
                    s->station->instruments[i].setup.name);
    }
    loop_stop(s->loop);
}

static void on_trip(void *ctx, const char *why)
{
    (void)ctx, (void)why;
}

static int make_safe(struct safing *s, const char *ports, struct log *log)
{
    struct rig_config config = {.station = s->station,
                                .loop = s->loop,
                                .log = log,
                                .mode = ports ? RIG_PORTS : RIG_REAL,
                                .ports_dir = ports,
                                .events = {on_ready, on_value, on_lost, s}};
    s->limit = timer_of(on_limit, s);
    enum rc rc = rig_open(&config, &s->rig);
    if (rc == RC_OK)
        rc = gate_new(&(struct gate_config){.rig = s->rig, .log = log, .trip = on_trip, .ctx = s},
                      &s->gate);
    if (rc == RC_OK)
        rc = loop_arm(s->loop, &s->limit, instant_add(loop_now(s->loop), patience));
    if (rc == RC_OK)
        rc = rig_start(s->rig);
    if (rc == RC_OK)
        rc = loop_run(s->loop);
    loop_disarm(s->loop, &s->limit);
    gate_free(s->gate);
    rig_close(s->rig);
    if (rc == RC_REFUSED)
        return EXIT_BUSY;
    if (rc == RC_CONFIG)
        return EXIT_USAGE;
    return rc == RC_OK && s->answered && s->rc == RC_OK ? EXIT_PASS : EXIT_UNSAFE;
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
        struct safing s = {.loop = loop, .station = station};
        code = make_safe(&s, options_value(args, "ports"), &log);
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
    .detail = "Exit code 0 only if every instrument confirmed; 9 if one did not.\n",
    .options = safe_options,
    .option_count = sizeof safe_options / sizeof safe_options[0],
    .run = safe_run,
};
