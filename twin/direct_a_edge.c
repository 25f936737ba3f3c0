#include <math.h>

#include "twin/direct_a_private.h"

/* The source-meter: 100 us to 0.1 % of a step. */
static const double SOURCE_S = 100e-6 / 6.9;

/* R_ct C_dl of an electrode is free of its area, so the inner pump electrode has that of the Nernst
 * cell's. */
static double layer_s(const struct direct_a *a, double T_K)
{
    struct impedance z;
    impedance_of_cell(&a->part.rn, &a->part.wiring, T_K, &z);
    return z.ct_ohm * z.dl_uF * 1e-6;
}

static double steady_excess(const struct electric *e, double z, double *ip_mA)
{
    bool compliance;
    double steady_z = electric_solve_z(e, z);
    *ip_mA = electric_driven_mA(e, steady_z, &compliance);
    return electric_excess(e, steady_z);
}

bool direct_a_edge(const struct direct_a *a, const struct direct_wires wires[2],
                   const struct direct_at *at, struct direct_a_edge *out)
{
    struct electric e[2];
    double z = a->cavity.ln_pO2_bar, start_mA, end_mA;
    bool compliance;
    for (int i = 0; i < 2; i++)
        electric_prepare(a, &wires[i], at, true, &e[i]);
    double rest = steady_excess(&e[0], z, &start_mA), goal = steady_excess(&e[1], z, &end_mA);
    *out = (struct direct_a_edge){.a = *a, .wires = wires[1], .at = *at, .gas = *at->gas};
    out->from_mA = electric_driven_mA(&e[0], z, &compliance);
    out->to_mA = e[1].source.set_mA;
    out->cavity_z = z;
    out->now = electric_excess(&e[0], z);
    out->goal = goal;
    out->lag = goal - rest;
    out->layer_s = layer_s(a, at->T_K);
    double store_mC = electric_store_mC(&e[1], direct_hot_K(at->T_K));
    out->cavity_s = store_mC * (goal - rest) / (start_mA - end_mA);
    out->sine_V = direct_a_lock_in(a, &wires[1], at);
    return fabs(out->to_mA - out->from_mA) * e[1].ohm >= DIRECT_A_EDGE_mV && out->cavity_s > 0;
}

/* The rise of the source delays what the current has moved by its own time constant. */
double direct_a_edge_excess(const struct direct_a_edge *edge, double t_s)
{
    t_s -= SOURCE_S;
    if (!(t_s > 0))
        return edge->now;
    double lag = edge->lag * edge->layer_s / (edge->cavity_s - edge->layer_s);
    double slow = edge->now - edge->goal - lag;
    return edge->goal + slow * exp(-t_s / edge->cavity_s) + lag * exp(-t_s / edge->layer_s);
}

double direct_a_edge_mV(const struct direct_a_edge *edge, double t_s, double clock_s)
{
    struct direct_at at = edge->at;
    struct electric e;
    at.gas = &edge->gas;
    electric_prepare(&edge->a, &edge->wires, &at, true, &e);
    double z = electric_z_of(&e, direct_a_edge_excess(edge, t_s), edge->cavity_z);
    double ip_mA = edge->from_mA;
    if (t_s > 0)
        ip_mA = edge->to_mA + (edge->from_mA - edge->to_mA) * exp(-t_s / SOURCE_S);
    double turn = 2 * M_PI * fmod(edge->wires.sine_Hz * clock_s, 1);
    double sine_V = M_SQRT2 * (edge->sine_V.re_ohm * cos(turn) - edge->sine_V.im_ohm * sin(turn));
    return electric_u_mV(&e, &edge->wires, &at, z, ip_mA) + 1000 * sine_V;
}
