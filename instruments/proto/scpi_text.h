/* Letters and blanks, for the two files of scpi.h only. */
#ifndef INSTRUMENTS_PROTO_SCPI_TEXT_H
#define INSTRUMENTS_PROTO_SCPI_TEXT_H

#include "core/bytes.h"

static inline char scpi_text_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static inline bool scpi_text_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool scpi_text_is_letter(char c)
{
    return scpi_text_upper(c) >= 'A' && scpi_text_upper(c) <= 'Z';
}

static inline bool scpi_text_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static inline struct span scpi_text_trim(struct span text)
{
    while (text.len && scpi_text_is_blank(text.at[0]))
        text = span_skip(text, 1);
    while (text.len && scpi_text_is_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

static inline bool scpi_text_same_word(struct span text, const char *word)
{
    size_t len = strlen(word);
    if (text.len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (scpi_text_upper(text.at[i]) != word[i])
            return false;
    return true;
}

#endif
