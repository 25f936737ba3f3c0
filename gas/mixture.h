/* Cylinders and flow controllers: from flows to a composition and back.
 *
 *   x_i = sum_b q_b c_ib / Q,  Q = sum q_b        flows in standard litres per minute (0 degC, 1
 * atm)
 *
 * Water is one more "cylinder" of pure H2O. A mixture that cannot be made is RC_RANGE with a fault
 * that names what is out of range; outputs are then untouched. */
#ifndef GAS_MIXTURE_H
#define GAS_MIXTURE_H

#include "gas/species.h"

enum { GAS_BOTTLES_MAX = 16 };

/* bottles[b] holds certified fractions of sum 1; flows >= 0 and not all 0; count 1..16. */
MUST_CHECK enum rc gas_mix_from_flows(const struct gas_mix *bottles, const double *flows_slpm,
                                      size_t count, struct gas_mix *out, struct gas_fault *fault);

/* What is wanted. The target may make less than 1: the carrier makes the rest. N2 and Ar that the
 * target does not name follow from that; every other species it does not name is wanted at 0. */
struct gas_recipe {
    const struct gas_mix *bottles;
    size_t count, carrier; /* bottles[carrier] makes up the balance */
    double total_slpm;
    unsigned named; /* bit 1 << species of the target; counts for N2 and Ar */
};
/* Flows for a target composition. Each other bottle, those of fewest species first, doses the
 * species it holds most of that no other bottle doses yet: Ar and a named N2 only when there is
 * nothing else. RC_RANGE: a flow would be negative, a species comes out wrong by more than 1e-6 +
 * 1e-3 of its value, two bottles cannot be told apart. */
MUST_CHECK enum rc gas_flows_for_mix(const struct gas_recipe *recipe, const struct gas_mix *target,
                                     double *flows_slpm, struct gas_fault *fault);

/* Flows for a formal lambda and for those species of the target that recipe->named names, N2 and Ar
 * alike; what the others come to is not asked. As many bottles as 2 + named species, no carrier.
 * RC_RANGE: as above, or the number of bottles does not fit. */
MUST_CHECK enum rc gas_flows_for_lambda(const struct gas_recipe *recipe,
                                        const struct gas_mix *target, double lambda_f,
                                        double *flows_slpm, struct gas_fault *fault);

/* Carrier flow = total - sum of the others. RC_RANGE: negative. */
MUST_CHECK enum rc gas_carrier_flow(double total_slpm, const double *others_slpm, size_t count,
                                    double *carrier_slpm, struct gas_fault *fault);

/* Composition of a wanted formal lambda. `base` holds the fixed CO2, H2O, NO... (no O2, no fuel;
 * its N2 and Ar are ignored); rich: fuel of the proportions `fuel` is added; lean: O2; the rest is
 * N2. */
MUST_CHECK enum rc gas_mix_for_lambda(const struct gas_mix *base, const struct gas_mix *fuel,
                                      double lambda_f, struct gas_mix *out,
                                      struct gas_fault *fault);

/* xO2 in N2, 0..1. */
MUST_CHECK enum rc gas_mix_for_o2(double x_o2, struct gas_mix *out, struct gas_fault *fault);

enum gas_buffer_pair { GAS_BUFFER_H2_H2O, GAS_BUFFER_CO_CO2 };
/* A pair that holds an oxygen pressure at one temperature, 600..2000 K. */
struct gas_buffer {
    enum gas_buffer_pair pair;
    double T_K, ln_pO2_bar;
};
/* reduced/oxidised at equilibrium with the wanted pO2. */
MUST_CHECK enum rc gas_buffer_ratio(const struct gas_buffer *buffer, double *ratio);
/* A buffer for a target pO2 in N2; `active` is the sum of both, 1e-6..1. */
MUST_CHECK enum rc gas_mix_for_pO2(const struct gas_buffer *buffer, double active,
                                   struct gas_mix *out, struct gas_fault *fault);
