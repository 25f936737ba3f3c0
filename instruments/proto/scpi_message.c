/* Program messages: headers, arguments, channel lists. */
#include <math.h>

#include "core/num.h"
#include "instruments/proto/scpi.h"
#include "instruments/proto/scpi_text.h"

void scpi_read(struct scpi_reader *reader, struct span message)
{
    reader->rest = message;
    reader->path_len = 0;
}

static size_t header_length(struct span text)
{
    size_t i = 0;

    while (i < text.len && (scpi_text_is_letter(text.at[i]) || scpi_text_is_digit(text.at[i]) ||
                            text.at[i] == ':' || text.at[i] == '_' || text.at[i] == '*'))
        i++;
    return i;
}

/* A leading colon starts at the root; a common command leaves the path alone. */
static enum rc put_header(struct scpi_reader *reader, struct span header, struct scpi_unit *unit)
{
    bool common = header.len && header.at[0] == '*';
    bool root = header.len && header.at[0] == ':';
    size_t path = common || root ? 0 : reader->path_len;

    header = span_skip(header, root ? 1 : 0);
    if (header.len == 0 || path + header.len > sizeof(unit->header))
        return RC_PROTOCOL;
    memcpy(unit->header, reader->path, path);
    memcpy(unit->header + path, header.at, header.len);
    unit->header_len = path + header.len;
    if (common)
        return RC_OK;
    size_t keep = unit->header_len;
    while (keep && unit->header[keep - 1] != ':')
        keep--;
    memcpy(reader->path, unit->header, keep);
    reader->path_len = keep;
    return RC_OK;
}

bool scpi_next(struct scpi_reader *reader, struct scpi_unit *unit, enum rc *rc)
{
    struct span text;

    do {
        if (!scpi_take_field(&reader->rest, ';', &text))
            return false;
    } while (text.len == 0);
    size_t len = header_length(text);
    struct span rest = span_skip(text, len);
    unit->query = rest.len && rest.at[0] == '?';
    rest = span_skip(rest, unit->query ? 1 : 0);
    unit->args = scpi_text_trim(rest);
    *rc = rest.len && !scpi_text_is_blank(rest.at[0])
              ? RC_PROTOCOL
              : put_header(reader, (struct span){text.at, len}, unit);
    return true;
}

/* One word of the pattern against the header at `at`; returns how many bytes match, -1: none. */
static int match_word(struct span header, const char *pattern, size_t *pattern_len,
                      unsigned *suffix)
{
    size_t letters = 0, brief = 0, have = 0;

    if (header.len == 0 || scpi_text_upper(header.at[0]) != pattern[0])
        return -1; /* nearly always: a table of patterns is searched word by word */
    while (scpi_text_is_letter(pattern[letters]) || pattern[letters] == '*')
        letters++;
    while (brief < letters && pattern[brief] == scpi_text_upper(pattern[brief]))
        brief++;
    while (have < header.len && (scpi_text_is_letter(header.at[have]) || header.at[have] == '*'))
        have++;
    if (have != letters && have != brief)
        return -1;
    for (size_t i = 0; i < have; i++)
        if (scpi_text_upper(header.at[i]) != scpi_text_upper(pattern[i]))
            return -1;
    *pattern_len = letters;
    if (pattern[letters] != '#')
        return (int)have;
    *pattern_len = letters + 1;
    unsigned number = 0;
    size_t digits = 0;
    for (; have < header.len && scpi_text_is_digit(header.at[have]) && digits < 4; have++, digits++)
        number = number * 10 + (unsigned)(header.at[have] - '0');
    *suffix = digits ? number : 1;
    return (int)have;
}

static bool match_from(struct span header, const char *pattern, unsigned *suffix)
{
    while (*pattern) {
        if (*pattern == '[') {
            if (match_from(header, pattern + 1, suffix))
                return true;
            pattern = strchr(pattern, ']') + 1; /* our own tables: each bracket is closed */
        } else if (*pattern == ']') {
            pattern++;
        } else if (*pattern == ':') {
            if (header.len == 0 || header.at[0] != ':')
                return false;
            header = span_skip(header, 1);
            pattern++;
        } else {
            size_t used;
            int have = match_word(header, pattern, &used, suffix);
            if (have < 0)
                return false;
            header = span_skip(header, (size_t)have);
            pattern += used;
        }
    }
    return header.len == 0;
}

bool scpi_match(const struct scpi_unit *unit, const char *pattern, unsigned *suffix)
{
    unsigned ignored;
    return match_from((struct span){unit->header, unit->header_len}, pattern,
                      suffix ? suffix : &ignored);
}

static double unit_factor(struct span suffix)
{
    static const char *const units[] = {"V", "A", "W", "OHM", "S", "HZ"};

    if (suffix.len == 0)
        return 1.0;
    for (size_t i = 0; i < COUNT(units); i++) {
        if (scpi_text_same_word(suffix, units[i]))
            return 1.0;
        if (!scpi_text_same_word(span_skip(suffix, 1), units[i]))
            continue;
        switch (scpi_text_upper(suffix.at[0])) {
        case 'N':
            return 1e-9;
        case 'U':
            return 1e-6;
        case 'M':
            return 1e-3;
        case 'K':
            return 1e3;
        default:
            break;
        }
    }
    return (double)NAN;
}

static bool is_number_sign(char c)
{
    return c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
}

int scpi_number_argument(struct span text, const struct scpi_bounds *bounds, double *out)
{
    double value;
    size_t len = 0;

    text = scpi_text_trim(text);
    if (text.len == 0)
        return -109;
    if (scpi_text_same_word(text, "MIN") || scpi_text_same_word(text, "MINIMUM"))
        value = bounds->min;
    else if (scpi_text_same_word(text, "MAX") || scpi_text_same_word(text, "MAXIMUM"))
        value = bounds->max;
    else if (scpi_text_same_word(text, "DEF") || scpi_text_same_word(text, "DEFAULT"))
        value = bounds->preset;
    else {
        while (len < text.len && (scpi_text_is_digit(text.at[len]) || is_number_sign(text.at[len])))
            len++;
        double factor = unit_factor(scpi_text_trim(span_skip(text, len)));
        if (num_parse((struct span){text.at, len}, &value) != RC_OK || isnan(factor))
            return -104;
        value *= factor;
    }
    if (!(value >= bounds->min && value <= bounds->max))
        return -222;
    *out = value;
    return 0;
}

int scpi_onoff_argument(struct span text, bool *out)
{
    if (scpi_text_trim(text).len == 0)
        return -109;
    return scpi_parse_onoff(text, out) == RC_OK ? 0 : -104;
}

enum rc scpi_parse_channels(struct span text, unsigned *channels, size_t cap, size_t *count)
{
    struct span item;
    size_t found = 0;

    text = scpi_text_trim(text);
    if (text.len < 4 || memcmp(text.at, "(@", 2) != 0 || text.at[text.len - 1] != ')')
        return RC_PROTOCOL;
    struct span rest = {text.at + 2, text.len - 3};
    while (scpi_take_field(&rest, ',', &item)) {
        struct span from, to = item;
        int64_t first, last;
        if (!scpi_take_field(&to, ':', &from))
            return RC_PROTOCOL;
        if (num_parse_int(from, 0, 9999, &first) != RC_OK)
            return RC_PROTOCOL;
        last = first;
        if (to.at && num_parse_int(scpi_text_trim(to), first, 9999, &last) != RC_OK)
            return RC_PROTOCOL;
        for (; first <= last; first++) {
            if (found == cap)
                return RC_RANGE;
            channels[found++] = (unsigned)first;
        }
    }
    *count = found;
    return RC_OK;
}
