#include "twin/reference_chamber.h"

#include <math.h>

#include "core/root.h"
#include "twin/pump_cell.h"

static const double LN_LEAST = -90, X_MOST = 0.999, LEAK_HALF_X = 1e-6, STILL_mA = 1e-9;

/* One step: what must balance at its end. */
struct balance {
    struct gas_barrier barrier; /* k in mA */
    struct gas_barrier_at at;
    const struct gas_mix *ambient;
    const struct reference_chamber *from;
    double pump_mA, leak_mA;
    double store_mA; /* of the chamber, per unit of y and step; 0: steady */
};

/* What is free in the chamber at one oxygen pressure. */
struct free_gas {
    double O2, CO, H2, ln_1_O2;
};

static struct free_gas free_at(const struct balance *b, double z)
{
    struct gas_barrier_point point;
    gas_barrier_point_at(&b->barrier, &b->at, z, &point);
    return (struct free_gas){.O2 = exp(z) / b->at.p_bar,
                             .CO = b->from->carbon / (1 + 1 / point.rC),
                             .H2 = b->from->hydrogen / (1 + 1 / point.rH),
                             .ln_1_O2 = point.ln_1_xO2};
}

static double brought_mA(const struct balance *b, const struct free_gas *free)
{
    const double *x = b->ambient->x;
    double O2 = x[GAS_O2] < X_MOST ? x[GAS_O2] : X_MOST;
    return b->barrier.kO2_mA * (free->ln_1_O2 - log1p(-O2)) -
           b->barrier.kCO_mA * (x[GAS_CO] - free->CO) - b->barrier.kH2_mA * (x[GAS_H2] - free->H2) +
           b->pump_mA - b->leak_mA * free->O2 / (free->O2 + LEAK_HALF_X);
}

/* Rises with z. */
static double imbalance_mA(const void *ctx, double z)
{
    const struct balance *b = ctx;
    struct free_gas free = free_at(b, z);
    double excess = free.O2 - (free.CO + free.H2) / 2;
    return b->store_mA * (excess - b->from->excess) - brought_mA(b, &free);
}

/* Carbon and hydrogen at the end of the step, by the gas at its beginning. */
static void move_fuel(const struct balance *b, double share_1_mA, struct reference_chamber *to)
{
    const double *x = b->ambient->x;
    struct free_gas free = free_at(b, b->from->ln_pO2_bar);
    double CO2 = b->from->carbon - free.CO, H2O = b->from->hydrogen - free.H2;
    double CO_moves = (x[GAS_CO] - free.CO) + b->barrier.dC * (x[GAS_CO2] - CO2);
    double H2_moves = (x[GAS_H2] - free.H2) + b->barrier.dH * (x[GAS_H2O] - H2O);
    to->carbon += 2 * b->barrier.kCO_mA * CO_moves * share_1_mA;
    to->hydrogen += 2 * b->barrier.kH2_mA * H2_moves * share_1_mA;
}

static void move_oxygen(struct balance *b, double store_mA, struct reference_chamber *to)
{
    b->store_mA = 0;
    if (fabs(imbalance_mA(b, to->ln_pO2_bar)) < STILL_mA)
        return;
    b->store_mA = store_mA;
    double most = log(X_MOST * b->at.p_bar);
    to->ln_pO2_bar = root_find_near(imbalance_mA, b, to->ln_pO2_bar, LN_LEAST, most);
    struct free_gas free = free_at(b, to->ln_pO2_bar);
    to->excess = free.O2 - (free.CO + free.H2) / 2;
}

void reference_chamber_start(const struct nernst_reference *ref, double p_kPa,
                             struct reference_chamber *out)
{
    double x = nernst_reference_x(ref, 0);
    *out = (struct reference_chamber){.ln_pO2_bar = log(x * p_kPa / 100), .excess = x};
}

enum rc reference_chamber_step(const struct nernst_reference *ref,
                               const struct reference_ambient *ambient, double pump_uA, double dt_s,
                               struct reference_chamber *chamber)
{
    double store_mA = ref->volume_uC * 1e-3 / dt_s;
    struct balance b = {.barrier = pump_cell_plain.barrier,
                        .ambient = ambient->mix,
                        .from = chamber,
                        .pump_mA = pump_uA * 1e-3,
                        .leak_mA = ref->leak_uA * 1e-3};
    pump_barrier_scale(&b.barrier, ref->k_uA * 1e-3 / b.barrier.kO2_mA);
    enum rc rc = gas_barrier_prepare(&b.barrier, ambient->T_K, ambient->p_kPa, &b.at);
    if (rc != RC_OK)
        return rc;
    struct reference_chamber from = *chamber;
    move_fuel(&b, 1 / store_mA, &from);
    struct reference_chamber to = from;
    b.from = &from;
    move_oxygen(&b, store_mA, &to);
    *chamber = to;
    return RC_OK;
}
