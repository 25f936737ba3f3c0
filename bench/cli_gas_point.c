/* lambdabench gas emf, lambda, equilibrium: one gas, one point. */
#include <math.h>

#include "bench/cli_gas.h"
#include "core/num.h"
#include "gas/equilibrium.h"

bool cli_gas_take(const struct args *args, const char *name, enum cli_gas_quantity kind,
                  double *out, struct obuf *why)
{
    char place[32];
    const char *text = options_value(args, name);
    snprintf(place, sizeof place, "--%s", name);
    return !text || cli_gas_read_quantity(place, span_text(text), kind, out, why);
}

bool cli_gas_need(const struct args *args, const char *name, enum cli_gas_quantity kind,
                  double *out, struct obuf *why)
{
    static const char *const examples[] = {
        [CLI_GAS_TEMPERATURE] = "800degC", [CLI_GAS_PRESSURE] = "101.325kPa",
        [CLI_GAS_FLOW] = "'2 L/min'",      [CLI_GAS_FRACTION] = "1%",
        [CLI_GAS_NUMBER] = "0.9",
    };
    if (!options_value(args, name))
        return cli_gas_refuse(why, "--%s is missing, as in --%s %s", name, name, examples[kind]);
    return cli_gas_take(args, name, kind, out, why);
}

/* Rounded up to seven decimals, so that what the message allows is allowed. */
static struct cli_gas_text least_text(double least)
{
    return cli_gas_num(ceil(least * 1e7) / 1e7, 9);
}

static bool exhaust(const struct args *args, struct cli_gas_source *out, struct obuf *why)
{
    struct gas_fault fault;
    if (!cli_gas_need(args, "lambda", CLI_GAS_NUMBER, &out->mixture_lambda, why))
        return false;
    if (gas_exhaust(&out->fuel, out->mixture_lambda, &out->mix, &fault) == RC_OK) {
        out->from_fuel = true;
        return true;
    }
    if (strcmp(fault.what, "lambda") != 0)
        return cli_gas_refuse_fault(why, "--fuel: ", &fault);
    bool low = num_within(out->mixture_lambda, 0, fault.lo);
    return cli_gas_refuse(why, "--lambda: %s is outside %s..100%s",
                          cli_gas_num(out->mixture_lambda, 9).at, least_text(fault.lo).at,
                          low ? " for this fuel: below it there is more carbon than oxygen" : "");
}

bool cli_gas_take_source(const struct args *args, struct cli_gas_source *out, struct obuf *why)
{
    const char *gas = options_value(args, "gas"), *fuel = options_value(args, "fuel");
    const char *lambda = options_value(args, "lambda");
    struct cli_gas_source source = {.fuel = {1.7261, 0.0176, GAS_KW_FROZEN}, .mixture_lambda = NAN};
    if (!gas && !fuel)
        return cli_gas_refuse(why, "no gas: give --fuel CH1.85 --lambda 0.9, or --gas "
                                   "'o2=1%%,n2=balance'");
    if (gas && lambda)
        return cli_gas_refuse(why, "--gas and --lambda exclude each other: --lambda is the "
                                   "exhaust of --fuel");
    if (fuel && !cli_gas_read_fuel(span_text(fuel), &source.fuel, why))
        return false;
    if (gas ? !cli_gas_read_mix("--gas", span_text(gas), true, &source.mix, why)
            : !exhaust(args, &source, why))
        return false;
    *out = source;
    return true;
}

bool cli_gas_take_element(const struct args *args, double *T_K, double *p_kPa, struct obuf *why)
{
    double T = NAN, p = GAS_ATM_KPA;
    if (!cli_gas_need(args, "temp", CLI_GAS_TEMPERATURE, &T, why) ||
        !cli_gas_take(args, "pressure", CLI_GAS_PRESSURE, &p, why))
        return false;
    if (!num_within(T, 600, 2000))
        return cli_gas_refuse(why,
                              "--temp: %s degC is outside 326.85..1726.85 degC (600..2000 K), the "
                              "range of the thermochemical data",
                              cli_gas_num(T - GAS_ZERO_DEGC_K, 6).at);
    if (!num_within(p, 1, 1000))
        return cli_gas_refuse(why, "--pressure: %s kPa is outside 1..1000 kPa",
                              cli_gas_num(p, 6).at);
    *T_K = T;
    *p_kPa = p;
    return true;
}

