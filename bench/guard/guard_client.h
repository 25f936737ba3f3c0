/* The controller's end of lambdaguard: starts it before any output is armed, hands it duplicates of
 * the ports and the safe frames of every device, and tells it that the controller lives. */
#ifndef BENCH_GUARD_GUARD_CLIENT_H
#define BENCH_GUARD_GUARD_CLIENT_H

#include "core/bytes.h"
#include "core/log.h"

struct guard_client;

/* Starts the guard in a session of its own. RC_IO: it cannot be started, and nothing may be armed.
 */
MUST_CHECK enum rc guard_start(struct log *log, struct guard_client **out);
/* A port's descriptor (the guard gets a duplicate); returns its number or -1. */
int guard_add_port(struct guard_client *client, int fd, const char *name);
/* One frame for a port, written in the order they were added. RC_RANGE: too long or too many. */
MUST_CHECK enum rc guard_add_frame(struct guard_client *client, int port, struct span frame);
/* From now on silence of 250 ms is death. RC_IO: the guard is gone. */
MUST_CHECK enum rc guard_arm(struct guard_client *client);
/* After every control cycle, at most 50 ms apart. RC_IO: the guard is gone. */
MUST_CHECK enum rc guard_beat(struct guard_client *client);
/* The bench is proven safe: the guard ends without writing. Frees the client. */
void guard_release(struct guard_client *client);
/* Rest is not confirmed: the guard writes the safe frames now, and this program lives on. It must
 * have closed its own descriptors of the ports before: two writers on one wire are worse than none.
 * Waits for it, 10 s at most. `written[n]`, if not NULL, tells of port n whether it took the frames
 * (nobody knows whether the instrument did). RC_IO: the guard is gone. Frees the client. */
MUST_CHECK enum rc guard_hand_over(struct guard_client *client, bool *written);

#endif
