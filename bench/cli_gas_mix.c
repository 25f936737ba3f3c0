/* lambdabench gas mix: flows from cylinders for a wanted gas, with their uncertainty. */
#include <math.h>

#include "bench/cli_gas_u.h"

/* ---- printing ---- */

static void put_flows(struct cli_gas_out *out, const struct cli_gas_plan *plan, bool with_u)
{
    cli_gas_out_open(out, "flows", "flows (standard litres)");
    for (size_t b = 0; b < plan->count; b++) {
        double flow = plan->flow_slpm[b];
        cli_gas_out_value(out, &(struct cli_gas_value){
                                   .key = plan->cylinder[b].name,
                                   .as = CLI_GAS_AS_slpm,
                                   .value = flow,
                                   .U = with_u && flow > 0 ? 2 * cli_gas_plan_u_slpm(plan, b) : 0});
    }
    cli_gas_out_close(out);
}

static void print_plan(const struct args *args, const struct cli_gas_plan *plan,
                       const struct cli_gas_u *u)
{
    struct cli_gas_out out;
    cli_gas_out_begin(&out, "mix", options_flag(args, "json"));
    cli_gas_out_put(&out, "total", "total flow", CLI_GAS_AS_slpm, plan->total_slpm);
    cli_gas_out_word(&out, "carrier", "carrier",
                     plan->carrier_used ? plan->cylinder[plan->carrier].name : "-");
    put_flows(&out, plan, u);
    cli_gas_plan_put_dosing(&out, plan);
    cli_gas_out_put(&out, "oxygen_equivalent", "oxygen equivalent", CLI_GAS_AS_FRACTION,
                    gas_oxygen_equivalent(&plan->made));
    if (u) {
        cli_gas_u_put(&out, u);
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
    struct cli_gas_u u;
    bool with_u = options_flag(args, "u");
    if (!cli_gas_plan_read(args, &plan, &why) || !cli_gas_plan_solve(args, &plan, &why) ||
        (with_u && !cli_gas_u_combine(args, &plan, &u, &why)))
        return cli_gas_fail(&why);
    print_plan(args, &plan, with_u ? &u : NULL);
    return EXIT_PASS;
}
