#include "twin/defect_table.h"

#include <math.h>

#include "core/num.h"

/* Geometric: from `lo` at severity 0 to `hi` at 1. */
static double between(double lo, double hi, double s)
{
    return lo * pow(hi / lo, s);
}

static unsigned wirings(const struct defect_target *t, struct nernst_wiring *out[3])
{
    unsigned n = 0;
    if (t->a)
        out[n++] = &t->a->wiring;
    if (t->b)
        out[n++] = &t->b->wiring;
    if (t->c)
        out[n++] = &t->c->wiring;
    return n;
}

/* ---- element A */

static void barrier_missing(const struct defect_target *t, double s)
{
    t->a->or1.active_ohm = between(3e3, 1e3, s);
    if (t->a->or2.active_ohm > 0)
        t->a->or2.active_ohm = t->a->or1.active_ohm;
}

static void barrier_pinhole(const struct defect_target *t, double s)
{
    t->a->or1.active_ohm = between(50e3, 10e3, s);
}

static void barrier_level(const struct defect_target *t, double s)
{
    t->a->or1.active_ohm = between(20e3, 5e3, s);
    t->a->pump.rp.active_ohm *= 1 + 0.2 * s;
    t->a->pump.rp.flat_ohm *= 1 + 0.2 * s;
}

static void barrier_on_pump(const struct defect_target *t, double s)
{
    t->a->pump.rp.active_ohm *= 1.2 + 0.8 * s;
    t->a->pump.rp.flat_ohm *= 1.2 + 0.8 * s;
}

static void barrier_on_nernst(const struct defect_target *t, double s)
{
    t->a->rn.active_ohm *= 1.2 + 0.3 * s;
    t->a->rn.flat_ohm *= 1.2 + 0.3 * s;
}

static void reference_blocked(const struct defect_target *t, double s)
{
    t->a->reference.k_uA /= between(5, 50, s);
}

static void reference_leak(const struct defect_target *t, double s)
{
    t->a->reference.leak_uA = between(5, 50, s);
}

static void second_barrier(const struct defect_target *t, double s)
{
    t->a->or2.active_ohm = between(50e3, 2e3, s);
}

static void lead_coupling(const struct defect_target *t, double s)
{
    /* at the lead's own 500 degC */
    double ohm = between(20e3, 2e3, s);
    t->a->or_lead = (struct nernst_path){0, 1, 0.78496};
    t->a->or_lead.active_ohm = ohm / nernst_path_active_ohm(&t->a->or_lead, 773.15);
}

static void trim_wrong(const struct defect_target *t, double s)
{
    t->a->trim_error = (t->sign < 0 ? -1 : 1) * (0.05 + 0.45 * s);
}

static void leads_wrong(const struct defect_target *t, double s)
{
    t->a->wiring.leads = s < 0.5 ? NERNST_LEADS_REVERSED : NERNST_LEADS_SWAPPED;
}

/* ---- barriers of A and B */

static void scale_barriers(const struct defect_target *t, double k, double kappa, double tau)
{
    if (t->a) {
        pump_barrier_scale(&t->a->pump.barrier, k);
        t->a->pump.barrier.kappa_bar *= kappa;
        t->a->tau_s *= tau;
    }
    if (t->b) {
        for (size_t i = 0; i < t->b->fine_count; i++) {
            t->b->fine[i].kO2_mA *= k;
            t->b->fine[i].kappa_bar *= kappa;
        }
        t->b->tau_13_s *= tau;
    }
}

static void barrier_cracked(const struct defect_target *t, double s)
{
    scale_barriers(t, 1.05 + 0.55 * s, 1 - 0.5 * s, 1 - 0.4 * s);
}

static void barrier_clogged(const struct defect_target *t, double s)
{
    scale_barriers(t, 0.95 - 0.35 * s, 1, 1 + 9 * s);
}

