/* The part of gas/mixture.h that knows instruments: ranges, water, gas conversion. */
#include <assert.h>
#include <math.h>

#include "core/num.h"
#include "gas/mixture.h"
#include "gas/thermo.h"

static const double HEADROOM = 0.95;
static const double G_MIN_PER_SLPM = 0.8037;

static bool covers(const struct gas_mfc *mfc, double flow_slpm)
{
    double lowest = flow_slpm > 0 ? mfc->turndown * mfc->full_scale_slpm : 0;
    return num_within(flow_slpm, lowest, HEADROOM * mfc->full_scale_slpm);
}

/* What flows the set of controllers can do at all, for the fault. */
static void span_of(const struct gas_mfc *mfcs, size_t count, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = 0;
    for (size_t i = 0; i < count; i++) {
        double least = mfcs[i].turndown * mfcs[i].full_scale_slpm;
        double most = HEADROOM * mfcs[i].full_scale_slpm;
        *lo = least < *lo ? least : *lo;
        *hi = most > *hi ? most : *hi;
    }
}

enum rc gas_mfc_choose(const struct gas_mfc *mfcs, size_t count, double flow_slpm, size_t *chosen,
                       struct gas_fault *fault)
{
    size_t best = count;
    for (size_t i = 0; i < count; i++) {
        if (!covers(&mfcs[i], flow_slpm))
            continue;
        if (best == count || mfcs[i].full_scale_slpm < mfcs[best].full_scale_slpm)
            best = i;
    }
    if (best == count) {
        double lo, hi;
        span_of(mfcs, count, &lo, &hi);
        return gas_fault_set(fault, (struct gas_fault){"flow (slpm)", flow_slpm, lo, hi});
    }
    *chosen = best;
    return RC_OK;
}

double gas_mfc_u_slpm(double flow_slpm, double full_scale_slpm)
{
    double reading = 0.004 * flow_slpm, scale = 0.002 * full_scale_slpm;
    return sqrt((reading * reading + scale * scale) / 3);
}

enum rc gas_water_pressure_kPa(double t_degC, double *kPa)
{
    if (!num_within(t_degC, -45, 100))
        return RC_RANGE;
    *kPa = 0.6112 * exp(17.62 * t_degC / (243.12 + t_degC));
    return RC_OK;
}

enum rc gas_dew_point_degC(double x_h2o, double p_kPa, double *degC)
{
    if (!num_within(x_h2o, 1e-6, 1) || !num_within(p_kPa, 1, 1000))
        return RC_RANGE;
    double ln = log(x_h2o * p_kPa / 0.6112);
    double t_degC = 243.12 * ln / (17.62 - ln);
    if (!num_within(t_degC, -100, 110))
        return RC_RANGE;
    *degC = t_degC;
    return RC_OK;
}

enum rc gas_dew_check(const struct gas_mix *mix, double p_kPa, double coldest_degC,
                      double *dew_degC)
{
    const double dry = 0.005, apart_K = 10, doubt = 1.05;
    double x = mix->x[GAS_H2O], dew = (double)NAN;
    bool sound = num_within(x, 0, 1) && num_within(p_kPa, 10, 1000);
    bool wet = sound && !(x <= dry);
    bool known = wet && gas_dew_point_degC(x * doubt < 1 ? x * doubt : 1, p_kPa, &dew) == RC_OK;
    if (dew_degC)
        *dew_degC = dew;
    if (!sound)
        return RC_RANGE;
    return !wet || (known && dew + apart_K <= coldest_degC) ? RC_OK : RC_REFUSED;
}

enum rc gas_saturator_x(double t_degC, double p_kPa, double *x_h2o)
{
    double kPa;
    if (!num_within(p_kPa, 1, 1000) || gas_water_pressure_kPa(t_degC, &kPa) != RC_OK)
        return RC_RANGE;
    if (!(kPa < p_kPa))
        return RC_RANGE;
    *x_h2o = kPa / p_kPa;
    return RC_OK;
}

enum rc gas_water_flow_slpm(double dry_slpm, double x_h2o, double *slpm)
{
    if (!num_within(dry_slpm, 0, 1e4) || !num_within(x_h2o, 0, 0.999))
        return RC_RANGE;
    *slpm = dry_slpm * x_h2o / (1 - x_h2o);
    return RC_OK;
}

