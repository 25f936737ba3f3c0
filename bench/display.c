#include "bench/display.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "bench/display_private.h"

static const struct duration retry_period = {INT64_C(50000)};

static void on_retry(void *ctx);

struct display *display_new(enum display_kind kind, FILE *to, struct loop *loop)
{
    struct display *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->kind = kind;
    d->to = to;
    d->loop = loop;
    d->patient = loop_clock(loop)->is_virtual;
    d->redraw = timer_of(display_redraw, d);
    d->retry = timer_of(on_retry, d);
    return d;
}

void display_free(struct display *d)
{
    if (!d)
        return;
    loop_disarm(d->loop, &d->redraw);
    loop_disarm(d->loop, &d->retry);
    free(d);
}

void display_begin(struct display *d, const struct display_run *run)
{
    d->run = *run;
    d->began = loop_now(d->loop);
    snprintf(d->station, sizeof d->station, "%s", run->station);
    snprintf(d->program, sizeof d->program, "%s", run->program);
    snprintf(d->batch, sizeof d->batch, "%.12s", run->batch && *run->batch ? run->batch : "-");
    if (d->kind == DISPLAY_TERMINAL)
        display_redraw(d);
    else
        display_line(d, 0, 0, "batch=%s program=%s v%u begin", d->batch, d->program, run->version);
}

/* {"t":"...","station":"twin","site":2,"text":"..."} */
static void print_json(struct display *d, const struct display_pending *p, const char *time)
{
    fprintf(d->to, "{\"t\":\"%s\",\"station\":\"%s\",\"site\":%u,\"text\":\"", time, d->station,
            p->site);
    for (const char *c = p->text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', d->to);
        fputc(*c, d->to);
    }
    fputs("\"}\n", d->to);
}

static void print_pending(struct display *d, const struct display_pending *p)
{
    char time[32];
    if (d->kind == DISPLAY_TERMINAL) {
        span_copy(span_text(p->text), d->sites[p->site].state, sizeof d->sites[p->site].state);
        d->sites[p->site].failed = d->sites[p->site].failed || p->failed;
        return;
    }
    clock_utc_text(clock_wall_us(loop_clock(d->loop), p->t), time);
    if (d->kind == DISPLAY_JSON)
        print_json(d, p, time);
    else if (p->site)
        fprintf(d->to, "%s %s site=%u %s\n", time, d->station, p->site, p->text);
    else
        fprintf(d->to, "%s %s %s\n", time, d->station, p->text);
    fflush(d->to);
}

/* A reader that does not read (a full pipe, Ctrl-S) must not stop the loop: lines wait for it. */
static bool writable(const struct display *d)
{
    struct pollfd to = {.fd = fileno(d->to), .events = POLLOUT};
    return d->patient || to.fd < 0 || poll(&to, 1, 0) != 0;
}

static void drain(struct display *d)
{
    while (d->count && d->pending[d->first].tag <= d->acknowledged && writable(d)) {
        print_pending(d, &d->pending[d->first]);
        d->first = (d->first + 1) % DISPLAY_PENDING_MAX;
        d->count--;
    }
    if (!d->count || d->pending[d->first].tag > d->acknowledged || timer_armed(&d->retry))
        return;
    (void)!loop_arm(d->loop, &d->retry, instant_add(loop_now(d->loop), retry_period));
}

static void on_retry(void *ctx)
{
    drain(ctx);
}

/* The oldest make room when more is waiting than anyone would read; the database has them anyway.
 */
static struct display_pending *push(struct display *d)
{
    if (d->count == DISPLAY_PENDING_MAX) {
        d->first = (d->first + 1) % DISPLAY_PENDING_MAX;
        d->count--;
    }
    return &d->pending[(d->first + d->count++) % DISPLAY_PENDING_MAX];
}

/* Serial numbers and instrument texts come from outside. */
__attribute__((format(printf, 3, 0))) static void hold(struct display *d, struct display_pending *p,
                                                       const char *format, va_list args)
{
    char raw[DISPLAY_TEXT_MAX];
    struct obuf out = {p->text, 0, sizeof p->text - 1};
    vsnprintf(raw, sizeof raw, format, args);
    obuf_escaped(&out, span_text(raw));
    p->text[out.len] = '\0';
    *push(d) = *p;
    drain(d);
}

void display_line(struct display *d, uint64_t tag, unsigned site, const char *format, ...)
{
    va_list args;
    if (d->kind != DISPLAY_LINES && d->kind != DISPLAY_JSON)
        return;
    struct display_pending p = {.tag = tag, .site = site, .t = loop_now(d->loop)};
    va_start(args, format);
    hold(d, &p, format, args);
    va_end(args);
}

void display_acknowledged(struct display *d, uint64_t tag)
{
    if (tag > d->acknowledged)
        d->acknowledged = tag;
    drain(d);
}

void display_site(struct display *d, uint64_t tag, unsigned site, bool failed, const char *format,
                  ...)
{
    va_list args;
    if (site > TWIN_SITES_SHOWN || d->kind != DISPLAY_TERMINAL)
        return;
    struct display_pending p = {.tag = tag, .site = site, .failed = failed};
    va_start(args, format);
    hold(d, &p, format, args);
    va_end(args);
}

void display_serial(struct display *d, unsigned site, const char *serial)
{
    if (site > TWIN_SITES_SHOWN)
        return;
    struct obuf out = {d->sites[site].serial, 0, sizeof d->sites[site].serial - 1};
    obuf_escaped(&out, span_text(serial ? serial : ""));
    d->sites[site].serial[out.len] = '\0';
}

static unsigned drop_unstored(struct display *d)
{
    unsigned kept = 0, held = d->count;
    for (unsigned i = 0; i < held; i++) {
        unsigned at = (d->first + i) % DISPLAY_PENDING_MAX;
        if (d->pending[at].tag <= d->acknowledged)
            d->pending[(d->first + kept++) % DISPLAY_PENDING_MAX] = d->pending[at];
    }
    d->count = kept;
    return held - kept;
}

void display_end(struct display *d, bool stored)
{
    unsigned dropped = stored ? 0 : drop_unstored(d);
    d->patient = true; /* nothing is waiting for this program any more */
    display_acknowledged(d, UINT64_MAX);
    if (dropped)
        display_line(d, 0, 0, "%u results are left out here: they are not stored", dropped);
    loop_disarm(d->loop, &d->retry);
    loop_disarm(d->loop, &d->redraw);
    if (d->kind == DISPLAY_TERMINAL) {
        display_draw(d);
        fputc('\n', d->to);
    }
}
