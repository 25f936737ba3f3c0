/* lambdabench show, list, report, export: what the database holds. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/cli.h"
#include "core/log.h"
#include "core/num.h"
#include "db/query.h"
#include "reports/report.h"
#include "sequences/grade.h"

static const char *database_path(const struct args *args)
{
    const char *path = options_value(args, "db"), *env = getenv("LAMBDABENCH_DB");
    return path ? path : env && *env ? env : "lambdabench.db";
}

static struct log results_log(void)
{
    return (struct log){.to = stderr, .level = LOG_WARN};
}

static int exit_of(enum rc rc)
{
    if (rc == RC_OK)
        return EXIT_PASS;
    return rc == RC_IO || rc == RC_CONFIG ? EXIT_STORAGE : EXIT_USAGE; /* gone or damaged */
}

/* --- reports -----------------------------------------------------------------------------------
 */

/* The file is opened only when there is something to write into it. */
static FILE *open_output(const char *file, bool first)
{
    FILE *to = file ? fopen(file, first ? "w" : "a") : stdout;
    if (!to)
        fprintf(stderr, "error: cannot write %s: %s\n", file, strerror(errno));
    return to;
}

static enum rc close_output(FILE *to, const char *file, enum rc rc)
{
    bool failed = file ? fclose(to) != 0 : fflush(to) != 0;
    return rc == RC_OK && failed ? RC_IO : rc;
}

struct rendering {
    struct store *store;
    enum report_format format;
    const char *file; /* NULL: stdout */
    struct log *log;
};

/* Of a pipe whose reader has seen enough nobody hears; all else is said with its reason. */
static int failed(const struct rendering *r, const char *what, enum rc rc, int why)
{
    bool io = rc == RC_IO && why != 0;
    if (io && why == EPIPE && !r->file)
        return EXIT_PASS;
    log_say(r->log, LOG_ERROR, "the report of '%s' could not be written: %s", what,
            io ? strerror(why) : rc_text(rc));
    return exit_of(rc);
}

static int render(const struct rendering *r, const char *what, bool first)
{
    struct store *store = r->store;
    struct log *log = r->log;
    enum report_format format = r->format;
    struct result_batch *batch;
    struct result_curve *curves = NULL;
    size_t count = 0;
    enum rc rc = query_batch(store, what, log, &batch);
    if (rc != RC_OK)
        return exit_of(rc);
    if (format == REPORT_HTML || format == REPORT_JSON)
        rc = query_curves(store, batch->id, log, &curves, &count);
    bool damaged = rc == RC_CONFIG; /* said already */
    FILE *to = rc == RC_OK ? open_output(r->file, first) : NULL;
    int code = EXIT_STORAGE;
    errno = 0;
    if (to)
        rc = close_output(to, r->file, report_write(format, batch, curves, count, to));
    if (rc != RC_OK && !damaged)
        code = failed(r, what, rc, errno);
    else if (to)
        code = EXIT_PASS;
    query_free_curves(curves, count);
    query_free_batch(batch);
    return code;
}

static int render_to(struct args *args, enum report_format format, const char *file)
{
    struct log log = results_log();
    struct store *store;
    bool one_only = format == REPORT_HTML || format == REPORT_JSON || format == REPORT_JUNIT;
    if (one_only && args->operands > 1) {
        fprintf(stderr, "error: one batch a file in this format; csv and text take several\n");
        return EXIT_USAGE;
    }
    enum rc rc = store_open(database_path(args), STORE_READ, &log, &store);
    if (rc != RC_OK)
        return EXIT_STORAGE;
    struct rendering rendering = {.store = store, .format = format, .file = file, .log = &log};
    int code = EXIT_PASS;
    for (unsigned i = 0; i < (args->operands ? args->operands : 1) && code == EXIT_PASS; i++)
        code = render(&rendering, args->operands ? args->operand[i] : "last", i == 0);
    store_close(store);
    return code;
}

