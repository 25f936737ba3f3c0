/* A bus of up to eight invented units behind a real link, for tests of the link's own rules. The
 * protocol proves the sender and the kind of answer but not which request it belongs to, as many
 * do:
 *
 *   AI\r -> AI S0001\r    identity        AC\r -> AC\r      configure
 *   AP\r -> AP 17\r       poll, step 0: the number of polls that this unit has had
 *   AQ\r -> AQ 65\r       poll, step 1: its own letter as a number
 *   AS=2.5\r -> AS 2.5\r  set             A0\r -> A0\r      safe, step 0      AO\r -> AO\r   step 1
 *   AY\r -> AY\r          sync                                                              */
#ifndef TESTS_SUPPORT_FAKE_BUS_H
#define TESTS_SUPPORT_FAKE_BUS_H

#include "core/log.h"
#include "instruments/link.h"
#include "instruments/simhost.h"
#include "instruments/transport/fault.h"

enum { FAKE_UNITS = 8, FAKE_SIGNAL_P = 0, FAKE_SIGNAL_Q, FAKE_SIGNAL_X, FAKE_SIGNAL_Z };

struct fake_reading {
    double polls, letter;
};

extern const struct driver fake_driver; /* 38400 baud, 50 ms time-out, polled each 100 ms */

extern const struct sim_driver fake_sim; /* its plant's ctx is the fake_bus */

struct fake_bus;

struct fake_unit {
    struct fake_bus *bus;
    char letter;
    struct device *device;
    /* what the test may change at any time */
    bool dead;
    char serial[16];
    char deaf_to;        /* this verb is obeyed but not answered ... */
    unsigned deaf_times; /* ... so many times */
    char impossible;     /* this verb is answered with an impossible value */
    double late_rate;    /* so often an answer is late: 0.5 .. 1.9 time-outs after the request */
    bool prattles;       /* each answer twice */
    /* what happened in the unit */
    unsigned polls, sets, safes;
    double x;
    /* what came up through the link */
    unsigned ups, downs, readings, wrong, sets_done;
    enum rc down_rc, set_rc;
    double readback;
    struct instant down_at, read_at, set_at, polled_at, stamp;
    struct duration longest_gap;
    char why[600];
};

struct fake_bus {
    struct clock clock;
    struct loop *loop;
    struct log log;
    struct simhost *host;
    struct link *link;
    struct driver driver; /* a copy that a test may change before fake_bus_start */
    struct timer limit;
    struct fake_unit unit[FAKE_UNITS];
    size_t units;
    struct rng rng;
    char sent[512]; /* the verbs that went out, "AI AC A0 ..." */
    size_t sent_len, last_len;
    struct instant sent_at;
    struct instant opened_at[8];
    unsigned opens;
    bool port_gone;
    double held_at[128]; /* what the driver was told that X was set to last, by verb */
};

/* The units are made, nothing is started. */
void fake_bus_open(struct fake_bus *bus, size_t units, uint64_t seed);
/* On a wire with faults; NULL: a good one. */
void fake_bus_open_on(struct fake_bus *bus, size_t units, uint64_t seed,
                      const struct fault_rates *rates);
void fake_bus_start(struct fake_bus *bus);
/* ... and up after a second; what was sent is forgotten. */
void fake_bus_open_up(struct fake_bus *bus, size_t units);
void fake_bus_all_up(const struct fake_bus *bus);
void fake_bus_close(struct fake_bus *bus);
void fake_bus_run(struct fake_bus *bus, struct duration duration);
void fake_bus_forget_sent(struct fake_bus *bus);
/* device_set of signal X with the outcome noted in the unit; what device_set said. */
enum rc fake_bus_set(struct fake_unit *unit, double value);
enum rc fake_bus_safe(struct fake_unit *unit);

#endif
