#include "instruments/gw_gpt9800/gw_gpt9800.h"

#include <math.h>
#include <strings.h>

#include "core/num.h"
#include "instruments/proto/scpi.h"

static const double least_V = 50.0, most_V = 1000.0, step_V = 50.0;

/* What must come back. A setting is a number with its unit, or a word; of the words that there are
 * besides, the unit is in another state than it was told to be. */
enum shape { SHAPE_SETTING, SHAPE_WORD, SHAPE_NO_ERROR };

struct line {
    const char *send;
    enum shape shape;
    const char *word; /* the wanted one, or the unit; "": a bare number */
    double wanted;
};

/* A part below 1 Mohm ends the test. The upper limit is the end of the range, which good parts may
 * read. Step 100 of the memory is overwritten, so that the steps of other users stay. */
/* clang-format off */
static const struct line configure_table[] = {
    { "FUNC:TEST OFF\r\nTEST:RET OFF\r\nFUNC:TEST?\r\n", SHAPE_WORD,    "TEST OFF",  0 }, /* first of all */
    { "MAIN:FUNC MANU\r\nMAIN:FUNC?\r\n",                SHAPE_WORD,    "MANU MODE", 0 },
    { "*CLS\r\nMANU:STEP 100\r\nMANU:STEP?\r\n",         SHAPE_SETTING, "",          100 },
    { "MANU:EDIT:MODE IR\r\nMANU:EDIT:MODE?\r\n",        SHAPE_WORD,    "IR",        0 },
    { "MANU:IR:VOLT 0.050\r\nMANU:IR:VOLT?\r\n",         SHAPE_SETTING, "kV",        0.05 },
    { "MANU:IR:RHIS 9999\r\nMANU:IR:RHIS?\r\n",          SHAPE_SETTING, "M",         GPT9800_MOST_Mohm },
    { "MANU:IR:RLOS 1\r\nMANU:IR:RLOS?\r\n",             SHAPE_SETTING, "M",         1 },
    { "MANU:IR:REF 0\r\nMANU:IR:REF?\r\n",               SHAPE_SETTING, "M",         0 },
    { "MANU:IR:TTIM 100.0\r\nMANU:IR:TTIM?\r\n",         SHAPE_SETTING, "S",         GPT9800_LONGEST_S },
    { "MANU:RTIM 0.1\r\nMANU:RTIM?\r\n",                 SHAPE_SETTING, "S",         0.1 },
    { "SYST:ERR?\r\n",                                   SHAPE_NO_ERROR, "",         0 },
};
/* clang-format on */
static const struct line off_line = {"FUNC:TEST OFF\r\nFUNC:TEST?\r\n", SHAPE_WORD, "TEST OFF", 0};
static const struct line on_line = {"FUNC:TEST ON\r\nFUNC:TEST?\r\n", SHAPE_WORD, "TEST ON", 0};
static const char identify_line[] = "*IDN?\r\n";
static const char state_line[] = "FUNC:TEST?\r\n", measure_line[] = "MEAS?\r\n";

static const char *const words[] = {"TEST ON", "TEST OFF", "MANU MODE", "AUTO MODE", "IR",
                                    "ACW",     "DCW",      "GB",        "CONTINUITY"};

/* ---- encode ---- */

static bool is_output(const struct ask *ask)
{
    return ask->signal == INSULATION_SIGNAL_OUTPUT;
}

static bool ordered_on(const struct ask *ask)
{
    return ask->held && ask->held[INSULATION_SIGNAL_OUTPUT] > 0.5;
}

static bool may_set(const struct device_setup *setup, const struct ask *ask)
{
    double top_V =
        setup->full_scale > 0.0 && setup->full_scale < most_V ? setup->full_scale : most_V;

    if (ask->channel != 0)
        return false;
    if (is_output(ask))
        return ask->value == 0.0 || ask->value == 1.0;
    if (ask->signal != INSULATION_SIGNAL_U || !num_within(ask->value, least_V, top_V))
        return false;
    double steps = ask->value / step_V;
    return fabs(steps - nearbyint(steps)) <= 1e-9;
}

static enum rc put_voltage(double volt, struct obuf *request)
{
    size_t start = request->len;
    enum rc rc = obuf_put(request, SPAN("MANU:IR:VOLT "));

    if (rc == RC_OK)
        rc = num_put_fixed(request, volt / 1000.0, 3);
    if (rc == RC_OK)
        rc = obuf_put(request, SPAN("\r\nMANU:IR:VOLT?\r\n"));
    if (rc != RC_OK)
        request->len = start;
    return rc;
}

/* NULL: this driver has no such ask. */
static const char *find_text(const struct ask *ask)
{
    switch (ask->kind) {
    case ASK_IDENTIFY:
        return ask->step ? NULL : identify_line;
    case ASK_SYNC:
        return identify_line;
    case ASK_CONFIGURE:
        return ask->step < COUNT(configure_table) ? configure_table[ask->step].send : NULL;
    case ASK_POLL:
        return ask->step == 0 ? state_line : ask->step == 1 ? measure_line : NULL;
    case ASK_SAFE:
        return ask->step ? NULL : off_line.send;
    case ASK_SET:
        return ask->value > 0.5 ? on_line.send : off_line.send;
    case ASK_STREAM:
        break;
    }
    return NULL;
}