static int show_run(const struct command *command, struct args *args)
{
    (void)command;
    return render_to(args, options_flag(args, "json") ? REPORT_JSON : REPORT_TEXT, NULL);
}

static int report_run(const struct command *command, struct args *args)
{
    enum report_format format = REPORT_HTML;
    const char *name = options_value(args, "format"), *file = options_value(args, "output");
    (void)command;
    if (name && report_format_find(name, &format) != RC_OK) {
        fprintf(stderr, "error: no report format '%s': html, csv, json, junit or text\n", name);
        return EXIT_USAGE;
    }
    if (!file && format == REPORT_HTML && isatty(STDOUT_FILENO)) {
        fprintf(stderr, "error: a page on a terminal? say -o report.html, or -f text\n");
        return EXIT_USAGE;
    }
    return render_to(args, format, file && strcmp(file, "-") != 0 ? file : NULL);
}

static int export_run(const struct command *command, struct args *args)
{
    (void)command;
    return render_to(args, REPORT_CSV, options_value(args, "output"));
}

/* --- list --------------------------------------------------------------------------------------
 */

/* "7d", "12h", "30m" before now, by the clock of this machine. */
static bool parse_since(const char *text, int64_t *since_us)
{
    size_t len = strlen(text);
    int64_t count, unit;
    struct clock clock;
    if (len < 2 || num_parse_int((struct span){text, len - 1}, 0, 100000, &count) != RC_OK)
        return false;
    unit = text[len - 1] == 'd'   ? INT64_C(86400)
           : text[len - 1] == 'h' ? INT64_C(3600)
           : text[len - 1] == 'm' ? INT64_C(60)
                                  : 0;
    clock_init_real(&clock);
    *since_us = clock_wall_us(&clock, clock_now(&clock)) - count * unit * 1000000;
    return unit != 0;
}

static void print_row(const struct list_row *row)
{
    char time[32], serial[64];
    struct obuf out = {serial, 0, sizeof serial - 1};
    clock_utc_text(row->started_us, time);
    obuf_escaped(&out, span_text(row->serial));
    serial[out.len] = '\0';
    printf("%.12s  %.19s  %2d  %-16s %-12s %s%s%s\n", row->uuid, time, (int)row->site, serial,
           row->verdict[0] ? row->verdict : row->state, row->program,
           row->first_fail[0] ? "  " : "", row->first_fail);
}

static void print_row_json(const struct list_row *row, bool first)
{
    char time[32];
    clock_utc_text(row->started_us, time);
    printf("%s{\"run\":\"%s\",\"batch\":\"%s\",\"time\":\"%s\",\"site\":%d,\"serial\":\"",
           first ? "" : ",", row->uuid, row->batch, time, (int)row->site);
    for (const unsigned char *c = (const unsigned char *)row->serial; *c; c++)
        if (*c == '"' || *c == '\\' || *c < 0x20)
            printf("\\u%04x", *c);
        else
            putchar(*c);
    printf("\",\"verdict\":\"%s\",\"program\":\"%s\"}", row->verdict, row->program);
}

static bool is_verdict(const char *word)
{
    for (int v = VERDICT_NO_LIMIT; v <= VERDICT_ERROR; v++)
        if (strcmp(word, verdict_text((enum verdict)v)) == 0)
            return true;
    return false;
}

