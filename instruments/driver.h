/* The driver interface: constant data and two pure functions. The link (instruments/link.c) owns
 * the port, the queue, the deadlines, the retries and the resync, so a driver never blocks and
 * never sees a descriptor, the loop or the time.
 *
 * One exchange is an `ask`: the link calls encode(setup, ask, request), puts the bytes on the wire,
 * cuts the answer with the driver's framing and calls decode(setup, ask, frame, answer). */
#ifndef INSTRUMENTS_DRIVER_H
#define INSTRUMENTS_DRIVER_H

#include "core/bytes.h"
#include "core/clock.h"
#include "instruments/capability/capability.h"
#include "instruments/proto/framing.h"

/* How well a driver is proven; printed by reports, and a certificate run refuses SIMULATED. */
enum maturity { MATURITY_SIMULATED, MATURITY_BENCHED, MATURITY_CALIBRATED };

enum { DEVICE_SIGNALS_MAX = 16, DEVICE_READING_MAX = 256, DEVICE_FRAME_MAX = 320 };

/* What the station file says of one unit; constant while the bench is open. */
struct device_setup {
    char name[32];          /* of the instrument in the station file */
    char address;           /* unit letter on a lettered bus (Alicat) */
    unsigned node;          /* node, bus address or CAN index */
    unsigned channels;      /* channels used; 0: the model's own number */
    double full_scale;      /* flow controllers: slpm at the station's reference; pressure
                               controllers: kPa; 0: as the device says */
    double reference_ratio; /* device's standard litre / station's standard litre, e.g.
                               298.15/273.15 */
    double supply_V;        /* lambda controllers: battery voltage to announce */
    char expect_serial[32]; /* identity to demand; empty: any */
    char expect_gas[16];    /* gas that a flow controller must be set to; empty: any */
};

enum ask_kind {
    ASK_IDENTIFY,  /* step 0 .. identify_steps-1 */
    ASK_CONFIGURE, /* step 0 .. configure_steps-1: remote, protections, mode; before any output */
    ASK_POLL,      /* step 0 .. poll_steps-1; together they fill one reading */
    ASK_SET,       /* signal and value; the answer carries what the device took (read-back) */
    ASK_SAFE,      /* step 0 .. safe_steps-1: zero, off; the guard holds these frames */
    ASK_SYNC,      /* harmless query with an unmistakable answer, after a time-out */
    ASK_STREAM,    /* decode only: an unsolicited frame that `owns` accepted */
};

struct ask {
    enum ask_kind kind;
    unsigned step;
    unsigned signal;    /* ASK_SET: index into the capability's signals */
    unsigned channel;   /* ASK_SET: from 0; for instruments with several like channels */
    double value;       /* ASK_SET: in the signal's unit */
    uint8_t seq;        /* counts requests of this device; protocols with a tag use it */
    const double *held; /* last value set, signal + DEVICE_SIGNALS_MAX * channel; NaN: never */
};

struct identity {
    char make[24], model[32], serial[32], firmware[32], gas[16];
    double full_scale; /* in the capability's unit at the station's reference; NaN: not told */
};

/* Four texts as a device says them; what is too long is cut. */
static inline void identity_tell(struct identity *identity, struct span make, struct span model,
                                 struct span serial, struct span firmware)
{
    span_copy(make, identity->make, sizeof identity->make);
    span_copy(model, identity->model, sizeof identity->model);
    span_copy(serial, identity->serial, sizeof identity->serial);
    span_copy(firmware, identity->firmware, sizeof identity->firmware);
}

/* What decode may fill. All or nothing: on failure nothing is touched. */
struct answer {
    struct identity *identity; /* ASK_IDENTIFY: add what this step tells */
    void *reading;             /* ASK_POLL, ASK_STREAM: the capability's reading; fields add up */
    double readback;           /* ASK_SET: what the device says it took; NaN: it does not say */
    bool complete;             /* ASK_POLL, ASK_STREAM: the reading is whole now: hand it on */
};

struct line_settings {
    unsigned baud;
    char parity; /* 'N' 'E' 'O' */
    unsigned data_bits, stop_bits;
    bool raise_dtr_rts;
};

struct driver {
    const char *name;    /* as written in the station file */
    const char *summary; /* one line for `lambdabench instr list` */
    enum maturity maturity;
    const struct capability *capability; /* what it offers */
    const struct framing *framing;       /* how its answers are cut from the stream */
    struct line_settings line;           /* factory default */
    unsigned identify_steps, configure_steps, poll_steps, safe_steps;
    unsigned channels;             /* like channels of one unit (a four-output supply has 4) */
    struct duration reply_timeout; /* counted after the last byte of the request has left */
    struct duration turnaround;    /* silence the device needs before the next request */
    struct duration poll_period;   /* default; the station may slow it down */
    bool bus;                      /* several units may share the port */
    bool streams;                  /* sends by itself; `owns` tells its frames */
    const void *model;             /* the driver's own row of constants, for its functions only */

    /* RC_RANGE: the value is not for this model, and nothing was appended. RC_CONFIG: this driver
     * has no such ask (a step out of range). An empty request with RC_OK: nothing to send. */
    enum rc (*encode)(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request);
    /* RC_PROTOCOL: not the answer to this ask. RC_REFUSED: the device declined. RC_RANGE: it says
     * something impossible. */
    enum rc (*decode)(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct span frame, struct answer *out);
    /* Cheap test whether an unsolicited frame is this unit's; NULL when `streams` is false. */
    bool (*owns)(const struct driver *self, const struct device_setup *setup, struct span frame);
    /* True if this ask has no answer at all (the next request may follow after turnaround). NULL:
     * every ask has one. */
    bool (*silent)(const struct driver *self, const struct ask *ask);
};

#endif
