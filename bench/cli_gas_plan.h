/* The plan of `lambdabench gas mix`: cylinders and their flows for a wanted gas. */
#ifndef BENCH_CLI_GAS_PLAN_H
#define BENCH_CLI_GAS_PLAN_H

#include "bench/cli_gas.h"

enum { CLI_GAS_CYLINDERS_MAX = GAS_BOTTLES_MAX };

struct cli_gas_plan {
    struct cli_gas_cylinder cylinder[CLI_GAS_CYLINDERS_MAX];
    struct gas_mix bottle[CLI_GAS_CYLINDERS_MAX]; /* the same compositions, as gas/ wants them */
    size_t count, carrier;
    bool carrier_used; /* false: --lambda, which needs none */
    double total_slpm, turndown, T_K, p_kPa;
    double wall_degC; /* coldest wall of the gas path; NAN: not told */
    double flow_slpm[CLI_GAS_CYLINDERS_MAX];
    size_t chosen[CLI_GAS_CYLINDERS_MAX]; /* range of the cylinder, when it has any */
    struct gas_mix made;
    double made_lambda; /* NAN: not defined */
};

/* Cylinders, controllers, total flow, temperature and pressure of the command line. */
bool cli_gas_plan_read(const struct args *args, struct cli_gas_plan *plan, struct obuf *why);

/* What plan_solve is made of. */
bool cli_gas_plan_for_mix(struct cli_gas_plan *plan, const struct cli_gas_target *target,
                          struct obuf *why);
/* --lambda: two cylinders mix to it by themselves. More need a --target of fixed shares: with as
 * many shares as there are cylinders beyond two, the flows follow; with fewer, the shares are the
 * fixed CO2, H2O... and fuel of the proportions --fuel-gas (or of the one cylinder that holds
 * fuel), or oxygen, is added (gas_mix_for_lambda). */
bool cli_gas_plan_for_lambda(const struct args *args, struct cli_gas_plan *plan, struct obuf *why);
/* Is each of these species (bit 1 << species) within what the cylinders hold? */
bool cli_gas_plan_check_supply(const struct cli_gas_plan *plan, const struct gas_mix *wanted,
                               unsigned species, struct obuf *why);
/* Always false. */
bool cli_gas_plan_explain(const struct cli_gas_plan *plan, const struct gas_fault *fault,
                          struct obuf *why);

/* Flows for --target, --lambda or --pO2, what they make, and a range of controller for each. False:
 * it cannot be made, and `why` says what stands in the way. */
bool cli_gas_plan_solve(const struct args *args, struct cli_gas_plan *plan, struct obuf *why);

/* Of a solved plan: standard uncertainty of the flow of cylinder `b`, which has a controller; its
 * set point in the litres that its controller shows (NAN: it has none). */
double cli_gas_plan_u_slpm(const struct cli_gas_plan *plan, size_t b);
double cli_gas_plan_set_point(const struct cli_gas_plan *plan, size_t b);
/* Controllers with their set points, and water. */
void cli_gas_plan_put_dosing(struct cli_gas_out *out, const struct cli_gas_plan *plan);

#endif
