#include "twin/impedance.h"

#include <complex.h>
#include <math.h>

static const double GB_SHARE = 0.2, CT_ohm = 60, CT_EA_EV = 1.3, DL_uF = 20;

void impedance_of_cell(const struct nernst_path *path, const struct nernst_wiring *wiring,
                       double T_K, struct impedance *out)
{
    double active = nernst_path_active_ohm(path, T_K) * wiring->hf_factor;
    double ct =
        CT_ohm * wiring->ct_factor * exp(CT_EA_EV / NERNST_K_EV * (1 / T_K - 1 / NERNST_T0_K));
    *out = (struct impedance){
        .inductance_uH = 1,
        .lead_ohm = wiring->lead_ohm + path->flat_ohm * wiring->hf_factor,
        .bulk_ohm = (1 - GB_SHARE) * active,
        .bulk_tau_us = 0.001,
        .bulk_n = 1,
        .gb_ohm = GB_SHARE * active,
        .gb_tau_us = 1,
        .gb_n = 0.9,
        .ct_ohm = ct,
        .dl_uF = DL_uF * wiring->c_factor,
        .ct_n = 0.85,
    };
}

/* R/(1 + (jw tau)^n) */
static double complex arc(double ohm, double w_tau, double n)
{
    double complex turn = cos(M_PI / 2 * n) + sin(M_PI / 2 * n) * (double complex)I;
    return ohm / (1 + pow(w_tau, n) * turn);
}

/* Charge transfer and the gas behind it, beside the double layer. */
static double complex electrode(const struct impedance *z, double w)
{
    double complex open = arc(z->ct_ohm, w * z->ct_ohm * z->dl_uF * 1e-6, z->ct_n);
    if (!(z->diffusion_ohm > 0))
        return open;
    double complex root = csqrt(w * z->diffusion_s * (double complex)I);
    double complex layer_S = root / ctanh(root) / z->diffusion_ohm;
    if (!(z->diffusion_s > 0))
        layer_S = 1 / z->diffusion_ohm;
    double complex gas_ohm = 1 / (layer_S + w * z->store_mF * 1e-3 * (double complex)I);
    double complex double_layer_S = 1 / open - 1 / z->ct_ohm;
    return 1 / (double_layer_S + 1 / (z->ct_ohm + gas_ohm));
}

struct impedance_point impedance_at(const struct impedance *z, double f_Hz)
{
    double w = 2 * M_PI * f_Hz;
    double complex sum = z->lead_ohm + w * z->inductance_uH * 1e-6 * (double complex)I;
    sum += arc(z->bulk_ohm, w * z->bulk_tau_us * 1e-6, z->bulk_n);
    sum += arc(z->gb_ohm, w * z->gb_tau_us * 1e-6, z->gb_n);
    sum += electrode(z, w);
    return (struct impedance_point){creal(sum), cimag(sum)};
}

double impedance_hf_ohm(const struct impedance *z)
{
    return z->lead_ohm + z->bulk_ohm + z->gb_ohm;
}
