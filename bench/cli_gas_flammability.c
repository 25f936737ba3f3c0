/* lambdabench gas flammability: the gas rules, asked by hand. */
#include <math.h>

#include "bench/cli_gas.h"
#include "core/num.h"
#include "gas/flammability.h"
#include "gas/thermo.h"

struct question {
    struct gas_mix gas, to;
    bool with_to, with_vent, with_extraction;
    double hot_degC, flow_slpm, extraction_slpm;
    struct gas_rule_limits limits;
};

static const char *rule_key(enum gas_rule rule)
{
    static const char *const keys[] = {
        [GAS_RULE_OK] = "ok",           [GAS_RULE_INPUT] = "input",
        [GAS_RULE_LEAN_O2] = "lean_o2", [GAS_RULE_RICH_O2] = "rich_o2",
        [GAS_RULE_CAP_FI] = "cap_fi",   [GAS_RULE_CAP_SPECIES] = "cap_species",
    };
    return keys[rule];
}

static bool read_vent(const struct args *args, struct question *q, struct obuf *why)
{
    q->with_extraction = options_value(args, "extraction");
    q->with_vent = q->with_extraction || options_value(args, "flow");
    if (!q->with_vent)
        return true;
    if (!cli_gas_need(args, "flow", CLI_GAS_FLOW, &q->flow_slpm, why) ||
        !cli_gas_take(args, "extraction", CLI_GAS_FLOW, &q->extraction_slpm, why))
        return false;
    if (!num_within(q->flow_slpm, 1e-6, 1e4))
        return cli_gas_refuse(why, "--flow: %s L/min is outside 1e-6..10000 L/min",
                              cli_gas_num(q->flow_slpm, 6).at);
    if (!num_within(q->extraction_slpm, 0, 1e7))
        return cli_gas_refuse(why, "--extraction: %s L/min is outside 0..1e7 L/min",
                              cli_gas_num(q->extraction_slpm, 6).at);
    return true;
}

static bool read_question(const struct args *args, struct question *q, struct obuf *why)
{
    const char *gas = options_value(args, "gas"), *to = options_value(args, "to");
    double T_K = 25 + GAS_ZERO_DEGC_K;
    *q = (struct question){.with_to = to};
    if (!gas)
        return cli_gas_refuse(why, "--gas is missing, as in --gas 'co=5%%,n2=balance'");
    if (!cli_gas_read_mix("--gas", span_text(gas), true, &q->gas, why) ||
        (to && !cli_gas_read_mix("--to", span_text(to), true, &q->to, why)) ||
        !cli_gas_take(args, "temp", CLI_GAS_TEMPERATURE, &T_K, why))
        return false;
    q->hot_degC = T_K - GAS_ZERO_DEGC_K;
    if (!num_within(q->hot_degC, -50, 1200))
        return cli_gas_refuse(why, "--temp: %s degC is outside -50..1200 degC",
                              cli_gas_num(q->hot_degC, 6).at);
    gas_rule_limits_default(q->hot_degC, &q->limits);
    return read_vent(args, q, why);
}

static void put_verdict(struct cli_gas_out *out, enum rc rc, const struct gas_rule_verdict *verdict)
{
    char text[160];
    struct obuf reason = {text, 0, sizeof text - 1};
    gas_rule_verdict_put(&reason, verdict);
    text[reason.len] = '\0';
    cli_gas_out_flag(out, "permitted", "permitted", rc == RC_OK);
    cli_gas_out_word(out, "rule", "rule", rule_key(verdict->rule));
    cli_gas_out_word(out, "reason", "reason", text);
}

static void put_gas(struct cli_gas_out *out, const struct question *q)
{
    cli_gas_out_put(out, "temperature", "hottest gas path", CLI_GAS_AS_K,
                    q->hot_degC + GAS_ZERO_DEGC_K);
    cli_gas_out_put(out, "fuel_index", "fuel index", CLI_GAS_AS_NUMBER,
                    gas_fuel_index(&q->gas, q->hot_degC));
    cli_gas_out_put(out, "o2_equivalent", "O2 equivalent of oxidisers", CLI_GAS_AS_FRACTION,
                    gas_o2_equivalent_oxidisers(&q->gas));
    double lfl = gas_lfl_of_mix(&q->gas, q->hot_degC);
    bool fuel = lfl > 0;
    cli_gas_out_put(out, "lfl", "LFL of its fuels in air", CLI_GAS_AS_FRACTION,
                    fuel ? lfl : (double)NAN);
    cli_gas_out_put(out, "loc", "LOC in nitrogen", CLI_GAS_AS_FRACTION,
                    fuel ? gas_loc_of_mix(&q->gas) : (double)NAN);
    cli_gas_out_flag(out, "flammable", "flammable as it is",
                     gas_is_flammable(&q->gas, q->hot_degC));
}

