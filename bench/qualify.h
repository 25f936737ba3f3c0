/* Qualification of a sequence: it is run on many virtual parts, good ones and such with a defect of
 * known severity, and what it says about each part is compared with what the part is.
 *
 *   qualify.c        which parts, in which batches           (everything follows from the seed)
 *   qualify_pool.c   the batches on several processes
 *   qualify_work.c   one batch: a session on a twin, and what it said about each part
 *   qualify_stats.c  shares, ladders, and what each step contributes
 *   qualify_text.c, qualify_json.c, qualify_html.c   for people, programs and the eye
 *
 * A part is caught when its verdict is fail. Inconclusive, aborted and error hold a part back
 * without saying what it is; a marginal part ships. */
#ifndef BENCH_QUALIFY_H
#define BENCH_QUALIFY_H

#include "bench/loader.h"
#include "sequences/grade.h"
#include "twin/twin.h"

enum {
    QUALIFY_DEFECTS_MAX = 40,
    QUALIFY_RUNGS_MAX = 32,
    QUALIFY_PARTS_MAX = 1000000,
    QUALIFY_EVIDENCE_MAX = 24,
    QUALIFY_STEP_MAX = 40,
    QUALIFY_VERDICTS = VERDICT_ERROR + 1
};

struct qualify_plan {
    enum twin_element_kind element; /* and variant: which defects there are to choose from */
    unsigned variant;
    bool insulation; /* the twin has an insulation tester */
    uint64_t seed;
    unsigned sites;      /* parts of one batch */
    unsigned good_parts; /* without a defect */
    unsigned rung_parts; /* for each defect and severity */
    int defects[QUALIFY_DEFECTS_MAX];
    unsigned defect_count;
    double severities[QUALIFY_RUNGS_MAX]; /* rising, 0..1 */
    unsigned severity_count;
};

/* Parts that are alike: of one defect and severity, or good ones. They share a twin. */
struct qualify_batch {
    unsigned first, count; /* parts, counted through the whole plan; on sites 1..count */
    int defect;            /* index in the plan; -1: none */
    unsigned rung;         /* index of the severity */
    uint64_t seed;
};

unsigned qualify_part_count(const struct qualify_plan *plan);
unsigned qualify_batch_count(const struct qualify_plan *plan);
struct qualify_batch qualify_batch_of(const struct qualify_plan *plan, unsigned batch);
/* Defect index (-1: good) and rung of a part. */
int qualify_group_of(const struct qualify_plan *plan, unsigned part, unsigned *rung);

/* "D11,12,D38" or "all" (every one that the twin of this element can inject) into the plan;
 * "0.1,0.3" likewise. RC_CONFIG: not of that form, unknown, twice, out of range, or severities that
 * do not rise. */
MUST_CHECK enum rc qualify_parse_defects(struct span text, struct qualify_plan *plan);
MUST_CHECK enum rc qualify_parse_severities(struct span text, struct qualify_plan *plan);

/* Why a part did not pass: a measurement, or a step that failed or ended as an error without one.
 */
struct qualify_evidence {
    enum verdict verdict; /* inconclusive, fail or error */
    int row;              /* index of the limit; -1: the step itself */
    bool beyond;          /* found behind the step that stopped the part, when it went on */
    char step[QUALIFY_STEP_MAX];
};

/* What the sequence said about one part; also the message of a worker. The evidence is in the order
 * of time. */
struct qualify_record {
    unsigned part;
    enum verdict verdict;
    unsigned evidence_count, unclean; /* unclean: cleanup was not confirmed */
    bool rest_unknown; /* a step stopped it, and what comes behind could not be asked */
    double took_s;     /* bench time of its batch */
    struct qualify_evidence evidence[QUALIFY_EVIDENCE_MAX];
};

struct qualify_work {
    const struct loaded *loaded;
    const struct qualify_plan *plan;
};
/* Run one batch; `ctx` is a struct qualify_work. Writes a record for each of its parts. RC_IO: the
 * bench did not run it (said on stderr).
 *
 * Verdicts and times are those of the sequence as it stands. Where a part was caught by one step
 * alone and that step stops it, the batch is run once more, the same parts on the same seed, and
 * such a step lets them go on: only so can be told whether a later step finds them as well. What it
 * finds is added as evidence `beyond`. A bench that trips or is stopped on the way leaves it
 * unknown. */
MUST_CHECK enum rc qualify_work_batch(void *ctx, unsigned batch, struct qualify_record *out);

/* Whether a part that fails in the step of this path ("hot", "ip_lean8/edge") is stopped by it, or
 * by one around it. A name with a part in braces stands for all that begin like it. */
bool qualify_step_stops(const struct program *program, const char *path);

/* A line of the session about a site: its verdict, or a step that failed. */
struct qualify_line {
    unsigned site;
    bool is_verdict;
    enum verdict verdict;
    char step[QUALIFY_STEP_MAX]; /* of a step that ended as `verdict`: fail or error */
};
/* False: the line is of another kind. */
bool qualify_read_line(struct span line, struct qualify_line *out);

#endif
