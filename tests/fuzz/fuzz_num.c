#include <assert.h>
#include <math.h>

#include "core/num.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct span text)
{
    double value = 12345, back = 0;
    enum rc rc = num_parse(text, &value);
    if (rc != RC_OK) {
        assert(value == 12345);
        return;
    }
    char room[NUM_TEXT_MAX];
    struct obuf out = {room, 0, sizeof room};
    assert(isfinite(value));
    assert(num_put(&out, value) == RC_OK);
    assert(num_parse(obuf_span(&out), &back) == RC_OK && back == value);
}

static void check_fixed(double value, unsigned decimals)
{
    char room[NUM_TEXT_MAX], expected[512];
    struct obuf out = {room, 0, sizeof room};
    if (num_put_fixed(&out, value, decimals) != RC_OK)
        return;
    snprintf(expected, sizeof expected, "%.*f", (int)decimals, value);
    assert(span_is(obuf_span(&out), expected));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = {(const char *)data, size};
    int64_t integer = 0;
    check_text(text);
    if (num_parse_int(text, -1000, 1000, &integer) == RC_OK)
        assert(integer >= -1000 && integer <= 1000);
    if (size > sizeof(double)) {
        double value;
        char room[NUM_TEXT_MAX];
        struct obuf out = {room, 0, data[0] % sizeof room};
        memcpy(&value, data + 1, sizeof value);
        check_fixed(value, data[0] % 10u);
        num_put_short(&out, value, data[0] / 10u);
    }
    return 0;
}
