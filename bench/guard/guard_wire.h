/* Messages from the controller to lambdaguard, over one SOCK_SEQPACKET pair. */
#ifndef BENCH_GUARD_GUARD_WIRE_H
#define BENCH_GUARD_GUARD_WIRE_H

#include <stdint.h>

enum {
    GUARD_PORTS_MAX = 128,
    GUARD_FRAMES_MAX = 1024,
    GUARD_FRAME_BYTES_MAX = 96,
    GUARD_SILENCE_MS = 250, /* longer than this between two beats: the controller hangs */
};

enum guard_kind {
    GUARD_PORT = 1, /* a descriptor comes with it */
    GUARD_FRAME,    /* bytes for `port` */
    GUARD_ARM,      /* pid of the controller in `port`; beats follow */
    GUARD_BEAT,
    GUARD_RELEASE,   /* proven safe: end without writing */
    GUARD_HAND_OVER, /* not proven safe, and the controller has left the wires: write now. The
                        answer is one byte a port: GUARD_WRITTEN or GUARD_GONE */
};

enum { GUARD_WRITTEN = '.', GUARD_GONE = 'x' };

struct guard_message {
    uint32_t kind, port, len;
    char bytes[GUARD_FRAME_BYTES_MAX]; /* PORT: its name; FRAME: the frame */
};

#endif
