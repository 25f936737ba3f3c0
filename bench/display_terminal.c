/* The view on a terminal: one line for the batch, one for each site, redrawn at most 10 times a
 * second. */
#include <poll.h>

#include "bench/display_private.h"

static const struct duration redraw_period = {INT64_C(100000)};

static void draw_bar(FILE *to, double share)
{
    enum { CELLS = 24 };
    unsigned full = share >= 1.0 ? CELLS : share > 0.0 ? (unsigned)(share * CELLS) : 0;
    for (unsigned i = 0; i < CELLS; i++)
        fputs(i < full ? "█" : "░", to);
}

static void draw_head(struct display *d)
{
    double s = duration_in_s(instant_since(loop_now(d->loop), d->began));
    int now = (int)s, typical = (int)d->run.typical_s;
    double share = d->run.typical_s > 0.0 ? s / d->run.typical_s : 0.0;
    fprintf(d->to, "\033[K%s v%u · %s · batch %s   %d:%02d of about %d:%02d\n\033[K ", d->program,
            d->run.version, d->station, d->batch, now / 60, now % 60, typical / 60, typical % 60);
    draw_bar(d->to, share);
    fprintf(d->to, " %3d %%\n", share >= 1.0 ? 100 : (int)(100.0 * share));
}

static void draw_site(struct display *d, unsigned site)
{
    unsigned measured = d->run.engine ? engine_measured_count(d->run.engine, site) : 0;
    if (!d->sites[site].serial[0])
        fprintf(d->to, "\033[K %2u  -                empty\n", site);
    else
        fprintf(d->to, "\033[K %2u  %-16.16s %-4s %-34.34s %u measured\n", site,
                d->sites[site].serial, d->sites[site].failed ? "FAIL" : "", d->sites[site].state,
                measured);
}

/* Without wrapping: a narrow terminal cuts the lines, and the count of them stays right. */
void display_draw(struct display *d)
{
    fputs("\033[?7l", d->to);
    if (d->drawn_lines)
        fprintf(d->to, "\033[%uA\r", d->drawn_lines);
    draw_head(d);
    for (unsigned site = 1; site <= d->run.sites && site <= TWIN_SITES_SHOWN; site++)
        draw_site(d, site);
    fprintf(d->to, "\033[K^C stop (cleanup runs)\033[?7h");
    fflush(d->to);
    d->drawn_lines = 2 + d->run.sites;
}

void display_redraw(void *ctx)
{
    struct display *d = ctx;
    struct pollfd to = {.fd = fileno(d->to), .events = POLLOUT};
    if (poll(&to, 1, 0) != 0) /* a terminal that is stopped is drawn later */
        display_draw(d);
    if (loop_arm(d->loop, &d->redraw, instant_add(loop_now(d->loop), redraw_period)) != RC_OK)
        return;
}
