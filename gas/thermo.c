#include "gas/thermo.h"

#include <assert.h>
#include <math.h>

#include "core/num.h"
#include "gas/thermo_data.h"

static const struct thermo_segment *find_segment(unsigned what, double T_K)
{
    for (size_t i = 0; i < COUNT(thermo_segments); i++) {
        const struct thermo_segment *s = &thermo_segments[i];
        if (s->what == what && num_within(T_K, s->lo_K, s->hi_K))
            return s;
    }
    return NULL;
}

enum rc gas_thermo_at(unsigned what, double T_K, struct gas_thermo *out)
{
    const struct thermo_segment *s = find_segment(what, T_K);
    if (!s)
        return RC_RANGE;
    const double *a = s->a;
    double T = T_K, T2 = T * T, lnT = log(T);
    double cp = a[0] / T2 + a[1] / T + a[2] + T * (a[3] + T * (a[4] + T * (a[5] + T * a[6])));
    double h = -a[0] / T2 + a[1] * lnT / T + a[2] +
               T * (a[3] / 2 + T * (a[4] / 3 + T * (a[5] / 4 + T * a[6] / 5))) + a[7] / T;
    double entropy = -a[0] / (2 * T2) - a[1] / T + a[2] * lnT +
                     T * (a[3] + T * (a[4] / 2 + T * (a[5] / 3 + T * a[6] / 4))) + a[8];
    *out = (struct gas_thermo){cp, h, entropy, h - entropy};
    return RC_OK;
}

struct term {
    unsigned what;
    double moles; /* reactants +, products -; 0 ends the list */
};

struct reaction {
    struct term terms[4];
    double A, B_K, C, D_1_K; /* fitted to the NASA-9 data at 700..1400 K */
};

/* clang-format off */
static const struct reaction reactions[GAS_REACTION_COUNT] = {
    [GAS_REACTION_CO] = {{{GAS_CO, 1}, {GAS_O2, 0.5}, {GAS_CO2, -1}},
        -1.05887610e+01, 3.41850666e+04, -4.53651477e-02, 2.39666275e-04},
    [GAS_REACTION_H2] = {{{GAS_H2, 1}, {GAS_O2, 0.5}, {GAS_H2O, -1}},
        5.15125858e+00, 2.86285503e+04, -1.59727053e+00, 4.15870203e-04},
    [GAS_REACTION_WATER_GAS] = {{{GAS_CO, 1}, {GAS_H2O, 1}, {GAS_CO2, -1}, {GAS_H2, -1}},
        -1.57400196e+01, 5.55651633e+03, 1.55190539e+00, -1.76203926e-04},
    [GAS_REACTION_METHANE] = {{{GAS_CO, 1}, {GAS_H2, 3}, {GAS_CH4, -1}, {GAS_H2O, -1}},
        1.17271914e+01, 2.35325370e+04, -5.92620235e+00, 2.40645099e-03},
    [GAS_REACTION_BOUDOUARD] = {{{GAS_CO, 2}, {GAS_CO2, -1}, {GAS_THERMO_GRAPHITE, -1}},
        -2.34800770e+01, 2.11763424e+04, 1.83074691e-01, 4.72401545e-04},
    [GAS_REACTION_NO] = {{{GAS_N2, 1}, {GAS_O2, 1}, {GAS_NO, -2}},
        2.61801181e+00, -2.19400037e+04, 5.50621146e-02, -4.63212928e-06},
    [GAS_REACTION_CH4_BURNT] = {{{GAS_CH4, 1}, {GAS_O2, 2}, {GAS_CO2, -1}, {GAS_H2O, -2}},
        -6.86217673e+00, 9.65381805e+04, 1.08902560e+00, -9.19174097e-04},
    [GAS_REACTION_C3H8_BURNT] = {{{GAS_C3H8, 1}, {GAS_O2, 5}, {GAS_CO2, -3}, {GAS_H2O, -4}},
        1.32230940e+01, 2.44857771e+05, 2.39419494e-01, -1.33081712e-03},
};
/* clang-format on */

enum rc gas_lnk_exact(enum gas_reaction reaction, double T_K, double *out)
{
    assert((unsigned)reaction < GAS_REACTION_COUNT);
    const struct term *terms = reactions[reaction].terms;
    double sum = 0;
    if (!num_within(T_K, 300, 2000))
        return RC_RANGE;
    for (size_t i = 0; i < 4 && (terms[i].moles > 0 || terms[i].moles < 0); i++) {
        struct gas_thermo thermo;
        enum rc rc = gas_thermo_at(terms[i].what, T_K, &thermo);
        if (rc != RC_OK)
            return rc;
        sum += terms[i].moles * thermo.g_RT;
    }
    *out = sum;
    return RC_OK;
}

static double fit(const struct reaction *r, double T_K, double lnT)
{
    return r->A + r->B_K / T_K + r->C * lnT + r->D_1_K * T_K;
}

enum rc gas_lnk_fit(enum gas_reaction reaction, double T_K, double *out)
{
    assert((unsigned)reaction < GAS_REACTION_COUNT);
    if (!num_within(T_K, 700, 1400))
        return RC_RANGE;
    *out = fit(&reactions[reaction], T_K, log(T_K));
    return RC_OK;
}

static struct gas_constants constants(double T_K, const double lnK[4])
{
    return (struct gas_constants){
        .T_K = T_K,
        .lnK1 = lnK[0],
        .lnK2 = lnK[1],
        .K3 = exp(lnK[2]),
        .KB = exp(lnK[3]),
        .ratio_HC = exp(lnK[0] - lnK[1]),
    };
}

enum rc gas_constants_exact(double T_K, struct gas_constants *out)
{
    static const enum gas_reaction which[4] = {GAS_REACTION_CO, GAS_REACTION_H2,
                                               GAS_REACTION_METHANE, GAS_REACTION_BOUDOUARD};
    double lnK[4];
    if (!num_within(T_K, 600, 2000))
        return RC_RANGE;
    for (size_t i = 0; i < COUNT(which); i++) {
        enum rc rc = gas_lnk_exact(which[i], T_K, &lnK[i]);
        if (rc != RC_OK)
            return rc;
    }
    *out = constants(T_K, lnK);
    return RC_OK;
}

enum rc gas_constants_fit(double T_K, struct gas_constants *out)
{
    if (!num_within(T_K, 700, 1400))
        return RC_RANGE;
    double lnT = log(T_K);
    const double lnK[4] = {fit(&reactions[GAS_REACTION_CO], T_K, lnT),
                           fit(&reactions[GAS_REACTION_H2], T_K, lnT),
                           fit(&reactions[GAS_REACTION_METHANE], T_K, lnT),
                           fit(&reactions[GAS_REACTION_BOUDOUARD], T_K, lnT)};
    *out = constants(T_K, lnK);
    return RC_OK;
}
