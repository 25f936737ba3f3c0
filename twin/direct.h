/* Elements A, B and C in a running twin, as instruments at their leads find them: a source-meter, a
 * meter behind a scanner, a lock-in.
 *
 * What stores something (gas on its way, cavity, reference, charge, soot) steps on the grid; the
 * electrical solution is found only when somebody reads, from the state of the grid alone. Below
 * 700 K and above 1400 K the chemistry stands still at that end of its data; resistances follow the
 * true temperature. 1 ppm of oxygen stands for the leak that any gas line has: dry N2, H2/N2 and
 * CO/N2 then have an oxygen pressure. */
#ifndef TWIN_DIRECT_H
#define TWIN_DIRECT_H

#include "twin/element_a.h"
#include "twin/element_b.h"
#include "twin/element_c.h"
#include "twin/gasline.h"
#include "twin/impedance.h"
#include "twin/reference_chamber.h"

enum direct_mode { DIRECT_OFF, DIRECT_VOLT, DIRECT_AMPERE };

struct direct_source {
    enum direct_mode mode;
    double set_mV, set_mA, limit_mV, limit_mA;
};

/* What is connected to the element. */
struct direct_wires {
    struct direct_source source;
    struct direct_source reference; /* A: at the reference electrode against the measuring one */
    double meter_ohm;               /* at the Nernst pair (A) or the cell */
    bool relay1; /* A: reference current on; B: lock-in's return at the contact in the middle;
                  * C: source-meter between reference and housing */
    bool relay2; /* A: lock-in at the pump cell; B: its drive at the contact in the middle */
    bool relay3; /* A: its input there too, instead of at the Nernst cell */
    double sine_V, sine_Hz;
};

/* Where it stands now. */
struct direct_at {
    const struct gas_view *gas;
    const struct gas_mix *ambient; /* on the ambient side; NULL: the room */
    double ambient_kPa;
    double T_K, heater_V;
    double u; /* 0..1: state of a contact that jumps */
};

struct direct_reading {
    double u_mV; /* what the meter finds */
    double source_mV, source_mA;
    bool compliance;
    double reference_mV, reference_mA;
    bool reference_compliance;
};

double direct_hot_K(double T_K);
/* With the trace of oxygen. */
struct gas_mix direct_gas(const struct gas_view *view);
/* Of all species the largest |difference|. */
double direct_distance(const struct gas_mix *a, const struct gas_mix *b);
/* The share of a voltage behind `cell_ohm` that a meter of `meter_ohm` finds. */
double direct_share(double cell_ohm, double meter_ohm);
double direct_held(double x, double lo, double hi);
/* By how much the first side (B: that of 12; A: the pump cell) is hotter: heater and flow. */
double direct_side_K(const struct nernst_wiring *wiring, const struct direct_at *at);
/* `path` with cracks and loose contacts, leads not included. */
struct nernst_path direct_path(const struct nernst_path *path, const struct nernst_wiring *wiring,
                               double u);
/* Sine of `volt` through 1 kohm into the cell: its current, A. */
struct impedance_point direct_sine_A(const struct impedance *z, double volt, double Hz);
/* The voltage that this current makes on z, V. */
struct impedance_point direct_drop_V(const struct impedance *z, struct impedance_point current_A,
                                     double Hz);

/* ---- A */
struct direct_a {
    struct element_a part;
    struct gas_mix gas; /* behind the protective layer */
    double gas_keep;
    double x_ref;                     /* ambient side: the room */
    struct reference_chamber chamber; /* of its own gas */
    struct pump_cavity cavity;        /* while not steady */
    unsigned serial, still;           /* steps without a change of gas or drive */
    bool moving, steady;
};
void direct_a_start(struct direct_a *a, const struct direct_at *at);
/* Before the wires change. */
void direct_a_disturb(struct direct_a *a, const struct direct_wires *wires,
                      const struct direct_at *at);
void direct_a_step(struct direct_a *a, const struct direct_wires *wires,
                   const struct direct_at *at);
