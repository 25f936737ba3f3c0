#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "instruments/simhost_private.h"
#include "instruments/transport/fdport.h"

enum { READ_MAX = 4096 };

/* A client that reads too slowly loses bytes, as on a real line: the queue stays bounded. */
void simhost_pty_send(struct simhost *host, struct span bytes)
{
    ssize_t n = write(host->pty.master, bytes.at, bytes.len);
    (void)n;
}

static void read_master(void *ctx, uint32_t events)
{
    struct simhost *host = ctx;
    char bytes[READ_MAX];
    (void)events;
    ssize_t n = read(host->pty.master, bytes, sizeof bytes);
    if (n > 0)
        (void)!lane_put(&host->to_units, (struct span){bytes, (size_t)n}, loop_now(host->loop));
}

void simhost_pty_close(struct simhost *host)
{
    struct simhost_pty *pty = &host->pty;
    if (pty->master >= 0) {
        loop_unwatch(host->loop, &pty->watch);
        (void)close(pty->master);
    }
    if (pty->slave >= 0)
        (void)close(pty->slave);
    pty->master = pty->slave = -1;
}

/* A fresh PTY echoes and edits lines; and without one slave end open the master would hang up
 * whenever no client is there. */
static enum rc open_pair(struct simhost_pty *pty, char *path, size_t cap)
{
    pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (pty->master < 0 || grantpt(pty->master) < 0 || unlockpt(pty->master) < 0 ||
        ptsname_r(pty->master, path, cap) != 0)
        return RC_IO;
    pty->slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (pty->slave < 0)
        return RC_IO;
    return fdport_make_raw(pty->slave);
}

enum rc simhost_serve_pty(struct simhost *host, bool paced, char *path, size_t cap)
{
    struct simhost_pty *pty = &host->pty;
    if (pty->master >= 0 || host->port)
        return RC_REFUSED;
    enum rc rc = open_pair(pty, path, cap);
    if (rc == RC_OK) {
        pty->watch =
            (struct watch){.fd = pty->master, .events = EPOLLIN, .ready = read_master, .ctx = host};
        rc = loop_watch(host->loop, &pty->watch);
    }
    if (rc != RC_OK) {
        simhost_pty_close(host);
        return RC_IO;
    }
    host->to_units.baud = paced ? host->baud : 0;
    host->to_client.baud = host->to_units.baud;
    return RC_OK;
}
