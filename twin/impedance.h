/* Impedance of one cell.
 *
 *   Z = jwL + R_lead + R_bulk/(1 + (jw t_b)^n_b) + R_gb/(1 + (jw t_gb)^n_gb)
 *     + 1/[(jw R_ct C_dl)^n/R_ct + 1/(R_ct + Z_gas)]
 *   Z_gas = 1/[jw C_gas + sqrt(jw t)/(R_gas tanh sqrt(jw t))]
 *
 * Nernst cell at 780 degC: lead + bulk + grain boundary 300 ohm (published resistance at 1..4 kHz),
 * grain boundary 20 % of it, R_ct 60 ohm, C_dl 20 uF, n 0.85 (assumptions). Bulk and grain boundary
 * are activated as R_N, R_ct with 1.3 eV.
 *
 * Z_gas is the finite-length Warburg impedance of the diffusion layer before the electrode, and
 * beside it what the room between them stores. From the current I through the layer, which depends
 * on the electrode's ln p: R_gas = (RT/4F)/|dI/d ln p|, t = L^2/D, C_gas = dQ/d ln p/(RT/4F). It
 * lies behind R_ct, beside the double layer: at 1 kHz it adds less than 0.1 ohm to 300 in 1 %
 * oxygen and more, and 1.5 ohm are missing where no gas reacts. From there on it is left out. */
#ifndef TWIN_IMPEDANCE_H
#define TWIN_IMPEDANCE_H

#include "twin/nernst_cell.h"

struct impedance {
    double inductance_uH, lead_ohm;
    double bulk_ohm, bulk_tau_us, bulk_n;
    double gb_ohm, gb_tau_us, gb_n;
    double ct_ohm, dl_uF, ct_n;
    double diffusion_ohm, diffusion_s, store_mF; /* R_gas, t, C_gas; 0: none */
};

/* Below it Z_gas counts. */
#define IMPEDANCE_GAS_Hz 1000

struct impedance_point {
    double re_ohm, im_ohm;
};

/* A cell of `path` at T in its package: lead and contact in series, hf, ct and c factors applied.
 */
void impedance_of_cell(const struct nernst_path *path, const struct nernst_wiring *wiring,
                       double T_K, struct impedance *out);

/* f > 0. */
struct impedance_point impedance_at(const struct impedance *z, double f_Hz);
/* Where the electrolyte ends and the electrode begins: lead + bulk + grain boundary. */
double impedance_hf_ohm(const struct impedance *z);

#endif
