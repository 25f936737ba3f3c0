/* Keysight 34460A, 34461A and 34465A bench multimeters as direct voltage meters (SCPI).
 *
 *   *IDN?\n                                      Keysight Technologies,34461A,MY53220001,A.02.14\n
 *   *CLS;:ABOR;:CONF:VOLT:DC 1;:CONF?;..\n       "VOLT +1.000000E+00,+1.000000E-06";..\n
 *   :VOLT:DC:IMP:AUTO ON;:VOLT:DC:IMP:AUTO?\n    1\n              more than 10 Gohm up to 10 V
 *   READ?\n                                      +4.50123400E-01\n
 *   READ?\n                                      +9.90000000E+37\n    overload: the reading is NaN
 *
 * The 34465A as a digitizer: 16 samples before an edge at its trigger input, 80 behind it.
 *
 *   *CLS;:ABOR;:INIT;:SYST:ERR?\n                +0,"No error"\n             armed
 *   DATA:POIN?\n                                 +96\n                       the record is whole
 *   FETC?\n                                      +4.39e-02,..\n              and may be read again
 *
 * Lines end in LF, both ways; the meter may send CR LF. CONF puts the input back to 10 Mohm, so the
 * impedance is set after it and read back: a Nernst cell must not be loaded. There is no output and
 * hence no safe frame. Sources: Keysight Truevolt Series Operating and Service Guide; libsigrok. */
#ifndef INSTRUMENTS_KEYSIGHT_3446X_KEYSIGHT_3446X_H
#define INSTRUMENTS_KEYSIGHT_3446X_KEYSIGHT_3446X_H

#include "instruments/capability/digitizer.h"
#include "instruments/capability/meter.h"
#include "instruments/driver.h"
#include "instruments/sim.h"

enum { KEYSIGHT_3446X_RECORD_MAX = 128 };

/* What differs between models. */
struct keysight_3446x_model {
    const char *model; /* second field of *IDN? must be this */
    double range_V;    /* fixed; one of 0.1, 1, 10 (high impedance), and the text below */
    const char *range;
    unsigned before, after;        /* a digitizer: samples of a record; a meter: 0 */
    const char *serial, *firmware; /* for the simulator only */
};

extern const struct driver k34460a_driver, k34461a_driver, k34461a_10v_driver, k34465a_driver;
extern const struct driver k34465a_dig_driver;
extern const struct sim_driver k34460a_sim, k34461a_sim, k34461a_10v_sim, k34465a_sim;
extern const struct sim_driver k34465a_dig_sim;

#endif
