#include <math.h>

#include "core/root.h"
#include "twin/direct.h"

static const double LN_LEAST = -230, GAS_STILL = 1e-9, TOLERANCE = 1e-10, MOST_mV = 2500;
static const double STEP = 0.01, LAYER = 2.47; /* of ln p; of the lag: L^2/D */

/* One electrode behind its layer. */
struct side {
    const struct gas_barrier *barrier;
    struct gas_barrier_at at;
    const struct gas_mix *gas;
    double ln_most, most_mA, least_mA; /* currents at LN_LEAST and at pure oxygen */
};

struct electric {
    struct side s12, s13;
    const struct element_b *part;
    double T_K, nernst_mV, ohm;
    double thermo_mV; /* of a difference of temperature between the sides */
    double goal_mV;   /* for the search */
    bool from13;
};

struct point {
    double u_mV, i_mA;
    bool railed;
};

static double side_mA(const struct side *s, double z)
{
    struct gas_barrier_point point;
    gas_barrier_point_at(s->barrier, &s->at, z, &point);
    return gas_barrier_current_mA(s->barrier, &point, s->gas);
}

static void side_prepare(struct side *s, double T_K, double kPa)
{
    if (gas_barrier_prepare(s->barrier, T_K, kPa, &s->at) != RC_OK)
        return; /* held within its range */
    s->ln_most = log(0.999 * s->at.p_bar);
    s->most_mA = side_mA(s, LN_LEAST);
    s->least_mA = side_mA(s, s->ln_most);
}

struct search {
    const struct side *side;
    double mA;
};

static double side_off_mA(const void *ctx, double z)
{
    const struct search *s = ctx;
    return s->mA - side_mA(s->side, z);
}

/* The electrode's ln pO2 at this current, or the stop that is next to it. */
static double side_z(const struct side *s, double mA, bool *railed)
{
    struct search search = {s, mA};
    if (!(mA < s->most_mA) || !(mA > s->least_mA)) {
        *railed = true;
        return mA > s->least_mA ? LN_LEAST : s->ln_most;
    }
    return root_find(side_off_mA, &search, LN_LEAST, s->ln_most, TOLERANCE);
}

static void prepare(const struct direct_b *b, const struct direct_at *at, struct electric *out)
{
    double T_K = direct_hot_K(at->T_K), kPa = at->gas->pressure_kPa;
    double jump = at->u < 0.5 ? 1 : 1 + b->part.wiring.telegraph;
    *out = (struct electric){.part = &b->part, .T_K = T_K, .nernst_mV = nernst_slope_mV(T_K)};
    out->thermo_mV = NERNST_THERMO_EMF_mV_K * direct_side_K(&b->part.wiring, at);
    out->s12 = (struct side){.barrier = &b->barrier12, .gas = &b->gas.at12};
    out->s13 = (struct side){.barrier = &b->barrier13, .gas = &b->gas.at13};
    side_prepare(&out->s12, T_K, kPa);
    side_prepare(&out->s13, T_K, kPa);
    out->ohm = element_b_cell_ohm(&b->part, at->T_K) * jump + b->part.wiring.lead_ohm;
}

static double volt_mV(const struct electric *e, double ln12, double ln13, double i_mA)
{
    return e->nernst_mV * (ln12 - ln13) + i_mA * e->ohm +
           pump_electrode_eta_mV(&e->part->el12, e->T_K, i_mA) +
           pump_electrode_eta_mV(&e->part->el13, e->T_K, i_mA) + e->thermo_mV;
}

/* From the oxygen pressure of the electrode that is pumped empty. */
static struct point from_empty(const struct electric *e, double z)
{
    struct point point = {.i_mA = side_mA(e->from13 ? &e->s13 : &e->s12, z)};
    double other = side_z(e->from13 ? &e->s12 : &e->s13, -point.i_mA, &point.railed);
    if (!e->from13)
        point.i_mA = -point.i_mA;
    point.u_mV = volt_mV(e, e->from13 ? other : z, e->from13 ? z : other, point.i_mA);
    return point;
}

static double off_mV(const void *ctx, double z)
{
    const struct electric *e = ctx;
    return from_empty(e, z).u_mV - e->goal_mV;
}

static struct point at_voltage(struct electric *e, double u_mV)
{
    e->goal_mV = u_mV;
    e->from13 = u_mV >= e->thermo_mV;
    double z =
        root_find(off_mV, e, LN_LEAST, e->from13 ? e->s13.ln_most : e->s12.ln_most, TOLERANCE);
    struct point point = from_empty(e, z);
    point.u_mV = u_mV;
    return point;
}

static struct point at_current(const struct electric *e, double i_mA)
{
    struct point point = {.i_mA = i_mA};
    double ln13 = side_z(&e->s13, i_mA, &point.railed);
    double ln12 = side_z(&e->s12, -i_mA, &point.railed);
    point.u_mV = volt_mV(e, ln12, ln13, i_mA);
    return point;
}

