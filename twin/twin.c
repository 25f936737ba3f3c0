#include "twin/twin.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "gas/lambda.h"
#include "twin/assembly.h"
#include "twin/defect_table.h"
#include "twin/noise.h"

enum { JUMP_STEPS = 10 };                     /* a loose contact may jump every 0.1 s */
static const double MFC_ERROR = 0.004;        /* of reading, rectangular, one per controller */
static const double PRESSURE_ERROR = 0.00125; /* of reading and of full scale, each rectangular */

static void build_gauge(struct twin *twin, unsigned i, const struct twin_back_pressure *config)
{
    struct twin_gauge *gauge = &twin->gauges[i];
    uint64_t key = noise_key(twin->config.seed, "pressure", i);
    double error = twin->config.noise ? PRESSURE_ERROR : 0;
    gauge->twin = twin;
    gauge->key = key;
    gauge->gain = 1 + error * (2 * noise_uniform(key, 0) - 1);
    gauge->zero_kPa = error * config->full_scale_kPa * (2 * noise_uniform(key, 1) - 1);
    gauge->valve->fitted = config->fitted;
}

static void build_valves(struct twin *twin)
{
    struct gasline *line = &twin->line;
    twin->gauges[0] = (struct twin_gauge){.valve = &line->valve, .kPa = &line->view.pressure_kPa};
    twin->gauges[1] = (struct twin_gauge){.valve = &line->vent, .kPa = &line->vent_kPa};
    build_gauge(twin, 0, &twin->config.back_pressure);
    build_gauge(twin, 1, &twin->config.vent_pressure);
    line->across.fitted = twin->config.reversible;
}

static void build_line(struct twin *twin)
{
    const struct twin_config *config = &twin->config;
    struct gasline *line = &twin->line;
    line->flow_count = config->flow_count;
    line->manifold_mL = config->manifold_mL;
    line->tube_mL = config->cell_mL / 2;
    line->cell_mL = config->cell_mL / 2;
    line->ambient_mL = config->ambient_port_mL;
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
    build_valves(twin);
    gasline_init(line);
    for (unsigned i = 0; i < config->flow_count; i++)
        if (config->flow_faults[i].broken)
            gasline_break_flow(line, i, config->flow_faults[i].least_slpm,
                               config->flow_faults[i].most_slpm);
}

static void build_lsu(struct twin *twin, unsigned i, const struct lsu_kind *kind)
{
    const struct twin_config *config = &twin->config;
    struct twin_site *site = &twin->sites[i];
    struct defect_target target = {.lsu = &site->part, .lsu_kind = kind};
    for (unsigned d = 0; d < config->defect_count; d++) {
        if (config->defects[d].site != i + 1)
            continue;
        enum rc rc =
            defect_table_apply(config->defects[d].id, &target, config->defects[d].severity);
        assert(rc == RC_OK);
        (void)rc;
    }
    heater_init(&site->heater, &kind->heater, &site->part.heater, config->ambient_degC);
    lsu_init(&site->lsu, kind, &site->part.lsu, &twin->line.view, site->heater.T_K);
    controller_init(&site->controller, kind, config->seed, i + 1);
    site->controller.noise = config->noise ? 1 : 0;
    site->jump_key = noise_key(config->seed, "jump", i + 1);
}

static void build_site(struct twin *twin, unsigned i)
{
    const struct twin_config *config = &twin->config;
    struct twin_site *site = &twin->sites[i];
    const struct lsu_kind *kind =
        config->element == TWIN_ELEMENT_LSU42 || config->element == TWIN_ELEMENT_LSU42_BARE
            ? &lsu_kind_42
            : &lsu_kind_49;
    population_draw(&site->part, kind, config->seed, i + 1, config->spread);
    twin->controller_ports[i] = (struct twin_port){twin, i, 0};
    if (!twin_element_is_direct(config->element)) {
        build_lsu(twin, i, kind);
        return;
    }
    site_direct_build(twin, i);
    heater_init(&site->heater, site_direct_heater(config->element), &site->part.heater,
                config->ambient_degC);
    site_direct_start(twin, site);
}

