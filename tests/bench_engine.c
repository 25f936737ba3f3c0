/* Cost of the engine: a sequence of many empty-handed steps on a bench that answers at once. Prints
 * microseconds of CPU time for each step (begin, set, one measurement of ten samples with its
 * grade, end) and for each sample. */
#include <stdlib.h>
#include <time.h>

#include "sequences/checker.h"
#include "sequences/engine.h"
#include "sequences/parser.h"

enum { STEPS = 10000, SAMPLES = 10 };

static const char sequence[] = "sequence b version 1\n"
                               "main\n"
                               "    repeat 10000\n"
                               "        step one \"One\"\n"
                               "            set psu.u = 1 V\n"
                               "            measure u = mean(dut.u) over 0.1 s\n"
                               "        end\n"
                               "    end\n"
                               "end\n"
                               "cleanup within 1 s\n"
                               "    set psu.u = 0 V\n"
                               "end\n";

struct bench {
    struct engine *engine;
    struct instant now, wake;
    engine_ticket ticket;
    bool asked, finished;
    unsigned steps, measures;
};

static void wake_at(void *ctx, struct instant t)
{
    ((struct bench *)ctx)->wake = t;
}
static struct instant now(void *ctx)
{
    return ((struct bench *)ctx)->now;
}
static void set(void *ctx, engine_ticket ticket, const struct set_order *order)
{
    struct bench *b = ctx;
    (void)order;
    b->ticket = ticket;
    b->asked = true;
}
static void want(void *ctx, const struct channel *channel, unsigned site, bool wanted)
{
    (void)ctx, (void)channel, (void)site, (void)wanted;
}
static void step_begin(void *ctx, unsigned site, const char *path, const struct stmt *step,
                       unsigned attempt)
{
    (void)ctx, (void)site, (void)path, (void)step, (void)attempt;
}
static void step_end(void *ctx, unsigned site, const char *path, enum verdict verdict,
                     const char *error)
{
    (void)site, (void)path, (void)verdict, (void)error;
    ((struct bench *)ctx)->steps++;
}
static void measured(void *ctx, unsigned site, const struct measurement *m)
{
    (void)site, (void)m;
    ((struct bench *)ctx)->measures++;
}
static void note(void *ctx, unsigned site, const char *text)
{
    (void)ctx, (void)site, (void)text;
}
static void site_done(void *ctx, unsigned site, enum verdict verdict, const char *why)
{
    (void)ctx, (void)site, (void)verdict, (void)why;
}
static void finished(void *ctx, enum verdict worst, bool cleanup_ok)
{
    (void)worst, (void)cleanup_ok;
    ((struct bench *)ctx)->finished = true;
}

static double cpu_us(void)
{
    return (double)clock() * (1e6 / CLOCKS_PER_SEC);
}

/* Answers everything at once and sends a sample every 10 ms; how many it took. */
static uint64_t run(struct bench *b, const struct channel *sampled)
{
    double value = 1.0;
    uint64_t samples = 0;
    engine_start(b->engine);
    while (!b->finished) {
        if (b->asked) {
            b->asked = false;
            engine_done(b->engine, b->ticket, RC_OK, NULL);
            continue;
        }
        b->now = instant_add(b->now, duration_ms(10));
        value = value > 2.0 ? 1.0 : value + 0.001;
        engine_sample(b->engine, sampled, 1, value, b->now);
        samples++;
        if (!instant_before(b->now, b->wake)) {
            b->wake = INSTANT_NEVER;
            engine_wake(b->engine);
        }
    }
    return samples;
}

int main(void)
{
    struct channel channels[2] = {
        {.name = "psu.u", .output = true, .max_si = 10.0},
        {.name = "dut.u", .per_site = true, .max_si = 10.0, .period = {10000}},
    };
    struct bench_view view = {.station_name = "b",
                              .station_kind = "b",
                              .sites = 1,
                              .channels = channels,
                              .channel_count = 2};
    struct diag diag;
    struct source *source;
    struct program *program;
    struct checked *checked;
    struct bench b = {.wake = INSTANT_NEVER};
    diag_init(&diag);
    if (unit_find(SPAN("V"), &channels[0].unit) != RC_OK ||
        unit_find(SPAN("V"), &channels[1].unit) != RC_OK ||
        source_from_text("b.seq", SPAN(""), &diag, &source) != RC_OK)
        return 1;
    source_free(source);
    if (source_from_text("b.seq", span_text(sequence), &diag, &source) != RC_OK ||
        program_parse(source, &diag, &program) != RC_OK ||
        program_check(program, &view, &diag, &checked) != RC_OK) {
        diag_print(&diag, stderr, false);
        return 1;
    }
    struct seq_host host = {.wake_at = wake_at,
                            .now = now,
                            .set = set,
                            .want = want,
                            .step_begin = step_begin,
                            .step_end = step_end,
                            .measured = measured,
                            .note = note,
                            .site_done = site_done,
                            .finished = finished,
                            .ctx = &b};
    struct engine_config config = {.checked = checked, .host = host, .live_sites = 1};
    if (engine_new(&config, &diag, &b.engine) != RC_OK)
        return 1;
    double begin = cpu_us();
    uint64_t samples = run(&b, &channels[1]);
    double us = cpu_us() - begin;
    printf("engine: %.2f us of CPU for each step of %u (goal 50 us), %llu samples among them\n",
           us / b.steps, b.steps, (unsigned long long)samples);
    engine_free(b.engine);
    checked_free(checked);
    program_free(program);
    source_free(source);
    diag_fini(&diag);
    return b.steps == STEPS && b.measures == STEPS ? 0 : 1;
}
