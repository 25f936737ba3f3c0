#include "twin/element_lsu.h"

#include <assert.h>
#include <math.h>

static const double UN_SET_mV = 450;
static const double RT_4F_mV_K = 1000 * GAS_R_J_MOLK / (4 * GAS_FARADAY_C_MOL);
static const double CAVITY_mC = 0.44;       /* per unit of O2 fraction, 0.1 mm3 at 780 degC */
static const double LOOP_TAU_S = 0.008;     /* pump current loop of the controller */
static const double LOOP_GAIN_1_ohm = 0.05; /* 50 mA/V */
/* The most that the published sheet of the LSU 4.9 allows (Bosch 0 258 017 025), rich and air. */
static const double IP_RICH_mA = -9, IP_LEAN_mA = 6;
/* Pump cell where the barrier layer is missing, as in element A: 75 ohm at 780 degC. */
static const double RP_FLAT_ohm = 15, RP_ohm = 60, NETWORK_T0_K = 1053.15;
static const double INPUT_ohm = 200e3;      /* of the controller, towards 450 mV */
static const double TRACE = 1e-6;           /* water in any gas: keeps U_N finite in dry gas */
static const double DOUBLE_LAYER_mF = 0.02; /* of the measuring electrode */
/* How far the temperature may move before what depends on it is computed anew; slopes until then.
 */
static const double FRESH_K = 0.5, FRESH_COLD_K = 4, QUIET_mA = 1e-8;

/* clang-format off */
const struct lsu_kind lsu_kind_49 = {
    .name = "LSU49", .barrier = &gas_barrier_lsu49, .rich = 1,
    .reference_x = 0.47, .reference_uA = 20,
    .rs_ohm = 29.06, .ri_a = -3.0512, .ri_b_K = 9109.0,
    .target_ohm = 300, .heater_V = 7.5,
    .heater = {.target_degC = 780, .r20_ohm = 3.2, .alpha_1_K = 1.77e-3, .heat_J_K = 0.13,
               .loss_W = 7.5},
    .raw_air_mA = 4.4, .finished_air_mA = 2.54,
};
/* 1.145: the published rich currents are 1.16 times those of the LSU 4.9, kO2 is 1.014 times. */
const struct lsu_kind lsu_kind_42 = {
    .name = "LSU42", .barrier = &gas_barrier_lsu42, .rich = 1.145,
    .reference_x = 0.2095, .reference_uA = 0,
    .rs_ohm = 31.29, .ri_a = -5.9868, .ri_b_K = 10091,
    .target_ohm = 80, .heater_V = 9,
    .heater = {.target_degC = 750, .r20_ohm = 3.2, .alpha_1_K = 2.1e-3, .heat_J_K = 0.17,
               .loss_W = 10},
    .raw_air_mA = 4.4, .finished_air_mA = 2.58, /* 10.97 mA ln(1/(1 - 20.95 %)) */
};
/* clang-format on */

double lsu_ri_ohm(const struct lsu_kind *kind, double T_K)
{
    return kind->rs_ohm + exp(kind->ri_a + kind->ri_b_K / T_K);
}

double lsu_ri_degC(const struct lsu_kind *kind, double ri_ohm)
{
    double activated = ri_ohm - kind->rs_ohm;
    if (!(activated > 0.1))
        return 2000;
    double T_K = kind->ri_b_K / (log(activated) - kind->ri_a);
    return T_K > 0 && T_K < 2273.15 ? T_K - 273.15 : 2000;
}

/* Pump cell, Nernst cell and the path beside them are one electrolyte of one activation. */
static double crosstalk_ohm(const struct lsu *lsu, double T_K)
{
    const struct lsu_kind *kind = lsu->kind;
    if (!(lsu->part.or_ohm > 0))
        return 0;
    double activation = exp(kind->ri_b_K * (1 / T_K - 1 / NETWORK_T0_K));
    double rp_ohm = RP_FLAT_ohm + RP_ohm * activation;
    double rn_ohm = (lsu_ri_ohm(kind, T_K) - kind->rs_ohm) * lsu->part.rn;
    return rp_ohm * rn_ohm / (rn_ohm + lsu->part.or_ohm * activation);
}

