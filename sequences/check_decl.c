/* The head of a sequence: station, parameters, envelope, records, subs. */
#include "sequences/check.h"

#include <math.h>

#include "core/num.h"
#include "sequences/host.h"

static double literal_si(const struct expr *expr)
{
    return unit_to_si(&expr->unit, expr->value);
}

bool check_new_name(struct check *c, const char *name, struct place at)
{
    const char *what = NULL;
    for (const struct check_scope *s = c->scope; s; s = s->outer) {
        if (strcmp(s->name, name) == 0)
            what = s->binding == BIND_SUB_PARAM ? "a parameter of this sub" : "a loop variable";
    }
    if (check_name_find(&c->params, span_text(name)))
        what = "a parameter";
    else if (channel_find(c->view, span_text(name)) >= 0)
        what = "a channel";
    if (!what)
        return true;
    check_error(c, at, NULL, "'%s' is already %s", name, what);
    return false;
}

static void check_station(struct check *c)
{
    const struct program *p = c->program;
    if (p->station_kind && strcmp(p->station_kind, c->view->station_kind) != 0) {
        check_error(c, p->station_at, NULL, "this is for a station of kind '%s': '%s' is a '%s'",
                    p->station_kind, c->view->station_name, c->view->station_kind);
    }
}

static void check_param_range(struct check *c, const struct param *p)
{
    if (!p->lo)
        return;
    if (!dim_equal(p->lo->unit.dim, p->value->unit.dim) ||
        !dim_equal(p->hi->unit.dim, p->value->unit.dim)) {
        struct check_type type = check_number_type(p->value->unit.dim, &p->value->unit);
        check_error(c, p->lo->at, NULL, "the range of '%s' must be in %s", p->name,
                    check_unit_name(&type));
        return;
    }
    double lo = literal_si(p->lo), hi = literal_si(p->hi), si = literal_si(p->value);
    double slack = 1e-12 * (fabs(lo) + fabs(hi));
    if (!(lo <= hi))
        check_error(c, p->lo->at, NULL, "the range of '%s' ends below its start", p->name);
    else if (!(si >= lo - slack && si <= hi + slack))
        check_error(c, p->value->at, NULL, "the default of '%s' is out of its range", p->name);
}

static void check_params(struct check *c)
{
    unsigned count = 0;
    for (struct param *p = c->program->params; p; p = p->next) {
        if (++count == CHECK_PARAMS_MAX + 1)
            check_error(c, p->at, NULL, "a sequence has at most %d parameters", CHECK_PARAMS_MAX);
        const struct unit *unit = &p->value->unit;
        if (unit->dim.of != DIM_PLAIN)
            check_error(c, p->value->at, NULL, "a parameter cannot be in %s", unit->name);
        check_param_range(c, p);
        if (!check_new_name(c, p->name, p->at))
            continue;
        struct check_name name = {.name = p->name, .binding = BIND_PARAM, .item = p};
        name.type = check_number_type(unit->dim, unit->name[0] ? unit : NULL);
        (void)check_name_add(c, &c->params, name);
    }
}

/* ---- envelope ---- */

static void put_value(struct obuf *out, const struct channel *channel, double si)
{
    unit_put(out, unit_from_si(&channel->unit, si), channel->unit.name, 6);
}

static void check_tighter(struct check *c, const struct envelope_rule *rule,
                          const struct channel *channel, const struct envelope_limit *limit)
{
    char text[48];
    struct obuf out = {text, 0, sizeof text - 1};
    const char *side = NULL;
    if (rule->hi && limit->hi_si < literal_si(rule->hi)) {
        side = "most";
        put_value(&out, channel, limit->hi_si);
    } else if (rule->lo && limit->lo_si > literal_si(rule->lo)) {
        side = "least";
        put_value(&out, channel, limit->lo_si);
    }
    text[out.len] = '\0';
    if (side) {
        check_error(c, rule->at, "a sequence can only tighten the envelope of its station",
                    "the station allows %s at %s %s", channel->name, side, text);
    }
}