/* ---- what the three print in common ---- */

/* Of an exhaust, the oxygen of its fuel is put aside; a gas of --gas came from no fuel. NAN: not
 * defined. */
static double formal_lambda(const struct cli_gas_source *source)
{
    double formal, z = source->from_fuel ? source->fuel.z : 0;
    return gas_lambda_formal_of_fuel(&source->mix, z, &formal) == RC_OK ? formal : (double)NAN;
}

static void put_lambdas(struct cli_gas_out *out, const struct cli_gas_source *source)
{
    double formal = formal_lambda(source), x_eq = gas_oxygen_equivalent(&source->mix);
    cli_gas_out_put(out, "mixture_lambda", "mixture lambda", CLI_GAS_AS_NUMBER,
                    source->mixture_lambda);
    cli_gas_out_put(out, "formal_lambda", "formal lambda", CLI_GAS_AS_NUMBER, formal);
    cli_gas_out_put(out, "oxygen_equivalent", "oxygen equivalent", CLI_GAS_AS_FRACTION, x_eq);
    cli_gas_out_word(out, "side", "side",
                     x_eq > 1e-9    ? "lean"
                     : x_eq < -1e-9 ? "rich"
                                    : "stoichiometric");
}

struct solved {
    struct cli_gas_source source;
    double T_K, p_kPa;
    bool methane;
    struct gas_equilibrium eq;
};

static bool solve(const struct args *args, struct solved *s, struct obuf *why)
{
    struct gas_constants k;
    struct gas_fault fault;
    s->methane = options_flag(args, "methane");
    if (!cli_gas_take_source(args, &s->source, why) ||
        !cli_gas_take_element(args, &s->T_K, &s->p_kPa, why))
        return false;
    const struct gas_surface surface = {.p_kPa = s->p_kPa, .methane = s->methane};
    struct gas_atoms atoms;
    gas_mix_atoms(&s->source.mix, &atoms);
    if (!(atoms.O - atoms.C > 1e-9))
        return cli_gas_refuse(why,
                              "this gas does not define an oxygen pressure: it must hold more "
                              "oxygen atoms than carbon atoms, and has %s of O and %s of C a "
                              "molecule",
                              cli_gas_num(atoms.O, 6).at, cli_gas_num(atoms.C, 6).at);
    if (gas_constants_exact(s->T_K, &k) != RC_OK)
        return cli_gas_refuse(why, "--temp: outside 600..2000 K");
    if (gas_equilibrium_solve(&s->source.mix, &k, &surface, &s->eq, &fault) != RC_OK)
        return cli_gas_refuse_fault(why, "this gas does not define an oxygen pressure: ", &fault);
    return true;
}

static void put_state(struct cli_gas_out *out, const struct solved *s)
{
    cli_gas_out_put(out, "temperature", "temperature", CLI_GAS_AS_K, s->T_K);
    cli_gas_out_put(out, "pressure", "pressure", CLI_GAS_AS_kPa, s->p_kPa);
    cli_gas_out_flag(out, "methane", "methane may form", s->methane);
    put_lambdas(out, &s->source);
}

static void put_result(struct cli_gas_out *out, const struct solved *s)
{
    cli_gas_out_put(out, "pO2", "oxygen pressure", CLI_GAS_AS_BAR, exp(s->eq.ln_pO2_bar));
    cli_gas_out_put(out, "log10_pO2_bar", "log10 of it in bar", CLI_GAS_AS_NUMBER,
                    s->eq.ln_pO2_bar / log(10.0));
    cli_gas_out_put(out, "carbon_activity", "carbon activity", CLI_GAS_AS_NUMBER,
                    s->eq.carbon_activity);
    cli_gas_out_flag(out, "soot", "soot is stable", s->eq.soot);
}

/* Within 0.1 % of lambda 1 traces decide, whatever the arithmetic says. */
static bool near_stoichiometric(const struct cli_gas_source *source)
{
    return fabs(formal_lambda(source) - 1) < 1e-3;
}

