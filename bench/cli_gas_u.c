/* The uncertainty of a mixing plan: flows by their controllers, cylinders by their certificates. */
#include "bench/cli_gas_u.h"

#include <math.h>
#include <stdlib.h>

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
            .kind = GAS_GUM_FLOW, .bottle = b, .u = cli_gas_plan_u_slpm(plan, b)};
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

static bool draw(const struct gas_gum_model *model, const struct gas_gum_input *inputs, size_t n,
                 struct gas_gum_spread *out, struct obuf *why)
{
    struct rng rng;
    struct gas_gum_draws draws = {&rng, CLI_GAS_U_DRAWS, NULL};
    rng_seed(&rng, CLI_GAS_U_SEED);
    draws.room = malloc(sizeof *draws.room * GAS_GUM_ROOM * draws.count);
    if (!draws.room)
        return cli_gas_refuse(why, "--u: no memory for the draws");
    enum rc rc = gas_gum_monte_carlo(model, inputs, n, &draws, out);
    free(draws.room);
    if (rc == RC_OK)
        return true;
    return cli_gas_refuse(why, "--u: within its uncertainty this gas does not always define an "
                               "oxygen pressure");
}

static bool take_certificate(const struct args *args, const struct cli_gas_plan *plan,
                             double *certificate, struct obuf *why)
{
    if (!cli_gas_take(args, "certificate", CLI_GAS_FRACTION, certificate, why))
        return false;
    if (!num_within(*certificate, 0, 0.2))
        return cli_gas_refuse(why, "--certificate: %s %% is outside 0..20 %%",
                              cli_gas_num(100 * *certificate, 6).at);
    for (size_t b = 0; b < plan->count; b++)
        if (plan->flow_slpm[b] > 0 && !plan->cylinder[b].mfcs)
            return cli_gas_refuse(why, "--u: no controller for '%s'; give --mfc '%s=10 L/min'",
                                  plan->cylinder[b].name, plan->cylinder[b].name);
    return true;
}

bool cli_gas_u_combine(const struct args *args, const struct cli_gas_plan *plan,
                       struct cli_gas_u *out, struct obuf *why)
{
    struct gas_gum_input inputs[GAS_GUM_INPUTS_MAX];
    const struct gas_gum_model model = {plan->bottle,      plan->flow_slpm, plan->count,
                                        plan->T_K,         plan->p_kPa,     450,
                                        &gas_barrier_lsu49};
    struct gas_fault fault;
    double certificate = 0.01;
    if (!take_certificate(args, plan, &certificate, why))
        return false;
    size_t n = gather_inputs(plan, certificate, inputs);
    if (gas_gum_combine(&model, inputs, n, &out->gum, &fault) != RC_OK)
        return cli_gas_refuse_fault(why, "--u needs a defined oxygen pressure: ", &fault);
    return draw(&model, inputs, n, &out->drawn, why);
}

/* ---- printing ---- */

struct row {
    const char *key, *label;
    enum cli_gas_print as;
    double value, u;
    const struct gas_gum_interval *drawn;
};

static void put_interval(struct cli_gas_out *out, const struct row *r)
{
    cli_gas_out_open(out, r->key, r->label);
    cli_gas_out_put(out, "low", "from", r->as, r->drawn->low);
    cli_gas_out_put(out, "high", "to", r->as, r->drawn->high);
    cli_gas_out_put(out, "gum_low", "by the GUM from", r->as, r->value - 1.96 * r->u);
    cli_gas_out_put(out, "gum_high", "by the GUM to", r->as, r->value + 1.96 * r->u);
    if (isfinite(r->value)) {
        bool valid = gas_gum_is_validated(r->value, r->u, r->drawn);
        cli_gas_out_flag(out, "gum_validated", "they agree", valid);
        if (!valid)
            cli_gas_out_word(out, "note", "note",
                             "the GUM interval and U do not hold here: the value is not linear "
                             "in its inputs. Use the drawn interval.");
    }
    cli_gas_out_close(out);
}

void cli_gas_u_put(struct cli_gas_out *out, const struct cli_gas_u *u)
{
    const struct gas_gum_result *r = &u->gum;
    const struct gas_gum_spread *d = &u->drawn;
    const struct row rows[] = {
        {"formal_lambda", "formal lambda", CLI_GAS_AS_NUMBER, r->value.lambda_f, r->u.lambda_f,
         &d->lambda_f},
        {"emf", "EMF against air", CLI_GAS_AS_mV, r->value.emf_mV, r->u.emf_mV, &d->emf_mV},
        {"ip_lsu49", "pump current, LSU 4.9", CLI_GAS_AS_mA, r->value.ip_mA, r->u.ip_mA, &d->ip_mA},
    };
    struct gas_mix U;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        U.x[s] = 2 * r->u.x.x[s];
    for (size_t i = 0; i < COUNT(rows); i++)
        cli_gas_out_value(out, &(struct cli_gas_value){rows[i].key, rows[i].label, rows[i].as,
                                                       rows[i].value, 2 * rows[i].u});
    cli_gas_out_mix(out, "composition", &r->value.x, &U);
    cli_gas_out_put(out, "coverage_factor", "coverage factor k", CLI_GAS_AS_NUMBER, 2);
    cli_gas_out_open(out, "intervals_95", "95 % intervals, drawn (Monte Carlo)");
    cli_gas_out_count(out, "draws", "draws", CLI_GAS_U_DRAWS);
    cli_gas_out_count(out, "seed", "seed", CLI_GAS_U_SEED);
    for (size_t i = 0; i < COUNT(rows); i++)
        put_interval(out, &rows[i]);
    cli_gas_out_close(out);
}
