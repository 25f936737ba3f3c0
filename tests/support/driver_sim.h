/* Talks to a simulator through a driver and its framing, without link, loop or port: the shortest
 * way to test the two against each other. Also the nets that every reply goes through, and the
 * replay of captures.
 *
 *   driver_sim_open(&bench, &alicat_mc_driver, &alicat_mc_sim, &setup);
 *   assert_int_equal(driver_sim_start(&bench), RC_OK);
 *   assert_int_equal(driver_sim_poll(&bench, &reading), RC_OK); */
#ifndef TESTS_SUPPORT_DRIVER_SIM_H
#define TESTS_SUPPORT_DRIVER_SIM_H

#include <stdalign.h>

#include "instruments/sim.h"

enum { DRIVER_SIM_SIGNALS = PLANT_SIGNALS, DRIVER_SIM_CHANNELS = 16 };

struct driver_sim {
    const struct driver *driver;
    const struct sim_driver *sim;
    struct device_setup setup;
    struct identity identity; /* what the identify steps told */
    struct instant now;
    bool byte_by_byte; /* feed both sides one byte at a time */
    uint8_t seq;
    /* What stands behind: what is written is read back, and tests put here what they like. */
    double plant[DRIVER_SIM_SIGNALS][DRIVER_SIM_CHANNELS];
    size_t wire_len; /* what the simulator has said and nobody has read yet */
    char wire[8192];
    char frame[DEVICE_FRAME_MAX]; /* last frame that decode accepted */
    size_t frame_len;
    alignas(16) unsigned char state[4096];
};

/* Power on. The setup is copied. */
void driver_sim_open(struct driver_sim *bench, const struct driver *driver,
                     const struct sim_driver *sim, const struct device_setup *setup);

/* One exchange: RC_TIMEOUT when no frame was an answer; what decode says otherwise. Frames that are
 * RC_PROTOCOL are dropped as strays. An ask without an answer (silent, or nothing to send) is
 * RC_OK. */
enum rc driver_sim_ask(struct driver_sim *bench, const struct ask *ask, struct answer *answer);

/* All identify, configure and safe steps in order; stops at the first failure. */
enum rc driver_sim_start(struct driver_sim *bench);
/* `reading` is the capability's; filled with NaN before. RC_PROTOCOL if it never became complete.
 */
enum rc driver_sim_poll(struct driver_sim *bench, void *reading);
enum rc driver_sim_set(struct driver_sim *bench, unsigned signal, unsigned channel, double value,
                       double *readback);
enum rc driver_sim_safe(struct driver_sim *bench);

/* Bytes straight to the simulator; its answer (valid until the next call), unread bytes included.
 */
struct span driver_sim_raw(struct driver_sim *bench, struct span bytes);
/* Time passes; the simulator may act and speak. */
void driver_sim_wait(struct driver_sim *bench, struct duration duration);

/* Does decode leave everything else alone, does it stay within an exact-size heap block? Tries
 * every proper prefix of `frame`; returns how many of them decode accepted. */
size_t driver_net_prefixes(const struct driver *driver, const struct device_setup *setup,
                           const struct ask *ask, struct span frame);
/* The same for every change of one byte to each other value. */
size_t driver_net_changes(const struct driver *driver, const struct device_setup *setup,
                          const struct ask *ask, struct span frame);

/* One frame through both nets. `taken` (may be NULL) is called with each damaged frame that decode
 * accepted and what it made of it; the reading is zero where nothing was said. */
struct driver_net {
    const struct driver *driver;
    const struct device_setup *setup;
    const struct ask *ask;
    void (*taken)(void *ctx, struct span frame, const struct answer *answer);
    void *ctx;
};
/* How many were accepted. */
size_t driver_net_try(const struct driver_net *net, struct span frame);

/* A capture file: header lines begin with '#', exchanges are "> A\r", "< A +014.70\r", or
 * "> hex 10 02 01". Calls `each` for every line with its bytes; returns the number of lines, 0 when
 * the file cannot be read or a line is wrong. `sent` is true for '>'. */
size_t driver_capture_each(const char *path, void (*each)(void *ctx, bool sent, struct span bytes),
                           void *ctx);

#endif
