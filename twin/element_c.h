/* Element C: potentiometric cell with a gastight enclosed metal/metal-oxide reference.
 *
 *   U = reference minus working electrode = s RT/4F ln(p_ref/p_gas) + offsets    (+ in rich gas)
 *   p_ref  the buffer's while metal and oxide are both there; else it drifts with the net current:
 *   d ln p_ref/dt = I/(C_dl RT/4F)        I > 0: oxygen into the reference, metal becomes oxide
 *   I = pin-hole + YSZ permeation + driven - meter - shunt
 *
 * So a leak is not seen in U until one phase is used up: then U leaves the plateau abruptly.
 * 0.01 mm3 of Ni/NiO 50/50: 0.086 C of oxide, 0.146 C of metal; 1 uA empties the oxide in 24 h. A
 * meter of 10 Mohm at 0.3 V takes 30 nA, 33 days. Pin-hole: Knudsen and molecular diffusion (1.8
 * cm2/s at 750 degC) through the cover of 20 um. Sodium glass: a shunt (0.75 eV) lowers the slope,
 * U drifts with the root of time and remembers a bias. Working electrode: nernst_convert and the
 * mixed potential; activity 1 good, 0.3 aged, 0.05 poisoned. Soot lowers activity and burns in lean
 * gas. Everything but thermochemistry and charge is an assumption. */
#ifndef TWIN_ELEMENT_C_H
#define TWIN_ELEMENT_C_H

#include "twin/buffer.h"
#include "twin/pump_cell.h"

enum element_c_process {
    ELEMENT_C_P14, /* electrolyte on the carrier, both electrodes on it, gastight cover on top */
    ELEMENT_C_P15, /* reference on the carrier, gastight electrolyte over it: thinner, lower R */
    ELEMENT_C_PROCESSES
};

struct element_c {
    enum element_c_process process;
    enum buffer_system buffer;
    double oxide_C, metal_C; /* reserve of a new part */
    double hole_um, cover_um;
    double permeation_uA;     /* of the YSZ in air at 800 degC */
    struct nernst_path cell;  /* reference to working electrode */
    struct nernst_path shunt; /* cover glass; active_ohm 0: none */
    double slope;             /* ionic transference of the electrolyte */
    double activity;
    double tau_s; /* of a good working electrode */
    double meter_ohm;
    double drift_mV_100h, memory_mV_V;
    double soot; /* of one that soots, 0..1: at 1 soot takes 10 % of k and doubles tau */
    double double_layer_uF;
    struct nernst_wiring wiring;
};

/* Ni/NiO, P14: 400 ohm, P15: 150 ohm at 780 degC. */
void element_c_nominal(enum element_c_process process, enum buffer_system buffer,
                       struct element_c *out);
/* A good part: reserve 15 %, R 4.5 %, activity 5 %, tau 10 %, R20 3 %. */
void element_c_draw(struct element_c *c, uint64_t seed, uint64_t index);

/* Conductance of a pin-hole as a barrier; its current in air at 750 degC, uA. */
void element_c_hole(double hole_um, double cover_um, struct gas_barrier *out);
double element_c_hole_uA(double hole_um, double cover_um);

/* Slope of U against -RT/4F ln p_gas: s R_shunt/(R_shunt + R_cell). */
double element_c_slope(const struct element_c *c, double T_K);
/* Conductance of the cover, S (1e-12 without glass). */
double element_c_cover_S(const struct element_c *c, double T_K);
/* ln pO2 that the working electrode finds, at an activity. */
MUST_CHECK enum rc element_c_gas_ln_pO2(const struct cell_gas *gas, double T_K, double activity,
                                        double *out);
/* Steady signal with an intact reference, ideal meter, no drift. RC_RANGE as the gas and buffer. */
MUST_CHECK enum rc element_c_signal_mV(const struct element_c *c, const struct cell_gas *gas,
                                       double T_K, double *out);

struct element_c_state {
    double oxide_C, metal_C;
    double ln_ref_bar; /* follows the buffer while both phases are there */
    double ln_we_bar;  /* at the working electrode, lagging */
    double hours;      /* hot */
    double bias_mV;    /* remembered by the glass */
    double soot;       /* 0..1 */
};
MUST_CHECK enum rc element_c_start(const struct element_c *c, const struct cell_gas *gas,
                                   double T_K, struct element_c_state *out);

/* All that depends on gas, temperature and soot. */
struct element_c_env {
    double T_K, activity;
    double ln_buffer_bar, ln_gas_bar; /* ln_gas: of an electrode without soot */
    double ln_goal_bar;               /* of this one */
    double permeation_uA;
    bool leaks, soot_grows, soot_moves;
    struct gas_barrier hole;
    struct gas_barrier_at hole_at;
    struct gas_mix gas;
};
MUST_CHECK enum rc element_c_prepare(const struct element_c *c, const struct cell_gas *gas,
                                     double T_K, double soot, struct element_c_env *out);

struct element_c_drive {
    double T_K, dt_s;
    double current_uA; /* > 0: oxygen into the reference */
    double bias_V;     /* across the cover, for its leakage test */
    /* held_ohm > 0: the terminals are held at held_mV behind held_ohm, at most current_uA flows */
    double held_mV, held_ohm;
};
struct element_c_point {
    double u_mV;   /* at the terminals, with the drop of the driven current */
    double net_uA; /* into the reference */
    double leak_uA;
    bool pinned; /* both phases are there */
};
/* The terminals without current, and the current that `drive` sends through them. */
double element_c_open_mV(const struct element_c *c, double T_K,
                         const struct element_c_state *state);
double element_c_driven_uA(const struct element_c *c, const struct element_c_drive *drive,
                           double open_mV);
/* One step in `env` (its T_K counts), ageing included. */
void element_c_advance(const struct element_c *c, const struct element_c_env *env,
                       const struct element_c_drive *drive, struct element_c_state *state,
                       struct element_c_point *out);
/* element_c_prepare and element_c_advance. Any dt: the charge is integrated exactly, the drift
 * implicitly. */
MUST_CHECK enum rc element_c_step(const struct element_c *c, const struct cell_gas *gas,
                                  const struct element_c_drive *drive,
                                  struct element_c_state *state, struct element_c_point *out);

#endif
