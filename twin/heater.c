#include "twin/heater.h"

#include <math.h>

#include "twin/gasline.h"
#include "twin/noise.h"

static const double RADIATED = 0.6, HOUSED = 0.2, HOUSING_J_K = 15, HOUSING_TAU_S = 90;
static const double ZERO_K = 273.15;

static double fourth(double x)
{
    return x * x * x * x;
}

void heater_init(struct heater *heater, const struct heater_kind *kind,
                 const struct heater_part *part, double ambient_degC)
{
    double hot_K = kind->target_degC + ZERO_K, cold_K = 20 + ZERO_K, loss_W = kind->loss_W;
    *heater = (struct heater){.kind = kind, .part = *part};
    heater->radiation_W_K4 = part->loss * loss_W * RADIATED / (fourth(hot_K) - fourth(cold_K));
    heater->housing_W_K = part->loss * loss_W * HOUSED / (hot_K - cold_K);
    heater->gas_W_K = part->loss * loss_W * (1 - RADIATED - HOUSED) / (hot_K - cold_K);
    heater->step_K_J = TWIN_STEP_S / (kind->heat_J_K * part->heat);
    heater->ambient_K = ambient_degC + ZERO_K;
    heater->ambient4 = fourth(heater->ambient_K);
    heater->T_K = heater->ambient_K;
    heater->housing_K = heater->ambient_K;
}

double heater_ohm(const struct heater *heater, uint64_t tick)
{
    const struct heater_part *part = &heater->part;
    if (part->open_share > 0 && noise_uniform(part->open_key, tick / 5) < part->open_share)
        return INFINITY;
    double ohm = part->r20_ohm * (1 + heater->kind->alpha_1_K * (heater->T_K - ZERO_K - 20));
    return ohm;
}

void heater_step(struct heater *heater, double square_V2, double ohm, double convection)
{
    double T = heater->T_K, cube = T * T * T;
    double gas_W_K = heater->gas_W_K * convection;
    double power_W = square_V2 > 0 ? square_V2 / ohm : 0;
    double housing_W = heater->housing_W_K * (T - heater->housing_K);
    double net_W = power_W - gas_W_K * (T - heater->ambient_K) - housing_W -
                   heater->radiation_W_K4 * (cube * T - heater->ambient4);
    /* Linearly implicit midpoint rule: second order, and stable whatever the constants. */
    double cooling_W_K = gas_W_K + heater->housing_W_K + 4 * heater->radiation_W_K4 * cube;
    if (power_W > 0)
        cooling_W_K += power_W * heater->part.r20_ohm * heater->kind->alpha_1_K / ohm;
    heater->T_K = T + heater->step_K_J * net_W / (1 + 0.5 * heater->step_K_J * cooling_W_K);
    heater->housing_K += TWIN_STEP_S * (housing_W / HOUSING_J_K -
                                        (heater->housing_K - heater->ambient_K) / HOUSING_TAU_S);
    heater->mean_W = power_W;
}
