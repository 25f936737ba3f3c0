#include "twin/element_b.h"

#include <math.h>

#include "core/num.h"
#include "core/rng.h"

static const double LN_LEAST = -230, COMPLIANCE_mV = 2500;
static const double SENSE_mV = 450;
enum { BISECTIONS = 64 };

void element_b_nominal(enum element_b_form form, struct element_b *out)
{
    *out = (struct element_b){
        .form = form,
        .ratios = pump_cell_plain.barrier,
        .fine = {{8, 0.47}},
        .fine_count = 1,
        .coarse = {80, 0.47},
        .plate_ohm = 60,
        .ea_eV = 0.785,
        .el12 = {.alpha_n = 2},
        .el13 = {.alpha_n = 2},
        .tau_12_s = 0.010,
        .tau_13_s = 0.060,
        .wiring = nernst_wiring_good,
    };
    pump_barrier_scale(&out->ratios, 8 / out->ratios.kO2_mA);
    out->ratios.kCO_mA = 5;
    out->ratios.kH2_mA = 13.8;
    if (form == ELEMENT_B_DOUBLE) {
        out->sheet_ohm = 15;
        out->frame_ohm = 66;
        out->web_ohm = 55; /* 66 || 55 = 30 ohm */
    } else if (form == ELEMENT_B_ORIFICE) {
        out->orifice = (struct pump_layer){40, 0.01};
        out->clearance_mC = 2.6;
        out->fine[0].kO2_mA = 10; /* 8 mA with the orifice */
    } else if (form == ELEMENT_B_WIDE_ORIFICE) {
        out->orifice = (struct pump_layer){120, 0.01};
        out->clearance_mC = 2.6;
        out->fine[0].kO2_mA = 60.0 / 7; /* 8 mA with the orifice */
    } else if (form == ELEMENT_B_LAYERED) {
        out->fine[0] = (struct pump_layer){16, 0.80};
        out->fine[1] = (struct pump_layer){32, 0.20};
        out->fine[2] = (struct pump_layer){32, 0.20};
        out->fine_count = 3;
    }
}

static double factor(struct rng *rng, double sigma)
{
    double x = 1 + sigma * rng_gauss(rng);
    return x > 0.1 ? x : 0.1;
}

void element_b_draw(struct element_b *b, uint64_t seed, uint64_t index)
{
    struct rng rng;
    rng_seed_named(&rng, seed, "element b", index);
    double fine = factor(&rng, 0.06), kappa = factor(&rng, 0.06), ohm = factor(&rng, 0.045);
    for (size_t i = 0; i < b->fine_count; i++) {
        b->fine[i].kO2_mA *= fine;
        b->fine[i].kappa_bar *= kappa;
    }
    b->coarse.kO2_mA *= factor(&rng, 0.06);
    b->coarse.kappa_bar *= factor(&rng, 0.06);
    b->plate_ohm *= ohm;
    b->sheet_ohm *= ohm;
    b->frame_ohm *= ohm;
    b->web_ohm *= ohm;
    b->tau_12_s *= factor(&rng, 0.10);
    b->tau_13_s *= factor(&rng, 0.10);
    b->wiring.heater.r20_ohm *= factor(&rng, 0.03);
    b->sheet_split = factor(&rng, 0.02) - 1;
}

static double between_ohm(const struct element_b *b)
{
    return b->web_ohm > 0 ? 1 / (1 / b->frame_ohm + 1 / b->web_ohm) : b->frame_ohm;
}

static double ohm_at_740(const struct element_b *b)
{
    return b->form == ELEMENT_B_DOUBLE ? 2 * b->sheet_ohm + between_ohm(b) : b->plate_ohm;
}

double element_b_cell_ohm(const struct element_b *b, double T_K)
{
    return ohm_at_740(b) * b->wiring.hf_factor *
           exp(b->ea_eV / NERNST_K_EV * (1 / T_K - 1 / ELEMENT_B_T_K));
}

struct nernst_path element_b_path(const struct element_b *b)
{
    double hf = b->wiring.hf_factor; /* impedance_of_cell applies it */
    return (struct nernst_path){0, element_b_cell_ohm(b, NERNST_T0_K) / hf, b->ea_eV};
}

enum rc element_b_sheet_path(const struct element_b *b, bool of12, struct nernst_path *out)
{
    if (b->form != ELEMENT_B_DOUBLE)
        return RC_REFUSED;
    double sheet_ohm = b->sheet_ohm * (of12 ? 1 + b->sheet_split : 1 - b->sheet_split);
    *out = element_b_path(b);
    out->active_ohm *= (sheet_ohm + between_ohm(b) / 2) / ohm_at_740(b);
    return RC_OK;
}

enum rc element_b_barrier(const struct element_b *b, bool fine, struct gas_barrier *out)
{
    struct pump_layer layers[ELEMENT_B_LAYERS + 1];
    size_t n = 0;
    if (!fine)
        return pump_barrier_stack(&b->coarse, 1, &b->ratios, out);
    for (size_t i = 0; i < b->fine_count; i++)
        layers[n++] = b->fine[i];
    if (b->orifice.kO2_mA > 0)
        layers[n++] = b->orifice;
    return pump_barrier_stack(layers, n, &b->ratios, out);
}

enum rc element_b_prepare(const struct element_b *b, const struct cell_gas *gas12,
                          const struct cell_gas *gas13, double T_K, struct element_b_env *out)
{
    struct element_b_env env = {.T_K = T_K};
    if (element_b_barrier(b, false, &env.barrier12) != RC_OK ||
        element_b_barrier(b, true, &env.barrier13) != RC_OK ||
        pump_env_prepare(&env.barrier12, gas12, T_K, &env.at12) != RC_OK ||
        pump_env_prepare(&env.barrier13, gas13, T_K, &env.at13) != RC_OK)
        return RC_RANGE;
    *out = env;
    return RC_OK;
}

