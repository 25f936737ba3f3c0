#include "core/bytes.h"

static struct span escape_byte(unsigned char byte, char room[4])
{
    static const char hex[] = "0123456789abcdef";
    room[0] = (char)byte;
    if (byte >= 0x20 && byte <= 0x7e)
        return (struct span){room, 1};
    room[0] = '\\';
    const char *named = byte == '\r' ? "r" : byte == '\n' ? "n" : byte == '\t' ? "t" : NULL;
    if (named) {
        room[1] = named[0];
        return (struct span){room, 2};
    }
    room[1] = 'x';
    room[2] = hex[byte >> 4];
    room[3] = hex[byte & 15];
    return (struct span){room, 4};
}

void obuf_escaped(struct obuf *out, struct span untrusted)
{
    for (size_t i = 0; i < untrusted.len; i++) {
        char room[4];
        if (obuf_put(out, escape_byte((unsigned char)untrusted.at[i], room)) != RC_OK)
            return; /* never half an escape */
    }
}
