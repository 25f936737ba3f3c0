#include "gas/barrier.h"

#include <math.h>

#include "core/num.h"
#include "gas/equilibrium.h"

/* Diffusivity ratios to O2 (Fuller, Schettler, Giddings): C2H4 0.746, C3H6 0.582, NH3 1.097; CH4,
 * C3H8 and NO are set so that the cross-sensitivities are -223, -325 uA per % and +5.2 uA per 0.1
 * %. */
#define BARRIER(kO2, T0)                                                                           \
    {                                                                                              \
        .kO2_mA = (kO2), .kCO_mA = (kO2)*6.76 / 10.82, .kH2_mA = (kO2)*18.68 / 10.82,              \
        .kCH4_mA = (kO2)*22.3 / 10.82, .kC2H4_mA = (kO2)*3.0 * 0.746,                              \
        .kC3H6_mA = (kO2)*4.5 * 0.582, .kC3H8_mA = (kO2)*32.5 / 10.82,                             \
        .kNH3_mA = (kO2)*0.75 * 1.097, .kNO_mA = (kO2)*5.2 / 10.82, .dC = 0.80, .dH = 0.33,        \
        .kappa_bar = 0.47, .T0_K = (T0), .p0_kPa = 101.325                                         \
    }

const struct gas_barrier gas_barrier_lsu49 = BARRIER(10.82, 1053.15);
const struct gas_barrier gas_barrier_lsu42 = BARRIER(10.97, 1023.15);
const struct gas_barrier gas_barrier_lsu_adv = BARRIER(5.93, 1053.15);

enum rc gas_barrier_from_kO2(double kO2_mA, struct gas_barrier *out)
{
    if (!num_within(kO2_mA, 0.01, 1000))
        return RC_RANGE;
    *out = (struct gas_barrier)BARRIER(kO2_mA, 1053.15);
    return RC_OK;
}

/* T^0.75 p/(p + kappa(T)), T in units of T0 */
static double conductance(const struct gas_barrier *b, double t, double p_bar)
{
    double root4 = sqrt(sqrt(t));
    return root4 * root4 * root4 * p_bar / (p_bar + b->kappa_bar * t * root4);
}

double gas_barrier_factor(const struct gas_barrier *b, double T_K, double p_kPa)
{
    return conductance(b, T_K / b->T0_K, p_kPa / 100) / conductance(b, 1, b->p0_kPa / 100);
}

enum rc gas_barrier_prepare(const struct gas_barrier *barrier, double T_K, double p_kPa,
                            struct gas_barrier_at *out)
{
    struct gas_constants k;
    if (!num_within(p_kPa, 1, 1000) || gas_constants_fit(T_K, &k) != RC_OK)
        return RC_RANGE;
    *out = (struct gas_barrier_at){.f = gas_barrier_factor(barrier, T_K, p_kPa),
                                   .p_bar = p_kPa / 100,
                                   .T_K = T_K,
                                   .rC_scale = exp(-k.lnK1),
                                   .rH_scale = exp(-k.lnK2)};
    return RC_OK;
}

void gas_barrier_point_at(const struct gas_barrier *barrier, const struct gas_barrier_at *at,
                          double ln_pO2e_bar, struct gas_barrier_point *out)
{
    double root = exp(-ln_pO2e_bar / 2); /* pO2,e^-1/2 */
    double xO2 = 1 / (root * root * at->p_bar);
    double rC = at->rC_scale * root, rH = at->rH_scale * root;
    *out = (struct gas_barrier_point){.f = at->f,
                                      .ln_1_xO2 = log1p(-(xO2 > 0.999 ? 0.999 : xO2)),
                                      .rC = rC,
                                      .rH = rH,
                                      .wC = 1 / (1 + barrier->dC / rC),
                                      .wH = 1 / (1 + barrier->dH / rH)};
}

double gas_barrier_current_mA(const struct gas_barrier *b, const struct gas_barrier_point *pt,
                              const struct gas_mix *bulk)
{
    const double *x = bulk->x;
    double xCOe = (x[GAS_CO] + b->dC * x[GAS_CO2]) * pt->wC;
    double xH2e = (x[GAS_H2] + b->dH * x[GAS_H2O]) * pt->wH;
    double xO2b = x[GAS_O2] > 0.999 ? 0.999 : x[GAS_O2];
    double sum = b->kO2_mA * (pt->ln_1_xO2 - log1p(-xO2b));
    sum -= b->kCO_mA * (x[GAS_CO] - xCOe) + b->kH2_mA * (x[GAS_H2] - xH2e);
    sum -= b->kCH4_mA * x[GAS_CH4] + b->kC2H4_mA * x[GAS_C2H4] + b->kC3H6_mA * x[GAS_C3H6];
    sum -= b->kC3H8_mA * x[GAS_C3H8] + b->kNH3_mA * x[GAS_NH3];
    /* NO2 falls apart into NO and O2 before it enters the barrier */
    sum += b->kNO_mA * (x[GAS_NO] + x[GAS_NO2]) + b->kO2_mA * x[GAS_NO2] / 2;
    return pt->f * sum;
}

enum rc gas_barrier_ip_mA(const struct gas_barrier *barrier, const struct gas_mix *bulk,
                          const struct gas_barrier_at *at, double cell_mV, double *ip_mA)
{
    struct gas_barrier_point point;
    enum rc rc = gas_mix_check(bulk, NULL);
    if (rc != RC_OK || !num_within(cell_mV, -2000, 3000))
        return RC_RANGE;
    double ln_ref = gas_air_ln_pO2(at->p_bar * 100);
    gas_barrier_point_at(barrier, at, gas_ln_pO2_at_mV(at->T_K, cell_mV, ln_ref), &point);
    *ip_mA = gas_barrier_current_mA(barrier, &point, bulk);
    return RC_OK;
}
