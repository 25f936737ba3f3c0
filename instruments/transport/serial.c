#include "instruments/transport/serial.h"

#include <errno.h>
#include <libserialport.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "instruments/transport/pty.h"

static const char usb_prefix[] = "usb:";

/* ---- finding ---- */

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

enum rc serial_list(void (*found)(void *ctx, const struct serial_port_info *info), void *ctx)
{
    struct sp_port **ports = NULL;
    if (sp_list_ports(&ports) != SP_OK)
        return RC_IO;
    for (size_t i = 0; ports[i]; i++) {
        struct serial_port_info info = {
            .path = text_or_empty(sp_get_port_name(ports[i])),
            .description = text_or_empty(sp_get_port_description(ports[i])),
            .usb_serial = text_or_empty(sp_get_port_usb_serial(ports[i])),
            .usb_manufacturer = text_or_empty(sp_get_port_usb_manufacturer(ports[i])),
            .usb_product = text_or_empty(sp_get_port_usb_product(ports[i])),
            .usb_vid = -1,
            .usb_pid = -1,
        };
        if (sp_get_port_transport(ports[i]) == SP_TRANSPORT_USB)
            (void)sp_get_port_usb_vid_pid(ports[i], &info.usb_vid, &info.usb_pid);
        found(ctx, &info);
    }
    sp_free_port_list(ports);
    return RC_OK;
}

struct search {
    const char *serial_number;
    char *path;
    size_t cap;
    unsigned matches;
    bool too_long;
};

static void match_port(void *ctx, const struct serial_port_info *info)
{
    struct search *search = ctx;
    if (info->usb_serial[0] == '\0' || strcmp(info->usb_serial, search->serial_number) != 0)
        return;
    if (search->matches++ == 0) {
        int n = snprintf(search->path, search->cap, "%s", info->path);
        search->too_long = n < 0 || (size_t)n >= search->cap;
    }
}

enum rc serial_find_usb(const char *serial_number, char *path, size_t cap)
{
    struct search search = {.serial_number = serial_number, .path = path, .cap = cap};
    if (cap == 0)
        return RC_NOSPACE;
    path[0] = '\0';
    enum rc rc = serial_list(match_port, &search);
    if (rc != RC_OK)
        return rc;
    if (search.matches == 0)
        return RC_IO;
    if (search.matches > 1)
        return RC_CONFIG;
    return search.too_long ? RC_NOSPACE : RC_OK;
}

/* ---- opening ---- */

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The device behind the user's name, as libserialport wants it: it follows no link by itself. */
static enum rc resolve(const char *name, struct log *log, char path[PATH_MAX])
{
    if (starts_with(name, "/dev/ttyUSB") || starts_with(name, "/dev/ttyACM")) {
        log_say(log, LOG_ERROR,
                "%s: is numbered anew at every plug; use /dev/serial/by-id/..., "
                "/dev/serial/by-path/... "
                "or usb:SERIAL-NUMBER",
                name);
        return RC_CONFIG;
    }
    const char *device = name;
    char found[PATH_MAX];
    if (starts_with(name, usb_prefix)) {
        enum rc rc = serial_find_usb(name + strlen(usb_prefix), found, sizeof found);
        if (rc != RC_OK) {
            log_say(log, LOG_ERROR, "%s: %s", name,
                    rc == RC_CONFIG ? "more than one adapter has this serial number"
                                    : "no such adapter is plugged in");
            return rc;
        }
        device = found;
    }
    if (realpath(device, path))
        return RC_OK;
    log_say(log, LOG_ERROR, "%s: %s", name, strerror(errno));
    return RC_IO;
}

static enum sp_parity parity_of(char parity)
{
    return parity == 'N'   ? SP_PARITY_NONE
           : parity == 'E' ? SP_PARITY_EVEN
           : parity == 'O' ? SP_PARITY_ODD
                           : SP_PARITY_INVALID;
}

static enum rc set_up(struct sp_port *port, const struct line_settings *settings)
{
    enum sp_parity parity = parity_of(settings->parity);
    if (parity == SP_PARITY_INVALID || settings->data_bits < 5 || settings->data_bits > 8 ||
        settings->stop_bits < 1 || settings->stop_bits > 2 || settings->baud > 4000000)
        return RC_CONFIG;
    /* Rate 0 stands for a USB port that has none; the kernel would take it as "hang up". */
    int baud = settings->baud ? (int)settings->baud : 115200;
    if (sp_set_baudrate(port, baud) != SP_OK ||
        sp_set_bits(port, (int)settings->data_bits) != SP_OK ||
        sp_set_parity(port, parity) != SP_OK ||
        sp_set_stopbits(port, (int)settings->stop_bits) != SP_OK ||
        sp_set_flowcontrol(port, SP_FLOWCONTROL_NONE) != SP_OK)
        return RC_IO;
    if (settings->raise_dtr_rts &&
        (sp_set_dtr(port, SP_DTR_ON) != SP_OK || sp_set_rts(port, SP_RTS_ON) != SP_OK))
        return RC_IO;
    return RC_OK;
}

static void release_port(void *ctx, int fd)
{
    struct sp_port *port = ctx;
    (void)fd; /* it is the library's */
    (void)sp_close(port);
    sp_free_port(port);
}

/* The lock comes before the settings: an owner's line must not change under it. */
static enum rc take_port(const struct fdport_setup *setup, struct sp_port *port,
                         const struct line_settings *settings, struct transport **out)
{
    int fd = -1;
    if (sp_get_port_handle(port, &fd) != SP_OK || fd < 0)
        return RC_IO;
    struct transport *taken = NULL;
    enum rc rc = fdport_new(setup, fd, &taken);
    if (rc != RC_OK)
        return rc;
    (void)ioctl(fd, TIOCEXCL); /* keeps others out who know no lock; not all terminals have it */
    rc = set_up(port, settings);
    if (rc == RC_OK)
        rc = fdport_make_raw(fd);
    if (rc != RC_OK) {
        log_say(setup->log, LOG_ERROR, "%s: the line cannot be set to %u baud %u%c%u", setup->name,
                settings->baud, settings->data_bits, settings->parity, settings->stop_bits);
        fdport_abandon(taken);
        return rc;
    }
    fdport_set_owner(taken, (struct fdport_owner){release_port, port});
    *out = taken;
    return RC_OK;
}

static enum rc open_device(const struct fdport_setup *setup, const char *path,
                           const struct line_settings *settings, struct transport **out)
{
    struct sp_port *port = NULL;
    if (sp_get_port_by_name(path, &port) != SP_OK) {
        log_say(setup->log, LOG_ERROR, "%s: is not a serial port", setup->name);
        return RC_IO;
    }
    if (sp_open(port, SP_MODE_READ_WRITE) != SP_OK) {
        int why = sp_last_error_code();
        log_say(setup->log, LOG_ERROR, "%s: cannot be opened: %s", setup->name, strerror(why));
        sp_free_port(port);
        return why == EBUSY ? RC_REFUSED : RC_IO; /* somebody holds it exclusively */
    }
    enum rc rc = take_port(setup, port, settings, out);
    if (rc != RC_OK)
        release_port(port, -1);
    return rc;
}

enum rc serial_open(struct loop *loop, const char *name, const struct line_settings *settings,
                    struct log *log, struct transport **out)
{
    char path[PATH_MAX];
    enum rc rc = resolve(name, log, path);
    if (rc != RC_OK)
        return rc;
    struct fdport_setup setup = {.loop = loop, .name = name, .baud = settings->baud, .log = log};
    if (pty_is_path(path))
        return pty_open(&setup, path, out);
    return open_device(&setup, path, settings, out);
}
