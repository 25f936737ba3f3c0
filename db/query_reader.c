#include <math.h>
#include <stdlib.h>

#include "db/query_private.h"

struct reader reader_of(struct store *store, const char *sql, int64_t id)
{
    struct reader reader = {0};
    reader.code = sqlite3_prepare_v2(store->db, sql, -1, &reader.statement, NULL);
    if (reader.code == SQLITE_OK && sqlite3_bind_parameter_count(reader.statement) > 0)
        reader.code = sqlite3_bind_int64(reader.statement, 1, id);
    return reader;
}

bool reader_next(struct reader *reader)
{
    if (reader->code == SQLITE_OK || reader->code == SQLITE_ROW)
        reader->code = sqlite3_step(reader->statement);
    return reader->code == SQLITE_ROW;
}

enum rc reader_end(struct reader *reader, struct store *store, struct log *log)
{
    int code = reader->code;
    (void)sqlite3_finalize(reader->statement);
    reader->statement = NULL;
    if (code == SQLITE_DONE || code == SQLITE_OK || code == SQLITE_ROW)
        return RC_OK;
    char text[600];
    struct obuf out = {text, 0, sizeof text};
    store_describe(code, sqlite3_system_errno(store->db), store->path, &out);
    if (log)
        log_say(log, LOG_ERROR, "%.*s", (int)out.len, text);
    return (code & 0xff) == SQLITE_CORRUPT ? RC_CONFIG : RC_IO;
}

char *reader_text(struct reader *reader, int column)
{
    const char *text = (const char *)sqlite3_column_text(reader->statement, column);
    if (!text)
        return NULL;
    char *copy = strdup(text);
    if (!copy)
        reader->code = SQLITE_NOMEM;
    return copy;
}

double reader_real(struct reader *reader, int column)
{
    if (sqlite3_column_type(reader->statement, column) == SQLITE_NULL)
        return (double)NAN;
    return sqlite3_column_double(reader->statement, column);
}

int64_t reader_int(struct reader *reader, int column, int64_t if_null)
{
    if (sqlite3_column_type(reader->statement, column) == SQLITE_NULL)
        return if_null;
    return sqlite3_column_int64(reader->statement, column);
}

void reader_copy(struct reader *reader, int column, char *out, size_t cap)
{
    const char *text = (const char *)sqlite3_column_text(reader->statement, column);
    snprintf(out, cap, "%s", text ? text : "");
}

void *reader_grow(struct reader *reader, void **items, size_t *count, size_t size)
{
    bool is_full = (*count & (*count - 1)) == 0; /* 0 or a power of two */
    if (is_full || !*items) {
        void *bigger = reallocarray(*items, *count ? *count * 2 : 1, size);
        if (!bigger) {
            reader->code = SQLITE_NOMEM;
            return NULL;
        }
        *items = bigger;
    }
    char *item = (char *)*items + *count * size;
    memset(item, 0, size);
    ++*count;
    return item;
}

double *reader_numbers(size_t count)
{
    return calloc(count + 1, sizeof(double));
}
