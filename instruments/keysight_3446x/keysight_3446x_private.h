/* What the meter and the digitizer of the family share: lines with their expected answers, fields.
 */
#ifndef INSTRUMENTS_KEYSIGHT_3446X_KEYSIGHT_3446X_PRIVATE_H
#define INSTRUMENTS_KEYSIGHT_3446X_KEYSIGHT_3446X_PRIVATE_H

#include "instruments/keysight_3446x/keysight_3446x.h"

/* A line to send and what must come back, one letter for each field: f function and range, z high
 * impedance, e an empty error queue, 0 off, and the letters of two tables, numbers and words. In
 * `send` {r} is the range. Joined commands begin with a colon: without it a header inherits the
 * path of the one before. */
struct keysight_3446x_line {
    const char *send, *expect;
};

MUST_CHECK enum rc keysight_3446x_put_line(const struct keysight_3446x_model *model,
                                           const char *send, struct obuf *request);
/* `identity` may be NULL. */
MUST_CHECK enum rc keysight_3446x_decode_identity(const struct keysight_3446x_model *model,
                                                  const struct device_setup *setup,
                                                  struct span frame, struct identity *identity);
/* One reading of the range; NaN: overload. */
MUST_CHECK enum rc keysight_3446x_decode_reading(const struct keysight_3446x_model *model,
                                                 struct span text, double *out);
/* RC_REFUSED: a whole answer, but not what was ordered. */
MUST_CHECK enum rc keysight_3446x_decode_fields(const struct keysight_3446x_model *model,
                                                const char *expect, struct span frame);

/* "a,b,c" of a record in its order, `model->before + model->after` samples `interval_us` apart, to
 * its windows. RC_PROTOCOL: not so many samples. */
MUST_CHECK enum rc keysight_3446x_decode_record(const struct keysight_3446x_model *model,
                                                struct span frame, double interval_us,
                                                struct digitizer_reading *out);

#endif
