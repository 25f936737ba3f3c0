/* The shipped station with its twin in virtual time, opened up to gate and manifold: what a session
 * stands on, without a sequence. */
#ifndef TESTS_SUPPORT_RIG_FIXTURE_H
#define TESTS_SUPPORT_RIG_FIXTURE_H

#include "bench/manifold.h"
#include "bench/rig.h"
#include "bench/safety/gate.h"

#define RIG_FIXTURE_STATION "bench/stations/twin.station"

enum { RIG_FIXTURE_GASES = 4 };

struct rig_fixture {
    struct clock clock;
    struct log log;
    struct loop *loop;
    struct station *station;
    struct twin *twin;
    struct rig *rig;
    struct gate *gate;
    struct manifold *manifold;
    struct gas_supply gases[RIG_FIXTURE_GASES]; /* n2, o2, rich, lean1 as the twin's cylinders */
    struct timer until;
    bool ready;
    unsigned lost, trips, notes, answers;
    uint64_t sent_bytes; /* on all ports */
    enum rc answer;      /* of the last rig_fixture_answer */
    char trip[256], error[256], note[256];
};

/* Loads the station, makes a twin of nominal parts and opens the rig; all instruments are up and
 * the gate is still closed. Fails the test where anything is refused. */
void rig_fixture_open(struct rig_fixture *f);
/* The same with another station, whose first cylinders are those of the names above. */
void rig_fixture_open_at(struct rig_fixture *f, const char *station);
void rig_fixture_close(struct rig_fixture *f);
/* Lets virtual time pass. */
void rig_fixture_run(struct rig_fixture *f, int64_t ms);
/* For gate_set and the manifold: counts answers and keeps the last. */
void rig_fixture_answer(void *ctx, enum rc rc, const char *error);
unsigned rig_fixture_channel(const struct rig_fixture *f, const char *name);
/* Everything is polled, but nothing is sent any more unless the gate does. */
void rig_fixture_hush(struct rig_fixture *f);
/* Opens the gate and feeds it synthetic measurements until it is armed. */
void rig_fixture_arm(struct rig_fixture *f);

#endif
