/* What the simulated unit says. What does not fit is lost, as in an output buffer that is full. */
#include <math.h>

#include "core/num.h"
#include "instruments/keysight_daq970a/keysight_daq970a_mux.h"

/* +d.ddddddddE+dd without printf: up to sixteen of them at every poll. */
enum rc mux_put_reading(struct obuf *out, double value)
{
    static const double tens[] = {1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3,
                                  1e-2, 1e-1, 1e0,  1e1,  1e2,  1e3,  1e4};
    double size = fabs(value);
    size_t i = COUNT(tens) - 1;

    if (!(size < 1e5))
        return obuf_put(out, signbit(value) ? SPAN("-9.90000000E+37") : SPAN("+9.90000000E+37"));
    while (i && size < tens[i])
        i--;
    double mantissa = size < 1e-12 ? 0 : size / tens[i];
    if (mantissa > 9.999999995) {
        mantissa /= 10;
        i++;
    }
    int exponent = size < 1e-12 ? 0 : (int)i - 9;
    unsigned digits = (unsigned)(exponent < 0 ? -exponent : exponent);
    enum rc rc = obuf_byte(out, value < 0 ? '-' : '+');
    if (rc == RC_OK)
        rc = num_put_fixed(out, mantissa, 8);
    const char tail[4] = {'E', exponent < 0 ? '-' : '+', '0', (char)('0' + digits % 10)};
    return rc == RC_OK ? obuf_put(out, (struct span){tail, sizeof tail}) : rc;
}

void mux_say_number(struct mux *m, struct obuf *out, double value)
{
    scpi_say(&m->ear, out, "");
    (void)!mux_put_reading(out, value);
}

void mux_say_error(struct mux *m, struct obuf *out)
{
    int code = scpi_pop_error(&m->ear.errors);
    const char *text = code == MUX_NO_SLOT      ? "Channel list: slot number out of range"
                       : code == MUX_NO_CHANNEL ? "Channel list: channel number out of range"
                       : code == MUX_EMPTY_LIST ? "Channel list: empty scan list"
                       : code == -214           ? "Trigger deadlock"
                       : code == -230           ? "Data stale"
                                                : scpi_error_text(code);
    scpi_say(&m->ear, out, code < 0 ? "" : "+");
    (void)!obuf_printf(out, "%d,\"%s\"", code, text);
}

static void put_channel(struct obuf *out, unsigned channel)
{
    const char digits[3] = {(char)('0' + channel / 100), (char)('0' + channel / 10 % 10),
                            (char)('0' + channel % 10)};
    (void)!obuf_put(out, (struct span){digits, sizeof digits});
}

/* A definite-length block: #217(@101,102,103,104), and #13(@) when it is empty. */
void mux_say_scan(struct mux *m, struct obuf *out)
{
    size_t len = m->scan_count ? 2 + 4 * m->scan_count : 3;

    scpi_say(&m->ear, out, len < 10 ? "#1" : "#2");
    if (len >= 10)
        (void)!obuf_byte(out, '0' + (unsigned)(len / 10));
    (void)!obuf_byte(out, '0' + (unsigned)(len % 10));
    (void)!obuf_put(out, SPAN("(@"));
    for (size_t i = 0; i < m->scan_count; i++) {
        if (i)
            (void)!obuf_byte(out, ',');
        put_channel(out, 101 + m->scan[i]);
    }
    (void)!obuf_byte(out, ')');
}

/* Fields in the order of the manual: reading and unit, time, channel, alarm. */
static enum rc put_fields(struct mux *m, struct obuf *out, size_t i)
{
    enum rc rc = mux_put_reading(out, m->held_V[i]);

    if (rc == RC_OK && m->units)
        rc = obuf_put(out, SPAN(" VDC"));
    if (rc == RC_OK && m->times)
        rc = obuf_put(out, SPAN(",000000000.000"));
    if (rc == RC_OK && m->channels) {
        rc = obuf_byte(out, ',');
        put_channel(out, 101 + m->scan[i]);
    }
    if (rc == RC_OK && m->alarms)
        rc = obuf_put(out, SPAN(",0"));
    return rc;
}

int mux_answer_fetch(struct mux *m, struct obuf *out)
{
    enum rc rc = RC_OK;

    if (m->held == 0)
        return -230;
    scpi_say(&m->ear, out, "");
    for (uint32_t n = 0; n < m->scans && rc == RC_OK; n++)
        for (size_t i = 0; i < m->held && rc == RC_OK; i++) {
            if (n > 0 || i)
                rc = obuf_byte(out, ',');
            if (rc == RC_OK)
                rc = put_fields(m, out, i);
        }
    return 0;
}

int mux_answer_read(struct mux *m, struct obuf *out)
{
    if (m->scan_count == 0)
        return MUX_EMPTY_LIST;
    if (m->source == MUX_SOURCE_BUS)
        return -214;
    mux_initiate(m);
    return m->source == MUX_SOURCE_IMM ? mux_answer_fetch(m, out)
                                       : 0; /* else it waits in silence */
}

/* "100" or "200": what is in that slot. */
int mux_answer_card(struct mux *m, struct span args, struct obuf *out)
{
    int64_t slot;

    if (args.len == 0)
        return -109;
    if (num_parse_int(args, INT32_MIN, INT32_MAX, &slot) != RC_OK)
        return -104;
    if (slot != 100 && slot != 200 && slot != 300)
        return -222;
    scpi_say(&m->ear, out, m->model->make);
    if (slot == 300) {
        (void)!obuf_put(out, SPAN(",0,0,0"));
        return 0;
    }
    struct span names = span_text(slot == 100 ? m->model->inputs : m->model->relays), card;
    (void)!scpi_take_field(&names, ' ', &card);
    (void)!obuf_printf(out, ",%.*s,%s,%s", (int)card.len, card.at, m->model->serial,
                       m->model->card_fw);
    return 0;
}
