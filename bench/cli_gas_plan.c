/* lambdabench gas mix: from what is wanted to the flows. */
#include "bench/cli_gas_plan.h"

#include <math.h>

#include "core/diag.h"
#include "core/num.h"
#include "gas/thermo.h"

/* ---- reading ---- */

static const char *name_of(const void *ctx, size_t i)
{
    const struct cli_gas_plan *plan = ctx;
    return plan->cylinder[i].name;
}

static size_t find_cylinder(const struct cli_gas_plan *plan, struct span name)
{
    size_t i = 0;
    while (i < plan->count && !span_is(name, plan->cylinder[i].name))
        i++;
    return i;
}

static bool read_cylinders(const struct args *args, struct cli_gas_plan *plan, struct obuf *why)
{
    unsigned cursor = 0;
    for (const char *text; (text = options_next(args, "cylinder", &cursor));) {
        struct cli_gas_cylinder c;
        if (!cli_gas_read_cylinder(span_text(text), &c, why))
            return false;
        if (find_cylinder(plan, span_text(c.name)) < plan->count)
            return cli_gas_refuse(why, "--cylinder: '%s' is given twice", c.name);
        if (plan->count == CLI_GAS_CYLINDERS_MAX)
            return cli_gas_refuse(why, "--cylinder: more than %d", CLI_GAS_CYLINDERS_MAX);
        plan->bottle[plan->count] = c.mix;
        plan->cylinder[plan->count++] = c;
    }
    if (!plan->count)
        return cli_gas_refuse(why, "--cylinder is missing, as in --cylinder 'air:air' --cylinder "
                                   "'n2:n2=100%%'");
    cursor = 0;
    for (const char *text; (text = options_next(args, "mfc", &cursor));)
        if (!cli_gas_read_mfc(span_text(text), plan->cylinder, plan->count, why))
            return false;
    for (size_t b = 0; b < plan->count; b++)
        for (size_t m = 0; m < plan->cylinder[b].mfcs; m++)
            plan->cylinder[b].mfc[m].turndown = plan->turndown;
    return true;
}

/* --carrier, or the cylinder with most nitrogen and argon. */
static bool choose_carrier(const struct args *args, struct cli_gas_plan *plan, struct obuf *why)
{
    const char *name = options_value(args, "carrier");
    if (name) {
        plan->carrier = find_cylinder(plan, span_text(name));
        if (plan->carrier < plan->count)
            return true;
        const char *near = diag_suggest(span_text(name), name_of, plan, plan->count);
        return cli_gas_refuse(why, "--carrier: no cylinder '%s'%s%s%s",
                              cli_gas_word(span_text(name)).at, near ? "; did you mean '" : "",
                              near ? near : "", near ? "'?" : "");
    }
    for (size_t b = 1; b < plan->count; b++) {
        const double *x = plan->bottle[b].x, *most = plan->bottle[plan->carrier].x;
        if (x[GAS_N2] + x[GAS_AR] > most[GAS_N2] + most[GAS_AR])
            plan->carrier = b;
    }
    return true;
}

bool cli_gas_plan_read(const struct args *args, struct cli_gas_plan *plan, struct obuf *why)
{
    *plan = (struct cli_gas_plan){
        .turndown = 0.02, .T_K = 1053.15, .p_kPa = GAS_ATM_KPA, .wall_degC = NAN};
    double wall_K = NAN;
    if (!cli_gas_take(args, "turndown", CLI_GAS_FRACTION, &plan->turndown, why))
        return false;
    if (!num_within(plan->turndown, 0.001, 0.5))
        return cli_gas_refuse(why, "--turndown: %s %% is outside 0.1..50 %%",
                              cli_gas_num(100 * plan->turndown, 6).at);
    if (options_value(args, "temp") && !cli_gas_take_element(args, &plan->T_K, &plan->p_kPa, why))
        return false;
    if (!cli_gas_take(args, "pressure", CLI_GAS_PRESSURE, &plan->p_kPa, why))
        return false;
    if (!num_within(plan->p_kPa, 1, 1000))
        return cli_gas_refuse(why, "--pressure: %s kPa is outside 1..1000 kPa",
                              cli_gas_num(plan->p_kPa, 6).at);
    if (!cli_gas_take(args, "wall", CLI_GAS_TEMPERATURE, &wall_K, why))
        return false;
    plan->wall_degC = wall_K - GAS_ZERO_DEGC_K;
    if (!read_cylinders(args, plan, why) ||
        !cli_gas_need(args, "total", CLI_GAS_FLOW, &plan->total_slpm, why))
        return false;
    if (!num_within(plan->total_slpm, 1e-3, 1e3))
        return cli_gas_refuse(why, "--total: %s L/min is outside 0.001..1000 L/min",
                              cli_gas_num(plan->total_slpm, 6).at);
    return choose_carrier(args, plan, why);
}

