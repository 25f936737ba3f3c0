/* Element A: pump cell and Nernst cell with a barrier layer against ionic crosstalk between them.
 *
 * Electrolyte nodes O (under the outer pump electrode), I (under inner pump and measuring
 * electrode), R (at the reference electrode); resistances R_p (O-I, as measured), R_N (I-R), R_OR
 * (O-R: what the barrier layer interrupts). With no current in the reference electrode
 *
 *   R_c = dU_N/dIp at constant cavity gas = R_p R_N/(R_N + R_OR)
 *   U_N = RT/4F ln(p_ref/p_cavity) + R_N I_ref + R_c Ip + R_com Ip
 *
 * R_com is the metallic resistance of a lead shared by inner pump and measuring electrode. A lead
 * of the reference electrode over uninsulated electrolyte adds a path at its own temperature. At a
 * regulated cell Ip hides R_c; U_N, an AC current or a current step show it.
 *
 * R_OR: sound barrier >= 200 kohm (population median 1 Mohm), pin-holed 10..50 kohm, wrong level
 * 5..20 kohm, missing 1..3 kohm. R_com 0.1..3 ohm, of a metal; it is a share of what does not
 * follow the electrolyte in R_p and R_N, not added to them. R_p 75 ohm at 780 degC of which 15 ohm
 * do not follow the electrolyte. All assumptions: no element of this kind was measured. */
#ifndef TWIN_ELEMENT_A_H
#define TWIN_ELEMENT_A_H

#include "twin/pump_cell.h"

/* Where the barrier lies. Metadata of the part: only its electrical effect can be measured. */
enum element_a_variant {
    ELEMENT_A_P1 = 1, /* between electrolyte 1 and 2 */
    ELEMENT_A_P2,  /* between electrolyte 2 and 3, cut-out at measuring and reference electrode */
    ELEMENT_A_V8,  /* P1 with the cut-out at the first pump electrode */
    ELEMENT_A_V9,  /* P1 with a second reference electrode in the channel */
    ELEMENT_A_V11, /* P2 with the reference lead insulated from electrolyte 3 */
    ELEMENT_A_P0,  /* no barrier layer */
    ELEMENT_A_VARIANTS
};

/* What a variant does to the three resistances at 780 degC and to the path of the reference lead.
 * Each figure that the published description does not give is assumed, confidence low. */
struct element_a_variant_row {
    double or_ohm, or_sigma; /* R_OR: median, and scatter of its logarithm */
    double rp_share, rn_share;
    double lead_ohm; /* lead over electrolyte, at its own 500 degC; 0: insulated, no such path */
    bool second;     /* another reference electrode, with a path of its own */
};
const struct element_a_variant_row *element_a_variant_row(enum element_a_variant variant);

struct element_a {
    enum element_a_variant variant;
    struct pump_cell pump;
    struct nernst_path rn, rn2;           /* of the first and second reference electrode */
    struct nernst_path or1, or2, or_lead; /* active_ohm 0: no such path */
    double com_ohm, com_tcr_1_K;          /* at 20 degC */
    struct nernst_reference reference;
    double reference_uA;
    double tau_s;      /* of the protective layer and the gas in front of the barrier */
    double trim_error; /* of the trim resistor, relative */
    struct nernst_wiring wiring;
};

/* A path from the reference lead, `ohm` at its own 500 degC. */
void element_a_couple_lead(struct element_a *a, double ohm);

void element_a_nominal(enum element_a_variant variant, struct element_a *out);
/* A good part: barrier 1.25 % (trimmed), R_p 4.5 %, R_N 2.5 %, kappa 6 %, tau 10 %, R_OR lognormal
 * (its variant's sigma), R20 3 %; lead path lognormal (0.8); shared lead 0.1 to 3 ohm at 780 degC,
 * as probable in each octave, its temperature coefficient 10 %. The nominal part has no shared
 * lead. The same seed and index give the same part. */
void element_a_draw(struct element_a *a, uint64_t seed, uint64_t index);

struct element_a_heat {
    double T_K, lead_K; /* of the cells and of the lead zone (400..600 degC) */
};
/* The lead zone of a heated element in ambient air: 20 degC + 0.63 (T - 20 degC). */
struct element_a_heat element_a_heat_at(double T_K);

double element_a_crosstalk_ohm(double rp_ohm, double rn_ohm, double ror_ohm);
/* Ionic part of R_c of reference electrode 1 or 2. */
double element_a_rc_ohm(const struct element_a *a, struct element_a_heat heat, unsigned electrode);
double element_a_com_ohm(const struct element_a *a, struct element_a_heat heat);
/* Cell temperature at which a controller finds `target_ohm` as R_N. */
MUST_CHECK enum rc element_a_regulated_T_K(const struct element_a *a, double target_ohm,
                                           double *out);
/* The current of the finished sensor: the bare current through the trim divider, nominal 1. */
double element_a_trim(double error);

struct element_a_env {
    struct pump_env pump;
    struct element_a_heat heat;
};
MUST_CHECK enum rc element_a_prepare(const struct element_a *a, const struct cell_gas *gas,
                                     struct element_a_heat heat, struct element_a_env *out);

struct element_a_point {
    double ip_mA, up_mV, un_mV, un2_mV, ln_cavity_bar, x_ref;
    bool railed; /* the loop stands at its stop: -9 or +6 mA */
};
/* Loop closed at U_N = set_mV, steady. */
void element_a_regulated(const struct element_a *a, const struct element_a_env *env, double set_mV,
                         struct element_a_point *out);

struct element_a_state {
    struct element_a_heat heat; /* the caller may move it between steps */
    struct gas_mix gas;         /* behind the protective layer */
    struct pump_cavity cavity;
    double x_ref;
};
struct element_a_drive {
    double ip_mA, reference_uA, dt_s;
};
/* Steady, in `gas`, without pump current. */
MUST_CHECK enum rc element_a_start(const struct element_a *a, const struct cell_gas *gas,
                                   struct element_a_heat heat, struct element_a_state *out);
/* RC_RANGE as element_a_prepare; state and out are then untouched. */
MUST_CHECK enum rc element_a_step(const struct element_a *a, const struct cell_gas *gas,
                                  struct element_a_drive drive, struct element_a_state *state,
                                  struct element_a_point *out);

#endif
