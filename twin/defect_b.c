#include "twin/defect_apply.h"

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

void defect_barrier_cracked(const struct defect_target *t, double s)
{
    scale_barriers(t, 1.05 + 0.55 * s, 1 - 0.5 * s, 1 - 0.4 * s);
}

void defect_barrier_clogged(const struct defect_target *t, double s)
{
    scale_barriers(t, 0.95 - 0.35 * s, 1, 1 + 9 * s);
}

void defect_electrode_dead(const struct defect_target *t, double s)
{
    /* R_ct = RT/(alpha_n F I0): both by the same factor */
    double fall = defect_between(2, 10, s);
    if (t->a)
        t->a->pump.inner.i0_mA /= fall;
    if (t->b)
        t->b->el13 = (struct pump_electrode){3 / fall, 1.3, 2};
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = defect_wirings(t, w); i < n; i++)
        w[i]->ct_factor *= fall;
}

/* ---- element B */

void defect_layers_swapped(const struct defect_target *t, double s)
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

void defect_porosity_ratio(const struct defect_target *t, double s)
{
    double fine = t->b->orifice.kO2_mA > 0 ? 1 / t->b->orifice.kO2_mA : 0;
    for (size_t i = 0; i < t->b->fine_count; i++)
        fine += 1 / t->b->fine[i].kO2_mA;
    t->b->coarse.kO2_mA = defect_between(4, 1.5, s) / fine;
}

void defect_web_missing(const struct defect_target *t, double s)
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

void defect_orifice_blocked(const struct defect_target *t, double s)
{
    t->b->orifice.kO2_mA /= defect_between(2, 20, s);
}

void defect_clearance_collapsed(const struct defect_target *t, double s)
{
    t->b->orifice.kO2_mA /= defect_between(1.5, 3, s);
    t->b->tau_13_s *= 1 + s;
}

void defect_sublayer_missing(const struct defect_target *t, double s)
{
    for (size_t i = 0; i < t->b->fine_count; i++) {
        t->b->fine[i].kO2_mA *= 1 + 0.3 * s;
        double kappa = t->b->fine[i].kappa_bar + (t->sign < 0 ? -0.15 : 0.15) * s;
        t->b->fine[i].kappa_bar = kappa > 0.01 ? kappa : 0.01;
    }
}
