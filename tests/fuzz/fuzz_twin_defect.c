#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "core/num.h"
#include "twin/twin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct twin_defect defect;
    if (twin_parse_defect((struct span){(const char *)data, size}, 4, &defect) == RC_OK) {
        assert(defect.site >= 1 && defect.site <= 4);
        assert(num_within(defect.severity, 0, 1));
        assert(twin_defect_text(defect.id));
    }
    return 0;
}
