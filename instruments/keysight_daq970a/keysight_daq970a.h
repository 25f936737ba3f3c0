/* Keysight DAQ970A, Agilent 34970A and 34972A: a multiplexer in slot 1, relays in slot 2 (SCPI).
 *
 *   *IDN?\n                                    Keysight Technologies,DAQ970A,MY58006338,A.02.02\n
 *   :ROUT:SCAN (@101:104);:ROUT:SCAN?\n        #218(@101,102,103,104)\n
 *   READ?\n                                    +4.50123400E-01,+9.90000000E+37,...\n   one scan
 *   :ROUT:SCAN?;:ROUT:CLOS? (@201:216)\n       #218(@101,102,103,104);0,0,1,...\n
 *   :ROUT:CLOS (@203);:ROUT:CLOS? (@203);:ROUT:OPEN? (@203)\n     1;0\n
 *   :ROUT:OPEN (@201:216);:ROUT:CLOS? (@201:216)\n                0,0,0,...\n
 *
 * Lines end in LF, both ways. CONF puts the inputs back to 10 Mohm and switches the fields of
 * FORM:READ off, so both are set after it. device_setup: channels = inputs used, 101 upward (0: 4).
 * Channels count from 0 here: input 0 is 101, relay 0 is 201. Source: Keysight DAQ970A and
 * 34970A/34972A programmer's references. */
#ifndef INSTRUMENTS_KEYSIGHT_DAQ970A_KEYSIGHT_DAQ970A_H
#define INSTRUMENTS_KEYSIGHT_DAQ970A_KEYSIGHT_DAQ970A_H

#include "instruments/capability/scanner.h"
#include "instruments/driver.h"
#include "instruments/sim.h"

/* What differs between models. Cards are words separated by a blank, the usual one first. */
struct keysight_daq970a_model {
    const char *model;           /* second field of *IDN? must be this */
    const char *inputs, *relays; /* cards accepted in slot 1 and in slot 2 */
    const char *remote;          /* joined command, or "" */
    const char *impedance;       /* header of the input impedance */
    /* for the simulator only: */
    const char *impedance_pattern, *make, *serial;
    const char *firmware, *card_fw; /* of the unit, of its cards */
};

extern const struct driver daq970a_driver, k34970a_driver, k34972a_driver;
extern const struct sim_driver daq970a_sim, k34970a_sim, k34972a_sim;

#endif
