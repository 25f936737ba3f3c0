#include "bench/display.h"

#include <stdlib.h>
#include <string.h>

#include "bench/display_private.h"

struct display *display_new(enum display_kind kind, FILE *to, struct loop *loop)
{
    struct display *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->kind = kind;
    d->to = to;
    d->loop = loop;
    d->redraw = timer_of(display_redraw, d);
    return d;
}

void display_free(struct display *d)
{
    if (!d)
        return;
    loop_disarm(d->loop, &d->redraw);
    free(d);
}

void display_begin(struct display *d, const struct display_run *run)
{
    d->run = *run;
    d->began = loop_now(d->loop);
    snprintf(d->station, sizeof d->station, "%s", run->station);
    snprintf(d->program, sizeof d->program, "%s", run->program);
    snprintf(d->batch, sizeof d->batch, "%.8s", run->batch && *run->batch ? run->batch : "-");
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
    if (d->kind != DISPLAY_LINES && d->kind != DISPLAY_JSON)
        return;
    clock_utc_text(clock_wall_us(loop_clock(d->loop), p->t), time);
    if (d->kind == DISPLAY_JSON)
        print_json(d, p, time);
    else if (p->site)
        fprintf(d->to, "%s %s site=%u %s\n", time, d->station, p->site, p->text);
    else
        fprintf(d->to, "%s %s %s\n", time, d->station, p->text);
    fflush(d->to);
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

void display_line(struct display *d, uint64_t tag, unsigned site, const char *format, ...)
{
    char raw[DISPLAY_TEXT_MAX];
    va_list args;
    if (d->kind == DISPLAY_QUIET)
        return;
    struct display_pending p = {.tag = tag, .site = site, .t = loop_now(d->loop)};
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    struct obuf out = {p.text, 0, sizeof p.text - 1};
    obuf_escaped(&out, span_text(raw)); /* serial numbers and instrument texts come from outside */
    p.text[out.len] = '\0';
    if (tag == 0 && d->count == 0)
        print_pending(d, &p);
    else
        *push(d) = p;
}

void display_acknowledged(struct display *d, uint64_t tag)
{
    while (d->count && d->pending[d->first].tag <= tag) {
        print_pending(d, &d->pending[d->first]);
        d->first = (d->first + 1) % DISPLAY_PENDING_MAX;
        d->count--;
    }
}

void display_site(struct display *d, unsigned site, const char *format, ...)
{
    va_list args;
    if (site > TWIN_SITES_SHOWN || d->kind != DISPLAY_TERMINAL)
        return;
    va_start(args, format);
    vsnprintf(d->sites[site].state, sizeof d->sites[site].state, format, args);
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

void display_end(struct display *d)
{
    display_acknowledged(d, UINT64_MAX);
    loop_disarm(d->loop, &d->redraw);
    if (d->kind == DISPLAY_TERMINAL) {
        display_draw(d);
        fputc('\n', d->to);
    }
}
