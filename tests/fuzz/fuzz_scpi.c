/* Every function of the SCPI text over any bytes: spans stay inside, readers end. */
#include <stdlib.h>

#include "instruments/proto/scpi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct span outer, struct span part)
{
    if (part.len && (part.at < outer.at || part.at + part.len > outer.at + outer.len))
        abort();
}

static void read_message(struct span text)
{
    struct scpi_reader reader;
    struct scpi_unit unit;
    enum rc rc;
    unsigned suffix;
    size_t units = 0;

    scpi_read(&reader, text);
    while (scpi_next(&reader, &unit, &rc)) {
        if (++units > text.len + 1)
            abort();
        if (rc != RC_OK)
            continue;
        inside(text, unit.args);
        (void)scpi_match(&unit, "[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]", NULL);
        (void)scpi_match(&unit, "STATus:ISUMmary#:CONDition", &suffix);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct scpi_bounds bounds = {0, 10, 1};
    struct span text = {(const char *)data, size}, rest = text, field, block;
    struct scpi_identity idn;
    unsigned channels[8];
    size_t len, count;
    double value;
    bool on;
    int code;

    if (size == 0)
        return 0;
    while (scpi_take_field(&rest, ';', &field))
        inside(text, field);
    if (scpi_find_message(text, &len) && len >= size)
        abort();
    if (scpi_parse_identity(text, &idn) == RC_OK)
        inside(text, idn.firmware);
    if (scpi_parse_block(text, &block) == RC_OK)
        inside(text, block);
    if (scpi_parse_channels(text, channels, COUNT(channels), &count) == RC_OK && count > 8)
        abort();
    if (scpi_number_argument(text, &bounds, &value) == 0 && !(value >= 0 && value <= 10))
        abort();
    (void)!scpi_parse_value(text, &value);
    (void)!scpi_parse_onoff(text, &on);
    (void)!scpi_parse_error(text, &code);
    read_message(text);
    return 0;
}
