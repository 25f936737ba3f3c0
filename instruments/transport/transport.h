/* A transport moves bytes; it knows no frame and no instrument. Made by serial_open, pty_open or
 * mem_open; wrapped by fault_wrap. Owned by who opened it; closed once. */
#ifndef INSTRUMENTS_TRANSPORT_TRANSPORT_H
#define INSTRUMENTS_TRANSPORT_TRANSPORT_H

#include "core/bytes.h"
#include "core/loop.h"

struct transport;

struct transport_ops {
    /* All of it or nothing. RC_TIMEOUT: the peer does not take bytes now; RC_IO: it is gone. */
    enum rc (*write)(struct transport *transport, struct span bytes);
    void (*close)(struct transport *transport);   /* frees the transport */
    int (*fd)(const struct transport *transport); /* for the guard; -1: there is none */
    /* Time that `bytes` bytes take on this wire; 0 when it has no speed. */
    struct duration (*wire_time)(const struct transport *transport, size_t bytes);
};

/* Called from the loop. `closed` is called once; after it only `close` is allowed. */
struct transport_events {
    void (*bytes)(void *ctx, struct span bytes);
    void (*closed)(void *ctx, const char *why);
    void *ctx;
};

struct transport {
    const struct transport_ops *ops;
    struct transport_events events; /* set by the user before the first turn of the loop */
    char name[96];                  /* for messages: the port as the user wrote it */
};

#endif
