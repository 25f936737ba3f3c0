/* The part in a site, drawn from the population of good parts. Standard deviations (assumptions
 * checked against the limits of the test library): barrier 6 % bare, trimmed to 1.25 %; R_N 2.5 %,
 * R20 3 %, heater loss 4 %, heat capacity 4 %, kappa 6 %, barrier lag 10 %. */
#ifndef TWIN_POPULATION_H
#define TWIN_POPULATION_H

#include <stdint.h>

#include "twin/element_lsu.h"

struct part {
    struct lsu_part lsu;
    struct heater_part heater;
    double telegraph; /* relative step of R_N when a contact jumps; 0: quiet */
    double iso_ohm;   /* heater to signal at 780 degC; 0: far above anything that shows */
    double damp_ohm;  /* heater to signal cold, moisture or a track; 0: dry */
    double trim_ohm;  /* in its plug, parallel to the 61.9 ohm of the controller */
    int sign;         /* +1 or -1: which way a defect without preference goes */
    unsigned number;  /* of the serial number, 8 digits */
};

/* `spread` false: nominal, but with its own serial number. */
void population_draw(struct part *part, const struct lsu_kind *kind, uint64_t seed, unsigned site,
                     bool spread);

/* The pump current divides between the controller's 61.9 ohm and the resistor R_T in the plug: the
 * controller sees the share R_T/(61.9 ohm + R_T) of it (CJ125 and its successors; Bosch practice).
 * Infinite: no resistor, all of it. */
double population_trim_share(double trim_ohm);
/* The resistor that was fitted to this part: 61.9 ohm I_fin/(I_raw - I_fin) in air. */
double population_trim_ohm(const struct lsu_kind *kind, const struct lsu_part *part);
/* Another resistor, in the finished current only: the bare one stays. */
void population_refit(struct part *part, double trim_ohm);

#endif
