#include <math.h>

#include "core/root.h"
#include "gas/equilibrium.h"
#include "twin/direct_a_private.h"

static const double LN_LEAST = -230, LN_UNDEFINED = -46; /* 1e-20 bar */
static const double GAS_STILL = 1e-9, X_STILL = 1e-9, BALANCED_mA = 1e-6;
static const double REFERENCE_V = 5; /* what the 20 uA source can give */
enum { STILL_STEPS = 100, NEWTON = 40 };

static double exchange_mA(const struct pump_electrode *e, double T_K)
{
    return e->i0_mA * exp(-e->ea_eV / NERNST_K_EV * (1 / T_K - 1 / NERNST_T0_K));
}

static double outer_ln_pO2(const struct direct_a *a, double T_K, double kPa)
{
    struct gas_constants k;
    struct gas_equilibrium eq;
    struct gas_surface surface = {.p_kPa = kPa};
    if (gas_constants_fit(T_K, &k) != RC_OK ||
        gas_equilibrium_solve(&a->gas, &k, &surface, &eq, NULL) != RC_OK)
        return LN_UNDEFINED;
    return eq.ln_pO2_bar;
}

/* Reversed and swapped leads both turn the pump cell around. */
static double sign_of(const struct direct_a *a)
{
    return a->part.wiring.leads == NERNST_LEADS_RIGHT ? 1 : -1;
}

static struct direct_source at_electrodes(const struct direct_a *a, const struct direct_source *out)
{
    double sign = sign_of(a), trim = element_a_trim(a->part.trim_error);
    struct direct_source in = *out;
    in.set_mV *= sign;
    in.set_mA *= sign / trim;
    in.limit_mA /= trim;
    return in;
}

void electric_prepare(const struct direct_a *a, const struct direct_wires *wires,
                      const struct direct_at *at, bool outer, struct electric *out)
{
    const struct pump_cell *pump = &a->part.pump;
    double T_K = direct_hot_K(at->T_K), kPa = at->gas->pressure_kPa;
    struct nernst_path rp = direct_path(&pump->rp, &a->part.wiring, at->u);
    *out = (struct electric){.a = a, .nernst_mV = nernst_slope_mV(T_K)};
    if (gas_barrier_prepare(&pump->barrier, T_K, kPa, &out->at) != RC_OK)
        return; /* held within its range above */
    out->source = at_electrodes(a, &wires->source);
    out->ohm = nernst_path_ohm(&rp, at->T_K + direct_side_K(&a->part.wiring, at)) +
               a->part.wiring.lead_ohm;
    if (!outer)
        return;
    out->ln_outer = outer_ln_pO2(a, T_K, kPa);
    out->outer_mV = 4 * out->nernst_mV / pump->outer.alpha_n;
    out->inner_mV = 4 * out->nernst_mV / pump->inner.alpha_n;
    out->outer_mA = 2 * exchange_mA(&pump->outer, T_K);
    out->inner_mA = 2 * exchange_mA(&pump->inner, T_K);
}

static double eta_mV(const struct electric *e, double ip_mA)
{
    double sum = e->outer_mA > 0 ? e->outer_mV * asinh(ip_mA / e->outer_mA) : 0;
    return sum + (e->inner_mA > 0 ? e->inner_mV * asinh(ip_mA / e->inner_mA) : 0);
}

double electric_volt_mV(const struct electric *e, double z, double ip_mA)
{
    return e->nernst_mV * (e->ln_outer - z) + ip_mA * e->ohm + eta_mV(e, ip_mA);
}

/* The current at a voltage: ohm I + eta(I) bends down, so Newton's steps from 0 never overshoot. */
static double ampere_mA(const struct electric *e, double z, double up_mV)
{
    double over_mV = up_mV - e->nernst_mV * (e->ln_outer - z), goal_mV = fabs(over_mV), i_mA = 0;
    for (int n = 0; n < NEWTON; n++) {
        double slope = e->ohm;
        if (e->outer_mA > 0)
            slope += e->outer_mV / hypot(e->outer_mA, i_mA);
        if (e->inner_mA > 0)
            slope += e->inner_mV / hypot(e->inner_mA, i_mA);
        double step_mA = (goal_mV - i_mA * e->ohm - eta_mV(e, i_mA)) / slope;
        i_mA += step_mA;
        if (!(fabs(step_mA) > 1e-12 * (1 + i_mA)))
            break;
    }
    return over_mV < 0 ? -i_mA : i_mA;
}

