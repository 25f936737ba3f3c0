/* The twin block: what stands behind the simulators of a station.
 *
 *   twin
 *       cylinder mfc_n2 stream a o2 0.0001 %, n2 balance
 *       heaters psu1                  # channel n feeds site n
 *       load load1 on psu2 1          # on channel 1 of psu2
 *       stuck mfc_rich at least 0.2 L/min  # its valve does not close; at most: its bottle is empty
 *       valve io1 8                   # output pin of the three-way valve
 *       proven io1 0                  # interlock input that reads 1
 *       back-pressure bpc1 suction 30 kPa io1 9   # behind the elements; its outlet is at a pump's
 *                                     # pressure while the pin is on; 'suction ...' may be left out
 *       vent-pressure bpc2            # at the vent of the stream that is not selected; same outlet
 *       reverse io1 10                # output pin that reverses the flow over the elements
 *       ambient 10 mL                 # space on the ambient side of the elements, fed by stream b
 *       manifold 40 mL
 *       cell 12 mL
 *       element lsu49                 # or: element barrier variant p2
 *       source smu1 1                 # direct elements: source-meter and lock-in of site 1; one
 *                                     # that is 'at reference' stands at the reference electrode
 *       lockin li1 1
 *       digitizer dig1 1              # of element A: at the Nernst pair, triggered by the source
 *       scanner daq1                  # scanner of all sites,
 *       leads daq1 1                  # an LSU: relays that open and short the leads of site 1
 *       meter dmm1 on psu2 1          # voltmeter at the terminals of psu2, channel 1
 *       insulation ist1 relays daq1 check 100 Mohm      # any element
 *   end */
#include <assert.h>

#include "bench/station_private.h"
#include "core/num.h"
#include "instruments/capability/pressure_controller.h"

bool station_take_instrument(struct station_reader *r, int *out)
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
    if (mix->x[species] != 0.0)
        return station_fail(r, r->token.at, NULL, "'%.*s' is given twice in this cylinder",
                            (int)r->token.text.len, r->token.text.at);
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
    if (!station_take_instrument(r, &instrument))
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

/* "stuck mfc_rich at least 0.2 L/min", "stuck mfc_n2 at most 0 L/min" */
static bool parse_stuck(struct station_reader *r)
{
    struct station_twin *twin = &r->station->twin;
    struct span word;
    int instrument;
    double m3_s;
    if (!station_take_instrument(r, &instrument))
        return false;
    if (!twin->flow_of[instrument])
        return station_fail(r, r->token.at, "a line 'cylinder' above this one",
                            "this instrument doses no gas here");
    if (!station_keyword(r, "at") || !station_word(r, "least or most", &word))
        return false;
    bool least = span_is(word, "least");
    if (!least && !span_is(word, "most"))
        return station_fail(r, r->token.at, NULL, "expected least or most");
    if (!station_quantity(r, "L/min", &m3_s))
        return false;
    unsigned flow = twin->flow_of[instrument] - 1;
    double full_slpm = twin->config.flows[flow].full_scale_slpm;
    if (!num_within(m3_s * 60000.0, 0.0, full_slpm))
        return station_fail(r, r->token.at, NULL, "such a flow is of 0 to its full scale");
    twin->config.flow_faults[flow] =
        (struct twin_flow_fault){.broken = true,
                                 .least_slpm = least ? m3_s * 60000.0 : 0.0,
                                 .most_slpm = least ? full_slpm : m3_s * 60000.0};
    return station_end(r);
}

static bool parse_heaters(struct station_reader *r)
{
    return station_take_instrument(r, &r->station->twin.heater_supply) && station_end(r);
}

static bool parse_load(struct station_reader *r)
{
    struct station_twin *twin = &r->station->twin;
    long channel;
    if (!station_take_instrument(r, &twin->load) || !station_keyword(r, "on") ||
        !station_take_instrument(r, &twin->load_supply) || !station_number(r, 1, 4, &channel))
        return false;
    twin->load_channel = (unsigned)channel - 1;
    return station_end(r);
}

static bool parse_valve(struct station_reader *r)
{
    long pin;
    if (!station_take_instrument(r, &r->station->twin.valve_io) || !station_number(r, 0, 15, &pin))
        return false;
    r->station->twin.valve_pin = (unsigned)pin;
    return station_end(r);
}

enum { NO_VALVE_PIN = 127 };

static bool parse_proven(struct station_reader *r)
{
    int instrument;
    long pin;
    if (!station_take_instrument(r, &instrument) || !station_number(r, 0, 15, &pin))
        return false;
    struct station_twin *twin = &r->station->twin;
    twin->proven_inputs |= 1u << pin;
    if (twin->valve_io < 0) { /* a rig without gas has no valve at its inputs */
        twin->valve_io = instrument;
        twin->valve_pin = NO_VALVE_PIN;
    }
    return station_end(r);
}

static bool take_pressure_controller(struct station_reader *r, int *out,
                                     struct twin_back_pressure *valve)
{
    if (!station_take_instrument(r, out))
        return false;
    const struct station_instrument *it = &r->station->instruments[*out];
    if (it->entry && it->entry->driver->capability != &capability_pressure_controller)
        return station_fail(r, r->token.at, NULL, "'%s' is no pressure controller", it->setup.name);
    valve->full_scale_kPa = it->setup.full_scale;
    if (!(valve->full_scale_kPa > 0.0))
        return station_fail(r, r->token.at, "add: full-scale 3 bar",
                            "this pressure controller has no full scale");
    valve->fitted = true;
    return true;
}

