#include <math.h>

#include "twin/defect_apply.h"

/* Of a sensor that has its resistor: both currents move. */
static void scale_barrier(struct part *part, double factor)
{
    part->lsu.raw *= factor;
    part->lsu.barrier *= factor;
}

void defect_lsu_cracked(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    scale_barrier(part, 1.05 + 0.55 * s);
    part->lsu.kappa *= 1 - 0.5 * s; /* a crack is wide: less Knudsen resistance */
    part->lsu.tau_s *= 1 - 0.4 * s;
}

void defect_lsu_clogged(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    scale_barrier(part, 0.95 - 0.35 * s);
    part->lsu.tau_s *= 1 + 9 * s;
}

void defect_lsu_heater_open(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    (void)s;
    part->heater.open_share = 1;
}

void defect_lsu_heater_shorted(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->heater.r20_ohm *= 1 - 0.3 * s;
}

void defect_lsu_heater_high(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->heater.r20_ohm *= 1 + 0.3 * s;
}

void defect_lsu_heater_loose(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    if (part->heater.open_share < 1)
        part->heater.open_share = 0.02 + 0.48 * s;
}

void defect_lsu_trim_wrong(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    population_refit(part, part->trim_ohm * (1 + part->sign * (0.05 + 0.45 * s)));
}

void defect_lsu_barrier_missing(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->lsu.or_ohm = defect_between(3e3, 1e3, s);
}

void defect_lsu_electrode_dead(struct part *part, const struct lsu_kind *kind, double s)
{
    /* R_ct C_dl of 1.2 ms grows with R_ct, beside the 8 ms of the loop */
    (void)kind;
    part->lsu.loop_slower = 1.2 / 8 * (defect_between(2, 10, s) - 1);
}

void defect_lsu_electrolyte_cracked(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->lsu.rn *= 1.5 + 1.5 * s;
}

void defect_lsu_delaminated(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->lsu.rn *= 1.3 + 1.7 * s;
    part->telegraph = 0.02 + 0.1 * s;
}

void defect_lsu_heater_off_centre(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->lsu.side_K = part->sign * (10 + 30 * s);
}

void defect_lsu_insulation_breaks(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->iso_ohm = defect_between(5e6, 50e3, s);
}

void defect_lsu_insulation_damp(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->damp_ohm = defect_between(300e6, 100e3, s);
}

void defect_lsu_electrode_poisoned(struct part *part, const struct lsu_kind *kind, double s)
{
    /* activity 0.5..0.05: exp(-Da) of the fuel leaves unburnt, Da 6 as of CO (nernst_convert) */
    (void)kind;
    part->lsu.rich_loss = exp(-6 * defect_between(0.5, 0.05, s));
    part->lsu.tau_s *= 1 + 4 * s;
}

void defect_lsu_contact_bad(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->lsu.lead_ohm = defect_between(1, 200, s);
}

void defect_lsu_leads_wrong(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    (void)s;
    part->lsu.reversed = true;
}
