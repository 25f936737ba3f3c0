/* Chunks back into curves: one for each channel of each stream. */
#include <math.h>
#include <stdlib.h>

#include "core/hash.h"
#include "db/chunk.h"
#include "db/query_private.h"

struct curves {
    struct result_curve *items;
    size_t count, room; /* room: values that each curve of the present stream may take */
    int64_t started_us;
    struct log *log;
};

/* Room for the rows of all chunks of the stream in each of its curves. */
static enum rc reserve(struct store *store, int64_t stream, struct curves *curves, size_t first)
{
    struct reader r =
        reader_of(store, "SELECT coalesce(sum(n),0) FROM chunk WHERE stream_id=?1", stream);
    int64_t rows = reader_next(&r) ? reader_int(&r, 0, 0) : 0;
    enum rc rc = reader_end(&r, store, NULL);
    if (rc != RC_OK || rows < 0)
        return rc == RC_OK ? RC_CONFIG : rc;
    curves->room = (size_t)rows;
    for (size_t i = first; i < curves->count; i++) {
        curves->items[i].t_s = reader_numbers(curves->room);
        curves->items[i].value = reader_numbers(curves->room);
        if (!curves->items[i].t_s || !curves->items[i].value)
            return RC_NOSPACE;
    }
    return RC_OK;
}

/* NULL: the blob is what was stored. */
static const char *damage(struct reader *r, struct span blob, struct chunk_view *view,
                          unsigned channels)
{
    if ((int64_t)hash_crc32(blob) != reader_int(r, 2, -1))
        return "its checksum does not match";
    if (chunk_parse(blob, view) != RC_OK)
        return "it is no chunk";
    return view->column + view->columns > channels ? "it has more columns than its stream" : NULL;
}

static void say_damage(struct reader *r, const struct curves *curves,
                       const struct result_curve *first, const char *why)
{
    char site[32] = "";
    if (first->site > 0)
        (void)snprintf(site, sizeof site, " of site %lld", (long long)first->site);
    if (curves->log)
        log_say(curves->log, LOG_ERROR, "stream '%s'%s, chunk %lld is damaged: %s",
                first->stream ? first->stream : "", site, (long long)reader_int(r, 4, -1), why);
    r->code = SQLITE_CORRUPT;
}

static void take_chunk(struct reader *r, const struct curves *curves, struct result_curve *first,
                       unsigned channels)
{
    struct span blob = {sqlite3_column_blob(r->statement, 3),
                        (size_t)sqlite3_column_bytes(r->statement, 3)};
    struct chunk_view view;
    const char *why = damage(r, blob, &view, channels);
    if (why) {
        say_damage(r, curves, first, why);
        return;
    }
    double t0_s = (double)(reader_int(r, 0, 0) - curves->started_us) * 1e-6;
    double dt_s = (double)reader_int(r, 1, 0) * 1e-6;
    for (unsigned column = 0; column < view.columns; column++) {
        struct result_curve *curve = &first[view.column + column];
        if (view.rows > curves->room - curve->count) {
            say_damage(r, curves, first, "it has more rows than it is said to have");
            return;
        }
        for (size_t row = 0; row < view.rows; row++) {
            double t_s = view.points ? (double)chunk_time_s(&view, row) : dt_s * (double)row;
            curve->t_s[curve->count] = t0_s + t_s;
            curve->value[curve->count++] = (double)chunk_value(&view, column, row);
        }
    }
}

static enum rc read_chunks(struct store *store, int64_t stream, const struct curves *curves,
                           size_t first)
{
    struct reader r = reader_of(
        store, "SELECT t0,dt,crc,data,seq FROM chunk WHERE stream_id=?1 ORDER BY seq", stream);
    while (reader_next(&r))
        take_chunk(&r, curves, &curves->items[first], (unsigned)(curves->count - first));
    return reader_end(&r, store, NULL);
}

static enum rc read_stream(struct store *store, int64_t stream, struct curves *curves)
{
    size_t first = curves->count;
    void *items = curves->items;
    struct result_curve *curve;
    struct reader r = reader_of(store,
                                "SELECT s.name,c.name,c.unit,s.site FROM stream_channel c JOIN"
                                " stream s ON s.id=c.stream_id WHERE c.stream_id=?1 ORDER BY c.ord",
                                stream);
    while (reader_next(&r) && (curve = reader_grow(&r, &items, &curves->count, sizeof *curve))) {
        curve->stream = reader_text(&r, 0);
        curve->channel = reader_text(&r, 1);
        curve->unit = reader_text(&r, 2);
        curve->site = reader_int(&r, 3, 0);
    }
    curves->items = items;
    enum rc rc = reader_end(&r, store, NULL);
    if (rc == RC_OK)
        rc = reserve(store, stream, curves, first);
    return rc == RC_OK && curves->count > first ? read_chunks(store, stream, curves, first) : rc;
}

static enum rc read_streams(struct store *store, int64_t batch_id, struct curves *curves)
{
    struct reader r = reader_of(store, "SELECT started FROM batch WHERE id=?1", batch_id);
    if (reader_next(&r))
        curves->started_us = reader_int(&r, 0, 0);
    enum rc rc = reader_end(&r, store, NULL);
    if (rc != RC_OK)
        return rc;
    r = reader_of(store, "SELECT id FROM stream WHERE batch_id=?1 ORDER BY id", batch_id);
    while (rc == RC_OK && reader_next(&r))
        rc = read_stream(store, reader_int(&r, 0, 0), curves);
    enum rc ended = reader_end(&r, store, NULL);
    return rc == RC_OK ? ended : rc;
}

enum rc query_curves(struct store *store, int64_t batch_id, struct log *log,
                     struct result_curve **out, size_t *count)
{
    struct curves curves = {.log = log};
    bool began = sql_run(store->db, "BEGIN") == SQLITE_OK;
    enum rc rc = read_streams(store, batch_id, &curves);
    if (began)
        (void)sql_run(store->db, "ROLLBACK");
    if (rc != RC_OK) {
        query_free_curves(curves.items, curves.count);
        return rc;
    }
    *out = curves.items;
    *count = curves.count;
    return RC_OK;
}

void query_free_curves(struct result_curve *curves, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(curves[i].stream);
        free(curves[i].channel);
        free(curves[i].unit);
        free(curves[i].t_s);
        free(curves[i].value);
    }
    free(curves);
}
