#include "twin/nernst_cell.h"

#include <math.h>

#include "core/num.h"

static const double X_LEAST = 1e-6, X_MOST = 0.999;

const struct nernst_path nernst_path_lsu49 = {29.06, 269.94, 0.78496};

const struct nernst_wiring nernst_wiring_good = {
    .lead_ohm = 0,
    .iso_ohm = 10e6,
    .hf_factor = 1,
    .ct_factor = 1,
    .c_factor = 1,
    .heater = {.r20_ohm = 3.2, .heat = 1, .loss = 1},
};

double nernst_slope_mV(double T_K)
{
    return 1000 * GAS_R_J_MOLK * T_K / (4 * GAS_FARADAY_C_MOL);
}

double nernst_path_active_ohm(const struct nernst_path *path, double T_K)
{
    return path->active_ohm * exp(path->ea_eV / NERNST_K_EV * (1 / T_K - 1 / NERNST_T0_K));
}

double nernst_path_ohm(const struct nernst_path *path, double T_K)
{
    return path->flat_ohm + nernst_path_active_ohm(path, T_K);
}

enum rc nernst_path_T_K(const struct nernst_path *path, double ohm, double *out)
{
    double active = ohm - path->flat_ohm;
    if (!(active > 0) || !(path->active_ohm > 0) || !(path->ea_eV > 0))
        return RC_RANGE;
    double T_K = 1 / (1 / NERNST_T0_K + NERNST_K_EV / path->ea_eV * log(active / path->active_ohm));
    if (!num_within(T_K, 500, 2000))
        return RC_RANGE;
    *out = T_K;
    return RC_OK;
}

/* ---- reference */

static double hold(double x)
{
    return x > X_LEAST ? (x < X_MOST ? x : X_MOST) : X_LEAST;
}

double nernst_reference_x(const struct nernst_reference *ref, double pump_uA)
{
    return hold(1 - (1 - NERNST_AIR_X) * exp((ref->leak_uA - pump_uA) / ref->k_uA));
}

double nernst_reference_step(const struct nernst_reference *ref, double x, double pump_uA,
                             double dt_s)
{
    /* With y = -ln(1 - x): Q (1 - x) dy/dt = k (goal - y), exact for one x. */
    double goal = (pump_uA - ref->leak_uA) / ref->k_uA - log1p(-NERNST_AIR_X);
    double y = -log1p(-hold(x)), rate_1_s = ref->k_uA / (ref->volume_uC * (1 - hold(x)));
    return hold(-expm1(-(goal + (y - goal) * exp(-dt_s * rate_1_s))));
}

double nernst_reference_slope_ohm(const struct nernst_reference *ref, double T_K, double x,
                                  double rn_ohm)
{
    return rn_ohm + 1000 * nernst_slope_mV(T_K) / ref->k_uA * (1 - x) / x;
}

/* ---- catalysis */

struct fuel {
    enum gas_species species;
    double O2, CO2, H2O; /* moles per mole of fuel */
    double Da0, ea_J_mol;
};

/* clang-format off */
static const struct fuel fuels[] = {
    {GAS_H2,   0.5, 0, 1, 8,   40e3},
    {GAS_CO,   0.5, 1, 0, 6,   50e3},
    {GAS_C3H6, 4.5, 3, 3, 5,   60e3},
    {GAS_C3H8, 5,   3, 4, 3,   60e3},
    {GAS_CH4,  2,   1, 2, 1.5, 90e3},
};
/* clang-format on */
static const double SHIFT_DA0 = 8, SHIFT_EA_J_MOL = 50e3;
/* Conductances of the couples per mole fraction to the power m: fuels win over traces of O2. */
static const double K_O2 = 0.05, K_CO = 1, K_H2 = 2;

static double converted_share(double Da0, double ea_J_mol, double T_K, double activity)
{
    return -expm1(-Da0 * activity * exp(-ea_J_mol / GAS_R_J_MOLK * (1 / T_K - 1 / NERNST_T0_K)));
}

static void oxidise(struct gas_mix *gas, double T_K, double activity)
{
    double extent[COUNT(fuels)], need = 0, best = 0;
    for (size_t i = 0; i < COUNT(fuels); i++) {
        double share = converted_share(fuels[i].Da0, fuels[i].ea_J_mol, T_K, activity);
        extent[i] = share * gas->x[fuels[i].species];
        need += extent[i] * fuels[i].O2;
        if (extent[i] > 0 && share > best)
            best = share;
    }
    double there = best * gas->x[GAS_O2];
    double scale = need > there ? there / need : 1;
    for (size_t i = 0; i < COUNT(fuels); i++) {
        gas->x[fuels[i].species] -= scale * extent[i];
        gas->x[GAS_O2] -= scale * extent[i] * fuels[i].O2;
        gas->x[GAS_CO2] += scale * extent[i] * fuels[i].CO2;
        gas->x[GAS_H2O] += scale * extent[i] * fuels[i].H2O;
    }
}