static bool put_line(struct cli_gas_out *out, const struct question *q)
{
    struct gas_rule_verdict end;
    struct gas_rule_line line;
    unsigned volumes = 0;
    enum rc end_rc = gas_rule_check(&q->to, &q->limits, &end);
    enum rc rc = gas_rule_line_check(&q->gas, &q->to, &q->limits, &line);
    bool helps = gas_rule_interlude(&q->gas, &q->to, &q->limits, &volumes) == RC_OK;
    cli_gas_out_open(out, "line", "mixing line to the second gas");
    cli_gas_out_flag(out, "end_permitted", "second gas permitted", end_rc == RC_OK);
    cli_gas_out_flag(out, "forbidden", "line crosses forbidden", line.forbidden);
    cli_gas_out_word(out, "rule", "rule", rule_key(line.rule));
    cli_gas_out_put(out, "share_from", "forbidden from share", CLI_GAS_AS_FRACTION,
                    line.forbidden ? (double)line.share_lo_ppm / 1e6 : (double)NAN);
    cli_gas_out_put(out, "share_to", "forbidden to share", CLI_GAS_AS_FRACTION,
                    line.forbidden ? (double)line.share_hi_ppm / 1e6 : (double)NAN);
    cli_gas_out_flag(out, "interlude_possible", "allowed with N2 between", helps);
    cli_gas_out_count(out, "interlude_volumes", "pipe volumes of N2", helps ? volumes : 0);
    cli_gas_out_close(out);
    return rc == RC_OK && end_rc == RC_OK;
}

/* False: refused. The inputs were checked, so that RC_RANGE means the same as a refusal. */
static bool put_vent(struct cli_gas_out *out, const struct question *q)
{
    struct gas_vent vent = {.fi_after = NAN};
    enum rc rc = gas_vent_check(&q->gas, q->flow_slpm, q->extraction_slpm, &q->limits, &vent);
    cli_gas_out_open(out, "vent", "outlet into the extraction");
    cli_gas_out_flag(out, "permitted", "permitted", rc == RC_OK);
    cli_gas_out_put(out, "flow", "gas flow", CLI_GAS_AS_slpm, q->flow_slpm);
    cli_gas_out_put(out, "extraction", q->with_extraction ? "extraction" : "--extraction not given",
                    CLI_GAS_AS_slpm, q->extraction_slpm);
    cli_gas_out_put(out, "fuel_index", "fuel index behind it", CLI_GAS_AS_NUMBER, vent.fi_after);
    cli_gas_out_put(out, "needed_extraction", "needed for 0.25", CLI_GAS_AS_slpm,
                    vent.needed_extraction_slpm);
    cli_gas_out_flag(out, "flammable_on_the_way", "burns on the way to air", vent.flammable);
    cli_gas_out_put(out, "flammable_from", "from this share of air", CLI_GAS_AS_FRACTION,
                    vent.flammable ? vent.flammable_lo : (double)NAN);
    cli_gas_out_put(out, "flammable_to", "to this share of air", CLI_GAS_AS_FRACTION,
                    vent.flammable ? vent.flammable_hi : (double)NAN);
    cli_gas_out_close(out);
    return rc == RC_OK;
}

int cli_gas_flammability(const struct command *command, struct args *args)
{
    (void)command;
    char text[320];
    struct obuf why = {text, 0, sizeof text};
    struct question q;
    struct gas_rule_verdict verdict;
    struct cli_gas_out out;
    if (!read_question(args, &q, &why))
        return cli_gas_fail(&why);
    enum rc rc = gas_rule_check(&q.gas, &q.limits, &verdict);
    bool good = rc == RC_OK;
    cli_gas_out_begin(&out, "flammability", options_flag(args, "json"));
    put_verdict(&out, rc, &verdict);
    put_gas(&out, &q);
    if (q.with_to)
        good = put_line(&out, &q) && good;
    if (q.with_vent)
        good = put_vent(&out, &q) && good;
    cli_gas_out_mix(&out, "composition", &q.gas, NULL);
    cli_gas_out_end(&out);
    return good ? EXIT_PASS : EXIT_FAIL;
}
