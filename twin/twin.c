#include "twin/twin.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "core/num.h"
#include "core/rng.h"
#include "gas/lambda.h"
#include "twin/assembly.h"
#include "twin/defects.h"
#include "twin/noise.h"

static const double MFC_ERROR = 0.004; /* of reading, rectangular, one per controller */

void twin_config_default(struct twin_config *config)
{
    *config = (struct twin_config){.sites = 1, .seed = 1, .element = TWIN_ELEMENT_LSU49};
    config->manifold_mL = 20;
    config->cell_mL = 2;
    config->ambient_degC = 20;
    config->ambient_kPa = 101.325;
    config->spread = true;
    config->noise = true;
}

const char *twin_defect_text(int id)
{
    const struct defect_row *row = defect_find(id);
    return row ? row->text : NULL;
}

enum rc twin_parse_defect(struct span text, unsigned sites, struct twin_defect *out)
{
    if (text.len == 0)
        return RC_CONFIG;
    const char *equals = memchr(text.at, '=', text.len);
    const char *colon = memchr(text.at, ':', text.len);
    if (!equals || !colon || colon < equals || equals[1] != 'D')
        return RC_CONFIG;
    int64_t site = 0, id = 0;
    double severity = 0;
    struct span left = {text.at, (size_t)(equals - text.at)};
    struct span middle = {equals + 2, (size_t)(colon - equals) - 2};
    struct span right = span_skip(text, (size_t)(colon - text.at) + 1);
    if (num_parse_int(left, 1, (int64_t)sites, &site) != RC_OK)
        return RC_CONFIG;
    if (num_parse_int(middle, 1, 99, &id) != RC_OK || !defect_find((int)id))
        return RC_CONFIG;
    if (num_parse(right, &severity) != RC_OK || !num_within(severity, 0, 1))
        return RC_CONFIG;
    *out = (struct twin_defect){(unsigned)site, (int)id, severity};
    return RC_OK;
}

static bool flows_in_range(const struct twin_config *config)
{
    if (config->flow_count > TWIN_FLOWS_MAX)
        return false;
    for (unsigned i = 0; i < config->flow_count; i++) {
        const struct twin_flow *flow = &config->flows[i];
        if (gas_mix_check(&flow->cylinder, NULL) != RC_OK ||
            !num_within(gas_mix_sum(&flow->cylinder), 0.999, 1.001) ||
            !num_within(flow->full_scale_slpm, 1e-4, 1000) || flow->stream > 1)
            return false;
    }
    return true;
}

static bool defects_in_range(const struct twin_config *config)
{
    if (config->defect_count > TWIN_DEFECTS_MAX)
        return false;
    for (unsigned i = 0; i < config->defect_count; i++) {
        const struct twin_defect *d = &config->defects[i];
        if (d->site < 1 || d->site > config->sites || !num_within(d->severity, 0, 1) ||
            !defect_find(d->id))
            return false;
    }
    return true;
}

static enum rc check_config(const struct twin_config *config)
{
    bool good =
        config->sites >= 1 && config->sites <= TWIN_SITES_MAX &&
        (config->element == TWIN_ELEMENT_LSU49 || config->element == TWIN_ELEMENT_LSU42) &&
        num_within(config->manifold_mL, 0.1, 10000) && num_within(config->cell_mL, 0.1, 10000) &&
        num_within(config->ambient_degC, -40, 85) && num_within(config->ambient_kPa, 50, 250) &&
        flows_in_range(config) && defects_in_range(config);
    return good ? RC_OK : RC_RANGE;
}

static void build_line(struct twin *twin)
{
    const struct twin_config *config = &twin->config;
    struct gasline *line = &twin->line;
    line->flow_count = config->flow_count;
    line->manifold_mL = config->manifold_mL;
    line->tube_mL = config->cell_mL / 2;
    line->cell_mL = config->cell_mL / 2;
    line->ambient_degC = config->ambient_degC;
    line->ambient_kPa = config->ambient_kPa;
    for (unsigned i = 0; i < config->flow_count; i++) {
        struct gasline_flow *flow = &line->flows[i];
        uint64_t key = noise_key(config->seed, "flow", i);
        flow->cylinder = config->flows[i].cylinder;
        flow->full_scale_slpm = config->flows[i].full_scale_slpm;
        flow->stream = config->flows[i].stream;
        flow->gain = config->noise ? 1 + MFC_ERROR * (2 * noise_uniform(key, 0) - 1) : 1;
        twin->flow_keys[i] = key;
        twin->flow_ports[i] = (struct twin_port){twin, i, 0};
    }
    gasline_init(line);
}

