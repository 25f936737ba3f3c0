#include <assert.h>

#include "core/diag.h"
#include "core/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source *source = NULL;
    struct diag diag;
    diag_init(&diag);
    if (source_from_text("x", (struct span){(const char *)data, size}, &diag, &source) == RC_OK) {
        assert(source && source->len == size && diag.count == 0);
        assert(!memchr(source->bytes, 0, source->len));
        for (unsigned line = 1; line < 10; line++) {
            struct span text = source_line(source, line);
            assert(!memchr(text.at, '\n', text.len));
            diag_add(&diag, DIAG_WARNING,
                     (struct place){.source = source, .line = line, .col = line * 3, .len = line},
                     NULL, "w");
        }
    } else {
        assert(!source && diag.errors == 1);
    }
    FILE *to = fopen("/dev/null", "w");
    if (to) {
        diag_print(&diag, to, true);
        fclose(to);
    }
    source_free(source);
    diag_fini(&diag);
    return 0;
}
