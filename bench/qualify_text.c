/* For a terminal, at most 80 columns of ASCII. */
#include <math.h>

#include "bench/qualify_print.h"

enum { COLUMNS = 80 };

unsigned qualify_count_of(const struct qualify_name *name, enum qualify_count what, unsigned group)
{
    switch (what) {
    case QUALIFY_FIRST:
        return name->first[group];
    case QUALIFY_ONLY:
        return name->only[group];
    case QUALIFY_OPEN:
        return name->open[group];
    case QUALIFY_HELD:
        return name->held[group];
    case QUALIFY_ANY:
        break;
    }
    return name->any[group];
}

unsigned qualify_rank(const struct qualify_names *names, enum qualify_count what, unsigned group,
                      unsigned *index, unsigned max)
{
    unsigned count = 0;
    for (unsigned i = 0; i < names->count; i++) {
        unsigned here = qualify_count_of(&names->at[i], what, group);
        if (here == 0)
            continue;
        unsigned at = count < max ? count++ : max;
        while (at > 0 && qualify_count_of(&names->at[index[at - 1]], what, group) < here) {
            if (at < max)
                index[at] = index[at - 1];
            at--;
        }
        if (at < max)
            index[at] = i;
    }
    return count;
}

unsigned qualify_defect_sum(const struct qualify_name *name, enum qualify_count what,
                            unsigned defects)
{
    unsigned sum = 0;
    for (unsigned d = 0; d < defects; d++)
        sum += qualify_count_of(name, what, d + 1);
    return sum;
}

/* --- cells -------------------------------------------------------------------------------------
 */

/* What `cell` holds, `width` wide: to the right (> 0) or to the left (< 0). */
static void put_cell(struct sink *out, struct sink *cell, int width)
{
    size_t wide = (size_t)(width < 0 ? -width : width);
    size_t len = cell->len < wide ? cell->len : wide;
    if (width > 0)
        sink_pad(out, wide - len);
    sink_put(out, (struct span){cell->at, len});
    if (width < 0)
        sink_pad(out, wide - len);
    out->failed = out->failed || cell->failed;
    cell->len = 0;
}

static void put_percent(struct sink *out, double share)
{
    sink_fixed(out, 100.0 * share, share < 0.0995 && share > 0.0 ? 2 : 1);
}

static void put_interval(struct sink *out, const struct proportion *p)
{
    put_percent(out, p->lo);
    sink_text(out, " .. ");
    put_percent(out, p->hi);
    sink_text(out, " %");
}

/* "0.21 (0.18..0.26)", "<=0.05", "not reached" */
static void put_crossing(struct sink *out, const struct qualify_plan *plan,
                         const struct proportion_crossing *c)
{
    if (isinf(c->at) && c->at > 0) {
        sink_text(out, "not reached");
        return;
    }
    if (isinf(c->at)) {
        sink_text(out, "<=");
        sink_short(out, plan->severities[0], 2);
        return;
    }
    sink_fixed(out, c->at, 2);
    sink_text(out, " (");
    sink_fixed(out, isinf(c->lo) ? plan->severities[0] : c->lo, 2);
    sink_text(out, "..");
    if (isfinite(c->hi))
        sink_fixed(out, c->hi, 2);
    sink_text(out, ")");
}

static void put_defect_name(struct sink *out, const struct qualify_plan *plan, unsigned d,
                            size_t width)
{
    int id = plan->defects[d];
    sink_printf(out, "D%02d ", id);
    sink_terminal_cut(out, twin_defect_text_of(plan->element, id), width);
}