/* The electrode's ln pO2 at this current, or the stop that is next to it. */
static double inverse(const struct gas_barrier *barrier, const struct pump_env *at, double i_mA,
                      bool *railed)
{
    double ln_pO2;
    if (pump_barrier_ln_pO2(barrier, at, i_mA, &ln_pO2) == RC_OK)
        return ln_pO2;
    *railed = true;
    return i_mA > 0 ? LN_LEAST : log(0.999 * at->at.p_bar);
}

static double voltage_mV(const struct element_b *b, const struct element_b_env *env,
                         const struct element_b_point *point)
{
    double ohm = element_b_cell_ohm(b, env->T_K) + b->wiring.lead_ohm;
    return env->at12.nernst_mV * (point->ln12_bar - point->ln13_bar) + point->i_mA * ohm +
           pump_electrode_eta_mV(&b->el12, env->T_K, point->i_mA) +
           pump_electrode_eta_mV(&b->el13, env->T_K, point->i_mA) +
           NERNST_THERMO_EMF_mV_K * b->wiring.side_dT_K;
}

/* Bisection on the oxygen pressure of the electrode that is pumped empty: it stays well defined on
 * the plateau, where the current does not. */
static void solve(const struct element_b *b, const struct element_b_env *env, double u_mV,
                  struct element_b_point *point)
{
    bool from13 = u_mV >= 0;
    const struct gas_barrier *barrier = from13 ? &env->barrier13 : &env->barrier12;
    const struct pump_env *at = from13 ? &env->at13 : &env->at12;
    double lo = LN_LEAST, hi = log(0.999 * at->at.p_bar);
    for (int i = 0; i < BISECTIONS; i++) {
        double z = (lo + hi) / 2, current_mA = pump_barrier_current_mA(barrier, at, z);
        *point = (struct element_b_point){.i_mA = from13 ? current_mA : -current_mA};
        if (from13) {
            point->ln13_bar = z;
            point->ln12_bar = inverse(&env->barrier12, &env->at12, -current_mA, &point->railed);
        } else {
            point->ln12_bar = z;
            point->ln13_bar = inverse(&env->barrier13, &env->at13, -current_mA, &point->railed);
        }
        point->u_mV = voltage_mV(b, env, point);
        if ((point->u_mV > u_mV) == from13)
            lo = z;
        else
            hi = z;
    }
}

enum rc element_b_at_voltage(const struct element_b *b, const struct element_b_env *env,
                             double u_mV, struct element_b_point *out)
{
    if (!num_within(u_mV, -2000, 2000))
        return RC_RANGE;
    solve(b, env, u_mV, out);
    return RC_OK;
}

void element_b_at_current(const struct element_b *b, const struct element_b_env *env, double i_mA,
                          struct element_b_point *out)
{
    struct element_b_point point = {.i_mA = i_mA};
    point.ln13_bar = inverse(&env->barrier13, &env->at13, i_mA, &point.railed);
    point.ln12_bar = inverse(&env->barrier12, &env->at12, -i_mA, &point.railed);
    point.u_mV = voltage_mV(b, env, &point);
    if (!(fabs(point.u_mV) < COMPLIANCE_mV)) {
        point.u_mV = point.u_mV > 0 ? COMPLIANCE_mV : -COMPLIANCE_mV;
        point.railed = true;
    }
    *out = point;
}

enum rc element_b_ratio(const struct element_b *b, const struct element_b_env *env, double *out)
{
    struct element_b_point fine, coarse;
    enum rc rc = element_b_at_voltage(b, env, SENSE_mV, &fine);
    if (rc == RC_OK)
        rc = element_b_at_voltage(b, env, -SENSE_mV, &coarse);
    if (rc != RC_OK || !(fabs(fine.i_mA) > 0))
        return RC_RANGE;
    *out = fabs(coarse.i_mA) / fabs(fine.i_mA);
    return RC_OK;
}

void element_b_start(const struct gas_mix *gas, struct element_b_state *out)
{
    *out = (struct element_b_state){*gas, *gas, *gas};
}

static double slower(double kappa_bar, double compression)
{
    const double p0_bar = GAS_ATM_KPA / 100;
    return (kappa_bar + compression * p0_bar) / (kappa_bar + p0_bar);
}

/* Of the sublayers, by their resistance. */
static double fine_kappa_bar(const struct element_b *b)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < b->fine_count; i++) {
        sum += b->fine[i].kappa_bar / b->fine[i].kO2_mA;
        weight += 1 / b->fine[i].kO2_mA;
    }
    return sum / weight;
}

void element_b_step(const struct element_b *b, const struct gas_mix *gas,
                    struct element_b_drive drive, struct element_b_state *state)
{
    double clearance_s = 0, p = drive.compression, dt_s = drive.dt_s;
    if (b->orifice.kO2_mA > 0)
        clearance_s = b->clearance_mC / b->orifice.kO2_mA * slower(b->orifice.kappa_bar, p);
    nernst_gas_step(&state->at12, gas, dt_s, b->tau_12_s * slower(b->coarse.kappa_bar, p));
    nernst_gas_step(&state->clearance, gas, dt_s, clearance_s);
    nernst_gas_step(&state->at13, &state->clearance, dt_s,
                    b->tau_13_s * slower(fine_kappa_bar(b), p));
}
