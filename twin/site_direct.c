#include "twin/site_direct.h"

#include <assert.h>
#include <math.h>

#include "core/num.h"
#include "twin/assembly.h"
#include "twin/defect_table.h"
#include "twin/noise.h"

enum { JUMP_STEPS = 10 }; /* a loose contact may jump every 0.1 s */
static const double METER_ohm = 10e9, LIMIT_mV = 2000, LIMIT_mA = 20, SINE_Hz = 1000;

/* clang-format off */
static const struct {
    const char *name;
    unsigned variants;
    struct heater_kind heater; /* assumptions beyond the LSU's; B and C run at other temperatures */
} designs[] = {
    {"EA", ELEMENT_A_VARIANTS, {780, 3.2, 1.77e-3, 0.13, 7.5}},
    {"EB", ELEMENT_B_FORMS, {740, 3.2, 1.77e-3, 0.13, 6.8}},
    {"EC", ELEMENT_C_PROCESSES * BUFFER_COUNT, {800, 3.2, 1.77e-3, 0.15, 8.0}},
    {"LSU49B", 1, {780, 3.2, 1.77e-3, 0.13, 7.5}}, /* as twin/element_lsu.c */
    {"LSU42B", 1, {750, 3.2, 2.1e-3, 0.17, 10}},
};
/* clang-format on */

static unsigned design_of(enum twin_element_kind kind)
{
    assert(twin_element_is_direct(kind));
    return (unsigned)kind - TWIN_ELEMENT_A;
}

const struct heater_kind *site_direct_heater(enum twin_element_kind kind)
{
    return &designs[design_of(kind)].heater;
}

const char *site_direct_name(enum twin_element_kind kind)
{
    return designs[design_of(kind)].name;
}

unsigned site_direct_variants(enum twin_element_kind kind)
{
    return designs[design_of(kind)].variants;
}

/* ---- the part */

/* The sensor that a bare element is of; NULL: it is none. */
static const struct lsu_kind *sensor_of(enum twin_element_kind kind)
{
    return kind == TWIN_ELEMENT_LSU49_BARE   ? &lsu_kind_49
           : kind == TWIN_ELEMENT_LSU42_BARE ? &lsu_kind_42
                                             : NULL;
}

/* The cells of a finished sensor, their current not yet divided; pump cell as that of element A. */
static void nominal_bare(struct site_direct *d, const struct lsu_kind *kind)
{
    struct element_a *a = &d->cell.a.part;
    d->kind = TWIN_ELEMENT_A;
    element_a_nominal(ELEMENT_A_P1, a);
    a->pump.barrier = *kind->barrier;
    a->pump.barrier.kCO_mA *= kind->rich;
    a->pump.barrier.kH2_mA *= kind->rich;
    pump_barrier_scale(&a->pump.barrier, kind->raw_air_mA / kind->finished_air_mA);
    a->rn = (struct nernst_path){kind->rs_ohm, exp(kind->ri_a + kind->ri_b_K / NERNST_T0_K),
                                 kind->ri_b_K * NERNST_K_EV};
    a->reference_uA = kind->reference_uA; /* of the scanner's source */
}

static void nominal(const struct twin_config *config, struct site_direct *d)
{
    unsigned variant = config->variant;
    d->kind = config->element;
    if (sensor_of(config->element)) {
        nominal_bare(d, sensor_of(config->element));
    } else if (d->kind == TWIN_ELEMENT_A) {
        if (variant == 0)
            variant = ELEMENT_A_P1;
        element_a_nominal((enum element_a_variant)variant, &d->cell.a.part);
    } else if (d->kind == TWIN_ELEMENT_B) {
        element_b_nominal((enum element_b_form)variant, &d->cell.b.part);
    } else {
        if (variant == 0)
            variant = ELEMENT_C_P14 + ELEMENT_C_PROCESSES * BUFFER_NI;
        element_c_nominal((enum element_c_process)(variant % ELEMENT_C_PROCESSES),
                          (enum buffer_system)(variant / ELEMENT_C_PROCESSES), &d->cell.c.part);
    }
}

static struct nernst_wiring *wiring_of(struct site_direct *d)
{
    return d->kind == TWIN_ELEMENT_A   ? &d->cell.a.part.wiring
           : d->kind == TWIN_ELEMENT_B ? &d->cell.b.part.wiring
                                       : &d->cell.c.part.wiring;
}

const struct nernst_wiring *site_direct_wiring(const struct site_direct *direct)
{
    return direct->kind == TWIN_ELEMENT_A   ? &direct->cell.a.part.wiring
           : direct->kind == TWIN_ELEMENT_B ? &direct->cell.b.part.wiring
                                            : &direct->cell.c.part.wiring;
}