/* "ip_lean8 88, t63_rich_lean 12", cut before it is too long. */
static void put_histogram(struct sink *out, const struct qualify_names *names,
                          enum qualify_count what, unsigned group)
{
    unsigned index[QUALIFY_NAMES_MAX];
    unsigned count = qualify_rank(names, what, group, index, QUALIFY_NAMES_MAX);
    size_t begin = out->len;
    for (unsigned i = 0; i < count; i++) {
        const struct qualify_name *name = &names->at[index[i]];
        if (out->len - begin > 34) {
            sink_printf(out, " +%u", count - i);
            break;
        }
        sink_text(out, i ? ", " : "");
        sink_terminal_cut(out, name->text, 22);
        sink_printf(out, " %u", qualify_count_of(name, what, group));
    }
    if (count == 0)
        sink_text(out, "-");
}

/* --- sections ----------------------------------------------------------------------------------
 */

static void put_head(struct sink *out, const struct qualify_report *r)
{
    const struct qualify_plan *plan = r->plan;
    sink_terminal_cut(out, r->sequence, 30);
    sink_printf(out, " v%u on ", r->sequence_version);
    sink_terminal_cut(out, r->station, 24);
    sink_printf(out, ", seed %llu\n", (unsigned long long)plan->seed);
    sink_printf(out, "%u good parts", plan->good_parts);
    if (plan->defect_count)
        sink_printf(out, ", %u for each of %u defects at %u severities", plan->rung_parts,
                    plan->defect_count, plan->severity_count);
    sink_text(out, "\nbench time ");
    sink_fixed(out, r->stats->part_s, 1);
    sink_printf(out, " s a part, %u at once; intervals are of 95 %%\n\n", plan->sites);
}

static void put_good(struct sink *out, const struct qualify_report *r)
{
    const struct qualify_rung *g = &r->stats->good;
    sink_printf(out, "good parts     %u pass, %u marginal, %u fail, %u inconclusive, %u error\n",
                g->verdicts[VERDICT_NO_LIMIT] + g->verdicts[VERDICT_PASS],
                g->verdicts[VERDICT_MARGINAL], g->verdicts[VERDICT_FAIL],
                g->verdicts[VERDICT_INCONCLUSIVE],
                g->verdicts[VERDICT_ERROR] + g->verdicts[VERDICT_ABORTED]);
    sink_text(out, "false fails    ");
    put_percent(out, r->stats->false_fail.share);
    sink_text(out, " % (");
    put_interval(out, &r->stats->false_fail);
    sink_text(out, ")\nfailed by      ");
    put_histogram(out, &r->stats->measures, QUALIFY_ANY, 0);
    sink_text(out, "\nheld back by   ");
    put_histogram(out, &r->stats->measures, QUALIFY_HELD, 0);
    sink_text(out, "\n");
    if (r->stats->unclean)
        sink_printf(out, "warning: cleanup of %u parts was not confirmed\n", r->stats->unclean);
}

static void put_ladders(struct sink *out, const struct qualify_report *r)
{
    struct sink cell = {0};
    sink_text(out, "\nseverity at which         50 % caught       95 % caught       "
                   "95 % not shipped\n");
    for (unsigned d = 0; d < r->plan->defect_count; d++) {
        const struct qualify_defect *defect = &r->stats->defects[d];
        put_defect_name(&cell, r->plan, d, 21);
        put_cell(out, &cell, -26);
        put_crossing(&cell, r->plan, &defect->caught_50);
        put_cell(out, &cell, -18);
        put_crossing(&cell, r->plan, &defect->caught_95);
        put_cell(out, &cell, -18);
        put_crossing(&cell, r->plan, &defect->kept_95);
        put_cell(out, &cell, -17);
        while (out->len && out->at[out->len - 1] == ' ')
            out->len--;
        sink_text(out, "\n");
    }
    sink_fini(&cell);
}

static void put_rung(struct sink *out, struct sink *cell, double severity,
                     const struct qualify_rung *rung)
{
    struct proportion p;
    if (proportion_find(qualify_caught(rung), rung->parts, 0.95, &p) != RC_OK)
        return;
    sink_short(cell, severity, 3);
    put_cell(out, cell, 10);
    put_percent(cell, p.share);
    sink_text(cell, " %");
    put_cell(out, cell, 10);
    put_interval(cell, &p);
    put_cell(out, cell, 18);
    unsigned held = rung->verdicts[VERDICT_ERROR] + rung->verdicts[VERDICT_ABORTED];
    sink_printf(out, "%8u%8u%10u%10u\n", qualify_shipped(rung), rung->verdicts[VERDICT_MARGINAL],
                rung->verdicts[VERDICT_INCONCLUSIVE], held);
}

