/* Settings, and what they do at the terminals. */
#include <math.h>

#include "instruments/keithley_2400/keithley_2400_sim.h"

/* Limits that depend on the model. */
#define TOP_V 1e6
#define TOP_A 2e6

static const char *const functions[] = {"VOLTage", "CURRent", NULL};
static const char *const off_modes[] = {"HIMPedance", "NORMal", "ZERO", "GUARd", NULL};
static const char *const source_modes[] = {"FIXed", "LIST", "SWEep", NULL};
static const char *const filters[] = {"REPeat", "MOVing", NULL};
static const char *const terminals[] = {"FRONt", "REAR", NULL};
static const char *const arm_sources[] = {"IMMediate", "TLINk",  "TIMer",  "MANual", "BUS",
                                          "NSTest",    "PSTest", "BSTest", NULL};
static const char *const trigger_sources[] = {"IMMediate", "TLINk", NULL};
enum { OFF_HIGH_IMPEDANCE, OFF_NORMAL, OFF_ZERO, OFF_GUARD };

/* Presets are those of *RST in the manual's command summary. */
/* clang-format off */
#define LEVEL "[:LEVel][:IMMediate][:AMPLitude]"
const struct smu_setting smu_settings[] = {
    { "SOURce#:VOLTage" LEVEL,              SMU_LEVEL_V,        SMU_NUMBER, -TOP_V, TOP_V, 0, NULL },
    { "SOURce#:CURRent" LEVEL,              SMU_LEVEL_A,        SMU_NUMBER, -TOP_A, TOP_A, 0, NULL },
    { "[SENSe#:]VOLTage[:DC]:PROTection[:LEVel]", SMU_LIMIT_V,  SMU_NUMBER, 2e-4, TOP_V, 21, NULL },
    { "[SENSe#:]CURRent[:DC]:PROTection[:LEVel]", SMU_LIMIT_A,  SMU_NUMBER, 1e-9, TOP_A, 105e-6, NULL },
    { "SOURce#:FUNCtion[:MODE]",            SMU_FUNCTION,       SMU_CHOICE, 0, 0, 0, functions },
    { "OUTPut#:SMODe",                      SMU_OFF_MODE,       SMU_CHOICE, 0, 0, 1, off_modes },
    { "SOURce#:VOLTage:MODE",               SMU_MODE_V,         SMU_CHOICE, 0, 0, 0, source_modes },
    { "SOURce#:CURRent:MODE",               SMU_MODE_A,         SMU_CHOICE, 0, 0, 0, source_modes },
    { "SOURce#:VOLTage:RANGe",              SMU_SOURCE_RANGE_V, SMU_NUMBER, -TOP_V, TOP_V, 21, NULL },
    { "SOURce#:CURRent:RANGe",              SMU_SOURCE_RANGE_A, SMU_NUMBER, -TOP_A, TOP_A, 105e-6, NULL },
    { "SOURce#:VOLTage:RANGe:AUTO",         SMU_SOURCE_AUTO_V,  SMU_SWITCH, 0, 0, 1, NULL },
    { "SOURce#:CURRent:RANGe:AUTO",         SMU_SOURCE_AUTO_A,  SMU_SWITCH, 0, 0, 1, NULL },
    { "SOURce#:VOLTage:PROTection[:LEVel]", SMU_OVER_VOLTAGE,   SMU_NUMBER, 20, TOP_V, TOP_V, NULL },
    { "SOURce#:DELay",                      SMU_DELAY,          SMU_NUMBER, 0, 9999.999, 0.001, NULL },
    { "SOURce#:DELay:AUTO",                 SMU_DELAY_AUTO,     SMU_SWITCH, 0, 0, 1, NULL },
    { "SOURce#:CLEar:AUTO",                 SMU_CLEAR_AUTO,     SMU_SWITCH, 0, 0, 0, NULL },
    { "[SENSe#:]VOLTage[:DC]:RANGe[:UPPer]", SMU_SENSE_RANGE_V, SMU_NUMBER, -TOP_V, TOP_V, 21, NULL },
    { "[SENSe#:]CURRent[:DC]:RANGe[:UPPer]", SMU_SENSE_RANGE_A, SMU_NUMBER, -TOP_A, TOP_A, 105e-6, NULL },
    { "[SENSe#:]VOLTage[:DC]:RANGe:AUTO",   SMU_SENSE_AUTO_V,   SMU_SWITCH, 0, 0, 1, NULL },
    { "[SENSe#:]CURRent[:DC]:RANGe:AUTO",   SMU_SENSE_AUTO_A,   SMU_SWITCH, 0, 0, 1, NULL },
    { "[SENSe#:]VOLTage[:DC]:NPLCycles",    SMU_NPLC,           SMU_NUMBER, 0.01, 10, 1, NULL },
    { "[SENSe#:]CURRent[:DC]:NPLCycles",    SMU_NPLC,           SMU_NUMBER, 0.01, 10, 1, NULL },
    { "[SENSe#:]FUNCtion:CONCurrent",       SMU_CONCURRENT,     SMU_SWITCH, 0, 0, 1, NULL },
    { "[SENSe#:]AVERage[:STATe]",           SMU_AVERAGE,        SMU_SWITCH, 0, 0, 0, NULL },
    { "[SENSe#:]AVERage:COUNt",             SMU_AVERAGE_COUNT,  SMU_NUMBER, 1, 100, 10, NULL },
    { "[SENSe#:]AVERage:TCONtrol",          SMU_AVERAGE_CONTROL, SMU_CHOICE, 0, 0, 0, filters },
    { "SYSTem:RSENse",                      SMU_REMOTE_SENSE,   SMU_SWITCH, 0, 0, 0, NULL },
    { "SYSTem:AZERo[:STATe]",               SMU_AUTOZERO,       SMU_SWITCH, 0, 0, 1, NULL },
    { "SYSTem:BEEPer[:STATe]",              SMU_BEEPER,         SMU_SWITCH, 0, 0, 1, NULL },
    { "DISPlay:ENABle",                     SMU_DISPLAY,        SMU_SWITCH, 0, 0, 1, NULL },
    { "ROUTe:TERMinals",                    SMU_TERMINALS,      SMU_CHOICE, 0, 0, 0, terminals },
    { "OUTPut#:ENABle[:STATe]",             SMU_OUTPUT_ENABLE,  SMU_SWITCH, 0, 0, 0, NULL },
    { "ARM[:SEQuence#][:LAYer#]:COUNt",     SMU_ARM_COUNT,      SMU_NUMBER, 1, 2500, 1, NULL },
    { "ARM[:SEQuence#][:LAYer#]:SOURce",    SMU_ARM_SOURCE,     SMU_CHOICE, 0, 0, 0, arm_sources },
    { "TRIGger[:SEQuence#]:COUNt",          SMU_TRIGGER_COUNT,  SMU_NUMBER, 1, 2500, 1, NULL },
    { "TRIGger[:SEQuence#]:SOURce",         SMU_TRIGGER_SOURCE, SMU_CHOICE, 0, 0, 0, trigger_sources },
    { "TRIGger[:SEQuence#]:DELay",          SMU_TRIGGER_DELAY,  SMU_NUMBER, 0, 999.9999, 0, NULL },
};
static const struct {
    int code;
    const char *text;
} own_errors[] = {
    { -114, "Header suffix out of range" }, { -230, "Data corrupt or stale" },
    { 701, "ASCII only with RS-232" },      { 803, "Not permitted with OUTPUT off" },
    { 826, "Attempt to exceed power limit" },
};
/* clang-format on */
const size_t smu_setting_count = COUNT(smu_settings);

