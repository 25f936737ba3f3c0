#include "instruments/alicat_mc/alicat_mc_frame.h"

#include "instruments/proto/columns.h"

enum { STATUS_LETTERS = 3 };

/* clang-format off */
static const struct { char name[STATUS_LETTERS + 1]; unsigned effect; } status_words[] = {
    { "OPL", ALICAT_NO_PRESSURE }, { "POV", ALICAT_NO_PRESSURE }, { "TOV", ALICAT_NO_TEMP },
    { "VOV", ALICAT_NO_FLOW },     { "MOV", ALICAT_NO_FLOW },     { "ADC", ALICAT_BROKEN },
    { "HLD", ALICAT_OVERRIDDEN },  { "EXH", ALICAT_OVERRIDDEN },
    { "LCK", 0 }, { "OVR", 0 }, { "TMF", 0 }, { "P2O", 0 }, { "COM", 0 }, { "GTA", 0 },
};

static const struct column gas_columns[] = {
    { .to = offsetof(struct flow_reading, pressure_kPa), .scale = 6.894757293168, .min = 0.0,   .max = 3000.0 },
    { .to = offsetof(struct flow_reading, temp_degC),    .scale = 1.0,            .min = -50.0, .max = 150.0 },
    { .to = COLUMN_SKIP, .scale = 1.0 }, /* volumetric flow */
};
/* clang-format on */

static bool take_status_word(struct span word, unsigned *effects)
{
    for (size_t i = 0; i < COUNT(status_words) && word.len == STATUS_LETTERS; i++)
        if (memcmp(word.at, status_words[i].name, STATUS_LETTERS) == 0) {
            *effects |= status_words[i].effect;
            return true;
        }
    return false;
}

static bool has_letter(struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if ((word.at[i] >= 'A' && word.at[i] <= 'Z') || (word.at[i] >= 'a' && word.at[i] <= 'z'))
            return true;
    return false;
}

/* Required columns from the left, status words by name from the tail, the gas before them; what is
 * left is the set point and, on totalising units, the total. Any other count rejects the frame. */
enum rc alicat_cut_frame(struct span line, double slpm, struct alicat_frame *out)
{
    const struct column flow = {.scale = slpm, .min = -1e4, .max = 1e4};
    const struct column total = {.to = COLUMN_SKIP, .scale = 1.0};

    out->effects = 0;
    out->gas = columns_last_word(&line);
    while (take_status_word(out->gas, &out->effects))
        out->gas = columns_last_word(&line);
    if (!has_letter(out->gas))
        return RC_PROTOCOL;
    enum rc rc = columns_decode(&line, gas_columns, COUNT(gas_columns), &out->reading);
    if (rc == RC_OK)
        rc = columns_number(columns_word(&line), &flow, &out->reading.flow_slpm);
    if (rc == RC_OK)
        rc = columns_number(columns_word(&line), &flow, &out->reading.setpoint_slpm);
    const struct span extra = columns_word(&line);
    double ignored;
    if (rc == RC_OK && extra.len)
        rc = columns_number(extra, &total, &ignored);
    return rc == RC_OK && columns_word(&line).len ? RC_PROTOCOL : rc;
}

enum rc alicat_cut_pressure_frame(struct span line, double kPa, struct alicat_pressure_frame *out)
{
    const struct column column = {.scale = kPa, .min = 0.0, .max = 3000.0};
    unsigned effects = 0;
    struct span word = columns_last_word(&line);
    while (take_status_word(word, &effects))
        word = columns_last_word(&line);
    const struct span pressure = columns_word(&line);
    if (columns_word(&line).len || pressure.len != word.len)
        return RC_PROTOCOL;
    enum rc rc = columns_number(pressure, &column, &out->reading.pressure_kPa);
    if (rc == RC_OK)
        rc = columns_number(word, &column, &out->reading.setpoint_kPa);
    out->effects = effects;
    return rc;
}
