/* Bronkhorst ProPar, enhanced binary: messages to and from frames, and lists of parameters to read.
 *
 *   10 02 | SEQ NODE LEN DATA[LEN] | 10 03      each 10 inside is sent twice; no checksum
 *
 *   read 33/0 and 1/4   04 | a1 40 21 40 | 01 04 01 04      answer  02 | a1 40 float | 01 04 u8
 *
 * Bit 7 of a process byte: another process follows; of a parameter byte: another parameter of the
 * same process. Big-endian. Source: Bronkhorst manual 9.17.027, "RS232 interface with FLOW-BUS
 * protocol". */
#ifndef INSTRUMENTS_PROTO_PROPAR_H
#define INSTRUMENTS_PROTO_PROPAR_H

#include "core/bytes.h"

enum { PROPAR_DATA_MAX = 128, PROPAR_STRING_MAX = 61 };

enum propar_command { PROPAR_STATUS = 0, PROPAR_WRITE = 1, PROPAR_ANSWER = 2, PROPAR_READ = 4 };

/* Bits 6-5 of a parameter byte. */
enum propar_type { PROPAR_U8 = 0x00, PROPAR_U16 = 0x20, PROPAR_32 = 0x40, PROPAR_TEXT = 0x60 };
enum { PROPAR_TYPE_MASK = 0x60, PROPAR_INDEX_MASK = 0x1F, PROPAR_MORE = 0x80 };

struct propar_message {
    uint8_t seq, node;
    size_t len;
    uint8_t data[PROPAR_DATA_MAX];
};

/* One parameter of a read. Neighbours of the same process share one process byte. */
struct propar_parameter {
    uint8_t process, number;
    enum propar_type type;
    uint8_t length; /* texts: characters asked for, 0: up to the terminating zero */
};

/* A value that came back; `number` holds u8, u16 and float. */
struct propar_value {
    double number;
    char text[PROPAR_STRING_MAX + 1];
};

/* RC_NOSPACE: it does not fit; nothing was appended. RC_RANGE: more than PROPAR_DATA_MAX bytes. */
MUST_CHECK enum rc propar_put_frame(struct obuf *out, uint8_t seq, uint8_t node, struct span data);
/* RC_PROTOCOL: not one whole frame with the right length; *message is untouched. */
MUST_CHECK enum rc propar_get_frame(struct span frame, struct propar_message *message);

/* The data of a request for `count` parameters (1..16); texts of the same process must come last.
 */
MUST_CHECK enum rc propar_put_read(struct obuf *data, const struct propar_parameter *parameters,
                                   size_t count);
/* The data of the answer to just that request. RC_PROTOCOL: it is not, or a float is not finite. On
 * failure `values` may be partly written. */
MUST_CHECK enum rc propar_get_answer(struct span data, const struct propar_parameter *parameters,
                                     size_t count, struct propar_value *values);

/* Single precision, big-endian, as on the wire. */
void propar_put_float(uint8_t *at, double value);
double propar_get_float(const uint8_t *at);

#endif