/* The electrode's oxygen pressure at the set-point, with `ip_mA` through the pump cell. */
static void aim(struct lsu *lsu, double ip_mA)
{
    double drop_mV =
        lsu->ri_base_ohm * lsu->kind->reference_uA * 1e-3 + lsu->rc_ohm * lsu->cell_per_mA * ip_mA;
    double ln_pO2e = lsu->ln_reference - (UN_SET_mV - drop_mV) / lsu->nernst_mV;
    if (!(ln_pO2e < -1)) /* cold: the drop across R_N is larger than the set-point */
        ln_pO2e = -1;
    lsu->u_set = exp(-0.5 * ln_pO2e);
    gas_barrier_point_at(&lsu->barrier, &lsu->at, ln_pO2e, &lsu->point);
}

static void update_temperature(struct lsu *lsu, double T_K, double pressure_kPa)
{
    const struct lsu_kind *kind = lsu->kind;
    double hot_K = T_K + lsu->part.side_K; /* and the range of the equilibrium data */
    hot_K = hot_K < 700 ? 700 : hot_K > 1400 ? 1400 : hot_K;
    enum rc rc = gas_barrier_prepare(&lsu->barrier, hot_K, pressure_kPa, &lsu->at);
    assert(rc == RC_OK);
    (void)rc;
    lsu->T_K = T_K;
    lsu->pressure_kPa = pressure_kPa;
    lsu->nernst_mV = RT_4F_mV_K * T_K;
    lsu->ri_base_ohm = lsu_ri_ohm(kind, T_K) * lsu->part.rn;
    lsu->ri_slope = -(lsu->ri_base_ohm - kind->rs_ohm * lsu->part.rn) * kind->ri_b_K / (T_K * T_K);
    lsu->ri_base_ohm += lsu->part.lead_ohm;
    lsu->f_slope = gas_barrier_factor(&lsu->barrier, hot_K + 1, pressure_kPa) / lsu->at.f - 1;

    lsu->ln_reference = log(kind->reference_x * lsu->at.p_bar);
    lsu->rc_ohm = crosstalk_ohm(lsu, T_K);
    lsu->loop_keep = exp(-TWIN_STEP_S / (LOOP_TAU_S * (1 + lsu->part.loop_slower) *
                                         (1 + LOOP_GAIN_1_ohm * lsu->rc_ohm)));
    aim(lsu, 0);
}

static double held_mA(const struct lsu *lsu, double ip_mA)
{
    double lean_mA = IP_LEAN_mA / lsu->cell_per_mA, rich_mA = IP_RICH_mA / lsu->cell_per_mA;
    return ip_mA > lean_mA ? lean_mA : ip_mA < rich_mA ? rich_mA : ip_mA;
}

static void update_gas(struct lsu *lsu, const struct gas_view *gas)
{
    const struct gas_barrier *k = &lsu->barrier;
    const double *x = gas->mix.x;
    lsu->gas_serial = gas->serial;
    lsu->limit_base_mA = gas_barrier_current_mA(k, &lsu->point, &gas->mix);
    if (lsu->rc_ohm > 0) { /* one round: 100 mV of EMF are less than 1 % of the current */
        aim(lsu, held_mA(lsu, lsu->limit_base_mA));
        lsu->limit_base_mA = gas_barrier_current_mA(k, &lsu->point, &gas->mix);
    }

    /* The cavity: how much oxygen it lacks or has in excess at the set-point, and how fast it
     * follows what the pump leaves over. */
    double fuel = x[GAS_CO] + x[GAS_H2], p_bar = lsu->at.p_bar;
    lsu->total_C = x[GAS_CO] + x[GAS_CO2];
    lsu->total_H = x[GAS_H2] + x[GAS_H2O] + TRACE;
    double slope = lsu->total_C * lsu->at.rC_scale + lsu->total_H * lsu->at.rH_scale;
    lsu->u_zero = cbrt(2 / (p_bar * slope));
    lsu->y_set = 1 / (lsu->u_set * lsu->u_set * p_bar) - 0.5 * slope * lsu->u_set;
    lsu->lean_mA = lsu->at.f * k->kO2_mA;
    lsu->rich_mA = lsu->lean_mA;
    if (fuel > TRACE)
        lsu->rich_mA = 2 * lsu->at.f * (k->kCO_mA * x[GAS_CO] + k->kH2_mA * x[GAS_H2]) / fuel;
    lsu->lean_keep = exp(-TWIN_STEP_S * lsu->lean_mA / CAVITY_mC);
    lsu->rich_keep = exp(-TWIN_STEP_S * lsu->rich_mA / CAVITY_mC);
}

