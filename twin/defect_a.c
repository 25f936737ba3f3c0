#include "twin/defect_apply.h"

void defect_barrier_missing(const struct defect_target *t, double s)
{
    t->a->or1.active_ohm = defect_between(3e3, 1e3, s);
    if (t->a->or2.active_ohm > 0)
        t->a->or2.active_ohm = t->a->or1.active_ohm;
}

void defect_barrier_pinhole(const struct defect_target *t, double s)
{
    t->a->or1.active_ohm = defect_between(50e3, 10e3, s);
}

void defect_barrier_level(const struct defect_target *t, double s)
{
    t->a->or1.active_ohm = defect_between(20e3, 5e3, s);
    t->a->pump.rp.active_ohm *= 1 + 0.2 * s;
    t->a->pump.rp.flat_ohm *= 1 + 0.2 * s;
}

void defect_barrier_on_pump(const struct defect_target *t, double s)
{
    t->a->pump.rp.active_ohm *= 1.2 + 0.8 * s;
    t->a->pump.rp.flat_ohm *= 1.2 + 0.8 * s;
}

void defect_barrier_on_nernst(const struct defect_target *t, double s)
{
    t->a->rn.active_ohm *= 1.2 + 0.3 * s;
    t->a->rn.flat_ohm *= 1.2 + 0.3 * s;
}

void defect_reference_blocked(const struct defect_target *t, double s)
{
    t->a->reference.k_uA /= defect_between(5, 50, s);
}

void defect_reference_leak(const struct defect_target *t, double s)
{
    t->a->reference.leak_uA = defect_between(5, 50, s);
}

void defect_second_barrier(const struct defect_target *t, double s)
{
    t->a->or2.active_ohm = defect_between(50e3, 2e3, s);
}

void defect_lead_coupling(const struct defect_target *t, double s)
{
    element_a_couple_lead(t->a, defect_between(20e3, 2e3, s));
}

void defect_trim_wrong(const struct defect_target *t, double s)
{
    t->a->trim_error = (t->sign < 0 ? -1 : 1) * (0.05 + 0.45 * s);
}

void defect_leads_wrong(const struct defect_target *t, double s)
{
    t->a->wiring.leads = s < 0.5 ? NERNST_LEADS_REVERSED : NERNST_LEADS_SWAPPED;
}
