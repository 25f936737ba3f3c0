/* Lawicel's ASCII protocol of serial CAN adapters: data frames as text lines.
 *
 *   t 190 8 A001102710030000 CR          standard: 3 digits of identifier, length, data
 *   T 0EF50000 2 8701 CR                 extended: 8 digits of identifier
 *   t 190 0 1A2B CR                      with time stamps on (Z1): 4 more digits, ms, ignored here
 *
 * The adapter answers an accepted frame with CR, "z" CR (standard) or "Z" CR (extended), and an
 * error with a lone BEL. Source: CANUSB / CAN232 manuals, Lawicel AB. Hand-written: 10^6 lines a
 * second pass here. */
#ifndef INSTRUMENTS_PROTO_SLCAN_H
#define INSTRUMENTS_PROTO_SLCAN_H

#include "core/bytes.h"
#include "instruments/proto/can.h"

enum { SLCAN_LINE_MAX = 1 + 8 + 1 + 2 * CAN_DATA_MAX + 4 + 1 };

/* Append the line of a frame, its CR included. RC_RANGE: identifier or length impossible.
 * RC_NOSPACE: nothing was appended. */
MUST_CHECK enum rc slcan_put_frame(struct obuf *out, const struct can_frame *frame);

/* The same for a host that transmits: only identifiers of the whitelist leave it, anything else is
 * RC_REFUSED. One identifier beside the normal traffic may be the command that erases a
 * controller's firmware. The whitelist holds extended identifiers (`extended`) or standard ones. */
struct slcan_whitelist {
    const uint32_t *ids;
    size_t count;
    bool extended;
};
MUST_CHECK enum rc slcan_put_allowed(struct obuf *out, const struct can_frame *frame,
                                     struct slcan_whitelist allowed);

/* A whole line without its CR. RC_PROTOCOL: no data frame (remote frames too), or not a whole one.
 */
MUST_CHECK enum rc slcan_parse_frame(struct span line, struct can_frame *out);

/* Identifier of a standard data frame from its first four characters, without parsing the rest; -1:
 * the line is something else. */
int slcan_standard_id(struct span line);

/* What an adapter said to a frame it was given: RC_OK, RC_REFUSED (BEL), RC_PROTOCOL (no such
 * answer). */
MUST_CHECK enum rc slcan_check_sent(struct span answer);

#endif
