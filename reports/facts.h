/* What several renderers say in the same words. Text here is for people; times are UTC. */
#ifndef REPORTS_FACTS_H
#define REPORTS_FACTS_H

#include "db/query.h"
#include "reports/sink.h"

struct report {
    const struct result_batch *batch;
    const struct result_curve *curves;
    size_t curve_count;
};

/* How a verdict looks: never by colour alone. */
struct verdict_look {
    const char *verdict, *word; /* "pass", "PASS" */
    const char *sign;           /* UTF-8 */
    const char *plain_sign;     /* ASCII */
    const char *style;          /* class name */
};
/* NULL and unknown words look like "no verdict". Never NULL. */
const struct verdict_look *facts_look(const char *verdict);

/* NULL-safe comparison. */
bool facts_same(const char *a, const char *b);
/* "" for NULL. */
const char *facts_text(const char *text);

/* Decimals that show a value to the second digit of its uncertainty, and finely enough to be told
 * from the limit that is nearest; -1: no uncertainty known, print 5 significant digits. */
int facts_decimals(const struct result_measure *measure);
void facts_put_value(struct sink *sink, const struct result_measure *measure);
/* "0.905 … 0.967", "≤ 12", "≥ 10", "-". `plain`: ASCII only. */
void facts_put_limits(struct sink *sink, double lo, double hi, bool plain);
/* "1 min 36 s"; negative or absent (an open batch): "-". */
void facts_put_duration(struct sink *sink, int64_t us);
/* "2026-11-21 09:12:03 UTC"; 0: "-". */
void facts_put_time(struct sink *sink, int64_t wall_us);

/* The variant that the parts of this batch were said to be; NULL: not known. */
const struct result_document *facts_variant(const struct result_batch *batch);

/* The measurement that failed a run first, or NULL (stopped by something else, or did not fail). */
const struct result_measure *facts_failing(const struct result_run *run);
/* One sentence without the measurement's name at its start: "is 9.31 W, above the limit of 9 W by
 * 0.31 W". The unit goes through `put`, one of the sink's writers of untrusted text. */
void facts_put_excess(struct sink *sink, const struct result_measure *measure,
                      void (*put)(struct sink *sink, const char *text));

/* Which of the run's steps a measurement belongs to: its path, and of several attempts the one
 * during which it was taken, else the last. step_count: none. */
size_t facts_step_of(const struct result_run *run, const struct result_measure *measure);

/* The paragraph that every report for people ends with; lines, NULL at the end. */
extern const char *const facts_rules[];
extern const char *const facts_preconditions[];

#endif
