/* One simulator for all models: which words it knows and how it prints numbers are in the row. */
#include "core/num.h"
#include "instruments/scpi_supply/scpi_supply_psu.h"

enum { LIST_MAX = SUPPLY_CHANNELS_MAX };

#define RIGOL SUPPLY_WORDS_RIGOL
#define HMP SUPPLY_WORDS_HMP
#define KEYSIGHT SUPPLY_WORDS_KEYSIGHT
#define ALL (RIGOL | HMP | KEYSIGHT)

/* clang-format off */
static const struct {
    const char *pattern;
    unsigned words; /* of which makes */
    enum word word;
} table[] = {
    { "INSTrument:NSELect",                                      ALL,            WORD_SELECT },
    { "INSTrument[:SELect]",                                     ALL,            WORD_SELECT_NAME },
    { "MEASure[:SCALar]:VOLTage[:DC]",                           ALL,            WORD_MEASURE_V },
    { "MEASure[:SCALar]:CURRent[:DC]",                           ALL,            WORD_MEASURE_A },
    { "MEASure[:SCALar]:POWEr[:DC]",                             RIGOL,          WORD_MEASURE_W },
    { "MEASure:ALL[:DC]",                                        RIGOL,          WORD_MEASURE_ALL },
    { "[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]",        ALL,            WORD_VOLTAGE },
    { "[SOURce:]CURRent[:LEVel][:IMMediate][:AMPLitude]",        ALL,            WORD_CURRENT },
    { "OUTPut[:STATe]",                                          ALL,            WORD_OUTPUT },
    { "OUTPut:SELect",                                           HMP,            WORD_OUTPUT },
    { "OUTPut:GENeral",                                          HMP,            WORD_GENERAL },
    { "OUTPut:MODE",                                             RIGOL,          WORD_MODE },
    { "OUTPut:OVP[:STATe]",                                      RIGOL,          WORD_OVP_ON },
    { "OUTPut:OVP:VALue",                                        RIGOL,          WORD_OVP },
    { "OUTPut:OVP:QUES",                                         RIGOL,          WORD_OVP_TRIP },
    { "OUTPut:OVP:CLEAR",                                        RIGOL,          WORD_CLEAR },
    { "OUTPut:OCP[:STATe]",                                      RIGOL,          WORD_OCP_ON },
    { "OUTPut:OCP:VALue",                                        RIGOL,          WORD_OCP },
    { "OUTPut:OCP:QUES",                                         RIGOL,          WORD_OCP_TRIP },
    { "OUTPut:OCP:CLEAR",                                        RIGOL,          WORD_CLEAR },
    { "[SOURce:]VOLTage:PROTection[:LEVel]",                     HMP | KEYSIGHT, WORD_OVP },
    { "[SOURce:]VOLTage:PROTection:TRIPped",                     HMP | KEYSIGHT, WORD_OVP_TRIP },
    { "[SOURce:]VOLTage:PROTection:CLEar",                       HMP | KEYSIGHT, WORD_CLEAR },
    { "[SOURce:]CURRent:PROTection:STATe",                       KEYSIGHT,       WORD_OCP_ON },
    { "[SOURce:]CURRent:PROTection:TRIPped",                     KEYSIGHT,       WORD_OCP_TRIP },
    { "STATus:QUEStionable:INSTrument:ISUMmary#:CONDition",      HMP | KEYSIGHT, WORD_CONDITION },
    { "APPLy",                                                   HMP | KEYSIGHT, WORD_APPLY },
    { "SYSTem:ERRor[:NEXT]",                                     ALL,            WORD_ERROR },
    { "SYSTem:VERSion",                                          ALL,            WORD_VERSION },
    { "SYSTem:REMote",                                           ALL,            WORD_NOTHING },
    { "SYSTem:LOCal",                                            ALL,            WORD_NOTHING },
    { "SYSTem:RWLock",                                           ALL,            WORD_NOTHING },
    { "SYSTem:MIX",                                              HMP,            WORD_NOTHING },
    { "SYSTem:COMMunicate:RLSTate",                              KEYSIGHT,       WORD_NOTHING },
    { "*IDN", ALL, WORD_IDENTITY }, { "*RST", ALL, WORD_RESET },   { "*CLS", ALL, WORD_CLS },
    { "*OPC", ALL, WORD_ONE },      { "*TST", ALL, WORD_ZERO },    { "*ESR", ALL, WORD_ZERO },
    { "*STB", ALL, WORD_ZERO },     { "*ESE", ALL, WORD_ZERO },    { "*SRE", ALL, WORD_ZERO },
    { "*WAI", ALL, WORD_NOTHING },
};
/* clang-format on */