double electric_driven_mA(const struct electric *e, double z, bool *compliance)
{
    const struct direct_source *s = &e->source;
    double wish_mA = 0, got_mA = 0;
    if (s->mode == DIRECT_VOLT) {
        wish_mA = ampere_mA(e, z, s->set_mV);
        got_mA = direct_held(wish_mA, -s->limit_mA, s->limit_mA);
    } else if (s->mode == DIRECT_AMPERE) {
        got_mA = wish_mA = s->set_mA;
        double up_mV = electric_volt_mV(e, z, wish_mA);
        if (fabs(up_mV) > s->limit_mV)
            got_mA = ampere_mA(e, z, up_mV > 0 ? s->limit_mV : -s->limit_mV);
    }
    *compliance = wish_mA != got_mA;
    return got_mA;
}

static double excess_at(const struct gas_barrier *b, const struct gas_barrier_point *point,
                        const struct gas_mix *gas, double x_O2)
{
    const double *x = gas->x;
    double CO = (x[GAS_CO] + b->dC * x[GAS_CO2]) * point->wC;
    double H2 = (x[GAS_H2] + b->dH * x[GAS_H2O]) * point->wH;
    return x_O2 - (CO + H2) / 2;
}

/* What the pump takes and the cavity stores, less what the barrier brings: rises with z. */
static double imbalance_mA(const void *ctx, double z)
{
    const struct electric *e = ctx;
    const struct gas_barrier *barrier = &e->a->part.pump.barrier;
    struct gas_barrier_point point;
    bool compliance;
    gas_barrier_point_at(barrier, &e->at, z, &point);
    double mA = electric_driven_mA(e, z, &compliance);
    mA -= gas_barrier_current_mA(barrier, &point, &e->a->gas);
    if (e->store_mC_s > 0)
        mA += e->store_mC_s *
              (excess_at(barrier, &point, &e->a->gas, exp(z) / e->at.p_bar) - e->excess);
    return mA;
}

double electric_solve_z(const struct electric *e, double guess)
{
    return root_find_near(imbalance_mA, e, guess, LN_LEAST, log(0.999 * e->at.p_bar));
}

double electric_excess(const struct electric *e, double z)
{
    const struct gas_barrier *barrier = &e->a->part.pump.barrier;
    struct gas_barrier_point point;
    gas_barrier_point_at(barrier, &e->at, z, &point);
    return excess_at(barrier, &point, &e->a->gas, exp(z) / e->at.p_bar);
}

static double too_much(const void *ctx, double z)
{
    const struct electric *e = ctx;
    return electric_excess(e, z) - e->excess;
}

double electric_z_of(const struct electric *e, double excess, double guess)
{
    struct electric with = *e;
    with.excess = excess;
    return root_find_near(too_much, &with, guess, LN_LEAST, log(0.999 * e->at.p_bar));
}

double electric_store_mC(const struct electric *e, double T_K)
{
    return e->a->part.pump.cavity_mC * NERNST_T0_K / T_K * (e->at.p_bar / 1.01325);
}

static void set_cavity(struct direct_a *a, const struct electric *e, double z)
{
    a->cavity.ln_pO2_bar = z;
    a->cavity.excess = electric_excess(e, z);
}

void direct_a_start(struct direct_a *a, const struct direct_at *at)
{
    a->gas = direct_gas(at->gas);
    a->serial = at->gas->serial;
    a->gas_keep = exp(-TWIN_STEP_S / a->part.tau_s);
    a->x_ref = nernst_reference_x(&a->part.reference, 0);
    reference_chamber_start(&a->part.reference, at->ambient_kPa, &a->chamber);
    a->cavity = (struct pump_cavity){0, log(NERNST_AIR_X)};
    a->steady = true;
}

