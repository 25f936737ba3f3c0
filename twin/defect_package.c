#include <math.h>

#include "twin/defect_apply.h"

/* Geometric: from `lo` at severity 0 to `hi` at 1. */
double defect_between(double lo, double hi, double s)
{
    return lo * pow(hi / lo, s);
}

unsigned defect_wirings(const struct defect_target *t, struct nernst_wiring *out[3])
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

/* ---- leads, insulation, heater */

void defect_electrolyte_cracked(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = defect_wirings(t, w); i < n; i++) {
        w[i]->hf_factor *= 1.5 + 1.5 * s;
        w[i]->noise_mV += 2 * s;
    }
}

void defect_delaminated(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = defect_wirings(t, w); i < n; i++) {
        w[i]->hf_factor *= 1.3 + 1.7 * s;
        w[i]->c_factor *= 0.5;
        w[i]->telegraph = 0.02 + 0.1 * s;
    }
}

void defect_heater_off_centre(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = defect_wirings(t, w); i < n; i++)
        w[i]->side_dT_K = (t->sign < 0 ? -1 : 1) * (10 + 30 * s);
}

void defect_insulation_breaks(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = defect_wirings(t, w); i < n; i++)
        w[i]->iso_ohm = defect_between(5e6, 50e3, s);
}

void defect_insulation_damp(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = defect_wirings(t, w); i < n; i++)
        w[i]->damp_ohm = defect_between(300e6, 100e3, s);
}

void defect_heater_open(const struct defect_target *t, double s)
{
    (void)s;
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = defect_wirings(t, w); i < n; i++)
        w[i]->heater.open_share = 1;
}

void defect_heater_shorted(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = defect_wirings(t, w); i < n; i++)
        w[i]->heater.r20_ohm *= 1 - 0.3 * s;
}

void defect_heater_high(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = defect_wirings(t, w); i < n; i++)
        w[i]->heater.r20_ohm *= 1 + 0.3 * s;
}

void defect_heater_loose(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = defect_wirings(t, w); i < n; i++)
        w[i]->heater.open_share = 0.02 + 0.48 * s;
}

void defect_contact_bad(const struct defect_target *t, double s)
{
    struct nernst_wiring *w[3];
    for (unsigned i = 0, n = defect_wirings(t, w); i < n; i++)
        w[i]->lead_ohm += defect_between(1, 200, s);
}
