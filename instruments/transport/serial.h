/* Serial ports. A port is named by a path that stays the same over re-plugging
 * (/dev/serial/by-id/..., /dev/serial/by-path/..., /dev/ttyS0) or by the serial number of its USB
 * adapter: "usb:A6XK21". */
#ifndef INSTRUMENTS_TRANSPORT_SERIAL_H
#define INSTRUMENTS_TRANSPORT_SERIAL_H

#include "core/log.h"
#include "instruments/driver.h"
#include "instruments/transport/transport.h"

/* Opens without ever blocking; what fails is said in the log.
 * RC_CONFIG: /dev/ttyUSBn and /dev/ttyACMn are renumbered at every plug and not accepted, the USB
 * serial number is ambiguous, or the settings are impossible. RC_REFUSED: somebody else has the
 * port. RC_IO: it is not there or cannot be set up. */
MUST_CHECK enum rc serial_open(struct loop *loop, const char *name,
                               const struct line_settings *settings, struct log *log,
                               struct transport **out);

/* The device path of the USB adapter with this serial number. RC_IO: not plugged in; RC_CONFIG: two
 * have the same number; RC_NOSPACE: `path` is too short. */
MUST_CHECK enum rc serial_find_usb(const char *serial_number, char *path, size_t cap);

struct serial_port_info {
    const char *path;        /* as it is now; may be renumbered */
    const char *description; /* "" if unknown, as the rest */
    const char *usb_serial, *usb_manufacturer, *usb_product;
    int usb_vid, usb_pid; /* -1: not USB */
};

/* All serial ports of this machine. The strings are valid during the call only. */
MUST_CHECK enum rc serial_list(void (*found)(void *ctx, const struct serial_port_info *info),
                               void *ctx);

#endif
