#include "twin/pump_cell.h"

#include <math.h>

#include "core/num.h"
#include "gas/equilibrium.h"

static const double LN_LEAST = -230; /* far below what any pump reaches */
enum { BISECTIONS = 64 };

/* clang-format off */
const struct pump_cell pump_cell_plain = {
    .barrier = {
        .kO2_mA = 10.82, .kCO_mA = 6.76, .kH2_mA = 18.68, .kCH4_mA = 22.3,
        .kC2H4_mA = 10.82 * 3 * 0.746, .kC3H6_mA = 10.82 * 4.5 * 0.582, .kC3H8_mA = 32.5,
        .kNH3_mA = 10.82 * 0.75 * 1.097, .kNO_mA = 5.2, .dC = 0.80, .dH = 0.33,
        .kappa_bar = 0.47, .T0_K = NERNST_T0_K, .p0_kPa = GAS_ATM_KPA},
    .rp = {.flat_ohm = 75},
    .outer = {.alpha_n = 2}, .inner = {.alpha_n = 2},
    .cavity_mC = 0.44,
};
/* clang-format on */

double pump_electrode_eta_mV(const struct pump_electrode *electrode, double T_K, double current_mA)
{
    if (!(electrode->i0_mA > 0))
        return 0;
    double i0_mA =
        electrode->i0_mA * exp(-electrode->ea_eV / NERNST_K_EV * (1 / T_K - 1 / NERNST_T0_K));
    return 4 * nernst_slope_mV(T_K) / electrode->alpha_n * asinh(current_mA / (2 * i0_mA));
}

enum rc pump_env_prepare(const struct gas_barrier *barrier, const struct cell_gas *gas, double T_K,
                         struct pump_env *out)
{
    struct pump_env env = {.gas = *gas, .T_K = T_K, .nernst_mV = nernst_slope_mV(T_K)};
    struct gas_constants k;
    struct gas_equilibrium eq;
    struct gas_surface surface = {.p_kPa = gas->p_kPa};
    if (gas_mix_check(&gas->mix, NULL) != RC_OK ||
        gas_barrier_prepare(barrier, T_K, gas->p_kPa, &env.at) != RC_OK ||
        gas_constants_fit(T_K, &k) != RC_OK)
        return RC_RANGE;
    bool defined = gas_equilibrium_solve(&gas->mix, &k, &surface, &eq, NULL) == RC_OK;
    env.ln_outer_bar = defined ? eq.ln_pO2_bar : (double)NAN;
    *out = env;
    return RC_OK;
}

static double ln_most(const struct pump_env *env)
{
    return log(0.999 * env->at.p_bar);
}

double pump_barrier_current_mA(const struct gas_barrier *barrier, const struct pump_env *env,
                               double ln_pO2_bar)
{
    struct gas_barrier_point point;
    gas_barrier_point_at(barrier, &env->at, ln_pO2_bar, &point);
    return gas_barrier_current_mA(barrier, &point, &env->gas.mix);
}

enum rc pump_barrier_ln_pO2(const struct gas_barrier *barrier, const struct pump_env *env,
                            double current_mA, double *out)
{
    double lo = LN_LEAST, hi = ln_most(env);
    if (!num_within(current_mA, pump_barrier_current_mA(barrier, env, hi),
                    pump_barrier_current_mA(barrier, env, lo)))
        return RC_RANGE;
    for (int i = 0; i < BISECTIONS; i++) {
        double z = (lo + hi) / 2;
        if (pump_barrier_current_mA(barrier, env, z) > current_mA)
            lo = z;
        else
            hi = z;
    }
    *out = (lo + hi) / 2;
    return RC_OK;
}

void pump_cell_at_cavity(const struct pump_cell *cell, const struct pump_env *env,
                         double ln_pO2_bar, struct pump_point *out)
{
    double ip_mA = pump_barrier_current_mA(&cell->barrier, env, ln_pO2_bar);
    *out = (struct pump_point){.ip_mA = ip_mA, .ln_pO2_bar = ln_pO2_bar};
    out->up_mV = env->nernst_mV * (env->ln_outer_bar - ln_pO2_bar) +
                 ip_mA * nernst_path_ohm(&cell->rp, env->T_K) +
                 pump_electrode_eta_mV(&cell->outer, env->T_K, ip_mA) +
                 pump_electrode_eta_mV(&cell->inner, env->T_K, ip_mA);
}

