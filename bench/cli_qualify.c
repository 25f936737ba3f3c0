/* lambdabench qualify: what a sequence catches, what escapes it, and what it rejects wrongly. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/cli.h"
#include "bench/qualify_pool.h"
#include "bench/qualify_print.h"
#include "core/clock.h"

static const char default_severities[] = "0,0.05,0.1,0.2,0.3,0.4,0.5,0.6,0.8,1";

struct qualify {
    struct args *args;
    struct loaded loaded;
    struct qualify_plan plan;
    struct qualify_stats stats;
    struct qualify_record *records;
    struct sink out;
    unsigned jobs, parts;
    bool shows_progress;
    struct clock clock;
    struct instant shown;
};

static int refuse(const char *what, const char *word, const char *help)
{
    fprintf(stderr, "error: %s '%s'\n    help: %s\n", what, word, help);
    return EXIT_USAGE;
}

/* --- the plan ----------------------------------------------------------------------------------
 */

/* 73 of 73 caught parts are the fewest that prove 95 %. */
static long long usual_rung_parts(long long good)
{
    return good / 10 < 20 ? 20 : good / 10 > 100 ? 100 : good / 10;
}

static int plan_parts(struct qualify *q)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long long good = 1000, seed = 1, jobs = cores > 0 ? cores : 1;
    if (jobs > QUALIFY_JOBS_MAX)
        jobs = QUALIFY_JOBS_MAX;
    if (!options_int(q->args, "parts", 1, QUALIFY_PARTS_MAX, &good))
        return EXIT_USAGE;
    long long rung = usual_rung_parts(good);
    if (!options_int(q->args, "rung-parts", 1, 10000, &rung) ||
        !options_int(q->args, "seed", 0, INT64_MAX, &seed) ||
        !options_int(q->args, "jobs", 1, QUALIFY_JOBS_MAX, &jobs))
        return EXIT_USAGE;
    q->plan.good_parts = (unsigned)good;
    q->plan.rung_parts = (unsigned)rung;
    q->plan.seed = (uint64_t)seed;
    q->plan.sites = q->loaded.station->sites;
    q->plan.element = q->loaded.station->twin.config.element;
    q->plan.variant = q->loaded.station->twin.config.variant;
    q->plan.insulation = q->loaded.station->twin.config.insulation.fitted;
    q->jobs = (unsigned)jobs;
    return EXIT_PASS;
}

static int plan_defects(struct qualify *q)
{
    const char *defects = options_value(q->args, "defects");
    const char *severities = options_value(q->args, "severities");
    defects = defects ? defects : "all";
    severities = severities ? severities : default_severities;
    if (strcmp(defects, "none") != 0 &&
        qualify_parse_defects(span_text(defects), &q->plan) != RC_OK)
        return refuse("not a list of defects of this twin:", defects, "all, none, or D11,D12");
    if (qualify_parse_severities(span_text(severities), &q->plan) != RC_OK)
        return refuse("not a list of severities:", severities, "rising, from 0 to 1: 0.1,0.3,1");
    q->parts = qualify_part_count(&q->plan);
    if (q->parts <= QUALIFY_PARTS_MAX + QUALIFY_PARTS_MAX / 2)
        return EXIT_PASS;
    return refuse("too many parts at", severities, "fewer --rung-parts or --severities");
}

static int refuse_file(const char *path)
{
    fprintf(stderr, "error: cannot write %s: %s\n", path, strerror(errno));
    return EXIT_STORAGE;
}

/* Before an hour of parts, not behind it. */
static int prove_writable(const char *path)
{
    FILE *to = path ? fopen(path, "a") : NULL;
    if (path && !to)
        return refuse_file(path);
    if (to)
        fclose(to);
    return EXIT_PASS;
}

static int prepare(struct qualify *q)
{
    enum rc rc = loader_load(&q->loaded, q->args->operand[0], options_value(q->args, "station"));
    diag_print(&q->loaded.diag, stderr, loader_wants_color(stderr));
    if (rc != RC_OK)
        return EXIT_USAGE;
    const struct station *station = q->loaded.station;
    if (!station->twin.declared)
        return refuse("this station has no twin block:", station->name,
                      "name another one with --station FILE");
    int code = plan_parts(q);
    if (code == EXIT_PASS)
        code = plan_defects(q);
    if (code != EXIT_PASS)
        return code;
    if (!q->loaded.checked->limits)
        fprintf(stderr, "warning: this sequence names no limits: it can catch nothing\n");
    code = prove_writable(options_value(q->args, "html"));
    if (code != EXIT_PASS)
        return code;
    q->records = calloc(q->parts, sizeof *q->records);
    return q->records ? EXIT_PASS : EXIT_BENCH;
}

/* --- running and telling -----------------------------------------------------------------------
 */

/* At most four times a second, however fast the parts come. */
static void show_progress(struct qualify *q, unsigned done)
{
    struct instant now = clock_now(&q->clock);
    if (!q->shows_progress ||
        (done < q->parts && instant_since(now, q->shown).us < INT64_C(250000)))
        return;
    q->shown = now;
    fprintf(stderr, "\r\033[K%u of %u parts, %d s", done, q->parts,
            (int)duration_in_s((struct duration){now.us}));
}

struct pool_context {
    struct qualify_work work;
    struct qualify *q;
};

static enum rc on_work(void *ctx, unsigned batch, struct qualify_record *out)
{
    struct pool_context *context = ctx;
    return qualify_work_batch(&context->work, batch, out);
}

