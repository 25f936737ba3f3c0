/* The Alicat data frame: columns from the left, names from the right.
 *
 *   +014.62 +021.89 +000.00 +001.25 +078.95 [total]     N2 LCK MOV        (behind the unit letter)
 *   psia    degC    volume  mass    set point           gas status words
 *
 *   +014.62 +014.70 LCK                       of a pressure controller
 *   psia    set point; status words */
#ifndef INSTRUMENTS_ALICAT_MC_ALICAT_MC_FRAME_H
#define INSTRUMENTS_ALICAT_MC_ALICAT_MC_FRAME_H

#include "core/bytes.h"
#include "instruments/capability/flow_controller.h"
#include "instruments/capability/pressure_controller.h"
#include "instruments/driver.h"

/* What the status words say about the frame that carries them. */
enum alicat_effect {
    ALICAT_NO_PRESSURE = 1, /* these three columns are not to be believed */
    ALICAT_NO_TEMP = 2,
    ALICAT_NO_FLOW = 4,
    ALICAT_OVERRIDDEN = 8, /* the valve does not follow the set point */
    ALICAT_BROKEN = 16,    /* nothing is to be believed */
};

struct alicat_frame {
    struct flow_reading reading; /* as written; NaN for dashes */
    struct span gas;             /* part of the line */
    unsigned effects;            /* of enum alicat_effect */
};

/* `slpm`: what one of the device's flow unit is at the station's reference. RC_PROTOCOL: no data
 * frame of a controller, or a word that is not known. RC_RANGE: a value that cannot be. On failure
 * *out may be partly written. */
MUST_CHECK enum rc alicat_cut_frame(struct span line, double slpm, struct alicat_frame *out);

struct alicat_pressure_frame {
    struct pressure_reading reading; /* as written; NaN for dashes */
    unsigned effects;                /* of enum alicat_effect */
};

/* The same of a pressure controller; `kPa`: one of the device's unit. Both columns are of one
 * width: a frame that lost its end is none. */
MUST_CHECK enum rc alicat_cut_pressure_frame(struct span line, double kPa,
                                             struct alicat_pressure_frame *out);

/* ---- alicat_mc_identity.c: the line behind the unit letter */

/* Copies a text that the device told. RC_PROTOCOL: empty, too long or not printable. */
MUST_CHECK enum rc alicat_copy_text(struct span text, char *to, size_t cap);
/* " 10v20.0-R24 Jan ..."; RC_REFUSED: too old, or another dialect. `identity` may be NULL. */
MUST_CHECK enum rc alicat_decode_firmware(struct span line, struct identity *identity);
/* " M05 Serial Number 123456": found by its label; the rows differ between families. */
MUST_CHECK enum rc alicat_decode_manufacturer(struct span line, const char *label,
                                              struct span *value);

#endif
