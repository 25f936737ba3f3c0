/* Mixes: flows, ranges and turn-down, gas rules, streams, what leaves the vent. */
#include "sequences/check.h"

#include <math.h>

#include "core/num.h"
#include "gas/flammability.h"

static const double Lmin_per_SI = 60000; /* m3/s */

static unsigned gas_index(const struct check *c, const struct mix_item *item)
{
    return (unsigned)((const struct gas_supply *)item->bound - c->out->gases);
}

static const struct channel *gas_channel(const struct check *c, unsigned gas)
{
    return &c->view->channels[channel_find(c->view, span_text(c->out->gases[gas].channel))];
}

static struct gas_rule_limits rule_limits(const struct check *c)
{
    struct gas_rule_limits limits;
    gas_rule_limits_default(c->view->hottest_degC, &limits);
    limits.fuel_line_open = false; /* a mix without fuel closes it: the gate sees to that */
    return limits;
}

/* ---- shares and flows ---- */

static bool find_shares(struct check *c, const struct stmt *stmt, double share[CHECKED_GASES_MAX])
{
    const struct mix_item *balance = NULL;
    double sum = 0;
    char when[256];
    for (const struct mix_item *item = stmt->mixes; item; item = item->next) {
        if (!item->bound)
            return false;
        if (!item->amount) {
            if (balance)
                return false; /* reported */
            balance = item;
            continue;
        }
        double x = check_number(c, item->amount);
        if (!num_within(x, 0, 1e6)) {
            if (!check_reported(c, item))
                check_error(
                    c, item->amount->at, NULL,
                    isnan(x)
                        ? "this share is only known during the run: a mix must be proven before"
                        : "a share cannot be negative");
            return false;
        }
        share[gas_index(c, item)] = x;
        sum += x;
    }
    if (sum <= 1 + 1e-9 && (balance || sum >= 1 - 1e-6)) {
        if (balance)
            share[gas_index(c, balance)] = sum < 1 ? 1 - sum : 0;
        return true;
    }
    check_when(c, when, sizeof when);
    if (!check_reported(c, stmt))
        check_error(c, stmt->at, sum < 1 ? "call one gas 'balance'" : NULL,
                    "the shares of this mix add up to %.4g %%%s", sum * 100, when);
    return false;
}

/* "1.600 L/min", small ones "10.0 mL/min" */
static void put_flow(double Lmin, char *text, size_t cap)
{
    struct obuf out = {text, 0, cap - 1};
    bool small = Lmin < 0.1;
    (void)!num_put_fixed(&out, small ? Lmin * 1000 : Lmin, small ? 1 : 3);
    (void)!obuf_put(&out, small ? SPAN(" mL/min") : SPAN(" L/min"));
    text[out.len] = '\0';
}

static bool check_flow(struct check *c, const struct stmt *stmt, unsigned gas, double flow_Lmin)
{
    const struct channel *channel = gas_channel(c, gas);
    double min = channel->min_si * Lmin_per_SI, max = channel->max_si * Lmin_per_SI;
    char flow[32], when[256];
    const struct mix_item *item = stmt->mixes;
    if (flow_Lmin >= min * (1 - 1e-9) && flow_Lmin <= max * (1 + 1e-9))
        return true;
    while (item->next && gas_index(c, item) != gas)
        item = item->next;
    if (check_reported(c, item))
        return false;
    put_flow(flow_Lmin, flow, sizeof flow);
    check_when(c, when, sizeof when);
    if (flow_Lmin > max) {
        check_error(c, stmt->at, "lower 'total' or use a richer cylinder",
                    "%s would need %s: its range ends at %g%s", channel->name, flow, max, when);
    } else {
        (void)snprintf(c->help, sizeof c->help, "raise '%s' or use a leaner cylinder",
                       stmt->total->kind == EXPR_NAME ? stmt->total->text : "total");
        check_error(c, stmt->at, c->help,
                    "%s would need %s: below its usable %g mL/min (turn-down)%s", channel->name,
                    flow, min * 1000, when);
    }
    return false;
}

