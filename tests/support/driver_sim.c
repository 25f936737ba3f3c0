#include "tests/support/driver_sim.h"

#include <math.h>
#include <stdlib.h>

static double plant_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct driver_sim *bench = ctx;
    (void)now;
    return bench->plant[signal][channel % DRIVER_SIM_CHANNELS];
}

static void plant_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                        struct instant now)
{
    struct driver_sim *bench = ctx;
    (void)now;
    bench->plant[signal][channel % DRIVER_SIM_CHANNELS] = value;
}

void driver_sim_open(struct driver_sim *bench, const struct driver *driver,
                     const struct sim_driver *sim, const struct device_setup *setup)
{
    memset(bench, 0, sizeof *bench);
    bench->driver = driver;
    bench->sim = sim;
    bench->setup = *setup;
    bench->identity.full_scale = (double)NAN;
    bench->plant[PLANT_PRESSURE_kPa][0] = 101.325;
    bench->plant[PLANT_GAS_TEMP_degC][0] = 25.0;
    if (sim->state_size > sizeof bench->state)
        abort();
    const struct sim_setup sim_setup = {
        .driver = driver,
        .device = &bench->setup,
        .plant = {.read = plant_read, .write = plant_write, .ctx = bench},
        .seed = 1,
    };
    sim->init(bench->state, &sim_setup);
}

struct span driver_sim_raw(struct driver_sim *bench, struct span bytes)
{
    struct obuf out = {bench->wire, bench->wire_len, sizeof bench->wire};
    const size_t piece = bench->byte_by_byte ? 1 : bytes.len;
    while (bytes.len) {
        bench->sim->feed(bench->state, (struct span){bytes.at, piece}, bench->now, &out);
        bytes = span_skip(bytes, piece);
    }
    bench->wire_len = 0;
    return obuf_span(&out);
}

void driver_sim_wait(struct driver_sim *bench, struct duration duration)
{
    const struct instant end = instant_add(bench->now, duration);
    struct obuf out = {bench->wire, bench->wire_len, sizeof bench->wire};
    while (bench->sim->next) {
        const struct instant next = bench->sim->next(bench->state);
        if (instant_before(end, next))
            break;
        bench->now = next;
        bench->sim->tick(bench->state, bench->now, &out);
    }
    bench->now = end;
    bench->wire_len = out.len;
}

static enum rc take_frame(struct driver_sim *bench, const struct ask *ask, struct span frame,
                          struct answer *answer)
{
    enum rc rc = bench->driver->decode(bench->driver, &bench->setup, ask, frame, answer);
    if (rc == RC_OK && frame.len <= sizeof bench->frame) {
        memcpy(bench->frame, frame.at, frame.len);
        bench->frame_len = frame.len;
    }
    return rc;
}

/* Shows the framer `said` as the link would: what it has seen so far, minus what it has dropped. */
static enum rc read_answer(struct driver_sim *bench, const struct ask *ask, struct span said,
                           struct answer *answer)
{
    size_t seen = bench->byte_by_byte ? 1 : said.len;
    while (said.len) {
        struct span frame;
        size_t used;
        const struct span window = {said.at, seen < said.len ? seen : said.len};
        const enum frame_state state = bench->driver->framing->cut(window, &frame, &used);
        said = span_skip(said, used);
        seen -= used < seen ? used : seen;
        if (state == FRAME_READY) {
            enum rc rc = take_frame(bench, ask, frame, answer);
            if (rc != RC_PROTOCOL)
                return rc;
        } else if (seen >= said.len) {
            break;
        } else {
            seen++;
        }
    }
    return RC_TIMEOUT;
}

enum rc driver_sim_ask(struct driver_sim *bench, const struct ask *ask, struct answer *answer)
{
    char bytes[DEVICE_FRAME_MAX];
    struct obuf request = {bytes, 0, sizeof bytes};
    struct ask tagged = *ask;
    tagged.seq = ++bench->seq;

    enum rc rc = bench->driver->encode(bench->driver, &bench->setup, &tagged, &request);
    if (rc != RC_OK || request.len == 0)
        return rc;
    const struct span said = driver_sim_raw(bench, obuf_span(&request));
    if (bench->driver->silent && bench->driver->silent(bench->driver, &tagged))
        return RC_OK;
    return read_answer(bench, &tagged, said, answer);
}

static enum rc ask_all(struct driver_sim *bench, enum ask_kind kind, unsigned steps,
                       struct answer *answer)
{
    enum rc rc = RC_OK;
    for (unsigned step = 0; rc == RC_OK && step < steps; step++)
        rc = driver_sim_ask(bench, &(struct ask){.kind = kind, .step = step}, answer);
    return rc;
}

enum rc driver_sim_start(struct driver_sim *bench)
{
    struct answer answer = {.identity = &bench->identity, .readback = (double)NAN};
    enum rc rc = ask_all(bench, ASK_IDENTIFY, bench->driver->identify_steps, &answer);
    answer.identity = NULL;
    if (rc == RC_OK)
        rc = ask_all(bench, ASK_CONFIGURE, bench->driver->configure_steps, &answer);
    if (rc == RC_OK)
        rc = ask_all(bench, ASK_SAFE, bench->driver->safe_steps, &answer);
    return rc;
}

enum rc driver_sim_poll(struct driver_sim *bench, void *reading)
{
    struct answer answer = {.reading = reading, .readback = (double)NAN};
    double *values = reading;
    for (size_t i = 0; i < bench->driver->capability->reading_size / sizeof(double); i++)
        values[i] = (double)NAN;
    enum rc rc = ask_all(bench, ASK_POLL, bench->driver->poll_steps, &answer);
    return rc == RC_OK && !answer.complete ? RC_PROTOCOL : rc;
}