static void electrode_dead(const struct defect_target *t, double s)
{
    /* slower, and less than two electrons at a time: the plateau tilts */
    double fall = between(10, 100, s);
    if (t->a) {
        t->a->pump.inner.i0_mA /= fall;
        t->a->pump.inner.alpha_n = 2 - 0.7 * s;
    }
    if (t->b)
        t->b->el13 = (struct pump_electrode){3 / fall, 1.3, 2 - 0.7 * s};
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = wirings(t, w); i < n; i++)
        w[i]->ct_factor *= 10;
}

/* ---- element B */

static void layers_swapped(const struct defect_target *t, double s)
{
    (void)s;
    struct element_b *b = t->b;
    double fine = 0, kappa = b->fine[0].kappa_bar, tau_s = b->tau_12_s;
    for (size_t i = 0; i < b->fine_count; i++)
        fine += 1 / b->fine[i].kO2_mA;
    b->fine[0] = b->coarse;
    b->fine_count = 1;
    b->coarse = (struct pump_layer){1 / fine, kappa};
    b->tau_12_s = b->tau_13_s;
    b->tau_13_s = tau_s;
}

static void porosity_ratio(const struct defect_target *t, double s)
{
    double fine = 0;
    for (size_t i = 0; i < t->b->fine_count; i++)
        fine += 1 / t->b->fine[i].kO2_mA;
    t->b->coarse.kO2_mA = between(4, 1.5, s) / fine;
}

static void web_missing(const struct defect_target *t, double s)
{
    /* R_cell +20 % at severity 0 (cracked) to +60 % (no web) */
    struct element_b *b = t->b;
    if (b->form != ELEMENT_B_DOUBLE) {
        b->plate_ohm *= 1.2 + 0.4 * s;
        return;
    }
    double between_ohm = 1 / (1 / b->frame_ohm + 1 / b->web_ohm);
    double goal_ohm = between_ohm + (0.2 + 0.4 * s) * (2 * b->sheet_ohm + between_ohm);
    double left_S = 1 / goal_ohm - 1 / b->frame_ohm;
    b->web_ohm = left_S > 1e-9 ? 1 / left_S : 0;
}

static void orifice_blocked(const struct defect_target *t, double s)
{
    t->b->orifice.kO2_mA /= between(2, 20, s);
}

static void clearance_collapsed(const struct defect_target *t, double s)
{
    t->b->orifice.kO2_mA /= between(1.5, 3, s);
    t->b->tau_13_s *= 1 + s;
}

static void sublayer_missing(const struct defect_target *t, double s)
{
    for (size_t i = 0; i < t->b->fine_count; i++) {
        t->b->fine[i].kO2_mA *= 1 + 0.3 * s;
        double kappa = t->b->fine[i].kappa_bar + (t->sign < 0 ? -0.15 : 0.15) * s;
        t->b->fine[i].kappa_bar = kappa > 0.01 ? kappa : 0.01;
    }
}

/* ---- element C */

static void cover_pinhole(const struct defect_target *t, double s)
{
    t->c->hole_um = between(0.1, 10, s);
}

static void reserve_exhausted(const struct defect_target *t, double s)
{
    (void)s;
    if (t->sign < 0)
        t->c->oxide_C = 0;
    else
        t->c->metal_C = 0;
}

static void electrode_poisoned(const struct defect_target *t, double s)
{
    t->c->activity *= between(0.5, 0.05, s);
}

static void electrode_loose(const struct defect_target *t, double s)
{
    t->c->wiring.hf_factor *= 2 + 3 * s;
    t->c->wiring.c_factor *= 0.5 - 0.3 * s;
    t->c->wiring.noise_mV += 1 + 4 * s;
    t->c->wiring.telegraph = 0.5 * s;
}

static void electrolyte_dirty(const struct defect_target *t, double s)
{
    t->c->slope *= 0.98 - 0.08 * s;
    t->c->cell.ea_eV += t->sign < 0 ? -0.1 * s : 0.1 * s;
}

