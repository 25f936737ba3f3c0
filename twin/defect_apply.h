/* What each defect of the library does, for the rows of defect_table.c. Severity `s` as there. */
#ifndef TWIN_DEFECT_APPLY_H
#define TWIN_DEFECT_APPLY_H

#include "twin/defect_table.h"

/* Geometric: from `lo` at severity 0 to `hi` at 1. */
double defect_between(double lo, double hi, double s);
/* The packages of the target's elements; returns their count. */
unsigned defect_wirings(const struct defect_target *t, struct nernst_wiring *out[3]);

/* ---- A, B, C: those of the target that are not NULL */
void defect_barrier_missing(const struct defect_target *t, double s);
void defect_barrier_pinhole(const struct defect_target *t, double s);
void defect_barrier_level(const struct defect_target *t, double s);
void defect_barrier_on_pump(const struct defect_target *t, double s);
void defect_barrier_on_nernst(const struct defect_target *t, double s);
void defect_reference_blocked(const struct defect_target *t, double s);
void defect_reference_leak(const struct defect_target *t, double s);
void defect_second_barrier(const struct defect_target *t, double s);
void defect_lead_coupling(const struct defect_target *t, double s);
void defect_trim_wrong(const struct defect_target *t, double s);
void defect_leads_wrong(const struct defect_target *t, double s);
void defect_barrier_cracked(const struct defect_target *t, double s);
void defect_barrier_clogged(const struct defect_target *t, double s);
void defect_electrode_dead(const struct defect_target *t, double s);
void defect_layers_swapped(const struct defect_target *t, double s);
void defect_porosity_ratio(const struct defect_target *t, double s);
void defect_web_missing(const struct defect_target *t, double s);
void defect_orifice_blocked(const struct defect_target *t, double s);
void defect_clearance_collapsed(const struct defect_target *t, double s);
void defect_sublayer_missing(const struct defect_target *t, double s);
void defect_cover_pinhole(const struct defect_target *t, double s);
void defect_reserve_exhausted(const struct defect_target *t, double s);
void defect_electrode_poisoned(const struct defect_target *t, double s);
void defect_electrode_loose(const struct defect_target *t, double s);
void defect_electrolyte_dirty(const struct defect_target *t, double s);
void defect_sodium_glass(const struct defect_target *t, double s);
void defect_buffer_wrong(const struct defect_target *t, double s);
void defect_underfired(const struct defect_target *t, double s);
void defect_sooting(const struct defect_target *t, double s);
void defect_electrolyte_cracked(const struct defect_target *t, double s);
void defect_delaminated(const struct defect_target *t, double s);
void defect_heater_off_centre(const struct defect_target *t, double s);
void defect_insulation_breaks(const struct defect_target *t, double s);
void defect_insulation_damp(const struct defect_target *t, double s);
void defect_heater_open(const struct defect_target *t, double s);
void defect_heater_shorted(const struct defect_target *t, double s);
void defect_heater_high(const struct defect_target *t, double s);
void defect_heater_loose(const struct defect_target *t, double s);
void defect_contact_bad(const struct defect_target *t, double s);

/* ---- the LSU in its loop, as far as its model carries them */
void defect_lsu_barrier_missing(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_cracked(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_clogged(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_electrode_dead(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_electrolyte_cracked(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_delaminated(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_heater_off_centre(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_insulation_breaks(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_insulation_damp(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_electrode_poisoned(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_heater_open(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_heater_shorted(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_heater_high(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_heater_loose(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_contact_bad(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_trim_wrong(struct part *part, const struct lsu_kind *kind, double s);
void defect_lsu_leads_wrong(struct part *part, const struct lsu_kind *kind, double s);

#endif