void scpi_supply_sim_init(void *state, const struct sim_setup *setup)
{
    struct psu *p = state;
    const char *serial = setup->device->expect_serial;

    p->model = setup->driver->model;
    p->plant = setup->plant;
    if (!serial[0])
        serial = p->model->sim.serial;
    memcpy(p->serial, serial, strnlen(serial, sizeof(p->serial) - 1));
    psu_reset(p);
}

/* --- answers: what does not fit is lost, as in an output buffer that is full ---------------------
 */

static void say_number(struct psu *p, struct obuf *out, double value, struct scpi_style style)
{
    scpi_say(&p->ear, out, "");
    (void)!scpi_put_number(out, value, style);
}

static void say_onoff(struct psu *p, struct obuf *out, bool on)
{
    scpi_say(&p->ear, out, on ? p->model->sim.on : p->model->sim.off);
}

static void say_error(struct psu *p, struct obuf *out)
{
    int code = scpi_pop_error(&p->ear.errors);
    scpi_say(&p->ear, out, code == 0 && p->model->sim.integer.plus ? "+" : "");
    (void)!obuf_printf(out, "%d,\"%s\"", code, scpi_error_text(code));
}

static void say_measured(struct psu *p, struct obuf *out, enum word word, unsigned n)
{
    double u_V = psu_terminals(p, PLANT_SUPPLY_V, n);
    double i_A = p->output[n].on ? psu_terminals(p, PLANT_SUPPLY_A, n) : 0.0;
    struct scpi_style style = p->model->sim.measured;

    say_number(p, out,
               word == WORD_MEASURE_A   ? i_A
               : word == WORD_MEASURE_W ? u_V * i_A
                                        : u_V,
               style);
    if (word != WORD_MEASURE_ALL)
        return;
    (void)!obuf_byte(out, ',');
    (void)!scpi_put_number(out, i_A, style);
    (void)!obuf_byte(out, ',');
    (void)!scpi_put_number(out, u_V * i_A, style);
}

/* --- channels: selected, "CH1," in front (Rigol), "(@1,2)" behind (Keysight) ---------------------
 */

static size_t pick_channels(struct psu *p, struct span *args, unsigned list[LIST_MAX])
{
    struct span rest = *args, first = {NULL, 0}, last = {NULL, 0}, field;
    size_t count = 0;

    list[0] = p->selected;
    while (args->len && scpi_take_field(&rest, ',', &field)) {
        first = first.at ? first : field;
        last = field;
    }
    if ((p->model->sim.words & RIGOL) && first.len == 3 && memcmp(first.at, "CH", 2) == 0) {
        unsigned n = (unsigned)(unsigned char)first.at[2] - '1';
        list[0] = n;
        *args = span_skip(*args, (size_t)(first.at - args->at) + first.len);
        while (args->len && (*args->at == ',' || *args->at == ' '))
            *args = span_skip(*args, 1);
        return n < p->model->channels ? 1 : 0;
    }
    if (!(p->model->sim.words & KEYSIGHT) || last.len == 0 || *last.at != '(')
        return 1;
    if (scpi_parse_channels(last, list, LIST_MAX, &count) != RC_OK)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (list[i]-- == 0 || list[i] >= p->model->channels)
            return 0;
    args->len = (size_t)(last.at - args->at);
    while (args->len && (args->at[args->len - 1] == ',' || args->at[args->len - 1] == ' '))
        args->len--;
    return count;
}

