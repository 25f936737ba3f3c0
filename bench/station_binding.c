/* Ties each row of the channel table to a signal of an instrument, an expression or the manifold.
 */
#include <stdlib.h>

#include "bench/station_private.h"
#include "core/num.h"
#include "instruments/capability/digital_io.h"
#include "sequences/parser.h"

struct binder {
    struct station *station;
    struct diag *diag;
    unsigned channel;
    struct span instrument, signal; /* as in the table */
};

static struct place binder_place(const struct binder *b)
{
    return b->station->channels[b->channel].at;
}

/* "{site}" or "{site+4}" at the beginning of the text: its length; 0: neither. */
static size_t site_length(struct span text, unsigned *plus)
{
    int64_t number;
    const char *end = text.len > 6 ? memchr(text.at, '}', text.len) : NULL;
    *plus = 0;
    if (text.len >= 6 && memcmp(text.at, "{site}", 6) == 0)
        return 6;
    if (!end || memcmp(text.at, "{site+", 6) != 0 ||
        num_parse_int((struct span){text.at + 6, (size_t)(end - text.at - 6)}, 1, 99, &number) !=
            RC_OK)
        return 0;
    *plus = (unsigned)number;
    return (size_t)(end - text.at) + 1;
}

/* `{site}` becomes the number. False: does not fit. */
static bool put_site(struct span text, unsigned site, char *out, size_t cap)
{
    struct obuf to = {out, 0, cap};
    while (text.len) {
        unsigned plus;
        size_t taken = site_length(text, &plus);
        if (taken) {
            if (obuf_printf(&to, "%u", site + plus) != RC_OK)
                return false;
            text = span_skip(text, taken);
        } else {
            if (obuf_byte(&to, (unsigned char)*text.at) != RC_OK)
                return false;
            text = span_skip(text, 1);
        }
    }
    return obuf_byte(&to, 0) == RC_OK;
}

/* "out3" for "out[3]". */
static bool split_digits(const char *text, int64_t lo, size_t *name_len, int64_t *number)
{
    size_t len = strlen(text), digits = 0;
    while (digits < len && text[len - digits - 1] >= '0' && text[len - digits - 1] <= '9')
        digits++;
    *name_len = len - digits;
    *number = lo;
    return digits == 0 ||
           num_parse_int((struct span){text + len - digits, digits}, lo, 15, number) == RC_OK;
}

/* "u", "u[2]", "u2", "u[1..4]", "in[0]": name and like channels. Channels count from 1 but pins
 * from 0. */
static bool split_signal(const char *text, bool from_zero, size_t *name_len, unsigned *first,
                         unsigned *count)
{
    const char *open = strchr(text, '[');
    int64_t lo = from_zero ? 0 : 1, hi;
    *count = 1;
    if (!open) {
        bool ok = split_digits(text, lo, name_len, &hi);
        *first = (unsigned)(hi - lo);
        return ok;
    }
    *name_len = (size_t)(open - text);
    const char *dots = strstr(open, ".."), *close = strchr(open, ']');
    if (!close || close[1] != '\0')
        return false;
    const char *lo_end = dots ? dots : close, *hi_start = dots ? dots + 2 : open + 1;
    if (num_parse_int((struct span){open + 1, (size_t)(lo_end - open - 1)}, lo, 16, &lo) != RC_OK ||
        num_parse_int((struct span){hi_start, (size_t)(close - hi_start)}, lo, 16, &hi) != RC_OK)
        return false;
    *first = (unsigned)lo - (from_zero ? 0 : 1);
    *count = (unsigned)(hi - lo + 1);
    return true;
}

static bool unit_fits(const struct binder *b, const struct signal *signal)
{
    const struct channel *channel = &b->station->channels[b->channel].public;
    if (strcmp(signal->unit, "onoff") == 0)
        return channel->type != CHANNEL_QUANTITY;
    struct unit unit;
    return channel->type == CHANNEL_QUANTITY &&
           unit_find(span_text(signal->unit), &unit) == RC_OK &&
           dim_equal(unit.dim, channel->unit.dim);
}

static bool bind_error(const struct binder *b, const char *help, const char *message,
                       const char *word)
{
    diag_add(b->diag, DIAG_ERROR, binder_place(b), help, "channel '%s': %s '%s'",
             b->station->channels[b->channel].name, message, word);
    return false;
}

/* As many as the station uses of it. */
static unsigned channels_of(const struct station_instrument *instrument)
{
    unsigned of_driver = instrument->entry->driver->channels;
    unsigned used = instrument->setup.channels ? instrument->setup.channels : of_driver;
    return used ? used : 1;
}

