#include "twin/element_a.h"

#include <assert.h>
#include <math.h>

#include "core/rng.h"

static const double IONIC_EA_EV = 0.78496, LEAD_SHARE = 0.63;
static const double RAIL_RICH_mA = -9, RAIL_LEAN_mA = 6;
static const double LEAD_ZONE_K = 773.15, LEAD_SIGMA = 0.8;
static const double COM_LEAST_ohm = 0.1, COM_MOST_ohm = 3, COM_TCR_1_K = 3e-3, COM_TCR_SIGMA = 0.1;
static const double SHUNT_ohm = 61.9, RAW_mA = 4.4, FINISHED_mA = 2.54;
enum { BISECTIONS = 64 };

/* clang-format off */
/* P1 is the element of the published defaults. P0: 1..3 kohm are three sigma. The others: that the
 * barrier blocks, that R_p and R_N do not rise, and that an insulated lead does not couple is
 * stated; how much is assumed. The barrier of V8 covers the whole level but for its cut-out, that of
 * P2 and V11 begins at the edge of a cut-out beside the chambers. */
static const struct element_a_variant_row variant_rows[ELEMENT_A_VARIANTS] = {
    /*                  R_OR    sigma  R_p   R_N  lead  second */
    [ELEMENT_A_P1]  = {1e6,    0.8,   1,    1,   0,    false},
    [ELEMENT_A_P2]  = {0.7e6,  0.6,   0.98, 1,   2e6,  false},
    [ELEMENT_A_V8]  = {1.4e6,  0.8,   1,    1,   0,    false},
    [ELEMENT_A_V9]  = {1e6,    0.8,   1,    1,   0,    true},
    [ELEMENT_A_V11] = {0.7e6,  0.6,   0.98, 1,   0,    false},
    [ELEMENT_A_P0]  = {1.73e3, 0.18,  1,    1,   0,    false},
};
/* clang-format on */

const struct element_a_variant_row *element_a_variant_row(enum element_a_variant variant)
{
    assert(variant >= ELEMENT_A_P1 && variant < ELEMENT_A_VARIANTS);
    return &variant_rows[variant];
}

static void scale(struct nernst_path *path, double share)
{
    path->active_ohm *= share;
    path->flat_ohm *= share;
}

void element_a_couple_lead(struct element_a *a, double ohm)
{
    a->or_lead = (struct nernst_path){0, 1, IONIC_EA_EV};
    a->or_lead.active_ohm = ohm / nernst_path_active_ohm(&a->or_lead, LEAD_ZONE_K);
}

void element_a_nominal(enum element_a_variant variant, struct element_a *out)
{
    const struct element_a_variant_row *row = element_a_variant_row(variant);
    struct nernst_path barrier = {0, row->or_ohm, IONIC_EA_EV};
    *out = (struct element_a){
        .variant = variant,
        .pump = pump_cell_plain,
        .rn = nernst_path_lsu49,
        .or1 = barrier,
        .com_tcr_1_K = COM_TCR_1_K,
        .reference = {.k_uA = 50, .volume_uC = 440},
        .reference_uA = 20,
        .tau_s = 0.012,
        .wiring = nernst_wiring_good,
    };
    out->pump.rp = (struct nernst_path){15, 60, IONIC_EA_EV};
    out->pump.outer = out->pump.inner = (struct pump_electrode){3, 1.3, 2};
    scale(&out->pump.rp, row->rp_share);
    scale(&out->rn, row->rn_share);
    if (row->lead_ohm > 0)
        element_a_couple_lead(out, row->lead_ohm);
    if (row->second) {
        out->rn2 = out->rn;
        out->or2 = barrier;
    }
}

static double factor(struct rng *rng, double sigma)
{
    double x = 1 + sigma * rng_gauss(rng);
    return x > 0.1 ? x : 0.1;
}

/* Of the leads; a stream of its own, so that the others do not move. */
static void draw_leads(struct element_a *a, uint64_t seed, uint64_t index)
{
    struct rng rng;
    rng_seed_named(&rng, seed, "element a leads", index);
    a->com_tcr_1_K *= factor(&rng, COM_TCR_SIGMA);
    double hot_ohm = COM_LEAST_ohm * pow(COM_MOST_ohm / COM_LEAST_ohm, rng_uniform(&rng));
    double hot_K = element_a_heat_at(NERNST_T0_K).lead_K;
    a->com_ohm = hot_ohm / (1 + a->com_tcr_1_K * (hot_K - 293.15));
    a->or_lead.active_ohm *= exp(LEAD_SIGMA * rng_gauss(&rng));
}

