#include "instruments/transport/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool pty_is_path(const char *path)
{
    return strncmp(path, "/dev/pts/", 9) == 0;
}

enum rc pty_open(const struct fdport_setup *setup, const char *path, struct transport **out)
{
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        log_say(setup->log, LOG_ERROR, "%s: %s", setup->name, strerror(errno));
        return RC_IO;
    }
    struct transport *port = NULL;
    enum rc rc = fdport_new(setup, fd, &port); /* the lock before any change */
    if (rc != RC_OK) {
        (void)close(fd);
        return rc;
    }
    if (fdport_make_raw(fd) != RC_OK) {
        log_say(setup->log, LOG_ERROR, "%s: is not a terminal", setup->name);
        port->ops->close(port);
        return RC_IO;
    }
    *out = port;
    return RC_OK;
}
