/* Three quantities called lambda, kept apart; and the exhaust of an engine in closed form.
 *
 *   mixture lambda  of an engine: CHyOz + lambda (1 + y/4 - z/2) (O2 + 3.7733 N2)
 *   formal lambda   of any bench gas by atoms: (O - z C) / (2 C + H/2 - z C); z is the O/C of the
 *                   fuel that the carbon came from, 0 when it came from none
 *   x_eq            oxygen equivalent: O2 + NO/2 + NO2 - CO/2 - H2/2 - 2 CH4 - 3 C2H4 - 4.5 C3H6
 *                   - 5 C3H8 - 0.75 NH3; its sign decides lean or rich
 *
 * Identity: lambda_f = 1 + 2 x_eq/(2 C + H/2 - z C). Of an exhaust it is the mixture lambda. */
#ifndef GAS_LAMBDA_H
#define GAS_LAMBDA_H

#include "gas/species.h"

/* Water gas constant frozen at about 1700 K, as in Brettschneider's formula. */
#define GAS_KW_FROZEN 3.5

/* RC_RANGE: no carbon and no hydrogen (O2/N2 only): lambda is not defined. z = 0. */
MUST_CHECK enum rc gas_lambda_formal(const struct gas_mix *mix, double *out);
/* The same where the carbon came from a fuel of `fuel_z` oxygen atoms per carbon, 0..2: they belong
 * to the fuel and count on neither side. RC_RANGE also: that fuel needs no air. */
MUST_CHECK enum rc gas_lambda_formal_of_fuel(const struct gas_mix *mix, double fuel_z, double *out);

double gas_oxygen_equivalent(const struct gas_mix *mix);

/* Dry analyser readings, all in one unit (fractions or %). */
struct gas_brettschneider {
    double CO2, CO, O2, NO, HC;
    double H_C, O_C; /* of the fuel; gasoline 1.7261 and 0.0176 */
    double K1;       /* 6 for HC read as hexane */
};
/* J. Brettschneider, Bosch Technische Berichte 6 (1979) 177, in the form of the EU type approval
 * rules. Not for synthetic gases that never held their water. RC_RANGE: CO2 is not > 0, a reading
 * is negative or not finite. */
MUST_CHECK enum rc gas_lambda_brettschneider(const struct gas_brettschneider *reading, double *out,
                                             struct gas_fault *fault);

struct gas_fuel {
    double y, z; /* CHyOz: y 0..4, z 0..2; hydrogen: y infinite, z 0 */
    double Kw;   /* (CO * H2O)/(CO2 * H2), frozen: 0.5..10 */
};

/* C:O = 1, no carbon surplus: (1 - z)/(2 (1 + y/4 - z/2)); 0.3419 for y = 1.85. */
double gas_lambda_min(const struct gas_fuel *fuel);

/* Wet exhaust without hydrocarbons and NO; `lambda` within gas_lambda_min..100. */
MUST_CHECK enum rc gas_exhaust(const struct gas_fuel *fuel, double lambda, struct gas_mix *out,
                               struct gas_fault *fault);

#endif
