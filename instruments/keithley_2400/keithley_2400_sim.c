/* The words of the source-meter that are more than a setting, its answers and its lines. */
#include <math.h>

#include "core/num.h"
#include "instruments/keithley_2400/keithley_2400_sim.h"

enum { READINGS_MAX = 100 };

/* clang-format off */
enum word {
    WORD_IDENTITY, WORD_RESET, WORD_CLS, WORD_ONE, WORD_ZERO,
    WORD_NOTHING, WORD_VERSION, WORD_ERROR, WORD_OUTPUT, WORD_CLEAR,
    WORD_INITIATE, WORD_FETCH, WORD_READ, WORD_ELEMENTS, WORD_FORMAT,
    WORD_SENSE, WORD_SENSE_OFF, WORD_SENSE_NONE, WORD_TRIPPED_V, WORD_TRIPPED_A,
};

static const struct {
    const char *pattern;
    enum word word;
} table[] = {
    { "READ",                                  WORD_READ },
    { "OUTPut#[:STATe]",                       WORD_OUTPUT },
    { "*CLS",                                  WORD_CLS },
    { "INITiate[:IMMediate]",                  WORD_INITIATE },
    { "FETCh",                                 WORD_FETCH },
    { "SOURce#:CLEar[:IMMediate]",             WORD_CLEAR },
    { "FORMat:ELEMents[:SENSe#]",              WORD_ELEMENTS },
    { "FORMat[:DATA]",                         WORD_FORMAT },
    { "[SENSe#:]FUNCtion[:ON]",                WORD_SENSE },
    { "[SENSe#:]FUNCtion:OFF",                 WORD_SENSE_OFF },
    { "[SENSe#:]FUNCtion:OFF:ALL",             WORD_SENSE_NONE },
    { "[SENSe#:]VOLTage[:DC]:PROTection:TRIPped", WORD_TRIPPED_V },
    { "[SENSe#:]CURRent[:DC]:PROTection:TRIPped", WORD_TRIPPED_A },
    { "SYSTem:ERRor[:NEXT]",                   WORD_ERROR },
    { "SYSTem:CLEar",                          WORD_CLS },
    { "SYSTem:VERSion",                        WORD_VERSION },
    { "SYSTem:REMote",                         WORD_NOTHING },
    { "SYSTem:LOCal",                          WORD_NOTHING },
    { "SYSTem:RWLock",                         WORD_NOTHING },
    { "SYSTem:KEY",                            WORD_NOTHING },
    { "ABORt",                                 WORD_NOTHING },
    { "TRIGger:CLEar",                         WORD_NOTHING },
    { "*IDN", WORD_IDENTITY }, { "*RST", WORD_RESET }, { "*OPC", WORD_ONE },  { "*TST", WORD_ZERO },
    { "*ESR", WORD_ZERO },     { "*STB", WORD_ZERO },  { "*ESE", WORD_ZERO }, { "*SRE", WORD_ZERO },
    { "*WAI", WORD_NOTHING },
};
static const char *const elements[SMU_ELEMENTS] = { "VOLTage", "CURRent", "RESistance", "TIME", "STATus" };
static const char *const element_names[SMU_ELEMENTS] = { "VOLT", "CURR", "RES", "TIME", "STAT" };
static const char *const senses[] = { "VOLTage[:DC]", "CURRent[:DC]", "RESistance" };
static const char *const sense_names[] = { "\"VOLT:DC\"", "\"CURR:DC\"", "\"RES\"" };
/* clang-format on */

/* Seven digits, the same for the same name. */
static void make_serial(char *to, const char *name)
{
    uint32_t hash = 2166136261u;

    while (*name)
        hash = (hash ^ (unsigned char)*name++) * 16777619u;
    hash = 1000000 + hash % 9000000;
    for (int i = 6; i >= 0; i--, hash /= 10)
        to[i] = (char)('0' + hash % 10);
}

static void init(void *state, const struct sim_setup *setup)
{
    struct smu *smu = state;
    const char *serial = setup->device->expect_serial;

    smu->model = setup->driver->model;
    smu->plant = setup->plant;
    if (serial[0])
        memcpy(smu->serial, serial, strnlen(serial, sizeof(smu->serial) - 1));
    else
        make_serial(smu->serial, setup->device->name);
    smu_reset(smu);
}

/* --- answers: what does not fit is lost, as in an output buffer that is full ---------------------
 */

