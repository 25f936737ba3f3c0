/* lambdabench twin serve: every simulator of a station on PTYs, in real time, for any program.
 * `twin curves` is in bench/cli_curves.c. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/cli.h"
#include "bench/cli_curves.h"
#include "bench/twin_options.h"
#include "bench/twinrig.h"
#include "core/num.h"

struct server {
    struct args *args;
    struct diag diag;
    struct station *station;
    struct clock clock;
    struct loop *loop;
    struct twin *twin;
    struct twinrig_outputs outputs;
    struct simhost *hosts[STATION_INSTRUMENTS_MAX];
    const char *dir;
    int dir_fd; /* locked: the links in it are ours; -1: they are not */
    struct watch signals;
    long long seed;
    unsigned links;
};

static void on_outputs(void *ctx, unsigned active)
{
    struct server *s = ctx;
    int64_t us = s->clock.zero_us + clock_now(&s->clock).us;
    printf("%" PRId64 " %s %u\n", us, active ? "active" : "rest", active);
    fflush(stdout);
}

static void on_signal(void *ctx, uint32_t events)
{
    struct server *s = ctx;
    (void)events;
    loop_stop(s->loop);
}

static void link_path(const struct server *s, unsigned instrument, char *out, size_t cap)
{
    snprintf(out, cap, "%s/%s", s->dir, s->station->instruments[instrument].setup.name);
}

static bool add_links(struct server *s, unsigned leader, const char *pty)
{
    for (unsigned i = leader; i < s->station->instrument_count; i++) {
        char path[512];
        if (twinrig_port_leader(s->station, i) != leader)
            continue;
        link_path(s, i, path, sizeof path);
        unlink(path);
        if (symlink(pty, path) != 0) {
            fprintf(stderr, "error: cannot make %s: %s\n", path, strerror(errno));
            return false;
        }
        s->links++;
    }
    return true;
}

static bool serve_ports(struct server *s)
{
    bool paced = !options_flag(s->args, "unpaced");
    const struct twinrig_config config = {s->station, s->loop, s->twin, (uint64_t)s->seed,
                                          &s->outputs};
    for (unsigned i = 0; i < s->station->instrument_count; i++) {
        char pty[64];
        if (twinrig_port_leader(s->station, i) != i)
            continue;
        s->hosts[i] = twinrig_host(&config, i);
        if (!s->hosts[i] || simhost_serve_pty(s->hosts[i], paced, pty, sizeof pty) != RC_OK) {
            fprintf(stderr, "error: %s cannot be served on a PTY\n",
                    s->station->instruments[i].setup.name);
            return false;
        }
        if (!add_links(s, i, pty))
            return false;
    }
    return true;
}

/* "mfc_o2=silent:5": from 5 s on. The whole port misbehaves, as a wire does. */
static bool set_fault(struct server *s, const char *text)
{
    static const char *const names[] = {
        [SIM_FAULT_NONE] = "none",       [SIM_FAULT_SILENT] = "silent",
        [SIM_FAULT_GARBAGE] = "garbage", [SIM_FAULT_LATE] = "late",
        [SIM_FAULT_TWICE] = "twice",     [SIM_FAULT_HALF] = "half",
        [SIM_FAULT_DRIBBLE] = "dribble", [SIM_FAULT_VANISH] = "vanish"};
    const char *equals = strchr(text, '='), *colon = equals ? strchr(equals, ':') : NULL;
    double seconds = 0.0;
    if (!equals || (colon && num_parse(span_text(colon + 1), &seconds) != RC_OK) ||
        !num_within(seconds, 0.0, 1e6))
        return false;
    struct span word = {equals + 1, colon ? (size_t)(colon - equals - 1) : strlen(equals + 1)};
    int instrument =
        station_instrument_find(s->station, (struct span){text, (size_t)(equals - text)});
    for (size_t i = 0; i < COUNT(names) && instrument >= 0; i++)
        if (span_is(word, names[i])) {
            unsigned leader = twinrig_port_leader(s->station, (unsigned)instrument);
            simhost_set_fault(s->hosts[leader], (enum sim_fault)i,
                              instant_add(clock_now(&s->clock), duration_s(seconds)));
            return true;
        }
    return false;
}

static bool set_faults(struct server *s)
{
    unsigned cursor = 0;
    for (const char *text; (text = options_next(s->args, "fault", &cursor));)
        if (!set_fault(s, text)) {
            fprintf(stderr,
                    "error: not a fault: '%s'\n    help: INSTRUMENT=silent|garbage|late|"
                    "twice|half|dribble|vanish[:SECONDS]\n",
                    text);
            return false;
        }
    return true;
}

static void remove_links(struct server *s)
{
    for (unsigned i = 0; s->dir_fd >= 0 && i < s->station->instrument_count; i++) {
        char path[512];
        link_path(s, i, path, sizeof path);
        unlink(path);
    }
    if (s->dir_fd >= 0)
        close(s->dir_fd);
}