static bool check_total(struct check *c, const struct stmt *stmt, double total_Lmin)
{
    char when[256];
    int at = channel_find(c->view, SPAN("gas.total"));
    double most = (double)INFINITY;
    if (at >= 0)
        most = c->view->channels[at].max_si * Lmin_per_SI;
    for (size_t i = 0; i < c->view->envelope_count; i++) {
        double hi = c->view->envelope[i].hi_si * Lmin_per_SI;
        if (strcmp(c->view->envelope[i].channel, "gas.total") == 0 && hi < most)
            most = hi;
    }
    for (const struct envelope_rule *r = c->program->envelope; r; r = r->next) {
        double hi = r->hi ? unit_to_si(&r->hi->unit, r->hi->value) * Lmin_per_SI : most;
        if (strcmp(r->channel, "gas.total") == 0 && hi < most)
            most = hi;
    }
    if (total_Lmin > 0 && total_Lmin <= most * (1 + 1e-9))
        return true;
    if (check_reported(c, stmt->total))
        return false;
    check_when(c, when, sizeof when);
    if (isnan(total_Lmin))
        check_error(c, stmt->total->at, NULL, "the total is only known during the run");
    else if (!(total_Lmin > 0))
        check_error(c, stmt->total->at, "to stop the flow write 'mix off'",
                    "the total must be above 0%s", when);
    else
        check_error(c, stmt->total->at, NULL, "a total of %g L/min is above the allowed %g L/min%s",
                    total_Lmin, most, when);
    return false;
}

/* The composition, and what it is with every controller at its worst. If a flow is out of range
 * (which is reported) there is no worst case; the rules then look at what was written. */
static void compose(struct check *c, const struct stmt *stmt, const double *share,
                    struct check_stream *out)
{
    struct gas_stream streams[CHECKED_GASES_MAX];
    size_t count = 0;
    bool good = true;
    for (unsigned g = 0; g < c->out->gas_count; g++) {
        double flow = share[g] * out->total_Lmin;
        if (!(share[g] > 1e-12))
            continue; /* the controller is closed */
        good = check_flow(c, stmt, g, flow) && good;
        out->flow_Lmin[g] = flow;
        for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
            out->mix.x[s] += share[g] * c->out->gases[g].mix.x[s];
        streams[count++] =
            (struct gas_stream){.bottle = c->out->gases[g].mix,
                                .flow_slpm = flow,
                                .full_scale_slpm = gas_channel(c, g)->max_si * Lmin_per_SI,
                                .open = true};
    }
    if (good && count && gas_worst_case(streams, count, &out->worst, NULL) == RC_OK)
        return;
    out->worst = out->mix;
}

/* ---- gas rules ---- */

static void say_rule(struct check *c, const struct stmt *stmt, const struct check_stream *stream,
                     const struct gas_rule_limits *limits)
{
    struct gas_rule_verdict worst, nominal;
    char when[256], text[160];
    if (gas_rule_check(&stream->worst, limits, &worst) == RC_OK || check_reported(c, stmt))
        return;
    /* Say what was written if that is wrong already; else what the controllers may make of it. */
    bool by_tolerance = gas_rule_check(&stream->mix, limits, &nominal) == RC_OK;
    struct gas_rule_verdict v = by_tolerance ? worst : nominal;
    double fi_pct = (double)v.fi / 1e4, o2_pct = (double)v.o2eq_ppm / 1e4;
    check_when(c, when, sizeof when);
    if (v.rule == GAS_RULE_RICH_O2)
        (void)snprintf(
            text, sizeof text,
            "at %.0f %% of its lower flammable limit with %.1f %% O2 present (a mix over "
            "%.0f %% allows at most %.1f %%)",
            fi_pct, o2_pct, (double)limits->fi_lean / 1e4, (double)limits->o2_rich_ppm / 1e4);
    else if (v.rule == GAS_RULE_LEAN_O2)
        (void)snprintf(text, sizeof text,
                       "holding fuel and %.1f %% O2 (with fuel at most %.1f %% is allowed)", o2_pct,
                       (double)limits->o2_lean_ppm / 1e4);
    else if (v.rule == GAS_RULE_CAP_FI)
        (void)snprintf(text, sizeof text,
                       "at %.0f %% of its lower flammable limit: %.0f %% is never exceeded here",
                       fi_pct, (double)limits->fi_cap / 1e4);
    else
        (void)snprintf(text, sizeof text, "holding %.2f %% %s: %.2f %% is never exceeded here",
                       (double)v.value / 1e4, gas_species_info(v.species)->formula,
                       (double)v.limit / 1e4);
    check_error(c, stmt->at, by_tolerance ? "with the tolerances of the flow controllers" : NULL,
                "this mix is %s%s", text, when);
}

