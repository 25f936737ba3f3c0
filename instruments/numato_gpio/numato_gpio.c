#include "instruments/numato_gpio/numato_gpio.h"

#include <math.h>

#include "instruments/capability/digital_io.h"

/* What an answer holds between the echo and the prompt. */
enum reply { REPLY_EMPTY, REPLY_ANY, REPLY_VERSION, REPLY_ID, REPLY_PINS };

/* '@' stands for a mask of all pins, '%' of the output pins, '^' of the inputs, '0' for no pin. */
struct step {
    const char *send;
    char mask;
    enum reply reply;
};

/* clang-format off */
static const struct step identify[] = {
    { "gpio notify off", '\0', REPLY_ANY }, /* boards without events answer something of their own */
    { "ver",             '\0', REPLY_VERSION },
    { "id get",          '\0', REPLY_ID },
    { "gpio readall",    '\0', REPLY_PINS }, /* the number of digits is the model */
};
/* iomask cannot be read back and protects pins from iodir and writeall: open it, switch off, give the
 * directions, then shut the inputs out. */
static const struct step configure[] = {
    { "gpio iomask ",   '@', REPLY_EMPTY },
    { "gpio writeall ", '0', REPLY_EMPTY },
    { "gpio iodir ",    '^', REPLY_EMPTY }, /* 1: input */
    { "gpio iomask ",   '%', REPLY_EMPTY },
};
static const struct step poll = { "gpio readall", '\0', REPLY_PINS };
static const struct step safe = { "gpio writeall ", '0', REPLY_EMPTY };
static const struct step sync = { "id get", '\0', REPLY_ID };
static const struct step set_pin = { "gpio set ", '\0', REPLY_EMPTY };
static const struct step clear_pin = { "gpio clear ", '\0', REPLY_EMPTY };
/* clang-format on */

static unsigned pin_count(const struct device_setup *setup)
{
    return setup->channels ? setup->channels : DIGITAL_PINS_MAX;
}

static unsigned all_pins(const struct device_setup *setup)
{
    return (1u << pin_count(setup)) - 1u;
}

static unsigned output_pins(const struct device_setup *setup)
{
    unsigned half = pin_count(setup) / 2;
    unsigned upper = all_pins(setup) & ~((1u << half) - 1u);
    return setup->node ? setup->node : upper;
}

static bool setup_fits(const struct device_setup *setup)
{
    unsigned pins = pin_count(setup);
    return (pins == 8 || pins == 16) && (setup->node & ~all_pins(setup)) == 0;
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
    case ASK_SAFE:
        return ask->step == 0 ? &safe : NULL;
    case ASK_SET:
        return ask->value != 0.0 ? &set_pin : &clear_pin;
    case ASK_SYNC:
        return &sync;
    case ASK_STREAM:
        break;
    }
    return NULL;
}

static enum rc put_mask(struct obuf *out, unsigned pins, unsigned mask)
{
    return pins == 8 ? obuf_printf(out, "%02x", mask) : obuf_printf(out, "%04x", mask);
}

/* The command without its CR, which is also the echo that comes back. */
static enum rc put_command(const struct device_setup *setup, const struct ask *ask,
                           const struct step *step, struct obuf *out)
{
    unsigned pins = pin_count(setup);
    enum rc rc = obuf_put(out, span_text(step->send));

    if (rc != RC_OK)
        return rc;
    if (ask->kind == ASK_SET)
        return obuf_byte(out, (unsigned char)"0123456789ABCDEF"[ask->channel & 15u]);
    switch (step->mask) {
    case '@':
        return put_mask(out, pins, all_pins(setup));
    case '%':
        return put_mask(out, pins, output_pins(setup));
    case '^':
        return put_mask(out, pins, all_pins(setup) & ~output_pins(setup));
    case '0':
        return put_mask(out, pins, 0);
    default:
        return RC_OK;
    }
}

static enum rc encode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request)
{
    const struct step *step = find_step(ask);
    size_t start = request->len;

