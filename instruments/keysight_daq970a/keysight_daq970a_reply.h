/* What a DAQ970A may answer: the fields of one line, separated by semicolons, a letter for each.
 *
 *   R N Z   range, power line cycles, high impedance of every input, as they were set
 *   S       the scan list, a block: #218(@101,102,103,104)
 *   i 1 0   immediate trigger; the number one; off
 *   v k o   readings of the inputs; states of the relays; all relays open
 *   x y     relay closed; the opposite
 *   m c     card with inputs; card with relays: make,DAQM901A,serial,firmware
 *   e       an empty error queue: +0,"No error" */
#ifndef INSTRUMENTS_KEYSIGHT_DAQ970A_KEYSIGHT_DAQ970A_REPLY_H
#define INSTRUMENTS_KEYSIGHT_DAQ970A_KEYSIGHT_DAQ970A_REPLY_H

#include "instruments/keysight_daq970a/keysight_daq970a.h"

#define DAQ_RANGE_V 1.0 /* as CONF:VOLT:DC sends it */

struct daq_reply {
    const char *input_cards, *relay_cards; /* accepted */
    unsigned inputs;                       /* used, 1..SCANNER_CHANNELS_MAX */
    double nplc;
    /* found: */
    double value[SCANNER_CHANNELS_MAX]; /* v, k */
    bool closed;                        /* x */
};

/* RC_PROTOCOL: not such a line. RC_REFUSED: the unit is not set as wanted. RC_RANGE: a reading
 * beyond what the range can show. Overload is no error: the value is NaN. */
MUST_CHECK enum rc daq_reply_decode(struct daq_reply *reply, const char *expect, struct span frame);

#endif
