/* The uncertainty of a mixing plan: flows by their controllers, cylinders by their certificates. */
#include "bench/cli_gas_u.h"

#include "core/num.h"

static enum gas_species most_of(const struct gas_mix *mix)
{
    unsigned best = 0;
    for (unsigned s = 1; s < GAS_SPECIES_COUNT; s++)
        if (mix->x[s] > mix->x[best])
            best = s;
    return (enum gas_species)best;
}

static size_t gather_inputs(const struct cli_gas_plan *plan, double certificate,
                            struct gas_gum_input *inputs)
{
    size_t n = 0;
    for (size_t b = 0; b < plan->count; b++) {
        const struct cli_gas_cylinder *c = &plan->cylinder[b];
        enum gas_species balance = most_of(&c->mix);
        double flow = plan->flow_slpm[b];
        if (!(flow > 0))
            continue; /* its valve is closed */
        inputs[n++] = (struct gas_gum_input){
            .kind = GAS_GUM_FLOW,
            .bottle = b,
            .u = gas_mfc_u_slpm(flow, c->mfc[plan->chosen[b]].full_scale_slpm)};
        for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
            if (s == balance || !(c->mix.x[s] > 0))
                continue;
            inputs[n++] = (struct gas_gum_input){.kind = GAS_GUM_FRACTION,
                                                 .bottle = b,
                                                 .species = (enum gas_species)s,
                                                 .balance = balance,
                                                 .u = c->mix.x[s] * certificate / 2};
        }
    }
    return n;
}

bool cli_gas_u_combine(const struct args *args, const struct cli_gas_plan *plan,
                       struct gas_gum_result *out, struct obuf *why)
{
    struct gas_gum_input inputs[GAS_GUM_INPUTS_MAX];
    const struct gas_gum_model model = {plan->bottle,      plan->flow_slpm, plan->count,
                                        plan->T_K,         plan->p_kPa,     450,
                                        &gas_barrier_lsu49};
    struct gas_fault fault;
    double certificate = 0.01;
    if (!cli_gas_take(args, "certificate", CLI_GAS_FRACTION, &certificate, why))
        return false;
    if (!num_within(certificate, 0, 0.2))
        return cli_gas_refuse(why, "--certificate: %s %% is outside 0..20 %%",
                              cli_gas_num(100 * certificate, 6).at);
    for (size_t b = 0; b < plan->count; b++)
        if (plan->flow_slpm[b] > 0 && !plan->cylinder[b].mfcs)
            return cli_gas_refuse(why, "--u: no controller for '%s'; give --mfc '%s=10 L/min'",
                                  plan->cylinder[b].name, plan->cylinder[b].name);
    size_t n = gather_inputs(plan, certificate, inputs);
    if (gas_gum_combine(&model, inputs, n, out, &fault) == RC_OK)
        return true;
    return cli_gas_refuse_fault(why, "--u needs a defined oxygen pressure: ", &fault);
}
