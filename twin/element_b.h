/* Element B: one cell, two electrodes in the same gas, 12 behind a coarse and 13 behind a fine
 * diffusion layer; no air reference.
 *
 *   I = I_13(pO2,13)    -I = I_12(pO2,12)    U = RT/4F ln(p12/p13) + I R_cell + eta_12 + eta_13
 *   U = potential of 12 minus 13; I > 0: oxygen is pumped from 13 to 12
 *
 * Lean gas: at +450 mV the fine layer limits the current, at -450 mV the coarse one; their ratio r
 * is the ratio of the layers whatever the gas. Rich gas: at -450 mV the fine layer's fuel limits;
 * at +450 mV water and CO2 are electrolysed at 13, a current that looks like lean gas. A constant
 * I0 < 0 turns 13 into an oxygen-pumped reference (Nernst mode): |U| is 600..800 mV while
 *     fuel current of the fine layer < |I0|  and  oxygen current of the coarse layer < |I0|.
 *
 * Forms: single sheet; double sheet with frame and web: R = 2 R_sheet + R_frame || R_web; clearance
 * fed by an orifice in series with the fine layer; fine layer of several sublayers in series.
 * kO2 8 and 80 mA, R_cell 60 ohm at 740 degC, all splits: assumptions. */
#ifndef TWIN_ELEMENT_B_H
#define TWIN_ELEMENT_B_H

#include "twin/pump_cell.h"

#define ELEMENT_B_T_K 1013.15 /* 740 degC, where the resistances below hold */

enum element_b_form {
    ELEMENT_B_SINGLE,
    ELEMENT_B_DOUBLE,
    ELEMENT_B_ORIFICE,
    ELEMENT_B_LAYERED,
    ELEMENT_B_WIDE_ORIFICE, /* carries 14 times what the layer does; ELEMENT_B_ORIFICE 4 times */
    ELEMENT_B_FORMS
};
enum { ELEMENT_B_LAYERS = 3 };

struct element_b {
    enum element_b_form form;
    struct gas_barrier ratios; /* of the species; its kO2 is only the unit */
    struct pump_layer fine[ELEMENT_B_LAYERS], coarse;
    size_t fine_count;
    struct pump_layer orifice; /* kO2 0: the fine layer is directly in the gas */
    double clearance_mC;       /* 4F pV/RT of the clearance behind the orifice */
    double plate_ohm, sheet_ohm, frame_ohm, web_ohm; /* web 0: none */
    double sheet_split; /* the sheet of 12 is thicker by this share, that of 13 thinner */
    double ea_eV;
    struct pump_electrode el12, el13;
    double tau_12_s, tau_13_s;
    struct nernst_wiring wiring;
};

/* R_cell 60 ohm in every form. */
void element_b_nominal(enum element_b_form form, struct element_b *out);
/* A good part: fine and coarse layer 6 % each, kappa 6 %, R 4.5 %, tau 10 %, R20 3 %, sheets 2 %.
 */
void element_b_draw(struct element_b *b, uint64_t seed, uint64_t index);

/* Ionic resistance at T, without leads. */
double element_b_cell_ohm(const struct element_b *b, double T_K);
/* The same as a path, for impedance_of_cell. */
struct nernst_path element_b_path(const struct element_b *b);
/* From an electrode to the contact in the middle of the frame. RC_REFUSED: a single sheet has none.
 */
MUST_CHECK enum rc element_b_sheet_path(const struct element_b *b, bool of12,
                                        struct nernst_path *out);
/* The fine side (sublayers and orifice) or the coarse side as one barrier. */
MUST_CHECK enum rc element_b_barrier(const struct element_b *b, bool fine, struct gas_barrier *out);

/* The gas at both electrodes; they differ only while it changes. */
struct element_b_env {
    struct gas_barrier barrier12, barrier13;
    struct pump_env at12, at13;
    double T_K;
};
MUST_CHECK enum rc element_b_prepare(const struct element_b *b, const struct cell_gas *gas12,
                                     const struct cell_gas *gas13, double T_K,
                                     struct element_b_env *out);

struct element_b_point {
    double u_mV, i_mA;
    double ln12_bar, ln13_bar;
    bool railed; /* no oxygen pressure carries this current: the source is at its compliance */
};
/* RC_RANGE: outside -2000..2000 mV. */
MUST_CHECK enum rc element_b_at_voltage(const struct element_b *b, const struct element_b_env *env,
                                        double u_mV, struct element_b_point *out);
void element_b_at_current(const struct element_b *b, const struct element_b_env *env, double i_mA,
                          struct element_b_point *out);

/* |I(-450 mV)| / |I(+450 mV)|: the layers' ratio in lean gas. */
MUST_CHECK enum rc element_b_ratio(const struct element_b *b, const struct element_b_env *env,
                                   double *out);

/* Gas on its way to the electrodes: one lag for 12; for 13 the clearance and its own layer. A lag
 * goes with 1/D, which at p (kappa + p)/(kappa + p0) times that at p0 is: `compression` is p/p0. */
struct element_b_state {
    struct gas_mix at12, clearance, at13;
};
void element_b_start(const struct gas_mix *gas, struct element_b_state *out);
struct element_b_drive {
    double dt_s, compression;
};
void element_b_step(const struct element_b *b, const struct gas_mix *gas,
                    struct element_b_drive drive, struct element_b_state *state);

#endif