static void scale_barrier(struct lsu *lsu)
{
    const struct lsu_part *part = &lsu->part;
    struct gas_barrier *b = &lsu->barrier;
    *b = *lsu->kind->barrier;
    double *all[] = {&b->kO2_mA,   &b->kCO_mA,   &b->kH2_mA,  &b->kCH4_mA, &b->kC2H4_mA,
                     &b->kC3H6_mA, &b->kC3H8_mA, &b->kNH3_mA, &b->kNO_mA};
    for (size_t i = 0; i < COUNT(all); i++)
        *all[i] *= part->barrier;
    b->kCO_mA *= lsu->kind->rich * (1 - part->rich_loss);
    b->kH2_mA *= lsu->kind->rich * (1 - part->rich_loss);
    b->kappa_bar *= part->kappa;
}

static void interpolate(struct lsu *lsu, double T_K)
{
    double moved_K = T_K - lsu->T_K;
    double limit_mA = lsu->limit_base_mA * (1 + lsu->f_slope * moved_K);
    lsu->ri_ohm = lsu->ri_base_ohm + lsu->ri_slope * moved_K;
    if (limit_mA != lsu->limit_mA)
        lsu->quiet = false;
    lsu->limit_mA = limit_mA;
}

static void update(struct lsu *lsu, const struct gas_view *gas, double T_K)
{
    update_temperature(lsu, T_K, gas->pressure_kPa);
    update_gas(lsu, gas);
    interpolate(lsu, T_K);
}

void lsu_init(struct lsu *lsu, const struct lsu_kind *kind, const struct lsu_part *part,
              const struct gas_view *gas, double T_K)
{
    *lsu = (struct lsu){.kind = kind, .part = *part};
    lsu->cell_per_mA = part->share > 0 ? 1 / part->share : 1;
    lsu->lag_keep = exp(-TWIN_STEP_S / part->tau_s);
    scale_barrier(lsu);
    update(lsu, gas, T_K);
    lsu->lag_mA = lsu->limit_mA;
}

double lsu_limit_mA(struct lsu *lsu, const struct gas_view *gas, double T_K)
{
    update(lsu, gas, T_K);
    return lsu->limit_mA;
}

static void step_current(struct lsu *lsu)
{
    lsu->lag_mA = lsu->limit_mA + (lsu->lag_mA - lsu->limit_mA) * lsu->lag_keep;
    double goal = 0;
    if (lsu->regulated)
        goal = held_mA(lsu, lsu->lag_mA);
    if (lsu->part.reversed)
        goal = held_mA(lsu, goal > 0 ? IP_RICH_mA : IP_LEAN_mA);
    lsu->ip_mA = lsu->regulated ? goal + (lsu->ip_mA - goal) * lsu->loop_keep : 0;
    lsu->hold_mA = lsu->ip_mA + (lsu->hold_mA - lsu->ip_mA) * lsu->loop_keep;

    double left_mA = lsu->lag_mA - lsu->ip_mA;
    double y_goal = left_mA / (left_mA > 0 ? lsu->lean_mA : lsu->rich_mA);
    double y_keep = lsu->y > 0 ? lsu->lean_keep : lsu->rich_keep;
    lsu->y = y_goal + (lsu->y - y_goal) * y_keep;

    double moving = fabs(lsu->limit_mA - lsu->lag_mA) + fabs(goal - lsu->ip_mA);
    if (lsu->rc_ohm > 0)
        moving += fabs(lsu->hold_mA - lsu->ip_mA);
    bool still = moving < QUIET_mA && fabs(lsu->y - (lsu->regulated ? 0 : y_goal)) < 1e-12;
    if (still) {
        lsu->lag_mA = lsu->limit_mA;
        lsu->ip_mA = lsu->hold_mA = goal;
        lsu->quiet = true;
    }
}

