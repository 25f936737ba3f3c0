/* What a person or a log sees of a run: one line per event when stdout is no terminal, a redrawn
 * view else. Lines about stored things are shown once the database has them. */
#ifndef BENCH_DISPLAY_H
#define BENCH_DISPLAY_H

#include <stdio.h>

#include "core/clock.h"
#include "core/loop.h"
#include "db/recorder.h"
#include "sequences/engine.h"

enum display_kind { DISPLAY_QUIET, DISPLAY_LINES, DISPLAY_JSON, DISPLAY_TERMINAL };

struct display;

/* Writes to `to` (stdout). */
struct display *display_new(enum display_kind kind, FILE *to, struct loop *loop);
void display_free(struct display *display);

struct display_run {
    const char *program, *station, *batch;
    unsigned version, sites, measurements; /* measurements per site, as estimated */
    double typical_s;
    const struct engine *engine;
};
void display_begin(struct display *display, const struct display_run *run);

/* `tag` 0: show at once. Else held until display_acknowledged(tag or later). */
__attribute__((format(printf, 4, 5))) void display_line(struct display *display, uint64_t tag,
                                                        unsigned site, const char *format, ...);
void display_acknowledged(struct display *display, uint64_t tag);
/* A short state for the site's line on a terminal: "ip_lean8 0.938 mA pass", held like a line.
 * `failed` marks the line until the end. */
__attribute__((format(printf, 5, 6))) void display_site(struct display *display, uint64_t tag,
                                                        unsigned site, bool failed,
                                                        const char *format, ...);
void display_serial(struct display *display, unsigned site, const char *serial);
/* What is still held is shown if all is stored, else it is left out, and that is said. */
void display_end(struct display *display, bool stored);

#endif
