/* Stanford Research Systems SR830 and SR810 DSP lock-in amplifiers on RS-232.
 *
 *   OUTX 0;*IDN?\r              Stanford_Research_Systems,SR830,s/n00111,ver1.000\r
 *   SENS 25;SENS?\r             25\r                   500 mV; each setting is read back
 *   SNAP? 1,2\r                 0.12345,-2.5e-05\r     X and Y of one moment, volts rms
 *   LIAS?\r                     4\r                    1 input, 2 filter, 4 output, 8 unlocked
 *   SLVL 0.100;SLVL?\r          0.100\r                sine output, volts rms, steps of 2 mV
 *   FREQ 1000.0000;FREQ?\r      1000\r
 *   OUTX 0;SLVL 0.004;SLVL?\r   0.004\r                rest: 4 mV is the least, it has no "off"
 *
 * Four letters; LF or CR behind the command, CR behind each answer; OUTX 0 sends them to RS-232.
 * Source: SRS, "Model SR830 DSP Lock-In Amplifier" manual, chapter 5 "Remote programming".
 *
 * device_setup: full_scale is a ceiling for the amplitude in volts (0: 5 V). The phase is that of
 * the internal reference; the input is A-B, AC coupled but for `sr830_dc`; the filter 30 ms, 12 dB
 * per octave, so that a reading has settled to 1 % after 0.2 s. */
#ifndef INSTRUMENTS_SRS_SR830_SRS_SR830_H
#define INSTRUMENTS_SRS_SR830_SRS_SR830_H

#include "instruments/capability/lock_in.h"
#include "instruments/driver.h"
#include "instruments/sim.h"

/* Bits of LIAS?: latched until they are read. */
enum sr830_status {
    SR830_STATUS_INPUT = 1,
    SR830_STATUS_FILTER = 2,
    SR830_STATUS_OUTPUT = 4,
    SR830_STATUS_UNLOCKED = 8
};

/* What differs between the rows; the sensitivity cannot follow the signal, for a driver has no
 * state, so each row is for one range of it. */
struct sr830_model {
    const char *model;     /* second field of *IDN? must be this */
    const char *sens_line; /* sets and asks the sensitivity */
    double sens_code;      /* what comes back */
    double full_scale_V;   /* rms */
    bool dc;               /* its input passes direct voltage */
};

/* `sr830`: full scale 500 mV, resolution 5 uV. 0.3 mA through up to 1 kohm fits.
 * `sr830_low`: the same instrument, 1 mV and 10 nV, for milliohms and for crosstalk; more than
 * 1.09 mV is an overload. `sr830_dc`: as sr830 with the input DC coupled, for impedances below
 * 100 Hz: the high-pass of 0.16 Hz turns 1 Hz by 9 degrees, 10 Hz by 1. `sr810`: one display, the
 * same remote commands; 500 mV. */
extern const struct driver sr830_driver, sr830_low_driver, sr830_dc_driver, sr810_driver;
extern const struct sim_driver sr830_sim, sr830_low_sim, sr830_dc_sim, sr810_sim;

#endif
