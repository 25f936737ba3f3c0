/* Frames for the guard's whitelist: nothing crashes, and what passes holds no digit but of an
 * address that could drive an output. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/guard/whitelist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Everything behind a VOLT or LS word up to the next letter or sign is zero. */
static void require_zero_after(const char *frame, size_t len, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= len; i++) {
        if (memcmp(frame + i, word, n) != 0)
            continue;
        for (size_t k = i + n; k < len && ((frame[k] >= '0' && frame[k] <= '9') || frame[k] == '.');
             k++)
            require(frame[k] == '0' || frame[k] == '.');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *frame = malloc(size ? size : 1);
    require(frame != NULL);
    memcpy(frame, data, size);
    if (whitelist_permits(frame, size)) {
        require(size > 0 && size <= 320);
        require_zero_after(frame, size, "VOLT ");
        require_zero_after(frame, size, "LS ");
        require(!memmem(frame, size, "OUTP ON", 7) && !memmem(frame, size, "gpio set", 8));
        require(!memmem(frame, size, "TEST ON", 7));
        /* One more byte makes another frame, and that is not at rest any more. */
        char *longer = malloc(size + 1);
        require(longer != NULL);
        memcpy(longer, frame, size);
        longer[size] = '1';
        require(!whitelist_permits(longer, size + 1));
        free(longer);
    }
    free(frame);
    return 0;
}
