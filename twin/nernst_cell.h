/* What the solid-electrolyte cells of all element designs share: ionic resistance over temperature,
 * the air or oxygen-pumped reference, the catalysis of an electrode in gas that is not in
 * equilibrium, and what leads and package add to a measurement.
 *
 *   R(T) = flat + active exp(Ea/k (1/T - 1/T0))            T0 = 1053.15 K (780 degC)
 *   k_ref ln[(1 - 0.2095)/(1 - x)] = I_ref - j_leak        oxygen balance of the reference
 *   dU_N/dI_ref = R_N + (RT/4F)/k_ref (1 - x)/x
 *   V = sum(V_j/R_j)/sum(1/R_j), R_j = 1/(k_j x_j^m_j)     parallel couples (Fleming, SAE 770400)
 *   x' = x - eta_s reaction, eta_s = 1 - exp(-Da_s)        conversion before the reaction site
 *
 * R_N of the LSU 4.9: fit to the published resistance table (300 ohm = 780 degC). k_ref 50 uA of a
 * pumped reference (x = 0.47 at 20 uA), the Damkoehler numbers and the k_j are assumptions. */
#ifndef TWIN_NERNST_CELL_H
#define TWIN_NERNST_CELL_H

#include "gas/thermo.h"
#include "twin/heater.h"

#define NERNST_T0_K 1053.15
#define NERNST_K_EV 8.617333262e-5  /* Boltzmann's constant, eV/K */
#define NERNST_THERMO_EMF_mV_K 0.46 /* of YSZ, electrode to electrode */
#define NERNST_AIR_X 0.2095

double nernst_slope_mV(double T_K); /* RT/4F */

/* ---- ionic path */
struct nernst_path {
    double flat_ohm;   /* leads, and what does not follow the electrolyte */
    double active_ohm; /* at T0 */
    double ea_eV;
};

extern const struct nernst_path nernst_path_lsu49; /* R_N: 29.06 ohm + 270 ohm, 0.785 eV */

double nernst_path_active_ohm(const struct nernst_path *path, double T_K);
double nernst_path_ohm(const struct nernst_path *path, double T_K);
/* The temperature at which a regulator finds `ohm`. RC_RANGE: not above flat_ohm, or outside
 * 500..2000 K. */
MUST_CHECK enum rc nernst_path_T_K(const struct nernst_path *path, double ohm, double *out);

/* ---- reference */
struct nernst_reference {
    double k_uA;      /* exchange with outside: 50 pumped, 50..500 an open air channel */
    double volume_uC; /* charge per unit of oxygen fraction: 4F pV/RT */
    double leak_uA;   /* exhaust that reaches it, in oxygen equivalents */
};

/* Steady oxygen fraction with `pump_uA` into the reference; held within 1e-6..0.999. */
double nernst_reference_x(const struct nernst_reference *ref, double pump_uA);
double nernst_reference_step(const struct nernst_reference *ref, double x, double pump_uA,
                             double dt_s);
double nernst_reference_slope_ohm(const struct nernst_reference *ref, double T_K, double x,
                                  double rn_ohm);

/* ---- catalysis */
/* `mix` after the electrode's catalyst of activity a (1 new, 0.3 aged, 0.05 poisoned): oxidation of
 * H2, CO, CH4, C3H6, C3H8 with the oxygen there is, then the water gas reaction. Atoms are
 * conserved. RC_RANGE: bad mixture, T outside 700..1400 K, activity outside 0..100. */
MUST_CHECK enum rc nernst_convert(const struct gas_mix *mix, double T_K, double activity,
                                  struct gas_mix *out);
/* ln pO2 [bar] that the mixed potential stands for. Exact in equilibrated gas. RC_RANGE: as above,
 * or no couple is there (inert gas). */
MUST_CHECK enum rc nernst_mixed_ln_pO2(const struct gas_mix *mix, double T_K, double p_kPa,
                                       double *out);

/* First order exchange of the gas in front of an electrode. */
void nernst_gas_step(struct gas_mix *state, const struct gas_mix *outside, double dt_s,
                     double tau_s);

/* ---- leads and package */
enum nernst_leads { NERNST_LEADS_RIGHT, NERNST_LEADS_SWAPPED, NERNST_LEADS_REVERSED };

struct nernst_wiring {
    double lead_ohm;  /* in series with every cell, not activated */
    double iso_ohm;   /* heater to signal at T0; Ea 1 eV */
    double damp_ohm;  /* the same cold: moisture or a track; 0: dry */
    double hf_factor; /* on the high-frequency resistance */
    double ct_factor; /* on the charge transfer resistance */
    double c_factor;  /* on the electrode capacitance */
    double telegraph; /* relative step of a resistance that jumps, 0: quiet */
    double side_dT_K; /* one cell or side hotter than the other */
    double noise_mV;  /* rms, extra */
    enum nernst_leads leads;
    struct heater_part heater;
};

/* A sound package with a heater of 3.2 ohm. */
extern const struct nernst_wiring nernst_wiring_good;
/* Heater voltage found on a signal lead of source resistance `source_ohm`, mV per volt. */
double nernst_coupling_mV_V(const struct nernst_wiring *wiring, double T_K, double source_ohm);
/* A high-frequency resistance as a meter finds it; `u` 0..1 decides the state of a telegraph. */
double nernst_measured_ohm(const struct nernst_wiring *wiring, const struct nernst_path *path,
                           double T_K, double u);

#endif
