#include "sequences/quantity.h"

#include <strings.h>

#include "core/num.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum rc quantity_read(struct span text, double *value, struct unit *unit, struct span *bad_unit)
{
    size_t len = 0;
    while (len < text.len && strchr("+-.0123456789", text.at[len]))
        len++;
    if (len && len + 1 < text.len && (text.at[len] == 'e' || text.at[len] == 'E')) {
        size_t exponent = len + 1;
        if (text.at[exponent] == '+' || text.at[exponent] == '-')
            exponent++;
        if (exponent < text.len && is_digit(text.at[exponent])) {
            len = exponent;
            while (len < text.len && is_digit(text.at[len]))
                len++;
        }
    }
    double number;
    enum rc rc = num_parse((struct span){text.at, len}, &number);
    if (rc)
        return rc;
    struct span word = span_skip(text, len);
    while (word.len && (word.at[0] == ' ' || word.at[0] == '\t'))
        word = span_skip(word, 1);
    struct unit found = {.name = "", .dim = dim_one, .scale = 1};
    if (word.len && unit_find(word, &found)) {
        if (!((word.at[0] >= 'A' && word.at[0] <= 'Z') ||
              (word.at[0] >= 'a' && word.at[0] <= 'z') || word.at[0] == '%'))
            return RC_PROTOCOL;
        if (bad_unit)
            *bad_unit = word;
        return RC_CONFIG;
    }
    *value = number;
    *unit = found;
    return RC_OK;
}

/* The text with every run of digits as one '9', so that forms can be compared. */
static void shape_of(struct span text, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len && n + 1 < cap; i++) {
        char c = text.at[i];
        if (!is_digit(c))
            out[n++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        else if (n == 0 || out[n - 1] != '9')
            out[n++] = '9';
    }
    out[n] = '\0';
}

static bool has_month(const char *shape)
{
    static const char months[] = "jan feb mar apr may mai jun jul aug sep oct okt nov dec dez ";
    for (const char *at = shape; *at; at++) {
        for (size_t m = 0; m + 4 < sizeof months; m += 4) {
            if (strncmp(at, months + m, 3) == 0)
                return true;
        }
    }
    return false;
}

const char *quantity_hint(struct span text)
{
    char shape[32];
    static const char date[] = "this looks like a date: the spreadsheet has changed it";
    static const char thousands[] = "write numbers without thousands separators";
    shape_of(text, shape, sizeof shape);
    const char *at = shape + strspn(shape, "+-");
    if (strncmp(at, "9-9", 3) == 0 || strncmp(at, "9/9", 3) == 0 || strncmp(at, "9.9.", 4) == 0)
        return date;
    if (at[0] == '9' && has_month(at))
        return date;
    if (strncmp(at, "9.9,9", 5) == 0 || strncmp(at, "9,9.9", 5) == 0 ||
        strncmp(at, "9,9,9", 5) == 0 || strncmp(at, "9'9", 3) == 0 || strncmp(at, "9 9", 3) == 0)
        return thousands;
    if (strncmp(at, "9,9", 3) == 0 || strncmp(at, ",9", 2) == 0)
        return "decimals are written with a point: 0.5";
    if (strncmp(at, "nan", 3) == 0 || strncmp(at, "inf", 3) == 0 || strncmp(at, "#", 1) == 0)
        return "a limit that is meant to be absent is written 'none'";
    return NULL;
}
