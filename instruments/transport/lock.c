#include "instruments/transport/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { LOCKS_TEXT_MAX = 65536, FIELDS_MAX = 8, FIELD_KIND = 1, FIELD_PID = 4, FIELD_FILE = 5 };

static size_t split_fields(struct span line, struct span *fields)
{
    size_t n = 0, i = 0;
    while (n < FIELDS_MAX) {
        while (i < line.len && line.at[i] == ' ')
            i++;
        size_t start = i;
        while (i < line.len && line.at[i] != ' ')
            i++;
        if (i == start)
            break;
        fields[n++] = (struct span){line.at + start, i - start};
    }
    return n;
}

static pid_t number_of(struct span digits)
{
    pid_t n = 0;
    for (size_t i = 0; i < digits.len && digits.at[i] >= '0' && digits.at[i] <= '9' && i < 9; i++)
        n = n * 10 + (digits.at[i] - '0');
    return n;
}

pid_t port_lock_holder(struct span proc_locks, unsigned major_no, unsigned minor_no, uint64_t inode)
{
    char file[64];
    struct obuf want = {file, 0, sizeof file};
    if (obuf_printf(&want, "%02x:%02x:%llu", major_no, minor_no, (unsigned long long)inode) !=
        RC_OK)
        return 0;
    while (proc_locks.len > 0) {
        const char *end = memchr(proc_locks.at, '\n', proc_locks.len);
        size_t len = end ? (size_t)(end - proc_locks.at) : proc_locks.len;
        struct span fields[FIELDS_MAX];
        size_t n = split_fields((struct span){proc_locks.at, len}, fields);
        if (n > FIELD_FILE && span_is(fields[FIELD_KIND], "FLOCK") &&
            span_equal(fields[FIELD_FILE], obuf_span(&want)))
            return number_of(fields[FIELD_PID]);
        proc_locks = span_skip(proc_locks, len + 1);
    }
    return 0;
}

static pid_t find_holder(int fd)
{
    struct stat file;
    if (fstat(fd, &file) < 0)
        return 0;
    FILE *proc = fopen("/proc/locks", "re");
    if (!proc)
        return 0;
    char text[LOCKS_TEXT_MAX];
    size_t len = fread(text, 1, sizeof text, proc);
    (void)fclose(proc);
    return port_lock_holder((struct span){text, len}, major(file.st_dev), minor(file.st_dev),
                            file.st_ino);
}

enum rc port_lock(int fd, const char *name, struct log *log)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return RC_OK;
    int why = errno;
    if (why != EWOULDBLOCK) {
        log_say(log, LOG_ERROR, "%s: cannot be locked: %s", name, strerror(why));
        return RC_IO;
    }
    pid_t holder = find_holder(fd);
    if (holder > 0 && kill(holder, 0) < 0 && errno == ESRCH)
        log_say(log, LOG_ERROR, "%s: lambdaguard is still putting it at rest: try again", name);
    else if (holder > 0)
        log_say(log, LOG_ERROR, "%s: in use by process %d", name, (int)holder);
    else
        log_say(log, LOG_ERROR, "%s: in use by another process", name);
    return RC_REFUSED;
}