static int list_run(const struct command *command, struct args *args)
{
    struct log log = results_log();
    struct list_filter filter = {.verdict = options_value(args, "verdict"),
                                 .part = options_value(args, "part"),
                                 .serial = options_value(args, "serial")};
    const char *since = options_value(args, "since");
    long long limit = 50;
    struct list_row *rows;
    struct store *store;
    size_t count;
    (void)command;
    if (!options_int(args, "limit", 1, 100000, &limit))
        return EXIT_USAGE;
    filter.limit = (unsigned)limit;
    if (filter.verdict && !is_verdict(filter.verdict)) {
        fprintf(stderr,
                "error: no verdict '%s': pass, marginal, fail, inconclusive, aborted, error\n",
                filter.verdict);
        return EXIT_USAGE;
    }
    if (since && !parse_since(since, &filter.since_us)) {
        fprintf(stderr, "error: --since takes like 7d, 12h or 30m, not '%s'\n", since);
        return EXIT_USAGE;
    }
    enum rc rc = store_open(database_path(args), STORE_READ, &log, &store);
    if (rc != RC_OK)
        return EXIT_STORAGE;
    rc = query_list(store, &filter, &rows, &count);
    if (rc == RC_OK) {
        bool json = options_flag(args, "json");
        if (json)
            printf("{\"schema\":\"lambdabench/list/1\",\"runs\":[");
        for (size_t i = 0; i < count; i++)
            json ? print_row_json(&rows[i], i == 0) : print_row(&rows[i]);
        if (json)
            printf("]}\n");
        else if (!count)
            fprintf(stderr, "no runs match\n");
        free(rows);
    }
    store_close(store);
    return exit_of(rc);
}

/* --- tables ------------------------------------------------------------------------------------
 */

#define DB_OPTION                                                                                  \
    {                                                                                              \
        "db", 0, OPTION_TEXT, "FILE", "database (default $LAMBDABENCH_DB, lambdabench.db)"         \
    }

static const struct option_row show_options[] = {
    DB_OPTION, {"json", 0, OPTION_FLAG, NULL, "one JSON object instead of text"}};

const struct command command_show = {
    .name = "show",
    .operands = "[RUN|SERIAL|last]...",
    .summary = "show a batch with all its parts: the last one, or that of an id or of a serial",
    .options = show_options,
    .option_count = sizeof show_options / sizeof show_options[0],
    .operands_max = OPERANDS_MAX,
    .run = show_run,
};

static const struct option_row list_options[] = {
    DB_OPTION,
    {"since", 0, OPTION_TEXT, "TIME", "not older than 7d, 12h, 30m"},
    {"verdict", 0, OPTION_TEXT, "WORD", "pass, marginal, fail, inconclusive, aborted, error"},
    {"part", 0, OPTION_TEXT, "TYPE", "of this part type"},
    {"serial", 0, OPTION_TEXT, "SN", "of this part"},
    {"limit", 'n', OPTION_TEXT, "N", "at most N rows (default 50)"},
    {"json", 0, OPTION_FLAG, NULL, "one JSON object instead of text"},
};

const struct command command_list = {
    .name = "list",
    .operands = "",
    .summary = "list runs, newest first",
    .options = list_options,
    .option_count = sizeof list_options / sizeof list_options[0],
    .run = list_run,
};

static const struct option_row report_options[] = {
    DB_OPTION,
    {"format", 'f', OPTION_TEXT, "FMT", "html (default), csv, json, junit, text"},
    {"output", 'o', OPTION_TEXT, "FILE", "write there instead of to stdout"},
};

const struct command command_report = {
    .name = "report",
    .operands = "[RUN|SERIAL|last]...",
    .summary = "write a report: a self-contained page, CSV, JSON or JUnit",
    .detail = "example: lambdabench report last -o report.html\n",
    .options = report_options,
    .option_count = sizeof report_options / sizeof report_options[0],
    .operands_max = OPERANDS_MAX,
    .run = report_run,
};

static const struct option_row export_options[] = {
    DB_OPTION, {"output", 'o', OPTION_TEXT, "FILE", "write there instead of to stdout"}};

const struct command command_export = {
    .name = "export",
    .operands = "[RUN|SERIAL|last]...",
    .summary = "measurements as one long CSV, for spreadsheets, R, JMP, Minitab",
    .options = export_options,
    .option_count = sizeof export_options / sizeof export_options[0],
    .operands_max = OPERANDS_MAX,
    .run = export_run,
};