/* "vent-pressure bpc2" */
static bool parse_vent_pressure(struct station_reader *r)
{
    struct station_twin *twin = &r->station->twin;
    if (!twin->config.back_pressure.fitted)
        return station_fail(r, r->token.at, "a line 'back-pressure' above this one",
                            "the vent is held at the pressure of the elements");
    return take_pressure_controller(r, &twin->vent_pressure, &twin->config.vent_pressure) &&
           station_end(r);
}

/* "back-pressure bpc1 [suction 30 kPa io1 9]" */
static bool parse_back_pressure(struct station_reader *r)
{
    struct station_twin *twin = &r->station->twin;
    struct twin_back_pressure *valve = &twin->config.back_pressure;
    double suction_Pa;
    int instrument;
    long pin;
    if (!take_pressure_controller(r, &twin->back_pressure, valve))
        return false;
    if (station_line_end(r))
        return true;
    if (!span_is(r->token.text, "suction"))
        return station_fail(r, r->token.at, NULL, "expected 'suction' or the end of the line");
    if (!station_quantity(r, "kPa", &suction_Pa) || !station_take_instrument(r, &instrument))
        return false;
    if (instrument != twin->valve_io)
        return station_fail(r, r->token.at, "a line 'valve' above this one",
                            "the pump is switched by the instrument that switches the valve");
    if (!num_within(suction_Pa, 1e3, 1e5))
        return station_fail(r, r->token.at, NULL, "a suction is of 1 to 100 kPa");
    if (!station_number(r, 0, 15, &pin))
        return false;
    valve->suction_kPa = suction_Pa / 1000.0;
    valve->suction_pin = (unsigned)pin;
    return station_end(r);
}

/* "reverse io1 10" */
static bool parse_reverse(struct station_reader *r)
{
    struct twin_config *config = &r->station->twin.config;
    int instrument;
    long pin;
    if (!station_take_instrument(r, &instrument))
        return false;
    if (instrument != r->station->twin.valve_io)
        return station_fail(r, r->token.at, "a line 'valve' above this one",
                            "the flow is reversed by the instrument that switches the valve");
    if (!station_number(r, 0, 15, &pin))
        return false;
    config->reversible = true;
    config->reverse_pin = (unsigned)pin;
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

static bool parse_ambient(struct station_reader *r)
{
    return parse_millilitres(r, &r->station->twin.config.ambient_port_mL);
}

/* --- instruments at a direct element -----------------------------------------------------------
 */

/* "source smu1 1", "lockin li1 1", "digitizer dig1 1" */
static bool parse_site_instrument(struct station_reader *r)
{
    int instrument;
    long site;
    if (!station_take_instrument(r, &instrument) ||
        !station_number(r, 1, (long)r->station->sites, &site))
        return false;
    if (r->station->twin.site_of[instrument])
        return station_fail(r, r->token.at, NULL, "this instrument has a site already");
    r->station->twin.site_of[instrument] = (unsigned)site;
    return station_end(r);
}

static bool parse_scanner(struct station_reader *r)
{
    return station_take_instrument(r, &r->station->twin.scanner) && station_end(r);
}

/* "leads daq1 1" */
static bool parse_leads(struct station_reader *r)
{
    struct station_twin *twin = &r->station->twin;
    long site;
    if (!station_take_instrument(r, &twin->leads) ||
        !station_number(r, 1, (long)r->station->sites, &site))
        return false;
    if (twin_element_is_direct(twin->config.element))
        return station_fail(r, r->token.at, "a line 'element lsu49' above this one",
                            "the box is for the leads of a sensor with its controller");
    twin->leads_site = (unsigned)site;
    return station_end(r);
}

static bool parse_meter(struct station_reader *r)
{
    struct station_twin *twin = &r->station->twin;
    long channel;
    if (!station_take_instrument(r, &twin->meter) || !station_keyword(r, "on") ||
        !station_take_instrument(r, &twin->meter_supply) || !station_number(r, 1, 4, &channel))
        return false;
    twin->meter_channel = (unsigned)channel - 1;
    return station_end(r);
}

/* clang-format off */
static const struct {
    const char *word;
    bool (*parse)(struct station_reader *r);
    bool many;
} lines[] = {
    {"cylinder",      parse_cylinder,        true},
    {"stuck",         parse_stuck,           true},
    {"heaters",       parse_heaters,         false},
    {"load",          parse_load,            false},
    {"valve",         parse_valve,           false},
    {"proven",        parse_proven,          true},
    {"back-pressure", parse_back_pressure,   false},
    {"vent-pressure", parse_vent_pressure,   false},
    {"reverse",       parse_reverse,         false},
    {"manifold",      parse_manifold,        false},
    {"cell",          parse_cell,            false},
    {"ambient",       parse_ambient,         false},
    {"element",       station_parse_element,         false},
    {"source",        parse_site_instrument, true},
    {"lockin",        parse_site_instrument, true},
    {"digitizer",     parse_site_instrument, true},
    {"scanner",       parse_scanner,         false},
    {"meter",         parse_meter,           false},
    {"leads",         parse_leads,           false},
    {"insulation",    station_parse_twin_insulation, false},
};
/* clang-format on */
static_assert(COUNT(lines) <= STATION_WORDS_MAX, "each line has its place");

static bool parse_line(struct station_reader *r)
{
    for (size_t i = 0; i < COUNT(lines); i++)
        if (span_is(r->token.text, lines[i].word))
            return (lines[i].many || station_once(r, lines[i].word, &r->twin_line[i])) &&
                   lines[i].parse(r);
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
