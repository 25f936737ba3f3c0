/* Shared by the files of the queries only. */
#ifndef DB_QUERY_PRIVATE_H
#define DB_QUERY_PRIVATE_H

#include "db/handle.h"
#include "db/query.h"

/* A query with its parameters bound one after the other, and what became of it. */
struct reader {
    sqlite3_stmt *statement;
    int code;
};

/* `id` for ?1 of every query here. */
struct reader reader_of(struct store *store, const char *sql, int64_t id);
/* True while there is a row. */
bool reader_next(struct reader *reader);
/* Says what went wrong, if anything. */
enum rc reader_end(struct reader *reader, struct store *store, struct log *log);

char *reader_text(struct reader *reader, int column);  /* on the heap; NULL stays NULL */
double reader_real(struct reader *reader, int column); /* NULL: NaN */
int64_t reader_int(struct reader *reader, int column, int64_t if_null);
void reader_copy(struct reader *reader, int column, char *out, size_t cap);

/* Zeroed, on the heap; NULL: out of memory. */
double *reader_numbers(size_t count);

/* Room for one more item at the end of a list that grows by doubling; the new one is zeroed. NULL:
 * out of memory, and the reader ends. */
void *reader_grow(struct reader *reader, void **items, size_t *count, size_t size);

#endif