static double top_of(const struct smu *smu, double bound)
{
    double top = fabs(bound) == TOP_V   ? smu->model->max_V
                 : fabs(bound) == TOP_A ? smu->model->max_A
                                        : fabs(bound);
    return bound < 0.0 ? -top : top;
}

struct scpi_bounds smu_bounds_of(const struct smu *smu, const struct smu_setting *setting)
{
    return (struct scpi_bounds){top_of(smu, setting->min), top_of(smu, setting->max),
                                top_of(smu, setting->preset)};
}

const char *smu_error_text(int code)
{
    for (size_t i = 0; i < COUNT(own_errors); i++)
        if (own_errors[i].code == code)
            return own_errors[i].text;
    return scpi_error_text(code);
}

bool smu_is_word(struct span text, const char *pattern)
{
    struct scpi_unit unit = {.header_len = text.len};

    if (text.len > sizeof(unit.header))
        return false;
    memcpy(unit.header, text.at, text.len);
    return scpi_match(&unit, pattern, NULL);
}

/* --- terminals -----------------------------------------------------------------------------------
 */

static void tell(struct smu *smu, enum plant_signal signal, double value)
{
    smu->plant.write(smu->plant.ctx, signal, 0, value, smu->now);
}

static double look(struct smu *smu, enum plant_signal signal)
{
    return smu->plant.read(smu->plant.ctx, signal, 0, smu->now);
}