static void put_reading(struct obuf *out, double value)
{
    static const struct scpi_style style = {.decimals = 6, .exponent = true, .plus = true};

    if (isnan(value))
        (void)!obuf_put(out, SPAN("+9.910000E+37"));
    else if (isinf(value))
        (void)!obuf_put(out, SPAN("+9.900000E+37"));
    else
        (void)!scpi_put_number(out, fabs(value) < 1e-30 ? 0.0 : value, style);
}

static void say_bits(struct smu *smu, struct obuf *out, unsigned bits, const char *const *names,
                     size_t count)
{
    scpi_say(&smu->ear, out, "");
    for (unsigned i = 0, n = 0; i < count; i++) {
        if (!(bits & 1u << i))
            continue;
        if (n++)
            (void)!obuf_byte(out, ',');
        (void)!obuf_put(out, span_text(names[i]));
    }
}

static void say_latest(struct smu *smu, struct obuf *out, unsigned count)
{
    scpi_say(&smu->ear, out, "");
    for (unsigned n = 0, fields = 0; n < count; n++)
        for (unsigned i = 0; i < SMU_ELEMENTS; i++) {
            if (!(smu->elements & 1u << i))
                continue;
            if (fields++)
                (void)!obuf_byte(out, ',');
            put_reading(out, smu->latest[i]);
        }
}

static void say_error(struct smu *smu, struct obuf *out)
{
    int code = scpi_pop_error(&smu->ear.errors);
    const char *sign = code > 0 ? "+" : "";

    scpi_say(&smu->ear, out, sign);
    (void)!obuf_printf(out, "%d, \"%s\"", code, smu_error_text(code));
}

/* The part of a pattern in capitals. */
static void say_choice(struct smu *smu, struct obuf *out, const char *pattern)
{
    scpi_say(&smu->ear, out, "");
    for (; *pattern >= 'A' && *pattern <= 'Z'; pattern++)
        (void)!obuf_byte(out, (unsigned char)*pattern);
}

static void say_setting(struct smu *smu, const struct smu_setting *setting, struct span args,
                        struct obuf *out)
{
    struct scpi_bounds bounds = smu_bounds_of(smu, setting);
    double value = smu->value[setting->value];

    switch (setting->kind) {
    case SMU_NUMBER:
        if (args.len && scpi_number_argument(args, &bounds, &value) != 0) {
            scpi_push_error(&smu->ear.errors, -108);
            return;
        }
        scpi_say(&smu->ear, out, "");
        put_reading(out, value);
        break;
    case SMU_SWITCH:
        scpi_say(&smu->ear, out, value > 0.5 ? "1" : "0");
        break;
    case SMU_CHOICE:
        say_choice(smu, out, setting->words[(int)value]);
        break;
    }
}

/* --- words ---------------------------------------------------------------------------------------
 */

static struct span unquoted(struct span text)
{
    bool quoted =
        text.len >= 2 && (*text.at == '\'' || *text.at == '"') && text.at[text.len - 1] == *text.at;
    return quoted ? (struct span){text.at + 1, text.len - 2} : text;
}

/* A list of words to bits. */
static int parse_list(struct span args, const char *const *patterns, size_t count, unsigned *bits)
{
    struct span field;
    unsigned found = 0;

    if (args.len == 0)
        return -109;
    while (scpi_take_field(&args, ',', &field)) {
        size_t i = 0;
        field = unquoted(field);
        while (i < count && !smu_is_word(field, patterns[i]))
            i++;
        if (i == count)
            return -224;
        found |= 1u << i;
    }
    *bits = found;
    return 0;
}

/* Without concurrent measurement the list is the one function; with it, what is added. */
static int choose_sense(struct smu *smu, struct span args, bool on)
{
    unsigned bits = 0;
    int error = parse_list(args, senses, COUNT(senses), &bits);

    if (error)
        return error;
    if (!on)
        smu->sense &= ~bits;
    else if (smu->value[SMU_CONCURRENT] > 0.5)
        smu->sense |= bits;
    else if (bits & (bits - 1))
        return -221;
    else
        smu->sense = bits;
    return 0;
}

static void read_out(struct smu *smu, struct obuf *out, bool take)
{
    double count = smu->value[SMU_ARM_COUNT] * smu->value[SMU_TRIGGER_COUNT];
    int error = take ? smu_measure(smu) : smu->measured ? 0 : -230;

    if (error)
        scpi_push_error(&smu->ear.errors, error); /* and no answer */
    else
        say_latest(smu, out, count < READINGS_MAX ? (unsigned)count : READINGS_MAX);
}

