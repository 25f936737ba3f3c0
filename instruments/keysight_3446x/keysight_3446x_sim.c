/* The words of a simulated Truevolt multimeter, its answers and its error queue. */
#include <math.h>

#include "core/num.h"
#include "instruments/keysight_3446x/keysight_3446x_dmm.h"

enum word {
    WORD_READ,
    WORD_CONFIGURE,
    WORD_MEASURE,
    WORD_INITIATE,
    WORD_FETCH,
    WORD_RANGE,
    WORD_AUTORANGE,
    WORD_NPLC,
    WORD_IMPEDANCE,
    WORD_FUNCTION,
    WORD_SOURCE,
    WORD_TRIGGERS,
    WORD_SAMPLES,
    WORD_DELAY,
    WORD_ABORT,
    WORD_ERROR,
    WORD_IDENTITY,
    WORD_RESET,
    WORD_CLEAR,
    WORD_NOTHING, /* a command without effect; its query has a fixed answer, if any */
};

/* clang-format off */
static const struct {
    const char *pattern;
    enum word word;
    const char *fixed;
} table[] = {
    { "READ",                             WORD_READ,      NULL },
    { "CONFigure[:VOLTage][:DC]",         WORD_CONFIGURE, NULL },
    { "MEASure[:VOLTage][:DC]",           WORD_MEASURE,   NULL },
    { "INITiate[:IMMediate]",             WORD_INITIATE,  NULL },
    { "FETCh",                            WORD_FETCH,     NULL },
    { "ABORt",                            WORD_ABORT,     NULL },
    { "[SENSe:]VOLTage[:DC]:RANGe[:UPPer]",   WORD_RANGE, NULL },
    { "[SENSe:]VOLTage[:DC]:RANGe:AUTO",  WORD_AUTORANGE, NULL },
    { "[SENSe:]VOLTage[:DC]:NPLCycles",   WORD_NPLC,      NULL },
    { "[SENSe:]VOLTage[:DC]:NPLC",        WORD_NPLC,      NULL },
    { "[SENSe:]VOLTage[:DC]:IMPedance:AUTO",  WORD_IMPEDANCE, NULL },
    { "[SENSe:]FUNCtion[:ON]",            WORD_FUNCTION,  NULL },
    { "TRIGger:SOURce",                   WORD_SOURCE,    NULL },
    { "TRIGger:COUNt",                    WORD_TRIGGERS,  NULL },
    { "TRIGger:DELay",                    WORD_DELAY,     NULL },
    { "TRIGger:DELay:AUTO",               WORD_NOTHING,   "1" },
    { "SAMPle:COUNt",                     WORD_SAMPLES,   NULL },
    { "SYSTem:ERRor[:NEXT]",              WORD_ERROR,     NULL },
    { "SYSTem:VERSion",                   WORD_NOTHING,   "1994.0" },
    { "SYSTem:LFRequency",                WORD_NOTHING,   "+50" },
    { "SYSTem:LOCal",                     WORD_NOTHING,   NULL },
    { "SYSTem:REMote",                    WORD_NOTHING,   NULL },
    { "ROUTe:TERMinals",                  WORD_NOTHING,   "FRON" },
    { "*IDN", WORD_IDENTITY, NULL }, { "*RST", WORD_RESET, NULL },    { "*CLS", WORD_CLEAR, NULL },
    { "*OPC", WORD_NOTHING, "1" },   { "*TST", WORD_NOTHING, "+0" },  { "*ESR", WORD_NOTHING, "+0" },
    { "*STB", WORD_NOTHING, "+0" },  { "*ESE", WORD_NOTHING, "+0" },  { "*SRE", WORD_NOTHING, "+0" },
    { "*WAI", WORD_NOTHING, NULL },  { "*TRG", WORD_NOTHING, NULL },
};
/* clang-format on */

static void init(void *state, const struct sim_setup *setup)
{
    struct dmm *d = state;
    const char *serial = setup->device->expect_serial;

    d->model = setup->driver->model;
    d->plant = setup->plant;
    if (!serial[0])
        serial = d->model->serial;
    memcpy(d->serial, serial, strnlen(serial, sizeof(d->serial) - 1));
    dmm_preset(d);
}

/* --- answers: what does not fit is lost, as in an output buffer that is full ---------------------
 */

/* +d.ddddddddE+dd without printf: the one number that is printed at every poll. */
static enum rc put_reading(struct obuf *out, double value, unsigned decimals)
{
    static const double tens[] = {1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3,
                                  1e-2, 1e-1, 1e0,  1e1,  1e2,  1e3,  1e4};
    double size = fabs(value);
    size_t i = COUNT(tens) - 1;