static bool bind_signal(const struct binder *b, const char *text, struct station_binding *to)
{
    const struct station_instrument *instrument = &b->station->instruments[to->instrument];
    const struct capability *capability = instrument->entry->driver->capability;
    bool pins = strcmp(capability->name, "digital_io") == 0;
    size_t len;
    if (!split_signal(text, pins, &len, &to->first, &to->count))
        return bind_error(b, "like u, u[2] or u[1..4]", "cannot read the signal", text);
    int signal = capability_signal(capability, text, len);
    if (signal < 0)
        return bind_error(b, NULL, "its instrument has no signal", text);
    unsigned most = pins ? DIGITAL_PINS_MAX : channels_of(instrument);
    if (to->first + to->count > most)
        return bind_error(b, NULL, "its instrument has not that many channels:", text);
    if (!unit_fits(b, &capability->signals[signal]))
        return bind_error(b, NULL, "has another dimension than the signal", text);
    if (b->station->channels[b->channel].public.output && !capability->signals[signal].writable)
        return bind_error(b, NULL, "is an output, but this signal cannot be written:", text);
    to->kind = BINDING_DEVICE;
    to->signal = (unsigned)signal;
    return true;
}

static bool bind_device(const struct binder *b, unsigned site, struct station_binding *to)
{
    char name[64], signal[64];
    if (!put_site(b->instrument, site, name, sizeof name) ||
        !put_site(b->signal, site, signal, sizeof signal))
        return bind_error(b, NULL, "instrument or signal is too long", "");
    int instrument = station_instrument_find(b->station, span_text(name));
    if (instrument < 0)
        return bind_error(b, NULL, "there is no instrument", name);
    const struct registry_entry *entry = b->station->instruments[instrument].entry;
    if (!entry)
        return true; /* warned of already: this station can be checked only */
    to->instrument = (unsigned)instrument;
    if (!bind_signal(b, signal, to))
        return false;
    struct channel *channel = &b->station->channels[b->channel].public;
    const struct station_instrument *from = &b->station->instruments[instrument];
    channel->period =
        from->poll.us && !entry->driver->streams ? from->poll : entry->driver->poll_period;
    if (entry->driver->streams)
        channel->period = duration_ms(10);
    return true;
}

static bool bind_manifold(const struct binder *b, struct station_binding *to)
{
    static const struct {
        const char *name;
        enum manifold_signal signal;
    } signals[] = {{"total", MANIFOLD_TOTAL},
                   {"fuel_lfl", MANIFOLD_FUEL_LFL},
                   {"vent_fuel_lfl", MANIFOLD_VENT_LFL},
                   {"o2", MANIFOLD_O2}};
    for (size_t i = 0; i < COUNT(signals); i++)
        if (span_is(b->signal, signals[i].name)) {
            to->kind = BINDING_MANIFOLD;
            to->signal = signals[i].signal;
            b->station->channels[b->channel].public.derived = true;
            b->station->channels[b->channel].public.period = duration_ms(100);
            return true;
        }
    return bind_error(b, "total, fuel_lfl, vent_fuel_lfl or o2", "the manifold has no signal",
                      "of that name");
}

/* One signal of a regulation that is the bench's own. */
struct own_signal {
    const char *name;
    bool output, onoff;
};
struct own_kind {
    enum binding_kind kind;
    const char *name, *help, *signals; /* "heater" */
    const struct own_signal *signal;
    size_t count;
};

static const struct own_signal heater_signals[HEATER_SIGNALS] = {
    [HEATER_SIGNAL_ENABLE] = {"enable", true, true},
    [HEATER_SIGNAL_TARGET] = {"target", true, false},
    [HEATER_SIGNAL_HOLD] = {"hold", true, true},
    [HEATER_SIGNAL_STATE] = {"state", false, false}};
static const struct own_signal pump_signals[PUMP_SIGNALS] = {
    [PUMP_SIGNAL_ENABLE] = {"enable", true, true},
    [PUMP_SIGNAL_TARGET] = {"target", true, false},
    [PUMP_SIGNAL_STATE] = {"state", false, false}};
static const struct own_kind own_kinds[] = {
    {BINDING_HEATER, "heater", "enable, target, hold: out; state: in; all of scope site",
     "enable, target, hold or state", heater_signals, HEATER_SIGNALS},
    {BINDING_PUMP, "pump", "enable, target: out; state: in; all of scope site",
     "enable, target or state", pump_signals, PUMP_SIGNALS}};

static bool bind_own(const struct binder *b, const struct own_kind *own, struct station_binding *to)
{
    struct channel *channel = &b->station->channels[b->channel].public;
    char message[64];
    for (size_t i = 0; i < own->count; i++) {
        if (!span_is(b->signal, own->signal[i].name))
            continue;
        snprintf(message, sizeof message, "has another direction, scope or unit than the %s's",
                 own->name);
        if (channel->output != own->signal[i].output || !channel->per_site ||
            (channel->type == CHANNEL_ONOFF) != own->signal[i].onoff)
            return bind_error(b, own->help, message, own->signal[i].name);
        to->kind = own->kind;
        to->signal = (unsigned)i;
        channel->period = duration_ms(100);
        channel->derived = !own->signal[i].output;
        return true;
    }
    snprintf(message, sizeof message, "the %s has no signal", own->name);
    return bind_error(b, own->signals, message, "of that name");
}

static const struct own_kind *own_kind_of(struct span instrument)
{
    for (size_t i = 0; i < COUNT(own_kinds); i++)
        if (span_is(instrument, own_kinds[i].name))
            return &own_kinds[i];
    return NULL;
}