void lsu_step(struct lsu *lsu, const struct gas_view *gas, double T_K, bool regulated)
{
    bool new_gas = gas->serial != lsu->gas_serial;
    if (fabs(T_K - lsu->T_K) > (regulated ? FRESH_K : FRESH_COLD_K) ||
        (new_gas && gas->pressure_kPa != lsu->pressure_kPa))
        update(lsu, gas, T_K);
    else if (new_gas)
        update_gas(lsu, gas);
    interpolate(lsu, T_K);
    if (regulated != lsu->regulated) {
        lsu->regulated = regulated;
        lsu->quiet = false;
    }
    if (!lsu->quiet)
        step_current(lsu);
}

/* EMF of a cavity with the oxygen excess y (mole fraction), mV. */
static double cavity_emf_mV(const struct lsu *lsu, double y)
{
    double u = lsu->u_zero; /* pO2^-1/2 where O2 and fuel just balance: the ends of both branches */
    if (y > 0) {
        double lean = 1 / sqrt(y * lsu->at.p_bar);
        u = lean < u ? lean : u;
    } else if (y < 0) {
        /* 2|y| = C a/(1+a) + H b/(1+b) with a = aC u, b = aH u: a quadratic in u */
        double want = -2 * y, most = 0.999999 * (lsu->total_C + lsu->total_H);
        want = want < most ? want : most;
        double A = lsu->at.rC_scale * lsu->at.rH_scale * (lsu->total_C + lsu->total_H - want);
        double B =
            lsu->at.rC_scale * (lsu->total_C - want) + lsu->at.rH_scale * (lsu->total_H - want);
        double root = sqrt(B * B + 4 * A * want);
        double rich = B > 0 ? 2 * want / (B + root) : (root - B) / (2 * A);
        u = rich > u ? rich : u;
    }
    return lsu->nernst_mV * (lsu->ln_reference + 2 * log(u));
}

/* While the loop holds, the double layer of the electrode takes what is left over, up to where the
 * EMF of the gas in the cavity stops it. */
static double regulated_mV(const struct lsu *lsu)
{
    double swing_mV = -1000 * lsu->y * CAVITY_mC / DOUBLE_LAYER_mF;
    double fed_mV = lsu->rc_ohm * lsu->cell_per_mA * (lsu->ip_mA - lsu->hold_mA);
    if (fabs(swing_mV) < 0.001)
        return UN_SET_mV + fed_mV;
    double reference_mV = lsu->ri_ohm * lsu->kind->reference_uA * 1e-3;
    double stop_mV = cavity_emf_mV(lsu, lsu->y_set + lsu->y) + reference_mV - UN_SET_mV;
    stop_mV += lsu->rc_ohm * lsu->cell_per_mA * lsu->hold_mA;
    if (fabs(stop_mV) < fabs(swing_mV))
        swing_mV = stop_mV;
    return UN_SET_mV + swing_mV + fed_mV;
}

double lsu_un_mV(const struct lsu *lsu)
{
    double un_mV = UN_SET_mV;
    if (lsu->regulated) {
        un_mV = regulated_mV(lsu);
    } else {
        double reference_mV = lsu->ri_ohm * lsu->kind->reference_uA * 1e-3;
        double share = INPUT_ohm / (INPUT_ohm + lsu->ri_ohm);
        un_mV += share * (cavity_emf_mV(lsu, lsu->y) + reference_mV - UN_SET_mV);
    }
    return un_mV < 0 ? 0 : un_mV > 1300 ? 1300 : un_mV;
}