    if (!(size < 1e5))
        return obuf_put(out, signbit(value) ? SPAN("-9.90000000E+37") : SPAN("+9.90000000E+37"));
    while (i && size < tens[i])
        i--;
    double mantissa = size < 1e-12 ? 0 : size / tens[i];
    if (mantissa > 9.999999995) {
        mantissa /= 10;
        i++;
    }
    int exponent = size < 1e-12 ? 0 : (int)i - 9;
    unsigned digits = (unsigned)(exponent < 0 ? -exponent : exponent);
    enum rc rc = obuf_byte(out, value < 0 ? '-' : '+');
    if (rc == RC_OK)
        rc = num_put_fixed(out, mantissa, decimals);
    const char tail[4] = {'E', exponent < 0 ? '-' : '+', '0', (char)('0' + digits % 10)};
    return rc == RC_OK ? obuf_put(out, (struct span){tail, sizeof tail}) : rc;
}

void dmm_say_number(struct dmm *d, struct obuf *out, double value)
{
    scpi_say(&d->ear, out, "");
    (void)!put_reading(out, value, 8);
}

void dmm_say_count(struct dmm *d, struct obuf *out, double value)
{
    scpi_say(&d->ear, out, "+");
    (void)!num_put_fixed(out, value, 0);
}

static const char *error_text(int code)
{
    return code == -214 ? "Trigger deadlock" : code == -230 ? "Data stale" : scpi_error_text(code);
}

static void say_error(struct dmm *d, struct obuf *out)
{
    int code = scpi_pop_error(&d->ear.errors);
    scpi_say(&d->ear, out, code < 0 ? "" : "+");
    (void)!obuf_printf(out, "%d,\"%s\"", code, error_text(code));
}

static void say_configuration(struct dmm *d, struct obuf *out)
{
    scpi_say(&d->ear, out, "\"VOLT ");
    (void)!put_reading(out, dmm_range_V(d), 6);
    (void)!obuf_byte(out, ',');
    (void)!put_reading(out, dmm_resolution_V(d), 6);
    (void)!obuf_byte(out, '"');
}

/* --- measuring -----------------------------------------------------------------------------------
 */

static void say_samples(struct dmm *d, struct obuf *out)
{
    bool record = dmm_dig_arms(d);
    enum rc rc = RC_OK;

    scpi_say(&d->ear, out, "");
    for (uint64_t n = 0; n < d->held && rc == RC_OK; n++) {
        if (n > 0)
            rc = obuf_byte(out, ',');
        if (rc == RC_OK)
            rc = put_reading(out, record ? d->dig.record_V[n] : d->held_V, 8);
    }
}

static int answer_read(struct dmm *d, struct obuf *out)
{
    if (d->source == SOURCE_BUS)
        return -214;
    if (d->source == SOURCE_EXT)
        return 0; /* waits in silence */
    dmm_initiate(d);
    say_samples(d, out);
    return 0;
}

/* --- words ---------------------------------------------------------------------------------------
 */

/* Arguments that are words have short and long forms as headers have. */
bool dmm_argument_is(struct span text, const char *pattern)
{
    struct scpi_unit unit = {.header_len = text.len};

    if (text.len == 0 || text.len > sizeof unit.header)
        return false;
    memcpy(unit.header, text.at, text.len);
    return scpi_match(&unit, pattern, NULL);
}