void direct_a_read(const struct direct_a *a, const struct direct_wires *wires,
                   const struct direct_at *at, struct direct_reading *out);
/* U_N of the second reference electrode; NaN: there is none. */
double direct_a_second_mV(const struct direct_a *a, const struct direct_wires *wires,
                          const struct direct_at *at);
struct impedance_point direct_a_lock_in(const struct direct_a *a, const struct direct_wires *wires,
                                        const struct direct_at *at);

/* A step of the current through the pump cell, from a microsecond on, in closed form from the state
 * in which the step finds the element:
 *
 *   i(t)   = i1 - (i1 - i0) exp(-t/14.5 us)              the source: 100 us to 0.1 %
 *   U_N(t) = E(y(t)) + R_c i(t) + what does not change   R_c acts at once
 *   y(t)   = y1 + (y0 - y1 - G) exp(-t'/T_c) + G exp(-t'/T_d)     G = (y1 - ys0) T_d/(T_c - T_d)
 *   T_c    = Q (y1 - ys0)/(i0 - i1)                      Q = 4F pV/RT of the cavity
 *
 * y is the cavity's oxygen less what is missing of it, y0 now, ys0 and y1 where it rests at i0 and
 * i1: the barrier's current is all but linear in y. t' = t - 14.5 us. T_d = R_ct C_dl: the current
 * charges the inner electrode's double layer before it moves oxygen. Gas and temperature stand
 * still meanwhile. */
struct direct_a_edge {
    struct direct_a a;
    struct direct_wires wires;
    struct direct_at at;
    struct gas_view gas; /* `at` as it was; its own pointer is void */
    double from_mA, to_mA;
    double cavity_z, now, goal, lag, cavity_s, layer_s; /* y0, y1, y1 - ys0, T_c, T_d */
    struct impedance_point sine_V;                      /* of the lock-in, which goes on */
};
/* A comparator at the pump cell's leads finds steps of more than this. */
#define DIRECT_A_EDGE_mV 10
/* From wires[0] to wires[1], where the source is one of current. False: no edge for the comparator;
 * *out is then void. */
bool direct_a_edge(const struct direct_a *a, const struct direct_wires wires[2],
                   const struct direct_at *at, struct direct_a_edge *out);
double direct_a_edge_excess(const struct direct_a_edge *edge, double t_s);
/* What a meter at the Nernst pair finds t_s after the edge (before it where t_s < 0); clock_s: the
 * time of the sine. */
double direct_a_edge_mV(const struct direct_a_edge *edge, double t_s, double clock_s);

/* ---- B */
struct direct_b {
    struct element_b part;
    struct gas_barrier barrier12, barrier13;
    struct element_b_state gas;
    unsigned serial;
    bool moving;
};
void direct_b_start(struct direct_b *b, const struct direct_at *at);
void direct_b_step(struct direct_b *b, const struct direct_at *at);
void direct_b_read(const struct direct_b *b, const struct direct_wires *wires,
                   const struct direct_at *at, struct direct_reading *out);
struct impedance_point direct_b_lock_in(const struct direct_b *b, const struct direct_wires *wires,
                                        const struct direct_at *at);

/* ---- C */
struct direct_c {
    struct element_c part;
    struct element_c_state state;
    /* at a gas, temperature and soot; afresh when one of them has moved by 0.01 % of a species (or
     * 1e-9), 2 K, 0.002. In between the oxygen pressures follow their slopes over temperature. */
    struct element_c_env env, slope_1_K;
    struct gas_mix gas;
    double kPa, base_K, soot;
    unsigned serial;
};
void direct_c_start(struct direct_c *c, const struct direct_at *at);
void direct_c_step(struct direct_c *c, const struct direct_wires *wires,
                   const struct direct_at *at);
void direct_c_read(const struct direct_c *c, const struct direct_wires *wires,
                   const struct direct_at *at, struct direct_reading *out);
struct impedance_point direct_c_lock_in(const struct direct_c *c, const struct direct_wires *wires,
                                        const struct direct_at *at);

#endif
