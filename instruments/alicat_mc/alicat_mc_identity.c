/* What a unit tells about itself: firmware and manufacturer's table. */
#include "core/num.h"
#include "instruments/alicat_mc/alicat_mc_frame.h"
#include "instruments/proto/columns.h"

enum { OLDEST_FAMILY = 9 };

enum rc alicat_copy_text(struct span text, char *to, size_t cap)
{
    if (text.len == 0 || text.len >= cap)
        return RC_PROTOCOL;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < ' ' || text.at[i] > '~')
            return RC_PROTOCOL;
    memcpy(to, text.at, text.len);
    to[text.len] = '\0';
    return RC_OK;
}

enum rc alicat_decode_firmware(struct span line, struct identity *identity)
{
    const struct span word = columns_word(&line);
    const char *v = word.len ? memchr(word.at, 'v', word.len) : NULL;
    int64_t family = 0;

    if (word.len >= 2 && word.at[0] == 'G' && word.at[1] == 'P')
        return RC_REFUSED; /* another dialect altogether */
    if (v == NULL ||
        num_parse_int((struct span){word.at, (size_t)(v - word.at)}, 0, 99, &family) != RC_OK)
        return RC_PROTOCOL;
    if (columns_word(&line).len == 0) /* a date follows; without it the line was cut */
        return RC_PROTOCOL;
    if (family < OLDEST_FAMILY)
        return RC_REFUSED; /* neither set-point query nor source query */
    if (identity == NULL)
        return RC_OK;
    enum rc rc = alicat_copy_text(word, identity->firmware, sizeof identity->firmware);
    if (rc == RC_OK)
        memcpy(identity->make, "Alicat", sizeof "Alicat");
    return rc;
}

enum rc alicat_decode_manufacturer(struct span line, const char *label, struct span *value)
{
    const struct span row = columns_word(&line);
    const struct span name = span_text(label);
    if (row.len != 3 || row.at[0] != 'M')
        return RC_PROTOCOL;
    while (line.len && *line.at == ' ')
        line = span_skip(line, 1);
    if (line.len <= name.len || memcmp(line.at, name.at, name.len) != 0)
        return RC_PROTOCOL;
    line = span_skip(line, name.len);
    *value = columns_word(&line);
    return value->len && columns_word(&line).len == 0 ? RC_OK : RC_PROTOCOL;
}
