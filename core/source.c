#include "core/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/diag.h"
#include "core/utf8.h"

enum { FILE_MAX = 4 << 20, LINE_LONGEST = 64 << 10 };

/* ---- checks of the content ---- */

struct fault {
    size_t at, len; /* the offending bytes */
    unsigned line;
    size_t line_start;
    char what[80];
    const char *help;
};

static bool is_plain(const struct source *s, size_t at, uint32_t code)
{
    if (code == '\r')
        return at + 1 < s->len && s->bytes[at + 1] == '\n';
    return code == '\t' || utf8_is_visible(code);
}

/* `n` is the length of the character at `at` (0: not UTF-8). */
static void describe(const struct source *s, struct fault *f, size_t n, uint32_t code)
{
    static const char text_help[] = "is this a text file? save it as UTF-8";
    unsigned char byte = (unsigned char)s->bytes[f->at];
    f->len = n ? n : 1;
    f->help = text_help;
    if (n == 0)
        snprintf(f->what, sizeof f->what, "byte 0x%02x is not valid UTF-8", byte);
    else if (code == 0)
        snprintf(f->what, sizeof f->what, "a NUL byte");
    else if (code == '\r') {
        snprintf(f->what, sizeof f->what, "a carriage return without a line feed");
        f->help = "save the file with LF or CR LF line ends";
    } else {
        snprintf(f->what, sizeof f->what, "control character U+%04X", (unsigned)code);
        f->help = "delete this invisible character";
    }
}

/* False and the first fault, or true. */
static bool check_text(const struct source *s, struct fault *f)
{
    *f = (struct fault){.line = 1, .line_start = s->start, .at = s->start};
    while (f->at < s->len) {
        uint32_t code = 0;
        size_t n = utf8_take((struct span){s->bytes + f->at, s->len - f->at}, &code);
        if (code == '\n') {
            f->line++;
            f->line_start = ++f->at;
            continue;
        }
        if (n == 0 || !is_plain(s, f->at, code)) {
            describe(s, f, n, code);
            return false;
        }
        f->at += n;
        if (f->at - f->line_start > LINE_LONGEST) {
            snprintf(f->what, sizeof f->what, "the line is longer than 64 KiB");
            f->help = "is this the right file? break the line up";
            f->at = f->line_start;
            f->len = 1;
            return false;
        }
    }
    return true;
}

static bool looks_like_utf16(struct span text)
{
    return text.len >= 2 &&
           (memcmp(text.at, "\xff\xfe", 2) == 0 || memcmp(text.at, "\xfe\xff", 2) == 0);
}

static void complain(struct diag *diag, const char *name, const char *what, const char *help)
{
    diag_add(diag, DIAG_ERROR, (struct place){.file = name}, help, "%s", what);
}

/* Takes `bytes` (len bytes and room for a NUL) over, also on failure. */
static enum rc adopt(const char *name, char *bytes, size_t len, struct diag *diag,
                     struct source **out)
{
    struct source *s = calloc(1, sizeof *s);
    char *own_name = strdup(name);
    if (!s || !own_name) {
        complain(diag, name, "out of memory", NULL);
        free(s);
        free(own_name);
        free(bytes);
        return RC_IO;
    }
    bytes[len] = '\0';
    bool bom = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
    *s = (struct source){.name = own_name, .bytes = bytes, .len = len, .start = bom ? 3 : 0};

    struct fault fault;
    if (looks_like_utf16((struct span){bytes, len})) {
        complain(diag, name, "the file is UTF-16, not UTF-8", "save it as UTF-8");
    } else if (!check_text(s, &fault)) {
        struct place at = {.source = s,
                           .line = fault.line,
                           .col = (unsigned)(fault.at - fault.line_start) + 1,
                           .len = (unsigned)fault.len};
        diag_add(diag, DIAG_ERROR, at, fault.help, "%s", fault.what);
    } else {
        *out = s;
        return RC_OK;
    }
    source_free(s);
    return RC_CONFIG;
}

/* ---- reading ---- */