static enum rc encode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct obuf *request)
{
    (void)self;
    if (ask->kind == ASK_SET && !may_set(setup, ask))
        return RC_RANGE;
    if (ask->kind == ASK_SET && !is_output(ask))
        return put_voltage(ask->value, request);
    const char *text = find_text(ask);
    return text ? obuf_put(request, span_text(text)) : RC_CONFIG;
}

/* ---- decode ---- */

static struct span trimmed(struct span text)
{
    while (text.len && (*text.at == ' ' || *text.at == '\t'))
        text = span_skip(text, 1);
    while (text.len && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t'))
        text.len--;
    return text;
}

static bool same(struct span text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.at, word, text.len) == 0;
}

/* "0.497kV", "0015M ohm", "001.0 S": a number and its unit, of which "M" may be "M ohm" too. The
 * unit proves that no digit was cut off. */
static enum rc parse_quantity(struct span text, const char *unit, double *out)
{
    size_t len = 0;
    double value;

    text = trimmed(text);
    while (len < text.len && ((text.at[len] >= '0' && text.at[len] <= '9') || text.at[len] == '.'))
        len++;
    struct span rest = trimmed(span_skip(text, len));
    if (len == 0 || num_parse((struct span){text.at, len}, &value) != RC_OK)
        return RC_PROTOCOL;
    bool fits = same(rest, unit);
    if (!fits && unit[0] == 'M' && rest.len > 1 && strncasecmp(rest.at, unit, 1) == 0)
        fits = same(trimmed(span_skip(rest, 1)), "ohm");
    if (!fits)
        return RC_PROTOCOL;
    *out = value;
    return RC_OK;
}

static enum rc check_word(struct span text, const char *wanted)
{
    if (same(text, wanted))
        return RC_OK;
    for (size_t i = 0; i < COUNT(words); i++)
        if (same(text, words[i]))
            return RC_REFUSED;
    return RC_PROTOCOL;
}

/* "0,No Error"; another number and its text. */
static enum rc check_no_error(struct span text)
{
    if (same(text, "0,No Error"))
        return RC_OK;
    const char *comma = text.len > 2 ? memchr(text.at, ',', text.len) : NULL;
    bool coded =
        comma && text.at[0] >= '0' && text.at[0] <= '9' && (size_t)(comma - text.at) + 1 < text.len;
    return coded ? RC_REFUSED : RC_PROTOCOL;
}

static enum rc check_line(const struct line *line, struct span frame)
{
    struct span text = trimmed(frame);
    double value;

    if (line->shape == SHAPE_WORD)
        return check_word(text, line->word);
    if (line->shape == SHAPE_NO_ERROR)
        return check_no_error(text);
    if (parse_quantity(text, line->word, &value) != RC_OK)
        return RC_PROTOCOL;
    return fabs(value - line->wanted) <= 1e-3 * fabs(line->wanted) + 1e-6 ? RC_OK : RC_REFUSED;
}

/* "GPT-9804 ,EM110867    ,v2.08,": the last comma is not on all units. */
static enum rc decode_identity(const char *model, const struct device_setup *setup,
                               struct span frame, struct identity *identity)
{
    struct span field[3], rest = frame;

    for (size_t i = 0; i < COUNT(field); i++)
        if (!scpi_take_field(&rest, ',', &field[i]) || field[i].len == 0)
            return RC_PROTOCOL;
    if (rest.at && trimmed(rest).len)
        return RC_PROTOCOL;
    for (size_t i = 0; i < frame.len; i++)
        if (frame.at[i] < ' ' || frame.at[i] > '~')
            return RC_PROTOCOL;
    if (field[0].len < 4 || strncasecmp(field[0].at, "GPT-", 4) != 0)
        return RC_PROTOCOL;
    const char *serial = setup->expect_serial;
    if (!span_is(field[0], model) || (serial[0] && !span_is(field[1], serial)))
        return RC_REFUSED;
    if (identity)
        identity_tell(identity, SPAN("GW Instek"), field[0], field[1], field[2]);
    return RC_OK;
}

enum status { STATUS_VIEW, STATUS_TEST, STATUS_PASS, STATUS_FAIL };

static enum rc parse_status(struct span text, enum status *out)
{
    static const char *const names[] = {"VIEW", "TEST", "PASS", "FAIL"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (same(text, names[i])) {
            *out = (enum status)i;
            return RC_OK;
        }
    return RC_PROTOCOL;
}

/* "T=001.0S" while it measures, "R=000.1S" while the voltage rises, "---.-S" before any test. */
static enum rc parse_time(struct span text, bool *measures)
{
    double s;
    bool timed = text.len > 2 && text.at[1] == '=' && (text.at[0] == 'T' || text.at[0] == 'R');

