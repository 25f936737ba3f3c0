#include "instruments/proto/columns.h"

#include <math.h>

#include "core/num.h"

struct span columns_word(struct span *rest)
{
    while (rest->len && *rest->at == ' ')
        *rest = span_skip(*rest, 1);
    struct span word = {rest->at, 0};
    while (word.len < rest->len && word.at[word.len] != ' ')
        word.len++;
    *rest = span_skip(*rest, word.len);
    return word;
}

struct span columns_last_word(struct span *rest)
{
    while (rest->len && rest->at[rest->len - 1] == ' ')
        rest->len--;
    struct span word = {rest->at + rest->len, 0};
    while (rest->len && rest->at[rest->len - 1] != ' ') {
        rest->len--;
        word.at--;
        word.len++;
    }
    return word;
}

bool columns_is_blank(struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] != '-')
            return false;
    return word.len >= 3;
}

enum rc columns_number(struct span word, const struct column *column, double *out)
{
    double value;
    if (columns_is_blank(word)) {
        *out = (double)NAN;
        return RC_OK;
    }
    enum rc rc = num_parse(word, &value);
    if (rc != RC_OK)
        return rc;
    value *= column->scale;
    if (column->to != COLUMN_SKIP && !(value >= column->min && value <= column->max))
        return RC_RANGE;
    *out = value;
    return RC_OK;
}

enum rc columns_decode(struct span *rest, const struct column *columns, size_t count, void *out)
{
    for (size_t i = 0; i < count; i++) {
        double value;
        enum rc rc = columns_number(columns_word(rest), &columns[i], &value);
        if (rc != RC_OK)
            return rc;
        if (columns[i].to != COLUMN_SKIP)
            memcpy((char *)out + columns[i].to, &value, sizeof value);
    }
    return RC_OK;
}
