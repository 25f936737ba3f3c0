#include <math.h>

#include "twin/direct.h"

static const double FRESH_SHARE = 1e-4, FRESH_LEAST = 1e-9, FRESH_K = 2, FRESH_SOOT = 0.002;

static double path_ohm(const struct direct_c *c, const struct direct_at *at)
{
    struct nernst_path cell = direct_path(&c->part.cell, &c->part.wiring, at->u);
    return nernst_path_ohm(&cell, at->T_K) + c->part.wiring.lead_ohm;
}

static bool gas_moved(const struct direct_c *c, const struct direct_at *at)
{
    const double *x = at->gas->mix.x;
    if (fabs(at->gas->pressure_kPa - c->kPa) > FRESH_SHARE * c->kPa)
        return true;
    for (size_t i = 0; i < GAS_SPECIES_COUNT; i++)
        if (fabs(x[i] - c->gas.x[i]) > FRESH_SHARE * x[i] + FRESH_LEAST)
            return true;
    return false;
}

/* False: this gas defines nothing; what was known before holds on. */
static bool prepare(const struct direct_c *c, const struct direct_at *at, double T_K,
                    struct element_c_env *out)
{
    struct cell_gas gas = {direct_gas(at->gas), at->gas->pressure_kPa};
    return element_c_prepare(&c->part, &gas, T_K, c->state.soot, out) == RC_OK;
}

static void find_slopes(struct direct_c *c, const struct direct_at *at, double T_K)
{
    struct element_c_env near, *slope = &c->slope_1_K;
    double step_K = T_K < 1399 ? 1 : -1;
    *slope = (struct element_c_env){.T_K = 0};
    if (!prepare(c, at, T_K + step_K, &near))
        return;
    slope->ln_buffer_bar = (near.ln_buffer_bar - c->env.ln_buffer_bar) / step_K;
    slope->ln_gas_bar = (near.ln_gas_bar - c->env.ln_gas_bar) / step_K;
    slope->ln_goal_bar = (near.ln_goal_bar - c->env.ln_goal_bar) / step_K;
    slope->permeation_uA = (near.permeation_uA - c->env.permeation_uA) / step_K;
}

static void refresh(struct direct_c *c, const struct direct_at *at)
{
    double T_K = direct_hot_K(at->T_K);
    bool warmer = fabs(T_K - c->base_K) > FRESH_K;
    bool sooted = fabs(c->state.soot - c->soot) > FRESH_SOOT;
    bool other = c->serial != at->gas->serial && gas_moved(c, at);
    c->serial = at->gas->serial;
    if (!warmer && !sooted && !other)
        return;
    if (!prepare(c, at, T_K, &c->env))
        return;
    c->gas = at->gas->mix;
    c->kPa = at->gas->pressure_kPa;
    c->soot = c->state.soot;
    c->base_K = T_K;
    if (warmer)
        find_slopes(c, at, T_K);
}

/* The environment at the exact temperature. */
static struct element_c_env env_now(const struct direct_c *c, const struct direct_at *at)
{
    struct element_c_env env = c->env;
    env.T_K = direct_hot_K(at->T_K);
    double off_K = env.T_K - c->base_K;
    env.ln_buffer_bar += c->slope_1_K.ln_buffer_bar * off_K;
    env.ln_gas_bar += c->slope_1_K.ln_gas_bar * off_K;
    env.ln_goal_bar += c->slope_1_K.ln_goal_bar * off_K;
    env.permeation_uA += c->slope_1_K.permeation_uA * off_K;
    return env;
}

void direct_c_start(struct direct_c *c, const struct direct_at *at)
{
    c->serial = at->gas->serial + 1;
    c->base_K = -1e3;
    refresh(c, at);
    c->state = (struct element_c_state){.oxide_C = c->part.oxide_C, .metal_C = c->part.metal_C};
    c->state.ln_ref_bar = c->env.ln_buffer_bar;
    c->state.ln_we_bar = c->env.ln_goal_bar;
}