    (void)self;
    if (!step || !setup_fits(setup))
        return RC_CONFIG;
    if (ask->kind == ASK_SET) {
        if (ask->signal != DIGITAL_SIGNAL_OUT || ask->channel >= pin_count(setup))
            return RC_RANGE;
        if (!(output_pins(setup) >> ask->channel & 1u))
            return RC_RANGE; /* an input */
        if (!(ask->value == 0.0 || ask->value == 1.0))
            return RC_RANGE;
    }
    enum rc rc = put_command(setup, ask, step, request);
    if (rc == RC_OK)
        rc = obuf_byte(request, '\r');
    if (rc != RC_OK)
        request->len = start;
    return rc;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Next line with something on it; empty: none is left. */
static struct span take_line(struct span *rest)
{
    while (rest->len && is_space(*rest->at))
        *rest = span_skip(*rest, 1);
    size_t len = 0;
    while (len < rest->len && rest->at[len] != '\r' && rest->at[len] != '\n')
        len++;
    struct span line = {rest->at, len};
    *rest = span_skip(*rest, len);
    while (line.len && is_space(line.at[line.len - 1]))
        line.len--;
    return line;
}

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

/* Answers may differ from the manual in letter case. */
static bool same_text(struct span a, struct span b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

static bool parse_hex(struct span text, size_t digits, uint32_t *out)
{
    uint32_t value = 0;

    if (text.len != digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        char c = text.at[i];
        if (c >= '0' && c <= '9')
            value = value << 4 | (uint32_t)(c - '0');
        else if ((c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'))
            value = value << 4 | (uint32_t)((c & 15) + 9);
        else
            return false;
    }
    *out = value;
    return true;
}

/* The echo proves whose answer this is; an event line ("# ...") may stand in between. RC_PROTOCOL:
 * not the answer to this command. */
static enum rc find_value(const struct device_setup *setup, const struct ask *ask,
                          const struct step *step, struct span frame, struct span *value)
{
    char text[48];
    struct obuf echo = {text, 0, sizeof(text)};
    struct span line;

    *value = (struct span){"", 0};
    if (put_command(setup, ask, step, &echo) != RC_OK)
        return RC_PROTOCOL;
    do
        line = take_line(&frame);
    while (line.len && *line.at == '#');
    if (!same_text(line, obuf_span(&echo)))
        return RC_PROTOCOL;
    while ((line = take_line(&frame)).len) {
        if (*line.at == '#')
            continue;
        if (value->len) /* one line is what every command of ours says at most */
            return RC_PROTOCOL;
        *value = line;
    }
    return RC_OK;
}

static bool is_printable(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < ' ' || text.at[i] > '~')
            return false;
    return text.len > 0;
}

static enum rc decode_pins(const struct device_setup *setup, const struct ask *ask,
                           struct span value, struct answer *out)
{
    uint32_t pins;
    unsigned count = pin_count(setup), outputs = output_pins(setup);

    if (!parse_hex(value, count / 4, &pins))
        return ask->kind == ASK_IDENTIFY && value.len ? RC_REFUSED : RC_PROTOCOL;
    if (ask->kind == ASK_IDENTIFY) {
        if (out->identity) {
            span_copy(SPAN("Numato"), out->identity->make, sizeof(out->identity->make));
            span_copy(count == 8 ? SPAN("GPIO 8") : SPAN("GPIO 16"), out->identity->model,
                      sizeof(out->identity->model));
        }
        return RC_OK;
    }
    struct digital_reading *reading = out->reading;
    for (unsigned n = 0; n < DIGITAL_PINS_MAX; n++) {
        double level = n < count ? (double)(pins >> n & 1u) : (double)NAN;
        bool is_output = n < count && (outputs >> n & 1u);
        reading->pin[n] = (struct digital_pin){level, is_output ? level : (double)NAN};
    }
    out->complete = true;
    return RC_OK;
}

static enum rc decode_id(const struct device_setup *setup, struct span value,
                         struct identity *identity)
{
    uint32_t id;

    if (!parse_hex(value, 8, &id))
        return RC_PROTOCOL;
    if (setup->expect_serial[0] && !same_text(value, span_text(setup->expect_serial)))
        return RC_REFUSED;
    if (identity)
        span_copy(value, identity->serial, sizeof(identity->serial));
    return RC_OK;
}

static enum rc decode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct span frame, struct answer *out)
{
    const struct step *step = find_step(ask);
    struct identity *identity = ask->kind == ASK_IDENTIFY ? out->identity : NULL;
    struct span value;

    (void)self;
    if (!step || !setup_fits(setup))
        return RC_CONFIG;
    enum rc rc = find_value(setup, ask, step, frame, &value);
    if (rc != RC_OK)
        return rc;
    switch (step->reply) {
    case REPLY_ANY:
        return RC_OK;
    case REPLY_EMPTY:
        if (value.len) /* whatever it says, it did not do it */
            return RC_REFUSED;
        if (ask->kind == ASK_SET)
            out->readback = (double)NAN; /* the next poll tells the pin's level */
        return RC_OK;
    case REPLY_VERSION:
        if (!is_printable(value))
            return RC_PROTOCOL;
        if (identity)
            span_copy(value, identity->firmware, sizeof(identity->firmware));
        return RC_OK;
    case REPLY_ID:
        return decode_id(setup, value, identity);
    case REPLY_PINS:
        return decode_pins(setup, ask, value, out);
    }
    return RC_PROTOCOL;
}

const struct driver numato_driver = {
    .name = "numato",
    .summary = "Numato USB GPIO module, 8 or 16 channels",
    .maturity = MATURITY_SIMULATED,
    .capability = &capability_digital_io,
    .framing = &framing_prompt,
    .line = {.baud = 19200, .parity = 'N', .data_bits = 8, .stop_bits = 1, .raise_dtr_rts = true},
    .identify_steps = COUNT(identify),
    .configure_steps = COUNT(configure),
    .poll_steps = 1,
    .safe_steps = 1,
    .channels = DIGITAL_PINS_MAX,
    .reply_timeout = {200000},
    .turnaround = {1000},
    .poll_period = {50000},
    .encode = encode,
    .decode = decode,
};
