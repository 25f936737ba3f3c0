#include "core/num.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

/* Every one of these is exact in a double. */
static const double powers_of_ten[] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* ---- reading ---- */

struct decimal {
    uint64_t mantissa;
    int exp10;
    bool negative;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits from `at` on into the mantissa; `point` is 1 behind the decimal point. */
static const char *take_digits(const char *at, const char *end, int point, struct decimal *d)
{
    for (; at < end && is_digit(*at); at++) {
        if (d->mantissa < 1000000000000000000u) {
            d->mantissa = d->mantissa * 10 + (uint64_t)(*at - '0');
            d->exp10 -= point;
        } else {
            d->exp10 += 1 - point; /* dropped; the mantissa is beyond 2^53 and tells so */
        }
    }
    return at;
}

/* "e-12" up to the end of the text; false if it is not that. */
static bool take_exponent(const char *at, const char *end, struct decimal *d)
{
    if (at == end)
        return true;
    if (*at != 'e' && *at != 'E')
        return false;
    at++;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end)
        return false;
    int exponent = 0;
    for (; at < end && is_digit(*at); at++)
        if (exponent < 100000)
            exponent = exponent * 10 + (*at - '0');
    d->exp10 += negative ? -exponent : exponent;
    return at == end;
}

static bool scan(struct span text, struct decimal *d)
{
    const char *at = text.at, *end = text.at + text.len;
    *d = (struct decimal){0};
    if (text.len == 0 || text.len > NUM_TEXT_MAX)
        return false;
    if (*at == '+' || *at == '-')
        d->negative = *at++ == '-';
    const char *first = at;
    at = take_digits(at, end, 0, d);
    ptrdiff_t digits = at - first;
    if (at < end && *at == '.') {
        first = ++at;
        at = take_digits(at, end, 1, d);
        digits += at - first;
    }
    return digits > 0 && take_exponent(at, end, d);
}

/* The exact route for what the fast one cannot do. glibc returns a constant object for "C", so the
 * locale costs no allocation. */
static enum rc parse_slowly(struct span text, double *out)
{
    char copy[NUM_TEXT_MAX + 1];
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c_locale == (locale_t)0)
        return RC_PROTOCOL;
    double value = strtod_l(copy, NULL, c_locale);
    freelocale(c_locale);
    if (!isfinite(value))
        return RC_RANGE;
    *out = value;
    return RC_OK;
}

enum rc num_parse(struct span text, double *out)
{
    struct decimal d;
    if (!scan(text, &d))
        return RC_PROTOCOL;
    /* Both operands exact, so the one operation rounds correctly (Clinger 1990). */
    bool fast = d.mantissa <= (UINT64_C(1) << 53) && d.exp10 >= -22 && d.exp10 <= 22;
    if (!fast)
        return parse_slowly(text, out);
    double value = (double)d.mantissa;
    value = d.exp10 < 0 ? value / powers_of_ten[-d.exp10] : value * powers_of_ten[d.exp10];
    *out = d.negative ? -value : value;
    return RC_OK;
}

enum rc num_parse_int(struct span text, int64_t lo, int64_t hi, int64_t *out)
{
    const char *at = text.at, *end = text.at + text.len;
    bool negative = false, huge = false;
    if (text.len == 0 || text.len > NUM_TEXT_MAX)
        return RC_PROTOCOL;
    if (*at == '+' || *at == '-')
        negative = *at++ == '-';
    if (at == end)
        return RC_PROTOCOL;
    uint64_t magnitude = 0;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return RC_PROTOCOL;
        huge = huge || magnitude > (UINT64_MAX - 9) / 10;
        magnitude = magnitude * 10 + (uint64_t)(*at - '0');
    }
    if (huge || magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return RC_RANGE;
    int64_t value =
        negative ? -(int64_t)(magnitude - (magnitude > 0)) - (magnitude > 0) : (int64_t)magnitude;
    if (!(value >= lo && value <= hi))
        return RC_RANGE;
    *out = value;
    return RC_OK;
}

/* ---- writing ---- */

enum { ROOM = 64 };

/* Whatever the locale's decimal point is, and it may be several bytes, becomes one point. */
static size_t drop_locale(char *text)
{
    size_t n = 0;
    for (const char *at = text; *at; at++) {
        bool plain = is_digit(*at) || *at == '-' || *at == '+' || *at == 'e';
        if (plain)
            text[n++] = *at;
        else if (n > 0 && text[n - 1] != '.')
            text[n++] = '.';
    }
    text[n] = '\0';
    return n;
}

/* `scaled` / 10^decimals in fixed notation, scaled < 2^53. */
static size_t write_scaled(char *text, bool negative, uint64_t scaled, unsigned decimals)
{
    char reversed[ROOM];
    size_t n = 0, used = 0;
    for (unsigned i = 0; scaled > 0 || i <= decimals; i++) {
        if (i == decimals && decimals > 0)
            reversed[n++] = '.';
        reversed[n++] = (char)('0' + scaled % 10);
        scaled /= 10;
    }
    if (negative)
        text[used++] = '-';
    while (n > 0)
        text[used++] = reversed[--n];
    return used;
}

