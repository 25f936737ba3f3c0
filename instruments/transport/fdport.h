/* The transport on a file descriptor: what serial ports and PTYs have in common. */
#ifndef INSTRUMENTS_TRANSPORT_FDPORT_H
#define INSTRUMENTS_TRANSPORT_FDPORT_H

#include "core/log.h"
#include "instruments/transport/transport.h"

struct fdport_owner {
    void (*release)(void *ctx, int fd); /* closes the descriptor; NULL: close() does */
    void *ctx;
};

struct fdport_setup {
    struct loop *loop;
    const char *name; /* as the user wrote it */
    unsigned baud;    /* for wire times; 0: none */
    struct log *log;
};

/* Takes an open, configured descriptor: locks it, makes it close-on-exec and non-blocking, and
 * watches it. On failure the descriptor stays the caller's; RC_REFUSED: somebody else has the port.
 */
MUST_CHECK enum rc fdport_new(const struct fdport_setup *setup, int fd, struct transport **out);
/* Who closes the descriptor when the transport is closed. */
void fdport_set_owner(struct transport *transport, struct fdport_owner owner);
/* Undoes fdport_new: frees the transport and leaves the descriptor open. */
void fdport_abandon(struct transport *transport);

/* A terminal that passes bytes as they are: no echo, no signals, no XON/XOFF; lines are not dropped
 * on close (HUPCL off), so that no adapter resets its instrument. */
MUST_CHECK enum rc fdport_make_raw(int fd);

#endif
