/* In which unit a measurement is shown when no limit names one. */
#include "sequences/engine_build.h"

static struct unit *copy_unit(struct build *b, const struct unit *from)
{
    struct unit *unit = engine_take(b->engine, sizeof *unit);
    if (unit)
        *unit = *from;
    return unit;
}

/* The unit in which `code` is written, or the one of its dimension, or plain SI without a name. */
static struct unit *unit_of(struct build *b, const struct unit *written, struct dim dim)
{
    if (written)
        return copy_unit(b, written);
    struct unit unit = {.dim = dim, .scale = 1};
    const char *name = dim_unit_name(dim);
    if (name && unit_find(span_text(name), &unit) != RC_OK)
        unit = (struct unit){.dim = dim, .scale = 1};
    return copy_unit(b, &unit);
}

static void join_names(struct unit *unit, const char *tail)
{
    char name[sizeof unit->name];
    int n = snprintf(name, sizeof name, "%s%s", unit->name, tail);
    if (n < 0 || (size_t)n >= sizeof name)
        name[0] = '\0';
    memcpy(unit->name, name, sizeof name);
}

static void without_offset(struct unit *unit)
{
    struct unit kelvin;
    if (unit->offset != 0 && unit_find(SPAN("K"), &kelvin) == RC_OK)
        *unit = kelvin;
}

static void per_x(struct build *b, const struct node *node, struct unit *unit)
{
    const struct eval_code *x = node->fit >= 0 ? b->engine->fits[node->fit].x_code : node->second;
    struct unit *below = x ? unit_of(b, x->unit, x->dim) : NULL;
    if (!below)
        return;
    char tail[sizeof below->name + 2];
    (void)snprintf(tail, sizeof tail, "/%s", below->name);
    unit->dim = dim_divide(unit->dim, below->dim);
    unit->scale /= below->scale;
    if (below->name[0])
        join_names(unit, tail);
}

static struct unit *fixed_unit(struct build *b, const char *name)
{
    struct unit unit;
    if (unit_find(span_text(name), &unit) != RC_OK)
        unit = (struct unit){.dim = dim_one, .scale = 1};
    return copy_unit(b, &unit);
}

static struct unit *unit_of_x(struct build *b, const struct node *node)
{
    const struct eval_code *x = node->fit >= 0 ? b->engine->fits[node->fit].x_code : node->second;
    int slot = node->fit >= 0 ? b->engine->fits[node->fit].x_slot : -1;
    struct unit *unit =
        x           ? unit_of(b, x->unit, x->dim)
        : slot >= 0 ? unit_of(b, b->engine->slot_info[slot].unit, b->engine->slot_info[slot].dim)
                    : fixed_unit(b, "");
    if (unit)
        without_offset(unit);
    return unit;
}

struct unit *build_result_unit(struct build *b, const struct node *node, struct dim *dim)
{
    const struct func_info *info = measure_func_info((enum measure_func)node->func);
    const struct dim second = {.s = 1};
    const struct unit *written = node->value ? node->value->unit : NULL;
    struct dim of = node->value ? node->value->dim : dim_one;
    if (node->call.capture >= 0) {
        const struct node *capture = b->engine->captures[node->call.capture];
        const struct channel *c =
            &b->engine->view->channels[capture->items[node->call.channel].channel];
        written = &c->unit;
        of = c->unit.dim;
    }
    const char *fixed = func_unit_name(info->unit);
    struct unit *unit = fixed                          ? fixed_unit(b, fixed)
                        : info->unit == FUNC_UNIT_OF_X ? unit_of_x(b, node)
                                                       : unit_of(b, written, of);
    *dim = unit ? unit->dim : dim_one;
    if (!unit || fixed)
        return unit;
    if (info->unit != FUNC_UNIT_SAME)
        without_offset(unit);
    if (info->unit == FUNC_UNIT_PER_SECOND) {
        unit->dim = dim_divide(unit->dim, second);
        join_names(unit, "/s");
    } else if (info->unit == FUNC_UNIT_TIMES_SECOND) {
        unit->dim = dim_multiply(unit->dim, second);
        join_names(unit, "*s");
    } else if (info->unit == FUNC_UNIT_PER_X) {
        per_x(b, node, unit);
    }
    *dim = unit->dim;
    return unit;
}
