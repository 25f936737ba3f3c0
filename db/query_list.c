/* The list of runs, and the hash of everything. */
#include <stdlib.h>

#include "core/hash.h"
#include "db/query_private.h"

static const char list_sql[] =
    "SELECT lower(hex(r.uuid)),lower(hex(b.uuid)),d.serial,d.part,r.verdict,s.name,b.program,"
    "r.first_fail,b.state,b.started,r.site FROM run r JOIN batch b ON b.id=r.batch_id"
    " JOIN dut d ON d.id=r.dut_id JOIN station s ON s.id=b.station_id"
    " WHERE b.started>=?1 AND (?2 IS NULL OR r.verdict=?2) AND (?3 IS NULL OR d.part=?3)"
    " AND (?4 IS NULL OR d.serial=?4) ORDER BY r.id DESC LIMIT ?5";

enum rc query_list(struct store *store, const struct list_filter *filter, struct list_row **out,
                   size_t *count)
{
    struct reader r = reader_of(store, list_sql, filter->since_us ? filter->since_us : INT64_MIN);
    if (r.code == SQLITE_OK) {
        sql_text(r.statement, 2, filter->verdict);
        sql_text(r.statement, 3, filter->part);
        sql_text(r.statement, 4, filter->serial);
        (void)sqlite3_bind_int64(r.statement, 5, filter->limit ? filter->limit : 50);
    }
    struct list_row *row;
    char stored[sizeof row->state];
    void *items = NULL;
    size_t rows = 0;
    while (reader_next(&r) && (row = reader_grow(&r, &items, &rows, sizeof *row))) {
        reader_copy(&r, 0, row->uuid, sizeof row->uuid);
        reader_copy(&r, 1, row->batch, sizeof row->batch);
        reader_copy(&r, 2, row->serial, sizeof row->serial);
        reader_copy(&r, 3, row->part, sizeof row->part);
        reader_copy(&r, 4, row->verdict, sizeof row->verdict);
        reader_copy(&r, 5, row->station, sizeof row->station);
        reader_copy(&r, 6, row->program, sizeof row->program);
        reader_copy(&r, 7, row->first_fail, sizeof row->first_fail);
        reader_copy(&r, 8, stored, sizeof stored);
        snprintf(row->state, sizeof row->state, "%s", store_state_now(store, stored));
        row->started_us = reader_int(&r, 9, 0);
        row->site = reader_int(&r, 10, 0);
    }
    enum rc rc = reader_end(&r, store, NULL);
    if (rc != RC_OK) {
        free(items);
        return rc;
    }
    *out = items;
    *count = rows;
    return RC_OK;
}

/* ---- the hash: a chain over the rows, each value with its type and length ---- */

static void chain(struct sha256 *state, struct span bytes)
{
    struct {
        struct sha256 before, of;
    } link = {*state, hash_sha256(bytes)};
    *state = hash_sha256((struct span){(const char *)&link, sizeof link});
}

static void chain_column(struct sha256 *state, sqlite3_stmt *s, int column)
{
    char text[48];
    struct obuf out = {text, 0, sizeof text};
    int type = sqlite3_column_type(s, column);
    int64_t bits = type == SQLITE_INTEGER ? sqlite3_column_int64(s, column) : 0;
    double real = type == SQLITE_FLOAT ? sqlite3_column_double(s, column) : 0;
    if (type == SQLITE_FLOAT)
        memcpy(&bits, &real, sizeof bits);
    (void)!obuf_printf(&out, "%d:%lld", type, (long long)bits);
    chain(state, obuf_span(&out));
    if (type == SQLITE_TEXT || type == SQLITE_BLOB) {
        const char *bytes = sqlite3_column_blob(s, column);
        chain(state, (struct span){bytes, (size_t)sqlite3_column_bytes(s, column)});
    }
}

enum rc query_content_hash(struct store *store, char hex[65])
{
    struct sha256 state = {{0}};
    enum rc rc = RC_OK;
    for (unsigned i = 0; i < schema_table_count && rc == RC_OK; i++) {
        char sql[96];
        snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY %s", schema_tables[i].name,
                 schema_tables[i].key);
        chain(&state, span_text(schema_tables[i].name));
        struct reader r = reader_of(store, sql, 0);
        while (reader_next(&r))
            for (int k = 0; k < sqlite3_column_count(r.statement); k++)
                chain_column(&state, r.statement, k);
        rc = reader_end(&r, store, NULL);
    }
    if (rc == RC_OK)
        hash_hex(&state, hex);
    return rc;
}
