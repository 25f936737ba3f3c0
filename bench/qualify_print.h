/* The three forms of a qualification's result. All of them are the same bytes for the same plan. */
#ifndef BENCH_QUALIFY_PRINT_H
#define BENCH_QUALIFY_PRINT_H

#include "bench/qualify_stats.h"
#include "reports/sink.h"

struct qualify_report {
    const struct qualify_plan *plan;
    const struct qualify_stats *stats;
    const char *sequence, *station;
    unsigned sequence_version;
};

/* At most 80 columns. */
void qualify_put_text(struct sink *out, const struct qualify_report *report);
/* One object, "lambdabench/qualify/1". What is not reached is null, with "below": true where the
 * first rung already does it. */
void qualify_put_json(struct sink *out, const struct qualify_report *report);
/* A page without anything from outside. RC_NOSPACE: out of memory. */
MUST_CHECK enum rc qualify_put_html(struct sink *out, const struct qualify_report *report);

/* Names by falling count in `group` of `counts` (first, only, open, held or any), at most `max`;
 * returns how many have any. */
enum qualify_count { QUALIFY_ANY, QUALIFY_FIRST, QUALIFY_ONLY, QUALIFY_OPEN, QUALIFY_HELD };
unsigned qualify_rank(const struct qualify_names *names, enum qualify_count what, unsigned group,
                      unsigned *index, unsigned max);
unsigned qualify_count_of(const struct qualify_name *name, enum qualify_count what, unsigned group);
/* Over all defects. */
unsigned qualify_defect_sum(const struct qualify_name *name, enum qualify_count what,
                            unsigned defects);

#endif
