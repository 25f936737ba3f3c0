#include "twin/element_c.h"

#include <math.h>

#include "core/num.h"
#include "core/rng.h"
#include "gas/equilibrium.h"

static const double HOLE_T_K = 1023.15, HOLE_D_m2_s = 1.8e-4;
static const double PERMEATION_EA_EV = 1.9, PERMEATION_T_K = 1073.15;
static const double GLASS_EA_EV = 0.75, MEMORY_TAU_S = 60;
static const double SOOT_GROWS_S = 120, SOOT_BURNS_S = 20;
static const double NO_GLASS_S = 1e-12;
static const double LN_LEAST = -100; /* below it zirconia itself gives its oxygen */
enum { BISECTIONS = 64 };

void element_c_nominal(enum element_c_process process, enum buffer_system buffer,
                       struct element_c *out)
{
    *out = (struct element_c){
        .process = process,
        .buffer = buffer,
        .cover_um = 20,
        .permeation_uA = 0.02,
        .cell = {0, process == ELEMENT_C_P15 ? 150 : 400, 0.90},
        .shunt = {0, 0, GLASS_EA_EV},
        .slope = 1,
        .activity = 1,
        .tau_s = 0.03,
        .meter_ohm = 10e9,
        .double_layer_uF = 20,
        .wiring = nernst_wiring_good,
    };
    buffer_reserve_C(buffer, 0.01, 0.5, &out->oxide_C, &out->metal_C);
}

static double factor(struct rng *rng, double sigma)
{
    double x = 1 + sigma * rng_gauss(rng);
    return x > 0.1 ? x : 0.1;
}

void element_c_draw(struct element_c *c, uint64_t seed, uint64_t index)
{
    struct rng rng;
    rng_seed_named(&rng, seed, "element c", index);
    double reserve = factor(&rng, 0.15);
    c->oxide_C *= reserve;
    c->metal_C *= reserve;
    c->cell.active_ohm *= factor(&rng, 0.045);
    c->activity *= factor(&rng, 0.05);
    c->tau_s *= factor(&rng, 0.10);
    c->wiring.heater.r20_ohm *= factor(&rng, 0.03);
}

/* Conductance for a linear law in the oxygen fraction, mA */
static double hole_mA(double hole_um, double cover_um, double *knudsen_m2_s)
{
    double speed_m_s = sqrt(8 * GAS_R_J_MOLK * HOLE_T_K / (M_PI * 0.0319988));
    double area_m2 = M_PI / 4 * hole_um * hole_um * 1e-12;
    *knudsen_m2_s = hole_um * 1e-6 / 3 * speed_m_s;
    double D_m2_s = 1 / (1 / HOLE_D_m2_s + 1 / *knudsen_m2_s);
    double mol_m3 = GAS_ATM_KPA * 1000 / (GAS_R_J_MOLK * HOLE_T_K);
    return 1000 * 4 * GAS_FARADAY_C_MOL * area_m2 * D_m2_s * mol_m3 / (cover_um * 1e-6);
}

double element_c_hole_uA(double hole_um, double cover_um)
{
    double knudsen_m2_s;
    return hole_um > 0 ? 1000 * NERNST_AIR_X * hole_mA(hole_um, cover_um, &knudsen_m2_s) : 0;
}

void element_c_hole(double hole_um, double cover_um, struct gas_barrier *out)
{
    double knudsen_m2_s;
    *out = pump_cell_plain.barrier;
    /* the barrier's law has ln(1 - x): scaled so that the current in air is the linear one */
    double kO2_mA =
        hole_mA(hole_um, cover_um, &knudsen_m2_s) * NERNST_AIR_X / -log1p(-NERNST_AIR_X);
    pump_barrier_scale(out, kO2_mA / out->kO2_mA);
    out->T0_K = HOLE_T_K;
    out->kappa_bar = GAS_ATM_KPA / 100 * HOLE_D_m2_s / knudsen_m2_s;
}

double element_c_cover_S(const struct element_c *c, double T_K)
{
    return NO_GLASS_S + (c->shunt.active_ohm > 0 ? 1 / nernst_path_ohm(&c->shunt, T_K) : 0);
}

static double cell_ohm(const struct element_c *c, double T_K)
{
    return nernst_path_ohm(&c->cell, T_K) * c->wiring.hf_factor + c->wiring.lead_ohm;
}

double element_c_slope(const struct element_c *c, double T_K)
{
    return c->slope / (1 + cell_ohm(c, T_K) * element_c_cover_S(c, T_K));
}

