#include "twin/defects.h"

#include <stddef.h>

static void barrier_cracked(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->lsu.barrier *= 1.05 + 0.55 * s;
    part->lsu.kappa *= 1 - 0.5 * s; /* a crack is wide: less Knudsen resistance */
    part->lsu.tau_s *= 1 - 0.4 * s;
}

static void barrier_clogged(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->lsu.barrier *= 0.95 - 0.35 * s;
    part->lsu.tau_s *= 1 + 9 * s;
}

static void heater_broken(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    (void)s;
    part->heater.open_share = 1;
}

static void heater_shorted(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->heater.r20_ohm *= 1 - 0.3 * s;
}

static void heater_high(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    part->heater.r20_ohm *= 1 + 0.3 * s;
}

static void heater_loose(struct part *part, const struct lsu_kind *kind, double s)
{
    (void)kind;
    if (part->heater.open_share < 1)
        part->heater.open_share = 0.02 + 0.48 * s;
}

static void trim_wrong(struct part *part, const struct lsu_kind *kind, double s)
{
    part->trim_error = part->sign * (0.05 + 0.45 * s);
    part->lsu.barrier *= population_trim(kind, part->trim_error) / population_trim(kind, 0);
}

static const struct defect_row rows[] = {
    {11, "barrier cracked", barrier_cracked},    {12, "barrier clogged", barrier_clogged},
    {30, "heater open", heater_broken},          {31, "heater turns shorted", heater_shorted},
    {32, "heater resistance high", heater_high}, {33, "heater contact intermittent", heater_loose},
    {38, "trim resistor wrong", trim_wrong},
};

const struct defect_row *defect_find(int id)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].id == id)
            return &rows[i];
    return NULL;
}