/* "Off" is an open relay in one of the four modes only; in the others a source stays connected. */
static void apply_off(struct smu *smu)
{
    switch ((int)smu->value[SMU_OFF_MODE]) {
    case OFF_HIGH_IMPEDANCE:
        tell(smu, PLANT_SOURCE_OFF, 1.0);
        break;
    case OFF_GUARD:
        tell(smu, PLANT_SOURCE_LIMIT_V, 0.005 * smu->value[SMU_LIMIT_V]);
        tell(smu, PLANT_SOURCE_A, 0.0);
        break;
    case OFF_ZERO:
        tell(smu, PLANT_SOURCE_LIMIT_A, smu->value[SMU_LIMIT_A]);
        tell(smu, PLANT_SOURCE_V, 0.0);
        break;
    default:
        tell(smu, PLANT_SOURCE_LIMIT_A, 0.005 * smu->value[SMU_LIMIT_A]);
        tell(smu, PLANT_SOURCE_V, 0.0);
        break;
    }
}

static void apply(struct smu *smu)
{
    if (!smu->on) {
        apply_off(smu);
    } else if (smu->value[SMU_FUNCTION] < 0.5) {
        tell(smu, PLANT_SOURCE_LIMIT_A, smu->value[SMU_LIMIT_A]);
        tell(smu, PLANT_SOURCE_V, smu->value[SMU_LEVEL_V]);
    } else {
        tell(smu, PLANT_SOURCE_LIMIT_V, smu->value[SMU_LIMIT_V]);
        tell(smu, PLANT_SOURCE_A, smu->value[SMU_LEVEL_A]);
    }
}

void smu_reset(struct smu *smu)
{
    for (size_t i = 0; i < COUNT(smu_settings); i++)
        smu->value[smu_settings[i].value] = smu_bounds_of(smu, &smu_settings[i]).preset;
    for (int i = 0; off_modes[i]; i++)
        if (strcmp(off_modes[i], smu->model->off_mode) == 0)
            smu->value[SMU_OFF_MODE] = i;
    smu->on = false;
    smu->elements = (1u << SMU_ELEMENTS) - 1;
    smu->sense = 1u << SMU_CURR;
    smu->measured = false;
    apply(smu);
}

bool smu_in_compliance(struct smu *smu)
{
    return smu->on && look(smu, PLANT_SOURCE_COMPLIANCE) > 0.5;
}

int smu_switch_output(struct smu *smu, bool on)
{
    smu->on = on;
    apply(smu);
    return 0;
}

/* --- settings ------------------------------------------------------------------------------------
 */

static int parse_setting(const struct smu *smu, const struct smu_setting *setting, struct span args,
                         double *out)
{
    struct scpi_bounds bounds = smu_bounds_of(smu, setting);
    bool on;
    int error;

    if (args.len == 0)
        return -109;
    switch (setting->kind) {
    case SMU_NUMBER:
        return scpi_number_argument(args, &bounds, out);
    case SMU_SWITCH:
        error = scpi_onoff_argument(args, &on);
        if (error == 0)
            *out = on ? 1.0 : 0.0;
        return error;
    case SMU_CHOICE:
        for (int i = 0; setting->words[i]; i++)
            if (smu_is_word(args, setting->words[i])) {
                *out = i;
                return 0;
            }
        break;
    }
    return -224;
}

static bool exceeds_power(const struct smu *smu)
{
    const double *v = smu->value;
    const struct source_meter_model *model = smu->model;
    return (fabs(v[SMU_LEVEL_V]) > model->low_V && v[SMU_LIMIT_A] > model->high_A) ||
           (fabs(v[SMU_LEVEL_A]) > model->high_A && v[SMU_LIMIT_V] > model->low_V);
}

