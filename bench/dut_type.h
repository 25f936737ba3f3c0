/* What a kind of element may be asked for: heater profile, limits of its electrodes, nominal
 * values. One file a type, named by the station; same words, units and messages as a station file.
 *
 *   dut lsu49 version 1 "LSU 4.9 class wideband sensor"
 *   class lsu49
 *   part "LSU49-[0-9]{8}"
 *   variant p1 "consistent with ..."        # metadata: no test verifies a geometry
 *   electrode-max 2 V
 *   ip-max 10 mA
 *   reference-max 50 uA                      # at the reference electrode; no line: none
 *   ri-nominal 300 ohm
 *   temperature 780 degC   pressure ...  flow ...  soak ...     # one a line: standard conditions
 *   trim 30 ohm to 300 ohm                   # the finished sensor's resistor; no line: none
 *   bare-ip 3.06 mA to 7.8 mA                # of the element without it, in air
 *   trim-series 96                           # resistors come in E96
 *   finished-ip 2.54 mA                      # current in air with its resistor
 *   heater ... end                           # see docs/file-formats.md
 *   pump ... end                             # not needed: its pump cell, regulated by the bench
 *
 * Every key stands once; all but reference-max, trim, bare-ip, trim-series, finished-ip, variant,
 * boost, hold and the block pump are needed. */
#ifndef BENCH_DUT_TYPE_H
#define BENCH_DUT_TYPE_H

#include "bench/heater_control.h"
#include "bench/pump_control.h"
#include "core/diag.h"
#include "core/source.h"

enum dut_class {
    DUT_CLASS_LSU49,
    DUT_CLASS_LSU42,
    DUT_CLASS_BARRIER,
    DUT_CLASS_DUAL_DIFFUSION,
    DUT_CLASS_ENCLOSED_REFERENCE,
    DUT_CLASSES
};

enum { DUT_VARIANTS_MAX = 16 };

struct dut_variant {
    char name[16], text[128];
};

struct dut_type {
    char name[32], title[96], part[64];
    enum dut_class class;
    unsigned version;
    struct dut_variant variants[DUT_VARIANTS_MAX];
    unsigned variant_count;
    double electrode_V, ip_mA, ri_ohm;
    double reference_uA; /* most at a reference electrode; 0: the type takes none */
    double temperature_degC, pressure_kPa, flow_Lmin, soak_s;
    bool has_trim; /* the finished sensor differs from the bare element */
    double trim_lo_ohm, trim_hi_ohm, bare_lo_mA, bare_hi_mA;
    double trim_series, finished_mA; /* 0: not said */
    char regulate[24];               /* channel: "dut.ri" or "dut.rh" */
    struct heater_plan heater;
    bool has_pump; /* the bench may regulate its pump cell */
    struct pump_plan pump;
    struct source *source;
};

/* RC_CONFIG: `diag` says why, each mistake once. */
MUST_CHECK enum rc dut_type_load(const char *path, struct diag *diag, struct dut_type **out);
void dut_type_free(struct dut_type *type);

const char *dut_class_text(enum dut_class class);

#endif
