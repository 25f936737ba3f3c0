#include "instruments/slcan_adapter/slcan_adapter.h"

#include "instruments/capability/can_adapter.h"

enum { RATE_DEFAULT_kbps = 500 };

/* How a step's answer looks. */
enum reply {
    REPLY_NONE,     /* some firmwares do not answer: nobody waits for it */
    REPLY_OK,       /* a bare CR */
    REPLY_OPTIONAL, /* CR, or BEL from adapters that do not know the command */
    REPLY_VERSION,
    REPLY_SERIAL,
    REPLY_STATUS
};

struct step {
    const char *send; /* '#' stands for the digit of the bit rate */
    enum reply reply;
};

/* clang-format off */
static const struct step identify[] = {
    { "V\r", REPLY_VERSION },
    { "N\r", REPLY_SERIAL },
};
static const struct step configure[] = {
    { "C\r",  REPLY_NONE },      /* may be open still from a controller that died */
    { "S#\r", REPLY_OK },
    { "Z0\r", REPLY_OPTIONAL },  /* time stamps off: the link stamps what arrives */
    { "X1\r", REPLY_OPTIONAL },  /* frames by themselves, and "Z" as the answer to a sent one */
    { "O\r",  REPLY_OK },
};
static const struct step poll = { "F\r", REPLY_STATUS };
static const struct step sync = { "V\r", REPLY_VERSION };

static const struct {
    unsigned rate_kbps;
    char digit;
} rates[] = {
    { 10, '0' }, { 20, '1' }, { 50, '2' }, { 100, '3' }, { 125, '4' },
    { 250, '5' }, { 500, '6' }, { 800, '7' }, { 1000, '8' },
};
/* clang-format on */

enum rc slcan_rate_digit(unsigned rate_kbps, char *digit)
{
    if (rate_kbps == 0)
        rate_kbps = RATE_DEFAULT_kbps;
    for (size_t i = 0; i < COUNT(rates); i++) {
        if (rates[i].rate_kbps == rate_kbps) {
            *digit = rates[i].digit;
            return RC_OK;
        }
    }
    return RC_CONFIG;
}

/* NULL: this driver has no such ask. */
static const struct step *find_step(const struct ask *ask)
{
    switch (ask->kind) {
    case ASK_IDENTIFY:
        return ask->step < COUNT(identify) ? &identify[ask->step] : NULL;
    case ASK_CONFIGURE:
        return ask->step < COUNT(configure) ? &configure[ask->step] : NULL;
    case ASK_POLL:
        return ask->step == 0 ? &poll : NULL;
    case ASK_SYNC:
        return &sync;
    case ASK_SET: /* no output of its own; what it carries is the business of other drivers */
    case ASK_SAFE:
    case ASK_STREAM:
        break;
    }
    return NULL;
}

static enum rc encode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request)
{
    const struct step *step = find_step(ask);
    char line[8], digit;
    size_t len = 0;

    (void)self;
    if (!step)
        return RC_CONFIG;
    enum rc rc = slcan_rate_digit(setup->node, &digit);
    if (rc != RC_OK)
        return rc;
    for (const char *c = step->send; *c; c++, len++) {
        line[len] = *c;
        if (*c == '#')
            line[len] = digit;
    }
    return obuf_put(request, (struct span){line, len});
}

static bool is_hex(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool digit = c >= '0' && c <= '9';
        bool letter = (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
        if (!digit && !letter)
            return false;
    }
    return true;
}

static bool is_word(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] <= ' ' || text.at[i] > '~')
            return false;
    return true;
}

/* "V1013": two digits of hardware, two of software. */
static enum rc decode_version(struct span frame, struct identity *identity)
{
    if (frame.len != 5 || frame.at[0] != 'V' || !is_hex(span_skip(frame, 1)))
        return RC_PROTOCOL;
    if (identity) {
        span_copy(SPAN("Lawicel"), identity->make, sizeof(identity->make));
        span_copy(SPAN("SLCAN"), identity->model, sizeof(identity->model));
        span_copy(span_skip(frame, 1), identity->firmware, sizeof(identity->firmware));
    }
    return RC_OK;
}

/* "N1234": four characters by the manual; clones put more there. */
static enum rc decode_serial(const struct device_setup *setup, struct span frame,
                             struct identity *identity)
{
    struct span serial = span_skip(frame, 1);

    if (frame.len < 5 || frame.at[0] != 'N' || serial.len >= sizeof(identity->serial) ||
        !is_word(serial))
        return RC_PROTOCOL;
    if (setup->expect_serial[0] && !span_is(serial, setup->expect_serial))
        return RC_REFUSED;
    if (identity)
        span_copy(serial, identity->serial, sizeof(identity->serial));
    return RC_OK;
}

static enum rc decode_bare(struct span frame, bool optional)
{
    if (frame.len == 0)
        return RC_OK;
    if (!span_is(frame, "\a"))
        return RC_PROTOCOL;
    return optional ? RC_OK : RC_REFUSED;
}

/* "F00": the flags tell of lost frames and bus errors, which show in the instruments behind, too.
 * Adapters without this command say BEL: alive all the same. */
static enum rc decode_status(struct span frame)
{
    if (span_is(frame, "\a"))
        return RC_OK;
    return frame.len == 3 && frame.at[0] == 'F' && is_hex(span_skip(frame, 1)) ? RC_OK
                                                                               : RC_PROTOCOL;
}

static enum rc decode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct span frame, struct answer *out)
{
    const struct step *step = find_step(ask);

    (void)self;
    if (!step)
        return RC_CONFIG;
    switch (step->reply) {
    case REPLY_NONE:
    case REPLY_OPTIONAL:
        return decode_bare(frame, true);
    case REPLY_OK:
        return decode_bare(frame, false);
    case REPLY_VERSION:
        return decode_version(frame, ask->kind == ASK_IDENTIFY ? out->identity : NULL);
    case REPLY_SERIAL:
        return decode_serial(setup, frame, out->identity);
    case REPLY_STATUS:
        return decode_status(frame);
    }
    return RC_PROTOCOL;
}

static bool silent(const struct driver *self, const struct ask *ask)
{
    const struct step *step = find_step(ask);
    (void)self;
    return step && step->reply == REPLY_NONE;
}

const struct driver slcan_driver = {
    .name = "slcan",
    .summary = "SLCAN (Lawicel) CAN adapter on a serial port",
    .maturity = MATURITY_SIMULATED,
    .capability = &capability_can_adapter,
    .framing = &framing_can_text,
    .line = {.baud = 115200, .parity = 'N', .data_bits = 8, .stop_bits = 1, .raise_dtr_rts = true},
    .identify_steps = COUNT(identify),
    .configure_steps = COUNT(configure),
    .poll_steps = 1,
    .channels = 1,
    .reply_timeout = {100000},
    .turnaround =
        {20000}, /* an answer to C that nobody waited for must not meet the next request */
    .poll_period = {1000000},
    .bus = true,
    .encode = encode,
    .decode = decode,
    .silent = silent,
};
