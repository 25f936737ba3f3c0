/* Any bytes as a measured value and a limit: a pass needs all the proof there is. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/num.h"
#include "sequences/grade.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    double v[6];
    if (size < sizeof v + 2)
        return 0;
    memcpy(v, data, sizeof v);
    struct measured m = {.value = v[0], .u95 = v[1], .n = 1};
    m.quality = (enum quality)(data[sizeof v] % (QUALITY_NO_RESULT + 1));
    struct limit limit = {.lsl = v[2], .usl = v[3], .guard_value = v[4], .marginal = v[5]};
    limit.guard = (enum guard_kind)(data[sizeof v + 1] % 4);
    struct grade g = grade_value(&m, &limit), again = grade_value(&m, &limit);
    must(g.verdict == again.verdict && verdict_text(g.verdict)[0]);
    must(g.verdict >= VERDICT_PASS && g.verdict <= VERDICT_FAIL);
    bool proof = m.quality == QUALITY_GOOD && isfinite(m.value);
    if (g.verdict != VERDICT_INCONCLUSIVE)
        must(proof && limit.lsl <= limit.usl);
    if (g.verdict == VERDICT_PASS) {
        must(num_within(m.value, limit.lsl, limit.usl) && num_within(m.value, g.al, g.au));
        must(isinf(limit.lsl) || isinf(limit.usl) || m.u95 <= (limit.usl - limit.lsl) / 2);
        must(isnan(g.margin) || g.margin >= 0);
    }
    if (g.verdict == VERDICT_FAIL)
        must(!num_within(m.value, limit.lsl, limit.usl) && !(g.margin >= 0));
    must(grade_value(&m, NULL).verdict == (proof ? VERDICT_NO_LIMIT : VERDICT_INCONCLUSIVE));
    return 0;
}
