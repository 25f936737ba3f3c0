/* The words of a simulated DAQ970A, 34970A or 34972A, its answers and its error queue. */
#include "core/num.h"
#include "instruments/keysight_daq970a/keysight_daq970a_mux.h"

enum word {
    WORD_READ,
    WORD_SCAN,
    WORD_CLOSE,
    WORD_OPEN,
    WORD_CONFIGURE,
    WORD_MEASURE,
    WORD_RANGE,
    WORD_NPLC,
    WORD_IMPEDANCE,
    WORD_INITIATE,
    WORD_FETCH,
    WORD_SIZE,
    WORD_UNIT,
    WORD_TIME,
    WORD_CHANNEL,
    WORD_ALARM,
    WORD_SOURCE,
    WORD_SCANS,
    WORD_CARD,
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
    { "READ",                               WORD_READ,      NULL },
    { "ROUTe:SCAN",                         WORD_SCAN,      NULL },
    { "ROUTe:CLOSe",                        WORD_CLOSE,     NULL },
    { "ROUTe:OPEN",                         WORD_OPEN,      NULL },
    { "ROUTe:SCAN:SIZE",                    WORD_SIZE,      NULL },
    { "CONFigure[:VOLTage][:DC]",           WORD_CONFIGURE, NULL },
    { "MEASure[:VOLTage][:DC]",             WORD_MEASURE,   NULL },
    { "[SENSe:]VOLTage[:DC]:RANGe[:UPPer]", WORD_RANGE,     NULL },
    { "[SENSe:]VOLTage[:DC]:NPLCycles",     WORD_NPLC,      NULL },
    { "[SENSe:]VOLTage[:DC]:NPLC",          WORD_NPLC,      NULL },
    { "INITiate[:IMMediate]",               WORD_INITIATE,  NULL },
    { "FETCh",                              WORD_FETCH,     NULL },
    { "FORMat:READing:UNIT",                WORD_UNIT,      NULL },
    { "FORMat:READing:TIME",                WORD_TIME,      NULL },
    { "FORMat:READing:CHANnel",             WORD_CHANNEL,   NULL },
    { "FORMat:READing:ALARm",               WORD_ALARM,     NULL },
    { "TRIGger:SOURce",                     WORD_SOURCE,    NULL },
    { "TRIGger:COUNt",                      WORD_SCANS,     NULL },
    { "SYSTem:CTYPe",                       WORD_CARD,      NULL },
    { "SYSTem:ERRor[:NEXT]",                WORD_ERROR,     NULL },
    { "SYSTem:VERSion",                     WORD_NOTHING,   "1994.0" },
    { "SYSTem:LFRequency",                  WORD_NOTHING,   "+50" },
    { "SYSTem:LOCal",                       WORD_NOTHING,   NULL },
    { "SYSTem:REMote",                      WORD_NOTHING,   NULL },
    { "ABORt",                              WORD_NOTHING,   NULL },
    { "*IDN", WORD_IDENTITY, NULL }, { "*RST", WORD_RESET, NULL },    { "*CLS", WORD_CLEAR, NULL },
    { "*OPC", WORD_NOTHING, "1" },   { "*TST", WORD_NOTHING, "+0" },  { "*ESR", WORD_NOTHING, "+0" },
    { "*STB", WORD_NOTHING, "+0" },  { "*ESE", WORD_NOTHING, "+0" },  { "*SRE", WORD_NOTHING, "+0" },
    { "*WAI", WORD_NOTHING, NULL },  { "*TRG", WORD_NOTHING, NULL },
};
/* clang-format on */

static void init(void *state, const struct sim_setup *setup)
{
    struct mux *m = state;
    const char *serial = setup->device->expect_serial;

    m->model = setup->driver->model;
    m->plant = setup->plant;
    if (!serial[0])
        serial = m->model->serial;
    memcpy(m->serial, serial, strnlen(serial, sizeof(m->serial) - 1));
    mux_reset(m);
}

/* --- channel lists -------------------------------------------------------------------------------
 */