enum rc element_c_gas_ln_pO2(const struct cell_gas *gas, double T_K, double activity, double *out)
{
    struct gas_mix reacted;
    enum rc rc = nernst_convert(&gas->mix, T_K, activity, &reacted);
    if (rc != RC_OK)
        return rc;
    return nernst_mixed_ln_pO2(&reacted, T_K, gas->p_kPa, out);
}

/* At the terminals without current, from the two oxygen pressures. */
static double emf_mV(const struct element_c *c, double T_K, double ln_ref, double ln_gas)
{
    return element_c_slope(c, T_K) * nernst_slope_mV(T_K) * (ln_ref - ln_gas) +
           NERNST_THERMO_EMF_mV_K * c->wiring.side_dT_K;
}

enum rc element_c_signal_mV(const struct element_c *c, const struct cell_gas *gas, double T_K,
                            double *out)
{
    double ln_ref, ln_gas;
    if (buffer_ln_pO2(c->buffer, T_K, &ln_ref) != RC_OK ||
        element_c_gas_ln_pO2(gas, T_K, c->activity, &ln_gas) != RC_OK)
        return RC_RANGE;
    *out = emf_mV(c, T_K, ln_ref, ln_gas);
    return RC_OK;
}

enum rc element_c_start(const struct element_c *c, const struct cell_gas *gas, double T_K,
                        struct element_c_state *out)
{
    struct element_c_state state = {.oxide_C = c->oxide_C, .metal_C = c->metal_C};
    if (buffer_ln_pO2(c->buffer, T_K, &state.ln_ref_bar) != RC_OK ||
        element_c_gas_ln_pO2(gas, T_K, c->activity, &state.ln_we_bar) != RC_OK)
        return RC_RANGE;
    *out = state;
    return RC_OK;
}

/* ---- one step */

struct balance {
    const struct element_c *c;
    const struct element_c_drive *drive;
    struct gas_barrier hole;
    struct pump_env env;
    double ln_gas, permeation_uA;
    bool leaks;
};

static enum rc balance_prepare(const struct element_c *c, const struct cell_gas *gas,
                               const struct element_c_drive *drive, struct balance *out)
{
    struct balance b = {.c = c, .drive = drive, .leaks = c->hole_um > 0};
    enum rc rc = RC_OK;
    if (b.leaks) {
        element_c_hole(c->hole_um, c->cover_um, &b.hole);
        rc = pump_env_prepare(&b.hole, gas, drive->T_K, &b.env);
    }
    if (rc == RC_OK)
        rc = element_c_gas_ln_pO2(gas, drive->T_K, c->activity, &b.ln_gas);
    if (rc != RC_OK)
        return rc;
    b.permeation_uA = c->permeation_uA *
                      exp(-PERMEATION_EA_EV / NERNST_K_EV * (1 / drive->T_K - 1 / PERMEATION_T_K));
    *out = b;
    return RC_OK;
}

static double quarter(double ln_pO2)
{
    return exp((ln_pO2 - log(NERNST_AIR_X)) / 4);
}

static double leak_uA(const struct balance *b, double ln_ref)
{
    double uA = b->permeation_uA * (quarter(b->ln_gas) - quarter(ln_ref));
    if (b->leaks)
        uA += 1000 * pump_barrier_current_mA(&b->hole, &b->env, ln_ref);
    return uA;
}

/* Into the reference; falls with ln_ref. */
static double net_uA(const struct balance *b, double ln_ref)
{
    double T_K = b->drive->T_K, u_mV = emf_mV(b->c, T_K, ln_ref, b->ln_gas);
    double taken_S = 1 / b->c->meter_ohm + element_c_cover_S(b->c, T_K);
    return leak_uA(b, ln_ref) + b->drive->current_uA - 1000 * u_mV * taken_S;
}

/* Moves charge between the phases for up to dt; returns the time left when one is used up. */
static double consume(struct element_c_state *state, double uA, double dt_s)
{
    double rate_C_s = uA * 1e-6;
    double *from = rate_C_s > 0 ? &state->metal_C : &state->oxide_C;
    double *to = rate_C_s > 0 ? &state->oxide_C : &state->metal_C;
    double moved_C = fabs(rate_C_s) * dt_s;
    if (moved_C < *from) {
        *from -= moved_C;
        *to += moved_C;
        return 0;
    }
    double left_s = dt_s - *from / fabs(rate_C_s);
    *to += *from;
    *from = 0;
    return left_s;
}

