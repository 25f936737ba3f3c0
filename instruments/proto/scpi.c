#include "instruments/proto/scpi.h"

#include <math.h>

#include "core/num.h"
#include "instruments/proto/scpi_text.h"

/* Bytes that a block at the start of `text` takes, data included, even if they are not all there
 * yet; 0: no block. */
static size_t block_size(struct span text, size_t *head)
{
    if (text.len < 2 || text.at[0] != '#' || !(text.at[1] >= '1' && text.at[1] <= '9'))
        return 0;
    size_t digits = (size_t)(text.at[1] - '0'), len = 0;
    for (size_t i = 0; i < digits; i++) {
        if (2 + i >= text.len || !scpi_text_is_digit(text.at[2 + i]))
            return 0;
        len = len * 10 + (size_t)(text.at[2 + i] - '0');
    }
    *head = 2 + digits;
    return 2 + digits + len;
}

/* Place of the first `stop` outside quotes, parentheses and blocks; text.len: none. */
static size_t find_outside(struct span text, char stop)
{
    char quote = '\0';
    unsigned depth = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        size_t head;
        if (c == '\n' && stop == '\n')
            return i; /* a message ends even inside a quote that nobody closed */
        if (quote) {
            if (c == quote)
                quote = '\0';
            continue;
        }
        if (c == stop && depth == 0)
            return i;
        if (c == '"' || c == '\'')
            quote = c;
        else if (c == '(')
            depth++;
        else if (c == ')' && depth)
            depth--;
        else if (c == '#') {
            size_t block = block_size(span_skip(text, i), &head);
            if (block > text.len - i)
                return text.len;
            i += block ? block - 1 : 0;
        }
    }
    return text.len;
}

bool scpi_take_field(struct span *rest, char separator, struct span *field)
{
    if (!rest->at)
        return false;
    size_t at = find_outside(*rest, separator);
    *field = scpi_text_trim((struct span){rest->at, at});
    *rest = at < rest->len ? span_skip(*rest, at + 1) : (struct span){NULL, 0};
    return true;
}

enum rc scpi_parse_value(struct span text, double *out)
{
    double value;
    enum rc rc = num_parse(scpi_text_trim(text), &value);

    if (rc != RC_OK)
        return rc;
    if (!(fabs(value) < 9.8e37))
        return RC_RANGE;
    *out = value;
    return RC_OK;
}

enum rc scpi_parse_onoff(struct span text, bool *out)
{
    text = scpi_text_trim(text);
    bool on = scpi_text_same_word(text, "ON") || scpi_text_same_word(text, "1");
    if (!on && !scpi_text_same_word(text, "OFF") && !scpi_text_same_word(text, "0"))
        return RC_PROTOCOL;
    *out = on;
    return RC_OK;
}

enum rc scpi_parse_identity(struct span text, struct scpi_identity *out)
{
    struct span part[3], rest = scpi_text_trim(text);

    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < ' ' || text.at[i] > '~')
            return RC_PROTOCOL;
    for (size_t i = 0; i < COUNT(part); i++)
        if (!scpi_take_field(&rest, ',', &part[i]) || part[i].len == 0)
            return RC_PROTOCOL;
    if (!rest.at || scpi_text_trim(rest).len == 0)
        return RC_PROTOCOL;
    *out = (struct scpi_identity){part[0], part[1], part[2], scpi_text_trim(rest)};
    return RC_OK;
}

enum rc scpi_accept_identity(struct span text, const char *model, const char *serial,
                             struct scpi_identity *out)
{
    struct scpi_identity idn;
    enum rc rc = scpi_parse_identity(text, &idn);
    if (rc != RC_OK)
        return rc;
    if (!span_is(idn.model, model) || (*serial && !span_is(idn.serial, serial)))
        return RC_REFUSED;
    *out = idn;
    return RC_OK;
}

enum rc scpi_put_line(struct obuf *out, const struct scpi_template *line)
{
    size_t start = out->len;
    const char *at = line->text;
    enum rc rc = RC_OK;
    while (rc == RC_OK && *at) {
        if (at[0] == '{' && at[1] && at[2] == '}') {
            rc = line->put(line->ctx, at[1], out);
            at += 3;
        } else {
            rc = obuf_byte(out, (unsigned char)*at++);
        }
    }
    if (rc == RC_OK)
        rc = obuf_byte(out, '\n');
    if (rc != RC_OK)
        out->len = start;
    return rc;
}

