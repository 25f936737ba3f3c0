/* GW Instek GPT-9803 and GPT-9804 safety testers on RS-232, used as insulation testers: manual
 * mode, IR, 50 to 1000 V in steps of 50 V, 1 to 9999 Mohm. Lines end in CR LF, both ways.
 *
 *   *IDN?                                    GPT-9804 ,EM110867    ,v2.08,
 *   MANU:IR:VOLT 0.500  MANU:IR:VOLT?        0.500kV                              idle only
 *   FUNC:TEST ON  FUNC:TEST?                 TEST ON
 *   MEAS?                                    IR ,TEST ,0.500kV,0015M ohm,T=001.0S  running
 *   MEAS?                                    IR ,FAIL ,0.500kV,0000M ohm,T=000.3S  below its limit:
 * off FUNC:TEST OFF  FUNC:TEST?                TEST OFF
 *
 * A command has no answer, so each is followed by its query as a line of its own. Source: GPT-9000
 * series user manual, remote control; answers of units as their users published them: NOTES.md. */
#ifndef INSTRUMENTS_GW_GPT9800_GW_GPT9800_H
#define INSTRUMENTS_GW_GPT9800_GW_GPT9800_H

#include "instruments/capability/insulation_tester.h"
#include "instruments/driver.h"
#include "instruments/sim.h"

/* device_setup: full_scale, if above 0, is a ceiling in V for the test voltage. */
extern const struct driver gpt9803_driver, gpt9804_driver;
extern const struct sim_driver gpt9803_sim, gpt9804_sim;

/* The tester ends a test by itself after this time: who forgets it has it on no longer. */
#define GPT9800_LONGEST_S 100.0
#define GPT9800_MOST_Mohm 9999.0

#endif