    if (!timed && !same(text, "---.-S"))
        return RC_PROTOCOL;
    if (timed && parse_quantity(span_skip(text, 2), "S", &s) != RC_OK)
        return RC_PROTOCOL;
    *measures = timed && text.at[0] == 'T';
    return RC_OK;
}

struct measured {
    enum status status;
    double volt, Mohm;
    bool measures;
};

static enum rc parse_measured(struct span frame, struct measured *out)
{
    struct span field[5], rest = frame;
    double kilovolt;

    for (size_t i = 0; i < COUNT(field); i++)
        if (!scpi_take_field(&rest, ',', &field[i]))
            return RC_PROTOCOL;
    if (rest.at || parse_status(field[1], &out->status) != RC_OK ||
        parse_time(field[4], &out->measures) != RC_OK)
        return RC_PROTOCOL;
    if (!same(field[0], "IR")) /* somebody chose another test at the panel */
        return check_word(field[0], "IR");
    if (parse_quantity(field[2], "kV", &kilovolt) != RC_OK ||
        parse_quantity(field[3], "M", &out->Mohm) != RC_OK)
        return RC_PROTOCOL;
    out->volt = 1000.0 * kilovolt;
    bool possible =
        num_within(out->volt, 0.0, 1.1 * most_V) && num_within(out->Mohm, 0.0, GPT9800_MOST_Mohm);
    return possible ? RC_OK : RC_RANGE;
}

/* What stands on the display after PASS is an old value. After FAIL it is why the voltage went off
 * by itself, and holds until the output is ordered off. */
static enum rc decode_measured(const struct ask *ask, struct span frame, struct answer *out)
{
    struct insulation_reading *reading = out->reading;
    struct measured got;
    enum rc rc = parse_measured(frame, &got);

    if (rc != RC_OK)
        return rc;
    bool runs = got.status == STATUS_TEST;
    bool valid = ordered_on(ask) && ((runs && got.measures) || got.status == STATUS_FAIL);
    reading->u_V = runs ? got.volt : 0.0;
    reading->r_ohm = valid ? 1e6 * got.Mohm : (double)NAN;
    reading->over = !valid ? (double)NAN : got.Mohm >= GPT9800_MOST_Mohm ? 1.0 : 0.0;
    out->complete = true;
    return RC_OK;
}

static enum rc decode_state(struct span frame, struct answer *out)
{
    struct insulation_reading *reading = out->reading;
    bool on = check_word(trimmed(frame), "TEST ON") == RC_OK;

    if (!on && check_word(trimmed(frame), "TEST OFF") != RC_OK)
        return RC_PROTOCOL;
    reading->output_on = on ? 1.0 : 0.0;
    return RC_OK;
}

static enum rc decode_set(const struct ask *ask, struct span frame, struct answer *out)
{
    double kilovolt;

    if (is_output(ask)) {
        enum rc rc = check_line(ask->value > 0.5 ? &on_line : &off_line, frame);
        if (rc == RC_OK)
            out->readback = ask->value;
        return rc;
    }
    if (ask->signal != INSULATION_SIGNAL_U || parse_quantity(frame, "kV", &kilovolt) != RC_OK)
        return RC_PROTOCOL;
    out->readback = 1000.0 * kilovolt;
    return RC_OK;
}

static enum rc decode(const struct driver *self, const struct device_setup *setup,
                      const struct ask *ask, struct span frame, struct answer *out)
{
    switch (ask->kind) {
    case ASK_IDENTIFY:
        return ask->step ? RC_PROTOCOL : decode_identity(self->model, setup, frame, out->identity);
    case ASK_SYNC:
        return decode_identity(self->model, setup, frame, NULL);
    case ASK_CONFIGURE:
        return ask->step < COUNT(configure_table) ? check_line(&configure_table[ask->step], frame)
                                                  : RC_PROTOCOL;
    case ASK_POLL:
        if (ask->step > 1)
            return RC_PROTOCOL;
        return ask->step ? decode_measured(ask, frame, out) : decode_state(frame, out);
    case ASK_SET:
        return decode_set(ask, frame, out);
    case ASK_SAFE:
        return ask->step ? RC_PROTOCOL : check_line(&off_line, frame);
    case ASK_STREAM:
        break;
    }
    return RC_PROTOCOL;
}

/* clang-format off */
#define DRIVER(row)                                                                                \
    .maturity = MATURITY_SIMULATED, .capability = &capability_insulation_tester,                   \
    .framing = &framing_line_lf,                                                                   \
    .line = { .baud = 9600, .parity = 'N', .data_bits = 8, .stop_bits = 1 }, .identify_steps = 1,  \
    .configure_steps = COUNT(configure_table), .poll_steps = 2, .safe_steps = 1, .channels = 1,    \
    .reply_timeout = { 500000 }, .turnaround = { 25000 }, .poll_period = { 250000 },               \
    .model = (row), .encode = encode, .decode = decode

const struct driver gpt9803_driver = { DRIVER("GPT-9803"),
    .name = "gpt9803", .summary = "GW Instek GPT-9803 as insulation tester, 1000 V 9999 Mohm" };
const struct driver gpt9804_driver = { DRIVER("GPT-9804"),
    .name = "gpt9804", .summary = "GW Instek GPT-9804 as insulation tester, 1000 V 9999 Mohm" };
/* clang-format on */