/* Single phase: the double layer drifts; back on the plateau the missing phase forms anew. */
static void drift(const struct balance *b, struct element_c_state *state, double ln_buffer,
                  double dt_s)
{
    double unit_uC = b->c->double_layer_uF * nernst_slope_mV(b->drive->T_K) / 1000;
    double lo = LN_LEAST, hi = 3, z = state->ln_ref_bar;
    if (state->oxide_C <= 0)
        hi = ln_buffer;
    else
        lo = ln_buffer;
    for (int i = 0; i < BISECTIONS; i++) {
        z = (lo + hi) / 2;
        if (unit_uC * (z - state->ln_ref_bar) < net_uA(b, z) * dt_s)
            lo = z;
        else
            hi = z;
    }
    state->ln_ref_bar = z;
    double uA = net_uA(b, ln_buffer);
    bool back = fabs(z - ln_buffer) < 1e-9 && (state->oxide_C <= 0 ? uA > 0 : uA < 0);
    if (back)
        (void)consume(state, uA, dt_s);
}

static void age(const struct element_c *c, const struct element_c_drive *drive, bool soot,
                struct element_c_state *state)
{
    state->hours += drive->dt_s / 3600;
    double goal_mV = c->memory_mV_V * drive->bias_V;
    state->bias_mV = goal_mV + (state->bias_mV - goal_mV) * exp(-drive->dt_s / MEMORY_TAU_S);
    if (soot)
        state->soot = 1 + (state->soot - 1) * exp(-drive->dt_s / SOOT_GROWS_S);
    else
        state->soot *= exp(-drive->dt_s / SOOT_BURNS_S);
}

/* Soot grows where graphite is stable and burns in lean gas; between the two it stays. */
static bool soot_moves(const struct cell_gas *gas, double T_K, bool *grows)
{
    struct gas_constants k;
    struct gas_equilibrium eq;
    struct gas_surface surface = {.p_kPa = gas->p_kPa};
    *grows = false;
    if (gas_constants_fit(T_K, &k) != RC_OK ||
        gas_equilibrium_solve(&gas->mix, &k, &surface, &eq, NULL) != RC_OK)
        return false;
    *grows = eq.soot;
    return eq.soot || eq.x.x[GAS_O2] > 1e-4;
}

static void follow_gas(const struct balance *b, double activity, double ln_goal,
                       struct element_c_state *state)
{
    double tau_s = b->c->tau_s * (1 + b->c->soot * state->soot) / sqrt(activity);
    state->ln_we_bar = ln_goal + (state->ln_we_bar - ln_goal) * exp(-b->drive->dt_s / tau_s);
}

enum rc element_c_step(const struct element_c *c, const struct cell_gas *gas,
                       const struct element_c_drive *drive, struct element_c_state *state,
                       struct element_c_point *out)
{
    struct element_c_state next = *state;
    struct balance b;
    double ln_buffer, ln_goal, before = next.soot;
    bool grows, moves = soot_moves(gas, drive->T_K, &grows);
    age(c, drive, grows, &next);
    if (!moves)
        next.soot = before;
    double activity = c->activity * (1 - 0.8 * c->soot * next.soot);
    enum rc rc = buffer_ln_pO2(c->buffer, drive->T_K, &ln_buffer);
    if (rc == RC_OK)
        rc = balance_prepare(c, gas, drive, &b);
    if (rc == RC_OK)
        rc = element_c_gas_ln_pO2(gas, drive->T_K, activity, &ln_goal);
    if (rc != RC_OK)
        return rc;
    double left_s = drive->dt_s;
    if (next.oxide_C > 0 && next.metal_C > 0) {
        next.ln_ref_bar = ln_buffer;
        left_s = consume(&next, net_uA(&b, ln_buffer), drive->dt_s);
    }
    if (left_s > 0)
        drift(&b, &next, ln_buffer, left_s);
    follow_gas(&b, activity, ln_goal, &next);
    *out = (struct element_c_point){.net_uA = net_uA(&b, next.ln_ref_bar),
                                    .leak_uA = leak_uA(&b, next.ln_ref_bar),
                                    .pinned = next.oxide_C > 0 && next.metal_C > 0};
    out->u_mV = emf_mV(c, drive->T_K, next.ln_ref_bar, next.ln_we_bar) +
                cell_ohm(c, drive->T_K) * drive->current_uA * 1e-3 + next.bias_mV +
                c->drift_mV_100h * sqrt(next.hours / 100);
    *state = next;
    return RC_OK;
}
