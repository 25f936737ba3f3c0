#include "gas/equilibrium.h"

#include <math.h>

#include "core/num.h"
#include "core/root.h"

static const double LN_PO2_MIN = -150, LN_PO2_TOLERANCE = 1e-13;
static const double OXYGEN_LEAST = 1e-9;

struct problem {
    double C, H, O, rest; /* atoms, and moles of N2 + Ar */
    double p_bar;
    double rC_scale; /* exp(-lnK1) */
    const struct gas_constants *k;
    bool methane;
};

struct state {
    double CO, CO2, H2, H2O, CH4, O2, total;
    double rC; /* CO/CO2 */
};

/* Split `sum` moles into reduced and oxidised at the ratio r = reduced/oxidised, safe for 0 and
 * inf. */
static void split(double sum, double r, double *reduced, double *oxidised)
{
    double fraction = r <= 1 ? r / (1 + r) : 1 / (1 + 1 / r);
    *reduced = sum * fraction;
    *oxidised = r <= 1 ? sum / (1 + r) : sum / r / (1 + 1 / r);
}

/* Composition at given rC, rH, mole ratio y/(1-y) of O2 to all else, and CH4. */
static void compose(const struct problem *pb, double rH, double o2_ratio, struct state *st)
{
    split(pb->C - st->CH4, st->rC, &st->CO, &st->CO2);
    split((pb->H - 4 * st->CH4) / 2, rH, &st->H2, &st->H2O);
    double others = (pb->C - st->CH4) + (pb->H - 4 * st->CH4) / 2 + st->CH4 + pb->rest;
    st->O2 = o2_ratio * others;
    st->total = others + st->O2;
}

/* Methane in excess of K3 pCO pH2^3 / pH2O = K3 pCO pH2^2 rH: rises with CH4. */
static double methane_excess(const struct problem *pb, double rH, const struct state *st)
{
    double bar_per_mole = pb->p_bar / st->total;
    double pH2 = st->H2 * bar_per_mole;
    return st->CH4 - pb->k->K3 * st->CO * pH2 * pH2 * rH;
}

static void add_methane(const struct problem *pb, double rH, double o2_ratio, struct state *st)
{
    double lo = 0, hi = pb->C < pb->H / 4 ? pb->C : pb->H / 4;
    for (int i = 0; i < 52 && hi > lo; i++) {
        st->CH4 = (lo + hi) / 2;
        compose(pb, rH, o2_ratio, st);
        if (methane_excess(pb, rH, st) > 0)
            hi = st->CH4;
        else
            lo = st->CH4;
    }
}

/* Oxygen atoms in excess at z = ln pO2: rises with z. */
static double oxygen_excess(const struct problem *pb, double z, struct state *st)
{
    double root = exp(-z / 2); /* pO2^-1/2 */
    st->rC = root * pb->rC_scale;
    double rH = st->rC * pb->k->ratio_HC;
    double y = 1 / (root * root * pb->p_bar);
    double o2_ratio = y < 1 ? y / (1 - y) : 1e300; /* finite: it may meet 0 moles of all else */
    st->CH4 = 0;
    compose(pb, rH, o2_ratio, st);
    if (pb->methane)
        add_methane(pb, rH, o2_ratio, st);
    return 2 * st->CO2 + st->CO + st->H2O + 2 * st->O2 - pb->O;
}

static double excess_at(const void *ctx, double z)
{
    struct state st;
    return oxygen_excess(ctx, z, &st);
}

static double balance(const struct problem *pb, struct state *st)
{
    double z = log(pb->p_bar);
    if (excess_at(pb, z) > 0) /* else there is nothing but O2 */
        z = root_find(excess_at, pb, LN_PO2_MIN, z, LN_PO2_TOLERANCE);
    (void)oxygen_excess(pb, z, st);
    return z;
}

