#include "bench/qualify_stats.h"

static const double confidence = 0.95;

unsigned qualify_caught(const struct qualify_rung *rung)
{
    return rung->verdicts[VERDICT_FAIL];
}

unsigned qualify_shipped(const struct qualify_rung *rung)
{
    return rung->verdicts[VERDICT_NO_LIMIT] + rung->verdicts[VERDICT_PASS] +
           rung->verdicts[VERDICT_MARGINAL];
}

unsigned qualify_held(const struct qualify_rung *rung)
{
    return rung->parts - qualify_caught(rung) - qualify_shipped(rung);
}

static void count_part(struct qualify_rung *rung, enum verdict verdict)
{
    rung->parts++;
    rung->verdicts[verdict]++;
}

/* --- evidence ----------------------------------------------------------------------------------
 */

/* In the order of first appearance, which is that of the parts. */
static unsigned name_index(struct qualify_names *names, const char *text)
{
    for (unsigned i = 0; i < names->count; i++)
        if (strcmp(names->at[i].text, text) == 0)
            return i;
    if (names->count == QUALIFY_NAMES_MAX)
        return QUALIFY_NAMES_MAX - 1;
    struct qualify_name *name = &names->at[names->count];
    if (names->count == QUALIFY_NAMES_MAX - 1)
        text = "(others)";
    snprintf(name->text, sizeof name->text, "%s", text);
    return names->count++;
}

/* The names that one part is blamed on; from `beyond` on they would have been, had it gone on. */
struct blame {
    unsigned index[QUALIFY_EVIDENCE_MAX], count, beyond, group;
    bool caught; /* the part failed; else it was held back */
    bool open;   /* what is beyond is not known */
};

static void add_blame(struct blame *b, unsigned index, bool beyond)
{
    b->beyond += !beyond;
    b->index[b->count++] = index;
}

/* The same name twice in a part counts once. */
static void count_names(struct qualify_names *names, const struct blame *b)
{
    bool alone = true;
    for (unsigned i = 0; i < b->count; i++) {
        bool seen = i >= b->beyond;
        for (unsigned k = 0; k < i; k++)
            seen = seen || b->index[k] == b->index[i];
        alone = alone && b->index[i] == b->index[0];
        names->at[b->index[i]].any[b->group] += b->caught && !seen;
        names->at[b->index[i]].held[b->group] += !b->caught && !seen;
    }
    if (b->beyond == 0 || !b->caught)
        return;
    struct qualify_name *first = &names->at[b->index[0]];
    first->first[b->group]++;
    first->only[b->group] += alone && !b->open;
    first->open[b->group] += alone && b->open;
}

static enum rc count_evidence(struct qualify_stats *out, const struct qualify_record *record,
                              const struct limits *limits, unsigned group)
{
    bool caught = record->verdict == VERDICT_FAIL;
    struct blame measures = {.group = group, .caught = caught, .open = record->rest_unknown};
    struct blame steps = measures;
    for (unsigned i = 0; i < record->evidence_count; i++) {
        const struct qualify_evidence *e = &record->evidence[i];
        char step_name[QUALIFY_NAME_MAX];
        if (caught != (e->verdict == VERDICT_FAIL))
            continue;
        if (e->row >= 0 && (!limits || (size_t)e->row >= limits->count))
            return RC_RANGE;
        snprintf(step_name, sizeof step_name, "step %s", e->step);
        const char *name = e->row < 0 ? step_name : limits->rows[e->row].measurement;
        add_blame(&measures, name_index(&out->measures, name), e->beyond);
        add_blame(&steps, name_index(&out->steps, e->step), e->beyond);
    }
    count_names(&out->measures, &measures);
    count_names(&out->steps, &steps);
    return RC_OK;
}

/* --- ladders -----------------------------------------------------------------------------------
 */

static enum rc find_crossings(const struct qualify_plan *plan, struct qualify_defect *d)
{
    struct proportion_rung caught[QUALIFY_RUNGS_MAX], kept[QUALIFY_RUNGS_MAX];
    d->worst_escape = -1;
    for (unsigned i = 0; i < plan->severity_count; i++) {
        const struct qualify_rung *rung = &d->rungs[i];
        caught[i] =
            (struct proportion_rung){plan->severities[i], qualify_caught(rung), rung->parts};
        kept[i] = caught[i];
        kept[i].hits += qualify_held(rung);
        if (qualify_shipped(rung))
            d->worst_escape = (int)i;
    }
    unsigned count = plan->severity_count;
    enum rc rc = proportion_cross(caught, count, 0.50, confidence, &d->caught_50);
    if (rc == RC_OK)
        rc = proportion_cross(caught, count, 0.95, confidence, &d->caught_95);
    if (rc == RC_OK)
        rc = proportion_cross(kept, count, 0.95, confidence, &d->kept_95);
    return rc;
}

static void count_record(const struct qualify_plan *plan, const struct qualify_record *record,
                         struct qualify_stats *out, int defect, unsigned rung)
{
    out->unclean += record->unclean;
    if (defect < 0) {
        count_part(&out->good, record->verdict);
        out->part_s += record->took_s / plan->sites / plan->good_parts;
        return;
    }
    count_part(&out->defects[defect].rungs[rung], record->verdict);
    count_part(&out->defects[defect].all, record->verdict);
}

enum rc qualify_stats_find(const struct qualify_plan *plan, const struct qualify_record *records,
                           const struct limits *limits, struct qualify_stats *out)
{
    memset(out, 0, sizeof *out);
    for (unsigned i = 0; i < qualify_part_count(plan); i++) {
        unsigned rung;
        int defect = qualify_group_of(plan, i, &rung);
        count_record(plan, &records[i], out, defect, rung);
        enum rc rc = RC_OK;
        if (records[i].verdict >= VERDICT_INCONCLUSIVE)
            rc = count_evidence(out, &records[i], limits, (unsigned)(defect + 1));
        if (rc != RC_OK)
            return rc;
    }
    enum rc rc =
        proportion_find(qualify_caught(&out->good), out->good.parts, confidence, &out->false_fail);
    for (unsigned d = 0; d < plan->defect_count && rc == RC_OK; d++)
        rc = find_crossings(plan, &out->defects[d]);
    return rc;
}
