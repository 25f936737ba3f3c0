/* Impedance of one cell.
 *
 *   Z = jwL + R_lead + R_bulk/(1 + (jw t_b)^n_b) + R_gb/(1 + (jw t_gb)^n_gb)
 *     + R_ct/(1 + (jw R_ct C_dl)^n) + W/sqrt(jw)
 *
 * Nernst cell at 780 degC: lead + bulk + grain boundary 300 ohm (published resistance at 1..4 kHz),
 * grain boundary 20 % of it, R_ct 60 ohm, C_dl 20 uF, n 0.85 (assumptions). Bulk and grain boundary
 * are activated as R_N, R_ct with 1.3 eV. */
#ifndef TWIN_IMPEDANCE_H
#define TWIN_IMPEDANCE_H

#include "twin/nernst_cell.h"

struct impedance {
    double inductance_uH, lead_ohm;
    double bulk_ohm, bulk_tau_us, bulk_n;
    double gb_ohm, gb_tau_us, gb_n;
    double ct_ohm, dl_uF, ct_n;
    double warburg_ohm_s; /* W, ohm s^-1/2 */
};

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