/* One server a folder: a second one would take the links from the first. The lock dies with it. */
static int take_dir(struct server *s)
{
    if (mkdir(s->dir, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "error: cannot make %s: %s\n", s->dir, strerror(errno));
        return EXIT_USAGE;
    }
    int fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
        s->dir_fd = fd;
        return EXIT_PASS;
    }
    bool busy = fd >= 0 && errno == EWOULDBLOCK;
    fprintf(stderr, "error: %s: %s\n", s->dir,
            busy ? "another `twin serve` serves here; name another folder" : strerror(errno));
    if (fd >= 0)
        close(fd);
    return busy ? EXIT_BUSY : EXIT_USAGE;
}

static bool watch_signals(struct server *s)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    s->signals = (struct watch){.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
                                .events = EPOLLIN,
                                .ready = on_signal,
                                .ctx = s};
    return s->signals.fd >= 0 && loop_watch(s->loop, &s->signals) == RC_OK;
}

static int open_server(struct server *s)
{
    char found[640];
    const char *path = options_value(s->args, "station");
    s->dir = options_value(s->args, "dir");
    if (!s->dir) {
        fprintf(stderr, "error: where? lambdabench twin serve --dir DIR\n");
        return EXIT_USAGE;
    }
    if (!path && station_search(NULL, "lambda-rig", found, sizeof found) != RC_OK)
        return EXIT_USAGE;
    enum rc rc = station_load(path ? path : found, &s->diag, &s->station);
    diag_print(&s->diag, stderr, false);
    if (rc != RC_OK || !twin_from_options(s->args, s->station, &s->seed, &s->twin))
        return EXIT_USAGE;
    int code = take_dir(s);
    if (code != EXIT_PASS)
        return code;
    clock_init_real(&s->clock);
    s->loop = loop_new(&s->clock);
    s->outputs = (struct twinrig_outputs){.changed = on_outputs, .ctx = s};
    if (!s->loop || twinrig_outputs_init(&s->outputs, s->station) != RC_OK || !watch_signals(s))
        return EXIT_BENCH;
    if (!serve_ports(s))
        return EXIT_BENCH;
    return set_faults(s) ? EXIT_PASS : EXIT_USAGE;
}

static void close_server(struct server *s)
{
    remove_links(s);
    for (unsigned i = 0; i < STATION_INSTRUMENTS_MAX; i++)
        if (s->hosts[i])
            simhost_free(s->hosts[i]);
    twinrig_outputs_fini(&s->outputs);
    twin_free(s->twin);
    if (s->loop) {
        loop_unwatch(s->loop, &s->signals);
        loop_free(s->loop);
    }
    station_free(s->station);
    diag_fini(&s->diag);
}

static int twin_run(const struct command *command, struct args *args)
{
    (void)command;
    if (strcmp(args->operand[0], "curves") == 0)
        return cli_curves(args);
    if (strcmp(args->operand[0], "serve") != 0) {
        fprintf(stderr, "error: lambdabench twin serve|curves --dir DIR, not '%s'\n",
                args->operand[0]);
        return EXIT_USAGE;
    }
    struct server *s = calloc(1, sizeof *s);
    if (!s)
        return EXIT_BENCH;
    s->args = args;
    s->seed = 1;
    s->dir_fd = -1;
    diag_init(&s->diag);
    int code = open_server(s);
    if (code == EXIT_PASS) {
        printf("serving %u instruments of station %s in %s; Ctrl-C ends it\n", s->links,
               s->station->name, s->dir);
        fflush(stdout);
        if (loop_run(s->loop) != RC_OK)
            code = EXIT_BENCH;
    }
    close_server(s);
    free(s);
    return code;
}

static const struct option_row twin_options[] = {
    {"dir", 0, OPTION_TEXT, "DIR", "folder for links named after the instruments, or curves"},
    {"station", 's', OPTION_TEXT, "FILE", "the station (default: the twin's)"},
    {"seed", 0, OPTION_TEXT, "N", "of the parts and the noise (default 1)"},
    {"defect", 0, OPTION_MANY, "S=D:V", "SITE=Dnn:SEVERITY, like 3=D12:0.4"},
    {"nominal", 0, OPTION_FLAG, NULL, "without spread of parts and noise"},
    {"fault", 0, OPTION_MANY, "I=F:T", "INSTRUMENT=silent|garbage|vanish...[:SECONDS]"},
    {"unpaced", 0, OPTION_FLAG, NULL, "answer faster than the wires would"},
    {"list", 0, OPTION_FLAG, NULL, "curves: what there is, without drawing"},
};

const struct command command_twin = {
    .name = "twin",
    .operands = "serve|curves",
    .summary = "serve the simulators of a station on PTYs; draw the curves of the models",
    .detail = "serve prints a line `TIME rest|active N` whenever the number of outputs that are\n"
              "not at rest changes; TIME is CLOCK_MONOTONIC in microseconds.\n\n"
              "example: lambdabench twin serve --dir /tmp/rig &\n"
              "         lambdabench run sequences/library/eol_lsu49.seq --ports /tmp/rig\n\n"
              "curves writes the main curves of the models of gas and elements into DIR, one SVG\n"
              "each, and prints their names; --list tells what each shows. docs/physics.md tells\n"
              "what is behind them.\n\n"
              "example: lambdabench twin curves --dir docs/physics\n",
    .options = twin_options,
    .option_count = sizeof twin_options / sizeof twin_options[0],
    .operands_min = 1,
    .operands_max = 1,
    .run = twin_run,
};