/* The largest `active` for which the fuel stays at or below `cap` (mole fraction), at most 1. */
MUST_CHECK enum rc gas_buffer_active_for_cap(const struct gas_buffer *buffer, double cap,
                                             double *active);

/* One flow controller that could dose a gas. */
struct gas_mfc {
    double full_scale_slpm;
    double turndown; /* smallest flow / full scale: 0.02..0.05 */
};
/* Index of the smallest range that covers flow/0.95 and whose turn-down admits the flow; a flow of
 * 0 takes the smallest. RC_RANGE: none does; the fault gives the range that exists. */
MUST_CHECK enum rc gas_mfc_choose(const struct gas_mfc *mfcs, size_t count, double flow_slpm,
                                  size_t *chosen, struct gas_fault *fault);
/* Standard uncertainty: 0.4 % of reading and 0.2 % of full scale, both rectangular. */
double gas_mfc_u_slpm(double flow_slpm, double full_scale_slpm);

/* Vapour pressure over water, Magnus: 611.2 exp(17.62 t/(243.12 + t)) Pa; -45..100 degC. */
MUST_CHECK enum rc gas_water_pressure_kPa(double t_degC, double *kPa);
MUST_CHECK enum rc gas_dew_point_degC(double x_h2o, double p_kPa, double *degC);
/* Mole fraction behind a saturator at t_degC. RC_RANGE when it would boil. */
MUST_CHECK enum rc gas_saturator_x(double t_degC, double p_kPa, double *x_h2o);
/* May this gas pass a wall of `coldest_degC` without condensing there? RC_OK: at most 0.5 % of
 * water, or its dew point, of 5 % more water, stays 10 K below; RC_REFUSED: not so, or the wall is
 * not known (NaN); RC_RANGE: no share of water, or no pressure of 10..1000 kPa. `dew_degC` (may be
 * NULL) is NaN above 110 degC and for 0.5 % of water or less. */
MUST_CHECK enum rc gas_dew_check(const struct gas_mix *mix, double p_kPa, double coldest_degC,
                                 double *dew_degC);
/* Vapour flow that brings `dry_slpm` to x_h2o; x < 1. */
MUST_CHECK enum rc gas_water_flow_slpm(double dry_slpm, double x_h2o, double *slpm);
/* Liquid feed of a controlled evaporator: 0.8037 g/min per slpm of vapour (18.015/22.414). */
double gas_cem_g_min(double vapour_slpm);
double gas_cem_vapour_slpm(double g_min);

/* True flow = flow indicated for N2 * factor. Per instrument and vendor (2..5 % apart): a default
 * only. RC_CONFIG: no published factor (H2O, NO2). */
MUST_CHECK enum rc gas_conversion_factor(enum gas_species species, double *factor);
/* MKS formula for mixtures: 0.3106 sum(a s)/sum(a d cp); 75 % Ar in N2 is 1.302. */
MUST_CHECK enum rc gas_conversion_factor_mix(const struct gas_mix *mix, double *factor,
                                             struct gas_fault *fault);
/* From litres at a reference temperature to normal litres: multiply by 273.15/T_ref. */
MUST_CHECK enum rc gas_reference_factor(double reference_degC, double *factor);

/* The gas that a controller was calibrated for, and the temperature that its litres refer to. */
struct gas_mfc_calibration {
    struct gas_mix gas;
    double reference_degC;
};
/* Normal litres of `flowing` per litre that the controller shows: factor of the flowing gas by that
 * of its own gas, times 273.15/T_ref. The published factor where a gas is pure (over 99.9 %), the
 * formula of mixtures else; 1 where both gases are the same. RC_CONFIG: no published factor. */
MUST_CHECK enum rc gas_mfc_factor(const struct gas_mfc_calibration *calibration,
                                  const struct gas_mix *flowing, double *factor);
/* Relative standard uncertainty of a ratio of conversion factors: 1..2 %, the worse of it. */
#define GAS_CONVERSION_U 0.02
bool gas_mix_same(const struct gas_mix *a, const struct gas_mix *b);

#endif