static enum rc refuse_open(const char *path, int error, struct diag *diag)
{
    struct place at = {.file = path};
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        diag_add(
            diag, DIAG_ERROR, at,
            "check the spelling; a relative path starts at the folder you are in, in a file at "
            "the file's own",
            "there is no such file");
        return RC_CONFIG;
    case EACCES:
    case EPERM:
        diag_add(diag, DIAG_ERROR, at, "change its permissions, or run as a user who may read it",
                 "no permission to read the file");
        return RC_IO;
    default:
        diag_add(diag, DIAG_ERROR, at, NULL, "cannot read the file: %s", strerrordesc_np(error));
        return RC_IO;
    }
}

static const char *refuse_kind(const struct stat *st, const char **help)
{
    if (S_ISDIR(st->st_mode)) {
        *help = "name a file in it";
        return "this is a folder, not a file";
    }
    if (!S_ISREG(st->st_mode)) {
        *help = "save the text to a file first";
        return "not a regular file (a pipe, a socket or a device)";
    }
    if (st->st_size > FILE_MAX) {
        *help = "is this the right file? split it";
        return "the file is larger than 4 MiB";
    }
    return NULL;
}

/* The whole file in one block, one byte longer than it is. */
static enum rc read_all(const char *path, int fd, size_t size, struct diag *diag, char **out)
{
    size_t len = 0;
    char *bytes = malloc(size + 1);
    if (!bytes) {
        complain(diag, path, "out of memory", NULL);
        return RC_IO;
    }
    while (len <= size) {
        ssize_t n = read(fd, bytes + len, size + 1 - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            free(bytes);
            return refuse_open(path, errno, diag);
        }
        if (n == 0)
            break;
        len += (size_t)n;
    }
    if (len != size) {
        complain(diag, path, "the file changed while it was read", "try again");
        free(bytes);
        return RC_IO;
    }
    *out = bytes;
    return RC_OK;
}

enum rc source_load(const char *path, struct diag *diag, struct source **out)
{
    struct stat st;
    char *bytes = NULL;
    const char *help = NULL;
    enum rc rc = RC_CONFIG;
    /* O_NONBLOCK: opening a pipe without a writer must not hang. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return refuse_open(path, errno, diag);
    if (fstat(fd, &st) < 0) {
        rc = refuse_open(path, errno, diag);
        goto close_file;
    }
    const char *refusal = refuse_kind(&st, &help);
    if (refusal) {
        complain(diag, path, refusal, help);
        goto close_file;
    }
    rc = read_all(path, fd, (size_t)st.st_size, diag, &bytes);
    if (rc == RC_OK)
        rc = adopt(path, bytes, (size_t)st.st_size, diag, out);
close_file:
    close(fd);
    return rc;
}

enum rc source_from_text(const char *name, struct span text, struct diag *diag, struct source **out)
{
    if (text.len > FILE_MAX) {
        complain(diag, name, "the text is larger than 4 MiB", NULL);
        return RC_CONFIG;
    }
    char *bytes = malloc(text.len + 1);
    if (!bytes) {
        complain(diag, name, "out of memory", NULL);
        return RC_IO;
    }
    if (text.len)
        memcpy(bytes, text.at, text.len);
    return adopt(name, bytes, text.len, diag, out);
}

void source_free(struct source *source)
{
    if (!source)
        return;
    free(source->name);
    free(source->bytes);
    free(source);
}

/* ---- use ---- */

struct span source_line(const struct source *source, unsigned line)
{
    const char *at = source->bytes + source->start, *end = source->bytes + source->len;
    for (unsigned i = 1; i < line && at < end; i++) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        at = feed ? feed + 1 : end;
    }
    if (line == 0 || at == end)
        return (struct span){end, 0};
    const char *feed = memchr(at, '\n', (size_t)(end - at));
    const char *stop = feed ? feed : end;
    if (feed && stop > at && stop[-1] == '\r')
        stop--;
    return (struct span){at, (size_t)(stop - at)};
}

enum rc source_path_beside(const char *beside, struct span name, char *out, size_t cap)
{
    const char *slash = strrchr(beside, '/');
    bool absolute = name.len > 0 && name.at[0] == '/';
    size_t folder = slash && !absolute ? (size_t)(slash - beside) + 1 : 0;
    if (folder >= cap || name.len >= cap - folder)
        return RC_NOSPACE;
    memcpy(out, beside, folder);
    if (name.len)
        memcpy(out + folder, name.at, name.len);
    out[folder + name.len] = '\0';
    return RC_OK;
}
