#include "gas/lambda.h"

#include <math.h>

#include "core/num.h"

static const double N2_PER_O2 = (1 - 0.2095) / 0.2095;
static const double LAMBDA_MAX = 100;

/* O2 that one mole of gas asks for, all its own oxygen put aside: half the denominator of lambda_f.
 */
static double demand(const struct gas_atoms *atoms)
{
    return 2 * atoms->C + atoms->H / 2;
}

enum rc gas_lambda_formal_of_fuel(const struct gas_mix *mix, double fuel_z, double *out)
{
    struct gas_atoms atoms;
    if (!num_within(fuel_z, 0, 2))
        return RC_RANGE;
    gas_mix_atoms(mix, &atoms);
    double of_fuel = fuel_z * atoms.C, needed = demand(&atoms) - of_fuel;
    if (!num_within(needed, 1e-12, 100))
        return RC_RANGE;
    *out = (atoms.O - of_fuel) / needed;
    return RC_OK;
}

enum rc gas_lambda_formal(const struct gas_mix *mix, double *out)
{
    return gas_lambda_formal_of_fuel(mix, 0, out);
}

double gas_oxygen_equivalent(const struct gas_mix *mix)
{
    double sum = 0;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        sum += mix->x[s] * gas_species_info((enum gas_species)s)->o2_equivalent;
    return sum;
}

static enum rc check_readings(const struct gas_brettschneider *r, struct gas_fault *fault)
{
    const struct gas_fault checks[] = {
        {"co2", r->CO2, 1e-12, 100},
        {"co", r->CO, 0, 100},
        {"o2", r->O2, 0, 100},
        {"no", r->NO, 0, 100},
        {"hc", r->HC, 0, 100},
        {"h/c of the fuel", r->H_C, 0, 4},
        {"o/c of the fuel", r->O_C, 0, 2},
        {"k1", r->K1, 0, 20},
    };
    for (size_t i = 0; i < COUNT(checks); i++)
        if (!num_within(checks[i].value, checks[i].lo, checks[i].hi))
            return gas_fault_set(fault, checks[i]);
    return RC_OK;
}

enum rc gas_lambda_brettschneider(const struct gas_brettschneider *r, double *out,
                                  struct gas_fault *fault)
{
    enum rc rc = check_readings(r, fault);
    if (rc != RC_OK)
        return rc;
    double water = r->H_C / 4 * GAS_KW_FROZEN / (GAS_KW_FROZEN + r->CO / r->CO2);
    double oxygen =
        r->CO2 + r->CO / 2 + r->O2 + r->NO / 2 + (water - r->O_C / 2) * (r->CO2 + r->CO);
    double fuel = (1 + r->H_C / 4 - r->O_C / 2) * (r->CO2 + r->CO + r->K1 * r->HC);
    if (!(fuel > 0))
        return gas_fault_set(fault, (struct gas_fault){"o/c of the fuel", r->O_C, 0, 2});
    *out = oxygen / fuel;
    return RC_OK;
}

static double stoichiometric_o2(const struct gas_fuel *fuel)
{
    return 1 + fuel->y / 4 - fuel->z / 2;
}

static bool is_hydrogen(const struct gas_fuel *fuel)
{
    return isinf(fuel->y) && fuel->y > 0;
}

double gas_lambda_min(const struct gas_fuel *fuel)
{
    double least = (1 - fuel->z) / (2 * stoichiometric_o2(fuel));
    return least > 0 ? least : 0;
}

static enum rc check_fuel(const struct gas_fuel *fuel, double lambda, struct gas_fault *fault)
{
    if (is_hydrogen(fuel) ? !num_within(fuel->z, 0, 0) : !num_within(fuel->y, 0, 4))
        return gas_fault_set(fault, (struct gas_fault){"h/c of the fuel", fuel->y, 0, 4});
    if (!num_within(fuel->z, 0, 2) || !(stoichiometric_o2(fuel) > 1e-3))
        return gas_fault_set(fault, (struct gas_fault){"o/c of the fuel", fuel->z, 0, 2});
    if (!num_within(fuel->Kw, 0.5, 10))
        return gas_fault_set(fault, (struct gas_fault){"water gas constant", fuel->Kw, 0.5, 10});
    double least = gas_lambda_min(fuel);
    if (!num_within(lambda, least, LAMBDA_MAX))
        return gas_fault_set(fault, (struct gas_fault){"lambda", lambda, least, LAMBDA_MAX});
    return RC_OK;
}

/* Rich: moles of CO per mole of fuel carbon, d = CO + H2. The root is written so that nothing
 * cancels when d -> 0. */
static double rich_co(const struct gas_fuel *fuel, double d)
{
    double A = 1 - fuel->Kw, B = fuel->y / 2 - d + fuel->Kw * (1 + d), C = -fuel->Kw * d;
    double root = sqrt(B * B - 4 * A * C);
    return B > 0 ? -2 * C / (B + root) : (root - B) / (2 * A);
}

/* Moles per mole of fuel carbon. */
static struct gas_mix burnt_carbon(const struct gas_fuel *fuel, double lambda)
{
    double o2 = lambda * stoichiometric_o2(fuel);
    double excess = o2 - stoichiometric_o2(fuel);
    struct gas_mix n = {.x = {[GAS_N2] = o2 * N2_PER_O2}};
    if (excess >= 0) {
        n.x[GAS_CO2] = 1;
        n.x[GAS_H2O] = fuel->y / 2;
        n.x[GAS_O2] = excess;
    } else {
        double d = -2 * excess, a = rich_co(fuel, d);
        n.x[GAS_CO] = a;
        n.x[GAS_CO2] = 1 - a;
        n.x[GAS_H2] = d - a;
        n.x[GAS_H2O] = fuel->y / 2 - d + a;
    }
    return n;
}

/* Moles per mole of H2, which needs half a mole of O2. */
static struct gas_mix burnt_hydrogen(double lambda)
{
    double o2 = lambda / 2, burnt = lambda < 1 ? lambda : 1;
    return (struct gas_mix){.x = {[GAS_N2] = o2 * N2_PER_O2,
                                  [GAS_H2O] = burnt,
                                  [GAS_H2] = 1 - burnt,
                                  [GAS_O2] = o2 - burnt / 2}};
}

enum rc gas_exhaust(const struct gas_fuel *fuel, double lambda, struct gas_mix *out,
                    struct gas_fault *fault)
{
    enum rc rc = check_fuel(fuel, lambda, fault);
    if (rc != RC_OK)
        return rc;
    struct gas_mix n = is_hydrogen(fuel) ? burnt_hydrogen(lambda) : burnt_carbon(fuel, lambda);
    double total = gas_mix_sum(&n);
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        n.x[s] = n.x[s] > 0 ? n.x[s] / total : 0; /* -1e-17 at the minimum lambda is rounding */
    *out = n;
    return RC_OK;
}