static bool argument_is(struct span text, const char *pattern)
{
    struct scpi_unit unit = {.header_len = text.len};

    if (text.len == 0 || text.len > sizeof unit.header)
        return false;
    memcpy(unit.header, text.at, text.len);
    return scpi_match(&unit, pattern, NULL);
}

static int set_scan(struct mux *m, struct span args)
{
    unsigned list[MUX_INPUTS];
    size_t count;
    int error = mux_take_list(&args, 1, list, &count);

    if (error)
        return error;
    m->held = 0;
    m->scan_count = count;
    memcpy(m->scan, list, count * sizeof list[0]);
    return 0;
}

static int switch_relays(struct mux *m, struct span args, bool closed)
{
    unsigned list[MUX_INPUTS];
    size_t count;
    int error = mux_take_list(&args, 2, list, &count);

    for (size_t i = 0; i < count && error == 0; i++)
        mux_switch(m, list[i], closed);
    return error;
}

/* "[range|AUTO|DEF][,resolution],(@..)"; the resolution has no effect here. */
static int set_inputs(struct mux *m, enum word word, struct span args)
{
    unsigned list[MUX_INPUTS];
    size_t count;
    struct span first = {"", 0};
    int error = mux_take_list(&args, 1, list, &count);

    if (args.len)
        (void)scpi_take_field(&args, ',', &first);
    bool automatic = argument_is(first, "AUTO") || argument_is(first, "DEFault");
    for (size_t i = 0; i < count && error == 0; i++) {
        if (word == WORD_RANGE)
            error = mux_set_range(m, list[i], first);
        else if (word == WORD_NPLC)
            error = mux_set_nplc(m, list[i], first);
        else if (word == WORD_IMPEDANCE)
            error = mux_set_impedance(m, list[i], first);
        else
            error = mux_configure(m, list[i], automatic ? SPAN("") : first);
    }
    return error;
}

static int ask_channels(struct mux *m, enum word word, struct span args, struct obuf *out)
{
    unsigned list[MUX_INPUTS];
    size_t count;
    bool relays = word == WORD_CLOSE || word == WORD_OPEN;
    int error = mux_take_list(&args, relays ? 2 : 1, list, &count);

    if (error || count == 0)
        return error ? error : MUX_EMPTY_LIST;
    scpi_say(&m->ear, out, "");
    for (size_t i = 0; i < count; i++) {
        const struct mux_input *input = &m->input[list[i]];
        bool closed = m->closed >> list[i] & 1u;
        if (i)
            (void)!obuf_byte(out, ',');
        if (relays)
            (void)!obuf_byte(out, closed == (word == WORD_CLOSE) ? '1' : '0');
        else if (word == WORD_IMPEDANCE)
            (void)!obuf_byte(out, input->high_z ? '1' : '0');
        else
            (void)!mux_put_reading(out, word == WORD_NPLC ? input->nplc : mux_range_V(m, list[i]));
    }
    return 0;
}

/* --- words ---------------------------------------------------------------------------------------
 */

static bool *field_of(struct mux *m, enum word word)
{
    switch (word) {
    case WORD_UNIT:
        return &m->units;
    case WORD_TIME:
        return &m->times;
    case WORD_CHANNEL:
        return &m->channels;
    case WORD_ALARM:
        return &m->alarms;
    default:
        return NULL;
    }
}

static int measure(struct mux *m, struct span args, struct obuf *out)
{
    struct span list = args, before = args;
    int error = set_inputs(m, WORD_MEASURE, before);
    if (!error)
        error = set_scan(m, list);
    return error ? error : mux_answer_read(m, out);
}

