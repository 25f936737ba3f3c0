/* Keithley 2400, 2401 and 2410 source-meters on RS-232: SCPI, lines end in LF, both ways.
 *
 *   *IDN?                                    KEITHLEY INSTRUMENTS INC.,MODEL 2400,1175680,C30 ...
 *   :OUTP OFF;:OUTP:SMOD HIMP;:OUTP?;:OUTP:SMOD?           0;HIMP              first of all, safe
 *   :OUTP?                                                 0                   poll, off
 *   *CLS;:OUTP?;:READ?                       1;+4.500000E-01,-1.200000E-06,+4.216836E+06      on
 *   :SOUR:VOLT 4.500000E-01;FUNC VOLT;VOLT?;FUNC?          +4.500000E-01;VOLT
 *   :SENS:CURR:PROT 1.000000E-02;PROT?;PROT:TRIP?          +1.000000E-02;0
 *   :OUTP ON;:OUTP?;:OUTP:SMOD?                            1;HIMP
 *
 * Source: 2400 Series SourceMeter User's Manual, 2400S-900-01 rev. K, sections 13 and 18, B. */
#ifndef INSTRUMENTS_KEITHLEY_2400_KEITHLEY_2400_H
#define INSTRUMENTS_KEITHLEY_2400_KEITHLEY_2400_H

#include "instruments/capability/source_meter.h"
#include "instruments/driver.h"
#include "instruments/sim.h"

/* What a level may be: all of max_A up to low_V, and high_A above it. */
struct source_meter_model {
    const char *model; /* second field of *IDN? must be this */
    double max_V, max_A, low_V, high_A;
    const char *off_mode; /* how the output is off after power-on; for the simulator only */
    double fixed_A;       /* most of the current range that is held; 0: the unit chooses it */
};

/* device_setup: full_scale, if above 0, is a ceiling in V for |u| and limit_u below the model's. */
extern const struct driver keithley_2400_1mA_driver;
extern const struct sim_driver keithley_2400_1mA_sim;
extern const struct driver keithley_2400_driver, keithley_2401_driver, keithley_2410_driver;
extern const struct sim_driver keithley_2400_sim, keithley_2401_sim, keithley_2410_sim;

#endif
