#include "instruments/capability/digital_io.h"
#include "instruments/numato_gpio/numato_gpio.h"

struct board {
    struct plant plant;
    struct instant now;
    unsigned pins;
    unsigned latch, iodir, iomask, seen; /* bit n is pin n; iodir 1: input */
    bool notify, overflow;
    uint32_t id;
    size_t len;
    char line[48];
};

static unsigned all_pins(const struct board *b)
{
    return (1u << b->pins) - 1u;
}

static unsigned read_pins(struct board *b)
{
    unsigned pins = b->latch & ~b->iodir;

    for (unsigned n = 0; n < b->pins; n++)
        if (b->iodir >> n & 1u)
            pins |= (unsigned)(b->plant.read(b->plant.ctx, PLANT_PIN, n, b->now) > 0.5) << n;
    return pins;
}

static void drive_pins(struct board *b)
{
    for (unsigned n = 0; n < b->pins; n++)
        if (!(b->iodir >> n & 1u))
            b->plant.write(b->plant.ctx, PLANT_PIN, n, (double)(b->latch >> n & 1u), b->now);
}

static uint32_t hex_of(struct span text)
{
    uint32_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        value = value << 4 | (uint32_t)(c <= '9' ? c - '0' : (c & 15) + 9);
    }
    return value;
}

static bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static bool is_hex(struct span text, size_t digits)
{
    if (text.len != digits)
        return false;
    for (size_t i = 0; i < digits; i++)
        if (!is_hex_digit(text.at[i]))
            return false;
    return true;
}

static void board_init(void *state, const struct sim_setup *setup)
{
    struct board *b = state;
    const char *serial = setup->device->expect_serial;
    const char *name = setup->device->name;

    b->plant = setup->plant;
    b->pins = setup->device->channels == 8 ? 8 : DIGITAL_PINS_MAX;
    b->iodir = b->iomask = all_pins(b); /* power-on: all pins inputs */
    if (is_hex(span_text(serial), 8)) {
        b->id = hex_of(span_text(serial));
        return;
    }
    b->id = 5381;
    while (*name)
        b->id = b->id * 33u ^ (unsigned char)*name++;
}

/* --- what does not fit is lost, as in the board's own buffer -------------------------------------
 */

static void say(struct obuf *out, const char *text)
{
    (void)!obuf_put(out, span_text(text));
}

static void say_pins(const struct board *b, struct obuf *out, unsigned pins)
{
    (void)!(b->pins == 8 ? obuf_printf(out, "%02X", pins) : obuf_printf(out, "%04X", pins));
}

static bool take_word(struct span *rest, const char *word)
{
    size_t len = strlen(word);
    if (rest->len < len || memcmp(rest->at, word, len) != 0)
        return false;
    if (rest->len > len && rest->at[len] != ' ')
        return false;
    *rest = span_skip(*rest, rest->len > len ? len + 1 : len);
    return true;
}

/* A pin is one digit, base 36 in its shape; -1: none of this board's. */
static int pin_of(const struct board *b, struct span text)
{
    if (text.len != 1)
        return -1;
    char c = *text.at;
    int n = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'V' ? c - 'A' + 10 : -1;
    return n < (int)b->pins ? n : -1;
}

static bool set_pin(struct board *b, struct span args, bool high)
{
    int pin = pin_of(b, args);
    if (pin < 0)
        return false;
    unsigned bit = 1u << pin;
    b->iodir &= ~bit; /* as the board does: a pin that is set is an output from then on */
    b->latch = high ? b->latch | bit : b->latch & ~bit;
    drive_pins(b);
    return true;
}

static bool write_masks(struct board *b, struct span line)
{
    unsigned *to = take_word(&line, "iomask")     ? &b->iomask
                   : take_word(&line, "iodir")    ? &b->iodir
                   : take_word(&line, "writeall") ? &b->latch
                                                  : NULL;
    if (!to || !is_hex(line, b->pins / 4))
        return false;
    unsigned value = hex_of(line);
    *to = to == &b->iomask ? value : (*to & ~b->iomask) | (value & b->iomask);
    drive_pins(b);
    return true;
}

static bool handle_gpio(struct board *b, struct span line, struct obuf *out)
{
    if (span_is(line, "readall")) {
        say_pins(b, out, read_pins(b));
        say(out, "\n\r");
        return true;
    }
    if (take_word(&line, "read")) {
        int pin = pin_of(b, line);
        if (pin >= 0)
            say(out, read_pins(b) >> pin & 1u ? "1\n\r" : "0\n\r");
        return pin >= 0;
    }
    if (take_word(&line, "set"))
        return set_pin(b, line, true);
    if (take_word(&line, "clear"))
        return set_pin(b, line, false);
    if (!take_word(&line, "notify"))
        return write_masks(b, line);
    if (b->pins != 16)
        return false; /* only this board has events */
    if (span_is(line, "on") || span_is(line, "off"))
        b->notify = span_is(line, "on");
    else if (!span_is(line, "get"))
        return false;
    b->seen = read_pins(b);
    say(out, b->notify ? "gpio notify enabled\n\r" : "gpio notify disabled\n\r");
    return true;
}

static bool handle_command(struct board *b, struct span line, struct obuf *out)
{
    if (line.len == 0)
        return true;
    if (span_is(line, "ver")) {
        say(out, "00000008\n\r");
        return true;
    }
    if (span_is(line, "id get")) {
        (void)!obuf_printf(out, "%08X\n\r", (unsigned)b->id);
        return true;
    }
    if (take_word(&line, "id") && take_word(&line, "set") && is_hex(line, 8)) {
        b->id = hex_of(line);
        return true;
    }
    return take_word(&line, "gpio") && handle_gpio(b, line, out);
}

/* Every byte is echoed; CR is echoed as the line end that the board uses. */
static void board_feed(void *state, struct span bytes, struct instant now, struct obuf *out)
{
    struct board *b = state;

    b->now = now;
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.at[i];
        if (c == '\r') {
            say(out, "\n\r");
            if (b->overflow || !handle_command(b, (struct span){b->line, b->len}, out))
                say(out, "unknown command\n\r");
            say(out, ">");
            b->len = 0;
            b->overflow = false;
        } else if (c != '\n') {
            (void)!obuf_byte(out, (unsigned char)c);
            if (b->len < sizeof(b->line))
                b->line[b->len++] = c;
            else
                b->overflow = true;
        }
    }
}

enum { SCAN_us = 10000 };

static struct instant board_next(const void *state)
{
    const struct board *b = state;
    return b->notify ? instant_add(b->now, duration_us(SCAN_us)) : INSTANT_NEVER;
}

static void board_tick(void *state, struct instant now, struct obuf *out)
{
    struct board *b = state;

    b->now = now;
    unsigned pins = read_pins(b);
    if (!b->notify || pins == b->seen)
        return;
    say(out, "\n\r# ");
    say_pins(b, out, pins);
    say(out, " ");
    say_pins(b, out, b->seen);
    say(out, " ");
    say_pins(b, out, b->iodir);
    say(out, "\n\r>");
    b->seen = pins;
}

const struct sim_driver numato_sim = {
    .driver = "numato",
    .state_size = sizeof(struct board),
    .init = board_init,
    .feed = board_feed,
    .next = board_next,
    .tick = board_tick,
};
