/* A box between the controller and the leads of an LSU, whose relays open a lead, put the
 * controller's pin of it to ground or to the battery (the element is then cut off, so that nothing
 * but the controller sees either), or turn the pump leads round; and what the controller makes of
 * it. Relay 1..14 in the order of the faults.
 *
 * The code is that of a diagnosis of two bits a wire, inverted so that 0 is healthy: virtual ground
 * 0x03, Nernst 0x0C, pump 0x30, heater 0xC0; in each 3 short to ground, 1 to the battery, for the
 * heater 2 open (the forms of the CJ125's register and of the Emtron frame). A cell's lead that is
 * open has no code: what tells is that the loop does not hold 450 mV, or that R_N is at the end of
 * its range. The heater's pin at ground is not in the box: it would heat without a limit. */
#ifndef TWIN_LEADS_H
#define TWIN_LEADS_H

#include "twin/element_lsu.h"

enum lead_fault {
    LEAD_IP_OPEN,
    LEAD_IP_GROUND,
    LEAD_IP_BATTERY,
    LEAD_VM_OPEN,
    LEAD_VM_GROUND,
    LEAD_VM_BATTERY,
    LEAD_UN_OPEN,
    LEAD_UN_GROUND,
    LEAD_UN_BATTERY,
    LEAD_TRIM_OPEN,
    LEAD_TRIM_SHORT,
    LEAD_HEATER_OPEN,
    LEAD_HEATER_BATTERY,
    LEAD_REVERSED,
    LEAD_FAULTS
};

struct leads_effect {
    unsigned code;
    bool stopped;     /* no pump current flows */
    bool floats;      /* the Nernst input is pulled to its set point */
    bool cut_heater;  /* no heater current flows */
    bool reversed;    /* the pump drives the wrong way */
    double ip_factor; /* of the current as measured */
    double ri_ohm;    /* as measured; NaN: the cell's own */
};

/* `closed`: bit n of fault n. */
struct leads_effect leads_effect_of(const struct lsu_kind *kind, unsigned closed);

#endif