void element_a_draw(struct element_a *a, uint64_t seed, uint64_t index)
{
    const struct element_a_variant_row *row = element_a_variant_row(a->variant);
    struct rng rng;
    draw_leads(a, seed, index);
    rng_seed_named(&rng, seed, "element a", index);
    pump_barrier_scale(&a->pump.barrier, factor(&rng, 0.0125));
    a->pump.barrier.kappa_bar *= factor(&rng, 0.06);
    double rp = factor(&rng, 0.045), rn = factor(&rng, 0.025);
    scale(&a->pump.rp, rp);
    a->rn.active_ohm *= rn;
    a->rn2.active_ohm *= rn;
    a->tau_s *= factor(&rng, 0.10);
    a->or1.active_ohm *= exp(row->or_sigma * rng_gauss(&rng));
    a->or2.active_ohm *= exp(row->or_sigma * rng_gauss(&rng));
    a->wiring.heater.r20_ohm *= factor(&rng, 0.03);
}

struct element_a_heat element_a_heat_at(double T_K)
{
    return (struct element_a_heat){T_K, 293.15 + LEAD_SHARE * (T_K - 293.15)};
}

double element_a_crosstalk_ohm(double rp_ohm, double rn_ohm, double ror_ohm)
{
    return rp_ohm * rn_ohm / (rn_ohm + ror_ohm);
}

double element_a_rc_ohm(const struct element_a *a, struct element_a_heat heat, unsigned electrode)
{
    const struct nernst_path *rn = electrode == 2 ? &a->rn2 : &a->rn;
    const struct nernst_path *or_path = electrode == 2 ? &a->or2 : &a->or1;
    double siemens = 0;
    if (or_path->active_ohm > 0)
        siemens += 1 / nernst_path_ohm(or_path, heat.T_K);
    if (a->or_lead.active_ohm > 0)
        siemens += 1 / nernst_path_ohm(&a->or_lead, heat.lead_K);
    if (!(siemens > 0) || !(rn->active_ohm > 0))
        return 0;
    /* only the electrolyte of the Nernst cell lies in the network, not its leads */
    double rp_ohm = nernst_path_ohm(&a->pump.rp, heat.T_K);
    return element_a_crosstalk_ohm(rp_ohm, nernst_path_active_ohm(rn, heat.T_K), 1 / siemens);
}

double element_a_com_ohm(const struct element_a *a, struct element_a_heat heat)
{
    return a->com_ohm * (1 + a->com_tcr_1_K * (heat.lead_K - 293.15));
}

enum rc element_a_regulated_T_K(const struct element_a *a, double target_ohm, double *out)
{
    struct nernst_path seen = a->rn;
    seen.flat_ohm = seen.flat_ohm * a->wiring.hf_factor + a->wiring.lead_ohm;
    seen.active_ohm *= a->wiring.hf_factor;
    return nernst_path_T_K(&seen, target_ohm, out);
}

static double divider(double error)
{
    double ohm = SHUNT_ohm * FINISHED_mA / (RAW_mA - FINISHED_mA) * (1 + error);
    return ohm / (SHUNT_ohm + ohm);
}

double element_a_trim(double error)
{
    return divider(error) / divider(0);
}

enum rc element_a_prepare(const struct element_a *a, const struct cell_gas *gas,
                          struct element_a_heat heat, struct element_a_env *out)
{
    struct pump_env env;
    enum rc rc = pump_env_prepare(&a->pump.barrier, gas, heat.T_K, &env);
    if (rc == RC_OK)
        *out = (struct element_a_env){env, heat};
    return rc;
}

/* What U_N adds to the EMF for a reference current and a pump current. */
static double drop_mV(const struct element_a *a, struct element_a_heat heat, double ip_mA,
                      double reference_uA)
{
    double rn_ohm = nernst_path_ohm(&a->rn, heat.T_K) + a->wiring.lead_ohm;
    double transfer_ohm = element_a_rc_ohm(a, heat, 1) + element_a_com_ohm(a, heat);
    return rn_ohm * reference_uA * 1e-3 + transfer_ohm * ip_mA +
           NERNST_THERMO_EMF_mV_K * a->wiring.side_dT_K;
}

