/* A classic CAN data frame (ISO 11898-1), whatever adapter carries it. */
#ifndef INSTRUMENTS_PROTO_CAN_H
#define INSTRUMENTS_PROTO_CAN_H

#include <stdbool.h>
#include <stdint.h>

enum { CAN_DATA_MAX = 8 };
enum { CAN_STANDARD_MAX = 0x7FF, CAN_EXTENDED_MAX = 0x1FFFFFFF };

struct can_frame {
    uint32_t id; /* 11 bits, or 29 when `extended` */
    bool extended;
    uint8_t len; /* 0..8 */
    uint8_t data[CAN_DATA_MAX];
};

#endif