static int set_source(struct dmm *d, struct span args)
{
    static const char *const names[] = {
        [SOURCE_IMM] = "IMMediate", [SOURCE_EXT] = "EXTernal", [SOURCE_BUS] = "BUS"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (dmm_argument_is(args, names[i])) {
            d->source = (enum source)i;
            return 0;
        }
    return args.len ? -224 : -109;
}

/* "[range|AUTO|DEF][,resolution]"; the resolution is checked and has no effect here. */
static int configure(struct dmm *d, struct span args)
{
    struct span range = {NULL, 0};
    double resolution = 0;

    if (args.len)
        (void)scpi_take_field(&args, ',', &range);
    else
        args.at = NULL;
    int error = args.at ? dmm_set_number(args, 1e-9, 1000, &resolution) : 0;
    struct dmm before = *d;
    dmm_preset(d);
    if (!error && range.len && !dmm_argument_is(range, "DEFault") &&
        !dmm_argument_is(range, "AUTO"))
        error = dmm_set_range(d, range);
    if (error) {
        *d = before;
        dmm_tell_impedance(d);
    }
    return error;
}

static int ask_word(struct dmm *d, enum word word, struct span args, struct obuf *out)
{
    static const char *const sources[] = {"IMM", "EXT", "BUS"};

    switch (word) {
    case WORD_READ:
        return answer_read(d, out);
    case WORD_MEASURE: {
        int error = configure(d, args);
        return error ? error : answer_read(d, out);
    }
    case WORD_FETCH:
        (void)dmm_dig_points(d);
        if (d->dig.waiting)
            return 0; /* until the last sample, in silence */
        if (d->held == 0)
            return -230;
        say_samples(d, out);
        return 0;
    case WORD_CONFIGURE:
        say_configuration(d, out);
        return 0;
    case WORD_RANGE:
    case WORD_NPLC:
    case WORD_TRIGGERS:
    case WORD_DELAY:
        dmm_say_number(d, out,
                       word == WORD_RANGE      ? dmm_range_V(d)
                       : word == WORD_NPLC     ? d->nplc
                       : word == WORD_TRIGGERS ? d->triggers
                                               : d->delay_s);
        return 0;
    case WORD_AUTORANGE:
    case WORD_IMPEDANCE:
        scpi_say(&d->ear, out, (word == WORD_AUTORANGE ? d->autorange : d->high_z) ? "1" : "0");
        return 0;
    case WORD_FUNCTION:
        scpi_say(&d->ear, out, "\"VOLT\"");
        return 0;
    case WORD_SOURCE:
        scpi_say(&d->ear, out, sources[d->source]);
        return 0;
    case WORD_SAMPLES:
        dmm_say_count(d, out, d->samples);
        return 0;
    case WORD_ERROR:
        say_error(d, out);
        return 0;
    case WORD_IDENTITY:
        scpi_say(&d->ear, out, "");
        (void)!obuf_printf(out, "Keysight Technologies,%s,%s,%s", d->model->model, d->serial,
                           d->model->firmware);
        return 0;
    default:
        return -113;
    }
}

static int do_word(struct dmm *d, enum word word, struct span args)
{
    switch (word) {
    case WORD_CONFIGURE:
        return configure(d, args);
    case WORD_INITIATE:
        dmm_initiate(d);
        return 0;
    case WORD_RANGE:
        return dmm_set_range(d, args);
    case WORD_AUTORANGE:
        if (!dmm_argument_is(args, "ONCE"))
            return dmm_set_switch(d, args, &d->autorange);
        d->range_V = dmm_range_V(d);
        d->autorange = false;
        return 0;
    case WORD_IMPEDANCE:
        return dmm_set_switch(d, args, &d->high_z);
    case WORD_NPLC:
        return dmm_set_nplc(d, args);
    case WORD_FUNCTION:
        return span_is(args, "\"VOLT\"") || span_is(args, "\"VOLT:DC\"") ? 0
               : args.len                                                ? -224
                                                                         : -109;
    case WORD_SOURCE:
        return set_source(d, args);
    case WORD_TRIGGERS:
        return dmm_set_count(args, &d->triggers);
    case WORD_SAMPLES:
        return dmm_set_count(args, &d->samples);
    case WORD_DELAY:
        return dmm_set_number(args, 0, 3600, &d->delay_s);
    case WORD_RESET:
        dmm_preset(d);
        return 0;
    case WORD_CLEAR:
        d->ear.errors.count = 0;
        return 0;
    case WORD_ABORT:
        d->dig.waiting = false;
        return 0;
    case WORD_NOTHING:
        return 0;
    default:
        return -113;
    }
}

static int handle_unit(void *sim, const struct scpi_unit *unit, struct obuf *out)
{
    struct dmm *d = sim;
    int error = 0;

    if (dmm_dig_unit(d, unit, out, &error))
        return error;
    for (size_t i = 0; i < COUNT(table); i++) {
        if (!scpi_match(unit, table[i].pattern, NULL))
            continue;
        if (!unit->query)
            return do_word(d, table[i].word, unit->args);
        if (!table[i].fixed)
            return ask_word(d, table[i].word, unit->args, out);
        scpi_say(&d->ear, out, table[i].fixed);
        return 0;
    }
    return -113; /* and an unknown query is not answered at all */
}

static void feed(void *state, struct span bytes, struct instant now, struct obuf *out)
{
    struct dmm *d = state;

    d->now = now;
    scpi_hear(&d->ear, bytes, handle_unit, d, out);
}

#define SIM .state_size = sizeof(struct dmm), .init = init, .feed = feed

const struct sim_driver k34460a_sim = {.driver = "k34460a", SIM};
const struct sim_driver k34461a_sim = {.driver = "k34461a", SIM};
const struct sim_driver k34461a_10v_sim = {.driver = "k34461a_10v", SIM};
const struct sim_driver k34465a_sim = {.driver = "k34465a", SIM};
const struct sim_driver k34465a_dig_sim = {.driver = "k34465a_dig", SIM};
