/* The twin block: what stands behind the simulators of a station.
 *
 *   twin
 *       cylinder mfc_n2 stream a o2 0.0001 %, n2 balance
 *       heaters psu1                  # channel n feeds site n
 *       load load1 on psu2 1          # on channel 1 of psu2
 *       valve io1 8                   # output pin of the three-way valve
 *       proven io1 0                  # interlock input that reads 1
 *       manifold 40 mL
 *       cell 12 mL
 *       element lsu49
 *   end */
#include "bench/station_private.h"
#include "core/num.h"

static bool take_instrument(struct station_reader *r, int *out)
{
    struct span word;
    if (!station_word(r, "an instrument", &word))
        return false;
    *out = station_instrument_find(r->station, word);
    if (*out < 0)
        return station_fail(r, r->token.at, NULL, "no instrument '%.*s' above this line",
                            (int)word.len, word.at);
    return true;
}

static bool take_share(struct station_reader *r, struct gas_mix *mix)
{
    enum gas_species species;
    r->token = lexer_next(&r->lexer);
    if (r->token.kind != TOKEN_NAME || gas_species_find(r->token.text, &species) != RC_OK)
        return station_fail(r, r->token.at, NULL, "expected a gas species");
    r->token = lexer_next(&r->lexer);
    if (r->token.kind == TOKEN_NAME && span_is(r->token.text, "balance")) {
        mix->x[species] = 0.0;
        mix->x[species] = 1.0 - gas_mix_sum(mix);
        return true;
    }
    if (r->token.kind != TOKEN_NUMBER || !dim_equal(r->token.unit.dim, dim_one))
        return station_fail(r, r->token.at, NULL, "expected a share in %% or ppm, or balance");
    mix->x[species] = unit_to_si(&r->token.unit, r->token.value);
    return true;
}

static bool parse_cylinder(struct station_reader *r)
{
    struct station_twin *twin = &r->station->twin;
    struct span word;
    int instrument;
    if (!take_instrument(r, &instrument))
        return false;
    if (twin->config.flow_count == TWIN_FLOWS_MAX)
        return station_fail(r, r->token.at, NULL, "at most %d cylinders", TWIN_FLOWS_MAX);
    struct twin_flow *flow = &twin->config.flows[twin->config.flow_count];
    *flow =
        (struct twin_flow){.full_scale_slpm = r->station->instruments[instrument].setup.full_scale};
    struct place at = r->token.at;
    if (!(flow->full_scale_slpm > 0.0))
        return station_fail(r, at, "add: full-scale 10 L/min",
                            "this flow controller has no full scale");
    if (twin->flow_of[instrument])
        return station_fail(r, at, NULL, "this flow controller has a cylinder already");
    if (!station_keyword(r, "stream") || !station_word(r, "a or b", &word))
        return false;
    if (!span_is(word, "a") && !span_is(word, "b"))
        return station_fail(r, r->token.at, NULL, "expected a or b");
    flow->stream = span_is(word, "b");
    do {
        if (!take_share(r, &flow->cylinder))
            return false;
        r->token = lexer_next(&r->lexer);
    } while (r->token.kind == TOKEN_MARK && r->token.mark == ',');
    struct gas_fault fault;
    if (gas_mix_check(&flow->cylinder, &fault) != RC_OK ||
        !num_within(gas_mix_sum(&flow->cylinder), 1.0 - 1e-6, 1.0 + 1e-6))
        return station_fail(r, at, "name the rest: n2 balance",
                            "this cylinder's shares do not make up 100 %%");
    twin->flow_of[instrument] = ++twin->config.flow_count;
    return r->token.kind == TOKEN_EOL ||
           station_fail(r, r->token.at, NULL, "expected ',' or the end of the line");
}

static bool parse_heaters(struct station_reader *r)
{
    return take_instrument(r, &r->station->twin.heater_supply) && station_end(r);
}

static bool parse_load(struct station_reader *r)
{
    struct station_twin *twin = &r->station->twin;
    long channel;
    if (!take_instrument(r, &twin->load) || !station_keyword(r, "on") ||
        !take_instrument(r, &twin->load_supply) || !station_number(r, 1, 4, &channel))
        return false;
    twin->load_channel = (unsigned)channel - 1;
    return station_end(r);
}

static bool parse_valve(struct station_reader *r)
{
    long pin;
    if (!take_instrument(r, &r->station->twin.valve_io) || !station_number(r, 0, 15, &pin))
        return false;
    r->station->twin.valve_pin = (unsigned)pin;
    return station_end(r);
}

static bool parse_proven(struct station_reader *r)
{
    int instrument;
    long pin;
    if (!take_instrument(r, &instrument) || !station_number(r, 0, 15, &pin))
        return false;
    r->station->twin.proven_inputs |= 1u << pin;
    return station_end(r);
}

static bool parse_millilitres(struct station_reader *r, double *mL)
{
    double m3;
    if (!station_quantity(r, "mL", &m3))
        return false;
    *mL = m3 * 1e6;
    return station_end(r);
}

static bool parse_manifold(struct station_reader *r)
{
    return parse_millilitres(r, &r->station->twin.config.manifold_mL);
}

static bool parse_cell(struct station_reader *r)
{
    return parse_millilitres(r, &r->station->twin.config.cell_mL);
}

static bool parse_element(struct station_reader *r)
{
    struct span word;
    if (!station_word(r, "lsu49 or lsu42", &word))
        return false;
    if (span_is(word, "lsu49"))
        r->station->twin.config.element = TWIN_ELEMENT_LSU49;
    else if (span_is(word, "lsu42"))
        r->station->twin.config.element = TWIN_ELEMENT_LSU42;
    else
        return station_fail(r, r->token.at, NULL, "expected lsu49 or lsu42");
    return station_end(r);
}

static const struct {
    const char *word;
    bool (*parse)(struct station_reader *r);
} lines[] = {
    {"cylinder", parse_cylinder}, {"heaters", parse_heaters}, {"load", parse_load},
    {"valve", parse_valve},       {"proven", parse_proven},   {"manifold", parse_manifold},
    {"cell", parse_cell},         {"element", parse_element},
};

static bool parse_line(struct station_reader *r)
{
    for (size_t i = 0; i < COUNT(lines); i++)
        if (span_is(r->token.text, lines[i].word))
            return lines[i].parse(r);
    return station_fail(r, r->token.at, NULL, "no such line in a twin block: '%.*s'",
                        (int)r->token.text.len, r->token.text.at);
}

bool station_parse_twin(struct station_reader *r)
{
    struct place at = r->token.at;
    r->station->twin.declared = true;
    twin_config_default(&r->station->twin.config);
    r->station->twin.config.sites = r->station->sites;
    station_skip_line(r);
    for (;;) {
        r->token = lexer_next_word(&r->lexer);
        if (r->token.kind == TOKEN_END)
            return station_fail(r, at, NULL, "this block has no end");
        if (r->token.kind != TOKEN_NAME)
            continue;
        if (span_is(r->token.text, "end"))
            return station_end(r);
        if (!parse_line(r))
            station_skip_line(r);
    }
}