static void on_progress(void *ctx, unsigned done)
{
    struct pool_context *context = ctx;
    show_progress(context->q, done);
}

/* How long it took is no result: it goes where people look and differs from run to run. */
static void tell_speed(struct qualify *q)
{
    struct sink text = {0};
    double s = duration_in_s((struct duration){clock_now(&q->clock).us});
    if (q->shows_progress)
        fprintf(stderr, "\r\033[K");
    sink_printf(&text, "%u parts in ", q->parts);
    sink_fixed(&text, s, 1);
    sink_text(&text, " s on ");
    sink_printf(&text, "%u process%s: ", q->jobs, q->jobs == 1 ? "" : "es");
    sink_fixed(&text, 1000.0 * s / q->parts, 2);
    sink_text(&text, " ms a part\n");
    fwrite(text.at, 1, text.len, stderr);
    sink_fini(&text);
}

static int run_parts(struct qualify *q)
{
    struct pool_context context = {.work = {.loaded = &q->loaded, .plan = &q->plan}, .q = q};
    struct qualify_pool pool = {.plan = &q->plan,
                                .jobs = q->jobs,
                                .work = on_work,
                                .progress = on_progress,
                                .ctx = &context};
    clock_init_real(&q->clock);
    q->shows_progress = isatty(STDERR_FILENO);
    enum rc rc = qualify_pool_run(&pool, q->records);
    if (rc != RC_OK)
        return EXIT_BENCH;
    tell_speed(q);
    rc = qualify_stats_find(&q->plan, q->records, q->loaded.checked->limits, &q->stats);
    if (rc != RC_OK)
        fprintf(stderr, "error: the results do not fit the plan: %s\n", rc_text(rc));
    return rc == RC_OK ? EXIT_PASS : EXIT_BENCH;
}

static int write_file(const struct sink *page, const char *path)
{
    FILE *to = fopen(path, "w");
    bool good = to && fwrite(page->at, 1, page->len, to) == page->len;
    if (to && fclose(to) != 0)
        good = false;
    return good ? EXIT_PASS : refuse_file(path);
}

static int print_result(struct qualify *q)
{
    const char *html = options_value(q->args, "html");
    struct qualify_report report = {.plan = &q->plan,
                                    .stats = &q->stats,
                                    .sequence = q->loaded.program->name,
                                    .station = q->loaded.station->name,
                                    .sequence_version = q->loaded.program->version};
    int code = EXIT_PASS;
    struct sink page = {0};
    if (html && qualify_put_html(&page, &report) != RC_OK)
        code = EXIT_BENCH;
    else if (html)
        code = write_file(&page, html);
    sink_fini(&page);
    if (options_flag(q->args, "json"))
        qualify_put_json(&q->out, &report);
    else
        qualify_put_text(&q->out, &report);
    if (q->out.failed)
        return EXIT_BENCH;
    if (fwrite(q->out.at, 1, q->out.len, stdout) != q->out.len || fflush(stdout) != 0)
        return EXIT_STORAGE;
    return code;
}

static int run_qualify(const struct command *command, struct args *args)
{
    (void)command;
    struct qualify *q = calloc(1, sizeof *q);
    if (!q)
        return EXIT_BENCH;
    q->args = args;
    int code = prepare(q);
    if (code == EXIT_PASS)
        code = run_parts(q);
    if (code == EXIT_PASS)
        code = print_result(q);
    sink_fini(&q->out);
    free(q->records);
    loader_fini(&q->loaded);
    free(q);
    return code;
}

/* clang-format off */
static const struct option_row qualify_options[] = {
    {"station",    's', OPTION_TEXT, "FILE", "the station (default: as for check)"},
    {"parts",      'n', OPTION_TEXT, "N",    "good parts (default 1000)"},
    {"rung-parts", 0,   OPTION_TEXT, "N",    "parts for each defect and severity (N/10, 20..100)"},
    {"seed",       0,   OPTION_TEXT, "N",    "of all parts (default 1)"},
    {"defects",    0,   OPTION_TEXT, "LIST", "all (default), none, or D11,D12"},
    {"severities", 0,   OPTION_TEXT, "LIST", "rising, like 0.1,0.3,1"},
    {"jobs",       'j', OPTION_TEXT, "N",    "processes (default: one for each core)"},
    {"json",       0,   OPTION_FLAG, NULL,   "one JSON object, lambdabench/qualify/1"},
    {"html",       0,   OPTION_TEXT, "FILE", "also a page with the detection curves"},
};
/* clang-format on */

const struct command command_qualify = {
    .name = "qualify",
    .operands = "FILE",
    .summary = "how well a sequence tells good from bad parts",
    .detail =
        "Runs the sequence on virtual parts in virtual time: good ones, and for each defect\n"
        "that the twin can inject some at every severity. A part is caught when its verdict\n"
        "is fail; marginal parts ship; inconclusive and error hold a part back. The same seed\n"
        "gives the same result, however many processes work on it.\n\n"
        "examples:\n"
        "  lambdabench qualify sequences/library/eol_lsu49.seq --parts 10000 --html curves.html\n"
        "  lambdabench qualify eol.seq --defects D11,D12 --severities 0.1,0.2,0.3 --json\n",
    .options = qualify_options,
    .option_count = sizeof qualify_options / sizeof qualify_options[0],
    .operands_min = 1,
    .operands_max = 1,
    .run = run_qualify,
};