/* Lowest upper limit of a channel in both envelopes, or NaN. */
static double envelope_high(const struct check *c, const char *channel)
{
    double most = (double)NAN;
    for (size_t i = 0; i < c->view->envelope_count; i++) {
        double hi = c->view->envelope[i].hi_si;
        if (strcmp(c->view->envelope[i].channel, channel) == 0 && !isnan(hi) && !(hi >= most))
            most = hi;
    }
    for (const struct envelope_rule *r = c->program->envelope; r; r = r->next) {
        double hi = r->hi ? unit_to_si(&r->hi->unit, r->hi->value) : (double)NAN;
        if (strcmp(r->channel, channel) == 0 && !isnan(hi) && !(hi >= most))
            most = hi;
    }
    return most;
}

/* Both streams leave through the same vent. */
static void check_vent(struct check *c, const struct stmt *stmt)
{
    struct gas_rule_limits limits = rule_limits(c);
    struct gas_mix all = {0};
    double total = 0;
    struct gas_vent vent;
    for (int s = 0; s < 2; s++) {
        const struct check_stream *stream = &c->run.gas.stream[s];
        for (unsigned x = 0; stream->on && x < GAS_SPECIES_COUNT; x++)
            all.x[x] += stream->mix.x[x] * stream->total_Lmin;
        total += stream->on ? stream->total_Lmin : 0;
    }
    for (unsigned x = 0; x < GAS_SPECIES_COUNT; x++)
        all.x[x] = total > 0 ? all.x[x] / total : 0;
    if (!(gas_fuel_index(&all, c->view->hottest_degC) > 0))
        return;
    enum rc rc = gas_vent_check(&all, total, c->view->extraction_Lmin, &limits, &vent);
    if (rc == RC_RANGE)
        return;
    double allowed = envelope_high(c, "vent.fuel_lfl") * 100;
    char when[256];
    if ((rc == RC_OK && !(vent.fuel_lfl_pct > allowed)) || check_reported(c, stmt))
        return;
    check_when(c, when, sizeof when);
    (void)snprintf(c->help, sizeof c->help, "it needs an extraction of at least %.0f L/min",
                   vent.needed_extraction_slpm);
    check_error(c, stmt->at, c->help,
                "the gas behind the vent would be at %.0f %% of its lower flammable limit (at most "
                "%.0f %%)%s",
                vent.fuel_lfl_pct, allowed < 25 ? allowed : 25, when);
}

/* A controller feeds one stream at a time. */
static void check_shared_gas(struct check *c, const struct stmt *stmt,
                             const struct check_stream *now, const struct check_stream *other)
{
    if (!other->on)
        return;
    for (const struct mix_item *item = stmt->mixes; item; item = item->next) {
        unsigned g = gas_index(c, item);
        if (!(now->flow_Lmin[g] > 0) || !(other->flow_Lmin[g] > 0) || check_reported(c, item))
            continue;
        check_error(c, item->at, NULL,
                    "'%s' already feeds stream %c: one controller serves one stream", item->gas,
                    stmt->stream == 'b' ? 'a' : 'b');
    }
}

/* ---- below the pressure of the room: the line to air must obey the rules too ---- */

static bool may_meet_air(const struct check *c, const struct check_stream *stream)
{
    struct gas_rule_limits limits = rule_limits(c);
    struct gas_rule_line line;
    return !stream->on ||
           gas_rule_line_check(&stream->worst, &gas_mix_air, &limits, &line) == RC_OK;
}

static void say_suction(struct check *c, struct place at, const struct check_stream *stream)
{
    char when[256];
    check_when(c, when, sizeof when);
    (void)snprintf(c->help, sizeof c->help, "set %s = off first", c->view->suction);
    check_error(c, at, c->help,
                "air may leak in while '%s' is on, and this gas is at %.0f %% of its lower "
                "flammable limit%s",
                c->view->suction, gas_fuel_index(&stream->mix, c->view->hottest_degC) * 100, when);
}

void check_run_suction(struct check *c, const struct set_item *item)
{
    double on = check_number(c, item->value);
    c->run.gas.suction = !(on <= 0);
    for (unsigned s = 0; s < 2 && c->run.gas.suction && !c->run.gas.unknown; s++) {
        const struct check_stream *stream = &c->run.gas.stream[s];
        if (!may_meet_air(c, stream) && !check_reported(c, item))
            say_suction(c, item->at, stream);
    }
}

