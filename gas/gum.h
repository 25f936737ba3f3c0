/* Uncertainty of a mixed gas after the GUM (JCGM 100:2008), and by Monte Carlo (JCGM 101:2008).
 *
 * Inputs are independent of each other. What moves together is one input: a flow moves all species
 * of its bottle. The components of a certified mixture are weighed in one by one, so that each is
 * an input of its own against the balance gas; they share nothing but the flow of their bottle.
 * Outputs: composition, lambda_f, EMF against air, and Ip behind a barrier. */
#ifndef GAS_GUM_H
#define GAS_GUM_H

#include "core/rng.h"
#include "gas/barrier.h"
#include "gas/mixture.h"

/* Of each bottle the flow, and every species but its balance. */
enum { GAS_GUM_INPUTS_MAX = GAS_BOTTLES_MAX * GAS_SPECIES_COUNT };

enum gas_gum_kind {
    GAS_GUM_FLOW,        /* of `bottle`, u in slpm */
    GAS_GUM_FRACTION,    /* of `species` in `bottle`, against `balance` there; u as mole fraction */
    GAS_GUM_TEMPERATURE, /* of the element, u in K */
    GAS_GUM_PRESSURE,    /* u in kPa */
};

struct gas_gum_input {
    enum gas_gum_kind kind;
    size_t bottle;
    enum gas_species species, balance;
    double u;
};

/* The measurement: bottles and their flows, element temperature, pressure, barrier. */
struct gas_gum_model {
    const struct gas_mix *bottles;
    const double *flows_slpm;
    size_t count;
    double T_K, p_kPa;
    double cell_mV; /* at which Ip is taken: 450 */
    const struct gas_barrier *barrier;
};

struct gas_gum_values {
    struct gas_mix x;
    double lambda_f, emf_mV, ip_mA; /* lambda_f is NAN in O2/N2 only */
};

struct gas_gum_result {
    struct gas_gum_values value, u;                        /* combined standard uncertainties */
    struct gas_gum_values sensitivity[GAS_GUM_INPUTS_MAX]; /* d(value)/d(input) */
};

/* The values at the model's point. RC_RANGE as the functions below it. */
MUST_CHECK enum rc gas_gum_evaluate(const struct gas_gum_model *model, struct gas_gum_values *out,
                                    struct gas_fault *fault);

/* Central differences of 1 % of each u. `count` 0..GAS_GUM_INPUTS_MAX, u >= 0. */
MUST_CHECK enum rc gas_gum_combine(const struct gas_gum_model *model,
                                   const struct gas_gum_input *inputs, size_t count,
                                   struct gas_gum_result *out, struct gas_fault *fault);

enum { GAS_GUM_ROOM = 3 };
struct gas_gum_draws {
    struct rng *rng;
    unsigned count; /* 2..1000000 */
    double *room;   /* of the caller, GAS_GUM_ROOM * count; holds nothing of use afterwards */
};
/* 95 % of the draws, 2.5 % on either side of them. */
struct gas_gum_interval {
    double low, high;
};
struct gas_gum_spread {
    struct gas_gum_values u;                         /* standard deviations */
    struct gas_gum_interval lambda_f, emf_mV, ip_mA; /* NAN where the value is not defined */
};
/* Draws from gaussians; one beyond a physical limit is held at it. RC_RANGE as gas_gum_combine, at
 * the first draw whose gas does not define its oxygen pressure. */
MUST_CHECK enum rc gas_gum_monte_carlo(const struct gas_gum_model *model,
                                       const struct gas_gum_input *inputs, size_t count,
                                       const struct gas_gum_draws *draws,
                                       struct gas_gum_spread *out);

/* JCGM 101:2008, 8.1: value -+ 1.96 u validated by the draws. Both ends must lie within half a unit
 * of the first significant digit of u. NaN anywhere is no agreement. */
bool gas_gum_is_validated(double value, double u, const struct gas_gum_interval *drawn);

#endif