struct calc_names {
    const struct binder *binder;
    struct duration period; /* of the slowest input */
};

/* Names of a calc expression are channels of the same station, from rows above. */
static bool calc_name(void *ctx, const struct expr *expr, struct eval_ref *out)
{
    struct calc_names *names = ctx;
    const struct binder *b = names->binder;
    int input = channel_find(&b->station->view, span_text(expr->text));
    if (input < 0)
        return bind_error(b, NULL, "its expression names no channel", expr->text);
    if ((unsigned)input >= b->channel)
        return bind_error(b, "put the row of the input first", "stands above its input",
                          expr->text);
    const struct channel *channel = &b->station->channels[input].public;
    if (channel->per_site && !b->station->channels[b->channel].public.per_site)
        return bind_error(b, "give it the scope site",
                          "is shared, but its input is not:", expr->text);
    if (channel->period.us > names->period.us)
        names->period = channel->period;
    *out = (struct eval_ref){
        .op = EVAL_CHANNEL, .a = (unsigned)input, .dim = channel->unit.dim, .unit = &channel->unit};
    return true;
}

static bool calc_call(void *ctx, const struct expr *expr, struct eval_ref *out)
{
    const struct calc_names *names = ctx;
    (void)out;
    return bind_error(names->binder, NULL, "its expression calls", expr->text);
}

/* Both sides of a sum or a comparison, and both arguments of min and max, are of one dimension. The
 * compiler trusts its caller in this. */
static bool calc_dims_fit(const struct binder *b, const struct expr *expr,
                          const struct eval_names *resolve)
{
    const struct eval_code *side[2] = {NULL, NULL};
    if (expr->kind == EXPR_TEXT)
        return bind_error(b, NULL, "its expression holds a text", expr->text);
    for (unsigned i = 0; i < expr->args; i++)
        if (!calc_dims_fit(b, expr->arg[i], resolve))
            return false;
    bool product = expr->kind == EXPR_BINARY && (expr->op == OP_MUL || expr->op == OP_DIV);
    if (expr->args != COUNT(side) || product)
        return true;
    for (size_t i = 0; i < COUNT(side); i++)
        if (eval_compile(expr->arg[i], resolve, b->station->arena, &side[i]) != RC_OK)
            return true; /* said when the whole is compiled */
    return dim_equal(side[0]->dim, side[1]->dim) ||
           bind_error(b, NULL, "its expression adds or compares different dimensions:", "calc");
}

static bool bind_calc(const struct binder *b, struct station_binding *to)
{
    struct calc_names names = {.binder = b};
    struct eval_names resolve = {.name = calc_name, .call = calc_call, .ctx = &names};
    struct channel *channel = &b->station->channels[b->channel].public;
    struct expr *expr;
    const struct eval_code *code;
    unsigned before = b->diag->errors;
    if (expr_parse(b->signal, binder_place(b), b->station->arena, b->diag, &expr) != RC_OK)
        return false;
    if (eval_compile(expr, &resolve, b->station->arena, &code) != RC_OK)
        return b->diag->errors == before &&
               bind_error(b, NULL, "cannot use the expression of", "calc");
    if (!calc_dims_fit(b, expr, &resolve))
        return false;
    if (!dim_equal(code->dim, channel->unit.dim))
        return bind_error(b, NULL, "its expression has another dimension than", channel->unit.name);
    to->kind = BINDING_CALC;
    to->calc = code;
    channel->derived = true;
    channel->period = names.period;
    return true;
}

static bool bind_channel(const struct binder *b)
{
    struct station_channel *channel = &b->station->channels[b->channel];
    unsigned sites = channel->public.per_site ? b->station->sites : 1;
    const struct own_kind *own = own_kind_of(b->instrument);
    bool ok = true;
    if (channel->public.output && (span_is(b->instrument, "calc") || span_is(b->instrument, "mix")))
        return bind_error(b, "in", "is an output, but nothing can be set through", "calc or mix");
    for (unsigned i = 0; i < sites && ok; i++) {
        struct station_binding *to = &channel->binding[i];
        if (span_is(b->instrument, "calc"))
            ok = bind_calc(b, to);
        else if (span_is(b->instrument, "mix"))
            ok = bind_manifold(b, to);
        else if (own)
            ok = bind_own(b, own, to);
        else
            ok = bind_device(b, channel->public.per_site ? i + 1 : 0, to);
    }
    return ok;
}

bool station_bind_channels(struct station *station, struct diag *diag)
{
    const struct csv_table *table = station->channels_csv;
    size_t instrument = (size_t)csv_column(table, "instrument");
    size_t signal = (size_t)csv_column(table, "signal");
    bool ok = true;
    for (unsigned i = 0; i < station->channel_count; i++) {
        struct binder b = {.station = station,
                           .diag = diag,
                           .channel = i,
                           .instrument = csv_cell(table, i, instrument)->text,
                           .signal = csv_cell(table, i, signal)->text};
        ok = bind_channel(&b) && ok;
    }
    return ok;
}
