/* Words of the command line into the readers of `lambdabench gas`: nothing crashes, a refusal says
 * one line, and what is accepted is a gas. */
#include <math.h>
#include <stdlib.h>

#include "bench/cli_gas.h"
#include "core/num.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_message(const struct obuf *why)
{
    require(why->len > 0 && why->len < why->cap);
    for (size_t i = 0; i < why->len; i++)
        require(why->at[i] >= ' ' && why->at[i] <= '~');
}

static void read_mix(struct span text, bool whole)
{
    char message[320];
    struct obuf why = {message, 0, sizeof message};
    struct gas_mix mix;
    if (!cli_gas_read_mix("--gas", text, whole, &mix, &why)) {
        require_message(&why);
        return;
    }
    require(gas_mix_check(&mix, NULL) == RC_OK);
    require(!whole || num_within(gas_mix_sum(&mix), 1 - 2e-6, 1 + 2e-6));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char message[320];
    struct obuf why = {message, 0, sizeof message};
    struct span text = {(const char *)data, size};
    struct cli_gas_cylinder cylinder = {.name = "n2"};
    struct gas_fuel fuel;
    double value;
    read_mix(text, true);
    read_mix(text, false);
    for (unsigned kind = 0; kind <= CLI_GAS_NUMBER; kind++) {
        if (cli_gas_read_quantity("--x", text, (enum cli_gas_quantity)kind, &value, &why))
            require(num_within(value, -1e301, 1e301));
        else
            require_message(&why);
    }
    if (cli_gas_read_fuel(text, &fuel, &why))
        require((num_within(fuel.y, 0, 4) || isinf(fuel.y)) && num_within(fuel.z, 0, 2));
    else
        require_message(&why);
    if (!cli_gas_read_mfc(text, &cylinder, 1, &why))
        require_message(&why);
    if (!cli_gas_read_cylinder(text, &cylinder, &why))
        require_message(&why);
    return 0;
}