/* The same seed and site give the element that sits in the finished sensor; what only shows without
 * its controller is drawn as that of element A. */
static void draw_bare(struct element_a *a, const struct part *part, uint64_t seed, unsigned site)
{
    struct element_a same = *a;
    element_a_draw(a, seed, site);
    a->pump.barrier = same.pump.barrier;
    pump_barrier_scale(&a->pump.barrier, part->lsu.raw);
    a->pump.barrier.kappa_bar *= part->lsu.kappa;
    a->rn = same.rn;
    a->rn.active_ohm *= part->lsu.rn;
    a->tau_s = part->lsu.tau_s;
    a->wiring.heater.r20_ohm = part->heater.r20_ohm;
}

static void draw(struct site_direct *d, const struct twin_config *config, const struct part *part,
                 unsigned site)
{
    if (!config->spread)
        return;
    if (sensor_of(config->element))
        draw_bare(&d->cell.a.part, part, config->seed, site);
    else if (d->kind == TWIN_ELEMENT_A)
        element_a_draw(&d->cell.a.part, config->seed, site);
    else if (d->kind == TWIN_ELEMENT_B)
        element_b_draw(&d->cell.b.part, config->seed, site);
    else
        element_c_draw(&d->cell.c.part, config->seed, site);
}

static struct defect_target target_of(struct site_direct *d, int sign)
{
    return (struct defect_target){
        .a = d->kind == TWIN_ELEMENT_A ? &d->cell.a.part : NULL,
        .b = d->kind == TWIN_ELEMENT_B ? &d->cell.b.part : NULL,
        .c = d->kind == TWIN_ELEMENT_C ? &d->cell.c.part : NULL,
        .sign = sign,
    };
}

const char *site_direct_refusal(const struct twin_config *config, int id)
{
    struct site_direct d = {.found = false};
    if (sensor_of(config->element) && id == 38)
        return "a bare element has no trim resistor yet";
    nominal(config, &d);
    struct defect_target target = target_of(&d, 1);
    return defect_table_refusal(id, &target);
}

static void name_noise(struct site_direct *d, uint64_t seed, unsigned site)
{
    d->jump_key = noise_key(seed, "jump", site);
    d->u_key = noise_key(seed, "element U", site);
    d->second_key = noise_key(seed, "second U", site);
    d->source_key = noise_key(seed, "source", site);
    d->lock_in_key = noise_key(seed, "lock-in", site);
    d->reference_key = noise_key(seed, "reference source", site);
    d->fast_key = noise_key(seed, "digitizer", site);
}

void site_direct_build(struct twin *twin, unsigned i)
{
    const struct twin_config *config = &twin->config;
    struct twin_site *site = &twin->sites[i];
    struct site_direct *d = &site->direct;
    nominal(config, d);
    draw(d, config, &site->part, i + 1);
    struct nernst_wiring *wiring = wiring_of(d);
    wiring->heater.heat = site->part.heater.heat;
    wiring->heater.loss = site->part.heater.loss;
    wiring->heater.open_key = site->part.heater.open_key;
    struct defect_target target = target_of(d, site->part.sign);
    for (unsigned n = 0; n < config->defect_count; n++) {
        const struct twin_defect *defect = &config->defects[n];
        if (defect->site != i + 1)
            continue;
        enum rc rc = defect_table_apply(defect->id, &target, defect->severity);
        assert(rc == RC_OK);
        (void)rc;
    }
    if (d->kind == TWIN_ELEMENT_C && config->reserve_speed > 0) {
        d->cell.c.part.oxide_C /= config->reserve_speed;
        d->cell.c.part.metal_C /= config->reserve_speed;
    }
    name_noise(d, config->seed, i + 1);
    d->wires.meter_ohm = METER_ohm;
    d->wires.sine_Hz = SINE_Hz;
    d->wires.source.limit_mV = LIMIT_mV;
    d->wires.source.limit_mA = LIMIT_mA;
    d->wires.reference = d->wires.source;
    site->part.heater = wiring->heater;
}

/* ---- running */

struct direct_at site_direct_at(const struct twin *twin, const struct twin_site *site)
{
    return (struct direct_at){
        .gas = &twin->line.view,
        .ambient = twin->config.ambient_port_mL > 0 ? &twin->line.ambient : NULL,
        .ambient_kPa = twin->config.ambient_kPa,
        .T_K = site->heater.T_K,
        .heater_V = site->rail ? site->rail->terminal_V : 0,
        .u = noise_uniform(site->direct.jump_key, twin->tick / JUMP_STEPS),
    };
}

