#include "bench/qualify.h"

#include "core/num.h"
#include "core/rng.h"

static unsigned batches_for(unsigned parts, unsigned sites)
{
    return (parts + sites - 1) / sites;
}

unsigned qualify_part_count(const struct qualify_plan *plan)
{
    return plan->good_parts + plan->defect_count * plan->severity_count * plan->rung_parts;
}

unsigned qualify_batch_count(const struct qualify_plan *plan)
{
    return batches_for(plan->good_parts, plan->sites) +
           plan->defect_count * plan->severity_count * batches_for(plan->rung_parts, plan->sites);
}

/* The parts of a group that fall into its batch `nth`. */
static void take_parts(struct qualify_batch *out, unsigned begin, unsigned parts, unsigned nth,
                       unsigned sites)
{
    unsigned left = parts - nth * sites;
    out->first = begin + nth * sites;
    out->count = left < sites ? left : sites;
}

struct qualify_batch qualify_batch_of(const struct qualify_plan *plan, unsigned batch)
{
    struct qualify_batch out = {.defect = -1};
    struct rng rng;
    rng_seed_named(&rng, plan->seed, "qualify", batch);
    out.seed = rng_u64(&rng) >> 1; /* a seed can be given again on the command line */
    unsigned good = batches_for(plan->good_parts, plan->sites);
    if (batch < good) {
        take_parts(&out, 0, plan->good_parts, batch, plan->sites);
        return out;
    }
    unsigned each = batches_for(plan->rung_parts, plan->sites);
    unsigned group = (batch - good) / each;
    out.defect = (int)(group / plan->severity_count);
    out.rung = group % plan->severity_count;
    take_parts(&out, plan->good_parts + group * plan->rung_parts, plan->rung_parts,
               (batch - good) % each, plan->sites);
    return out;
}

int qualify_group_of(const struct qualify_plan *plan, unsigned part, unsigned *rung)
{
    *rung = 0;
    if (part < plan->good_parts)
        return -1;
    unsigned group = (part - plan->good_parts) / plan->rung_parts;
    *rung = group % plan->severity_count;
    return (int)(group / plan->severity_count);
}

/* --- lists -------------------------------------------------------------------------------------
 */

/* The text up to the next comma; `rest` goes on behind it. False: nothing is left. */
static bool next_word(struct span *rest, struct span *word)
{
    if (!rest->at)
        return false;
    const char *comma = memchr(rest->at, ',', rest->len);
    size_t len = comma ? (size_t)(comma - rest->at) : rest->len;
    *word = (struct span){rest->at, len};
    *rest = comma ? span_skip(*rest, len + 1) : (struct span){NULL, 0};
    return true;
}

static bool can_have(const struct qualify_plan *plan, int id)
{
    struct twin_config config;
    twin_config_default(&config);
    config.element = plan->element;
    config.variant = plan->variant;
    config.insulation = (struct twin_insulation){plan->insulation, 1e8};
    return twin_defect_text_of(plan->element, id) && !twin_defect_refusal(&config, id);
}

static void take_all_defects(struct qualify_plan *plan)
{
    plan->defect_count = 0;
    for (int id = 1; id < 100 && plan->defect_count < QUALIFY_DEFECTS_MAX; id++)
        if (can_have(plan, id))
            plan->defects[plan->defect_count++] = id;
}

enum rc qualify_parse_defects(struct span text, struct qualify_plan *plan)
{
    struct span word;
    unsigned count = 0;
    int found[QUALIFY_DEFECTS_MAX];
    if (span_is(text, "all")) {
        take_all_defects(plan);
        return RC_OK;
    }
    for (struct span rest = text; next_word(&rest, &word);) {
        int64_t id;
        bool lettered = word.len > 0 && (word.at[0] == 'D' || word.at[0] == 'd');
        if (count == QUALIFY_DEFECTS_MAX ||
            num_parse_int(span_skip(word, lettered), 1, 99, &id) != RC_OK ||
            !can_have(plan, (int)id))
            return RC_CONFIG;
        for (unsigned i = 0; i < count; i++)
            if (found[i] == (int)id)
                return RC_CONFIG;
        found[count++] = (int)id;
    }
    memcpy(plan->defects, found, count * sizeof found[0]);
    plan->defect_count = count;
    return RC_OK;
}

enum rc qualify_parse_severities(struct span text, struct qualify_plan *plan)
{
    struct span word;
    unsigned count = 0;
    double found[QUALIFY_RUNGS_MAX];
    for (struct span rest = text; next_word(&rest, &word);) {
        double value;
        if (count == QUALIFY_RUNGS_MAX || num_parse(word, &value) != RC_OK ||
            !num_within(value, 0.0, 1.0) || (count > 0 && !(value > found[count - 1])))
            return RC_CONFIG;
        found[count++] = value;
    }
    memcpy(plan->severities, found, count * sizeof found[0]);
    plan->severity_count = count;
    return RC_OK;
}
