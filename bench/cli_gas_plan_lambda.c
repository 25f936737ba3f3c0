/* lambdabench gas mix --lambda: the flows for a wanted formal lambda. */
#include <math.h>

#include "bench/cli_gas_plan.h"
#include "core/num.h"

/* O - lambda (2 C + H/2) per mole: below 0 rich, above 0 lean of the wanted value. */
static double surplus(const struct gas_mix *mix, double lambda, bool *inert)
{
    struct gas_atoms atoms;
    gas_mix_atoms(mix, &atoms);
    *inert = !(atoms.O + atoms.C + atoms.H > 1e-9);
    return atoms.O - lambda * (2 * atoms.C + atoms.H / 2);
}

static bool refuse_lambda(const struct cli_gas_plan *plan, double lambda, struct obuf *why)
{
    double lo = INFINITY, hi = -INFINITY;
    for (size_t b = 0; b < plan->count; b++) {
        double formal = INFINITY;
        bool inert;
        (void)surplus(&plan->bottle[b], 1, &inert);
        if (inert)
            continue;
        (void)!gas_lambda_formal(&plan->bottle[b], &formal); /* O2 only: no upper end */
        lo = formal < lo ? formal : lo;
        hi = formal > hi ? formal : hi;
    }
    if (!(lo <= hi) || isinf(lo))
        return cli_gas_refuse(why, "unreachable: lambda %s needs a cylinder with fuel",
                              cli_gas_num(lambda, 6).at);
    if (isinf(hi))
        return cli_gas_refuse(why,
                              "unreachable: lambda %s is below %s, the least these "
                              "cylinders make",
                              cli_gas_num(lambda, 6).at, cli_gas_num(lo, 5).at);
    return cli_gas_refuse(why, "unreachable: lambda %s is outside %s..%s of these cylinders",
                          cli_gas_num(lambda, 6).at, cli_gas_num(lo, 5).at, cli_gas_num(hi, 5).at);
}

static bool mix_two(struct cli_gas_plan *plan, double lambda, struct obuf *why)
{
    size_t rich = plan->count, lean = plan->count, active = 0;
    double s[CLI_GAS_CYLINDERS_MAX];
    for (size_t b = 0; b < plan->count; b++) {
        bool inert;
        s[b] = surplus(&plan->bottle[b], lambda, &inert);
        if (inert)
            continue;
        active++;
        if (s[b] <= 0)
            rich = b;
        if (s[b] >= 0)
            lean = b;
    }
    if (active > 2)
        return cli_gas_refuse(why,
                              "--lambda alone does not fix the flows of %zu cylinders: give "
                              "--target with fixed shares, as in h2o=12%%",
                              active);
    if (rich == plan->count || lean == plan->count)
        return refuse_lambda(plan, lambda, why);
    double share = rich == lean ? 1 : s[lean] / (s[lean] - s[rich]);
    plan->flow_slpm[lean] = plan->total_slpm * (1 - share);
    plan->flow_slpm[rich] = plan->total_slpm * share;
    return true;
}

static bool has_fuel(const struct gas_mix *mix)
{
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        if (gas_species_info((enum gas_species)s)->is_fuel && mix->x[s] > 0)
            return true;
    return false;
}

/* --fuel-gas, or the fuel of the only cylinder that holds any; its fractions make 1. */
static bool take_fuel(const struct args *args, const struct cli_gas_plan *plan, size_t shares,
                      struct gas_mix *fuel, struct obuf *why)
{
    const char *text = options_value(args, "fuel-gas");
    if (text)
        return cli_gas_read_mix("--fuel-gas", span_text(text), true, fuel, why);
    size_t holders = 0, holder = 0;
    for (size_t b = 0; b < plan->count; b++)
        if (has_fuel(&plan->bottle[b])) {
            holders++;
            holder = b;
        }
    if (holders != 1)
        return cli_gas_refuse(why,
                              "--lambda and %zu share(s) of --target do not fix the flows of %zu "
                              "cylinders: name more shares, or say what the fuel is made of, as in "
                              "--fuel-gas 'co=75%%,h2=25%%'",
                              shares, plan->count);
    *fuel = plan->bottle[holder];
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        if (!gas_species_info((enum gas_species)s)->is_fuel)
            fuel->x[s] = 0;
    double sum = gas_mix_sum(fuel);
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        fuel->x[s] /= sum;
    return true;
}

/* Fixed shares, and fuel or oxygen added to them until lambda is right. */
static bool add_to_base(struct cli_gas_plan *plan, const struct gas_mix *base,
                        const struct gas_mix *fuel, double lambda, struct obuf *why)
{
    struct cli_gas_target whole = {.named = 0};
    struct gas_fault fault;
    if (has_fuel(base) || base->x[GAS_O2] > 0)
        return cli_gas_refuse(why, "--target beside --lambda holds only fixed shares such as co2 "
                                   "and h2o here: fuel and o2 follow from lambda");
    if (gas_mix_for_lambda(base, fuel, lambda, &whole.mix, &fault) != RC_OK)
        return cli_gas_refuse_fault(why, "unreachable: --lambda with these shares: ", &fault);
    return cli_gas_plan_for_mix(plan, &whole, why);
}

static bool mix_many(const struct args *args, struct cli_gas_plan *plan, double lambda,
                     struct obuf *why)
{
    struct cli_gas_target target;
    struct gas_mix fuel;
    struct gas_fault fault;
    size_t shares = 0;
    if (!cli_gas_read_target("--target", span_text(options_value(args, "target")), &target, why))
        return false;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        shares += target.named >> s & 1;
    if (shares + 2 > plan->count)
        return cli_gas_refuse(why,
                              "--lambda and %zu share(s) of --target need %zu cylinders, there are "
                              "%zu",
                              shares, shares + 2, plan->count);
    if (shares + 2 < plan->count || options_value(args, "fuel-gas"))
        return take_fuel(args, plan, shares, &fuel, why) &&
               add_to_base(plan, &target.mix, &fuel, lambda, why);
    if (!cli_gas_plan_check_supply(plan, &target.mix, target.named, why))
        return false;
    const struct gas_recipe recipe = {plan->bottle, plan->count, 0, plan->total_slpm, target.named};
    if (gas_flows_for_lambda(&recipe, &target.mix, lambda, plan->flow_slpm, &fault) == RC_OK)
        return true;
    return cli_gas_plan_explain(plan, &fault, why);
}

bool cli_gas_plan_for_lambda(const struct args *args, struct cli_gas_plan *plan, struct obuf *why)
{
    double lambda;
    if (!cli_gas_need(args, "lambda", CLI_GAS_NUMBER, &lambda, why))
        return false;
    if (!num_within(lambda, 0, 1000))
        return cli_gas_refuse(why, "--lambda: %s is outside 0..1000", cli_gas_num(lambda, 6).at);
    return options_value(args, "target") ? mix_many(args, plan, lambda, why)
                                         : mix_two(plan, lambda, why);
}
