#include "twin/element_c.h"

#include <math.h>

#include "core/num.h"
#include "core/rng.h"
#include "core/root.h"
#include "gas/equilibrium.h"

static const double HOLE_T_K = 1023.15, HOLE_D_m2_s = 1.8e-4;
static const double PERMEATION_EA_EV = 1.9, PERMEATION_T_K = 1073.15;
static const double GLASS_EA_EV = 0.75, MEMORY_TAU_S = 60;
static const double SOOT_GROWS_S = 120, SOOT_BURNS_S = 20, SOOT_TAKES = 0.1;
static const double NO_GLASS_S = 1e-12;
static const double LN_LEAST = -100; /* below it zirconia itself gives its oxygen */
static const double LN_MOST = 3, LN_AIR = -1.5630315396199446; /* ln 0.2095 */

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
    const struct element_c_env *env;
    const struct element_c_drive *drive;
    double slope_mV, thermo_mV, taken_S, ln_ref; /* of this step; ln_ref: at its start */
    double store_uC_s;
};

static double quarter(double ln_pO2)
{
    return exp((ln_pO2 - LN_AIR) / 4);
}

static double leak_uA(const struct balance *b, double ln_ref)
{
    double uA = b->env->permeation_uA * (quarter(b->env->ln_gas_bar) - quarter(ln_ref));
    if (b->env->leaks) {
        struct gas_barrier_point point;
        gas_barrier_point_at(&b->env->hole, &b->env->hole_at, ln_ref, &point);
        uA += 1000 * gas_barrier_current_mA(&b->env->hole, &point, &b->env->gas);
    }
    return uA;
}

double element_c_driven_uA(const struct element_c *c, const struct element_c_drive *drive,
                           double open_mV)
{
    (void)c;
    if (!(drive->held_ohm > 0))
        return drive->current_uA;
    double uA = 1000 * (drive->held_mV - open_mV) / drive->held_ohm;
    return fabs(uA) < drive->current_uA ? uA : uA > 0 ? drive->current_uA : -drive->current_uA;
}

