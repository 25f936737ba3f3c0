/* SLCAN adapter (Lawicel CANUSB, CAN232 and the many clones): the CAN bus behind a serial port.
 *
 *   host                        adapter
 *   V CR          ------------> V1013 CR         version
 *   N CR          ------------> N1234 CR         serial number
 *   C CR          ------------> CR, BEL or nothing: was it open?
 *   S6 CR  X1 CR  ------------> CR  CR           500 kbit/s, frames and "Z" answers by themselves
 *   O CR          ------------> CR               now frames pass, both ways
 *
 * The adapter measures nothing; the instruments behind it are drivers of their own on the same
 * port. device_setup: node is the bit rate in kbit/s (0: 500). */
#ifndef INSTRUMENTS_SLCAN_ADAPTER_SLCAN_ADAPTER_H
#define INSTRUMENTS_SLCAN_ADAPTER_SLCAN_ADAPTER_H

#include "instruments/driver.h"
#include "instruments/sim.h"

extern const struct driver slcan_driver;
extern const struct sim_driver slcan_sim;

/* The digit of the S command for a bit rate in kbit/s (0: the default, 500). RC_CONFIG: the
 * protocol has no such rate. */
MUST_CHECK enum rc slcan_rate_digit(unsigned rate_kbps, char *digit);

#endif
