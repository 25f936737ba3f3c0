#include "reports/facts.h"

#include <inttypes.h>
#include <math.h>

#include "core/clock.h"
#include "core/num.h"

/* clang-format off */
static const struct verdict_look looks[] = {
    {"pass",         "PASS",         "\xe2\x9c\x93", "+", "pass"},
    {"marginal",     "MARGINAL",     "\xe2\x89\x88", "~", "marginal"},
    {"fail",         "FAIL",         "\xe2\x9c\x97", "x", "fail"},
    {"inconclusive", "INCONCLUSIVE", "?",            "?", "open"},
    {"aborted",      "ABORTED",      "\xe2\x96\xa0", "#", "open"},
    {"error",        "ERROR",        "!",            "!", "error"},
    {"no-limit",     "NO LIMIT",     "\xe2\x97\x8b", ".", "none"},
    {NULL,           "NO VERDICT",   "\xe2\x80\x93", "-", "none"},
};

const char *const facts_rules[] = {
    "Decision rule: a value passes within the acceptance limits, which are the specification limits "
    "drawn in by the guard band (the expanded uncertainty U95, coverage factor 2, unless the limits "
    "file says otherwise). Outside the specification it fails. In between, or within the marginal "
    "band of the limits file, it is marginal.",
    "Whether a marginal part ships, is retested or is held is the policy of the station; the tester "
    "itself ships marginal parts only where that policy says so.",
    "A value that is missing, stale, stuck or not finite is inconclusive: it never passes, and it "
    "never counts against the part. The verdict of a part is the worst of its measurements.",
    "All measurements are electrical. Where a limit stands for a feature inside the element, a pass "
    "means \"consistent with\" that feature; it does not verify geometry.",
    NULL,
};

const char *const facts_preconditions[] = {
    "Preconditions of use, all in hardware and outside this software: emergency stop, fixed gas "
    "detection, proof of extraction flow, normally closed gas valves, and a watchdog relay that "
    "removes gas and heat when the controller falls silent.",
    "The software claims no safety integrity level (SIL) and no performance level (PL); its own "
    "supervision comes on top of the hardware and replaces none of it.",
    NULL,
};
/* clang-format on */

bool facts_same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

const char *facts_text(const char *text)
{
    return text ? text : "";
}

const struct verdict_look *facts_look(const char *verdict)
{
    size_t i = 0;
    while (looks[i].verdict && !facts_same(looks[i].verdict, verdict))
        i++;
    return &looks[i];
}

/* Decimals at which the first digit of `size` shows, plus `more`; size > 0. */
static int decimals_for(double size, int more)
{
    int decimals = more - (int)floor(log10(size));
    return decimals < 0 ? 0 : decimals > 9 ? 9 : decimals;
}

int facts_decimals(const struct result_measure *m)
{
    if (!(m->u95 > 0 && isfinite(m->u95) && fabs(m->value) < 1e9))
        return -1;
    int decimals = decimals_for(m->u95, 1);
    double room = fabs(m->margin);
    if (room > 0 && isfinite(room)) {
        int to_see = decimals_for(room, 0);
        decimals = to_see > decimals ? to_see : decimals;
    }
    int sensible = fabs(m->value) > 0 ? decimals_for(fabs(m->value), 6) : 3;
    return decimals < sensible ? decimals : sensible;
}

void facts_put_value(struct sink *sink, const struct result_measure *m)
{
    int decimals = facts_decimals(m);
    if (decimals < 0)
        sink_short(sink, m->value, 5);
    else
        sink_fixed(sink, m->value, (unsigned)decimals);
}

void facts_put_limits(struct sink *sink, double lo, double hi, bool plain)
{
    if (isfinite(lo) && isfinite(hi)) {
        sink_short(sink, lo, 5);
        sink_text(sink, plain ? ".." : " \xe2\x80\xa6 ");
        sink_short(sink, hi, 5);
    } else if (isfinite(lo)) {
        sink_text(sink, plain ? ">= " : "\xe2\x89\xa5 ");
        sink_short(sink, lo, 5);
    } else if (isfinite(hi)) {
        sink_text(sink, plain ? "<= " : "\xe2\x89\xa4 ");
        sink_short(sink, hi, 5);
    } else {
        sink_text(sink, "-");
    }
}

void facts_put_duration(struct sink *sink, int64_t us)
{
    int64_t s = us / 1000000;
    if (us < 0)
        sink_text(sink, "-");
    else if (s < 60)
        sink_fixed(sink, (double)us * 1e-6, 1), sink_text(sink, " s");
    else if (s < 3600)
        sink_printf(sink, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
    else
        sink_printf(sink, "%" PRId64 " h %" PRId64 " min", s / 3600, s / 60 % 60);
}

void facts_put_time(struct sink *sink, int64_t wall_us)
{
    char text[32];
    if (wall_us <= 0) {
        sink_text(sink, "-");
        return;
    }
    clock_utc_text(wall_us, text);
    text[10] = ' '; /* 2026-11-21T09:12:03.410Z */
    sink_put(sink, (struct span){text, 19});
    sink_text(sink, " UTC");
}

const struct result_document *facts_variant(const struct result_batch *batch)
{
    for (size_t i = 0; i < batch->document_count; i++)
        if (facts_same(batch->documents[i].kind, "variant"))
            return &batch->documents[i];
    return NULL;
}

const struct result_measure *facts_failing(const struct result_run *run)
{
    if (!facts_same(run->verdict, "fail"))
        return NULL;
    const struct result_measure *first = NULL;
    for (size_t i = 0; i < run->measure_count; i++) {
        const struct result_measure *m = &run->measures[i];
        if (!facts_same(m->verdict, "fail"))
            continue;
        if (facts_same(m->name, run->first_fail))
            return m;
        first = first ? first : m;
    }
    return first;
}

void facts_put_excess(struct sink *sink, const struct result_measure *m,
                      void (*put)(struct sink *sink, const char *text))
{
    bool above = m->value > m->usl, below = m->value < m->lsl;
    double limit = above ? m->usl : m->lsl;
    sink_text(sink, "is ");
    facts_put_value(sink, m);
    sink_text(sink, " ");
    put(sink, m->unit);
    if (!above && !below) {
        sink_text(sink, ", outside its limits");
        return;
    }
    sink_text(sink, above ? ", above the limit of " : ", below the limit of ");
    sink_short(sink, limit, 6);
    sink_text(sink, " ");
    put(sink, m->unit);
    sink_text(sink, " by ");
    sink_short(sink, fabs(m->value - limit), 3);
    sink_text(sink, " ");
    put(sink, m->unit);
}

size_t facts_step_of(const struct result_run *run, const struct result_measure *m)
{
    size_t found = run->step_count;
    for (size_t i = 0; i < run->step_count; i++) {
        const struct result_step *step = &run->steps[i];
        if (!facts_same(step->path, m->step))
            continue;
        found = i;
        if (m->t_us >= step->started_us && m->t_us <= step->started_us + step->dur_us)
            break;
    }
    return found;
}
