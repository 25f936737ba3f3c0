#include "instruments/proto/slcan.h"

static const char hex_digits[16] = {'0', '1', '2', '3', '4', '5', '6', '7',
                                    '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};

/* Value + 1 of a hex digit, 0 for every other byte: a table costs one load where comparisons cost
 * three branches that guess wrong half the time. */
/* clang-format off */
static const uint8_t hex_value[256] = {
    ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8,
    ['8'] = 9, ['9'] = 10,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
    ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};
/* clang-format on */

/* -1: one of the digits is none. */
static int64_t parse_hex(const char *at, unsigned digits)
{
    uint32_t value = 0;
    unsigned bad = 0;

    for (unsigned i = 0; i < digits; i++) {
        unsigned v = hex_value[(uint8_t)at[i]];
        bad |= v == 0;
        value = value << 4 | ((v - 1u) & 15u);
    }
    return bad ? -1 : (int64_t)value;
}

enum rc slcan_put_frame(struct obuf *out, const struct can_frame *frame)
{
    unsigned digits = frame->extended ? 8 : 3;
    uint32_t id_max = frame->extended ? CAN_EXTENDED_MAX : CAN_STANDARD_MAX;

    if (frame->id > id_max || frame->len > CAN_DATA_MAX)
        return RC_RANGE;
    size_t len = 1 + digits + 1 + 2u * frame->len + 1;
    if (len > out->cap - out->len)
        return RC_NOSPACE;
    char *at = out->at + out->len;
    *at++ = frame->extended ? 'T' : 't';
    for (unsigned shift = 4 * digits; shift > 0; shift -= 4)
        *at++ = hex_digits[frame->id >> (shift - 4) & 15u];
    *at++ = hex_digits[frame->len];
    for (unsigned i = 0; i < frame->len; i++) {
        *at++ = hex_digits[frame->data[i] >> 4];
        *at++ = hex_digits[frame->data[i] & 15u];
    }
    *at = '\r';
    out->len += len;
    return RC_OK;
}

enum rc slcan_put_allowed(struct obuf *out, const struct can_frame *frame,
                          struct slcan_whitelist allowed)
{
    if (frame->extended != allowed.extended)
        return RC_REFUSED;
    for (size_t i = 0; i < allowed.count; i++)
        if (allowed.ids[i] == frame->id)
            return slcan_put_frame(out, frame);
    return RC_REFUSED;
}

enum rc slcan_parse_frame(struct span line, struct can_frame *out)
{
    if (line.len < 5 || (line.at[0] != 't' && line.at[0] != 'T'))
        return RC_PROTOCOL;
    bool extended = line.at[0] == 'T';
    unsigned digits = extended ? 8 : 3;
    if (line.len < 1 + digits + 1)
        return RC_PROTOCOL;
    int64_t id = parse_hex(line.at + 1, digits);
    int64_t len = parse_hex(line.at + 1 + digits, 1);
    if (id < 0 || id > (extended ? CAN_EXTENDED_MAX : CAN_STANDARD_MAX))
        return RC_PROTOCOL;
    if (len < 0 || len > CAN_DATA_MAX)
        return RC_PROTOCOL;
    const char *at = line.at + 1 + digits + 1;
    size_t rest = line.len - (1 + digits + 1), data = 2 * (size_t)len;
    if (rest != data && rest != data + 4)
        return RC_PROTOCOL;
    if (rest != data && parse_hex(at + data, 4) < 0)
        return RC_PROTOCOL;
    struct can_frame frame = {.id = (uint32_t)id, .extended = extended, .len = (uint8_t)len};
    unsigned bad = 0;
    for (size_t i = 0; i < frame.len; i++) {
        unsigned high = hex_value[(uint8_t)at[2 * i]], low = hex_value[(uint8_t)at[2 * i + 1]];
        bad |= (unsigned)(high == 0) | (unsigned)(low == 0);
        frame.data[i] = (uint8_t)((high - 1u) << 4 | ((low - 1u) & 15u));
    }
    if (bad)
        return RC_PROTOCOL;
    *out = frame;
    return RC_OK;
}

int slcan_standard_id(struct span line)
{
    if (line.len < 5 || line.at[0] != 't')
        return -1;
    return (int)parse_hex(line.at + 1, 3);
}

enum rc slcan_check_sent(struct span answer)
{
    if (answer.len == 0)
        return RC_OK;
    if (answer.len == 1 && (*answer.at == 'z' || *answer.at == 'Z'))
        return RC_OK;
    return answer.len == 1 && *answer.at == '\a' ? RC_REFUSED : RC_PROTOCOL;
}