static void put_defect(struct sink *out, const struct qualify_report *r, unsigned d)
{
    const struct qualify_defect *defect = &r->stats->defects[d];
    struct sink cell = {0};
    sink_text(out, "\n");
    put_defect_name(out, r->plan, d, 60);
    sink_text(out,
              "\n  severity    caught          interval   ships  marg'l   inconcl.     error\n");
    for (unsigned i = 0; i < r->plan->severity_count; i++)
        put_rung(out, &cell, r->plan->severities[i], &defect->rungs[i]);
    sink_text(out, "  first caught by  ");
    put_histogram(out, &r->stats->measures, QUALIFY_FIRST, d + 1);
    sink_text(out, "\n  held back by     ");
    put_histogram(out, &r->stats->measures, QUALIFY_HELD, d + 1);
    sink_printf(out, "\n  escapes          %u of %u parts", qualify_shipped(&defect->all),
                defect->all.parts);
    if (defect->worst_escape >= 0) {
        sink_text(out, ", the gravest of severity ");
        sink_short(out, r->plan->severities[defect->worst_escape], 3);
    }
    sink_text(out, "\n");
    sink_fini(&cell);
}

/* "D12 80, D38 40" */
static void put_only_by_defect(struct sink *out, const struct qualify_report *r,
                               const struct qualify_name *step)
{
    size_t begin = out->len;
    for (unsigned d = 0; d < r->plan->defect_count; d++) {
        if (step->only[d + 1] == 0)
            continue;
        if (out->len - begin > 22) {
            sink_text(out, " ..");
            return;
        }
        sink_printf(out, "%sD%02d %u", out->len > begin ? ", " : "", r->plan->defects[d],
                    step->only[d + 1]);
    }
}

static void put_steps(struct sink *out, const struct qualify_report *r)
{
    const struct qualify_names *steps = &r->stats->steps;
    struct sink cell = {0};
    sink_text(out, "\nwithout this step       parts it fails   of these only it     good parts\n"
                   "                       with a defect          catches    it alone fails\n");
    for (unsigned i = 0; i < steps->count; i++) {
        const struct qualify_name *step = &steps->at[i];
        sink_terminal_cut(&cell, step->text, 22);
        put_cell(out, &cell, -22);
        sink_printf(out, "%14u%17u%18u",
                    qualify_defect_sum(step, QUALIFY_ANY, r->plan->defect_count),
                    qualify_defect_sum(step, QUALIFY_ONLY, r->plan->defect_count), step->only[0]);
        sink_text(out, "\n");
        unsigned open = qualify_defect_sum(step, QUALIFY_OPEN, r->plan->defect_count);
        if (open)
            sink_printf(out, "    not known for %u: the step stops the part\n", open);
        if (qualify_defect_sum(step, QUALIFY_ONLY, r->plan->defect_count) == 0)
            continue;
        sink_text(out, "    only here: ");
        put_only_by_defect(out, r, step);
        sink_text(out, "\n");
    }
    if (steps->count == 0)
        sink_text(out, "(no step failed a part)\n");
    else
        sink_text(out, "A part that a step stopped was run again without the stop for the second "
                       "column.\n");
    sink_fini(&cell);
}

void qualify_put_text(struct sink *out, const struct qualify_report *report)
{
    put_head(out, report);
    put_good(out, report);
    if (report->plan->defect_count)
        put_ladders(out, report);
    for (unsigned d = 0; d < report->plan->defect_count; d++)
        put_defect(out, report, d);
    put_steps(out, report);
}
