#include "gas/species.h"

#include <assert.h>

#include "core/num.h"

/* Molar masses: IUPAC 2005 as used by NASA CEA's thermo.inp. */
/* clang-format off */
static const struct gas_species_info species[GAS_SPECIES_COUNT] = {
    /*             key     formula  C  H  O  N  Ar  g/mol     fuel   O2 equivalent */
    [GAS_O2]   = {"o2",   "O2",    0, 0, 2, 0, 0, 31.9988,  false,  1.0 },
    [GAS_N2]   = {"n2",   "N2",    0, 0, 0, 2, 0, 28.0134,  false,  0.0 },
    [GAS_AR]   = {"ar",   "Ar",    0, 0, 0, 0, 1, 39.948,   false,  0.0 },
    [GAS_CO]   = {"co",   "CO",    1, 0, 1, 0, 0, 28.0101,  true,  -0.5 },
    [GAS_CO2]  = {"co2",  "CO2",   1, 0, 2, 0, 0, 44.0095,  false,  0.0 },
    [GAS_H2]   = {"h2",   "H2",    0, 2, 0, 0, 0, 2.01588,  true,  -0.5 },
    [GAS_H2O]  = {"h2o",  "H2O",   0, 2, 1, 0, 0, 18.01528, false,  0.0 },
    [GAS_CH4]  = {"ch4",  "CH4",   1, 4, 0, 0, 0, 16.04246, true,  -2.0 },
    [GAS_C2H4] = {"c2h4", "C2H4",  2, 4, 0, 0, 0, 28.05316, true,  -3.0 },
    [GAS_C3H6] = {"c3h6", "C3H6",  3, 6, 0, 0, 0, 42.07974, true,  -4.5 },
    [GAS_C3H8] = {"c3h8", "C3H8",  3, 8, 0, 0, 0, 44.09562, true,  -5.0 },
    [GAS_NO]   = {"no",   "NO",    0, 0, 1, 1, 0, 30.0061,  false,  0.5 },
    [GAS_NO2]  = {"no2",  "NO2",   0, 0, 2, 1, 0, 46.0055,  false,  1.0 },
    [GAS_NH3]  = {"nh3",  "NH3",   0, 3, 0, 1, 0, 17.03052, true,  -0.75},
};
/* clang-format on */

const struct gas_mix gas_mix_air = {.x = {[GAS_O2] = 0.2095, [GAS_N2] = 0.7905}};
const struct gas_mix gas_mix_n2 = {.x = {[GAS_N2] = 1.0}};

enum { NAME_MAX_LEN = 8 };
static const double SUM_SLACK = 1e-9;

const struct gas_species_info *gas_species_info(enum gas_species s)
{
    assert((unsigned)s < GAS_SPECIES_COUNT);
    return &species[s];
}

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

static bool same_name(struct span name, const char *key)
{
    if (name.len != strlen(key))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (lower(name.at[i]) != key[i])
            return false;
    return true;
}

enum rc gas_species_find(struct span name, enum gas_species *out)
{
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        if (same_name(name, species[s].key)) {
            *out = (enum gas_species)s;
            return RC_OK;
        }
    }
    return RC_CONFIG;
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein distance; both at most NAME_MAX_LEN long. */
static unsigned edit_distance(struct span name, const char *key)
{
    unsigned row[NAME_MAX_LEN + 1];
    size_t n = strlen(key);
    for (size_t j = 0; j <= n; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= name.len; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= n; j++) {
            unsigned cost = lower(name.at[i - 1]) == key[j - 1] ? 0U : 1U;
            unsigned next = least(row[j] + 1, row[j - 1] + 1, diagonal + cost);
            diagonal = row[j];
            row[j] = next;
        }
    }
    return row[n];
}

const char *gas_species_suggest(struct span name)
{
    if (name.len == 0 || name.len > NAME_MAX_LEN)
        return NULL;
    const char *best = NULL;
    unsigned best_distance = 3;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        unsigned d = edit_distance(name, species[s].key);
        if (d < best_distance && d < name.len) {
            best_distance = d;
            best = species[s].key;
        }
    }
    return best;
}

double gas_mix_sum(const struct gas_mix *mix)
{
    double sum = 0;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        sum += mix->x[s];
    return sum;
}

enum rc gas_mix_check(const struct gas_mix *mix, struct gas_fault *fault)
{
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        if (!num_within(mix->x[s], 0, 1))
            return gas_fault_set(fault, (struct gas_fault){species[s].key, mix->x[s], 0, 1});
    double sum = gas_mix_sum(mix);
    if (!num_within(sum, 0, 1 + SUM_SLACK))
        return gas_fault_set(fault, (struct gas_fault){"sum", sum, 0, 1});
    return RC_OK;
}

enum rc gas_mix_fill_n2(struct gas_mix *mix, struct gas_fault *fault)
{
    struct gas_mix filled = *mix;
    filled.x[GAS_N2] = 0;
    enum rc rc = gas_mix_check(&filled, fault);
    if (rc != RC_OK)
        return rc;
    double rest = 1 - gas_mix_sum(&filled);
    mix->x[GAS_N2] = rest > 0 ? rest : 0;
    return RC_OK;
}

void gas_mix_atoms(const struct gas_mix *mix, struct gas_atoms *out)
{
    *out = (struct gas_atoms){0};
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        const struct gas_species_info *info = &species[s];
        out->C += mix->x[s] * info->C;
        out->H += mix->x[s] * info->H;
        out->O += mix->x[s] * info->O;
        out->N += mix->x[s] * info->N;
        out->Ar += mix->x[s] * info->Ar;
    }
}

void gas_fault_put(struct obuf *out, const struct gas_fault *fault)
{
    if (obuf_printf(out, "%s: ", fault->what) != RC_OK)
        return;
    num_put_short(out, fault->value, 6);
    if (obuf_printf(out, " is outside ") != RC_OK)
        return;
    num_put_short(out, fault->lo, 6);
    if (obuf_printf(out, "..") != RC_OK)
        return;
    num_put_short(out, fault->hi, 6);
}
