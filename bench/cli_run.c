/* lambdabench run: a sequence on a station, real or simulated. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/cli.h"
#include "bench/loader.h"
#include "bench/session.h"
#include "bench/twin_options.h"
#include "bench/version.h"
#include "core/num.h"
#include "sequences/quantity.h"

enum { PARAMS_MAX = 16 };

struct run {
    struct args *args;
    struct loaded loaded;
    struct log log;
    struct clock clock;
    struct loop *loop;
    struct store *store;
    struct display *display;
    struct twin *twin;
    struct session_config session;
    struct param_value params[PARAMS_MAX];
    char param_names[PARAMS_MAX][48], params_text[512];
    char serials[TWIN_SITES_MAX + 1][40];
    bool virtual_time, simulated;
    long long seed;
};

/* All virtual runs begin at the same moment, so that they repeat to the byte. */
#define VIRTUAL_EPOCH_US INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z */

static int refuse(const char *what, const char *word, const char *help)
{
    fprintf(stderr, "error: %s '%s'\n", what, word);
    if (help)
        fprintf(stderr, "    help: %s\n", help);
    return EXIT_USAGE;
}

static int refuse_name(const struct run *r, const char *name)
{
    fprintf(stderr, "error: the sequence has no parameter '%s'\n    help: it has", name);
    for (const struct param *p = r->loaded.program->params; p; p = p->next)
        fprintf(stderr, " %s", p->name);
    fprintf(stderr, r->loaded.program->params ? "\n" : " none\n");
    return EXIT_USAGE;
}

static void put_bound(struct obuf *out, const struct param *p, const struct expr *bound)
{
    double si = bound ? unit_to_si(&bound->unit, bound->value) : 0;
    if (bound)
        num_put_short(out, unit_from_si(&p->value->unit, si), 6);
}

static int refuse_value(const struct param *p, const char *value)
{
    char range[64];
    struct obuf out = {range, 0, sizeof range};
    put_bound(&out, p, p->lo);
    bool dots = (p->lo || p->hi) && obuf_printf(&out, " .. ") == RC_OK;
    put_bound(&out, p, p->hi);
    const char *unit = p->value->unit.name;
    const char *between = dots ? *unit ? " " : "" : *unit ? "a value in " : "a plain number";
    fprintf(stderr, "error: parameter '%s' takes %.*s%s%s, not '%s'\n", p->name, (int)out.len,
            range, between, unit, value);
    return EXIT_USAGE;
}

/* "total=2.5 L/min" into *out: a parameter of the sequence, in its unit and range. */
static int parse_param(struct run *r, const char *text, unsigned i)
{
    const char *equals = strchr(text, '=');
    size_t len = equals ? (size_t)(equals - text) : 0;
    if (!equals || len == 0 || len >= sizeof r->param_names[i])
        return refuse("a parameter is given as name=value, not", text, "-p 'total=2.5 L/min'");
    memcpy(r->param_names[i], text, len);
    const char *value = equals + 1;
    struct unit unit;
    double number;
    if (quantity_read(span_text(value), &number, &unit, NULL) != RC_OK)
        return refuse("not a quantity:", value, "like 2.5 L/min, with a decimal point");
    const struct param *p = r->loaded.program->params;
    while (p && strcmp(p->name, r->param_names[i]) != 0)
        p = p->next;
    if (!p)
        return refuse_name(r, r->param_names[i]);
    for (unsigned k = 0; k < i; k++)
        if (strcmp(r->param_names[k], p->name) == 0)
            return refuse("this parameter stands twice, at", text, NULL);
    double si = unit_to_si(&unit, number);
    if (!dim_equal(p->value->unit.dim, unit.dim) || !engine_param_fits(p, si))
        return refuse_value(p, value);
    r->params[i] = (struct param_value){.name = r->param_names[i], .value_si = si};
    size_t used = strlen(r->params_text);
    snprintf(r->params_text + used, sizeof r->params_text - used, "%s%s", used ? "; " : "", text);
    return EXIT_PASS;
}

static int parse_params(struct run *r)
{
    unsigned cursor = 0, count = 0;
    for (const char *text; (text = options_next(r->args, "param", &cursor));) {
        if (count == PARAMS_MAX)
            return refuse("too many parameters at", text, NULL);
        int code = parse_param(r, text, count++);
        if (code != EXIT_PASS)
            return code;
    }
    r->session.params = r->params;
    r->session.param_count = count;
    r->session.params_text = r->params_text;
    return EXIT_PASS;
}