/* CO + H2O = CO2 + H2: moles to equilibrium, by bisection of a falling function. */
static double shift_extent(const struct gas_mix *gas, double K)
{
    double CO = gas->x[GAS_CO], H2O = gas->x[GAS_H2O], CO2 = gas->x[GAS_CO2], H2 = gas->x[GAS_H2];
    double lo = -(CO2 < H2 ? CO2 : H2), hi = CO < H2O ? CO : H2O;
    for (int i = 0; i < 60; i++) {
        double e = (lo + hi) / 2;
        if (K * (CO - e) * (H2O - e) - (CO2 + e) * (H2 + e) > 0)
            lo = e;
        else
            hi = e;
    }
    return (lo + hi) / 2;
}

enum rc nernst_convert(const struct gas_mix *mix, double T_K, double activity, struct gas_mix *out)
{
    double lnK;
    if (gas_mix_check(mix, NULL) != RC_OK || !num_within(activity, 0, 100))
        return RC_RANGE;
    if (gas_lnk_fit(GAS_REACTION_WATER_GAS, T_K, &lnK) != RC_OK)
        return RC_RANGE;
    struct gas_mix gas = *mix;
    oxidise(&gas, T_K, activity);
    double e =
        converted_share(SHIFT_DA0, SHIFT_EA_J_MOL, T_K, activity) * shift_extent(&gas, exp(lnK));
    gas.x[GAS_CO] -= e;
    gas.x[GAS_H2O] -= e;
    gas.x[GAS_CO2] += e;
    gas.x[GAS_H2] += e;
    *out = gas;
    return RC_OK;
}

enum rc nernst_mixed_ln_pO2(const struct gas_mix *mix, double T_K, double p_kPa, double *out)
{
    struct gas_constants k;
    if (gas_mix_check(mix, NULL) != RC_OK || !num_within(p_kPa, 1, 1000) ||
        gas_constants_fit(T_K, &k) != RC_OK)
        return RC_RANGE;
    const double *x = mix->x;
    double sum = 0, conductance = 0;
    if (x[GAS_O2] > 1e-15) {
        conductance += K_O2 * sqrt(x[GAS_O2]);
        sum += K_O2 * sqrt(x[GAS_O2]) * log(x[GAS_O2] * p_kPa / 100);
    }
    if (x[GAS_CO] > 1e-15 && x[GAS_CO2] > 1e-15) {
        conductance += K_CO * x[GAS_CO];
        sum += K_CO * x[GAS_CO] * -2 * (k.lnK1 + log(x[GAS_CO] / x[GAS_CO2]));
    }
    if (x[GAS_H2] > 1e-15 && x[GAS_H2O] > 1e-15) {
        conductance += K_H2 * x[GAS_H2];
        sum += K_H2 * x[GAS_H2] * -2 * (k.lnK2 + log(x[GAS_H2] / x[GAS_H2O]));
    }
    if (!(conductance > 0))
        return RC_RANGE;
    *out = sum / conductance;
    return RC_OK;
}

void nernst_gas_step(struct gas_mix *state, const struct gas_mix *outside, double dt_s,
                     double tau_s)
{
    double keep = tau_s > 0 ? exp(-dt_s / tau_s) : 0;
    for (size_t i = 0; i < GAS_SPECIES_COUNT; i++)
        state->x[i] = outside->x[i] + (state->x[i] - outside->x[i]) * keep;
}

/* ---- leads and package */

double nernst_coupling_mV_V(const struct nernst_wiring *wiring, double T_K, double source_ohm)
{
    double iso_ohm = wiring->iso_ohm * exp(1 / NERNST_K_EV * (1 / T_K - 1 / NERNST_T0_K));
    return 1000 * source_ohm / (source_ohm + iso_ohm);
}

double nernst_measured_ohm(const struct nernst_wiring *wiring, const struct nernst_path *path,
                           double T_K, double u)
{
    double jump = u < 0.5 ? 1 : 1 + wiring->telegraph;
    return wiring->lead_ohm + nernst_path_ohm(path, T_K) * wiring->hf_factor * jump;
}
