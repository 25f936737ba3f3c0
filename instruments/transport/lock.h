/* One owner per port: an advisory lock on the open descriptor. It dies with the last duplicate. */
#ifndef INSTRUMENTS_TRANSPORT_LOCK_H
#define INSTRUMENTS_TRANSPORT_LOCK_H

#include <sys/types.h>

#include "core/bytes.h"
#include "core/log.h"

/* RC_REFUSED: somebody else has it; the log names the port and, where /proc/locks tells, who. */
MUST_CHECK enum rc port_lock(int fd, const char *name, struct log *log);

/* The process that holds a flock on this file according to the text of /proc/locks; 0: none. Lines
 * look like "3: FLOCK  ADVISORY  WRITE 4711 00:18:5 0 EOF". */
pid_t port_lock_holder(struct span proc_locks, unsigned major, unsigned minor, uint64_t inode);

#endif