/* ---- a target composition ---- */

/* A species wanted above the richest or below the poorest cylinder: said by name, before the flows
 * are asked for. */
static bool check_species(const struct cli_gas_plan *plan, enum gas_species s, double wanted,
                          struct obuf *why)
{
    const char *key = gas_species_info(s)->key;
    size_t most = 0, least = 0;
    for (size_t b = 1; b < plan->count; b++) {
        if (plan->bottle[b].x[s] > plan->bottle[most].x[s])
            most = b;
        if (plan->bottle[b].x[s] < plan->bottle[least].x[s])
            least = b;
    }
    bool above = wanted > plan->bottle[most].x[s] * (1 + 1e-9);
    if (!above && !(wanted < plan->bottle[least].x[s] * (1 - 1e-9)))
        return true;
    if (above && !(plan->bottle[most].x[s] > 0))
        return cli_gas_refuse(why, "unreachable: no cylinder holds %s", key);
    size_t b = above ? most : least;
    return cli_gas_refuse(why, "unreachable: %s %s %% is %s the %s %% of cylinder '%s'", key,
                          cli_gas_num(100 * wanted, 6).at, above ? "above" : "below",
                          cli_gas_num(100 * plan->bottle[b].x[s], 6).at, plan->cylinder[b].name);
}

bool cli_gas_plan_check_supply(const struct cli_gas_plan *plan, const struct gas_mix *wanted,
                               unsigned species, struct obuf *why)
{
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        if ((species >> s & 1) && !check_species(plan, (enum gas_species)s, wanted->x[s], why))
            return false;
    return true;
}

bool cli_gas_plan_explain(const struct cli_gas_plan *plan, const struct gas_fault *fault,
                          struct obuf *why)
{
    enum gas_species species;
    if (gas_species_find(span_text(fault->what), &species) == RC_OK)
        return cli_gas_refuse(why,
                              "unreachable: %s would be %s %%, not %s %%, with these cylinders "
                              "(a species that the target does not name is wanted at 0 %%; n2 "
                              "and ar only when it names them)",
                              fault->what, cli_gas_num(100 * fault->lo, 5).at,
                              cli_gas_num(100 * fault->value, 5).at);
    if (strcmp(fault->what, "carrier flow (slpm)") == 0)
        return cli_gas_refuse(why,
                              "unreachable: the others leave %s L/min for carrier '%s' (0..%s)",
                              cli_gas_num(fault->value, 4).at, plan->cylinder[plan->carrier].name,
                              cli_gas_num(fault->hi, 4).at);
    if (strcmp(fault->what, "independent bottles") == 0)
        return cli_gas_refuse(why,
                              "unreachable: two of the cylinders (carrier: '%s') cannot be "
                              "told apart by what they dose",
                              plan->cylinder[plan->carrier].name);
    if (strcmp(fault->what, "flow (slpm)") == 0)
        return cli_gas_refuse(why,
                              "unreachable: a cylinder would have to give %s L/min (0..%s): too "
                              "much of its gas comes from the others",
                              cli_gas_num(fault->value, 4).at, cli_gas_num(fault->hi, 4).at);
    return cli_gas_refuse_fault(why, "unreachable: ", fault);
}

bool cli_gas_plan_for_mix(struct cli_gas_plan *plan, const struct cli_gas_target *target,
                          struct obuf *why)
{
    const struct gas_recipe recipe = {plan->bottle, plan->count, plan->carrier, plan->total_slpm,
                                      target->named};
    struct gas_fault fault;
    plan->carrier_used = true;
    const unsigned inert = 1U << GAS_N2 | 1U << GAS_AR;
    if (!cli_gas_plan_check_supply(plan, &target->mix, ~inert | target->named, why))
        return false;
    if (gas_flows_for_mix(&recipe, &target->mix, plan->flow_slpm, &fault) == RC_OK)
        return true;
    return cli_gas_plan_explain(plan, &fault, why);
}

/* ---- a wanted oxygen pressure ---- */

static bool holds(const struct cli_gas_plan *plan, enum gas_species species)
{
    for (size_t b = 0; b < plan->count; b++)
        if (plan->bottle[b].x[species] > 0)
            return true;
    return false;
}

