/* Makes the unmodified libserialport open a pseudo-terminal. It accepts only /dev/NAME with an
 * entry in /sys/class/tty, and asks for modem lines, which a pseudo-terminal has not. The functions
 * here stand in the test program, so they are found before the C library's, by the shared library
 * too:
 *
 *   /dev/ttyBENCH<x>            is opened as $LAMBDABENCH_PTYS/ttyBENCH<x>, a link to /dev/pts/N
 *   /sys/class/tty/ttyBENCH<x>  exists while that link does
 *   TIOCMGET/MSET/MBIS/MBIC     work on one set of lines for all, readable by ptyshim_lines()
 *
 * Included by the test that uses it, into no other program. */
#include "tests/support/ptyshim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int __lxstat(int version, const char *path, struct stat *out);
int __open_2(const char *path, int flags);

static int modem_lines;

int ptyshim_lines(void)
{
    return modem_lines;
}

/* The link that stands for `path` below `prefix`; false: this is none of ours. */
static bool link_for(const char *path, const char *prefix, char *out, size_t cap)
{
    const char *dir = getenv("LAMBDABENCH_PTYS");
    size_t n = strlen(prefix);
    if (!dir || strncmp(path, prefix, n) != 0 || strncmp(path + n, "ttyBENCH", 8) != 0)
        return false;
    int len = snprintf(out, cap, "%s/%s", dir, path + n);
    return len > 0 && (size_t)len < cap && faccessat(AT_FDCWD, out, F_OK, 0) == 0;
}

static int open_any(const char *path, int flags, mode_t mode)
{
    char link[PATH_MAX];
    if (link_for(path, "/dev/", link, sizeof link))
        path = link;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? (mode_t)va_arg(args, unsigned) : 0;
    va_end(args);
    return open_any(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? (mode_t)va_arg(args, unsigned) : 0;
    va_end(args);
    return open_any(path, flags, mode);
}

/* What a fortified library calls when there is no mode. */
int __open_2(const char *path, int flags)
{
    return open_any(path, flags, 0);
}

int lstat(const char *restrict path, struct stat *restrict out)
{
    char link[PATH_MAX];
    if (!link_for(path, "/sys/class/tty/", link, sizeof link))
        return fstatat(AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW);
    *out = (struct stat){.st_mode = S_IFLNK | 0777};
    return 0;
}

/* Under this name the library of Debian 12 asks. */
int __lxstat(int version, const char *path, struct stat *out)
{
    (void)version;
    return lstat(path, out);
}

ssize_t readlink(const char *restrict path, char *restrict out, size_t cap)
{
    static const char target[] = "../../devices/platform/bench/tty/ttyBENCH";
    char link[PATH_MAX];
    if (!link_for(path, "/sys/class/tty/", link, sizeof link))
        return syscall(SYS_readlinkat, AT_FDCWD, path, out, cap);
    size_t n = strlen(target) < cap ? strlen(target) : cap;
    memcpy(out, target, n);
    return (ssize_t)n;
}

char *realpath(const char *restrict path, char *restrict out)
{
    char link[PATH_MAX];
    if (link_for(path, "/dev/", link, sizeof link) && out)
        return strcpy(out, path);
    char *(*next)(const char *, char *);
    void *symbol = dlsym(RTLD_NEXT, "realpath");
    memcpy(&next, &symbol, sizeof next);
    return next(path, out);
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    va_start(args, request);
    void *argument = va_arg(args, void *);
    va_end(args);
    switch (request) {
    case TIOCMGET:
        *(int *)argument = modem_lines;
        return 0;
    case TIOCMSET:
        modem_lines = *(int *)argument;
        return 0;
    case TIOCMBIS:
        modem_lines |= *(int *)argument;
        return 0;
    case TIOCMBIC:
        modem_lines &= ~*(int *)argument;
        return 0;
    default:
        return (int)syscall(SYS_ioctl, fd, request, argument);
    }
}