/* The source-meter between reference and housing: the cover alone, no electromotive force. */
static void at_cover(const struct direct_c *c, const struct direct_source *s, double T_K,
                     struct direct_reading *r)
{
    double ohm = 1 / element_c_cover_S(&c->part, T_K);
    double mA = s->mode == DIRECT_OFF ? 0 : s->mode == DIRECT_VOLT ? s->set_mV / ohm : s->set_mA;
    double most_mA = s->mode == DIRECT_VOLT ? s->limit_mA : s->limit_mV / ohm;
    r->compliance = fabs(mA) > most_mA;
    r->source_mA = direct_held(mA, -most_mA, most_mA);
    r->source_mV = r->source_mA * ohm;
}

/* The source as element_c_driven_uA sees it, behind the resistance of the cell; with its
 * compliance. */
static struct element_c_drive drive_of(const struct direct_c *c, const struct direct_wires *wires,
                                       const struct direct_at *at, bool *compliance)
{
    const struct direct_source *s = &wires->source;
    double T_K = direct_hot_K(at->T_K), ohm = path_ohm(c, at);
    double open_mV = element_c_open_mV(&c->part, T_K, &c->state);
    struct element_c_drive drive = {.T_K = T_K, .dt_s = TWIN_STEP_S};
    *compliance = false;
    if (wires->relay1) {
        struct direct_reading cover;
        at_cover(c, s, T_K, &cover);
        drive.bias_V = cover.source_mV / 1000;
    } else if (s->mode == DIRECT_VOLT) {
        drive.held_mV = s->set_mV;
        drive.held_ohm = ohm;
        drive.current_uA = 1000 * s->limit_mA;
        *compliance = fabs(s->set_mV - open_mV) / ohm >= s->limit_mA;
    } else if (s->mode == DIRECT_AMPERE) {
        double u_mV = open_mV + s->set_mA * ohm;
        drive.current_uA = 1000 * s->set_mA;
        *compliance = fabs(u_mV) > s->limit_mV;
        if (*compliance) {
            drive.held_mV = u_mV > 0 ? s->limit_mV : -s->limit_mV;
            drive.held_ohm = ohm;
            drive.current_uA = fabs(drive.current_uA);
        }
    }
    return drive;
}

void direct_c_step(struct direct_c *c, const struct direct_wires *wires, const struct direct_at *at)
{
    struct element_c_point point;
    bool compliance;
    refresh(c, at);
    struct element_c_env env = env_now(c, at);
    struct element_c_drive drive = drive_of(c, wires, at, &compliance);
    double hours = c->state.hours;
    c->part.meter_ohm = wires->meter_ohm + path_ohm(c, at);
    element_c_advance(&c->part, &env, &drive, &c->state, &point);
    if (at->T_K < env.T_K) /* cold: nothing diffuses */
        c->state.hours = hours;
}

void direct_c_read(const struct direct_c *c, const struct direct_wires *wires,
                   const struct direct_at *at, struct direct_reading *out)
{
    double ohm = path_ohm(c, at);
    double open_mV = element_c_open_mV(&c->part, direct_hot_K(at->T_K), &c->state);
    struct direct_reading r;
    struct element_c_drive drive = drive_of(c, wires, at, &r.compliance);
    r.source_mA = element_c_driven_uA(&c->part, &drive, open_mV) / 1000;
    r.u_mV = open_mV + r.source_mA * ohm;
    bool open = wires->source.mode == DIRECT_OFF || wires->relay1;
    if (open)
        r.u_mV *= direct_share(ohm, wires->meter_ohm);
    if (open || wires->source.mode != DIRECT_VOLT) /* which holds the leads against it */
        r.u_mV += nernst_coupling_mV_V(&c->part.wiring, at->T_K, ohm) * at->heater_V;
    r.source_mV = r.u_mV;
    if (wires->relay1)
        at_cover(c, &wires->source, direct_hot_K(at->T_K), &r);
    *out = r;
}

struct impedance_point direct_c_lock_in(const struct direct_c *c, const struct direct_wires *wires,
                                        const struct direct_at *at)
{
    struct nernst_path path = direct_path(&c->part.cell, &c->part.wiring, at->u);
    struct nernst_wiring plain = c->part.wiring;
    struct impedance z;
    plain.hf_factor = 1; /* in the path already */
    impedance_of_cell(&path, &plain, at->T_K, &z);
    return direct_drop_V(&z, direct_sine_A(&z, wires->sine_V, wires->sine_Hz), wires->sine_Hz);
}
