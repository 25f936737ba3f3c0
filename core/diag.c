#include "core/diag.h"

#include <stdlib.h>

#include "core/source.h"
#include "core/utf8.h"

enum { WINDOW = 96, MARGIN = 24, TAB = 4, WORD_MAX = 64 };

void diag_init(struct diag *diag)
{
    *diag = (struct diag){0};
}

static void entry_fini(struct diag_entry *entry)
{
    free(entry->file);
    free(entry->message);
    free(entry->help);
    free(entry->text);
}

void diag_fini(struct diag *diag)
{
    for (size_t i = 0; i < diag->count; i++)
        entry_fini(&diag->entries[i]);
    free(diag->entries);
    diag_init(diag);
}

/* ---- adding ---- */

static bool is_known(const struct diag *diag, const struct diag_entry *entry)
{
    for (size_t i = 0; i < diag->count; i++) {
        const struct diag_entry *e = &diag->entries[i];
        if (e->line == entry->line && e->col == entry->col && e->severity == entry->severity &&
            strcmp(e->file, entry->file) == 0 && strcmp(e->message, entry->message) == 0)
            return true;
    }
    return false;
}

static bool has_room(struct diag *diag)
{
    if (diag->count >= DIAG_MAX)
        return false;
    if (diag->count < diag->cap)
        return true;
    size_t cap = diag->cap ? diag->cap * 2 : 8;
    struct diag_entry *bigger = reallocarray(diag->entries, cap, sizeof *bigger);
    if (!bigger)
        return false;
    diag->entries = bigger;
    diag->cap = cap;
    return true;
}

/* The store is full: the newest entry that is no error makes room for one. */
static bool drop_one(struct diag *diag)
{
    for (size_t i = diag->count; i-- > 0;) {
        if (diag->entries[i].severity == DIAG_ERROR)
            continue;
        entry_fini(&diag->entries[i]);
        diag->entries[i] = diag->entries[--diag->count];
        return true;
    }
    return false;
}

void diag_add(struct diag *diag, enum severity severity, struct place at, const char *help,
              const char *format, ...)
{
    const char *file = at.source ? at.source->name : at.file ? at.file : "";
    struct diag_entry entry = {
        .severity = severity, .line = at.line, .col = at.col, .len = at.len, .file = strdup(file)};
    va_list args;
    va_start(args, format);
    if (vasprintf(&entry.message, format, args) < 0)
        entry.message = NULL;
    va_end(args);
    entry.help = help ? strdup(help) : NULL;
    if (at.source && at.line > 0) {
        struct span line = source_line(at.source, at.line);
        entry.text = strndup(line.at, line.len);
    }

    bool whole = entry.file && entry.message;
    if (whole && is_known(diag, &entry)) {
        entry_fini(&entry);
        return;
    }
    diag->errors += severity == DIAG_ERROR;
    diag->warnings += severity == DIAG_WARNING;
    if (whole && (has_room(diag) || (severity == DIAG_ERROR && drop_one(diag))))
        diag->entries[diag->count++] = entry;
    else
        entry_fini(&entry);
}

/* ---- printing ---- */

/* One character, tab or stray byte of a line, as it will be shown. */
struct glyph {
    size_t bytes, width;
    char shown[8];
};

static struct glyph glyph_at(struct span text, size_t column)
{
    struct glyph g = {.bytes = 1};
    uint32_t code = 0;
    size_t n = utf8_take(text, &code);
    if (text.at[0] == '\t') {
        g.width = TAB - column % TAB;
        memset(g.shown, ' ', g.width);
    } else if (n > 0 && utf8_is_visible(code)) {
        g.bytes = n;
        g.width = 1;
        memcpy(g.shown, text.at, n);
    } else {
        snprintf(g.shown, sizeof g.shown, "\\x%02x", (unsigned char)text.at[0]);
        g.width = 4;
    }
    return g;
}

/* Message, help and file name: any byte may come from outside. */
static void print_safely(FILE *to, const char *text)
{
    struct span rest = span_text(text);
    while (rest.len > 0) {
        struct glyph g = glyph_at(rest, 0);
        fputs(g.shown, to);
        rest = span_skip(rest, g.bytes);
    }
}

/* Column on the screen of byte `offset`, columns counted from 0. */
static size_t column_of(struct span line, size_t offset)
{
    size_t column = 0;
    for (size_t at = 0; at < offset && at < line.len;) {
        struct glyph g = glyph_at(span_skip(line, at), column);
        column += g.width;
        at += g.bytes;
    }
    return column;
}

/* The columns from..from+WINDOW of a line. */
static void print_window(FILE *to, struct span line, size_t from)
{
    size_t column = 0;
    fputs(from > 0 ? "    ..." : "    ", to);
    for (size_t at = 0; at < line.len;) {
        struct glyph g = glyph_at(span_skip(line, at), column);
        if (column >= from + WINDOW) {
            fputs("...", to);
            break;
        }
        if (column >= from)
            fputs(g.shown, to);
        else if (column + g.width > from) /* keep the caret right under a cut tab */
            fprintf(to, "%*s", (int)(column + g.width - from), "");
        column += g.width;
        at += g.bytes;
    }
    fputc('\n', to);
}

