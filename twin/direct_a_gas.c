#include <math.h>

#include "twin/direct_a_private.h"

static const double STEP = 0.01, LAYER = 2.47; /* of ln p; of the lag: L^2/D */

static double barrier_mA(const struct electric *e, double z)
{
    const struct gas_barrier *barrier = &e->a->part.pump.barrier;
    struct gas_barrier_point point;
    gas_barrier_point_at(barrier, &e->at, z, &point);
    return gas_barrier_current_mA(barrier, &point, &e->a->gas);
}

void direct_a_gas_impedance(const struct direct_a *a, const struct direct_wires *wires,
                            const struct direct_at *at, struct impedance *z)
{
    struct electric e;
    electric_prepare(a, wires, at, wires->source.mode != DIRECT_OFF, &e);
    double ln_p = a->cavity.ln_pO2_bar;
    if (a->steady)
        ln_p = electric_solve_z(&e, ln_p);
    double falls_mA = (barrier_mA(&e, ln_p - STEP) - barrier_mA(&e, ln_p + STEP)) / (2 * STEP);
    double rises =
        (electric_excess(&e, ln_p + STEP) - electric_excess(&e, ln_p - STEP)) / (2 * STEP);
    if (!(falls_mA > 0))
        return;
    z->diffusion_ohm = e.nernst_mV / falls_mA;
    z->diffusion_s = LAYER * a->part.tau_s;
    z->store_mF = 1000 * rises * electric_store_mC(&e, direct_hot_K(at->T_K)) / e.nernst_mV;
}