enum rc scpi_parse_error(struct span text, int *code)
{
    struct span number, rest = scpi_text_trim(text);
    int64_t value;

    if (!scpi_take_field(&rest, ',', &number) || !rest.at)
        return RC_PROTOCOL;
    rest = scpi_text_trim(rest);
    if (rest.len < 2 || rest.at[0] != '"' || rest.at[rest.len - 1] != '"')
        return RC_PROTOCOL;
    if (num_parse_int(number, -32768, 32767, &value) != RC_OK)
        return RC_PROTOCOL;
    *code = (int)value;
    return RC_OK;
}

enum rc scpi_parse_block(struct span text, struct span *data)
{
    size_t head = 0, size = block_size(text, &head);

    if (size == 0 || size != text.len)
        return RC_PROTOCOL;
    *data = (struct span){text.at + head, size - head};
    return RC_OK;
}

enum rc scpi_put_block(struct obuf *out, struct span data)
{
    size_t digits = 1, start = out->len;

    for (size_t rest = data.len; rest >= 10; rest /= 10)
        digits++;
    if (digits > 9)
        return RC_RANGE;
    enum rc rc = obuf_printf(out, "#%zu%zu", digits, data.len);
    if (rc == RC_OK)
        rc = obuf_put(out, data);
    if (rc != RC_OK)
        out->len = start;
    return rc;
}

bool scpi_find_message(struct span bytes, size_t *len)
{
    size_t at = find_outside(bytes, '\n');
    if (at == bytes.len)
        return false;
    *len = at;
    return true;
}

static enum rc put_exponent(struct obuf *out, double value, unsigned decimals)
{
    int exponent = value == 0.0 ? 0 : (int)floor(log10(fabs(value)));
    double mantissa = value / pow(10.0, exponent);
    double half = 0.5 * pow(10.0, -(double)decimals);

    if (fabs(mantissa) + half >= 10.0) {
        mantissa /= 10.0;
        exponent++;
    }
    enum rc rc = num_put_fixed(out, mantissa, decimals);
    if (rc == RC_OK)
        rc = obuf_printf(out, "E%c%02d", exponent < 0 ? '-' : '+',
                         exponent < 0 ? -exponent : exponent);
    return rc;
}

enum rc scpi_put_number(struct obuf *out, double value, struct scpi_style style)
{
    if (!isfinite(value))
        return obuf_put(out, SPAN("9.91E37"));
    size_t start = out->len;
    enum rc rc = style.plus && value >= 0.0 ? obuf_byte(out, '+') : RC_OK;
    if (rc == RC_OK)
        rc = style.exponent ? put_exponent(out, value, style.decimals)
                            : num_put_fixed(out, value, style.decimals);
    if (rc != RC_OK)
        out->len = start;
    return rc;
}

void scpi_push_error(struct scpi_errors *errors, int code)
{
    if (errors->count == SCPI_ERRORS_MAX) {
        errors->code[(errors->first + SCPI_ERRORS_MAX - 1) % SCPI_ERRORS_MAX] = -350;
        return;
    }
    errors->code[(errors->first + errors->count) % SCPI_ERRORS_MAX] = code;
    errors->count++;
}

int scpi_pop_error(struct scpi_errors *errors)
{
    if (errors->count == 0)
        return 0;
    int code = errors->code[errors->first];
    errors->first = (errors->first + 1) % SCPI_ERRORS_MAX;
    errors->count--;
    return code;
}

const char *scpi_error_text(int code)
{
    /* clang-format off */
    static const struct {
        int code;
        const char *text;
    } texts[] = {
        { 0, "No error" },             { -100, "Command error" },       { -102, "Syntax error" },
        { -104, "Data type error" },   { -108, "Parameter not allowed" }, { -109, "Missing parameter" },
        { -113, "Undefined header" },  { -221, "Settings conflict" },   { -222, "Data out of range" },
        { -224, "Illegal parameter value" }, { -350, "Queue overflow" }, { -363, "Input buffer overrun" },
        { -410, "Query INTERRUPTED" }, { -420, "Query UNTERMINATED" },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(texts); i++)
        if (texts[i].code == code)
            return texts[i].text;
    return "Device-specific error";
}
