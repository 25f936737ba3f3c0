/* Set points: within the channel, the station's envelope and the sequence's, at every corner. */
#include "sequences/check.h"

#include <math.h>

static void out_of_range(struct check *c, const struct set_item *item, double si, const char *why)
{
    const struct channel *channel = item->bound;
    char value[48], when[256];
    struct obuf out = {value, 0, sizeof value - 1};
    if (check_reported(c, item))
        return;
    unit_put(&out, unit_from_si(&channel->unit, si), channel->unit.name, 6);
    value[out.len] = '\0';
    check_when(c, when, sizeof when);
    check_error(c, item->at, NULL, "%s would be set to %s: %s%s", channel->name, value, why, when);
}

static bool inside(double si, double lo_si, double hi_si)
{
    double slack = 1e-9 * (fabs(isfinite(lo_si) ? lo_si : 0) + fabs(isfinite(hi_si) ? hi_si : 0));
    return (isnan(lo_si) || si >= lo_si - slack) && (isnan(hi_si) || si <= hi_si + slack);
}

/* NaN: open on that side. */
struct bounds {
    double lo_si, hi_si;
    const char *what;
};

static void say_bounds(const struct channel *channel, const struct bounds *bounds, char *text,
                       size_t cap)
{
    struct obuf out = {text, 0, cap - 1};
    const char *sides[2] = {" from ", " to "};
    double ends[2] = {bounds->lo_si, bounds->hi_si};
    (void)!obuf_put(&out, span_text(bounds->what));
    for (int i = 0; i < 2; i++) {
        if (!isfinite(ends[i]))
            continue;
        (void)!obuf_put(&out, span_text(sides[i]));
        unit_put(&out, unit_from_si(&channel->unit, ends[i]), channel->unit.name, 6);
    }
    text[out.len] = '\0';
}

/* Says so when a set point is outside. */
static bool check_bounds(struct check *c, const struct set_item *item, double si,
                         struct bounds bounds)
{
    char why[128];
    if (inside(si, bounds.lo_si, bounds.hi_si))
        return true;
    say_bounds(item->bound, &bounds, why, sizeof why);
    out_of_range(c, item, si, why);
    return false;
}

static double rule_end(const struct expr *end)
{
    return end ? unit_to_si(&end->unit, end->value) : (double)NAN;
}

static void check_set_value(struct check *c, const struct set_item *item, double si)
{
    const struct channel *channel = item->bound;
    struct bounds own = {channel->min_si, channel->max_si, "its range is"};
    if (!check_bounds(c, item, si, own))
        return;
    for (size_t i = 0; i < c->view->envelope_count; i++) {
        const struct envelope_limit *limit = &c->view->envelope[i];
        struct bounds bounds = {limit->lo_si, limit->hi_si, "the station allows it"};
        if (strcmp(limit->channel, channel->name) == 0)
            (void)check_bounds(c, item, si, bounds);
    }
    for (const struct envelope_rule *r = c->program->envelope; r; r = r->next) {
        struct bounds bounds = {rule_end(r->lo), rule_end(r->hi), "the envelope allows it"};
        if (strcmp(r->channel, channel->name) == 0)
            (void)check_bounds(c, item, si, bounds);
    }
}

static void check_set_ramp(struct check *c, const struct stmt *stmt, const struct channel *channel,
                           double ramp_si)
{
    if (!stmt->ramp || isnan(ramp_si))
        return;
    bool slow = channel->slew_si <= 0 || ramp_si <= channel->slew_si * (1 + 1e-9);
    if ((ramp_si > 0 && slow) || check_reported(c, stmt->ramp))
        return;
    if (ramp_si > 0)
        check_error(c, stmt->ramp->at, NULL, "'%s' cannot follow so fast: its slew is %g %s/s",
                    channel->name, channel->slew_si / channel->unit.scale, channel->unit.name);
    else
        check_error(c, stmt->ramp->at, NULL, "a ramp must be above 0");
}

static bool is_holder(const struct check *c, const struct channel *channel)
{
    for (size_t i = 0; i < c->view->channel_count; i++)
        if (c->view->channels[i].held_by &&
            strcmp(c->view->channels[i].held_by, channel->name) == 0)
            return true;
    return false;
}

/* What the bench itself drives is not set by hand. In cleanup "off" is always good; the bench says
 * no to the rest. */
static void check_held(struct check *c, const struct set_item *item)
{
    const struct channel *channel = item->bound, *holder = c->run.holder;
    if (channel->type == CHANNEL_ONOFF && is_holder(c, channel)) {
        c->run.holder = check_number(c, item->value) == 1 ? channel : NULL;
        return;
    }
    if (!holder || !channel->held_by || strcmp(channel->held_by, holder->name) != 0 ||
        c->run.in_cleanup || check_reported(c, item))
        return;
    (void)snprintf(c->help, sizeof c->help, "set %s = off first", holder->name);
    check_error(c, item->at, c->help, "'%s' is driven by the bench while '%s' is on", channel->name,
                holder->name);
}

/* min(max(x, LO), HI) and the like: one bound that is known now; `inner` is the rest. */
static bool clamp_end(struct check *c, const struct expr *expr, const char *func, double *end,
                      const struct expr **inner)
{
    if (expr->kind != EXPR_CALL || expr->args != 2 || strcmp(expr->text, func) != 0)
        return false;
    for (unsigned i = 0; i < 2; i++) {
        *end = check_number(c, expr->arg[i]);
        *inner = expr->arg[1 - i];
        if (isfinite(*end))
            return true;
    }
    return false;
}

/* A value of the run that stands between two known bounds is proven at both. */
static bool check_set_clamped(struct check *c, const struct set_item *item)
{
    double hi, lo;
    const struct expr *inner;
    bool outer_min = clamp_end(c, item->value, "min", &hi, &inner);
    bool clamped = outer_min ? clamp_end(c, inner, "max", &lo, &inner)
                             : clamp_end(c, item->value, "max", &lo, &inner) &&
                                   clamp_end(c, inner, "min", &hi, &inner);
    if (!clamped)
        return false;
    check_set_value(c, item, lo);
    check_set_value(c, item, hi);
    return true;
}

void check_run_set(struct check *c, const struct stmt *stmt)
{
    double ramp_si = stmt->ramp ? check_number(c, stmt->ramp) : (double)NAN;
    for (const struct set_item *item = stmt->sets; item; item = item->next) {
        const struct channel *channel = item->bound;
        c->run.work++;
        if (channel && c->view->suction && strcmp(channel->name, c->view->suction) == 0)
            check_run_suction(c, item);
        if (channel)
            check_held(c, item);
        if (!channel || channel->type != CHANNEL_QUANTITY)
            continue;
        double si = check_number(c, item->value);
        if (!isnan(si)) {
            check_set_value(c, item, si);
        } else if (!check_set_clamped(c, item) && !check_reported(c, item)) {
            diag_add(c->diag, DIAG_WARNING, item->at, "bound it: min(max(x, LO), HI)",
                     "the value of '%s' is only known during the run and cannot be proven now",
                     channel->name);
        }
        check_set_ramp(c, stmt, channel, ramp_si);
        if (!stmt->over)
            check_time_set(c, channel, si, ramp_si);
    }
}
