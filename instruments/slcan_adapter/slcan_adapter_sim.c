/* The adapter alone: what passes through it is the business of the units on the same port. */
#include "instruments/proto/slcan.h"
#include "instruments/slcan_adapter/slcan_adapter.h"

struct adapter {
    char serial[32];
    char bus_rate; /* digit of the rate that the others on the bus use */
    char rate;     /* digit set; 0: not yet */
    bool open, listen_only, timestamps, auto_poll;
    bool overflow;
    size_t len;
    char line[64];
};

static void adapter_init(void *state, const struct sim_setup *setup)
{
    struct adapter *a = state;
    const char *expected = setup->device->expect_serial;

    if (slcan_rate_digit(setup->device->node, &a->bus_rate) != RC_OK)
        a->bus_rate = '6';
    a->auto_poll = true;
    if (expected[0]) {
        memcpy(a->serial, expected, strnlen(expected, sizeof(a->serial) - 1));
        return;
    }
    unsigned hash = 5381; /* a serial of its own for each name */
    for (const char *c = setup->device->name; *c; c++)
        hash = hash * 33u ^ (unsigned char)*c;
    struct obuf out = {a->serial, 0, sizeof(a->serial)};
    if (obuf_printf(&out, "%04X", hash & 0xFFFFu) != RC_OK)
        a->serial[0] = '\0';
}

static bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static bool hex_digits(struct span text, size_t count)
{
    if (text.len != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!is_hex_digit(text.at[i]))
            return false;
    return true;
}

/* S s M m Z X: refused while the channel is open. */
static bool set_up(struct adapter *a, struct span line)
{
    struct span args = span_skip(line, 1);
    char digit = '\0';

    if (a->open)
        return false;
    if (args.len == 1)
        digit = *args.at;
    switch (*line.at) {
    case 'S':
        if (!(digit >= '0' && digit <= '8'))
            return false;
        a->rate = digit;
        return true;
    case 's':
        if (!hex_digits(args, 4))
            return false;
        a->rate = a->bus_rate; /* the registers are not looked into */
        return true;
    case 'M':
    case 'm':
        return hex_digits(args, 8);
    default: /* Z and X */
        if (digit != '0' && digit != '1')
            return false;
        *(*line.at == 'Z' ? &a->timestamps : &a->auto_poll) = digit == '1';
        return true;
    }
}

static bool open_close(struct adapter *a, struct span line)
{
    if (line.len != 1)
        return false;
    if (*line.at == 'C') {
        bool was_open = a->open;
        a->open = false;
        return was_open;
    }
    if (a->open || a->rate == 0)
        return false;
    a->open = true;
    a->listen_only = *line.at == 'L';
    return true;
}

static bool sendable(const struct adapter *a, struct span line)
{
    struct can_frame frame;
    char data[SLCAN_LINE_MAX];

    if (!a->open || a->listen_only)
        return false;
    if (*line.at == 't' || *line.at == 'T')
        return slcan_parse_frame(line, &frame) == RC_OK;
    if (line.len + 1 > sizeof(data)) /* a remote frame names a length and carries no data */
        return false;
    memcpy(data, line.at, line.len);
    data[0] = *line.at == 'r' ? 't' : 'T';
    data[line.len - 1] = '0';
    return slcan_parse_frame((struct span){data, line.len}, &frame) == RC_OK;
}

/* The answer without its CR, or NULL: an error. */
static const char *answer_line(struct adapter *a, struct span line)
{
    if (line.len == 0)
        return ""; /* hosts send CRs to flush the command buffer */
    switch (*line.at) {
    case 'S':
    case 's':
    case 'M':
    case 'm':
    case 'Z':
    case 'X':
        return set_up(a, line) ? "" : NULL;
    case 'O':
    case 'L':
    case 'C':
        return open_close(a, line) ? "" : NULL;
    case 'V':
        return line.len == 1 ? "V1013" : NULL;
    case 'F':
        return line.len == 1 && a->open ? "F00" : NULL;
    case 't':
    case 'r':
        return !sendable(a, line) ? NULL : a->auto_poll ? "z" : "";
    case 'T':
    case 'R':
        return !sendable(a, line) ? NULL : a->auto_poll ? "Z" : "";
    default:
        return NULL;
    }
}

/* What does not fit on the wire's buffer is lost, as in the adapter's own. */
static void say(struct obuf *out, const char *text)
{
    if (obuf_put(out, span_text(text)) == RC_OK)
        (void)!obuf_byte(out, '\r');
}

static void handle_line(struct adapter *a, struct span line, struct obuf *out)
{
    if (span_is(line, "N")) {
        if (obuf_byte(out, 'N') == RC_OK)
            say(out, a->serial);
        return;
    }
    const char *answer = answer_line(a, line);
    if (answer)
        say(out, answer);
    else
        (void)!obuf_byte(out, '\a');
}

static void adapter_feed(void *state, struct span bytes, struct instant now, struct obuf *out)
{
    struct adapter *a = state;

    (void)now;
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.at[i];
        if (c == '\r') {
            if (a->overflow)
                (void)!obuf_byte(out, '\a');
            else
                handle_line(a, (struct span){a->line, a->len}, out);
            a->len = 0;
            a->overflow = false;
        } else if (a->len < sizeof(a->line)) {
            a->line[a->len++] = c; /* an LF too: it breaks the next command, as on real ones */
        } else {
            a->overflow = true;
        }
    }
}

static bool adapter_passes(const void *state)
{
    const struct adapter *a = state;
    return a->open && a->rate == a->bus_rate;
}

const struct sim_driver slcan_sim = {
    .driver = "slcan",
    .state_size = sizeof(struct adapter),
    .init = adapter_init,
    .feed = adapter_feed,
    .passes = adapter_passes,
};