static bool is_taken(const struct run *r, unsigned site, struct span serial)
{
    for (unsigned other = 1; other <= r->loaded.station->sites; other++)
        if (r->session.serials[other] &&
            (other == site || span_is(serial, r->session.serials[other])))
            return true;
    return false;
}

static int refuse_site(const struct run *r, const char *text)
{
    fprintf(stderr, "error: no such site in '%s'\n    help: --sites 1=SERIAL,2=SERIAL; %s has %u\n",
            text, r->loaded.station->name, r->loaded.station->sites);
    return EXIT_USAGE;
}

/* "1=SN,3=SN": sites that are not named have no part. */
static int parse_sites(struct run *r, const char *text)
{
    bool any = false;
    while (*text) {
        size_t len = strcspn(text, ",");
        const char *equals = memchr(text, '=', len);
        int64_t site;
        size_t number = equals ? (size_t)(equals - text) : len;
        size_t serial = equals ? len - number - 1 : 0;
        if (num_parse_int((struct span){text, number}, 1, r->loaded.station->sites, &site) != RC_OK)
            return refuse_site(r, text);
        if (serial == 0 || serial >= sizeof r->serials[0])
            return refuse("a serial number has 1 to 39 characters, at", text,
                          "--sites 1=SERIAL,2=SERIAL");
        if (is_taken(r, (unsigned)site, (struct span){equals + 1, serial}))
            return refuse("a site or a serial number stands twice, at", text, NULL);
        memcpy(r->serials[site], equals + 1, serial);
        r->session.serials[site] = r->serials[site];
        text += len + (text[len] == ',');
        any = true;
    }
    return any ? EXIT_PASS : refuse("no part in", "--sites", "--sites 1=SERIAL,2=SERIAL");
}

static int choose_serials(struct run *r)
{
    const char *given = options_value(r->args, "sites");
    if (given)
        return parse_sites(r, given);
    if (!r->simulated) {
        fprintf(stderr, "error: which parts are in the sites? --sites 1=SERIAL,2=SERIAL\n"
                        "    help: or run on the station's twin: --simulate\n");
        return EXIT_USAGE;
    }
    for (unsigned site = 1; site <= r->loaded.station->sites; site++) {
        if (r->twin)
            twin_serial(r->twin, site, r->serials[site]);
        else
            snprintf(r->serials[site], sizeof r->serials[0], "LSU49-%08u", site);
        r->session.serials[site] = r->serials[site];
    }
    return EXIT_PASS;
}

static int make_twin(struct run *r)
{
    /* Behind ports the twin runs elsewhere; the same seed tells which parts sit in it. */
    if (r->session.rig_mode != RIG_TWIN && !r->loaded.station->twin.declared)
        return EXIT_PASS;
    if (!twin_from_options(r->args, r->loaded.station, &r->seed, &r->twin))
        return EXIT_USAGE;
    r->session.twin = r->session.rig_mode == RIG_TWIN ? r->twin : NULL;
    return EXIT_PASS;
}

static bool is_mode(const char *word)
{
    return strcmp(word, "production") == 0 || strcmp(word, "lab") == 0 ||
           strcmp(word, "regression") == 0;
}

static int choose_rig(struct run *r)
{
    const char *ports = options_value(r->args, "ports");
    bool simulate = options_flag(r->args, "simulate");
    if (ports && simulate)
        return refuse("either --simulate or", "--ports", NULL);
    if (!options_int(r->args, "seed", 0, INT64_MAX, &r->seed))
        return EXIT_USAGE;
    r->session.seed = (uint64_t)r->seed;
    r->simulated = r->session.simulated = simulate || ports;
    r->session.rig_mode = simulate ? RIG_TWIN : ports ? RIG_PORTS : RIG_REAL;
    r->session.ports_dir = ports;
    r->session.guarded = !simulate;
    r->virtual_time = simulate && !options_flag(r->args, "real-time");
    r->session.mode = options_value(r->args, "mode");
    if (r->session.mode && !is_mode(r->session.mode))
        return refuse("no such mode:", r->session.mode, "production, lab or regression");
    if (!r->session.mode)
        r->session.mode = r->simulated ? "simulate" : "lab";
    r->session.part = options_value(r->args, "part");
    r->session.acks = options_flag(r->args, "acks");
    if (r->simulated && options_flag(r->args, "nominal"))
        station_forget_noise(r->loaded.station);
    return r->simulated ? make_twin(r) : EXIT_PASS;
}