/* The true oxygen pressure of the cavity. */
static double cavity_z(const struct direct_a *a, const struct electric *e)
{
    return a->steady ? electric_solve_z(e, a->cavity.ln_pO2_bar) : a->cavity.ln_pO2_bar;
}

void direct_a_disturb(struct direct_a *a, const struct direct_wires *wires,
                      const struct direct_at *at)
{
    struct electric e;
    a->still = 0;
    if (!a->steady)
        return;
    electric_prepare(a, wires, at, wires->source.mode != DIRECT_OFF, &e);
    set_cavity(a, &e, electric_solve_z(&e, a->cavity.ln_pO2_bar));
    a->steady = false;
}

static void follow_gas(struct direct_a *a, const struct direct_wires *wires,
                       const struct direct_at *at)
{
    if (a->serial != at->gas->serial) {
        a->serial = at->gas->serial;
        if (!a->moving)
            direct_a_disturb(a, wires, at);
        a->moving = true;
    }
    if (!a->moving)
        return;
    a->still = 0;
    struct gas_mix outside = direct_gas(at->gas);
    for (size_t i = 0; i < GAS_SPECIES_COUNT; i++)
        a->gas.x[i] = outside.x[i] + (a->gas.x[i] - outside.x[i]) * a->gas_keep;
    if (direct_distance(&a->gas, &outside) < GAS_STILL) {
        a->gas = outside;
        a->moving = false;
    }
}

static double rn_ohm(const struct direct_a *a, const struct direct_at *at)
{
    struct nernst_path rn = direct_path(&a->part.rn, &a->part.wiring, at->u);
    return nernst_path_ohm(&rn, at->T_K) + a->part.wiring.lead_ohm;
}

static double ln_reference_bar(const struct direct_a *a, const struct direct_at *at)
{
    return at->ambient ? a->chamber.ln_pO2_bar : log(a->x_ref * GAS_ATM_KPA / 100);
}

/* What a source at the reference electrode drives, with the cavity as the last step left it. */
static double driven_uA(const struct direct_a *a, const struct direct_wires *wires,
                        const struct direct_at *at, bool *compliance)
{
    const struct direct_source *s = &wires->reference;
    double emf_mV =
        nernst_slope_mV(direct_hot_K(at->T_K)) * (ln_reference_bar(a, at) - a->cavity.ln_pO2_bar);
    double ohm = rn_ohm(a, at), volt = s->mode == DIRECT_VOLT;
    double wish_mA = volt ? (s->set_mV - emf_mV) / ohm : s->set_mA;
    double lo_mA = volt ? -s->limit_mA : (-s->limit_mV - emf_mV) / ohm;
    double hi_mA = volt ? s->limit_mA : (s->limit_mV - emf_mV) / ohm;
    double got_mA = direct_held(wish_mA, lo_mA, hi_mA);
    *compliance = got_mA != wish_mA;
    return 1000 * got_mA;
}

static double reference_uA(const struct direct_a *a, const struct direct_wires *wires,
                           const struct direct_at *at, bool *compliance)
{
    *compliance = false;
    if (wires->reference.mode != DIRECT_OFF)
        return driven_uA(a, wires, at, compliance);
    if (!wires->relay1)
        return 0;
    double most_uA = 1e6 * REFERENCE_V / rn_ohm(a, at);
    return a->part.reference_uA < most_uA ? a->part.reference_uA : most_uA;
}

static void step_cavity(struct direct_a *a, const struct direct_wires *wires,
                        const struct direct_at *at)
{
    struct electric e;
    electric_prepare(a, wires, at, wires->source.mode != DIRECT_OFF, &e);
    e.store_mC_s = electric_store_mC(&e, direct_hot_K(at->T_K)) / TWIN_STEP_S;
    e.excess = a->cavity.excess;
    set_cavity(a, &e, electric_solve_z(&e, a->cavity.ln_pO2_bar));
    a->still++;
    e.store_mC_s = 0;
    if (!a->moving && a->still >= STILL_STEPS &&
        fabs(imbalance_mA(&e, a->cavity.ln_pO2_bar)) < BALANCED_mA)
        a->steady = true;
}

