#include "instruments/keysight_daq970a/keysight_daq970a_reply.h"

#include <math.h>

#include "core/num.h"
#include "instruments/proto/scpi.h"

/* "make,DAQM901A,serial,firmware". Another card behind the same numbers would take the commands. */
static enum rc check_card(struct span text, const char *accepted)
{
    struct scpi_identity card;
    struct span rest = span_text(accepted), one;
    enum rc rc = scpi_parse_identity(text, &card);

    if (rc != RC_OK)
        return rc;
    while (scpi_take_field(&rest, ' ', &one))
        if (span_equal(one, card.model))
            return RC_OK;
    return RC_REFUSED;
}

/* The unit prints every reading with an exponent of two digits. That is demanded, because a number
 * that lost its last digits would still be a number. */
static enum rc parse_reading(struct span text, double *out)
{
    double value;

    if (text.len < 7 || text.at[text.len - 4] != 'E' ||
        !(text.at[text.len - 3] == '+' || text.at[text.len - 3] == '-'))
        return RC_PROTOCOL;
    if (num_parse(text, &value) != RC_OK)
        return RC_PROTOCOL;
    if (fabs(value) >= 9.8e37) { /* 9.9E37 overload, 9.91E37 not a number */
        *out = (double)NAN;
        return RC_OK;
    }
    if (!(fabs(value) <= 1.201 * DAQ_RANGE_V))
        return RC_RANGE;
    *out = value;
    return RC_OK;
}

/* Exactly "0" or "1". */
static enum rc parse_bit(struct span text, double *out)
{
    if (text.len != 1 || (text.at[0] != '0' && text.at[0] != '1'))
        return RC_PROTOCOL;
    *out = text.at[0] == '1' ? 1.0 : 0.0;
    return RC_OK;
}

/* RC_REFUSED: a number, but not the one that was set. */
static enum rc check_number(struct span text, double wanted)
{
    double value;
    enum rc rc = scpi_parse_value(text, &value);

    if (rc != RC_OK)
        return rc;
    return fabs(value - wanted) <= 1e-6 * wanted ? RC_OK : RC_REFUSED;
}

static enum rc check_bit(struct span text, double wanted)
{
    double bit;
    enum rc rc = parse_bit(text, &bit);
    return rc == RC_OK && bit != wanted ? RC_REFUSED : rc;
}

/* "#218(@101,102,103,104)". RC_REFUSED: somebody has changed the list. */
static enum rc check_scan(struct span text, unsigned used)
{
    unsigned list[SCANNER_CHANNELS_MAX];
    struct span data;
    size_t count = 0;
    enum rc rc = scpi_parse_block(text, &data);

    if (rc != RC_OK)
        return rc;
    if (span_is(data, "(@)"))
        return RC_REFUSED;
    rc = scpi_parse_channels(data, list, COUNT(list), &count);
    if (rc != RC_OK)
        return rc == RC_RANGE ? RC_REFUSED : rc;
    for (size_t i = 0; i < count; i++)
        if (count != used || list[i] != 101 + i)
            return RC_REFUSED;
    return RC_OK;
}

static enum rc check_item(struct daq_reply *reply, char letter, size_t at, struct span text)
{
    switch (letter) {
    case 'R':
        return check_number(text, DAQ_RANGE_V);
    case 'N':
        return check_number(text, reply->nplc);
    case 'Z':
        return check_bit(text, 1.0);
    case 'o':
        return check_bit(text, 0.0);
    case 'k':
        return parse_bit(text, &reply->value[at]);
    default:
        return parse_reading(text, &reply->value[at]);
    }
}

/* A field of like items, separated by commas, as many as there are inputs or relays. */
static enum rc check_items(struct daq_reply *reply, char letter, struct span text)
{
    size_t count = letter == 'o' || letter == 'k' ? SCANNER_CHANNELS_MAX : reply->inputs, at = 0;
    enum rc result = RC_OK;

    while (at < count) {
        const char *comma = text.len ? memchr(text.at, ',', text.len) : NULL;
        struct span item = {text.at, comma ? (size_t)(comma - text.at) : text.len};
        enum rc rc = check_item(reply, letter, at++, item);
        if (rc == RC_PROTOCOL || (comma == NULL) != (at == count))
            return RC_PROTOCOL;
        text = span_skip(text, item.len + 1);
        if (result == RC_OK)
            result = rc;
    }
    return result;
}

static enum rc check_trigger(struct span text)
{
    static const char *const others[] = {"BUS", "EXT", "ALAR1", "ALAR2", "ALAR3", "ALAR4", "TIM"};

    if (span_is(text, "IMM"))
        return RC_OK;
    for (size_t i = 0; i < COUNT(others); i++)
        if (span_is(text, others[i]))
            return RC_REFUSED;
    return RC_PROTOCOL;
}

static enum rc check_field(struct daq_reply *reply, char letter, struct span text)
{
    double bit = 0;
    int code = 0;
    enum rc rc;

    switch (letter) {
    case 'S':
        return check_scan(text, reply->inputs);
    case 'i':
        return check_trigger(text);
    case '1':
        return check_number(text, 1.0);
    case '0':
        return check_bit(text, 0.0);
    case 'm':
        return check_card(text, reply->input_cards);
    case 'c':
        return check_card(text, reply->relay_cards);
    case 'x': /* closed, and then the opposite for open: one damaged byte cannot turn a relay */
    case 'y':
        rc = parse_bit(text, &bit);
        if (rc == RC_OK && letter == 'y' && (bit != 0.0) == reply->closed)
            return RC_PROTOCOL;
        if (letter == 'x')
            reply->closed = bit != 0.0;
        return rc;
    case 'e':
        rc = scpi_parse_error(text, &code);
        return rc == RC_OK && code != 0 ? RC_REFUSED : rc;
    default:
        return check_items(reply, letter, text);
    }
}

/* All fields are looked at before one of them is believed: a line that is not whole is no answer,
 * whatever its first fields say. */
enum rc daq_reply_decode(struct daq_reply *reply, const char *expect, struct span frame)
{
    struct span rest = frame, field;
    enum rc result = RC_OK;

    for (; scpi_take_field(&rest, ';', &field); expect++) {
        if (!*expect)
            return RC_PROTOCOL;
        enum rc rc = check_field(reply, *expect, field);
        if (rc == RC_PROTOCOL)
            return rc;
        if (result == RC_OK)
            result = rc;
    }
    return *expect ? RC_PROTOCOL : result;
}
