/* The heater and the heat of an element: two nodes.
 *
 *   C dT/dt = V^2 duty/R_h - G_g (T - T_gas) - G_k (T - T_h) - G_r (T^4 - T_gas^4)
 *   C_h dT_h/dt = G_k (T - T_h) - (T_h - T_amb) C_h/90 s          C_h = 15 J/K (housing)
 *   R_h = R20 (1 + alpha (T - 20 degC))
 *
 * 60 % of the loss in still air at the operating point is radiation, 20 % goes to the gas (and
 * grows with its flow), 20 % into the housing. LSU 4.9: 3.2 ohm cold, 7.5 W at 7.5 V (Bosch data
 * sheets); C = 0.13 J/K puts light-off below the published 10 s. */
#ifndef TWIN_HEATER_H
#define TWIN_HEATER_H

#include <stdint.h>

/* The design: constants of a type of element. */
struct heater_kind {
    double target_degC; /* operating point */
    double r20_ohm, alpha_1_K, heat_J_K;
    double loss_W; /* at target_degC in still air */
};

struct heater_part {
    double r20_ohm;
    double heat;       /* factor on C */
    double loss;       /* factor on all losses */
    double open_share; /* of the time without contact, in windows of 50 ms; 1: broken */
    uint64_t open_key; /* noise key of these windows */
};

struct heater {
    const struct heater_kind *kind;
    struct heater_part part;
    double gas_W_K, housing_W_K, radiation_W_K4, step_K_J; /* step / C */
    double ambient_K, ambient4;
    double T_K, housing_K;
    double mean_W; /* electrical, of the last step */
};

void heater_init(struct heater *heater, const struct heater_kind *kind,
                 const struct heater_part *part, double ambient_degC);
/* At the present temperature; INFINITY while open. */
double heater_ohm(const struct heater *heater, uint64_t tick);
/* One step with the mean square voltage `square_V2` on `ohm`. `convection`: see struct gas_view. */
void heater_step(struct heater *heater, double square_V2, double ohm, double convection);

#endif