/* --- words ---------------------------------------------------------------------------------------
 */

static void ask_number(struct psu *p, enum word word, unsigned n, struct span args,
                       struct obuf *out)
{
    struct scpi_bounds bounds = psu_bounds_of(p, word, n);
    double value = *psu_number_of(p, word, n);
    bool volts = word == WORD_VOLTAGE || word == WORD_OVP;

    if (args.len && scpi_number_argument(args, &bounds, &value) != 0) {
        scpi_push_error(&p->ear.errors, -108);
        return;
    }
    say_number(p, out, value, volts ? p->model->sim.voltage : p->model->sim.current);
}

static int select_channel(struct psu *p, struct span args, bool by_name)
{
    int64_t n;

    if (args.len == 0)
        return -109;
    if (by_name) /* OUTP2 or CH2 */
        args = span_skip(args, args.len - 1);
    if (num_parse_int(args, INT32_MIN, INT32_MAX, &n) != RC_OK)
        return -104;
    if (n < 1 || n > (int64_t)p->model->channels)
        return -222;
    p->selected = (unsigned)n - 1;
    return 0;
}

static int apply_both(struct psu *p, struct span args)
{
    struct span volts;

    if (args.len == 0 || !scpi_take_field(&args, ',', &volts))
        return -109;
    int error = psu_set_number(p, WORD_VOLTAGE, p->selected, volts);
    return error || !args.at ? error : psu_set_number(p, WORD_CURRENT, p->selected, args);
}

static void ask_condition(struct psu *p, struct obuf *out, unsigned suffix)
{
    unsigned n = suffix - 1;

    if (suffix == 0 || suffix > p->model->channels) {
        scpi_push_error(&p->ear.errors, -222);
        return;
    }
    unsigned bits = !p->output[n].on ? 0 : psu_in_current_limit(p, n) ? 1 : 2;
    say_number(p, out, (double)bits, p->model->sim.integer);
}

static void ask_channel(struct psu *p, enum word word, unsigned n, struct span args,
                        struct obuf *out)
{
    const struct output *o = &p->output[n];

    switch (word) {
    case WORD_VOLTAGE:
    case WORD_CURRENT:
    case WORD_OVP:
    case WORD_OCP:
        ask_number(p, word, n, args, out);
        break;
    case WORD_OUTPUT:
        say_onoff(p, out, o->on);
        break;
    case WORD_OVP_ON:
        say_onoff(p, out, o->ovp_on);
        break;
    case WORD_OCP_ON:
        say_onoff(p, out, o->ocp_on);
        break;
    case WORD_GENERAL:
        say_onoff(p, out, true);
        break;
    case WORD_OVP_TRIP:
        scpi_say(&p->ear, out,
                 p->model->sim.words & RIGOL ? o->ovp_tripped ? "YES" : "NO"
                 : o->ovp_tripped            ? "1"
                                             : "0");
        break;
    case WORD_OCP_TRIP:
        scpi_say(&p->ear, out,
                 p->model->sim.words & RIGOL ? o->ocp_tripped ? "YES" : "NO"
                 : o->ocp_tripped            ? "1"
                                             : "0");
        break;
    case WORD_MODE:
        scpi_say(&p->ear, out, !o->on ? "UR" : psu_in_current_limit(p, n) ? "CC" : "CV");
        break;
    default:
        say_measured(p, out, word, n);
        break;
    }
}