void check_run_mix(struct check *c, const struct stmt *stmt)
{
    struct check_gasline *gas = &c->run.gas;
    unsigned at = stmt->stream == 'b' ? 1 : 0;
    struct check_stream from = gas->stream[at], to = {.on = true, .filled = true};
    double share[CHECKED_GASES_MAX] = {0};
    to.before = from.filled ? from.worst : gas_mix_air;
    if (stmt->off) {
        for (unsigned s = 0; s < 2; s++) {
            if (s == at || stmt->both)
                check_time_off(c, s);
        }
        if (!gas->stream[0].on) /* the gate lapses */
            gas->proven = false;
        return;
    }
    to.total_Lmin = check_number(c, stmt->total) * Lmin_per_SI;
    if (!find_shares(c, stmt, share) || !check_total(c, stmt, to.total_Lmin)) {
        gas->unknown = true;
        return;
    }
    compose(c, stmt, share, &to);
    struct gas_rule_limits limits = rule_limits(c);
    say_rule(c, stmt, &to, &limits);
    check_dew(c, stmt, &to);
    if (gas->suction && !may_meet_air(c, &to) && !check_reported(c, stmt))
        say_suction(c, stmt->at, &to);
    check_shared_gas(c, stmt, &to, &gas->stream[1 - at]);
    check_time_mix(c, stmt, &from, &to);
    gas->stream[at] = to;
    check_vent(c, stmt);
}

/* ---- select ---- */

static bool line_allowed(const struct gas_mix *from, const struct gas_mix *to,
                         const struct gas_rule_limits *limits)
{
    struct gas_rule_line line;
    return gas_rule_line_check(from, to, limits, &line) == RC_OK;
}

/* What stands in the pipes besides the newest mixes is waited for where it may not meet. */
static bool fills_first(const struct check_stream *from, const struct check_stream *to,
                        const struct gas_rule_limits *limits)
{
    return !line_allowed(&from->before, &to->worst, limits) ||
           !line_allowed(&from->worst, &to->before, limits) ||
           !line_allowed(&from->before, &to->before, limits);
}

/* The same lines that the bench decides by; into a stream that has stopped comes air. */
static bool streams_may_meet(const struct check *c, const struct check_stream *from,
                             const struct check_stream *to, const struct gas_rule_limits *limits)
{
    double lean = (double)limits->fi_lean * 1e-6;
    if (!from->on && !line_allowed(&gas_mix_air, &to->worst, limits))
        return false;
    return !from->filled || ((gas_fuel_index(&to->mix, c->view->hottest_degC) <= lean ||
                              gas_fuel_index(&from->mix, c->view->hottest_degC) <= lean) &&
                             line_allowed(&from->worst, &to->worst, limits));
}

void check_run_select(struct check *c, const struct stmt *stmt)
{
    struct check_gasline *gas = &c->run.gas;
    unsigned at = stmt->stream == 'b' ? 1 : 0;
    const struct check_stream *to = &gas->stream[at], *from = &gas->stream[1 - at];
    struct gas_rule_limits limits = rule_limits(c);
    char when[256];
    bool switched = gas->selected != at;
    gas->selected = at;
    if (gas->unknown)
        return;
    if (!to->on) {
        if (!check_reported(c, stmt))
            check_error(c, stmt->at, "mix a ... before select a", "stream %c has no mix here",
                        stmt->stream);
        return;
    }
    if (!switched)
        return;
    if (streams_may_meet(c, from, to, &limits)) {
        if (from->filled && fills_first(from, to, &limits))
            check_time_fill(c, from, to);
        return;
    }
    if (check_reported(c, stmt))
        return;
    check_when(c, when, sizeof when);
    check_error(c, stmt->at,
                "one of the two must stay at or below 25 %, or have no oxygen to burn with",
                "the two gases meet in the valve: on the way from one (%.0f %% of its lower "
                "flammable limit) to the other (%.0f %%) they are not allowed%s",
                gas_fuel_index(&from->mix, c->view->hottest_degC) * 100,
                gas_fuel_index(&to->mix, c->view->hottest_degC) * 100, when);
}