static void fill(const struct element_a *a, const struct element_a_env *env, double ip_mA,
                 double reference_uA, struct element_a_point *point)
{
    double slope_mV = env->pump.nernst_mV;
    double ln_ref = log(point->x_ref * GAS_ATM_KPA / 100);
    double emf_mV = slope_mV * (ln_ref - point->ln_cavity_bar);
    double rp_ohm = nernst_path_ohm(&a->pump.rp, env->heat.T_K) + a->wiring.lead_ohm;
    point->ip_mA = ip_mA;
    point->up_mV = slope_mV * (env->pump.ln_outer_bar - point->ln_cavity_bar) + ip_mA * rp_ohm +
                   pump_electrode_eta_mV(&a->pump.outer, env->heat.T_K, ip_mA) +
                   pump_electrode_eta_mV(&a->pump.inner, env->heat.T_K, ip_mA);
    point->un_mV = emf_mV + drop_mV(a, env->heat, ip_mA, reference_uA);
    point->un2_mV = (double)NAN;
    if (a->rn2.active_ohm > 0)
        point->un2_mV =
            emf_mV + (element_a_rc_ohm(a, env->heat, 2) + element_a_com_ohm(a, env->heat)) * ip_mA;
}

void element_a_regulated(const struct element_a *a, const struct element_a_env *env, double set_mV,
                         struct element_a_point *out)
{
    struct element_a_point point = {.x_ref = nernst_reference_x(&a->reference, a->reference_uA)};
    double lo = -230, hi = log(0.999 * env->pump.at.p_bar);
    for (int i = 0; i < BISECTIONS; i++) {
        point.ln_cavity_bar = (lo + hi) / 2;
        double ip_mA = pump_barrier_current_mA(&a->pump.barrier, &env->pump, point.ln_cavity_bar);
        fill(a, env, ip_mA, a->reference_uA, &point);
        if (point.un_mV > set_mV)
            lo = point.ln_cavity_bar;
        else
            hi = point.ln_cavity_bar;
    }
    if (a->wiring.leads != NERNST_LEADS_RIGHT) {
        /* the loop drives the wrong way until it meets its stop */
        point.ip_mA = point.ip_mA > 0 ? RAIL_RICH_mA : RAIL_LEAN_mA;
        point.railed = true;
    }
    if (!(point.ip_mA > RAIL_RICH_mA && point.ip_mA < RAIL_LEAN_mA)) {
        point.ip_mA = point.ip_mA > 0 ? RAIL_LEAN_mA : RAIL_RICH_mA;
        point.railed = true;
    }
    *out = point;
}

enum rc element_a_start(const struct element_a *a, const struct cell_gas *gas,
                        struct element_a_heat heat, struct element_a_state *out)
{
    struct element_a_env env;
    double ln_pO2;
    enum rc rc = element_a_prepare(a, gas, heat, &env);
    if (rc != RC_OK)
        return rc;
    rc = pump_barrier_ln_pO2(&a->pump.barrier, &env.pump, 0, &ln_pO2);
    if (rc != RC_OK)
        return rc;
    *out = (struct element_a_state){.heat = heat, .gas = gas->mix};
    pump_cavity_init(&a->pump, &env.pump, ln_pO2, &out->cavity);
    out->x_ref = nernst_reference_x(&a->reference, a->reference_uA);
    return RC_OK;
}

enum rc element_a_step(const struct element_a *a, const struct cell_gas *gas,
                       struct element_a_drive drive, struct element_a_state *state,
                       struct element_a_point *out)
{
    struct element_a_state next = *state;
    struct element_a_env env;
    nernst_gas_step(&next.gas, &gas->mix, drive.dt_s, a->tau_s);
    struct cell_gas inside = {next.gas, gas->p_kPa};
    enum rc rc = element_a_prepare(a, &inside, next.heat, &env);
    if (rc != RC_OK)
        return rc;
    pump_cavity_step(&a->pump, &env.pump, &next.cavity, drive.ip_mA, drive.dt_s);
    next.x_ref = nernst_reference_step(&a->reference, next.x_ref, drive.reference_uA, drive.dt_s);
    struct element_a_point point = {.ln_cavity_bar = next.cavity.ln_pO2_bar, .x_ref = next.x_ref};
    fill(a, &env, drive.ip_mA, drive.reference_uA, &point);
    *state = next;
    *out = point;
    return RC_OK;
}