static void sodium_glass(const struct defect_target *t, double s)
{
    t->c->shunt = (struct nernst_path){0, between(1e6, 1e4, s), 0.75};
    t->c->drift_mV_100h = (t->sign < 0 ? -1 : 1) * between(5, 50, s);
    t->c->memory_mV_V = between(4, 40, s);
}

static void buffer_wrong(const struct defect_target *t, double s)
{
    if (s < 0.5) /* the neighbour's powder */
        t->c->buffer = t->c->buffer == BUFFER_CO ? BUFFER_NI : BUFFER_CO;
    else if (t->sign < 0)
        t->c->oxide_C = 0;
    else
        t->c->metal_C = 0;
}

static void underfired(const struct defect_target *t, double s)
{
    t->c->wiring.ct_factor *= 1 + 2 * s;
    t->c->activity *= 1 - 0.5 * s;
}

static void sooting(const struct defect_target *t, double s)
{
    t->c->soot = 0.1 + 0.9 * s;
}

/* ---- all */

static void electrolyte_cracked(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = wirings(t, w); i < n; i++) {
        w[i]->hf_factor *= 1.5 + 1.5 * s;
        w[i]->noise_mV += 2 * s;
    }
}

static void delaminated(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = wirings(t, w); i < n; i++) {
        w[i]->hf_factor *= 1.3 + 1.7 * s;
        w[i]->c_factor *= 0.5;
        w[i]->telegraph = 0.02 + 0.1 * s;
    }
}

static void heater_off_centre(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = wirings(t, w); i < n; i++)
        w[i]->side_dT_K = (t->sign < 0 ? -1 : 1) * (10 + 30 * s);
}

static void insulation_breaks(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = wirings(t, w); i < n; i++)
        w[i]->iso_ohm = between(5e6, 50e3, s);
}

static void heater_open(const struct defect_target *t, double s)
{
    (void)s;
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = wirings(t, w); i < n; i++)
        w[i]->heater.open_share = 1;
}

static void heater_shorted(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = wirings(t, w); i < n; i++)
        w[i]->heater.r20_ohm *= 1 - 0.3 * s;
}

static void heater_high(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = wirings(t, w); i < n; i++)
        w[i]->heater.r20_ohm *= 1 + 0.3 * s;
}

static void heater_loose(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = wirings(t, w); i < n; i++)
        w[i]->heater.open_share = 0.02 + 0.48 * s;
}

static void contact_bad(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = wirings(t, w); i < n; i++)
        w[i]->lead_ohm += between(1, 200, s);
}

