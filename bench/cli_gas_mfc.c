/* Controllers of `lambdabench gas mix`: how they are told on the command line, the set points to
 * send to them, and water. */
#include <ctype.h>
#include <math.h>

#include "bench/cli_gas_plan.h"
#include "core/diag.h"
#include "core/num.h"
#include "gas/thermo.h"

/* ---- reading ---- */

static const char *cylinder_name(const void *ctx, size_t i)
{
    const struct cli_gas_cylinder *cylinders = ctx;
    return cylinders[i].name;
}

/* One word behind the full scale: a temperature begins with a figure or a sign, a gas does not. */
static bool read_condition(struct span word, struct gas_mfc_calibration *c, struct obuf *why)
{
    enum gas_species species;
    double T_K;
    word = cli_gas_trimmed(word);
    if (word.len && !isalpha((unsigned char)word.at[0])) {
        if (!cli_gas_read_quantity("--mfc", word, CLI_GAS_TEMPERATURE, &T_K, why))
            return false;
        c->reference_degC = T_K - GAS_ZERO_DEGC_K;
        return num_within(c->reference_degC, -50, 100) ||
               cli_gas_refuse(why, "--mfc: litres at %s degC are outside -50..100 degC",
                              cli_gas_num(c->reference_degC, 6).at);
    }
    if (span_is(word, "air")) {
        c->gas = gas_mix_air;
        return true;
    }
    if (gas_species_find(word, &species) != RC_OK)
        return cli_gas_refuse(why,
                              "--mfc: '%s' is no gas and no temperature, as in "
                              "co2=5L/min,n2,20degC",
                              cli_gas_word(word).at);
    c->gas = (struct gas_mix){.x = {0}};
    c->gas.x[species] = 1;
    return true;
}

/* `text` is what follows "NAME=". */
static bool add_range(struct span text, struct cli_gas_cylinder *c, struct obuf *why)
{
    struct gas_mfc_calibration calibration = {c->mix, 0};
    struct span range = text, rest, word;
    double full_scale_slpm, factor;
    bool more = cli_gas_cut(text, ',', &range, &rest);
    if (!cli_gas_read_quantity("--mfc", range, CLI_GAS_FLOW, &full_scale_slpm, why))
        return false;
    if (!num_within(full_scale_slpm, 1e-3, 1e3))
        return cli_gas_refuse(why, "--mfc: %s L/min is outside 0.001..1000 L/min",
                              cli_gas_num(full_scale_slpm, 6).at);
    while (more) {
        word = rest;
        more = cli_gas_cut(rest, ',', &word, &rest);
        if (!read_condition(word, &calibration, why))
            return false;
    }
    if (c->mfcs == CLI_GAS_RANGES_MAX)
        return cli_gas_refuse(why, "--mfc: more than %d ranges for '%s'", CLI_GAS_RANGES_MAX,
                              c->name);
    if (gas_mfc_factor(&calibration, &c->mix, &factor) != RC_OK)
        return cli_gas_refuse(why,
                              "--mfc: there is no published conversion factor between the gas of "
                              "'%s' and that of its controller; water is dosed as a liquid",
                              c->name);
    c->mfc[c->mfcs] = (struct gas_mfc){.full_scale_slpm = full_scale_slpm * factor};
    c->factor[c->mfcs] = factor;
    c->converted[c->mfcs++] = !gas_mix_same(&calibration.gas, &c->mix);
    return true;
}

bool cli_gas_read_mfc(struct span text, struct cli_gas_cylinder *cylinders, size_t count,
                      struct obuf *why)
{
    struct span name, range;
    if (!cli_gas_cut(text, '=', &name, &range))
        return cli_gas_refuse(why, "--mfc: '%s' is not CYLINDER=FULL_SCALE, as in n2=10L/min",
                              cli_gas_word(text).at);
    name = cli_gas_trimmed(name);
    for (size_t i = 0; i < count; i++)
        if (span_is(name, cylinders[i].name))
            return add_range(range, &cylinders[i], why);
    const char *near = diag_suggest(name, cylinder_name, cylinders, count);
    return near ? cli_gas_refuse(why, "--mfc: no cylinder '%s'; did you mean '%s'?",
                                 cli_gas_word(name).at, near)
                : cli_gas_refuse(why, "--mfc: no cylinder '%s'", cli_gas_word(name).at);
}