static int set_source(struct mux *m, struct span args)
{
    static const char *const names[] = {
        [MUX_SOURCE_IMM] = "IMMediate", [MUX_SOURCE_EXT] = "EXTernal", [MUX_SOURCE_BUS] = "BUS"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (argument_is(args, names[i])) {
            m->source = (enum mux_source)i;
            return 0;
        }
    return args.len ? -224 : -109;
}

static int ask_word(struct mux *m, enum word word, struct span args, struct obuf *out)
{
    static const char *const sources[] = {"IMM", "EXT", "BUS"};

    switch (word) {
    case WORD_READ:
        return mux_answer_read(m, out);
    case WORD_SCAN:
        mux_say_scan(m, out);
        return 0;
    case WORD_CLOSE:
    case WORD_OPEN:
    case WORD_RANGE:
    case WORD_NPLC:
    case WORD_IMPEDANCE:
        return ask_channels(m, word, args, out);
    case WORD_MEASURE:
        return measure(m, args, out);
    case WORD_FETCH:
        return mux_answer_fetch(m, out);
    case WORD_SIZE:
        scpi_say(&m->ear, out, "+");
        (void)!num_put_fixed(out, (double)m->scan_count, 0);
        return 0;
    case WORD_UNIT:
    case WORD_TIME:
    case WORD_CHANNEL:
    case WORD_ALARM:
        scpi_say(&m->ear, out, *field_of(m, word) ? "1" : "0");
        return 0;
    case WORD_SOURCE:
        scpi_say(&m->ear, out, sources[m->source]);
        return 0;
    case WORD_SCANS:
        mux_say_number(m, out, m->scans);
        return 0;
    case WORD_CARD:
        return mux_answer_card(m, args, out);
    case WORD_ERROR:
        mux_say_error(m, out);
        return 0;
    case WORD_IDENTITY:
        scpi_say(&m->ear, out, m->model->make);
        (void)!obuf_printf(out, ",%s,%s,%s", m->model->model, m->serial, m->model->firmware);
        return 0;
    default:
        return -113;
    }
}

static int do_word(struct mux *m, enum word word, struct span args)
{
    const struct scpi_bounds counts = {1, 50000, 1};
    double value = 1;
    int error;

    switch (word) {
    case WORD_SCAN:
        return set_scan(m, args);
    case WORD_CLOSE:
    case WORD_OPEN:
        return switch_relays(m, args, word == WORD_CLOSE);
    case WORD_CONFIGURE:
    case WORD_RANGE:
    case WORD_NPLC:
    case WORD_IMPEDANCE:
        return set_inputs(m, word, args);
    case WORD_INITIATE:
        mux_initiate(m);
        return m->scan_count ? 0 : MUX_EMPTY_LIST;
    case WORD_UNIT:
    case WORD_TIME:
    case WORD_CHANNEL:
    case WORD_ALARM:
        return scpi_onoff_argument(args, field_of(m, word));
    case WORD_SOURCE:
        return set_source(m, args);
    case WORD_SCANS:
        error = scpi_number_argument(args, &counts, &value);
        m->scans = error ? m->scans : (uint32_t)value;
        return error;
    case WORD_RESET:
        mux_reset(m);
        return 0;
    case WORD_CLEAR:
        m->ear.errors.count = 0;
        return 0;
    case WORD_NOTHING:
        return 0;
    default:
        return -113;
    }
}

static int handle_unit(void *sim, const struct scpi_unit *unit, struct obuf *out)
{
    struct mux *m = sim;
    size_t i = 0;
    enum word word = WORD_IMPEDANCE;

    while (i < COUNT(table) && !scpi_match(unit, table[i].pattern, NULL))
        i++;
    if (i < COUNT(table)) {
        word = table[i].word;
    } else if (!scpi_match(unit, m->model->impedance_pattern, NULL)) {
        return -113; /* and an unknown query is not answered at all */
    }
    if (!unit->query)
        return do_word(m, word, unit->args);
    if (i == COUNT(table) || !table[i].fixed)
        return ask_word(m, word, unit->args, out);
    scpi_say(&m->ear, out, table[i].fixed);
    return 0;
}

static void feed(void *state, struct span bytes, struct instant now, struct obuf *out)
{
    struct mux *m = state;

    m->now = now;
    scpi_hear(&m->ear, bytes, handle_unit, m, out);
}

#define SIM .state_size = sizeof(struct mux), .init = init, .feed = feed

const struct sim_driver daq970a_sim = {.driver = "daq970a", SIM};
const struct sim_driver k34970a_sim = {.driver = "k34970a", SIM};
const struct sim_driver k34972a_sim = {.driver = "k34972a", SIM};