static bool envelope_unit(struct check *c, const struct channel *channel, const struct expr *value)
{
    if (!value || dim_equal(value->unit.dim, channel->unit.dim))
        return true;
    struct check_type type = check_number_type(value->unit.dim, &value->unit);
    check_error(c, value->at, NULL, "'%s' is in %s: this is in %s", channel->name,
                channel->unit.name, check_unit_name(&type));
    return false;
}

static void check_envelope(struct check *c)
{
    unsigned count = 0;
    for (const struct envelope_rule *r = c->program->envelope; r; r = r->next) {
        if (++count == CHECKED_RULES_MAX + 1)
            check_error(c, r->at, NULL, "an envelope has at most %d lines", CHECKED_RULES_MAX);
        const struct channel *channel = check_channel(c, r->channel, r->at);
        if (!channel)
            continue;
        if (channel->type != CHANNEL_QUANTITY) {
            check_error(c, r->at, NULL, "'%s' has no range", channel->name);
            continue;
        }
        if (!envelope_unit(c, channel, r->lo) || !envelope_unit(c, channel, r->hi))
            continue;
        if (r->lo && r->hi && !(literal_si(r->lo) <= literal_si(r->hi)))
            check_error(c, r->lo->at, NULL, "this range ends below its start");
        for (size_t i = 0; i < c->view->envelope_count; i++) {
            if (strcmp(c->view->envelope[i].channel, channel->name) == 0)
                check_tighter(c, r, channel, &c->view->envelope[i]);
        }
    }
}

/* ---- record, subs ---- */

static void check_record_name(struct check *c, const struct name_item *item)
{
    size_t len = strlen(item->name);
    if (!len || item->name[len - 1] != '*') {
        (void)check_channel(c, item->name, item->at);
        return;
    }
    for (size_t i = 0; i < c->view->channel_count; i++) {
        if (strncmp(c->view->channels[i].name, item->name, len - 1) == 0)
            return;
    }
    check_error(c, item->at, NULL, "no channel of this station begins with '%.*s'", (int)len - 1,
                item->name);
}

static bool is_recorded(const struct record_rule *rule, const char *channel)
{
    for (const struct name_item *n = rule->channels; n; n = n->next) {
        size_t len = strlen(n->name);
        bool star = len && n->name[len - 1] == '*';
        if (star ? strncmp(n->name, channel, len - 1) == 0 : strcmp(n->name, channel) == 0)
            return true;
    }
    return false;
}

static unsigned streams_of(unsigned channels)
{
    return (channels + RECORD_CHANNELS_MAX - 1) / RECORD_CHANNELS_MAX;
}

static unsigned count_streams(const struct check *c, const struct record_rule *rule)
{
    unsigned shared = 0, per_site = 0;
    for (size_t i = 0; i < c->view->channel_count; i++) {
        const struct channel *channel = &c->view->channels[i];
        if (is_recorded(rule, channel->name))
            *(channel->per_site ? &per_site : &shared) += 1;
    }
    return streams_of(shared) + c->view->sites * streams_of(per_site);
}

static struct duration period_of(const struct record_rule *rule)
{
    return duration_s(1.0 / literal_si(rule->rate));
}

/* Of another period than all rules above it. */
static bool is_new_rate(const struct check *c, const struct record_rule *rule)
{
    for (const struct record_rule *r = c->program->records; r != rule; r = r->next)
        if (literal_si(r->rate) > 0 && period_of(r).us == period_of(rule).us)
            return false;
    return true;
}

static bool check_rate(struct check *c, const struct record_rule *rule)
{
    double rate = literal_si(rule->rate);
    if (!check_dim(c, rule->rate, check_dim_Hz, "the rate"))
        return false;
    if (!(rate > 0))
        check_error(c, rule->rate->at, NULL, "the rate must be above 0");
    else if (period_of(rule).us * RECORD_RATE_MAX_Hz < 1000000)
        check_error(c, rule->rate->at, NULL, "a record is taken at up to %d Hz",
                    RECORD_RATE_MAX_Hz);
    else
        return true;
    return false;
}