static void build_site(struct twin *twin, unsigned i)
{
    const struct twin_config *config = &twin->config;
    struct twin_site *site = &twin->sites[i];
    const struct lsu_kind *kind =
        config->element == TWIN_ELEMENT_LSU42 ? &lsu_kind_42 : &lsu_kind_49;
    population_draw(&site->part, kind, config->seed, i + 1, config->spread);
    for (unsigned d = 0; d < config->defect_count; d++)
        if (config->defects[d].site == i + 1)
            defect_find(config->defects[d].id)
                ->apply(&site->part, kind, config->defects[d].severity);
    heater_init(&site->heater, kind, &site->part.heater, config->ambient_degC);
    lsu_init(&site->lsu, kind, &site->part.lsu, &twin->line.view, site->heater.T_K);
    controller_init(&site->controller, kind, config->seed, i + 1);
    site->controller.noise = config->noise ? 1 : 0;
    twin->controller_ports[i] = (struct twin_port){twin, i, 0};
}

enum rc twin_new(const struct twin_config *config, struct twin **out)
{
    enum rc rc = check_config(config);
    if (rc != RC_OK)
        return rc;
    struct twin *twin = calloc(1, sizeof *twin);
    if (!twin)
        return RC_NOSPACE;
    twin->config = *config;
    twin->room_key = noise_key(config->seed, "room", 0);
    twin->supply_key = noise_key(config->seed, "supply", 0);
    build_line(twin);
    for (unsigned i = 0; i < config->sites; i++)
        build_site(twin, i);
    for (unsigned s = 0; s < TWIN_SUPPLIES_MAX; s++) {
        supply_init(&twin->supplies[s]);
        twin->supply_ports[s] = (struct twin_port){twin, s, 0};
        for (unsigned c = 0; c < SUPPLY_CHANNELS; c++)
            twin->load_ports[s][c] = (struct twin_port){twin, s, c};
    }
    *out = twin;
    return RC_OK;
}

void twin_free(struct twin *twin)
{
    free(twin);
}

double twin_rail_V(const struct twin_site *site)
{
    if (site->rail)
        return site->rail->terminal_V;
    return site->controller.enabled ? site->controller.supply_V : 0;
}

static void step_site(struct twin *twin, struct twin_site *site)
{
    struct controller *controller = &site->controller;
    controller_step(controller, site->lsu.ri_ohm, twin->tick);
    double ohm = heater_ohm(&site->heater, twin->tick), duty = controller->duty;
    if (site->rail)
        supply_set_heater(site->rail, duty / ohm);
    double volt = duty > 0 ? twin_rail_V(site) : 0;
    heater_step(&site->heater, volt * volt * duty, ohm, twin->line.view.convection);
    lsu_step(&site->lsu, &twin->line.view, site->heater.T_K, controller_regulates(controller));
}

void twin_run_steps(struct twin *twin, uint64_t until_tick)
{
    while (twin->tick < until_tick) {
        twin->tick++;
        gasline_step(&twin->line);
        for (unsigned i = 0; i < twin->config.sites; i++)
            step_site(twin, &twin->sites[i]);
    }
}

void twin_serial(const struct twin *twin, unsigned site, char out[32])
{
    assert(site >= 1 && site <= twin->config.sites);
    const struct twin_site *s = &twin->sites[site - 1];
    struct obuf text = {out, 0, 32};
    enum rc rc = obuf_printf(&text, "%s-%08u", s->lsu.kind->name, s->part.number);
    assert(rc == RC_OK);
    (void)rc;
}

void twin_truth(struct twin *twin, unsigned site, struct instant now, struct twin_truth *out)
{
    assert(site >= 1 && site <= twin->config.sites);
    twin_advance(twin, now);
    const struct twin_site *s = &twin->sites[site - 1];
    double ohm = heater_ohm(&s->heater, twin->tick);
    double volt = twin_rail_V(s) * sqrt(s->controller.duty), lambda_f = INFINITY;
    if (gas_lambda_formal(&twin->line.view.mix, &lambda_f) != RC_OK)
        lambda_f = INFINITY; /* neither carbon nor hydrogen */
    *out = (struct twin_truth){
        .gas = twin->line.view.mix,
        .element_degC = s->heater.T_K - 273.15,
        .housing_degC = s->heater.housing_K - 273.15,
        .ip_mA = s->lsu.ip_mA,
        .un_mV = lsu_un_mV(&s->lsu),
        .ri_ohm = s->lsu.ri_ohm,
        .heater_V = volt,
        .heater_A = volt / ohm,
        .lambda_f = lambda_f,
        .trimmed_kO2_mA = s->lsu.barrier.kO2_mA,
    };
}

double twin_reactive_flow_slpm(struct twin *twin, struct instant now)
{
    twin_advance(twin, now);
    double sum = 0;
    for (unsigned i = 0; i < twin->line.flow_count; i++) {
        const struct gasline_flow *flow = &twin->line.flows[i];
        double reactive = flow->cylinder.x[GAS_O2];
        for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
            if (gas_species_info((enum gas_species)s)->is_fuel)
                reactive += flow->cylinder.x[s];
        if (reactive > 1e-3) /* traces in a balance gas do not make it a carrier */
            sum += flow->flow_slpm * flow->gain;
    }
    return sum;
}

double twin_heater_power_W(struct twin *twin, struct instant now)
{
    twin_advance(twin, now);
    double sum = 0;
    for (unsigned i = 0; i < twin->config.sites; i++)
        sum += twin->sites[i].heater.mean_W;
    return sum;
}