/* Most numbers that people and instruments make are m / 10^d with few digits. If the correctly
 * rounded quotient is the value and m has at most 15 digits, then that is the shortest text. */
static size_t write_simple(char *text, double value)
{
    double magnitude = fabs(value);
    if (!(magnitude >= 1e-4 && magnitude < 1e15))
        return 0;
    for (unsigned d = 0; d <= 9; d++) {
        double scaled = magnitude * powers_of_ten[d];
        if (!(scaled < 1e15))
            return 0;
        uint64_t m = (uint64_t)(scaled + 0.5);
        if ((double)m / powers_of_ten[d] == magnitude)
            return write_scaled(text, value < 0, m, d);
    }
    return 0;
}

static size_t write_general(char text[ROOM], double value)
{
    size_t n = 0;
    for (int precision = 15; precision <= 17; precision++) {
        double back = 0;
        snprintf(text, ROOM, "%.*g", precision, value);
        n = drop_locale(text);
        if (num_parse((struct span){text, n}, &back) == RC_OK && back == value)
            break;
    }
    return n;
}

enum rc num_put(struct obuf *out, double value)
{
    char text[ROOM];
    if (!isfinite(value))
        return RC_RANGE;
    if (value == 0)
        return obuf_byte(out, '0');
    size_t n = write_simple(text, value);
    if (n == 0)
        n = write_general(text, value);
    return obuf_put(out, (struct span){text, n});
}

enum rc num_put_fixed(struct obuf *out, double value, unsigned decimals)
{
    char text[ROOM];
    size_t n;
    if (!(value > -1e15 && value < 1e15) || decimals > 9)
        return RC_RANGE;
    /* The product is off by at most one part in 2^53. Unless that reaches a half, the integer that
     * is nearest to it is the one nearest to the exact product. */
    double scaled = fabs(value) * powers_of_ten[decimals];
    bool small = scaled < 0x1p52;
    uint64_t whole = small ? (uint64_t)scaled : 0;
    double part = scaled - (double)whole;
    if (small && fabs(part - 0.5) > scaled * 0x1p-51) {
        n = write_scaled(text, signbit(value) != 0, whole + (part > 0.5), decimals);
    } else {
        snprintf(text, ROOM, "%.*f", (int)decimals, value);
        n = drop_locale(text);
    }
    return obuf_put(out, (struct span){text, n});
}

/* ---- for people ---- */

struct digits {
    char digit[16];
    int count, exp10; /* d.ddd * 10^exp10, no trailing zeros */
    bool negative;
};

static void split_digits(double value, unsigned significant, struct digits *d)
{
    char text[ROOM];
    snprintf(text, ROOM, "%.*e", (int)significant - 1, value);
    drop_locale(text);
    const char *at = text;
    *d = (struct digits){.negative = *at == '-'};
    for (; *at && *at != 'e'; at++)
        if (is_digit(*at) && d->count < 16)
            d->digit[d->count++] = *at;
    while (d->count > 1 && d->digit[d->count - 1] == '0')
        d->count--;
    int sign = *at && at[1] == '-' ? -1 : 1;
    for (; *at; at++)
        if (is_digit(*at))
            d->exp10 = d->exp10 * 10 + (*at - '0');
    d->exp10 *= sign;
}

static size_t lay_out(const struct digits *d, char text[ROOM])
{
    size_t n = 0;
    bool fixed = d->exp10 >= -4 && d->exp10 < 9;
    int before = fixed ? d->exp10 + 1 : 1; /* digits before the point; may be negative */
    if (d->negative)
        text[n++] = '-';
    if (before <= 0)
        text[n++] = '0';
    int first = before <= 0 ? before : 0;
    int last = d->count > before ? d->count : before;
    for (int i = first; i < last; i++) {
        if (i == (before <= 0 ? first : before))
            text[n++] = '.';
        char digit = '0';
        if (i >= 0 && i < d->count)
            digit = d->digit[i];
        text[n++] = digit;
    }
    if (!fixed)
        n += (size_t)snprintf(text + n, ROOM - n, "e%d", d->exp10);
    return n;
}

void num_put_short(struct obuf *out, double value, unsigned digits)
{
    char text[ROOM] = "-";
    size_t n = 1;
    if (value == 0) {
        text[0] = '0';
    } else if (isfinite(value)) {
        struct digits d;
        split_digits(value, digits < 1 ? 1 : digits > 15 ? 15 : digits, &d);
        n = lay_out(&d, text);
    }
    size_t room = out->cap - out->len;
    n = n < room ? n : room;
    (void)!obuf_put(out, (struct span){text, n}); /* fits: cut to the room just now */
}