static void fill(const struct problem *pb, const struct gas_atoms *atoms, double z,
                 const struct state *st, struct gas_equilibrium *out)
{
    double total = st->total > 0 ? st->total : 1; /* nothing but O2 */
    *out = (struct gas_equilibrium){.ln_pO2_bar = z};
    out->x.x[GAS_O2] = st->total > 0 ? st->O2 / total : 1;
    out->x.x[GAS_N2] = atoms->N / 2 / total;
    out->x.x[GAS_AR] = atoms->Ar / total;
    out->x.x[GAS_CO] = st->CO / total;
    out->x.x[GAS_CO2] = st->CO2 / total;
    out->x.x[GAS_H2] = st->H2 / total;
    out->x.x[GAS_H2O] = st->H2O / total;
    out->x.x[GAS_CH4] = st->CH4 / total;
    /* KB pCO^2/pCO2 */
    out->carbon_activity = pb->k->KB * out->x.x[GAS_CO] * pb->p_bar * st->rC;
    out->soot = out->carbon_activity > 1;
}

enum rc gas_equilibrium_solve(const struct gas_mix *gas, const struct gas_constants *k,
                              const struct gas_surface *surface, struct gas_equilibrium *out,
                              struct gas_fault *fault)
{
    struct gas_atoms atoms;
    struct state st;
    enum rc rc = gas_mix_check(gas, fault);
    if (rc != RC_OK)
        return rc;
    if (!num_within(surface->p_kPa, 1, 1000))
        return gas_fault_set(fault, (struct gas_fault){"pressure (kPa)", surface->p_kPa, 1, 1000});
    gas_mix_atoms(gas, &atoms);
    if (!num_within(atoms.O, atoms.C + OXYGEN_LEAST, INFINITY))
        return gas_fault_set(fault, (struct gas_fault){"oxygen atoms per molecule of gas", atoms.O,
                                                       atoms.C + OXYGEN_LEAST, 4});
    struct problem pb = {.C = atoms.C,
                         .H = atoms.H,
                         .O = atoms.O,
                         .rest = atoms.N / 2 + atoms.Ar,
                         .p_bar = surface->p_kPa / 100,
                         .rC_scale = exp(-k->lnK1),
                         .k = k,
                         .methane = surface->methane && atoms.C > 0 && atoms.H > 0};
    double z = balance(&pb, &st);
    fill(&pb, &atoms, z, &st, out);
    return RC_OK;
}

double gas_nernst_mV(double T_K, double ln_pO2_bar, double ln_pO2_ref_bar)
{
    double apart = ln_pO2_ref_bar - ln_pO2_bar;
    if (fabs(apart) < 10 * LN_PO2_TOLERANCE) /* not known better: 2e-11 mV */
        apart = 0;
    return 1000 * GAS_R_J_MOLK * T_K / (4 * GAS_FARADAY_C_MOL) * apart;
}

double gas_air_ln_pO2(double p_kPa)
{
    return log(gas_mix_air.x[GAS_O2] * p_kPa / 100);
}

double gas_ln_pO2_at_mV(double T_K, double emf_mV, double ln_pO2_ref_bar)
{
    return ln_pO2_ref_bar - emf_mV / 1000 * 4 * GAS_FARADAY_C_MOL / (GAS_R_J_MOLK * T_K);
}

enum rc gas_emf_vs_air(const struct gas_mix *gas, double T_K, double p_kPa, double *emf_mV,
                       struct gas_fault *fault)
{
    struct gas_constants k;
    struct gas_equilibrium eq;
    struct gas_surface surface = {.p_kPa = p_kPa};
    if (gas_constants_exact(T_K, &k) != RC_OK)
        return gas_fault_set(fault, (struct gas_fault){"temperature (K)", T_K, 600, 2000});
    enum rc rc = gas_equilibrium_solve(gas, &k, &surface, &eq, fault);
    if (rc == RC_OK)
        *emf_mV = gas_nernst_mV(T_K, eq.ln_pO2_bar, gas_air_ln_pO2(p_kPa));
    return rc;
}
