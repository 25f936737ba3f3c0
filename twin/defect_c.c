#include "twin/defect_apply.h"

void defect_cover_pinhole(const struct defect_target *t, double s)
{
    t->c->hole_um = defect_between(0.1, 10, s);
}

void defect_reserve_exhausted(const struct defect_target *t, double s)
{
    (void)s;
    if (t->sign < 0)
        t->c->oxide_C = 0;
    else
        t->c->metal_C = 0;
}

void defect_electrode_poisoned(const struct defect_target *t, double s)
{
    t->c->activity *= defect_between(0.5, 0.05, s);
}

void defect_electrode_loose(const struct defect_target *t, double s)
{
    t->c->wiring.hf_factor *= 2 + 3 * s;
    t->c->wiring.c_factor *= 0.5 - 0.3 * s;
    t->c->wiring.noise_mV += 1 + 4 * s;
    t->c->wiring.telegraph = 0.5 * s;
}

void defect_electrolyte_dirty(const struct defect_target *t, double s)
{
    t->c->slope *= 0.98 - 0.08 * s;
    t->c->cell.ea_eV += t->sign < 0 ? -0.1 * s : 0.1 * s;
}

void defect_sodium_glass(const struct defect_target *t, double s)
{
    t->c->shunt = (struct nernst_path){0, defect_between(1e6, 1e4, s), 0.75};
    t->c->drift_mV_100h = (t->sign < 0 ? -1 : 1) * defect_between(5, 50, s);
    t->c->memory_mV_V = defect_between(4, 40, s);
}

void defect_buffer_wrong(const struct defect_target *t, double s)
{
    if (s < 0.5) /* the neighbour's powder */
        t->c->buffer = t->c->buffer == BUFFER_CO ? BUFFER_NI : BUFFER_CO;
    else if (t->sign < 0)
        t->c->oxide_C = 0;
    else
        t->c->metal_C = 0;
}

void defect_underfired(const struct defect_target *t, double s)
{
    t->c->wiring.ct_factor *= 1 + 2 * s;
    t->c->activity *= 1 - 0.5 * s;
}

void defect_sooting(const struct defect_target *t, double s)
{
    t->c->soot = 0.1 + 0.9 * s;
}