/* What goes with a setting. */
static void follow(struct smu *smu, enum smu_value value)
{
    if (value == SMU_DELAY)
        smu->value[SMU_DELAY_AUTO] = 0.0;
    if (value == SMU_CONCURRENT && smu->value[SMU_CONCURRENT] < 0.5)
        smu->sense = smu->sense & 1u << SMU_VOLT ? 1u << SMU_VOLT : 1u << SMU_CURR;
    if (value == SMU_TERMINALS)
        smu->on = false;
    if (value <= SMU_OFF_MODE || value == SMU_TERMINALS)
        apply(smu);
}

int smu_set(struct smu *smu, const struct smu_setting *setting, struct span args)
{
    double *value = &smu->value[setting->value], old = *value;

    if (setting->value == SMU_AUTOZERO && smu_is_word(args, "ONCE"))
        return 0;
    int error = parse_setting(smu, setting, args, value);
    if (error == 0 && setting->value <= SMU_LIMIT_A && exceeds_power(smu))
        error = 826;
    if (error) {
        *value = old;
        return error;
    }
    bool other = !(*value >= old && *value <= old);
    if (setting->value == SMU_FUNCTION && other)
        smu->on = false; /* the other kind of source begins with the output off */
    if (other || setting->value == SMU_DELAY)
        follow(smu, setting->value);
    return 0;
}

/* --- measuring -----------------------------------------------------------------------------------
 */

static double reading_of(double value, double max)
{
    return fabs(value) <= 1.1 * max ? value : (double)INFINITY;
}

static double status_word(struct smu *smu, bool overflow)
{
    bool current = smu->value[SMU_FUNCTION] > 0.5;
    unsigned status = overflow ? 1u : 0u;

    status |= smu->value[SMU_AVERAGE] > 0.5 ? 1u << 1 : 0;
    status |= smu->value[SMU_TERMINALS] > 0.5 ? 0 : 1u << 2;
    status |= smu_in_compliance(smu) ? 1u << 3 : 0;
    status |= smu->sense & 1u << SMU_VOLT ? 1u << 11 : 0;
    status |= smu->sense & 1u << SMU_CURR ? 1u << 12 : 0;
    status |= smu->sense & 1u << SMU_RES ? 1u << 13 : 0;
    status |= current ? 1u << 15 : 1u << 14;
    status |= smu->value[SMU_REMOTE_SENSE] > 0.5 ? 1u << 22 : 0;
    return (double)status;
}

/* A quantity that is not measured is shown as its programmed level, if it is the sourced one. */
static void take_reading(struct smu *smu)
{
    bool current = smu->value[SMU_FUNCTION] > 0.5;
    double u_V = reading_of(look(smu, PLANT_SOURCE_V), smu->model->max_V);
    double i_A = reading_of(look(smu, PLANT_SOURCE_A), smu->model->max_A);
    double *latest = smu->latest;

    latest[SMU_VOLT] = smu->sense & 1u << SMU_VOLT ? u_V
                       : current                   ? (double)NAN
                                                   : smu->value[SMU_LEVEL_V];
    latest[SMU_CURR] = smu->sense & 1u << SMU_CURR ? i_A
                       : current                   ? smu->value[SMU_LEVEL_A]
                                                   : (double)NAN;
    latest[SMU_RES] = !(smu->sense & 1u << SMU_RES) ? (double)NAN
                      : fabs(i_A) > 1e-12           ? u_V / i_A
                                                    : (double)INFINITY;
    latest[SMU_TIME] = (double)smu->now.us * 1e-6;
    latest[SMU_STAT] = status_word(smu, isinf(latest[SMU_VOLT]) || isinf(latest[SMU_CURR]));
    smu->measured = true;
}

int smu_measure(struct smu *smu)
{
    bool clear = smu->value[SMU_CLEAR_AUTO] > 0.5;

    if (!smu->on && !clear)
        return 803;
    if (!smu->on)
        (void)smu_switch_output(smu, true);
    take_reading(smu);
    return clear ? smu_switch_output(smu, false) : 0;
}
