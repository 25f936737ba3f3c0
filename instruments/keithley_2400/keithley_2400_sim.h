/* The simulated source-meter behind its words: settings, terminals, readings. */
#ifndef INSTRUMENTS_KEITHLEY_2400_KEITHLEY_2400_SIM_H
#define INSTRUMENTS_KEITHLEY_2400_KEITHLEY_2400_SIM_H

#include "instruments/keithley_2400/keithley_2400.h"
#include "instruments/proto/scpi.h"

/* Everything that can be set and asked back: numbers, switches (0, 1), choices (place in a list).
 */
enum smu_value {
    SMU_LEVEL_V,
    SMU_LEVEL_A,
    SMU_LIMIT_V,
    SMU_LIMIT_A,
    SMU_FUNCTION, /* 0: voltage, 1: current */
    SMU_OFF_MODE, /* 0 to 3: high impedance, normal, zero, guard */
    SMU_MODE_V,
    SMU_MODE_A,
    SMU_SOURCE_RANGE_V,
    SMU_SOURCE_RANGE_A,
    SMU_SOURCE_AUTO_V,
    SMU_SOURCE_AUTO_A,
    SMU_OVER_VOLTAGE,
    SMU_DELAY,
    SMU_DELAY_AUTO,
    SMU_CLEAR_AUTO,
    SMU_SENSE_RANGE_V,
    SMU_SENSE_RANGE_A,
    SMU_SENSE_AUTO_V,
    SMU_SENSE_AUTO_A,
    SMU_NPLC,
    SMU_CONCURRENT,
    SMU_AVERAGE,
    SMU_AVERAGE_COUNT,
    SMU_AVERAGE_CONTROL,
    SMU_REMOTE_SENSE,
    SMU_AUTOZERO,
    SMU_BEEPER,
    SMU_DISPLAY,
    SMU_TERMINALS, /* 0: front, 1: rear */
    SMU_OUTPUT_ENABLE,
    SMU_ARM_COUNT,
    SMU_ARM_SOURCE,
    SMU_TRIGGER_COUNT,
    SMU_TRIGGER_SOURCE,
    SMU_TRIGGER_DELAY,
    SMU_VALUES
};

enum smu_kind { SMU_NUMBER, SMU_SWITCH, SMU_CHOICE };

struct smu_setting {
    const char *pattern;
    enum smu_value value;
    enum smu_kind kind;
    double min, max, preset;  /* of a number; the preset of all */
    const char *const *words; /* of a choice, as a pattern; NULL ends */
};
extern const struct smu_setting smu_settings[];
extern const size_t smu_setting_count;

/* Bits of what a reading holds, in the order in which it is printed. */
enum { SMU_VOLT, SMU_CURR, SMU_RES, SMU_TIME, SMU_STAT, SMU_ELEMENTS };

struct smu {
    const struct source_meter_model *model;
    struct plant plant;
    struct instant now;
    double value[SMU_VALUES];
    bool on;
    unsigned elements, sense;    /* bits 1 << SMU_VOLT .. */
    double latest[SMU_ELEMENTS]; /* NaN: not measured, infinite: overflow */
    bool measured;               /* `latest` is a reading */
    struct scpi_ear ear;
    char serial[32];
};

/* Settings of *RST; the output goes off in the off mode of the model. */
void smu_reset(struct smu *smu);
/* Each returns 0 or the error number, and then nothing has changed. */
int smu_set(struct smu *smu, const struct smu_setting *setting, struct span args);
int smu_switch_output(struct smu *smu, bool on);
int smu_measure(struct smu *smu);

struct scpi_bounds smu_bounds_of(const struct smu *smu, const struct smu_setting *setting);
bool smu_in_compliance(struct smu *smu);
const char *smu_error_text(int code);
/* Does the text spell the pattern? As scpi_match for a header. */
bool smu_is_word(struct span text, const char *pattern);

#endif
