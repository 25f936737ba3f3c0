/* SQLite's codes as sentences. */
#include <errno.h>

#include "db/handle.h"

static bool is_full(int code, int system_errno)
{
    return code == SQLITE_FULL ||
           ((code & 0xff) == SQLITE_IOERR &&
            (system_errno == ENOSPC || system_errno == EFBIG || system_errno == EDQUOT)) ||
           code == SQLITE_IOERR_WRITE;
}

static const char *advice(int code)
{
    if (code == SQLITE_READONLY_DBMOVED)
        return "the file was deleted, moved or replaced while results were written to it";
    switch (code & 0xff) {
    case SQLITE_NOTADB:
        return "this is not a database of lambdabench; name another file";
    case SQLITE_CORRUPT:
        return "the file is damaged; keep it, restore a backup or name a new file";
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return "the file or its directory is read-only; change its permissions or name another "
               "file";
    case SQLITE_CANTOPEN:
        return "the file cannot be opened; check that it and its directory may be read and written";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program holds the database for longer than 2 s; end it and try again";
    case SQLITE_NOMEM:
        return "out of memory";
    case SQLITE_CONSTRAINT:
        return "a value that the schema does not allow";
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:
        return "its tables are not those of this program; name another file";
    default:
        return "reading or writing failed; check the disk";
    }
}

void store_describe(int code, int system_errno, const char *path, struct obuf *out)
{
    const char *what = is_full(code, system_errno)
                           ? "disk full, or a limit on the file's size; free space on its disk"
                           : advice(code);
    (void)!obuf_printf(out, "%s: %s (%s", path, what, sqlite3_errstr(code));
    if ((code & 0xff) == SQLITE_IOERR && system_errno)
        (void)!obuf_printf(out, ", system error %d", system_errno);
    (void)!obuf_printf(out, ")");
}
