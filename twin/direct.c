#include "twin/direct.h"

#include <complex.h>
#include <math.h>

static const double COLD_K = 700, HOT_K = 1400, TRACE = 1e-6, SERIES_ohm = 1000;

double direct_hot_K(double T_K)
{
    return direct_held(T_K, COLD_K, HOT_K);
}

double direct_held(double x, double lo, double hi)
{
    return x > lo ? (x < hi ? x : hi) : lo;
}

double direct_side_K(const struct nernst_wiring *wiring, const struct direct_at *at)
{
    return wiring->side_dT_K + at->gas->side_K;
}

struct gas_mix direct_gas(const struct gas_view *view)
{
    struct gas_mix mix = view->mix;
    for (size_t i = 0; i < GAS_SPECIES_COUNT; i++)
        mix.x[i] *= 1 - TRACE;
    mix.x[GAS_O2] += TRACE;
    return mix;
}

double direct_distance(const struct gas_mix *a, const struct gas_mix *b)
{
    double most = 0;
    for (size_t i = 0; i < GAS_SPECIES_COUNT; i++) {
        double off = fabs(a->x[i] - b->x[i]);
        if (off > most)
            most = off;
    }
    return most;
}

double direct_share(double cell_ohm, double meter_ohm)
{
    return meter_ohm / (meter_ohm + cell_ohm);
}

struct nernst_path direct_path(const struct nernst_path *path, const struct nernst_wiring *wiring,
                               double u)
{
    double factor = wiring->hf_factor * (u < 0.5 ? 1 : 1 + wiring->telegraph);
    return (struct nernst_path){path->flat_ohm * factor, path->active_ohm * factor, path->ea_eV};
}

struct impedance_point direct_sine_A(const struct impedance *z, double volt, double Hz)
{
    struct impedance_point cell = impedance_at(z, Hz);
    double complex ampere = volt / (SERIES_ohm + cell.re_ohm + cell.im_ohm * (double complex)I);
    return (struct impedance_point){creal(ampere), cimag(ampere)};
}

struct impedance_point direct_drop_V(const struct impedance *z, struct impedance_point current_A,
                                     double Hz)
{
    struct impedance_point cell = impedance_at(z, Hz);
    double complex ohm = cell.re_ohm + cell.im_ohm * (double complex)I;
    double complex volt = ohm * (current_A.re_ohm + current_A.im_ohm * (double complex)I);
    return (struct impedance_point){creal(volt), cimag(volt)};
}