static void handle_query(struct smu *smu, enum word word, struct obuf *out)
{
    bool current = smu->value[SMU_FUNCTION] > 0.5;

    switch (word) {
    case WORD_READ:
    case WORD_FETCH:
        read_out(smu, out, word == WORD_READ);
        break;
    case WORD_OUTPUT:
        scpi_say(&smu->ear, out, smu->on ? "1" : "0");
        break;
    case WORD_TRIPPED_V:
    case WORD_TRIPPED_A:
        scpi_say(&smu->ear, out,
                 current == (word == WORD_TRIPPED_V) && smu_in_compliance(smu) ? "1" : "0");
        break;
    case WORD_ELEMENTS:
        say_bits(smu, out, smu->elements, element_names, COUNT(element_names));
        break;
    case WORD_SENSE:
        say_bits(smu, out, smu->sense, sense_names, COUNT(sense_names));
        break;
    case WORD_FORMAT:
        scpi_say(&smu->ear, out, "ASC");
        break;
    case WORD_ERROR:
        say_error(smu, out);
        break;
    case WORD_VERSION:
        scpi_say(&smu->ear, out, "1996.0");
        break;
    case WORD_IDENTITY:
        scpi_say(&smu->ear, out, "");
        (void)!obuf_printf(out, "KEITHLEY INSTRUMENTS INC.,%s,%s,%s", smu->model->model,
                           smu->serial, "C30   Mar 17 2006 09:29:29/A02  /K/J");
        break;
    case WORD_ONE:
    case WORD_ZERO:
        scpi_say(&smu->ear, out, word == WORD_ONE ? "1" : "0");
        break;
    default:
        scpi_push_error(&smu->ear.errors, -113);
        break;
    }
}

static int switch_output(struct smu *smu, struct span args)
{
    bool on;
    int error = scpi_onoff_argument(args, &on);
    return error ? error : smu_switch_output(smu, on);
}

static int handle_command(struct smu *smu, enum word word, struct span args)
{
    switch (word) {
    case WORD_OUTPUT:
        return switch_output(smu, args);
    case WORD_CLEAR:
        return smu_switch_output(smu, false);
    case WORD_INITIATE:
        return smu_measure(smu);
    case WORD_ELEMENTS:
        return parse_list(args, elements, COUNT(elements), &smu->elements);
    case WORD_SENSE:
    case WORD_SENSE_OFF:
        return choose_sense(smu, args, word == WORD_SENSE);
    case WORD_SENSE_NONE:
        smu->sense = 0;
        return 0;
    case WORD_FORMAT:
        return smu_is_word(args, "ASCii") ? 0 : 701;
    case WORD_RESET:
        smu_reset(smu);
        return 0;
    case WORD_CLS:
        smu->ear.errors.count = 0;
        return 0;
    case WORD_ONE:
    case WORD_ZERO:
    case WORD_NOTHING:
        return 0;
    default:
        return -113;
    }
}

static int handle_unit(void *sim, const struct scpi_unit *unit, struct obuf *out)
{
    struct smu *smu = sim;
    unsigned suffix = 1;

    for (size_t i = 0; i < COUNT(table); i++) {
        if (!scpi_match(unit, table[i].pattern, &suffix))
            continue;
        if (suffix != 1)
            return -114;
        if (!unit->query)
            return handle_command(smu, table[i].word, unit->args);
        handle_query(smu, table[i].word, out);
        return 0;
    }
    for (size_t i = 0; i < smu_setting_count; i++) {
        if (!scpi_match(unit, smu_settings[i].pattern, &suffix))
            continue;
        if (suffix != 1)
            return -114;
        if (!unit->query)
            return smu_set(smu, &smu_settings[i], unit->args);
        say_setting(smu, &smu_settings[i], unit->args, out);
        return 0;
    }
    return -113; /* and an unknown query is not answered at all */
}

static void feed(void *state, struct span bytes, struct instant now, struct obuf *out)
{
    struct smu *smu = state;

    smu->now = now;
    scpi_hear(&smu->ear, bytes, handle_unit, smu, out);
}

#define SMU_SIM .state_size = sizeof(struct smu), .init = init, .feed = feed

const struct sim_driver keithley_2400_sim = {.driver = "keithley2400", SMU_SIM};
const struct sim_driver keithley_2400_1mA_sim = {.driver = "keithley2400_1mA", SMU_SIM};
const struct sim_driver keithley_2401_sim = {.driver = "keithley2401", SMU_SIM};
const struct sim_driver keithley_2410_sim = {.driver = "keithley2410", SMU_SIM};