enum rc twin_new(const struct twin_config *config, struct twin **out)
{
    enum rc rc = twin_config_check(config);
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
    insulation_rig_build(twin);
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

double twin_coupling_mV(const struct twin_site *site)
{
    const struct nernst_wiring wiring = {.iso_ohm = site->part.iso_ohm};
    if (!(site->part.iso_ohm > 0))
        return 0;
    double volt = twin_rail_V(site) * site->controller.duty;
    return volt * nernst_coupling_mV_V(&wiring, site->heater.T_K, site->lsu.ri_ohm);
}

static void step_site(struct twin *twin, struct twin_site *site)
{
    struct controller *controller = &site->controller;
    double jump = 1;
    if (site->part.telegraph > 0 && noise_uniform(site->jump_key, twin->tick / JUMP_STEPS) >= 0.5)
        jump += site->part.telegraph;
    struct leads_effect leads = leads_effect_of(site->lsu.kind, site->leads);
    double ri_ohm = isnan(leads.ri_ohm) ? site->lsu.ri_ohm * jump : leads.ri_ohm;
    controller_step(controller, ri_ohm, twin->tick);
    double ohm = heater_ohm(&site->heater, twin->tick);
    double duty = leads.cut_heater ? 0 : controller->duty;
    if (site->rail)
        supply_set_heater(site->rail, duty / ohm);
    double volt = duty > 0 ? twin_rail_V(site) : 0;
    heater_step(&site->heater, volt * volt * duty, ohm, twin->line.view.convection);
    site->lsu.part.reversed = site->part.lsu.reversed || leads.reversed;
    lsu_step(&site->lsu, &twin->line.view, site->heater.T_K,
             controller_regulates(controller) && !leads.stopped);
}

void twin_run_steps(struct twin *twin, uint64_t until_tick)
{
    bool direct = twin_element_is_direct(twin->config.element);
    while (twin->tick < until_tick) {
        twin->tick++;
        gasline_step(&twin->line);
        for (unsigned i = 0; i < twin->config.sites; i++)
            if (direct)
                site_direct_step(twin, &twin->sites[i]);
            else
                step_site(twin, &twin->sites[i]);
    }
}

void twin_serial(const struct twin *twin, unsigned site, char out[32])
{
    assert(site >= 1 && site <= twin->config.sites);
    const struct twin_site *s = &twin->sites[site - 1];
    struct obuf text = {out, 0, 32};
    const char *name = twin_element_is_direct(twin->config.element)
                           ? site_direct_name(twin->config.element)
                           : s->lsu.kind->name;
    enum rc rc = obuf_printf(&text, "%s-%08u", name, s->part.number);
    assert(rc == RC_OK);
    (void)rc;
}

static void lsu_truth(const struct twin_site *s, struct twin_truth *out)
{
    out->element_i_mA = out->ip_mA = s->lsu.ip_mA;
    out->element_u_mV = out->un_mV = lsu_un_mV(&s->lsu);
    out->ri_ohm = s->lsu.ri_ohm;
    out->raw_mA = s->lsu.ip_mA * s->lsu.cell_per_mA;
    out->trimmed_kO2_mA = s->lsu.barrier.kO2_mA;
}

void twin_truth(struct twin *twin, unsigned site, struct instant now, struct twin_truth *out)
{
    assert(site >= 1 && site <= twin->config.sites);
    twin_advance(twin, now);
    struct twin_site *s = &twin->sites[site - 1];
    bool direct = twin_element_is_direct(twin->config.element);
    double ohm = heater_ohm(&s->heater, twin->tick), lambda_f = INFINITY;
    double volt =
        direct ? (s->rail ? s->rail->terminal_V : 0) : twin_rail_V(s) * sqrt(s->controller.duty);
    if (gas_lambda_formal(&twin->line.view.mix, &lambda_f) != RC_OK)
        lambda_f = INFINITY; /* neither carbon nor hydrogen */
    *out = (struct twin_truth){
        .gas = twin->line.view.mix,
        .element_degC = s->heater.T_K - 273.15,
        .housing_degC = s->heater.housing_K - 273.15,
        .heater_V = volt,
        .heater_A = volt / ohm,
        .lambda_f = lambda_f,
    };
    if (direct)
        site_direct_truth(twin, s, out);
    else
        lsu_truth(s, out);
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
