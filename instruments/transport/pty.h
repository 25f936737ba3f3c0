/* A port that is the slave end of a pseudo-terminal: a simulator behind it, no modem lines. */
#ifndef INSTRUMENTS_TRANSPORT_PTY_H
#define INSTRUMENTS_TRANSPORT_PTY_H

#include "instruments/transport/fdport.h"

/* `path` is the resolved device. RC_IO: it cannot be opened; RC_REFUSED: somebody else has it. */
MUST_CHECK enum rc pty_open(const struct fdport_setup *setup, const char *path,
                            struct transport **out);
/* A slave end of a pseudo-terminal by its resolved path. */
bool pty_is_path(const char *path);

#endif