static void print_caret(FILE *to, size_t indent, size_t width)
{
    fprintf(to, "    %*s", (int)indent, "");
    for (size_t i = 0; i < width; i++)
        fputc('^', to);
}

static void print_excerpt(FILE *to, const struct diag_entry *e, const char *paint,
                          const char *plain)
{
    struct span line = span_text(e->text);
    size_t offset = e->col > 0 ? e->col - 1 : 0;
    offset = offset < line.len ? offset : line.len;
    size_t blank = strspn(e->text, " \t");
    blank = e->col > 0 && blank > offset ? offset : blank;
    line = span_skip(line, blank);
    offset -= blank < offset ? blank : offset;

    size_t len = e->len < line.len - offset ? e->len : line.len - offset;
    size_t first = column_of(line, offset), last = column_of(line, offset + len);
    size_t from = first > WINDOW - MARGIN ? first - MARGIN : 0;
    print_window(to, line, from);
    if (e->col == 0)
        return;
    last = last > first ? last : first + 1;
    last = last < from + WINDOW ? last : from + WINDOW;
    fputs(paint, to);
    print_caret(to, first - from + (from > 0 ? 3 : 0), last - first);
    fprintf(to, "%s\n", plain);
}

static void print_entry(FILE *to, const struct diag_entry *e, bool color)
{
    static const char *const names[] = {
        [DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_NOTE] = "note"};
    static const char *const paints[] = {
        [DIAG_ERROR] = "\x1b[1;31m", [DIAG_WARNING] = "\x1b[33m", [DIAG_NOTE] = "\x1b[36m"};
    const char *paint = color ? paints[e->severity] : "", *plain = color ? "\x1b[0m" : "";
    print_safely(to, e->file);
    if (e->line > 0)
        fprintf(to, ":%u", e->line);
    if (e->line > 0 && e->col > 0)
        fprintf(to, ":%u", e->col);
    fprintf(to, "%s%s%s:%s ", e->file[0] ? ": " : "", paint, names[e->severity], plain);
    print_safely(to, e->message);
    fputc('\n', to);
    if (e->text && e->text[0])
        print_excerpt(to, e, paint, plain);
    if (e->help) {
        fputs("    help: ", to);
        print_safely(to, e->help);
        fputc('\n', to);
    }
}

static bool is_before(const struct diag_entry *a, const struct diag_entry *b)
{
    int order = strcmp(a->file, b->file);
    if (order != 0)
        return order < 0;
    return a->line != b->line ? a->line < b->line : a->col < b->col;
}

/* Where not all can be shown, what is no error gives way. */
static bool print_unless_crowded(FILE *to, const struct diag_entry *e, const struct diag *diag,
                                 size_t shown, bool color)
{
    bool crowded = diag->count > DIAG_SHOWN && diag->errors > 0;
    if (shown == DIAG_SHOWN || (crowded && e->severity != DIAG_ERROR))
        return false;
    print_entry(to, e, color);
    return true;
}

void diag_print(const struct diag *diag, FILE *to, bool color)
{
    const struct diag_entry *sorted[DIAG_MAX];
    size_t count = 0, notes = 0;
    for (size_t i = 0; i < diag->count; i++) {
        size_t k = count++;
        for (; k > 0 && is_before(&diag->entries[i], sorted[k - 1]); k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = &diag->entries[i];
        notes += diag->entries[i].severity == DIAG_NOTE;
    }
    size_t shown = 0;
    for (size_t i = 0; i < count; i++)
        shown += print_unless_crowded(to, sorted[i], diag, shown, color);
    size_t total = notes + diag->errors + diag->warnings;
    if (total > shown)
        fprintf(to, "... and %zu more\n", total - shown);
}

/* ---- suggesting ---- */

/* Levenshtein, one row at a time; both at most WORD_MAX - 1 long. */
static size_t distance(struct span a, struct span b)
{
    size_t row[WORD_MAX];
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t change = diagonal + (a.at[i - 1] != b.at[j - 1]);
            diagonal = row[j];
            size_t insert = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = change < insert ? change : insert;
        }
    }
    return row[b.len];
}

const char *diag_suggest(struct span word, const char *(*name)(const void *ctx, size_t i),
                         const void *ctx, size_t count)
{
    const char *best = NULL;
    size_t best_distance = 3;
    if (word.len >= WORD_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *candidate = name(ctx, i);
        struct span text = span_text(candidate ? candidate : "");
        if (text.len == 0 || text.len >= WORD_MAX)
            continue;
        size_t d = distance(word, text);
        if (d < best_distance && 2 * d < word.len) {
            best = candidate;
            best_distance = d;
        }
    }
    return best;
}
