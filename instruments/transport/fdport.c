#include "instruments/transport/fdport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <termios.h>
#include <unistd.h>

#include "instruments/transport/lane.h"
#include "instruments/transport/lock.h"

enum { READ_MAX = 4096 };

struct fdport {
    struct transport base;
    struct loop *loop;
    struct watch watch;
    struct fdport_owner owner;
    unsigned baud;
    bool gone;
};

static struct fdport *fdport_of(struct transport *transport)
{
    return (struct fdport *)transport; /* `base` is the first member */
}

static void hang_up(struct fdport *port, const char *why)
{
    if (port->gone)
        return;
    port->gone = true;
    loop_unwatch(port->loop, &port->watch);
    if (port->base.events.closed)
        port->base.events.closed(port->base.events.ctx, why);
}

/* A hang-up shows only in the poll events: the read after it returns 0 as it does for "no data"
 * when VMIN is 0. Hence the order. The callback may close the port: nothing is touched after it. */
static void handle_ready(void *ctx, uint32_t events)
{
    struct fdport *port = ctx;
    if (events & (EPOLLHUP | EPOLLERR)) {
        hang_up(port, "hung up");
        return;
    }
    if (!(events & EPOLLIN))
        return;
    char bytes[READ_MAX];
    ssize_t n = read(port->watch.fd, bytes, sizeof bytes);
    if (n == 0)
        hang_up(port, "hung up");
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        hang_up(port, strerror(errno));
    else if (n > 0 && port->base.events.bytes)
        port->base.events.bytes(port->base.events.ctx, (struct span){bytes, (size_t)n});
}

/* After a part the rest is never sent: the peer is out of step then, and the link's ladder for an
 * unanswered request brings it back. */
static enum rc write_all(struct transport *transport, struct span bytes)
{
    struct fdport *port = fdport_of(transport);
    if (port->gone)
        return RC_IO;
    for (;;) {
        ssize_t n = write(port->watch.fd, bytes.at, bytes.len);
        if (n >= 0)
            return (size_t)n == bytes.len ? RC_OK : RC_TIMEOUT;
        if (errno == EAGAIN)
            return RC_TIMEOUT;
        if (errno != EINTR)
            return RC_IO;
    }
}

static void close_port(struct transport *transport)
{
    struct fdport *port = fdport_of(transport);
    loop_unwatch(port->loop, &port->watch);
    (void)tcflush(port->watch.fd, TCIOFLUSH); /* or close would wait for a dead line to drain */
    if (port->owner.release)
        port->owner.release(port->owner.ctx, port->watch.fd);
    else
        (void)close(port->watch.fd);
    free(port);
}

static int descriptor(const struct transport *transport)
{
    return ((const struct fdport *)transport)->watch.fd;
}

static struct duration wire_time(const struct transport *transport, size_t bytes)
{
    return lane_wire_time(((const struct fdport *)transport)->baud, bytes);
}

static const struct transport_ops fdport_ops = {
    .write = write_all, .close = close_port, .fd = descriptor, .wire_time = wire_time};

static enum rc prepare(int fd, const char *name, struct log *log)
{
    enum rc rc = port_lock(fd, name, log);
    if (rc != RC_OK)
        return rc;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
        log_say(log, LOG_ERROR, "%s: %s", name, strerror(errno));
        return RC_IO;
    }
    return RC_OK;
}

enum rc fdport_new(const struct fdport_setup *setup, int fd, struct transport **out)
{
    enum rc rc = prepare(fd, setup->name, setup->log);
    if (rc != RC_OK)
        return rc;
    struct fdport *port = calloc(1, sizeof *port);
    if (!port)
        return RC_NOSPACE;
    port->base.ops = &fdport_ops;
    (void)snprintf(port->base.name, sizeof port->base.name, "%s", setup->name);
    port->loop = setup->loop;
    port->baud = setup->baud;
    port->watch = (struct watch){.fd = fd, .events = EPOLLIN, .ready = handle_ready, .ctx = port};
    rc = loop_watch(port->loop, &port->watch);
    if (rc != RC_OK) {
        free(port);
        return rc;
    }
    *out = &port->base;
    return RC_OK;
}

void fdport_set_owner(struct transport *transport, struct fdport_owner owner)
{
    fdport_of(transport)->owner = owner;
}

void fdport_abandon(struct transport *transport)
{
    struct fdport *port = fdport_of(transport);
    loop_unwatch(port->loop, &port->watch);
    free(port);
}

enum rc fdport_make_raw(int fd)
{
    struct termios settings;
    if (tcgetattr(fd, &settings) < 0)
        return RC_IO;
    settings.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL |
                                    IXON | IXOFF | IXANY);
    settings.c_oflag &= ~(tcflag_t)OPOST;
    settings.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    settings.c_cflag &= ~(tcflag_t)HUPCL;
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    return tcsetattr(fd, TCSANOW, &settings) < 0 ? RC_IO : RC_OK;
}
