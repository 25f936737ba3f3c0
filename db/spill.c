#include "db/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1 << 20 };

static void name_place(char path[SPILL_PATH_MAX], const char *folder, const char *database)
{
    int n = snprintf(path, SPILL_PATH_MAX, "%s%s-spill.ndjson", folder, database);
    if (n < 0 || n >= SPILL_PATH_MAX)
        path[0] = '\0';
}

void spill_init(struct spill *spill, const char *database)
{
    const char *slash = strrchr(database, '/');
    *spill = (struct spill){.fd = -1};
    name_place(spill->path[0], "", database);
    name_place(spill->path[1], "/var/tmp/", slash ? slash + 1 : database);
}

void spill_fini(struct spill *spill)
{
    if (spill->fd >= 0)
        close(spill->fd);
    free(spill->line.at);
    spill->fd = -1;
    spill->line = (struct obuf){0};
}

/* In a folder that is everybody's, nobody's file or link is written to but an own one. */
static int open_place(const struct spill *spill)
{
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
    return spill->path[spill->place][0] ? open(spill->path[spill->place], flags, 0600) : -1;
}

static bool write_line(const struct spill *spill)
{
    struct span left = obuf_span(&spill->line);
    while (left.len) {
        ssize_t n = write(spill->fd, left.at, left.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        left = span_skip(left, (size_t)n);
    }
    return true;
}

/* A half line at the end of a full file is no line; an empty file is no file. */
static void leave_place(struct spill *spill)
{
    if (spill->fd >= 0)
        close(spill->fd);
    if (spill->fd >= 0 && !spill->wrote[spill->place])
        (void)unlink(spill->path[spill->place]);
    spill->fd = -1;
    spill->place++;
}

static bool keep_line(struct spill *spill)
{
    for (; spill->place < SPILL_PLACES; leave_place(spill)) {
        if (spill->fd < 0)
            spill->fd = open_place(spill);
        if (spill->fd < 0 || !write_line(spill))
            continue;
        spill->wrote[spill->place] = true;
        return true;
    }
    return false;
}

void spill_put(struct spill *spill, const struct job *job)
{
    struct obuf *line = &spill->line;
    if (!line->at) {
        line->at = malloc(LINE_MAX_BYTES);
        line->cap = line->at ? LINE_MAX_BYTES : 0;
    }
    line->len = 0;
    if (!line->at || job_put_json(job, line) != RC_OK || !keep_line(spill))
        spill->failed = true;
}

void spill_tell(const struct spill *spill, struct obuf *out)
{
    const char *before = "; what could not be stored is in ";
    for (unsigned i = 0; i < SPILL_PLACES; i++) {
        if (!spill->wrote[i])
            continue;
        (void)!obuf_printf(out, "%s%s", before, spill->path[i]);
        before = " and ";
    }
    if (spill->failed)
        (void)!obuf_printf(out, "%s",
                           spill->wrote[0] || spill->wrote[1]
                               ? ", but not all of it"
                               : "; what could not be stored is lost: there is no room in "
                                 "/var/tmp either");
}
