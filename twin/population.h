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
    double telegraph;  /* relative step of R_N when a contact jumps; 0: quiet */
    double iso_ohm;    /* heater to signal at 780 degC; 0: far above anything that shows */
    double damp_ohm;   /* heater to signal cold, moisture or a track; 0: dry */
    double trim_error; /* of the trim resistor, relative; moves lsu.barrier */
    int sign;          /* +1 or -1: which way a defect without preference goes */
    unsigned number;   /* of the serial number, 8 digits */
};

/* `spread` false: nominal, but with its own serial number. */
void population_draw(struct part *part, const struct lsu_kind *kind, uint64_t seed, unsigned site,
                     bool spread);

/* Finished over bare current with a trim resistor off by `error` (relative, > -1): the nominal one
 * is R_T = 61.9 ohm I_fin/(I_raw - I_fin) and the finished sensor reads I_raw R_T/(61.9 ohm + R_T).
 */
double population_trim(const struct lsu_kind *kind, double error);

#endif