enum rc pump_cell_at_voltage(const struct pump_cell *cell, const struct pump_env *env, double up_mV,
                             struct pump_point *out)
{
    struct pump_point point;
    double lo = LN_LEAST, hi = ln_most(env);
    if (!num_within(up_mV, -2000, 2500) || isnan(env->ln_outer_bar))
        return RC_RANGE;
    for (int i = 0; i < BISECTIONS; i++) {
        pump_cell_at_cavity(cell, env, (lo + hi) / 2, &point);
        if (point.up_mV > up_mV)
            lo = point.ln_pO2_bar;
        else
            hi = point.ln_pO2_bar;
    }
    pump_cell_at_cavity(cell, env, (lo + hi) / 2, &point);
    /* the cavity is full of oxygen: what is missing lies over R_p */
    if (fabs(point.up_mV - up_mV) > 1e-3)
        return RC_RANGE;
    *out = point;
    return RC_OK;
}

/* ---- cavity */

static double excess_at(const struct pump_cell *cell, const struct pump_env *env, double ln_pO2_bar)
{
    const double *x = env->gas.mix.x;
    struct gas_barrier_point point;
    gas_barrier_point_at(&cell->barrier, &env->at, ln_pO2_bar, &point);
    double CO = (x[GAS_CO] + cell->barrier.dC * x[GAS_CO2]) * point.wC;
    double H2 = (x[GAS_H2] + cell->barrier.dH * x[GAS_H2O]) * point.wH;
    return exp(ln_pO2_bar) / env->at.p_bar - (CO + H2) / 2;
}

void pump_cavity_init(const struct pump_cell *cell, const struct pump_env *env, double ln_pO2_bar,
                      struct pump_cavity *out)
{
    *out = (struct pump_cavity){excess_at(cell, env, ln_pO2_bar), ln_pO2_bar};
}

void pump_cavity_step(const struct pump_cell *cell, const struct pump_env *env,
                      struct pump_cavity *cavity, double ip_mA, double dt_s)
{
    double store_mC = cell->cavity_mC * NERNST_T0_K / env->T_K * env->at.p_bar / 1.01325;
    double lo = LN_LEAST, hi = ln_most(env);
    for (int i = 0; i < BISECTIONS; i++) {
        double z = (lo + hi) / 2;
        double moved_mC = store_mC * (excess_at(cell, env, z) - cavity->excess);
        double brought_mC = (pump_barrier_current_mA(&cell->barrier, env, z) - ip_mA) * dt_s;
        if (moved_mC < brought_mC)
            lo = z;
        else
            hi = z;
    }
    pump_cavity_init(cell, env, (lo + hi) / 2, cavity);
}

/* ---- barriers */

void pump_barrier_scale(struct gas_barrier *b, double factor)
{
    double *all[] = {&b->kO2_mA,   &b->kCO_mA,   &b->kH2_mA,  &b->kCH4_mA, &b->kC2H4_mA,
                     &b->kC3H6_mA, &b->kC3H8_mA, &b->kNH3_mA, &b->kNO_mA};
    for (size_t i = 0; i < COUNT(all); i++)
        *all[i] *= factor;
}

enum rc pump_barrier_stack(const struct pump_layer *layers, size_t count,
                           const struct gas_barrier *base, struct gas_barrier *out)
{
    double p0_bar = base->p0_kPa / 100, rise = 0, foot = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(layers[i].kO2_mA > 0) || !(layers[i].kappa_bar >= 0))
            return RC_RANGE;
        /* resistance of one layer at pressure p: (p + kappa)/(p0 + kappa)/k */
        double unit = 1 / (layers[i].kO2_mA * (p0_bar + layers[i].kappa_bar));
        rise += unit;
        foot += unit * layers[i].kappa_bar;
    }
    if (!(rise > 0))
        return RC_RANGE;
    struct gas_barrier stack = *base;
    pump_barrier_scale(&stack, 1 / (rise * p0_bar + foot) / base->kO2_mA);
    stack.kappa_bar = foot / rise;
    *out = stack;
    return RC_OK;
}
