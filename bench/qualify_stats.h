/* What the records of a qualification say together. A `group` is 0 for the good parts and d + 1 for
 * defect d of the plan. */
#ifndef BENCH_QUALIFY_STATS_H
#define BENCH_QUALIFY_STATS_H

#include "analysis/proportion.h"
#include "bench/qualify.h"

enum {
    QUALIFY_GROUPS_MAX = QUALIFY_DEFECTS_MAX + 1,
    QUALIFY_NAMES_MAX = 96, /* more are counted under the last one */
    QUALIFY_NAME_MAX = 64
};

struct qualify_rung {
    unsigned parts, verdicts[QUALIFY_VERDICTS];
};

/* Of `rung`: caught is fail, shipped is pass, marginal or nothing to grade; the rest is held back
 * without a reason that the part is to blame for. */
unsigned qualify_caught(const struct qualify_rung *rung);
unsigned qualify_shipped(const struct qualify_rung *rung);
unsigned qualify_held(const struct qualify_rung *rung);

/* A measurement, or a step, and the parts of each group that failed by it. */
struct qualify_name {
    char text[QUALIFY_NAME_MAX];
    unsigned any[QUALIFY_GROUPS_MAX];
    unsigned first[QUALIFY_GROUPS_MAX]; /* before all others */
    unsigned only[QUALIFY_GROUPS_MAX];  /* nothing else would have caught these */
    unsigned open[QUALIFY_GROUPS_MAX];  /* it stopped these, and what else would is not known */
    unsigned held[QUALIFY_GROUPS_MAX];  /* held back, this among the reasons */
};

struct qualify_names {
    struct qualify_name at[QUALIFY_NAMES_MAX];
    unsigned count;
};

struct qualify_defect {
    struct qualify_rung rungs[QUALIFY_RUNGS_MAX], all;
    struct proportion_crossing caught_50, caught_95; /* the severity */
    struct proportion_crossing kept_95;              /* caught or held back */
    int worst_escape; /* rung of the gravest that shipped; -1: none did */
};

struct qualify_stats {
    struct qualify_rung good;
    struct proportion false_fail;
    struct qualify_defect defects[QUALIFY_DEFECTS_MAX];
    struct qualify_names measures; /* "step NAME" where a step ended without one */
    struct qualify_names steps;
    double part_s;    /* mean bench time of a good part, the sites sharing it */
    unsigned unclean; /* batches' parts whose cleanup was not confirmed */
};

/* `limits`: the rows that the evidence points at; may be NULL when there is none. RC_RANGE: a group
 * without parts, or a row beyond the limits. */
MUST_CHECK enum rc qualify_stats_find(const struct qualify_plan *plan,
                                      const struct qualify_record *records,
                                      const struct limits *limits, struct qualify_stats *out);

#endif