/* Into the reference; falls with ln_ref. */
static double net_uA(const struct balance *b, double ln_ref)
{
    double u_mV = b->slope_mV * (ln_ref - b->env->ln_gas_bar) + b->thermo_mV;
    return leak_uA(b, ln_ref) + element_c_driven_uA(b->c, b->drive, u_mV) -
           1000 * u_mV * b->taken_S;
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

static double off_uC_s(const void *ctx, double z)
{
    const struct balance *b = ctx;
    return b->store_uC_s * (z - b->ln_ref) - net_uA(b, z);
}

/* Single phase: the double layer drifts; back on the plateau the missing phase forms anew. */
static void drift(struct balance *b, struct element_c_state *state, double dt_s)
{
    double ln_buffer = b->env->ln_buffer_bar, lo = LN_LEAST, hi = LN_MOST;
    if (state->oxide_C <= 0)
        hi = ln_buffer;
    else
        lo = ln_buffer;
    b->store_uC_s = b->c->double_layer_uF * nernst_slope_mV(b->env->T_K) / 1000 / dt_s;
    b->ln_ref = state->ln_ref_bar;
    state->ln_ref_bar = root_find(off_uC_s, b, lo, hi, 1e-12);
    double uA = net_uA(b, ln_buffer);
    bool back =
        fabs(state->ln_ref_bar - ln_buffer) < 1e-9 && (state->oxide_C <= 0 ? uA > 0 : uA < 0);
    if (back)
        (void)consume(state, uA, dt_s);
}

static void age(const struct element_c *c, const struct element_c_drive *drive,
                const struct element_c_env *env, struct element_c_state *state)
{
    state->hours += drive->dt_s / 3600;
    if (c->memory_mV_V > 0) {
        double goal_mV = c->memory_mV_V * drive->bias_V;
        state->bias_mV = goal_mV + (state->bias_mV - goal_mV) * exp(-drive->dt_s / MEMORY_TAU_S);
    }
    if (!env->soot_moves)
        return;
    if (env->soot_grows)
        state->soot = 1 + (state->soot - 1) * exp(-drive->dt_s / SOOT_GROWS_S);
    else if (state->soot > 0)
        state->soot *= exp(-drive->dt_s / SOOT_BURNS_S);
}

/* Soot grows where graphite is stable and burns in lean gas; between the two it stays. */
static void find_soot(const struct cell_gas *gas, struct element_c_env *env)
{
    struct gas_constants k;
    struct gas_equilibrium eq;
    struct gas_surface surface = {.p_kPa = gas->p_kPa};
    if (gas_constants_fit(env->T_K, &k) != RC_OK ||
        gas_equilibrium_solve(&gas->mix, &k, &surface, &eq, NULL) != RC_OK)
        return;
    env->soot_grows = eq.soot;
    env->soot_moves = eq.soot || eq.x.x[GAS_O2] > 1e-4;
}

/* The activity of a sooted electrode, and what it finds. */
static enum rc find_goal(const struct element_c *c, const struct cell_gas *gas, double soot,
                         struct element_c_env *env)
{
    env->activity = c->activity * (1 - SOOT_TAKES * c->soot * soot);
    env->ln_goal_bar = env->ln_gas_bar;
    if (env->activity == c->activity)
        return RC_OK;
    return element_c_gas_ln_pO2(gas, env->T_K, env->activity, &env->ln_goal_bar);
}

enum rc element_c_prepare(const struct element_c *c, const struct cell_gas *gas, double T_K,
                          double soot, struct element_c_env *out)
{
    struct element_c_env env = {.T_K = T_K, .leaks = c->hole_um > 0, .gas = gas->mix};
    enum rc rc = buffer_ln_pO2(c->buffer, T_K, &env.ln_buffer_bar);
    if (rc == RC_OK)
        rc = element_c_gas_ln_pO2(gas, T_K, c->activity, &env.ln_gas_bar);
    if (rc == RC_OK && env.leaks) {
        element_c_hole(c->hole_um, c->cover_um, &env.hole);
        rc = gas_barrier_prepare(&env.hole, T_K, gas->p_kPa, &env.hole_at);
    }
    if (rc == RC_OK)
        rc = find_goal(c, gas, soot, &env);
    if (rc != RC_OK)
        return rc;
    if (c->soot > 0)
        find_soot(gas, &env);
    env.permeation_uA =
        c->permeation_uA * exp(-PERMEATION_EA_EV / NERNST_K_EV * (1 / T_K - 1 / PERMEATION_T_K));
    *out = env;
    return RC_OK;
}

double element_c_open_mV(const struct element_c *c, double T_K, const struct element_c_state *state)
{
    return emf_mV(c, T_K, state->ln_ref_bar, state->ln_we_bar) + state->bias_mV +
           c->drift_mV_100h * sqrt(state->hours / 100);
}

/* A step without ageing. */
static void settle(const struct element_c *c, const struct element_c_env *env,
                   const struct element_c_drive *drive, struct element_c_state *state,
                   struct element_c_point *out)
{
    struct balance b = {.c = c, .env = env, .drive = drive};
    double cover_S = element_c_cover_S(c, env->T_K), left_s = drive->dt_s;
    b.slope_mV = c->slope / (1 + cell_ohm(c, env->T_K) * cover_S) * nernst_slope_mV(env->T_K);
    b.thermo_mV = NERNST_THERMO_EMF_mV_K * c->wiring.side_dT_K;
    b.taken_S = 1 / c->meter_ohm + cover_S;
    if (state->oxide_C > 0 && state->metal_C > 0) {
        state->ln_ref_bar = env->ln_buffer_bar;
        left_s = consume(state, net_uA(&b, state->ln_ref_bar), drive->dt_s);
    }
    if (left_s > 0)
        drift(&b, state, left_s);
    double tau_s = c->tau_s * (1 + c->soot * state->soot) / sqrt(env->activity);
    state->ln_we_bar =
        env->ln_goal_bar + (state->ln_we_bar - env->ln_goal_bar) * exp(-drive->dt_s / tau_s);
    *out = (struct element_c_point){.net_uA = net_uA(&b, state->ln_ref_bar),
                                    .leak_uA = leak_uA(&b, state->ln_ref_bar),
                                    .pinned = state->oxide_C > 0 && state->metal_C > 0};
    double open_mV = element_c_open_mV(c, env->T_K, state);
    out->u_mV = open_mV + cell_ohm(c, env->T_K) * element_c_driven_uA(c, drive, open_mV) * 1e-3;
}

void element_c_advance(const struct element_c *c, const struct element_c_env *env,
                       const struct element_c_drive *drive, struct element_c_state *state,
                       struct element_c_point *out)
{
    age(c, drive, env, state);
    settle(c, env, drive, state, out);
}

enum rc element_c_step(const struct element_c *c, const struct cell_gas *gas,
                       const struct element_c_drive *drive, struct element_c_state *state,
                       struct element_c_point *out)
{
    struct element_c_state next = *state;
    struct element_c_env env;
    enum rc rc = element_c_prepare(c, gas, drive->T_K, state->soot, &env);
    if (rc != RC_OK)
        return rc;
    age(c, drive, &env, &next);
    rc = find_goal(c, gas, next.soot, &env);
    if (rc != RC_OK)
        return rc;
    settle(c, &env, drive, &next, out);
    *state = next;
    return RC_OK;
}
