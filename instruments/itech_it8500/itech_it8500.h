/* ITECH IT8500 and B&K Precision 8500 electronic loads: 26-byte frames, 9600 8N1, DTR and RTS
 * raised.
 *
 *   AA addr cmd data[22] sum                      integers little-endian; 0.1 mA, 1 mV, 1 mW
 *
 *   aa 00 6a ..                 -> aa 00 6a "8500\0" lo hi "serial...." sum        who are you
 *   aa 00 2a a8 61 00 00 .. dd  -> aa 00 12 80 .. 3c                               CC level 2.5 A:
 * ok aa 00 21 01 .. cc           -> aa 00 12 80 .. 3c                               input on: ok aa
 * 00 5f ..                 -> aa 00 5f <mV> <0.1 mA> <mW> <state> <demand>    measure
 *
 * A set is answered by command 12 with 80 ok, 90 checksum, A0 parameter, B0 not now (no remote), C0
 * unknown. Source: B&K Precision, 8500 series programming manual. Quirks: NOTES.md.
 *
 * Setup: `node` is the bus address 0..254. The answers to sets do not say what was taken: the
 * read-back is NaN and the next poll tells. `full_scale` > 0 limits the current (A), else 30 A. */
#ifndef INSTRUMENTS_ITECH_IT8500_ITECH_IT8500_H
#define INSTRUMENTS_ITECH_IT8500_ITECH_IT8500_H

#include "instruments/driver.h"
#include "instruments/sim.h"

extern const struct driver itech_it8500_driver; /* "it8500" */
extern const struct driver itech_bk8500_driver; /* "bk8500" */

extern const struct sim_driver itech_it8500_sim;
extern const struct sim_driver itech_bk8500_sim;

/* The row of constants behind driver.model. */
struct it8500_model {
    const char *make;
    const char *number;  /* what the simulator says it is, five characters */
    double max_A, max_V; /* of the smallest model of the series */
    double max_W;
};

enum it8500_command {
    IT8500_STATUS = 0x12,
    IT8500_REMOTE = 0x20,
    IT8500_INPUT = 0x21,
    IT8500_MAX_CURRENT = 0x24,
    IT8500_MODE = 0x28,
    IT8500_LEVEL_CC = 0x2A,
    IT8500_TIMER_s = 0x50,
    IT8500_TIMER_ON = 0x52,
    IT8500_FUNCTION = 0x5D,
    IT8500_MEASURE = 0x5F,
    IT8500_PRODUCT = 0x6A,
};

/* Byte 0 of a status answer. */
enum it8500_status {
    IT8500_OK = 0x80,
    IT8500_CHECKSUM = 0x90,
    IT8500_PARAMETER = 0xA0,
    IT8500_NOT_NOW = 0xB0,
    IT8500_UNKNOWN = 0xC0,
};

/* op-state and demand-state bits of a measurement. */
enum { IT8500_OP_REMOTE = 1 << 2, IT8500_OP_INPUT = 1 << 3, IT8500_OP_TIMER = 1 << 6 };
enum {
    IT8500_REVERSED = 1 << 0,
    IT8500_OVER_V = 1 << 1,
    IT8500_OVER_A = 1 << 2,
    IT8500_OVER_W = 1 << 3,
    IT8500_OVER_TEMP = 1 << 4,
    IT8500_IN_CC = 1 << 6,
};

#endif
