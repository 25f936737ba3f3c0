#include <math.h>

#include "instruments/keysight_3446x/keysight_3446x_private.h"
#include "instruments/proto/scpi.h"

/* Samples are taken on a clock of their own, so the edge falls somewhere between two of them: the
 * first behind it comes half an interval later on the average, and never more than one. A window is
 * told only if that is no more than its own half width. */
static const double HALF_WIDTH = 0.2; /* of the delay, to either side */

static bool covers(double delay_us, double interval_us, unsigned after)
{
    return interval_us / 2 <= HALF_WIDTH * delay_us &&
           (1 + HALF_WIDTH) * delay_us <= after * interval_us;
}

static double window_mean(const double *sample, unsigned after, double interval_us, double delay_us)
{
    double sum = 0;
    unsigned n = 0;

    if (!covers(delay_us, interval_us, after))
        return (double)NAN;
    for (unsigned i = 0; i < after; i++) {
        double t_us = (i + 0.5) * interval_us;
        if (fabs(t_us - delay_us) <= (HALF_WIDTH + 1e-9) * delay_us) {
            sum += sample[i];
            n++;
        }
    }
    return n ? sum / n : (double)NAN;
}

static void find_before(const double *sample, unsigned before, struct digitizer_reading *out)
{
    double sum = 0, square = 0;

    for (unsigned i = 0; i < before; i++)
        sum += sample[i];
    out->u_before_V = sum / before;
    for (unsigned i = 0; i < before; i++)
        square += (sample[i] - out->u_before_V) * (sample[i] - out->u_before_V);
    out->scatter_V = sqrt(square / (before - 1));
}

enum rc keysight_3446x_decode_record(const struct keysight_3446x_model *model, struct span frame,
                                     double interval_us, struct digitizer_reading *out)
{
    double sample[KEYSIGHT_3446X_RECORD_MAX] = {0.0};
    unsigned count = model->before + model->after, n = 0;
    enum rc result = RC_OK;
    struct span field;

    while (scpi_take_field(&frame, ',', &field)) {
        if (n == count || n == KEYSIGHT_3446X_RECORD_MAX)
            return RC_PROTOCOL;
        enum rc rc = keysight_3446x_decode_reading(model, field, &sample[n++]);
        if (rc == RC_PROTOCOL)
            return rc;
        if (result == RC_OK)
            result = rc;
    }
    if (n != count || result != RC_OK)
        return n != count ? RC_PROTOCOL : result;
    struct digitizer_reading reading = {.ready = 1.0};
    find_before(sample, model->before, &reading);
    for (size_t i = 0; i < DIGITIZER_WINDOWS; i++)
        reading.u_V[i] =
            window_mean(sample + model->before, model->after, interval_us, digitizer_delay_us[i]);
    *out = reading;
    return RC_OK;
}
