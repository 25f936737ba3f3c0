/* A pump cell behind one diffusion barrier: voltage and current, open loop and at a given cavity
 * oxygen pressure; and the cavity as a store of oxygen.
 *
 *   Up = RT/4F [ln pO2,outer - ln pO2,cavity] + Ip R_p + eta_outer + eta_inner
 *   eta = (RT/alpha_n F) asinh(I / 2 I0)
 *   dy/dt = (I_barrier - Ip)/Q      y = x_O2 - (x_CO + x_H2)/2 in the cavity, Q = 4F pV/RT
 *
 * Ip > 0: oxygen leaves the cavity. The outer electrode stands in equilibrium with the gas outside.
 * R_p 75 ohm at 780 degC, I0 3 mA, Ea 1.3 eV and Q 0.44 mC (0.1 mm3) are assumptions; the barrier
 * is gas/barrier.h. Solved by bisection on ln pO2, in which every quantity is monotonic. */
#ifndef TWIN_PUMP_CELL_H
#define TWIN_PUMP_CELL_H

#include "gas/barrier.h"
#include "twin/nernst_cell.h"

struct pump_electrode {
    double i0_mA; /* at T0; 0: no polarisation */
    double ea_eV;
    double alpha_n; /* 1..2 */
};

double pump_electrode_eta_mV(const struct pump_electrode *electrode, double T_K, double current_mA);

struct pump_cell {
    struct gas_barrier barrier;
    struct nernst_path rp;
    struct pump_electrode outer, inner;
    double cavity_mC; /* per unit of oxygen fraction, at T0 and 1 atm */
};

/* LSU 4.9 barrier, R_p 75 ohm constant, no polarisation: the model of the reference curves. */
extern const struct pump_cell pump_cell_plain;

struct cell_gas {
    struct gas_mix mix; /* of any composition */
    double p_kPa;
};

/* One gas, pressure and temperature. */
struct pump_env {
    struct cell_gas gas;
    double T_K, nernst_mV;
    struct gas_barrier_at at;
    double ln_outer_bar; /* NAN: this gas does not define an oxygen pressure (CO/N2, H2/N2) */
};
/* RC_RANGE: bad mixture, p or T outside gas_barrier_prepare. */
MUST_CHECK enum rc pump_env_prepare(const struct gas_barrier *barrier, const struct cell_gas *gas,
                                    double T_K, struct pump_env *out);

struct pump_point {
    double ip_mA, up_mV; /* up is NAN where the outer oxygen pressure is not defined */
    double ln_pO2_bar;   /* cavity */
};
void pump_cell_at_cavity(const struct pump_cell *cell, const struct pump_env *env,
                         double ln_pO2_bar, struct pump_point *out);
/* Open loop. RC_RANGE: outside -2000..2500 mV, or the outer oxygen pressure is not defined. */
MUST_CHECK enum rc pump_cell_at_voltage(const struct pump_cell *cell, const struct pump_env *env,
                                        double up_mV, struct pump_point *out);

/* The electrode's ln pO2 at which the barrier carries `current_mA`. RC_RANGE: no oxygen pressure
 * does (above the electrolysis plateau, or below what pure oxygen gives). */
MUST_CHECK enum rc pump_barrier_ln_pO2(const struct gas_barrier *barrier,
                                       const struct pump_env *env, double current_mA, double *out);
double pump_barrier_current_mA(const struct gas_barrier *barrier, const struct pump_env *env,
                               double ln_pO2_bar);

/* The cavity. `excess` is y. */
struct pump_cavity {
    double excess, ln_pO2_bar;
};
void pump_cavity_init(const struct pump_cell *cell, const struct pump_env *env, double ln_pO2_bar,
                      struct pump_cavity *out);
/* Implicit Euler, stable for any dt. */
void pump_cavity_step(const struct pump_cell *cell, const struct pump_env *env,
                      struct pump_cavity *cavity, double ip_mA, double dt_s);

/* Layers in series: 1/k = sum 1/k_j, and the kappa that gives exactly the pressure and temperature
 * dependence of the stack. `base` gives the ratios of the species. RC_RANGE: count 0, k <= 0. */
struct pump_layer {
    double kO2_mA, kappa_bar;
};
MUST_CHECK enum rc pump_barrier_stack(const struct pump_layer *layers, size_t count,
                                      const struct gas_barrier *base, struct gas_barrier *out);
/* All conductances times `factor`. */
void pump_barrier_scale(struct gas_barrier *barrier, double factor);

#endif