static void check_records(struct check *c)
{
    unsigned rates = 0, streams = 0;
    for (const struct record_rule *r = c->program->records; r; r = r->next) {
        unsigned errors = c->diag->errors, before = streams;
        for (const struct name_item *n = r->channels; n; n = n->next)
            check_record_name(c, n);
        if (!check_rate(c, r) || c->diag->errors != errors)
            continue;
        streams += count_streams(c, r);
        if (is_new_rate(c, r) && ++rates == RECORD_RATES_MAX + 1)
            check_error(c, r->rate->at, "use one of those above",
                        "records are taken at up to %d different rates", RECORD_RATES_MAX);
        if (streams > RECORD_STREAMS_MAX && before <= RECORD_STREAMS_MAX)
            check_error(c, r->at, "name fewer channels",
                        "with these there are %u streams of records on %u sites: %d are the most",
                        streams, c->view->sites, RECORD_STREAMS_MAX);
    }
}

static void check_sub_params(struct check *c, const struct sub *sub)
{
    for (const struct name_item *a = sub->params; a; a = a->next) {
        for (const struct name_item *b = a->next; b; b = b->next) {
            if (strcmp(a->name, b->name) == 0)
                check_error(c, b->at, NULL, "the parameter '%s' stands twice", b->name);
        }
    }
}

static void collect_subs(struct check *c)
{
    for (struct sub *sub = c->program->subs; sub; sub = sub->next) {
        if (check_name_find(&c->subs, span_text(sub->name))) {
            check_error(c, sub->at, NULL, "there are two subs '%s'", sub->name);
            continue;
        }
        check_sub_params(c, sub);
        struct check_sub *state = check_take(c, sizeof *state);
        if (!state)
            return;
        state->sub = sub;
        struct check_name name = {.name = sub->name, .sub = state};
        (void)check_name_add(c, &c->subs, name);
    }
}

static void open_sub(struct check *c, struct check_sub *sub, const struct name_item *param,
                     const struct check_scope *outer)
{
    if (!param) {
        const struct check_scope *before = c->scope;
        c->scope = outer;
        check_block(c, sub->sub->body);
        c->scope = before;
        return;
    }
    const struct unit *unit = &param->value->unit;
    struct check_scope scope = {.name = param->name,
                                .binding = BIND_SUB_PARAM,
                                .item = param,
                                .type = check_number_type(unit->dim, unit->name[0] ? unit : NULL),
                                .outer = outer};
    open_sub(c, sub, param->next, &scope);
}

void check_sub_body(struct check *c, struct check_sub *sub)
{
    unsigned params = 0;
    for (const struct name_item *n = sub->sub->params; n; n = n->next)
        params++;
    if (params > 64) {
        check_error(c, sub->sub->at, NULL, "a sub has at most 64 parameters");
        sub->state = SUB_DONE;
        return;
    }
    const struct stmt *parent = c->parent_step;
    c->parent_step = NULL;
    sub->state = SUB_OPEN;
    c->calls++;
    open_sub(c, sub, sub->sub->params, NULL);
    c->calls--;
    sub->state = SUB_DONE;
    sub->sub->has_select = check_has_select(sub->sub->body);
    c->parent_step = parent;
}

/* The time box of cleanup ends a bench that does not come to rest: it must be one. */
enum { CLEANUP_LEAST_s = 1, CLEANUP_MOST_s = 600 };

static void check_sections(struct check *c)
{
    const struct program *p = c->program;
    if (!p->main_at.line)
        check_error(c, p->at, "main ... end", "this sequence has no 'main'");
    if (!p->cleanup_at.line) {
        check_error(c, p->at, "cleanup within 60 s ... end",
                    "this sequence has no 'cleanup': it must say how the bench is left");
    } else if (p->cleanup_within &&
               check_dim(c, p->cleanup_within, check_dim_s, "the time of cleanup") &&
               !num_within(unit_to_si(&p->cleanup_within->unit, p->cleanup_within->value),
                           CLEANUP_LEAST_s, CLEANUP_MOST_s)) {
        check_error(c, p->cleanup_within->at, "cleanup within 60 s",
                    "cleanup needs 1 s at least, each of its actions is confirmed, and may take "
                    "600 s at most");
    }
}

void check_declarations(struct check *c)
{
    check_station(c);
    check_params(c);
    check_envelope(c);
    check_records(c);
    collect_subs(c);
    check_sections(c);
}
