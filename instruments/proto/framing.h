/* How frames are cut from a stream of bytes: incremental, bounded, the same result whether fed byte
 * by byte or all at once. Framers are pure; the link owns the buffer. */
#ifndef INSTRUMENTS_PROTO_FRAMING_H
#define INSTRUMENTS_PROTO_FRAMING_H

#include "core/bytes.h"

enum frame_state {
    FRAME_MORE, /* no whole frame yet; *used bytes at the start may be dropped as noise */
    FRAME_READY /* *frame (a part of `bytes`) is one; *used bytes are consumed by it */
};

struct framing {
    const char *name;
    size_t longest; /* a frame longer than this is noise: the framer drops it itself */
    enum frame_state (*cut)(struct span bytes, struct span *frame, size_t *used);
};

/* Text lines without their end; empty lines are dropped. */
extern const struct framing framing_line_cr;   /* ends in CR; LF ignored */
extern const struct framing framing_line_lf;   /* ends in LF; a CR before it is dropped */
extern const struct framing framing_record_lf; /* the same for a whole record in one line */
extern const struct framing framing_can_text;  /* SLCAN: ends in CR (frame "" is a bare CR = ok) or
                                                  is a lone BEL (frame "\a" = error) */
extern const struct framing framing_prompt;    /* Numato: everything up to "\n>" or "\r>" */
extern const struct framing framing_propar;    /* 10 02 ... 10 03, still doubled inside */
extern const struct framing framing_frame26; /* AA + 25 bytes with a right checksum; else resync */

#endif
