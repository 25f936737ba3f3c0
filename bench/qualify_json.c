/* "lambdabench/qualify/1" */
#include <math.h>

#include "bench/qualify_print.h"

static void put_number(struct sink *out, const char *name, double value)
{
    sink_printf(out, "\"%s\":", name);
    sink_exact(out, value, "null");
}

static void put_counts(struct sink *out, const struct qualify_rung *rung)
{
    sink_printf(out, "\"parts\":%u,\"caught\":%u,\"shipped\":%u,\"held\":%u,\"verdicts\":{",
                rung->parts, qualify_caught(rung), qualify_shipped(rung), qualify_held(rung));
    for (int v = VERDICT_NO_LIMIT; v <= VERDICT_ERROR; v++)
        sink_printf(out, "%s\"%s\":%u", v ? "," : "", verdict_text((enum verdict)v),
                    rung->verdicts[v]);
    sink_text(out, "}");
}

static void put_share(struct sink *out, const struct proportion *p)
{
    put_number(out, "share", p->share);
    sink_text(out, ",");
    put_number(out, "lo", p->lo);
    sink_text(out, ",");
    put_number(out, "hi", p->hi);
}

static void put_crossing(struct sink *out, const char *name, const struct proportion_crossing *c)
{
    sink_printf(out, ",\"%s\":{", name);
    put_number(out, "at", c->at);
    sink_text(out, ",");
    put_number(out, "lo", c->lo);
    sink_text(out, ",");
    put_number(out, "hi", c->hi);
    sink_printf(out, ",\"below\":%s}", isinf(c->at) && c->at < 0 ? "true" : "false");
}

static void put_histogram(struct sink *out, const char *name, const struct qualify_names *names,
                          enum qualify_count what, unsigned group)
{
    unsigned index[QUALIFY_NAMES_MAX];
    unsigned count = qualify_rank(names, what, group, index, QUALIFY_NAMES_MAX);
    sink_printf(out, ",\"%s\":{", name);
    for (unsigned i = 0; i < count; i++) {
        sink_text(out, i ? "," : "");
        sink_json(out, names->at[index[i]].text);
        sink_printf(out, ":%u", qualify_count_of(&names->at[index[i]], what, group));
    }
    sink_text(out, "}");
}

static void put_defect(struct sink *out, const struct qualify_report *r, unsigned d)
{
    const struct qualify_defect *defect = &r->stats->defects[d];
    sink_printf(out, "%s{\"id\":\"D%02d\",\"text\":", d ? "," : "", r->plan->defects[d]);
    sink_json(out, twin_defect_text_of(r->plan->element, r->plan->defects[d]));
    sink_text(out, ",");
    put_counts(out, &defect->all);
    sink_text(out, ",\"severities\":[");
    for (unsigned i = 0; i < r->plan->severity_count; i++) {
        struct proportion p = {0};
        (void)!proportion_find(qualify_caught(&defect->rungs[i]), defect->rungs[i].parts, 0.95, &p);
        sink_text(out, i ? ",{" : "{");
        put_number(out, "severity", r->plan->severities[i]);
        sink_text(out, ",");
        put_share(out, &p);
        sink_text(out, ",");
        put_counts(out, &defect->rungs[i]);
        sink_text(out, "}");
    }
    sink_text(out, "]");
    put_crossing(out, "caught_50", &defect->caught_50);
    put_crossing(out, "caught_95", &defect->caught_95);
    put_crossing(out, "kept_95", &defect->kept_95);
    sink_text(out, ",");
    put_number(out, "worst_escape",
               defect->worst_escape < 0 ? (double)NAN : r->plan->severities[defect->worst_escape]);
    put_histogram(out, "first_caught_by", &r->stats->measures, QUALIFY_FIRST, d + 1);
    put_histogram(out, "held_by", &r->stats->measures, QUALIFY_HELD, d + 1);
    sink_text(out, "}");
}

static void put_step(struct sink *out, const struct qualify_report *r, unsigned i)
{
    const struct qualify_name *step = &r->stats->steps.at[i];
    sink_text(out, i ? ",{\"step\":" : "{\"step\":");
    sink_json(out, step->text);
    sink_printf(out,
                ",\"catches\":%u,\"only\":%u,\"only_unknown\":%u,\"false_fails\":%u,"
                "\"only_false_fails\":%u",
                qualify_defect_sum(step, QUALIFY_ANY, r->plan->defect_count),
                qualify_defect_sum(step, QUALIFY_ONLY, r->plan->defect_count),
                qualify_defect_sum(step, QUALIFY_OPEN, r->plan->defect_count), step->any[0],
                step->only[0]);
    sink_text(out, ",\"only_by_defect\":{");
    for (unsigned d = 0, shown = 0; d < r->plan->defect_count; d++)
        if (step->only[d + 1])
            sink_printf(out, "%s\"D%02d\":%u", shown++ ? "," : "", r->plan->defects[d],
                        step->only[d + 1]);
    sink_text(out, "}}");
}

void qualify_put_json(struct sink *out, const struct qualify_report *r)
{
    sink_text(out, "{\"schema\":\"lambdabench/qualify/1\",\"sequence\":");
    sink_json(out, r->sequence);
    sink_printf(out, ",\"sequence_version\":%u,\"station\":", r->sequence_version);
    sink_json(out, r->station);
    sink_printf(out, ",\"seed\":%llu,\"confidence\":0.95,\"simulated\":true,",
                (unsigned long long)r->plan->seed);
    put_number(out, "part_s", r->stats->part_s);
    sink_printf(out, ",\"unclean\":%u,\"good\":{", r->stats->unclean);
    put_counts(out, &r->stats->good);
    sink_text(out, ",\"false_fail\":{");
    put_share(out, &r->stats->false_fail);
    sink_text(out, "}");
    put_histogram(out, "failed_by", &r->stats->measures, QUALIFY_ANY, 0);
    put_histogram(out, "held_by", &r->stats->measures, QUALIFY_HELD, 0);
    sink_text(out, "},\"defects\":[");
    for (unsigned d = 0; d < r->plan->defect_count; d++)
        put_defect(out, r, d);
    sink_text(out, "],\"steps\":[");
    for (unsigned i = 0; i < r->stats->steps.count; i++)
        put_step(out, r, i);
    sink_text(out, "]}\n");
}