int cli_gas_emf(const struct command *command, struct args *args)
{
    (void)command;
    char text[320];
    struct obuf why = {text, 0, sizeof text};
    struct solved s;
    struct cli_gas_out out;
    double reference_kPa;
    if (!solve(args, &s, &why))
        return cli_gas_fail(&why);
    reference_kPa = gas_mix_air.x[GAS_O2] * s.p_kPa;
    if (!cli_gas_take(args, "reference", CLI_GAS_PRESSURE, &reference_kPa, &why))
        return cli_gas_fail(&why);
    if (!num_within(reference_kPa, 1e-30, 1000)) {
        cli_gas_explain(&why, "--reference: %s kPa of oxygen is outside 1e-30..1000 kPa",
                        cli_gas_num(reference_kPa, 6).at);
        return cli_gas_fail(&why);
    }
    cli_gas_out_begin(&out, "emf", options_flag(args, "json"));
    cli_gas_out_put(&out, "emf", "EMF", CLI_GAS_AS_mV,
                    gas_nernst_mV(s.T_K, s.eq.ln_pO2_bar, log(reference_kPa / 100)));
    cli_gas_out_put(&out, "reference_pO2", "reference", CLI_GAS_AS_BAR, reference_kPa / 100);
    put_state(&out, &s);
    put_result(&out, &s);
    cli_gas_out_flag(&out, "near_stoichiometric", "within 0.1 % of lambda 1",
                     near_stoichiometric(&s.source));
    cli_gas_out_mix(&out, "composition", &s.source.mix, NULL);
    cli_gas_out_end(&out);
    return EXIT_PASS;
}

int cli_gas_equilibrium(const struct command *command, struct args *args)
{
    (void)command;
    char text[320];
    struct obuf why = {text, 0, sizeof text};
    struct solved s;
    struct cli_gas_out out;
    if (!solve(args, &s, &why))
        return cli_gas_fail(&why);
    cli_gas_out_begin(&out, "equilibrium", options_flag(args, "json"));
    put_state(&out, &s);
    put_result(&out, &s);
    cli_gas_out_mix(&out, "composition", &s.source.mix, NULL);
    cli_gas_out_mix(&out, "equilibrium", &s.eq.x, NULL);
    cli_gas_out_end(&out);
    return EXIT_PASS;
}

/* The composition as dry analysers would read it: hydrocarbons as hexane, by their carbon. */
static bool brettschneider(const struct cli_gas_source *source, double *lambda, struct obuf *why)
{
    enum { K1 = 6 };
    const double *x = source->mix.x, dry = 1 - x[GAS_H2O];
    struct gas_fault fault;
    if (!(dry > 1e-6))
        return cli_gas_refuse(why, "--dry: nothing is left of this gas without its water");
    const struct gas_brettschneider reading = {
        .CO2 = x[GAS_CO2] / dry,
        .CO = x[GAS_CO] / dry,
        .O2 = x[GAS_O2] / dry,
        .NO = (x[GAS_NO] + 2 * x[GAS_NO2]) / dry,
        .HC = (x[GAS_CH4] + 2 * x[GAS_C2H4] + 3 * x[GAS_C3H6] + 3 * x[GAS_C3H8]) / K1 / dry,
        .H_C = source->fuel.y,
        .O_C = source->fuel.z,
        .K1 = K1,
    };
    if (gas_lambda_brettschneider(&reading, lambda, &fault) == RC_OK)
        return true;
    return cli_gas_refuse_fault(why, "--dry: Brettschneider's lambda needs exhaust gas: ", &fault);
}

int cli_gas_lambda(const struct command *command, struct args *args)
{
    (void)command;
    char text[320];
    struct obuf why = {text, 0, sizeof text};
    struct cli_gas_source source;
    struct cli_gas_out out;
    bool dry = options_flag(args, "dry");
    double lambda = NAN;
    if (!cli_gas_take_source(args, &source, &why) ||
        (dry && !brettschneider(&source, &lambda, &why)))
        return cli_gas_fail(&why);
    cli_gas_out_begin(&out, "lambda", options_flag(args, "json"));
    put_lambdas(&out, &source);
    cli_gas_out_put(&out, "brettschneider_lambda", "Brettschneider's lambda", CLI_GAS_AS_NUMBER,
                    lambda);
    cli_gas_out_put(&out, "fuel_h_c", "H/C of the fuel", CLI_GAS_AS_NUMBER, source.fuel.y);
    cli_gas_out_put(&out, "fuel_o_c", "O/C of the fuel", CLI_GAS_AS_NUMBER, source.fuel.z);
    cli_gas_out_mix(&out, "composition", &source.mix, NULL);
    cli_gas_out_end(&out);
    return EXIT_PASS;
}