enum rc driver_sim_set(struct driver_sim *bench, unsigned signal, unsigned channel, double value,
                       double *readback)
{
    struct answer answer = {.readback = (double)NAN};
    const struct ask ask = {.kind = ASK_SET, .signal = signal, .channel = channel, .value = value};
    enum rc rc = driver_sim_ask(bench, &ask, &answer);
    if (rc == RC_OK)
        *readback = answer.readback;
    return rc;
}

enum rc driver_sim_safe(struct driver_sim *bench)
{
    struct answer answer = {.readback = (double)NAN};
    return ask_all(bench, ASK_SAFE, bench->driver->safe_steps, &answer);
}

/* A refused frame may not have left anything behind. */
static void check_untouched(const struct identity *identity, const unsigned char *reading,
                            const struct answer *answer)
{
    const struct identity blank = {.full_scale = identity->full_scale};
    if (memcmp(identity, &blank, sizeof blank) != 0 || !isnan(identity->full_scale) ||
        answer->complete || !isnan(answer->readback))
        abort();
    for (size_t i = 0; i < DEVICE_READING_MAX; i++)
        if (reading[i])
            abort();
}

/* Decodes a copy of the frame in a block of exactly its size, with fresh places for the answer. */
static bool decode_exact(const struct driver_net *net, struct span frame)
{
    struct identity identity = {.full_scale = (double)NAN};
    alignas(16) unsigned char reading[DEVICE_READING_MAX] = {0};
    struct answer answer = {.identity = &identity, .reading = reading, .readback = (double)NAN};
    char *block = malloc(frame.len ? frame.len : 1);
    if (block == NULL)
        abort();
    if (frame.len)
        memcpy(block, frame.at, frame.len);
    enum rc rc = net->driver->decode(net->driver, net->setup, net->ask,
                                     (struct span){block, frame.len}, &answer);
    if (rc != RC_OK)
        check_untouched(&identity, reading, &answer);
    else if (net->taken)
        net->taken(net->ctx, (struct span){block, frame.len}, &answer);
    free(block);
    return rc == RC_OK;
}

static size_t try_prefixes(const struct driver_net *net, struct span frame)
{
    size_t accepted = 0;
    for (size_t len = 0; len < frame.len; len++)
        accepted += decode_exact(net, (struct span){frame.at, len});
    return accepted;
}

static size_t try_changes(const struct driver_net *net, struct span frame)
{
    char copy[DEVICE_FRAME_MAX];
    size_t accepted = 0;
    if (frame.len > sizeof copy)
        abort();
    memcpy(copy, frame.at, frame.len);
    for (size_t at = 0; at < frame.len; at++) {
        for (unsigned change = 1; change < 256; change++) {
            copy[at] = (char)((unsigned char)frame.at[at] ^ change);
            accepted += decode_exact(net, (struct span){copy, frame.len});
        }
        copy[at] = frame.at[at];
    }
    return accepted;
}

size_t driver_net_prefixes(const struct driver *driver, const struct device_setup *setup,
                           const struct ask *ask, struct span frame)
{
    return try_prefixes(&(struct driver_net){driver, setup, ask, NULL, NULL}, frame);
}

size_t driver_net_changes(const struct driver *driver, const struct device_setup *setup,
                          const struct ask *ask, struct span frame)
{
    return try_changes(&(struct driver_net){driver, setup, ask, NULL, NULL}, frame);
}

size_t driver_net_try(const struct driver_net *net, struct span frame)
{
    return try_prefixes(net, frame) + try_changes(net, frame);
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char lower = (char)(c >= 'A' && c <= 'F' ? c + 32 : c);
    const char *found = lower ? strchr(digits, lower) : NULL;
    return found ? (int)(found - digits) : -1;
}

static bool parse_hex(struct span text, struct obuf *out)
{
    while (text.len) {
        if (*text.at == ' ') {
            text = span_skip(text, 1);
            continue;
        }
        const int high = text.len >= 2 ? hex_digit(text.at[0]) : -1;
        const int low = text.len >= 2 ? hex_digit(text.at[1]) : -1;
        if (high < 0 || low < 0 || obuf_byte(out, (unsigned)(high * 16 + low)) != RC_OK)
            return false;
        text = span_skip(text, 2);
    }
    return true;
}

static bool parse_escaped(struct span text, struct obuf *out)
{
    while (text.len) {
        unsigned byte = (unsigned char)*text.at;
        if (byte == '\\') {
            text = span_skip(text, 1);
            if (text.len == 0)
                return false;
            byte = *text.at == 'r'   ? '\r'
                   : *text.at == 'n' ? '\n'
                   : *text.at == 'a' ? '\a'
                                     : (unsigned char)*text.at;
        }
        if (obuf_byte(out, byte) != RC_OK)
            return false;
        text = span_skip(text, 1);
    }
    return true;
}

size_t driver_capture_each(const char *path, void (*each)(void *ctx, bool sent, struct span bytes),
                           void *ctx)
{
    char line[2048], bytes[1024];
    size_t lines = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        struct span text = {line, strcspn(line, "\n")};
        if (text.len == 0 || *text.at == '#')
            continue;
        struct obuf out = {bytes, 0, sizeof bytes};
        const bool sent = *text.at == '>';
        const bool hex = text.len >= 6 && memcmp(text.at + 2, "hex ", 4) == 0;
        const bool good =
            text.len > 2 && (sent || *text.at == '<') && text.at[1] == ' ' &&
            (hex ? parse_hex(span_skip(text, 6), &out) : parse_escaped(span_skip(text, 2), &out));
        if (!good) {
            fclose(file);
            return 0;
        }
        each(ctx, sent, obuf_span(&out));
        lines++;
    }
    if (file)
        fclose(file);
    return lines;
}
