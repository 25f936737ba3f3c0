/* Recorded channels: on each tick of a rate the newest values, as rows, into the database. */
#include <math.h>
#include <stdlib.h>

#include "bench/session_private.h"

static void flush_stream(struct session *s, struct session_stream *stream)
{
    if (!stream->row_count)
        return;
    struct duration dt = s->rates[stream->rate].period;
    if (s->recorder && recorder_add_chunk(s->recorder, stream->id, stream->t0, dt, stream->rows,
                                          stream->row_count, ++s->tag) != RC_OK)
        s->storage_failed = true;
    if (s->config.acks)
        display_line(s->config.display, s->tag, stream->site, "recorded stream=%d rows=%u",
                     stream->id, stream->row_count);
    stream->row_count = 0;
}

/* A value older than its period, with half a period and 20 ms of grace, is no value. */
static float fresh_value(const struct session *s, unsigned channel, unsigned site,
                         struct instant now)
{
    const struct channel *public = &s->config.station->channels[channel].public;
    struct rig_value value = rig_latest(s->rig, channel, site);
    if (value.t.us == INT64_MIN || isnan(value.si))
        return NAN;
    int64_t age = instant_since(now, value.t).us;
    if (public->period.us && age > public->period.us + public->period.us / 2 + 20000)
        return NAN;
    return (float)unit_from_si(&public->unit, value.si);
}

static void take_row(struct session *s, struct session_stream *stream, struct instant now)
{
    float *row = &stream->rows[(size_t)stream->row_count * stream->channels];
    if (stream->row_count == 0)
        stream->t0 = now;
    for (unsigned i = 0; i < stream->channels; i++)
        row[i] = fresh_value(s, stream->channel[i], stream->site, now);
    if (++stream->row_count == stream->rows_per_chunk)
        flush_stream(s, stream);
}

static void on_tick(void *ctx)
{
    struct session_rate *rate = ctx;
    struct session *s = rate->session;
    unsigned index = (unsigned)(rate - s->rates);
    for (unsigned i = 0; i < s->stream_count; i++)
        if (s->streams[i].rate == index)
            take_row(s, &s->streams[i], rate->due);
    rate->due = instant_add(rate->due, rate->period);
    if (loop_arm(s->config.loop, &rate->timer, rate->due) != RC_OK)
        log_say(s->config.log, LOG_ERROR, "out of memory for a timer");
}

static int rate_of(struct session *s, double rate_Hz)
{
    struct duration period = duration_s(1.0 / rate_Hz);
    for (unsigned i = 0; i < s->rate_count; i++)
        if (s->rates[i].period.us == period.us)
            return (int)i;
    if (s->rate_count == RECORD_RATES_MAX || period.us * RECORD_RATE_MAX_Hz < 1000000)
        return -1;
    struct session_rate *rate = &s->rates[s->rate_count];
    *rate = (struct session_rate){.session = s, .period = period};
    rate->timer = timer_of(on_tick, rate);
    rate->due = instant_add(loop_now(s->config.loop), period);
    if (loop_arm(s->config.loop, &rate->timer, rate->due) != RC_OK)
        return -1;
    return (int)s->rate_count++;
}

/* 100 ms of rows a chunk in real time; a second on the virtual clock, where nothing can be lost. */
static unsigned rows_per_chunk(const struct session *s, struct duration period)
{
    int64_t span = loop_clock(s->config.loop)->is_virtual ? 1000000 : 100000;
    int64_t rows = span / period.us;
    return rows < 1 ? 1 : rows > STREAM_ROWS_MAX ? STREAM_ROWS_MAX : (unsigned)rows;
}

/* What the sequence wants recorded and is not ends the run: nobody would miss it in time. */
static void add_stream(struct session *s, unsigned site, const unsigned *channels, unsigned count,
                       double rate_Hz)
{
    const char *names[RECORD_CHANNELS_MAX], *units[RECORD_CHANNELS_MAX];
    if (!s->recorder || s->storage_failed)
        return;
    int rate = rate_of(s, rate_Hz);
    if (rate < 0 || s->stream_count == RECORD_STREAMS_MAX) {
        session_storage_failed(s, "too many records, more than 8 rates, or a rate above 2 kHz");
        return;
    }
    struct session_stream *stream = &s->streams[s->stream_count];
    *stream = (struct session_stream){.site = site, .channels = count, .rate = (unsigned)rate};
    for (unsigned i = 0; i < count; i++) {
        stream->channel[i] = channels[i];
        names[i] = s->config.station->channels[channels[i]].public.name;
        units[i] = s->config.station->channels[channels[i]].public.unit.name;
    }
    stream->rows_per_chunk = rows_per_chunk(s, s->rates[rate].period);
    stream->rows = calloc((size_t)stream->rows_per_chunk * count, sizeof *stream->rows);
    stream->id = recorder_add_stream(s->recorder, site, "record", names, units, count, rate_Hz);
    if (stream->rows && stream->id >= 0) {
        s->stream_count++;
        return;
    }
    free(stream->rows);
    session_storage_failed(s, "the recorder takes no more records");
}

static void add_for_sites(struct session *s, const unsigned *channels, unsigned count,
                          double rate_Hz)
{
    for (unsigned site = 1; site <= s->config.station->sites; site++)
        if (s->live_sites >> (site - 1) & 1)
            add_stream(s, site, channels, count, rate_Hz);
}

void session_record(void *ctx, const struct channel *const *channels, unsigned count,
                    double rate_Hz)
{
    struct session *s = ctx;
    unsigned shared[RECORD_CHANNELS_MAX], per_site[RECORD_CHANNELS_MAX], n = 0, m = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned index = session_channel_of(s, channels[i]);
        if (channels[i]->per_site)
            per_site[m++] = index;
        else
            shared[n++] = index;
        if (n == RECORD_CHANNELS_MAX || (n && i + 1 == count)) {
            add_stream(s, 0, shared, n, rate_Hz);
            n = 0;
        }
        if (m == RECORD_CHANNELS_MAX || (m && i + 1 == count)) {
            add_for_sites(s, per_site, m, rate_Hz);
            m = 0;
        }
    }
}

void session_stop_streams(struct session *s)
{
    for (unsigned i = 0; i < s->rate_count; i++)
        loop_disarm(s->config.loop, &s->rates[i].timer);
    for (unsigned i = 0; i < s->stream_count; i++)
        flush_stream(s, &s->streams[i]);
}

void session_free_streams(struct session *s)
{
    for (unsigned i = 0; i < s->stream_count; i++)
        free(s->streams[i].rows);
}