static void handle_query(struct psu *p, enum word word, const struct scpi_unit *unit,
                         unsigned suffix, struct obuf *out)
{
    const struct supply_model *model = p->model;
    struct span args = unit->args;
    unsigned list[LIST_MAX];
    size_t count;

    switch (word) {
    case WORD_SELECT:
        say_number(p, out, (double)p->selected + 1.0, model->sim.integer);
        return;
    case WORD_SELECT_NAME:
        scpi_say(&p->ear, out, model->sim.words & RIGOL ? "CH" : "OUTP");
        (void)!obuf_byte(out, '1' + p->selected);
        return;
    case WORD_CONDITION:
        ask_condition(p, out, suffix);
        return;
    case WORD_ERROR:
        say_error(p, out);
        return;
    case WORD_VERSION:
        scpi_say(&p->ear, out, "1999.0");
        return;
    case WORD_IDENTITY:
        scpi_say(&p->ear, out, "");
        (void)!obuf_printf(out, "%s,%s,%s,%s", model->sim.make, model->model, p->serial,
                           model->sim.firmware);
        return;
    case WORD_ONE:
    case WORD_ZERO:
        say_number(p, out, word == WORD_ONE ? 1.0 : 0.0, model->sim.integer);
        return;
    default:
        break;
    }
    count = word < WORD_CLEAR ? pick_channels(p, &args, list) : 0;
    if (count == 0)
        scpi_push_error(&p->ear.errors, word < WORD_CLEAR ? -222 : -113);
    for (size_t i = 0; i < count; i++)
        ask_channel(p, word, list[i], args, out);
}

static int handle_channels(struct psu *p, enum word word, struct span args)
{
    unsigned list[LIST_MAX];
    size_t count = pick_channels(p, &args, list);
    int error = count ? 0 : -222;

    for (size_t i = 0; i < count && error == 0; i++)
        error = word <= WORD_OCP ? psu_set_number(p, word, list[i], args)
                                 : psu_set_switch(p, word, list[i], args);
    return error;
}

static int handle_command(struct psu *p, enum word word, struct span args)
{
    switch (word) {
    case WORD_SELECT:
        return select_channel(p, args, false);
    case WORD_SELECT_NAME:
        return select_channel(p, args, true);
    case WORD_APPLY:
        return apply_both(p, args);
    case WORD_CLEAR:
        p->output[p->selected].ovp_tripped = p->output[p->selected].ocp_tripped = false;
        return 0;
    case WORD_RESET:
        psu_reset(p);
        return 0;
    case WORD_CLS:
        p->ear.errors.count = 0;
        return 0;
    case WORD_ONE:
    case WORD_ZERO:
    case WORD_NOTHING:
        return 0;
    default:
        return word <= WORD_GENERAL ? handle_channels(p, word, args) : -113;
    }
}

static int handle_unit(void *sim, const struct scpi_unit *unit, struct obuf *out)
{
    struct psu *p = sim;
    unsigned suffix = 1;

    for (size_t i = 0; i < COUNT(table); i++) {
        if (!(table[i].words & (unsigned)p->model->sim.words) ||
            !scpi_match(unit, table[i].pattern, &suffix))
            continue;
        if (unit->query) {
            handle_query(p, table[i].word, unit, suffix, out);
            return 0;
        }
        return handle_command(p, table[i].word, unit->args);
    }
    return -113; /* and an unknown query is not answered at all */
}

void scpi_supply_sim_feed(void *state, struct span bytes, struct instant now, struct obuf *out)
{
    struct psu *p = state;

    p->now = now;
    psu_protect(p);
    scpi_hear(&p->ear, bytes, handle_unit, p, out);
}

const struct sim_driver hmp4040_sim = {.driver = "hmp4040", SCPI_SUPPLY_SIM};
const struct sim_driver hmp2020_sim = {.driver = "hmp2020", SCPI_SUPPLY_SIM};
const struct sim_driver dp832_sim = {.driver = "dp832", SCPI_SUPPLY_SIM};
const struct sim_driver e36312a_sim = {.driver = "e36312a", SCPI_SUPPLY_SIM};