static const char *database_path(const struct run *r)
{
    const char *path = options_value(r->args, "db");
    const char *env = getenv("LAMBDABENCH_DB");
    return path ? path : env && *env ? env : "lambdabench.db";
}

static int open_store(struct run *r)
{
    unsigned crashed = 0;
    if (options_flag(r->args, "no-db"))
        return EXIT_PASS;
    enum rc rc = store_open(database_path(r), STORE_WRITE, &r->log, &r->store);
    if (rc == RC_OK)
        rc = store_close_crashed(r->store, &r->log, &crashed);
    if (rc != RC_OK)
        return EXIT_STORAGE;
    if (crashed)
        log_say(&r->log, LOG_WARN, "%u earlier batch%s of a program that died: now marked crashed",
                crashed, crashed == 1 ? "" : "es");
    r->session.store = r->store;
    return EXIT_PASS;
}

static int open_display(struct run *r)
{
    enum display_kind kind = options_flag(r->args, "quiet")  ? DISPLAY_QUIET
                             : options_flag(r->args, "json") ? DISPLAY_JSON
                                                             : DISPLAY_LINES;
    const char *ci = getenv("CI"), *term = getenv("TERM");
    bool plain =
        options_flag(r->args, "plain") || (ci && *ci) || !term || strcmp(term, "dumb") == 0;
    if (kind == DISPLAY_LINES && !plain && isatty(STDOUT_FILENO) && !r->virtual_time)
        kind = DISPLAY_TERMINAL;
    r->display = display_new(kind, stdout, r->loop);
    r->session.display = r->display;
    return r->display ? EXIT_PASS : EXIT_BENCH;
}

static int prepare(struct run *r)
{
    enum rc rc = loader_load(&r->loaded, r->args->operand[0], options_value(r->args, "station"));
    diag_print(&r->loaded.diag, stderr, loader_wants_color(stderr));
    if (rc != RC_OK)
        return EXIT_USAGE;
    int code = choose_rig(r);
    if (code == EXIT_PASS)
        code = choose_serials(r);
    if (code == EXIT_PASS)
        code = parse_params(r);
    if (code == EXIT_PASS)
        code = open_store(r);
    if (code != EXIT_PASS)
        return code;
    if (r->virtual_time)
        clock_init_virtual(&r->clock, VIRTUAL_EPOCH_US);
    else
        clock_init_real(&r->clock);
    r->loop = loop_new(&r->clock);
    if (!r->loop)
        return EXIT_BENCH;
    r->session.station = r->loaded.station;
    r->session.checked = r->loaded.checked;
    r->session.loop = r->loop;
    r->session.log = &r->log;
    r->session.version = version_text();
    return open_display(r);
}

static void print_summary_json(const struct session_result *result)
{
    static const char *const names[] = {"no-limit", "pass",    "marginal", "inconclusive",
                                        "fail",     "aborted", "error"};
    printf("{\"summary\":{");
    for (size_t i = 0; i < COUNT(names); i++)
        printf("\"%s\":%u,", names[i], result->verdicts[i]);
    printf("\"stored\":%s,\"batch\":\"%s\",\"exit\":%d}}\n", result->stored ? "true" : "false",
           result->batch, session_exit_code(result));
}

