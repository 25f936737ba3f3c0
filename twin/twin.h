/* The physical twin of a bench: gas lines, supplies, load, valve, and on each site an element with
 * its heater and its lambda controller. Simulators reach it through plants; a C program can drive
 * it too.
 *
 * Everything follows from one seed. Time only runs forward: reading or writing at `now` first
 * brings all of it up to `now`, on a grid of 10 ms that starts at 0. A write acts from the last
 * grid point on, measurement noise belongs to its grid point, and the number and order of reads
 * change nothing. Standard litre: 0 degC, 101.325 kPa. Models, parameters and how well each is
 * known: docs/physics.md. */
#ifndef TWIN_TWIN_H
#define TWIN_TWIN_H

#include "core/clock.h"
#include "gas/species.h"
#include "instruments/sim.h"

enum { TWIN_SITES_MAX = 64, TWIN_FLOWS_MAX = 16, TWIN_DEFECTS_MAX = 64, TWIN_SUPPLIES_MAX = 8 };

enum twin_element_kind {
    TWIN_ELEMENT_LSU49,
    TWIN_ELEMENT_LSU42,
    TWIN_ELEMENT_A,          /* barrier layer between pump and Nernst cell */
    TWIN_ELEMENT_B,          /* one cell behind a coarse and a fine layer */
    TWIN_ELEMENT_C,          /* enclosed metal/metal-oxide reference */
    TWIN_ELEMENT_LSU49_BARE, /* of an LSU 4.9, before its trim resistor: at instruments, as A */
    TWIN_ELEMENT_LSU42_BARE,
};
/* A, B, C, a bare LSU: measured by instruments, no controller; the supply channel feeds the heater
 * directly. */
bool twin_element_is_direct(enum twin_element_kind kind);

/* One flow controller and the cylinder behind it. */
struct twin_flow {
    struct gas_mix cylinder;
    double full_scale_slpm;
    unsigned stream; /* 0: stream a, 1: stream b (to the vent until the valve selects it) */
};

/* A flow controller's valve that sticks, or its bottle that is empty: its flow stays inside these.
 */
struct twin_flow_fault {
    bool broken;
    double least_slpm, most_slpm;
};

/* A back-pressure controller behind the elements. Its sensor is off by up to an eighth of a per
 * cent of its reading and of its full scale. */
struct twin_back_pressure {
    bool fitted;
    double full_scale_kPa;
    double suction_kPa;   /* behind it while an output pin is on, else ambient; 0: no pump */
    unsigned suction_pin; /* of the digital I/O that switches the valve */
};

/* An insulation tester behind relays, with check resistors in the fixture. */
struct twin_insulation {
    bool fitted;
    double check_ohm;
};

struct twin_defect {
    unsigned site;   /* from 1, as operators count */
    int id;          /* 11 is D11 */
    double severity; /* 0..1 */
};

struct twin_config {
    unsigned sites;
    uint64_t seed;
    enum twin_element_kind element;
    /* 0: default. A: enum element_a_variant (default P1). B: enum element_b_form
     * (single sheet). C: enum element_c_process + ELEMENT_C_PROCESSES * enum buffer_system (P14
     * with Ni/NiO; P14 with Pd/PdO is the second data set, 2). LSU: 0. */
    unsigned variant;
    double reserve_speed; /* C: its reference is used up this many times faster; 0: 1 */
    struct twin_flow flows[TWIN_FLOWS_MAX];
    struct twin_flow_fault flow_faults[TWIN_FLOWS_MAX]; /* by flow */
    unsigned flow_count;
    double ambient_port_mL; /* of the space on the ambient side of the elements, fed by stream b;
                               0: that side is the room, and a valve selects stream b */
    double manifold_mL;     /* dead volume from the controllers to the valve */
    double cell_mL;         /* from the valve to an element */
    double ambient_degC, ambient_kPa;
    struct twin_back_pressure back_pressure;
    /* One more at the vent of the stream that is not selected; its outlet is that of the first. */
    struct twin_back_pressure vent_pressure;
    /* An output pin of the digital I/O that switches the valve reverses the flow over the elements,
     * which then comes from one side. */
    bool reversible;
    unsigned reverse_pin;
    struct twin_insulation insulation;
    bool spread; /* part-to-part spread; false: all parts nominal */
    bool noise;  /* measurement noise */
    struct twin_defect defects[TWIN_DEFECTS_MAX];
    unsigned defect_count;
};

struct twin;

void twin_config_default(struct twin_config *config); /* one site, spread and noise on, seed 1 */

/* Parse "3=D12:0.4" into *out. RC_CONFIG: not of that form, unknown defect, severity outside 0..1.
 */
MUST_CHECK enum rc twin_parse_defect(struct span text, unsigned sites, struct twin_defect *out);
/* "barrier clogged" for 12; NULL if the twin cannot inject it. */
const char *twin_defect_text(int id);
/* The same for any kind of element: NULL if it cannot have this defect. */
const char *twin_defect_text_of(enum twin_element_kind kind, int id);
/* As twin_parse_defect, for the sites and the element of `config`. RC_REFUSED: an element of this
 * kind or variant cannot have it; twin_defect_refusal tells why. */
MUST_CHECK enum rc twin_parse_defect_of(const struct twin_config *config, struct span text,
                                        struct twin_defect *out);
/* Why the element of `config` cannot have a defect, one line; NULL: it can. */
const char *twin_defect_refusal(const struct twin_config *config, int id);

/* RC_RANGE: the configuration is out of its ranges; RC_REFUSED: its element cannot have one of the
 * defects; RC_NOSPACE: out of memory. */
