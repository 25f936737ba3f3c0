/* Bench supplies that speak SCPI: one driver, a row of words and limits for each model.
 *
 *   *IDN? ROHDE&SCHWARZ,HMP4040,100001,HW50020001/SW2.41 INST:NSEL
 * 2;:INST:NSEL?;:MEAS:VOLT?;:MEAS:CURR?         2;12.498;0.731 INST:NSEL 2;:VOLT 12.500;:OUTP
 * ON;:INST:NSEL?;:VOLT?;:OUTP?      2;12.500;1 INST:NSEL 2;:OUTP OFF;:VOLT
 * 0;:INST:NSEL?;:VOLT?;:OUTP?          2;0.000;0
 *
 * The selected channel is state that everybody on the instrument shares, the front panel too, so
 * each line selects, acts and asks which channel it was. Lines end in LF, both ways. device_setup:
 * channels used (0: all), full_scale a ceiling for the voltages (0: the model's). */
#ifndef INSTRUMENTS_SCPI_SUPPLY_SCPI_SUPPLY_H
#define INSTRUMENTS_SCPI_SUPPLY_SCPI_SUPPLY_H

#include "instruments/capability/supply.h"
#include "instruments/driver.h"
#include "instruments/proto/scpi.h"
#include "instruments/sim.h"

/* A line to send and what must come back, one letter for each field of the answer. In `send`:
 * {n} channel from 1, {x} the value set, {v} over-voltage and {c} over-current level of the
 * channel. In `expect`: n that channel, V measured volts, A measured amperes, r read-back, v and c
 * those levels, 1 on, 0 off, e an empty error queue. */
struct supply_line {
    const char *send, *expect;
};

/* Which words the simulator of a model knows. */
enum supply_words { SUPPLY_WORDS_RIGOL = 1, SUPPLY_WORDS_HMP = 2, SUPPLY_WORDS_KEYSIGHT = 4 };

struct supply_model {
    const char *model; /* second field of *IDN? must be this */
    unsigned channels; /* 1..SUPPLY_CHANNELS_MAX */
    struct {
        double max_V, max_A, ovp_V, ocp_A; /* what can be set; levels of the protections */
    } channel[SUPPLY_CHANNELS_MAX];
    unsigned decimals; /* of the values sent */
    struct supply_line remote, protect, poll, on, off, limit;
    struct { /* for the simulator only */
        enum supply_words words;
        const char *make, *serial, *firmware, *on, *off;
        struct scpi_style voltage, current, measured, integer;
    } sim;
};

MUST_CHECK enum rc scpi_supply_encode(const struct driver *self, const struct device_setup *setup,
                                      const struct ask *ask, struct obuf *request);
MUST_CHECK enum rc scpi_supply_decode(const struct driver *self, const struct device_setup *setup,
                                      const struct ask *ask, struct span frame, struct answer *out);

/* The members of a struct driver for one more model; `row` is a struct
 * supply_model with that many outputs. */
#define SCPI_SUPPLY_DRIVER(row, outputs)                                                           \
    .maturity = MATURITY_SIMULATED, .capability = &capability_supply, .framing = &framing_line_lf, \
    .line = {.baud = 9600, .parity = 'N', .data_bits = 8, .stop_bits = 1}, .identify_steps = 1,    \
    .configure_steps = 1 + (outputs), .poll_steps = (outputs), .safe_steps = (outputs),            \
    .channels = (outputs), .reply_timeout = {500000}, .turnaround = {5000},                        \
    .poll_period = {250000}, .model = (row), .encode = scpi_supply_encode,                         \
    .decode = scpi_supply_decode

extern const struct driver hmp4040_driver, hmp2020_driver, dp832_driver, e36312a_driver;

/* --- simulator: the members of a struct sim_driver for one more model ----------------------------
 */

void scpi_supply_sim_init(void *state, const struct sim_setup *setup);
void scpi_supply_sim_feed(void *state, struct span bytes, struct instant now, struct obuf *out);

enum { SCPI_SUPPLY_SIM_SIZE = 1600 };
#define SCPI_SUPPLY_SIM                                                                            \
    .state_size = SCPI_SUPPLY_SIM_SIZE, .init = scpi_supply_sim_init, .feed = scpi_supply_sim_feed

extern const struct sim_driver hmp4040_sim, hmp2020_sim, dp832_sim, e36312a_sim;

#endif
