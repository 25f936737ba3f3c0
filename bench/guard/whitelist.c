#include "bench/guard/whitelist.h"

#include <string.h>

/* In a template: one letter, one or more digits, a number that is zero, any byte. No protocol here
 * uses these byte values. */
#define LETTER "\xF1"
#define DIGITS "\xF2"
#define ZERO "\xF3"
#define ANY "\xF4"
#define FORM(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

#define ZEROES_6 "\0\0\0\0\0\0"
#define ZEROES_21 ZEROES_6 ZEROES_6 ZEROES_6 "\0\0\0"

/* clang-format off */
static const struct form {
    const char *bytes;
    size_t len;
} forms[] = {
    FORM(LETTER "LS " ZERO "\r"),                                  /* Alicat: set point 0 */
    FORM(LETTER "S" ZERO "\r"),                                    /* Alicat before 9v */
    FORM("\x10\x02" ANY ANY "\x07\x01\x21\x43\0\0\0\0\x10\x03"),   /* ProPar: fsetpoint 0 */
    FORM("\x10\x02" ANY ANY "\x05\x01\x01\x21\0\0\x10\x03"),       /* ProPar: setpoint 0 */
    FORM("\xAA" ANY "\x20\x01" ZEROES_21 ANY),                     /* load: remote on */
    FORM("\xAA" ANY "\x21\x00" ZEROES_21 ANY),                     /* load: input off */
    FORM("\xAA" ANY "\x2A\x00" ZEROES_21 ANY),                     /* load: level 0 */
    /* supplies: HMP, DP800, E36300; the queries behind are answered */
    FORM("INST:NSEL " DIGITS ";:OUTP OFF;:VOLT " ZERO ";:INST:NSEL?;:VOLT?;:OUTP?\n"),
    FORM(":INST:NSEL " DIGITS ";:OUTP OFF;:SOUR:VOLT " ZERO ";:INST:NSEL?;:SOUR:VOLT?;:OUTP?\n"),
    FORM(":INST:NSEL " DIGITS ";:OUTP:STAT OFF;:SOUR:VOLT " ZERO ";:INST:NSEL?;:SOUR:VOLT?;:OUTP:STAT?\n"),
    FORM("T0EF500002" ANY ANY "00\r"),                             /* rusEFI: heater off */
    FORM("gpio clear " ANY "\r"),                                  /* Numato: one output low */
    FORM("gpio writeall " ZERO "\r"),
    FORM(":OUTP OFF;:OUTP:SMOD HIMP;:OUTP?;:OUTP:SMOD?\n"),        /* source-meter: high impedance */
    FORM("OUTX 0;SLVL 0.004;SLVL?\r"),                            /* lock-in: its least amplitude */
    FORM("FUNC:TEST OFF\r\nFUNC:TEST?\r\n"),                       /* insulation tester: off */
    FORM(":ABOR;:SAMP:TIM 2E-5;:SAMP:TIM?\n"),                    /* digitizer: it waits for no edge */
    FORM(":ROUT:OPEN (@201:216);:ROUT:CLOS? (@201:216)\n"),       /* scanner: all relays open */
};
/* clang-format on */

enum { NUMBER_BYTES_MAX = 16 };

static size_t zero_length(const char *at, size_t len)
{
    size_t n = 0;
    unsigned digits = 0, points = 0;
    for (; n < len && (at[n] == '0' || at[n] == '.'); n++) {
        digits += at[n] == '0';
        points += at[n] == '.';
    }
    return digits && points <= 1 && n <= NUMBER_BYTES_MAX ? n : 0;
}

static size_t digits_length(const char *at, size_t len)
{
    size_t n = 0;
    while (n < len && at[n] >= '0' && at[n] <= '9')
        n++;
    return n <= NUMBER_BYTES_MAX ? n : 0;
}

/* How many bytes of the frame one place of a template takes; 0: it does not fit. */
static size_t place_length(char place, const char *at, size_t len)
{
    if (len == 0)
        return 0;
    switch (place) {
    case '\xF1':
        return *at >= 'A' && *at <= 'Z';
    case '\xF2':
        return digits_length(at, len);
    case '\xF3':
        return zero_length(at, len);
    case '\xF4':
        return 1;
    default:
        return *at == place;
    }
}

static bool fits(const struct form *form, const char *frame, size_t len)
{
    for (size_t i = 0; i < form->len; i++) {
        size_t n = place_length(form->bytes[i], frame, len);
        if (n == 0)
            return false;
        frame += n;
        len -= n;
    }
    return len == 0;
}

bool whitelist_permits(const char *frame, size_t len)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (fits(&forms[i], frame, len))
            return true;
    return false;
}
