/* Names and raw numbers into the gas functions: nothing crashes, NaN is never permitted, and what
 * is permitted really is within the caps. */
#include <math.h>
#include <stdlib.h>

#include "gas/equilibrium.h"
#include "gas/flammability.h"
#include "gas/lambda.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_mix(const struct gas_mix *mix)
{
    struct gas_rule_limits limits;
    struct gas_rule_verdict verdict;
    struct gas_rule_line line;
    struct gas_fault fault;
    struct gas_equilibrium eq;
    struct gas_constants k;
    const struct gas_surface at = {.p_kPa = 101.325};
    gas_rule_limits_default(100, &limits);
    if (gas_rule_check(mix, &limits, &verdict) == RC_OK) {
        require(mix->x[GAS_CO] < 0.1000001 && mix->x[GAS_H2] < 0.0400001);
        require(mix->x[GAS_O2] < 0.2150001);
        require(gas_rule_line_check(mix, mix, &limits, &line) == RC_OK);
    }
    require(gas_rule_line_check(mix, &gas_mix_n2, &limits, &line) == RC_OK || line.forbidden);
    if (gas_constants_fit(1053.15, &k) == RC_OK &&
        gas_equilibrium_solve(mix, &k, &at, &eq, &fault) == RC_OK)
        require(isfinite(eq.ln_pO2_bar) && eq.ln_pO2_bar <= log(1.01325) + 1e-9);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span name = {(const char *)data, size};
    enum gas_species species;
    struct gas_mix mix = {.x = {0}};
    if (gas_species_find(name, &species) != RC_OK)
        (void)gas_species_suggest(name);
    size_t bytes = size < sizeof(mix.x) ? size : sizeof(mix.x);
    if (bytes)
        memcpy(mix.x, data, bytes);
    check_mix(&mix);
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) /* and a plausible one */
        mix.x[s] = s < size ? data[s] / 2000.0 : 0;
    check_mix(&mix);
    return 0;
}