void site_direct_start(struct twin *twin, struct twin_site *site)
{
    struct site_direct *d = &site->direct;
    struct direct_at at = site_direct_at(twin, site);
    if (d->kind == TWIN_ELEMENT_A)
        direct_a_start(&d->cell.a, &at);
    else if (d->kind == TWIN_ELEMENT_B)
        direct_b_start(&d->cell.b, &at);
    else
        direct_c_start(&d->cell.c, &at);
}

void site_direct_step(struct twin *twin, struct twin_site *site)
{
    struct site_direct *d = &site->direct;
    double ohm = heater_ohm(&site->heater, twin->tick), volt = 0;
    if (site->rail) {
        supply_set_heater(site->rail, 1 / ohm);
        volt = site->rail->terminal_V;
    }
    heater_step(&site->heater, volt * volt, ohm, twin->line.view.convection);
    struct direct_at at = site_direct_at(twin, site);
    if (d->kind == TWIN_ELEMENT_A)
        direct_a_step(&d->cell.a, &d->wires, &at);
    else if (d->kind == TWIN_ELEMENT_B)
        direct_b_step(&d->cell.b, &at);
    else
        direct_c_step(&d->cell.c, &d->wires, &at);
}

const struct direct_reading *site_direct_read(struct twin *twin, struct twin_site *site)
{
    struct site_direct *d = &site->direct;
    struct direct_at at = site_direct_at(twin, site);
    if (d->found && d->at_tick == twin->tick && d->at_heater_V == at.heater_V)
        return &d->reading;
    if (d->kind == TWIN_ELEMENT_A)
        direct_a_read(&d->cell.a, &d->wires, &at, &d->reading);
    else if (d->kind == TWIN_ELEMENT_B)
        direct_b_read(&d->cell.b, &d->wires, &at, &d->reading);
    else
        direct_c_read(&d->cell.c, &d->wires, &at, &d->reading);
    d->found = true;
    d->at_tick = twin->tick;
    d->at_heater_V = at.heater_V;
    return &d->reading;
}

double site_direct_second_mV(struct twin *twin, struct twin_site *site)
{
    struct direct_at at = site_direct_at(twin, site);
    if (site->direct.kind != TWIN_ELEMENT_A)
        return (double)NAN;
    return direct_a_second_mV(&site->direct.cell.a, &site->direct.wires, &at);
}

struct impedance_point site_direct_lock_in(struct twin *twin, struct twin_site *site)
{
    const struct site_direct *d = &site->direct;
    struct direct_at at = site_direct_at(twin, site);
    if (d->kind == TWIN_ELEMENT_A)
        return direct_a_lock_in(&d->cell.a, &d->wires, &at);
    return d->kind == TWIN_ELEMENT_B ? direct_b_lock_in(&d->cell.b, &d->wires, &at)
                                     : direct_c_lock_in(&d->cell.c, &d->wires, &at);
}

struct direct_wires *site_direct_wires(struct twin *twin, struct twin_site *site)
{
    struct site_direct *d = &site->direct;
    struct direct_at at = site_direct_at(twin, site);
    if (d->kind == TWIN_ELEMENT_A)
        direct_a_disturb(&d->cell.a, &d->wires, &at);
    d->found = false;
    return &d->wires;
}

void site_direct_truth(struct twin *twin, struct twin_site *site, struct twin_truth *out)
{
    const struct site_direct *d = &site->direct;
    const struct direct_reading *reading = site_direct_read(twin, site);
    struct direct_at at = site_direct_at(twin, site);
    out->element_u_mV = out->un_mV = reading->u_mV;
    out->element_i_mA = out->ip_mA = out->raw_mA = reading->source_mA;
    if (d->kind == TWIN_ELEMENT_A) {
        out->ri_ohm = nernst_measured_ohm(site_direct_wiring(d), &d->cell.a.part.rn, at.T_K, at.u);
        out->trimmed_kO2_mA = d->cell.a.part.pump.barrier.kO2_mA;
    } else if (d->kind == TWIN_ELEMENT_B) {
        out->ri_ohm = element_b_cell_ohm(&d->cell.b.part, at.T_K) + d->cell.b.part.wiring.lead_ohm;
        out->trimmed_kO2_mA = d->cell.b.barrier13.kO2_mA;
    } else {
        out->ri_ohm =
            nernst_measured_ohm(site_direct_wiring(d), &d->cell.c.part.cell, at.T_K, at.u);
        out->oxide_C = d->cell.c.state.oxide_C;
        out->metal_C = d->cell.c.state.metal_C;
    }
}
