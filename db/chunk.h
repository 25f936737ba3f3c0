/* The blob of a chunk of samples: format "chunk1".
 *
 *   byte 0  'L' 'C'   magic            byte 8   u32  rows
 *        2  u8  1     version              12   u32  0
 *        3  u8  0 regular, 1 points        16   f32  values, one column after the other;
 *        4  u16 columns                              points: the times in s from t0, then the
 * values 6  u16 first column
 *
 * Little-endian; NaN is a gap. Beside it in the row: t0 and dt in us, the CRC-32 of the blob, and
 * for each column 20 bytes of statistics over the values that are not gaps. */
#ifndef DB_CHUNK_H
#define DB_CHUNK_H

#include "core/bytes.h"

enum { CHUNK_HEADER = 16, CHUNK_STATS = 20, CHUNK_COLUMNS_MAX = 64, CHUNK_VALUES_MAX = 1 << 18 };

struct chunk_stats {
    float min, max, mean, last; /* NaN: no value at all */
    uint32_t count;
};

struct chunk_view {
    bool points;
    unsigned columns, column; /* `column`: of the points */
    size_t rows;
    struct span times;  /* points only: f32 */
    struct span values; /* f32, column after column; not aligned */
};

/* Begin a blob with room for `rows`; RC_NOSPACE if it does not fit. */
MUST_CHECK enum rc chunk_begin(struct obuf *blob, unsigned columns, size_t rows);
/* Fill `rows` rows from `from_row` on out of row-by-row floats; `values` may be unaligned. */
void chunk_put_rows(struct obuf *blob, size_t from_row, const char *values, size_t rows);
/* A whole blob of one column's points: `times_and_values` are `count` times, then values. */
MUST_CHECK enum rc chunk_put_points(struct obuf *blob, unsigned column,
                                    const char *times_and_values, size_t count);

/* RC_PROTOCOL: not such a blob. */
MUST_CHECK enum rc chunk_parse(struct span blob, struct chunk_view *out);
/* Value of a column (0-based within the blob). */
float chunk_value(const struct chunk_view *view, unsigned column, size_t row);
float chunk_time_s(const struct chunk_view *view, size_t row);

/* Appends CHUNK_STATS bytes for each column. */
MUST_CHECK enum rc chunk_put_stats(struct span blob, struct obuf *out);
struct chunk_stats chunk_stats_at(struct span stats, unsigned column);

#endif
