#include "db/chunk.h"

#include <math.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "chunks are written as they lie");
_Static_assert(sizeof(float) == 4, "f32");

struct header {
    char magic[2];
    uint8_t version, points;
    uint16_t columns, column;
    uint32_t rows, unused;
};
_Static_assert(sizeof(struct header) == CHUNK_HEADER, "the header has no padding");
_Static_assert(sizeof(struct chunk_stats) == CHUNK_STATS, "the statistics have no padding");

static enum rc begin(struct obuf *blob, const struct header *header, size_t values)
{
    if (header->columns == 0 || header->columns > CHUNK_COLUMNS_MAX || values > UINT32_MAX / 4)
        return RC_RANGE;
    if (blob->cap - blob->len < CHUNK_HEADER + 4 * values)
        return RC_NOSPACE;
    memcpy(blob->at + blob->len, header, sizeof *header);
    blob->len += CHUNK_HEADER + 4 * values;
    return RC_OK;
}

enum rc chunk_begin(struct obuf *blob, unsigned columns, size_t rows)
{
    struct header header = {
        .magic = {'L', 'C'}, .version = 1, .columns = (uint16_t)columns, .rows = (uint32_t)rows};
    return begin(blob, &header, columns * rows);
}

void chunk_put_rows(struct obuf *blob, size_t from_row, const char *values, size_t rows)
{
    struct header header;
    memcpy(&header, blob->at, sizeof header);
    size_t columns = header.columns;
    for (size_t column = 0; column < columns; column++) {
        char *to = blob->at + CHUNK_HEADER + 4 * (column * header.rows + from_row);
        const char *from = values + 4 * column;
        for (size_t row = 0; row < rows; row++)
            memcpy(to + 4 * row, from + 4 * row * columns, 4);
    }
}

enum rc chunk_put_points(struct obuf *blob, unsigned column, const char *times_and_values,
                         size_t count)
{
    struct header header = {.magic = {'L', 'C'},
                            .version = 1,
                            .points = 1,
                            .columns = 1,
                            .column = (uint16_t)column,
                            .rows = (uint32_t)count};
    enum rc rc = begin(blob, &header, 2 * count);
    if (rc == RC_OK && count)
        memcpy(blob->at + blob->len - 8 * count, times_and_values, 8 * count);
    return rc;
}

enum rc chunk_parse(struct span blob, struct chunk_view *out)
{
    struct header header;
    if (blob.len < CHUNK_HEADER)
        return RC_PROTOCOL;
    memcpy(&header, blob.at, sizeof header);
    if (memcmp(header.magic, "LC", 2) != 0 || header.version != 1 || header.points > 1 ||
        header.columns == 0 || header.columns > CHUNK_COLUMNS_MAX || header.unused != 0 ||
        header.column >= CHUNK_COLUMNS_MAX || (header.points && header.columns != 1))
        return RC_PROTOCOL;
    uint64_t columns = (uint64_t)header.columns + header.points;
    if ((uint64_t)blob.len - CHUNK_HEADER != 4 * columns * header.rows)
        return RC_PROTOCOL;
    struct span body = span_skip(blob, CHUNK_HEADER);
    size_t times_len = header.points ? 4 * (size_t)header.rows : 0;
    *out = (struct chunk_view){.points = header.points,
                               .columns = header.columns,
                               .column = header.column,
                               .rows = header.rows,
                               .times = {body.at, times_len},
                               .values = span_skip(body, times_len)};
    return RC_OK;
}

static float float_at(struct span bytes, size_t index)
{
    float value;
    memcpy(&value, bytes.at + 4 * index, sizeof value);
    return value;
}

float chunk_value(const struct chunk_view *view, unsigned column, size_t row)
{
    return float_at(view->values, column * view->rows + row);
}

float chunk_time_s(const struct chunk_view *view, size_t row)
{
    return float_at(view->times, row);
}

static struct chunk_stats stats_of(const struct chunk_view *view, unsigned column)
{
    struct chunk_stats stats = {.min = INFINITY, .max = -INFINITY, .mean = NAN, .last = NAN};
    double sum = 0;
    for (size_t row = 0; row < view->rows; row++) {
        float value = chunk_value(view, column, row);
        if (isnan(value))
            continue;
        stats.min = value < stats.min ? value : stats.min;
        stats.max = value > stats.max ? value : stats.max;
        stats.last = value;
        sum += (double)value;
        stats.count++;
    }
    if (stats.count)
        stats.mean = (float)(sum / stats.count);
    else
        stats.min = stats.max = NAN;
    return stats;
}

enum rc chunk_put_stats(struct span blob, struct obuf *out)
{
    struct chunk_view view;
    enum rc rc = chunk_parse(blob, &view);
    for (unsigned column = 0; rc == RC_OK && column < view.columns; column++) {
        struct chunk_stats stats = stats_of(&view, column);
        rc = obuf_put(out, (struct span){(const char *)&stats, sizeof stats});
    }
    return rc;
}

struct chunk_stats chunk_stats_at(struct span stats, unsigned column)
{
    struct chunk_stats out = {.min = NAN, .max = NAN, .mean = NAN, .last = NAN};
    if (stats.len >= CHUNK_STATS * ((size_t)column + 1))
        memcpy(&out, stats.at + CHUNK_STATS * (size_t)column, sizeof out);
    return out;
}