MUST_CHECK enum rc twin_new(const struct twin_config *config, struct twin **out);
void twin_free(struct twin *twin);

/* Plants for the simulators; valid as long as the twin. Indices are checked by assertion.
 * Flow controller i of the configuration. */
struct plant twin_plant_flow(struct twin *twin, unsigned flow);
/* From now on its flow stays inside these, whatever its set point. */
void twin_break_flow(struct twin *twin, unsigned flow, double least_slpm, double most_slpm);
/* The back-pressure controller of the configuration, behind the elements or at the vent: reads and
 * takes kPa. */
struct plant twin_plant_pressure(struct twin *twin);
struct plant twin_plant_vent_pressure(struct twin *twin);
/* Supply s: `site_of[c]` is the site (from 1) that its channel c feeds, 0: none (aux rail). */
struct plant twin_plant_supply(struct twin *twin, unsigned supply, const unsigned site_of[4]);
/* A load on channel `channel` of supply `supply`. */
struct plant twin_plant_load(struct twin *twin, unsigned supply, unsigned channel);
/* The lambda controller of a site (from 1); a direct element has none, this plant is then dead.
 * PLANT_HEATER_ENABLE channel 0: off/on (off clears its faults), channel 1: the supply voltage it
 * is told. A site on no supply channel is fed with that.
 */
struct plant twin_plant_controller(struct twin *twin, unsigned site);
/* Digital I/O: output pin `valve_pin` switches the three-way valve (1: stream b); the input pins in
 * `ok_inputs` (bit mask) read 1, as proven interlocks do. */
struct plant twin_plant_io(struct twin *twin, unsigned valve_pin, unsigned ok_inputs);

/* The insulation tester of the configuration and the scanner with its relays, for any element:
 * relay c closes, with n sites, heater to signals of site c + 1, from n on signals to housing, from
 * 2 n on the check resistors of a site. The tester finds what closed relays connect, in parallel;
 * nothing: open. */
struct plant twin_plant_insulation(struct twin *twin);
struct plant twin_plant_insulation_relays(struct twin *twin);

/* Relays that open and short the leads of an LSU, site 1..: twin/leads.h. */
struct plant twin_plant_leads(struct twin *twin, unsigned site);

/* ---- instruments at a direct element (A, B, C); of another kind they read NaN */

/* The source-meter of a site (from 1), volts and amperes: A: at the pump cell, outer minus inner
 * electrode, oxygen is pumped out of the cavity by a positive current; B: 12 minus 13; C: reference
 * minus working electrode, a positive current brings oxygen into the reference. Off it reads the
 * open voltage. */
struct plant twin_plant_source(struct twin *twin, unsigned site);
/* A second source-meter of a site with element A: at its reference electrode, which is positive
 * against the measuring electrode; a positive current brings oxygen into the reference chamber.
 * While it is off the relay of the scanner decides. Of another element: dead. */
struct plant twin_plant_reference(struct twin *twin, unsigned site);
/* The scanner with its meter. Input c: the voltage of site c + 1 (A: U_N, reference minus measuring
 * electrode, B: U12-13, C: U); input sites + c: U_N of its second reference electrode (A, V9). The
 * meter's resistance (10 Gohm until written) lies at every input all the time. Relay c: 20 uA
 * reference current of site c + 1 (A); the lock-in's return at the contact between the sheets, so
 * that its sine flows through the sheet of electrode 12 alone (B). Relay sites + c: path of the
 * lock-in of site c + 1, 0: into the Nernst cell (R_i), 1: into the pump cell (R_c; A); its drive
 * at the contact between the sheets: the sheet of electrode 13 alone (B). */
struct plant twin_plant_scanner(struct twin *twin);
/* A voltmeter at the terminals of a supply channel. */
struct plant twin_plant_meter(struct twin *twin, unsigned supply, unsigned channel);
/* The lock-in of a site (from 1): its sine drives the chosen cell through 1 kohm, X and Y are the
 * voltage of the Nernst pair (A) or of the cell (B, C). */
struct plant twin_plant_lock_in(struct twin *twin, unsigned site);

/* The digitizer of a site (from 1) with element A: fast samples of U_N at any instant since it was
 * armed. Its trigger input hears a step of the source's current that moves the pump cell's leads by
 * more than 10 mV; the first one since it was armed counts. What happens within the 10 ms of the
 * grid is computed from the state of the grid at the edge, and moves nothing else. */
struct plant twin_plant_digitizer(struct twin *twin, unsigned site);

/* The part that sits in a site: "LSU49-00412233" or "EA-00412233", from the seed. Writes a NUL. */
void twin_serial(const struct twin *twin, unsigned site, char out[32]);

/* Truth, for tests and invariants. */
struct twin_truth {
    struct gas_mix gas; /* at the element */
    /* heater_V, heater_A: effective values, their product is the power */
    double element_degC, housing_degC, ip_mA, un_mV, ri_ohm, heater_V, heater_A, lambda_f;
    double raw_mA;         /* through the pump cell; ip_mA is what its controller sees of it */
    double trimmed_kO2_mA; /* of this part; B: of the fine layer; C: 0 */
    /* A, B, C: what an ideal meter finds (A: U_N = un_mV), what flows through the source-meter
     * (= ip_mA), and of C the charge left in the reference */
    double element_u_mV, element_i_mA, oxide_C, metal_C;
};
void twin_truth(struct twin *twin, unsigned site, struct instant now, struct twin_truth *out);
/* Sum of true flows of all fuel and oxygen carriers, slpm; heater power of all sites, W. */
double twin_reactive_flow_slpm(struct twin *twin, struct instant now);
double twin_heater_power_W(struct twin *twin, struct instant now);

#endif
