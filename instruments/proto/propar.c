#include "instruments/proto/propar.h"

#include <math.h>

enum { DLE = 0x10, STX = 0x02, ETX = 0x03, HEADER_LEN = 3 };

static enum rc put_doubled(struct obuf *out, unsigned byte)
{
    enum rc rc = obuf_byte(out, byte);
    if (rc == RC_OK && byte == DLE)
        rc = obuf_byte(out, byte);
    return rc;
}

enum rc propar_put_frame(struct obuf *out, uint8_t seq, uint8_t node, struct span data)
{
    if (data.len > PROPAR_DATA_MAX)
        return RC_RANGE;
    const size_t before = out->len;
    const uint8_t header[HEADER_LEN] = {seq, node, (uint8_t)data.len};
    enum rc rc = obuf_put(out, SPAN("\x10\x02"));
    for (size_t i = 0; rc == RC_OK && i < HEADER_LEN; i++)
        rc = put_doubled(out, header[i]);
    for (size_t i = 0; rc == RC_OK && i < data.len; i++)
        rc = put_doubled(out, (unsigned char)data.at[i]);
    if (rc == RC_OK)
        rc = obuf_put(out, SPAN("\x10\x03"));
    if (rc != RC_OK)
        out->len = before;
    return rc;
}

/* The bytes between the delimiters with each double DLE made single. False: a single one, or too
 * many bytes. */
static bool undouble(struct span inside, uint8_t *bytes, size_t cap, size_t *len)
{
    *len = 0;
    for (size_t i = 0; i < inside.len; i++) {
        if ((unsigned char)inside.at[i] == DLE &&
            (++i == inside.len || (unsigned char)inside.at[i] != DLE))
            return false;
        if (*len == cap)
            return false;
        bytes[(*len)++] = (uint8_t)inside.at[i];
    }
    return true;
}

enum rc propar_get_frame(struct span frame, struct propar_message *message)
{
    uint8_t bytes[HEADER_LEN + PROPAR_DATA_MAX];
    size_t len;
    if (frame.len < 4 || memcmp(frame.at, "\x10\x02", 2) != 0 ||
        memcmp(frame.at + frame.len - 2, "\x10\x03", 2) != 0)
        return RC_PROTOCOL;
    if (!undouble((struct span){frame.at + 2, frame.len - 4}, bytes, sizeof bytes, &len))
        return RC_PROTOCOL;
    if (len < HEADER_LEN || bytes[2] != len - HEADER_LEN)
        return RC_PROTOCOL;
    message->seq = bytes[0];
    message->node = bytes[1];
    message->len = bytes[2];
    memcpy(message->data, bytes + HEADER_LEN, message->len);
    return RC_OK;
}

static bool same_process(const struct propar_parameter *parameters, size_t count, size_t i)
{
    return i < count && i > 0 && parameters[i].process == parameters[i - 1].process;
}

static bool more_processes(const struct propar_parameter *parameters, size_t count, size_t i)
{
    for (size_t k = i + 1; k < count; k++)
        if (parameters[k].process != parameters[i].process)
            return true;
    return false;
}

static unsigned parameter_byte(const struct propar_parameter *p)
{
    return (unsigned)p->type | p->number;
}

enum rc propar_put_read(struct obuf *data, const struct propar_parameter *parameters, size_t count)
{
    uint8_t bytes[PROPAR_DATA_MAX];
    size_t n = 0;
    if (count == 0 || count > 16)
        return RC_RANGE;
    bytes[n++] = PROPAR_READ;
    for (size_t i = 0; i < count; i++) {
        const struct propar_parameter *p = &parameters[i];
        if (!same_process(parameters, count, i))
            bytes[n++] =
                (uint8_t)(p->process | (more_processes(parameters, count, i) ? PROPAR_MORE : 0));
        const unsigned more = same_process(parameters, count, i + 1) ? PROPAR_MORE : 0;
        bytes[n++] = (uint8_t)(parameter_byte(p) | more);
        bytes[n++] = p->process;
        bytes[n++] = (uint8_t)parameter_byte(p);
        if (p->type == PROPAR_TEXT)
            bytes[n++] = p->length;
    }
    return obuf_put(data, (struct span){(const char *)bytes, n});
}

static bool take(struct span *rest, size_t n, const uint8_t **at)
{
    if (rest->len < n)
        return false;
    *at = (const uint8_t *)rest->at;
    *rest = span_skip(*rest, n);
    return true;
}

/* Texts come padded with blanks to the length asked for, or zero-terminated when that was 0. */
static bool take_text(struct span *rest, uint8_t length, char *text)
{
    const uint8_t *at;
    if (!take(rest, 1, &at) || *at != length)
        return false;
    size_t len = length;
    if (length == 0) {
        const char *zero = rest->len ? memchr(rest->at, '\0', rest->len) : NULL;
        if (zero == NULL)
            return false;
        len = (size_t)(zero - rest->at);
    }
    if (len > PROPAR_STRING_MAX || !take(rest, len, &at))
        return false;
    memcpy(text, at, len);
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\0'))
        len--;
    text[len] = '\0';
    for (size_t i = 0; i < len; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return length || take(rest, 1, &at); /* the zero itself */
}

static bool take_value(struct span *rest, const struct propar_parameter *p,
                       struct propar_value *value)
{
    const uint8_t *at = NULL;
    if (p->type == PROPAR_TEXT)
        return take_text(rest, p->length, value->text);
    if (!take(rest, p->type == PROPAR_U8 ? 1 : p->type == PROPAR_U16 ? 2 : 4, &at))
        return false;
    if (p->type == PROPAR_U8)
        value->number = at[0];
    else if (p->type == PROPAR_U16)
        value->number = at[0] * 256 + at[1];
    else
        value->number = propar_get_float(at);
    return isfinite(value->number);
}

enum rc propar_get_answer(struct span data, const struct propar_parameter *parameters, size_t count,
                          struct propar_value *values)
{
    const uint8_t *at;
    if (!take(&data, 1, &at) || *at != PROPAR_ANSWER)
        return RC_PROTOCOL;
    for (size_t i = 0; i < count; i++) {
        const struct propar_parameter *p = &parameters[i];
        const unsigned process =
            p->process | (more_processes(parameters, count, i) ? (unsigned)PROPAR_MORE : 0U);
        const unsigned more = same_process(parameters, count, i + 1) ? PROPAR_MORE : 0;
        if (!same_process(parameters, count, i) && (!take(&data, 1, &at) || *at != process))
            return RC_PROTOCOL;
        if (!take(&data, 1, &at) || *at != (parameter_byte(p) | more))
            return RC_PROTOCOL;
        if (!take_value(&data, p, &values[i]))
            return RC_PROTOCOL;
    }
    return data.len == 0 ? RC_OK : RC_PROTOCOL;
}

void propar_put_float(uint8_t *at, double value)
{
    float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    for (size_t i = 0; i < 4; i++)
        at[i] = (uint8_t)(bits >> (24 - 8 * i));
}

double propar_get_float(const uint8_t *at)
{
    const uint32_t bits =
        (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    float single;
    memcpy(&single, &bits, sizeof single);
    return (double)single;
}
