/* `lambdabench gas mix --u`: the uncertainty of the gas that a plan makes.
 *
 * Inputs: each flow (gas_mfc_u_slpm), and of each cylinder every component but the largest, which
 * is its balance; --certificate is their relative expanded uncertainty (k = 2), each independent of
 * the others. Temperature and pressure are taken as exact. */
#ifndef BENCH_CLI_GAS_U_H
#define BENCH_CLI_GAS_U_H

#include "bench/cli_gas_plan.h"
#include "gas/gum.h"

/* `plan` is solved. False: `why` says what is missing. */
bool cli_gas_u_combine(const struct args *args, const struct cli_gas_plan *plan,
                       struct gas_gum_result *out, struct obuf *why);

#endif
