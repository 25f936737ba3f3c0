/* UTF-8 (RFC 3629), one character at a time. */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include "core/bytes.h"

/* Bytes of the character at the start of `text` (1..4) and its code point; 0 when the text is empty
 * or does not start with a whole, shortest-form character. */
size_t utf8_take(struct span text, uint32_t *code);

/* No control character (C0, DEL, C1) and none of those that reorder the text around them. */
bool utf8_is_visible(uint32_t code);

#endif
