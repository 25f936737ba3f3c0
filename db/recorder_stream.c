/* Streams: bulk data on its way into the queue. */
#include "db/chunk.h"
#include "db/recorder_private.h"

/* NOLINTNEXTLINE(readability-function-size): the parameters of the public header */
int recorder_add_stream(struct recorder *r, unsigned site, const char *name,
                        const char *const *channels, const char *const *units, unsigned count,
                        double rate_Hz)
{
    char text[8192];
    struct obuf out = {text, 0, sizeof text};
    enum rc rc = RC_OK;
    if (!r->in_batch || site >= JOB_SITES || r->streams == WRITER_STREAMS || count == 0 ||
        count > CHUNK_COLUMNS_MAX)
        return -1;
    for (unsigned i = 0; i < count && rc == RC_OK; i++) {
        rc = obuf_put(&out, (struct span){channels[i], strlen(channels[i]) + 1});
        if (rc == RC_OK)
            rc = units[i] ? obuf_put(&out, (struct span){units[i], strlen(units[i]) + 1})
                          : obuf_byte(&out, 0);
    }
    struct job_draft draft = {
        .head = {.kind = JOB_STREAM,
                 .site = (uint16_t)site,
                 .t_us = clock_wall_us(loop_clock(r->config.loop), loop_now(r->config.loop)),
                 .ints = {r->streams, count},
                 .reals = {rate_Hz}},
        .texts = {name},
        .data = {obuf_span(&out)}};
    if (rc == RC_OK)
        rc = recorder_submit(r, &draft);
    if (rc != RC_OK)
        return -1;
    r->stream_columns[r->streams] = (unsigned char)count;
    return (int)r->streams++;
}

static bool has_stream(const struct recorder *r, int stream)
{
    return r->in_batch && stream >= 0 && (unsigned)stream < r->streams;
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of the public header */
enum rc recorder_add_chunk(struct recorder *r, int stream, struct instant t0, struct duration dt,
                           const float *values, unsigned rows, uint64_t tag)
{
    if (!has_stream(r, stream) || dt.us < 0)
        return RC_RANGE;
    unsigned columns = r->stream_columns[stream];
    unsigned most = CHUNK_VALUES_MAX / columns;
    enum rc rc = RC_OK;
    for (unsigned done = 0; done < rows && rc == RC_OK;) {
        unsigned n = rows - done < most ? rows - done : most;
        struct instant t = instant_add(t0, duration_us(dt.us * done));
        struct job_draft draft = {.head = {.kind = RECORD_CHUNK,
                                           .tag = done + n == rows ? tag : 0,
                                           .t_us = clock_wall_us(loop_clock(r->config.loop), t),
                                           .ints = {stream, dt.us, n, columns}},
                                  .data = {{(const char *)(values + (size_t)done * columns),
                                            (size_t)n * columns * sizeof *values}}};
        rc = recorder_submit(r, &draft);
        done += n;
    }
    return rc;
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of the public header */
enum rc recorder_add_points(struct recorder *r, int stream, unsigned column, struct instant t0,
                            const float *t_s, const float *values, unsigned count, uint64_t tag)
{
    if (!has_stream(r, stream) || column >= r->stream_columns[stream])
        return RC_RANGE;
    const unsigned most = CHUNK_VALUES_MAX / 2;
    enum rc rc = RC_OK;
    for (unsigned done = 0; done < count && rc == RC_OK;) {
        unsigned n = count - done < most ? count - done : most;
        struct job_draft draft = {.head = {.kind = JOB_POINTS,
                                           .tag = done + n == count ? tag : 0,
                                           .t_us = clock_wall_us(loop_clock(r->config.loop), t0),
                                           .ints = {stream, column, n}},
                                  .data = {{(const char *)(t_s + done), n * sizeof *t_s},
                                           {(const char *)(values + done), n * sizeof *values}}};
        rc = recorder_submit(r, &draft);
        done += n;
    }
    return rc;
}
