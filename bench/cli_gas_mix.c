/* lambdabench gas mix: flows from cylinders for a wanted gas, with their uncertainty. */
#include <math.h>

#include "bench/cli_gas_plan.h"
#include "core/num.h"
#include "gas/gum.h"

/* ---- uncertainty ---- */

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
        if (c->mix.x[balance] < 0.9999) /* a pure gas has no certificate of a share */
            inputs[n++] = (struct gas_gum_input){
                .kind = GAS_GUM_DILUTION, .bottle = b, .balance = balance, .u = certificate / 2};
    }
    return n;
}

static bool combine(const struct args *args, const struct cli_gas_plan *plan,
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

/* ---- printing ---- */

static void put_flows(struct cli_gas_out *out, const struct cli_gas_plan *plan, bool with_u)
{
    cli_gas_out_open(out, "flows", "flows (standard litres)");
    for (size_t b = 0; b < plan->count; b++) {
        const struct cli_gas_cylinder *c = &plan->cylinder[b];
        double full_scale = c->mfcs ? c->mfc[plan->chosen[b]].full_scale_slpm : 0;
        double flow = plan->flow_slpm[b];
        cli_gas_out_value(out,
                          &(struct cli_gas_value){
                              .key = c->name,
                              .as = CLI_GAS_AS_slpm,
                              .value = flow,
                              .U = with_u && flow > 0 ? 2 * gas_mfc_u_slpm(flow, full_scale) : 0});
    }
    cli_gas_out_close(out);
    cli_gas_out_open(out, "controllers", "controllers (full scale)");
    for (size_t b = 0; b < plan->count; b++) {
        const struct cli_gas_cylinder *c = &plan->cylinder[b];
        cli_gas_out_put(out, c->name, NULL, CLI_GAS_AS_slpm,
                        c->mfcs ? c->mfc[plan->chosen[b]].full_scale_slpm : (double)NAN);
    }
    cli_gas_out_close(out);
}

static void put_uncertain(struct cli_gas_out *out, const struct gas_gum_result *r)
{
    const struct cli_gas_value rows[] = {
        {"formal_lambda", "formal lambda", CLI_GAS_AS_NUMBER, r->value.lambda_f, 2 * r->u.lambda_f},
        {"emf", "EMF against air", CLI_GAS_AS_mV, r->value.emf_mV, 2 * r->u.emf_mV},
        {"ip_lsu49", "pump current, LSU 4.9", CLI_GAS_AS_mA, r->value.ip_mA, 2 * r->u.ip_mA},
    };
    struct gas_mix U;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        U.x[s] = 2 * r->u.x.x[s];
    for (size_t i = 0; i < COUNT(rows); i++)
        cli_gas_out_value(out, &rows[i]);
    cli_gas_out_mix(out, "composition", &r->value.x, &U);
    cli_gas_out_put(out, "coverage_factor", "coverage factor k", CLI_GAS_AS_NUMBER, 2);
}

static void print_plan(const struct args *args, const struct cli_gas_plan *plan,
                       const struct gas_gum_result *gum)
{
    struct cli_gas_out out;
    cli_gas_out_begin(&out, "mix", options_flag(args, "json"));
    cli_gas_out_put(&out, "total", "total flow", CLI_GAS_AS_slpm, plan->total_slpm);
    cli_gas_out_word(&out, "carrier", "carrier",
                     plan->carrier_used ? plan->cylinder[plan->carrier].name : "-");
    put_flows(&out, plan, gum);
    cli_gas_out_put(&out, "oxygen_equivalent", "oxygen equivalent", CLI_GAS_AS_FRACTION,
                    gas_oxygen_equivalent(&plan->made));
    if (gum) {
        put_uncertain(&out, gum);
    } else {
        cli_gas_out_put(&out, "formal_lambda", "formal lambda", CLI_GAS_AS_NUMBER,
                        plan->made_lambda);
        cli_gas_out_mix(&out, "composition", &plan->made, NULL);
    }
    cli_gas_out_end(&out);
}

int cli_gas_mix(const struct command *command, struct args *args)
{
    (void)command;
    char text[320];
    struct obuf why = {text, 0, sizeof text};
    struct cli_gas_plan plan;
    struct gas_gum_result gum;
    bool with_u = options_flag(args, "u");
    if (!cli_gas_plan_read(args, &plan, &why) || !cli_gas_plan_solve(args, &plan, &why) ||
        (with_u && !combine(args, &plan, &gum, &why)))
        return cli_gas_fail(&why);
    print_plan(args, &plan, with_u ? &gum : NULL);
    return EXIT_PASS;
}