/* 10 ppm and more of oxygen is dosed as such; less is held by a buffer. */
static bool flows_for_pO2(const struct args *args, struct cli_gas_plan *plan, double pO2_kPa,
                          struct obuf *why)
{
    struct cli_gas_target target = {.named = 0};
    struct gas_fault fault;
    double active = 0.05;
    bool co = holds(plan, GAS_CO) && holds(plan, GAS_CO2);
    if (!num_within(pO2_kPa, 1e-50, plan->p_kPa))
        return cli_gas_refuse(why, "--pO2: %s bar is outside 1e-52..%s bar",
                              cli_gas_num(pO2_kPa / 100, 5).at,
                              cli_gas_num(plan->p_kPa / 100, 6).at);
    if (pO2_kPa >= 1e-5 * plan->p_kPa) {
        target.mix.x[GAS_O2] = pO2_kPa / plan->p_kPa;
        return cli_gas_plan_for_mix(plan, &target, why);
    }
    if (!options_value(args, "temp"))
        return cli_gas_refuse(why, "--temp is missing: a buffer holds its oxygen pressure at one "
                                   "temperature");
    if (!co && !(holds(plan, GAS_H2) && holds(plan, GAS_H2O)))
        return cli_gas_refuse(why, "--pO2: needs cylinders with co and co2, or h2 and h2o");
    if (!cli_gas_take(args, "active", CLI_GAS_FRACTION, &active, why))
        return false;
    if (!num_within(active, 1e-6, 1))
        return cli_gas_refuse(why, "--active: %s %% is outside 0.0001..100 %%",
                              cli_gas_num(100 * active, 6).at);
    struct gas_buffer buffer = {co ? GAS_BUFFER_CO_CO2 : GAS_BUFFER_H2_H2O, plan->T_K,
                                log(pO2_kPa / 100)};
    if (gas_mix_for_pO2(&buffer, active, &target.mix, &fault) != RC_OK)
        return cli_gas_refuse_fault(why, "--pO2: not held by this buffer: ", &fault);
    return cli_gas_plan_for_mix(plan, &target, why);
}

/* ---- what is wanted ---- */

static bool solve_flows(const struct args *args, struct cli_gas_plan *plan, struct obuf *why)
{
    const char *target = options_value(args, "target");
    bool lambda = options_value(args, "lambda"), pO2 = options_value(args, "pO2");
    struct cli_gas_target wanted;
    double value;
    if (pO2 ? target || lambda : !target && !lambda)
        return cli_gas_refuse(why,
                              "give one of --target 'o2=8.29%%', --lambda 0.9 (with a --target "
                              "of fixed shares or without), --pO2 1e-15bar");
    if (options_value(args, "fuel-gas") && !lambda)
        return cli_gas_refuse(why, "--fuel-gas goes with --lambda");
    if (target && !lambda)
        return cli_gas_read_target("--target", span_text(target), &wanted, why) &&
               cli_gas_plan_for_mix(plan, &wanted, why);
    if (pO2)
        return cli_gas_take(args, "pO2", CLI_GAS_PRESSURE, &value, why) &&
               flows_for_pO2(args, plan, value, why);
    return cli_gas_plan_for_lambda(args, plan, why);
}

static bool choose_controllers(struct cli_gas_plan *plan, struct obuf *why)
{
    for (size_t b = 0; b < plan->count; b++) {
        const struct cli_gas_cylinder *c = &plan->cylinder[b];
        struct gas_fault f;
        if (!c->mfcs ||
            gas_mfc_choose(c->mfc, c->mfcs, plan->flow_slpm[b], &plan->chosen[b], &f) == RC_OK)
            continue;
        return cli_gas_refuse(why,
                              "unreachable: '%s' needs %s L/min, its controllers do %s..%s L/min "
                              "(turn-down %s %%)",
                              c->name, cli_gas_num(f.value, 4).at, cli_gas_num(f.lo, 4).at,
                              cli_gas_num(f.hi, 4).at, cli_gas_num(100 * plan->turndown, 3).at);
    }
    return true;
}

bool cli_gas_plan_solve(const struct args *args, struct cli_gas_plan *plan, struct obuf *why)
{
    struct gas_fault fault;
    if (!solve_flows(args, plan, why) || !choose_controllers(plan, why))
        return false;
    if (gas_mix_from_flows(plan->bottle, plan->flow_slpm, plan->count, &plan->made, &fault) !=
        RC_OK)
        return cli_gas_refuse_fault(why, "", &fault);
    if (gas_lambda_formal(&plan->made, &plan->made_lambda) != RC_OK)
        plan->made_lambda = NAN;
    return true;
}