static struct point driven(struct electric *e, const struct direct_source *s, bool *compliance)
{
    struct point point = at_current(e, s->mode == DIRECT_AMPERE ? s->set_mA : 0);
    *compliance = false;
    if (s->mode == DIRECT_AMPERE) {
        double limit_mV = s->limit_mV < MOST_mV ? s->limit_mV : MOST_mV;
        *compliance = point.railed || fabs(point.u_mV) > limit_mV;
        if (*compliance)
            point = at_voltage(e, s->set_mA > 0 ? limit_mV : -limit_mV);
    } else if (s->mode == DIRECT_VOLT) {
        point = at_voltage(e, s->set_mV);
        *compliance = fabs(point.i_mA) > s->limit_mA;
        if (*compliance)
            point = at_current(e, point.i_mA > 0 ? s->limit_mA : -s->limit_mA);
    }
    return point;
}

void direct_b_start(struct direct_b *b, const struct direct_at *at)
{
    enum rc coarse = element_b_barrier(&b->part, false, &b->barrier12);
    enum rc fine = element_b_barrier(&b->part, true, &b->barrier13);
    if (coarse != RC_OK || fine != RC_OK) /* no part of the population or library is without */
        b->barrier12 = b->barrier13 = b->part.ratios;
    struct gas_mix gas = direct_gas(at->gas);
    element_b_start(&gas, &b->gas);
    b->serial = at->gas->serial;
}

void direct_b_step(struct direct_b *b, const struct direct_at *at)
{
    if (b->serial != at->gas->serial) {
        b->serial = at->gas->serial;
        b->moving = true;
    }
    if (!b->moving)
        return;
    struct gas_mix gas = direct_gas(at->gas);
    struct element_b_drive drive = {TWIN_STEP_S, at->gas->compression};
    element_b_step(&b->part, &gas, drive, &b->gas);
    if (direct_distance(&b->gas.at12, &gas) < GAS_STILL &&
        direct_distance(&b->gas.clearance, &gas) < GAS_STILL &&
        direct_distance(&b->gas.at13, &gas) < GAS_STILL) {
        element_b_start(&gas, &b->gas);
        b->moving = false;
    }
}

void direct_b_read(const struct direct_b *b, const struct direct_wires *wires,
                   const struct direct_at *at, struct direct_reading *out)
{
    struct electric e;
    struct direct_reading r;
    prepare(b, at, &e);
    struct point point = driven(&e, &wires->source, &r.compliance);
    r.source_mA = point.i_mA;
    r.source_mV = point.u_mV;
    if (wires->source.mode == DIRECT_OFF) { /* a source holds the leads against all this */
        r.source_mV *= direct_share(e.ohm, wires->meter_ohm);
        r.source_mV += nernst_coupling_mV_V(&b->part.wiring, at->T_K, e.ohm) * at->heater_V;
    }
    r.u_mV = r.source_mV;
    *out = r;
}

/* The gas behind the fine layer; the coarse one has a tenth of its impedance. */
static void add_gas(const struct direct_b *b, const struct direct_wires *wires,
                    const struct direct_at *at, struct impedance *z)
{
    struct electric e;
    bool unused = false;
    prepare(b, at, &e);
    double ln_p = side_z(&e.s13, driven(&e, &wires->source, &unused).i_mA, &unused);
    double falls_mA = (side_mA(&e.s13, ln_p - STEP) - side_mA(&e.s13, ln_p + STEP)) / (2 * STEP);
    if (!(falls_mA > 0))
        return;
    z->diffusion_ohm = e.nernst_mV / falls_mA;
    z->diffusion_s = LAYER * b->part.tau_13_s;
}

/* What the sine flows through: the cell, or from one electrode to the contact in the middle, half
 * of the difference of temperature away from the cell. False: nothing is connected there. */
static bool driven_path(const struct direct_b *b, const struct direct_wires *wires,
                        const struct direct_at *at, struct impedance *out)
{
    struct nernst_path path = element_b_path(&b->part);
    struct nernst_wiring plain = b->part.wiring;
    double T_K = at->T_K;
    if (wires->relay1 || wires->relay2) {
        if (element_b_sheet_path(&b->part, wires->relay1, &path) != RC_OK)
            return false;
        T_K += (wires->relay1 ? 0.5 : -0.5) * direct_side_K(&plain, at);
        plain.ct_factor /= 2; /* one electrode */
        plain.c_factor *= 2;
    }
    path = direct_path(&path, &b->part.wiring, at->u);
    plain.hf_factor = 1; /* in the path already */
    impedance_of_cell(&path, &plain, T_K, out);
    if (wires->sine_Hz < IMPEDANCE_GAS_Hz && !wires->relay1)
        add_gas(b, wires, at, out);
    return true;
}

struct impedance_point direct_b_lock_in(const struct direct_b *b, const struct direct_wires *wires,
                                        const struct direct_at *at)
{
    struct impedance z;
    if (wires->relay1 && wires->relay2) /* drive and return at one contact */
        return (struct impedance_point){0, 0};
    if (!driven_path(b, wires, at, &z))
        return (struct impedance_point){wires->sine_V, 0};
    return direct_drop_V(&z, direct_sine_A(&z, wires->sine_V, wires->sine_Hz), wires->sine_Hz);
}