/* clang-format off */
static const struct defect_table_row rows[] = {
    {1, DEFECT_ON_A, "barrier layer missing", "T13 T14 T15", barrier_missing},
    {2, DEFECT_ON_A, "barrier layer with pin-holes", "T13", barrier_pinhole},
    {4, DEFECT_ON_A, "barrier layer in the wrong level", "T13 T06", barrier_level},
    {5, DEFECT_ON_A, "barrier layer over the pump cut-out", "T06 T11", barrier_on_pump},
    {6, DEFECT_ON_A, "barrier layer over the Nernst cut-out", "T05 T02", barrier_on_nernst},
    {7, DEFECT_ON_A, "reference channel blocked", "T16", reference_blocked},
    {8, DEFECT_ON_A, "leak from exhaust to reference", "T17", reference_leak},
    {9, DEFECT_ON_A, "barrier defect at one of two reference electrodes", "T13", second_barrier},
    {10, DEFECT_ON_A, "reference lead couples to the electrolyte", "T13(T)", lead_coupling},
    {11, DEFECT_ON_A | DEFECT_ON_B, "diffusion barrier cracked", "T07 T19", barrier_cracked},
    {12, DEFECT_ON_A | DEFECT_ON_B, "diffusion barrier clogged", "T07 T18", barrier_clogged},
    {13, DEFECT_ON_A | DEFECT_ON_B, "electrode of low activity", "T11 T06", electrode_dead},
    {14, DEFECT_ON_B, "coarse and fine layer swapped", "T23", layers_swapped},
    {15, DEFECT_ON_B, "porosity ratio too small", "T23 T24", porosity_ratio},
    {16, DEFECT_ON_ALL, "electrolyte cracked", "T06 T08", electrolyte_cracked},
    {17, DEFECT_ON_A | DEFECT_ON_B, "delamination", "T06", delaminated},
    {18, DEFECT_ON_ALL, "heater off-centre", "T35", heater_off_centre},
    {19, DEFECT_ON_B, "web missing or cracked", "T06", web_missing},
    {20, DEFECT_ON_ALL, "insulation breaks down hot", "T03", insulation_breaks},
    {21, DEFECT_ON_B, "orifice blocked", "T36 T18", orifice_blocked},
    {22, DEFECT_ON_B, "clearance collapsed", "T36", clearance_collapsed},
    {23, DEFECT_ON_B, "sublayer of the fine layer missing", "T27", sublayer_missing},
    {24, DEFECT_ON_C, "pin-hole in the cover", "T30 T31", cover_pinhole},
    {25, DEFECT_ON_C, "reserve of the reference exhausted", "T29 T31", reserve_exhausted},
    {26, DEFECT_ON_C, "working electrode poisoned", "T33 T28", electrode_poisoned},
    {27, DEFECT_ON_C, "electrode delaminated or open", "T05 T06", electrode_loose},
    {28, DEFECT_ON_C, "electrolyte contaminated", "T29 T28", electrolyte_dirty},
    {29, DEFECT_ON_C, "sodium glass as cover", "T32 T29", sodium_glass},
    {30, DEFECT_ON_ALL, "heater open", "T01 T02 T04", heater_open},
    {31, DEFECT_ON_ALL, "heater turns shorted", "T01 T02 T04", heater_shorted},
    {32, DEFECT_ON_ALL, "heater resistance high", "T01 T02 T04", heater_high},
    {33, DEFECT_ON_ALL, "heater contact intermittent", "T01 T02 T04", heater_loose},
    {34, DEFECT_ON_C, "wrong buffer or single-phase reference", "T29", buffer_wrong},
    {35, DEFECT_ON_C, "working electrode under-fired", "T33 T06", underfired},
    {36, DEFECT_ON_C, "soot on the working electrode", "T28", sooting},
    {37, DEFECT_ON_ALL, "contact of high resistance", "T34 T06", contact_bad},
    {38, DEFECT_ON_A, "trim resistor wrong", "T07", trim_wrong},
    {39, DEFECT_ON_A, "pump and common lead swapped or reversed", "T34", leads_wrong},
};
/* clang-format on */

const struct defect_table_row *defect_table_rows(size_t *count)
{
    *count = COUNT(rows);
    return rows;
}

const struct defect_table_row *defect_table_find(int id)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].id == id)
            return &rows[i];
    return NULL;
}

/* The part has what the defect breaks. */
static bool has_place(int id, const struct defect_target *on)
{
    if (id == 9)
        return on->a->rn2.active_ohm > 0;
    if (id == 21 || id == 22)
        return on->b->orifice.kO2_mA > 0;
    return true;
}

enum rc defect_table_apply(int id, const struct defect_target *target, double severity)
{
    const struct defect_table_row *row = defect_table_find(id);
    struct defect_target on = *target;
    if (!row || !num_within(severity, 0, 1))
        return RC_RANGE;
    if (!(row->elements & DEFECT_ON_A))
        on.a = NULL;
    if (!(row->elements & DEFECT_ON_B))
        on.b = NULL;
    if (!(row->elements & DEFECT_ON_C))
        on.c = NULL;
    if (!on.a && !on.b && !on.c)
        return RC_REFUSED;
    if (!has_place(id, &on))
        return RC_REFUSED;
    row->apply(&on, severity);
    return RC_OK;
}