/* ---- what a plan asks of its controllers ---- */

double cli_gas_plan_u_slpm(const struct cli_gas_plan *plan, size_t b)
{
    const struct cli_gas_cylinder *c = &plan->cylinder[b];
    size_t range = plan->chosen[b];
    double flow = plan->flow_slpm[b], u = gas_mfc_u_slpm(flow, c->mfc[range].full_scale_slpm);
    return c->converted[range] ? hypot(u, GAS_CONVERSION_U * flow) : u;
}

double cli_gas_plan_set_point(const struct cli_gas_plan *plan, size_t b)
{
    const struct cli_gas_cylinder *c = &plan->cylinder[b];
    return c->mfcs ? plan->flow_slpm[b] / c->factor[plan->chosen[b]] : (double)NAN;
}

static void put_controllers(struct cli_gas_out *out, const struct cli_gas_plan *plan)
{
    cli_gas_out_open(out, "controllers", "controllers (full scale, their own litres)");
    for (size_t b = 0; b < plan->count; b++) {
        const struct cli_gas_cylinder *c = &plan->cylinder[b];
        size_t r = plan->chosen[b];
        cli_gas_out_put(out, c->name, NULL, CLI_GAS_AS_slpm,
                        c->mfcs ? c->mfc[r].full_scale_slpm / c->factor[r] : (double)NAN);
    }
    cli_gas_out_close(out);
    cli_gas_out_open(out, "factors", "standard litres of the gas per litre shown");
    for (size_t b = 0; b < plan->count; b++) {
        const struct cli_gas_cylinder *c = &plan->cylinder[b];
        cli_gas_out_put(out, c->name, NULL, CLI_GAS_AS_NUMBER,
                        c->mfcs ? c->factor[plan->chosen[b]] : (double)NAN);
    }
    cli_gas_out_close(out);
    cli_gas_out_open(out, "set_points", "set points to send (their own litres)");
    for (size_t b = 0; b < plan->count; b++)
        cli_gas_out_put(out, plan->cylinder[b].name, NULL, CLI_GAS_AS_slpm,
                        cli_gas_plan_set_point(plan, b));
    cli_gas_out_close(out);
}

/* Liquid for an evaporator, the dew point, and whether the walls are warm enough. */
static void put_water(struct cli_gas_out *out, const struct cli_gas_plan *plan)
{
    char text[200];
    double dew_degC = (double)NAN, g_h = 0;
    for (size_t b = 0; b < plan->count; b++)
        if (plan->bottle[b].x[GAS_H2O] > 0.999)
            g_h += 60 * gas_cem_g_min(plan->flow_slpm[b]);
    if (gas_dew_point_degC(plan->made.x[GAS_H2O], plan->p_kPa, &dew_degC) != RC_OK)
        dew_degC = (double)NAN;
    bool safe = gas_dew_check(&plan->made, plan->p_kPa, plan->wall_degC, NULL) == RC_OK;
    cli_gas_out_put(out, "liquid_water", "liquid water", CLI_GAS_AS_g_h, g_h);
    cli_gas_out_put(out, "dew_point", "dew point", CLI_GAS_AS_K, dew_degC + GAS_ZERO_DEGC_K);
    cli_gas_out_flag(out, "walls_dry", "walls stay dry", safe);
    if (safe)
        return;
    if (isfinite(plan->wall_degC))
        snprintf(text, sizeof text,
                 "water may condense: the coldest wall, %s degC, must be 10 K "
                 "above the dew point",
                 cli_gas_num(plan->wall_degC, 5).at);
    else
        snprintf(text, sizeof text,
                 "water may condense: name the coldest wall of the gas path "
                 "(--wall)");
    cli_gas_out_word(out, "water_warning", "warning", text);
}

void cli_gas_plan_put_dosing(struct cli_gas_out *out, const struct cli_gas_plan *plan)
{
    put_controllers(out, plan);
    if (plan->made.x[GAS_H2O] > 0)
        put_water(out, plan);
}
