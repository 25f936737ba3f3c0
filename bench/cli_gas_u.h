/* `lambdabench gas mix --u`: the uncertainty of the gas that a plan makes.
 *
 * Inputs: each flow (gas_mfc_u_slpm), and of each cylinder every component but the largest, which
 * is its balance; --certificate is their relative expanded uncertainty (k = 2), each independent of
 * the others. Temperature and pressure are taken as exact. */
#ifndef BENCH_CLI_GAS_U_H
#define BENCH_CLI_GAS_U_H

#include "bench/cli_gas_plan.h"
#include "gas/gum.h"

/* How the draws are made: the same numbers every time. */
#define CLI_GAS_U_DRAWS 100000
#define CLI_GAS_U_SEED 20240601

struct cli_gas_u {
    struct gas_gum_result gum;
    struct gas_gum_spread drawn;
};

/* `plan` is solved. False: `why` says what is missing. */
bool cli_gas_u_combine(const struct args *args, const struct cli_gas_plan *plan,
                       struct cli_gas_u *out, struct obuf *why);

/* Values with U (k = 2), composition, and the 95 % intervals of the draws beside those of the GUM,
 * with a plain word where they differ. */
void cli_gas_u_put(struct cli_gas_out *out, const struct cli_gas_u *u);

#endif
