#include "instruments/proto/slcan.h"

/* Both digits of a byte at once: frames are written a hundred times a second for every controller
 * of a bench that runs faster than time. */
/* clang-format off */
#define ROW(h) {h, '0'}, {h, '1'}, {h, '2'}, {h, '3'}, {h, '4'}, {h, '5'}, {h, '6'}, {h, '7'}, \
               {h, '8'}, {h, '9'}, {h, 'A'}, {h, 'B'}, {h, 'C'}, {h, 'D'}, {h, 'E'}, {h, 'F'}
static const char hex_pairs[256][2] = {
    ROW('0'), ROW('1'), ROW('2'), ROW('3'), ROW('4'), ROW('5'), ROW('6'), ROW('7'),
    ROW('8'), ROW('9'), ROW('A'), ROW('B'), ROW('C'), ROW('D'), ROW('E'), ROW('F'),
};

/* The value of a hex digit, marked; 0 for every other byte: a table costs one load where comparisons
 * cost three branches that guess wrong half the time. */
enum { DIGIT = 0x100, DIGITS = DIGIT << 4 | DIGIT };
#define D(n) (DIGIT | (n))
static const uint16_t hex_value[256] = {
    ['0'] = D(0), ['1'] = D(1), ['2'] = D(2), ['3'] = D(3), ['4'] = D(4), ['5'] = D(5), ['6'] = D(6),
    ['7'] = D(7), ['8'] = D(8), ['9'] = D(9),
    ['A'] = D(10), ['B'] = D(11), ['C'] = D(12), ['D'] = D(13), ['E'] = D(14), ['F'] = D(15),
    ['a'] = D(10), ['b'] = D(11), ['c'] = D(12), ['d'] = D(13), ['e'] = D(14), ['f'] = D(15),
};
/* clang-format on */

static unsigned value_of(char c)
{
    return hex_value[(uint8_t)c];
}

/* -1: one of the digits is none. */
static int64_t parse_hex(const char *at, unsigned digits)
{
    uint32_t value = 0;
    unsigned good = DIGIT;

    for (unsigned i = 0; i < digits; i++) {
        good &= value_of(at[i]);
        value = value << 4 | (value_of(at[i]) & 15u);
    }
    return good ? (int64_t)value : -1;
}

/* The same for three digits, which nearly every line has. */
static int parse_standard_id(const char *at)
{
    unsigned a = value_of(at[0]), b = value_of(at[1]), c = value_of(at[2]);
    return a & b & c ? (int)((a & 15u) << 8 | (b & 15u) << 4 | (c & 15u)) : -1;
}

static char *put_byte(char *at, unsigned byte)
{
    memcpy(at, hex_pairs[byte & 0xFFu], 2);
    return at + 2;
}

/* "t190", "T0EF50000" */
static char *put_id(char *at, const struct can_frame *frame)
{
    if (!frame->extended) {
        *at++ = 't';
        *at++ = (char)('0' + (frame->id >> 8));
        return put_byte(at, frame->id);
    }
    *at++ = 'T';
    for (unsigned shift = 32; shift > 0; shift -= 8)
        at = put_byte(at, frame->id >> (shift - 8));
    return at;
}

enum rc slcan_put_frame(struct obuf *out, const struct can_frame *frame)
{
    unsigned digits = frame->extended ? 8 : 3, bytes = frame->len;
    uint32_t id_max = frame->extended ? CAN_EXTENDED_MAX : CAN_STANDARD_MAX;

    if (frame->id > id_max || bytes > CAN_DATA_MAX)
        return RC_RANGE;
    size_t len = 1 + digits + 1 + 2u * bytes + 1;
    if (len > out->cap - out->len)
        return RC_NOSPACE;
    char *at = put_id(out->at + out->len, frame);
    *at++ = (char)('0' + bytes);
    for (unsigned i = 0; i < bytes; i++)
        at = put_byte(at, frame->data[i]);
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
    int64_t id = extended ? parse_hex(line.at + 1, 8) : parse_standard_id(line.at + 1);
    unsigned len = (unsigned)(unsigned char)line.at[1 + digits] - '0';
    if (id < 0 || id > (extended ? CAN_EXTENDED_MAX : CAN_STANDARD_MAX))
        return RC_PROTOCOL;
    if (len > CAN_DATA_MAX)
        return RC_PROTOCOL;
    const char *at = line.at + 1 + digits + 1;
    size_t rest = line.len - (1 + digits + 1), data = 2 * (size_t)len;
    if (rest != data && rest != data + 4)
        return RC_PROTOCOL;
    if (rest != data && parse_hex(at + data, 4) < 0)
        return RC_PROTOCOL;
    struct can_frame frame = {.id = (uint32_t)id, .extended = extended, .len = (uint8_t)len};
    unsigned good = DIGITS;
    for (size_t i = 0; i < len; i++) {
        unsigned pair = value_of(at[2 * i]) << 4 | value_of(at[2 * i + 1]);
        good &= pair;
        frame.data[i] = (uint8_t)pair;
    }
    if (good != DIGITS)
        return RC_PROTOCOL;
    *out = frame;
    return RC_OK;
}

int slcan_standard_id(struct span line)
{
    if (line.len < 5 || line.at[0] != 't')
        return -1;
    return parse_standard_id(line.at + 1);
}

enum rc slcan_check_sent(struct span answer)
{
    if (answer.len == 0)
        return RC_OK;
    if (answer.len == 1 && (*answer.at == 'z' || *answer.at == 'Z'))
        return RC_OK;
    return answer.len == 1 && *answer.at == '\a' ? RC_REFUSED : RC_PROTOCOL;
}
