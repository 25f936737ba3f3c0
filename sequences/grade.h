/* The grader: a pure function of a measured value and its limit. NaN, too few samples or a bad
 * quality never pass and never fail the part: they are inconclusive. */
#ifndef SEQUENCES_GRADE_H
#define SEQUENCES_GRADE_H

#include "sequences/limits.h"

enum { GRADER_VERSION = 1 };

/* In the order of "worst of"; NO_LIMIT does not count. */
enum verdict {
    VERDICT_NO_LIMIT,
    VERDICT_PASS,
    VERDICT_MARGINAL,
    VERDICT_INCONCLUSIVE,
    VERDICT_FAIL,
    VERDICT_ABORTED,
    VERDICT_ERROR
};

/* Why a value is what it is; stored with every measurement. */
enum quality {
    QUALITY_GOOD,
    QUALITY_MISSING,   /* no sample in the window */
    QUALITY_FEW,       /* under 90 % of the expected count */
    QUALITY_STALE,     /* newest sample older than 1.5 periods at the end of the window */
    QUALITY_STUCK,     /* all samples bit-identical though the channel is noisy */
    QUALITY_INVALID,   /* the instrument did not vouch for it, or out of the channel's range */
    QUALITY_NO_RESULT, /* the function has no result: no 63 % crossing, no fit */
};

struct measured {
    double value; /* in the measurement's unit; NaN unless quality is GOOD */
    double u95;   /* same unit; NaN: unknown */
    double sd;
    unsigned n;
    enum quality quality;
};

struct grade {
    enum verdict verdict;
    double al, au; /* acceptance limits after the guard band; infinite where absent */
    double margin; /* distance to the nearer specification limit, negative outside; NaN: none */
};

/* `limit` NULL: NO_LIMIT (ERROR quality stays INCONCLUSIVE). */
struct grade grade_value(const struct measured *measured, const struct limit *limit);
enum verdict verdict_worst(enum verdict a, enum verdict b);
const char *verdict_text(enum verdict verdict); /* "pass", "no-limit", ... as in the database */
const char *quality_text(enum quality quality);

#endif
