/* Shared by display.c (lines) and display_terminal.c (the redrawn view). */
#ifndef BENCH_DISPLAY_PRIVATE_H
#define BENCH_DISPLAY_PRIVATE_H

#include "bench/display.h"

enum { DISPLAY_PENDING_MAX = 512, DISPLAY_TEXT_MAX = 320, TWIN_SITES_SHOWN = 64 };

struct display_pending {
    uint64_t tag;
    unsigned site;
    bool failed; /* the site's state on a terminal */
    struct instant t;
    char text[DISPLAY_TEXT_MAX];
};

struct display {
    enum display_kind kind;
    FILE *to;
    struct loop *loop;
    struct display_run run;
    char station[48], program[48], batch[16];
    struct instant began;
    struct display_pending pending[DISPLAY_PENDING_MAX];
    unsigned first, count;
    struct {
        char serial[40], state[64];
        bool failed;
    } sites[TWIN_SITES_SHOWN + 1];
    struct timer redraw, retry;
    uint64_t acknowledged;
    bool patient; /* may block while writing */
    unsigned drawn_lines;
};

void display_redraw(void *ctx);
void display_draw(struct display *display);

#endif
