#include <math.h>

#include "twin/direct_a_private.h"

/* Of the pump cell's electrodes: R_p is a quarter of R_N. */
static const double PUMP_AREA = 4;

/* With what the contacts do now, its wiring without what is in the path already. */
static void nernst_impedance(const struct direct_a *a, const struct nernst_path *cell, double T_K,
                             double u, struct impedance *out)
{
    struct nernst_wiring plain = a->part.wiring;
    struct nernst_path path = direct_path(cell, &a->part.wiring, u);
    plain.hf_factor = 1;
    impedance_of_cell(&path, &plain, T_K, out);
}

/* d eta/dI of both electrodes at the current that flows, ohm; as one arc. */
static void pump_impedance(const struct direct_a *a, const struct direct_wires *wires,
                           const struct direct_at *at, struct impedance *out)
{
    struct electric e;
    bool compliance;
    electric_prepare(a, wires, at, true, &e);
    double i_mA = electric_driven_mA(&e, a->cavity.ln_pO2_bar, &compliance);
    nernst_impedance(a, &a->part.pump.rp, at->T_K + direct_side_K(&a->part.wiring, at), at->u, out);
    out->ct_ohm = e.outer_mA > 0 ? e.outer_mV / hypot(e.outer_mA, i_mA) : 0;
    out->ct_ohm += e.inner_mA > 0 ? e.inner_mV / hypot(e.inner_mA, i_mA) : 0;
    out->dl_uF *= PUMP_AREA;
}

struct impedance_point direct_a_lock_in(const struct direct_a *a, const struct direct_wires *wires,
                                        const struct direct_at *at)
{
    struct element_a_heat heat = element_a_heat_at(at->T_K);
    struct impedance z;
    if (wires->relay2)
        pump_impedance(a, wires, at, &z);
    else
        nernst_impedance(a, &a->part.rn, at->T_K, at->u, &z);
    if (wires->sine_Hz < IMPEDANCE_GAS_Hz)
        direct_a_gas_impedance(a, wires, at, &z);
    struct impedance_point current_A = direct_sine_A(&z, wires->sine_V, wires->sine_Hz);
    if (wires->relay2 == wires->relay3)
        return direct_drop_V(&z, current_A, wires->sine_Hz);
    double ohm = element_a_rc_ohm(&a->part, heat, 1) + element_a_com_ohm(&a->part, heat);
    return (struct impedance_point){ohm * current_A.re_ohm, ohm * current_A.im_ohm};
}
