#include "twin/defect_table.h"

#include "core/num.h"
#include "twin/defect_apply.h"

enum { A = DEFECT_ON_A, B = DEFECT_ON_B, C = DEFECT_ON_C, ABC = DEFECT_ON_ALL };

/* clang-format off */
static const struct defect_table_row rows[] = {
    {1, A, "barrier layer missing", "T13 T14 T15",
        defect_barrier_missing, defect_lsu_barrier_missing},
    {2, A, "barrier layer with pin-holes", "T13", defect_barrier_pinhole, NULL},
    {4, A, "barrier layer in the wrong level", "T13 T06", defect_barrier_level, NULL},
    {5, A, "barrier layer over the pump cut-out", "T06 T11", defect_barrier_on_pump, NULL},
    {6, A, "barrier layer over the Nernst cut-out", "T05 T02", defect_barrier_on_nernst, NULL},
    {7, A, "reference channel blocked", "T16", defect_reference_blocked, NULL},
    {8, A, "leak from exhaust to reference", "T17", defect_reference_leak, NULL},
    {9, A, "barrier defect at one of two reference electrodes", "T13", defect_second_barrier, NULL},
    {10, A, "reference lead couples to the electrolyte", "T13(T)", defect_lead_coupling, NULL},
    {11, A | B, "barrier cracked", "T07 T19", defect_barrier_cracked, defect_lsu_cracked},
    {12, A | B, "barrier clogged", "T07 T18", defect_barrier_clogged, defect_lsu_clogged},
    {13, A | B, "electrode of low activity", "T11 T06",
        defect_electrode_dead, defect_lsu_electrode_dead},
    {14, B, "coarse and fine layer swapped", "T23", defect_layers_swapped, NULL},
    {15, B, "porosity ratio too small", "T23 T24", defect_porosity_ratio, NULL},
    {16, ABC, "electrolyte cracked", "T06 T08",
        defect_electrolyte_cracked, defect_lsu_electrolyte_cracked},
    {17, A | B, "delamination", "T06", defect_delaminated, defect_lsu_delaminated},
    {18, ABC, "heater off-centre", "T35", defect_heater_off_centre, defect_lsu_heater_off_centre},
    {19, B, "web missing or cracked", "T06", defect_web_missing, NULL},
    {20, ABC, "insulation breaks down hot", "T03",
        defect_insulation_breaks, defect_lsu_insulation_breaks},
    {21, B, "orifice blocked", "T36 T18", defect_orifice_blocked, NULL},
    {22, B, "clearance collapsed", "T36", defect_clearance_collapsed, NULL},
    {23, B, "sublayer of the fine layer missing", "T27", defect_sublayer_missing, NULL},
    {24, C, "pin-hole in the cover", "T30 T31", defect_cover_pinhole, NULL},
    {25, C, "reserve of the reference exhausted", "T29 T31", defect_reserve_exhausted, NULL},
    {26, C, "working electrode poisoned", "T33 T28",
        defect_electrode_poisoned, defect_lsu_electrode_poisoned},
    {27, C, "electrode delaminated or open", "T05 T06", defect_electrode_loose, NULL},
    {28, C, "electrolyte contaminated", "T29 T28", defect_electrolyte_dirty, NULL},
    {29, C, "sodium glass as cover", "T32 T29", defect_sodium_glass, NULL},
    {30, ABC, "heater open", "T01 T02 T04", defect_heater_open, defect_lsu_heater_open},
    {31, ABC, "heater turns shorted", "T01 T02 T04",
        defect_heater_shorted, defect_lsu_heater_shorted},
    {32, ABC, "heater resistance high", "T01 T02 T04", defect_heater_high, defect_lsu_heater_high},
    {33, ABC, "heater contact intermittent", "T01 T02 T04",
        defect_heater_loose, defect_lsu_heater_loose},
    {34, C, "wrong buffer or single-phase reference", "T29", defect_buffer_wrong, NULL},
    {35, C, "working electrode under-fired", "T33 T06", defect_underfired, NULL},
    {36, C, "soot on the working electrode", "T28", defect_sooting, NULL},
    {37, ABC, "contact of high resistance", "T34 T06", defect_contact_bad, defect_lsu_contact_bad},
    {38, A, "trim resistor wrong", "T07", defect_trim_wrong, defect_lsu_trim_wrong},
    {39, A, "pump and common lead swapped or reversed", "T34",
        defect_leads_wrong, defect_lsu_leads_wrong},
    {DEFECT_COLD_INSULATION, ABC, "insulation leaks cold", "T03", defect_insulation_damp, defect_lsu_insulation_damp},
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

static const char *place_missing(int id, const struct defect_target *on)
{
    if (id >= 1 && id <= 6 && on->a && on->a->variant == ELEMENT_A_P0)
        return "this variant has no barrier layer";
    if (id == 9 && on->a && !(on->a->rn2.active_ohm > 0))
        return "this variant has no second reference electrode";
    if ((id == 21 || id == 22) && on->b && !(on->b->orifice.kO2_mA > 0))
        return "this form has no orifice";
    return NULL;
}

/* Leaves only the parts that can have it. */
static const char *narrow(const struct defect_table_row *row, struct defect_target *on)
{
    if (!(row->elements & DEFECT_ON_A))
        on->a = NULL;
    if (!(row->elements & DEFECT_ON_B))
        on->b = NULL;
    if (!(row->elements & DEFECT_ON_C))
        on->c = NULL;
    if (!row->lsu)
        on->lsu = NULL;
    if (!on->a && !on->b && !on->c && !on->lsu)
        return "an element of this kind cannot have it";
    return place_missing(row->id, on);
}

const char *defect_table_refusal(int id, const struct defect_target *target)
{
    const struct defect_table_row *row = defect_table_find(id);
    struct defect_target on = *target;
    return row ? narrow(row, &on) : "no such defect";
}

enum rc defect_table_apply(int id, const struct defect_target *target, double severity)
{
    const struct defect_table_row *row = defect_table_find(id);
    struct defect_target on = *target;
    if (!row || !num_within(severity, 0, 1))
        return RC_RANGE;
    if (narrow(row, &on))
        return RC_REFUSED;
    if (on.a || on.b || on.c)
        row->apply(&on, severity);
    if (on.lsu)
        row->lsu(on.lsu, on.lsu_kind, severity);
    return RC_OK;
}
