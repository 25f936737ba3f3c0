/* clang-format off */
/* Lambda controllers that report over CAN, behind an SLCAN adapter: rows of one table.
 *
 *   rusEFI   190+2i  A0 | valid | lambda x 1e-4 | temperature degC | 0 0         little-endian, 10 ms
 *            191+2i  ESR ohm | Nernst mV | pump duty | status | heater duty | 0
 *            <------ extended 0EF50000: battery V x 10, bit 0 = heater on        at least every 100 ms
 *   Emtron   29F+i   index | lambda x 1e-3 | Ip x 1e-3 mA | diagnosis | status | heater %  big-endian
 *
 * device_setup: node is the index i, supply_V the battery voltage to announce. The rusEFI heater
 * frame has no index: it switches every controller of its bus, so a site that must be switched by
 * itself needs an adapter of its own. Fields are NaN where the controller does not vouch for them.
 */
/* clang-format on */
#ifndef INSTRUMENTS_CAN_LAMBDA_CAN_LAMBDA_H
#define INSTRUMENTS_CAN_LAMBDA_CAN_LAMBDA_H

#include "instruments/driver.h"
#include "instruments/sim.h"

/* One column of a reading: where it is in which frame, and when it is worth anything. */
struct can_field {
    uint8_t frame, at, width;   /* of the model's frames; first byte; 1 or 2 bytes */
    bool is_signed;             /* two's complement */
    bool is_inverted;           /* all bits inverted: healthy 1s become 0 */
    double scale;               /* raw x scale = the reading's unit */
    size_t to;                  /* offsetof a double in struct lambda_reading */
    double min, max;            /* outside: NaN */
    double zero_below;          /* smaller values become 0; 0: none do */
    uint32_t in_status;         /* bit n: good in status n; 0: in every status */
    uint8_t flag_mask, flag_at; /* good while all these bits of this byte of its frame are 1 */
    bool only_hot;              /* good while the temperature is a known one */
};

struct can_lambda_model {
    const char *make, *model; /* it cannot be asked: as the first of its frames suggests */
    uint32_t base_id;         /* of the first frame of index 0, standard identifier */
    unsigned node_max;        /* highest index */
    unsigned frame_count; /* consecutive identifiers of one controller; the last one completes */
    bool big_endian;
    int version;         /* value of byte 0 of the first frame; -1: no version there */
    uint8_t status_at;   /* in the last frame */
    uint32_t command_id; /* extended identifier of the heater command; 0: it has none */
    const struct can_field *fields;
    size_t field_count;
};

extern const struct driver rusefi_driver, emtron_elc_driver;
extern const struct sim_driver rusefi_sim, emtron_elc_sim;

/* For a row of somebody else's: the functions of every model. */
MUST_CHECK enum rc can_lambda_encode(const struct driver *self, const struct device_setup *setup,
                                     const struct ask *ask, struct obuf *request);
MUST_CHECK enum rc can_lambda_decode(const struct driver *self, const struct device_setup *setup,
                                     const struct ask *ask, struct span frame, struct answer *out);
bool can_lambda_owns(const struct driver *self, const struct device_setup *setup,
                     struct span frame);

#endif