double gas_cem_g_min(double vapour_slpm)
{
    return G_MIN_PER_SLPM * vapour_slpm;
}

double gas_cem_vapour_slpm(double g_min)
{
    return g_min / G_MIN_PER_SLPM;
}

/* Factors in the style of MKS Instruments' published table (Hastings gives CO2 0.743-0.753, CH4
 * 0.77-0.78). Density g/L at 0 degC, 1 atm and cp cal/(g degC): MKS gas correction factor page. s
 * is 1.030, 1.000, 0.941, 0.880 for mono-, di-, tri- and polyatomic molecules. */
/* clang-format off */
static const struct thermal { double factor, s, density_g_L, cp_cal_gK; } thermal[GAS_SPECIES_COUNT] = {
    [GAS_O2]   = {0.996, 1.000, 1.427,  0.2193},
    [GAS_N2]   = {1.000, 1.000, 1.250,  0.2485},
    [GAS_AR]   = {1.39,  1.030, 1.782,  0.1244},
    [GAS_CO]   = {1.00,  1.000, 1.250,  0.2488},
    [GAS_CO2]  = {0.70,  0.941, 1.964,  0.2016},
    [GAS_H2]   = {1.01,  1.000, 0.0899, 3.419 },
    [GAS_H2O]  = {0,     0.941, 0.8038, 0.445 },
    [GAS_CH4]  = {0.72,  0.880, 0.715,  0.5328},
    [GAS_C2H4] = {0.60,  0.880, 1.251,  0.3658},
    [GAS_C3H6] = {0.41,  0.880, 1.877,  0.3541},
    [GAS_C3H8] = {0.36,  0.880, 1.967,  0.3885},
    [GAS_NO]   = {0.99,  1.000, 1.339,  0.2328},
    [GAS_NO2]  = {0,     0.941, 2.052,  0.1933},
    [GAS_NH3]  = {0.73,  0.880, 0.760,  0.492 },
};
/* clang-format on */

enum rc gas_conversion_factor(enum gas_species species, double *factor)
{
    assert((unsigned)species < GAS_SPECIES_COUNT);
    if (!(thermal[species].factor > 0))
        return RC_CONFIG;
    *factor = thermal[species].factor;
    return RC_OK;
}

enum rc gas_conversion_factor_mix(const struct gas_mix *mix, double *factor,
                                  struct gas_fault *fault)
{
    enum rc rc = gas_mix_check(mix, fault);
    if (rc != RC_OK)
        return rc;
    double top = 0, bottom = 0;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        const struct thermal *t = &thermal[s];
        top += mix->x[s] * t->s;
        bottom += mix->x[s] * t->density_g_L * t->cp_cal_gK;
    }
    if (!(bottom > 1e-6))
        return gas_fault_set(fault, (struct gas_fault){"sum", gas_mix_sum(mix), 1e-6, 1});
    *factor = 0.3106 * top / bottom;
    return RC_OK;
}

enum rc gas_reference_factor(double reference_degC, double *factor)
{
    if (!num_within(reference_degC, -50, 100))
        return RC_RANGE;
    *factor = GAS_ZERO_DEGC_K / (GAS_ZERO_DEGC_K + reference_degC);
    return RC_OK;
}

bool gas_mix_same(const struct gas_mix *a, const struct gas_mix *b)
{
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        if (!(fabs(a->x[s] - b->x[s]) <= 1e-9))
            return false;
    return true;
}

static enum rc factor_of(const struct gas_mix *mix, double *factor)
{
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        if (mix->x[s] > 0.999)
            return gas_conversion_factor((enum gas_species)s, factor);
    return gas_conversion_factor_mix(mix, factor, NULL);
}

enum rc gas_mfc_factor(const struct gas_mfc_calibration *calibration, const struct gas_mix *flowing,
                       double *factor)
{
    double flows = 1, shows = 1, litres = 1;
    enum rc rc = gas_reference_factor(calibration->reference_degC, &litres);
    bool same = gas_mix_same(&calibration->gas, flowing);
    if (rc == RC_OK && !same)
        rc = factor_of(flowing, &flows);
    if (rc == RC_OK && !same)
        rc = factor_of(&calibration->gas, &shows);
    if (rc == RC_OK)
        *factor = flows / shows * litres;
    return rc;
}
