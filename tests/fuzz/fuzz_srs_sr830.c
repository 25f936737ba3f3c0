/* Decode of every ask over any bytes: no crash, and nothing is touched on failure. */
#include <math.h>
#include <stdlib.h>

#include "instruments/srs_sr830/srs_sr830.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_as(const struct driver *driver, const struct ask *ask, struct span frame)
{
    static const struct device_setup setup = {.name = "unit"};
    struct identity identity = {.full_scale = (double)NAN};
    double reading[DEVICE_READING_MAX / sizeof(double)] = {0};
    struct answer answer = {.identity = &identity, .reading = reading, .readback = (double)NAN};
    if (driver->decode(driver, &setup, ask, frame, &answer) == RC_OK)
        return;
    for (size_t i = 0; i < COUNT(reading); i++)
        if (!(reading[i] >= 0.0 && reading[i] <= 0.0))
            abort();
    if (answer.complete || !isnan(answer.readback) || !isnan(identity.full_scale) ||
        identity.serial[0] || identity.model[0] || identity.make[0])
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct driver *const drivers[] = {&sr830_driver, &sr830_low_driver,
                                                   &sr830_dc_driver, &sr810_driver};
    static const double values[] = {0.0, 1.0};
    if (size > DEVICE_FRAME_MAX)
        return 0;
    for (size_t d = 0; d < COUNT(drivers); d++)
        for (int kind = ASK_IDENTIFY; kind <= ASK_STREAM; kind++)
            for (unsigned n = 0; n < 40; n++) {
                const struct ask ask = {.kind = (enum ask_kind)kind,
                                        .step = n / 2,
                                        .signal = n / 2,
                                        .channel = 8 * (n & 1),
                                        .value = values[n & 1]};
                decode_as(drivers[d], &ask, (struct span){(const char *)data, size});
            }
    return 0;
}
