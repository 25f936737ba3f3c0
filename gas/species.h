/* The closed list of gas species and the mixture type of the whole project.
 *
 * A mixture holds mole fractions (0..1, no unit). Names are the formula in any letter case ("co",
 * "CO", "C3H8"). Nothing here allocates or keeps state. */
#ifndef GAS_SPECIES_H
#define GAS_SPECIES_H

#include "core/bytes.h"

enum gas_species {
    GAS_O2,
    GAS_N2,
    GAS_AR,
    GAS_CO,
    GAS_CO2,
    GAS_H2,
    GAS_H2O,
    GAS_CH4,
    GAS_C2H4,
    GAS_C3H6,
    GAS_C3H8,
    GAS_NO,
    GAS_NO2,
    GAS_NH3,
    GAS_SPECIES_COUNT
};

struct gas_mix {
    double x[GAS_SPECIES_COUNT]; /* mole fractions */
};

struct gas_species_info {
    char key[8];            /* "co": as in a sequence or a channel */
    char formula[8];        /* "CO": as in a report */
    uint8_t C, H, O, N, Ar; /* atoms per molecule */
    double molar_mass_g_mol;
    bool is_fuel; /* burns in air: counts in the fuel index */
    double
        o2_equivalent; /* moles of O2 freed (+) or needed (-) by one mole to become CO2, H2O, N2 */
};

/* What was wrong with a number that came from outside, for one line of text:
 * "co: -0.1 is outside 0..1". `what` is a literal and lives for ever. */
struct gas_fault {
    const char *what;
    double value, lo, hi;
};

/* `species` must be one of the list (asserted). */
const struct gas_species_info *gas_species_info(enum gas_species species);

/* Whole of `name`, any letter case. RC_CONFIG if unknown; *out is then untouched. */
MUST_CHECK enum rc gas_species_find(struct span name, enum gas_species *out);

/* The key nearest to a misspelt name (edit distance <= 2 and less than its length), or NULL. */
const char *gas_species_suggest(struct span name);

/* All fractions in 0..1 and their sum in 0..1 (1e-9 over is rounding and accepted). RC_RANGE fills
 * *fault (may be NULL); `what` is the species' key, or "sum". */
MUST_CHECK enum rc gas_mix_check(const struct gas_mix *mix, struct gas_fault *fault);

double gas_mix_sum(const struct gas_mix *mix);

/* N2 := 1 - sum of the others. RC_RANGE as gas_mix_check; mix is then untouched. */
MUST_CHECK enum rc gas_mix_fill_n2(struct gas_mix *mix, struct gas_fault *fault);

/* Moles of each element per mole of gas. */
struct gas_atoms {
    double C, H, O, N, Ar;
};
void gas_mix_atoms(const struct gas_mix *mix, struct gas_atoms *out);

/* Dry air as the references use it: 20.95 % O2, 79.05 % N2. */
extern const struct gas_mix gas_mix_air;
extern const struct gas_mix gas_mix_n2;

/* "co: -0.1 is outside 0..1", appended to `out`; truncated quietly when full. */
void gas_fault_put(struct obuf *out, const struct gas_fault *fault);

/* For the modules of gas/: fill *fault if it is not NULL and return RC_RANGE. */
MUST_CHECK static inline enum rc gas_fault_set(struct gas_fault *fault, struct gas_fault value)
{
    if (fault)
        *fault = value;
    return RC_RANGE;
}

#endif