static void step_reference(struct direct_a *a, const struct direct_wires *wires,
                           const struct direct_at *at)
{
    bool compliance;
    double pump_uA = reference_uA(a, wires, at, &compliance);
    const struct nernst_reference *ref = &a->part.reference;
    if (at->ambient) {
        struct reference_ambient ambient = {at->ambient, direct_hot_K(at->T_K), at->ambient_kPa};
        (void)!reference_chamber_step(ref, &ambient, pump_uA, TWIN_STEP_S, &a->chamber);
        return; /* both within their ranges here */
    }
    double x = nernst_reference_step(ref, a->x_ref, pump_uA, TWIN_STEP_S);
    if (fabs(x - a->x_ref) > X_STILL * TWIN_STEP_S)
        a->x_ref = x;
}

void direct_a_step(struct direct_a *a, const struct direct_wires *wires, const struct direct_at *at)
{
    follow_gas(a, wires, at);
    step_reference(a, wires, at);
    if (!a->steady)
        step_cavity(a, wires, at);
}

/* Of the reference electrode, before the meter's share of it. */
static double open_mV(const struct electric *e, const struct direct_wires *wires,
                      const struct direct_at *at, double z, double ip_mA)
{
    const struct direct_a *a = e->a;
    struct element_a_heat heat = element_a_heat_at(at->T_K);
    bool compliance;
    double u_mV = e->nernst_mV * (ln_reference_bar(a, at) - z);
    double transfer_ohm = element_a_rc_ohm(&a->part, heat, 1) + element_a_com_ohm(&a->part, heat);
    u_mV += rn_ohm(a, at) * reference_uA(a, wires, at, &compliance) * 1e-3 + transfer_ohm * ip_mA;
    u_mV += NERNST_THERMO_EMF_mV_K * direct_side_K(&a->part.wiring, at);
    if (a->part.wiring.leads == NERNST_LEADS_SWAPPED) /* against the outer electrode */
        u_mV -= electric_volt_mV(e, z, ip_mA);
    return u_mV;
}

double electric_u_mV(const struct electric *e, const struct direct_wires *wires,
                     const struct direct_at *at, double z, double ip_mA)
{
    double ohm = rn_ohm(e->a, at);
    return open_mV(e, wires, at, z, ip_mA) * direct_share(ohm, wires->meter_ohm) +
           nernst_coupling_mV_V(&e->a->part.wiring, at->T_K, ohm) * at->heater_V;
}

void direct_a_read(const struct direct_a *a, const struct direct_wires *wires,
                   const struct direct_at *at, struct direct_reading *out)
{
    struct electric e;
    struct direct_reading r = {.compliance = false};
    electric_prepare(a, wires, at, true, &e);
    double z = cavity_z(a, &e), ip_mA = electric_driven_mA(&e, z, &r.compliance), sign = sign_of(a);
    r.source_mV = sign * electric_volt_mV(&e, z, ip_mA);
    r.source_mA = sign * ip_mA * element_a_trim(a->part.trim_error);
    r.reference_mA = reference_uA(a, wires, at, &r.reference_compliance) * 1e-3;
    r.reference_mV = open_mV(&e, wires, at, z, ip_mA);
    r.u_mV = electric_u_mV(&e, wires, at, z, ip_mA);
    *out = r;
}

double direct_a_second_mV(const struct direct_a *a, const struct direct_wires *wires,
                          const struct direct_at *at)
{
    struct element_a_heat heat = element_a_heat_at(at->T_K);
    struct electric e;
    bool compliance;
    if (!(a->part.rn2.active_ohm > 0))
        return (double)NAN;
    electric_prepare(a, wires, at, true, &e);
    double z = cavity_z(a, &e);
    double transfer_ohm = element_a_rc_ohm(&a->part, heat, 2) + element_a_com_ohm(&a->part, heat);
    double emf_mV = e.nernst_mV * (ln_reference_bar(a, at) - z);
    return emf_mV + transfer_ohm * electric_driven_mA(&e, z, &compliance);
}