static void print_summary(const struct run *r, const struct session_result *result)
{
    unsigned pass = result->verdicts[VERDICT_PASS] + result->verdicts[VERDICT_MARGINAL];
    unsigned ungraded = result->verdicts[VERDICT_NO_LIMIT];
    unsigned error = result->verdicts[VERDICT_ERROR] + result->verdicts[VERDICT_ABORTED] +
                     result->verdicts[VERDICT_INCONCLUSIVE];
    int s = (int)(duration_in_s(result->took) + 0.5);
    if (!result->ran)
        return;
    if (options_flag(r->args, "json")) {
        print_summary_json(result);
        return;
    }
    if (!result->stored) {
        printf("no verdict: the results could not be stored; what is of them: lambdabench show "
               "%.12s\n",
               result->batch);
        return;
    }
    printf("%u pass, %u fail, %u error in %d:%02d", pass, result->verdicts[VERDICT_FAIL], error,
           s / 60, s % 60);
    if (result->verdicts[VERDICT_INCONCLUSIVE])
        printf("; %u of the errors: inconclusive", result->verdicts[VERDICT_INCONCLUSIVE]);
    if (result->verdicts[VERDICT_ABORTED])
        printf("; %u of the errors: aborted", result->verdicts[VERDICT_ABORTED]);
    if (ungraded)
        printf("; %u not graded: no limits", ungraded);
    if (r->store)
        printf("; report: lambdabench show %.12s", result->batch);
    printf("\n");
}

static void release(struct run *r)
{
    display_free(r->display);
    store_close(r->store);
    twin_free(r->twin);
    if (r->loop)
        loop_free(r->loop);
    loader_fini(&r->loaded);
}

static int run_run(const struct command *command, struct args *args)
{
    (void)command;
    struct run *r = calloc(1, sizeof *r);
    if (!r)
        return EXIT_BENCH;
    r->args = args;
    r->seed = 1;
    r->log = (struct log){.to = stderr, .level = LOG_WARN, .clock = &r->clock};
    struct session_result result = {0};
    int code = prepare(r);
    if (code == EXIT_PASS) {
        enum rc rc = session_run(&r->session, &result);
        if (rc == RC_OK || result.ran)
            code = session_exit_code(&result);
        else
            code = rc == RC_REFUSED ? EXIT_BUSY : rc == RC_CONFIG ? EXIT_USAGE : EXIT_BENCH;
        print_summary(r, &result);
    }
    release(r);
    free(r);
    return code;
}

/* clang-format off */
static const struct option_row run_options[] = {
    {"station",   's', OPTION_TEXT, "FILE", "the station (default: as for check)"},
    {"sites",     0,   OPTION_TEXT, "LIST", "parts by site: 1=SERIAL,2=SERIAL"},
    {"simulate",  0,   OPTION_FLAG, NULL,   "on the station's twin, in virtual time"},
    {"ports",     0,   OPTION_TEXT, "DIR",  "instruments are served in DIR (twin serve)"},
    {"real-time", 0,   OPTION_FLAG, NULL,   "with --simulate: not in virtual time"},
    {"seed",      0,   OPTION_TEXT, "N",    "of the twin (default 1)"},
    {"defect",    0,   OPTION_MANY, "S=D:V","SITE=Dnn:SEVERITY on the twin, like 3=D12:0.4"},
    {"nominal",   0,   OPTION_FLAG, NULL,   "twin without spread of parts and noise"},
    {"param",     'p', OPTION_MANY, "N=V",  "a parameter: -p 'total=2.5 L/min'"},
    {"part",      0,   OPTION_TEXT, "TYPE", "part type, chooses rows of the limits"},
    {"mode",      0,   OPTION_TEXT, "MODE", "production, lab or regression, for the record"},
    {"db",        0,   OPTION_TEXT, "FILE", "database (default $LAMBDABENCH_DB, lambdabench.db)"},
    {"no-db",     0,   OPTION_FLAG, NULL,   "store nothing"},
    {"plain",     0,   OPTION_FLAG, NULL,   "one line an event, also on a terminal"},
    {"json",      0,   OPTION_FLAG, NULL,   "one JSON object a line"},
    {"acks",      0,   OPTION_FLAG, NULL,   "also a line when recorded samples are stored"},
    {"quiet",     'q', OPTION_FLAG, NULL,   "the last line only"},
};
/* clang-format on */

const struct command command_run = {
    .name = "run",
    .operands = "FILE",
    .summary = "run a sequence on a station or its twin",
    .detail = "Ctrl-C stops; cleanup runs, and a second Ctrl-C shortens its waits.\n\n"
              "examples:\n"
              "  lambdabench run sequences/library/eol_lsu49.seq --simulate --defect 3=D12:0.4\n"
              "  lambdabench run eol.seq --station rig1.station --sites 1=LSU49-00412233\n",
    .options = run_options,
    .option_count = sizeof run_options / sizeof run_options[0],
    .operands_min = 1,
    .operands_max = 1,
    .run = run_run,
};
