#include "tests/support/fake_bench.h"

#include "core/num.h"
#include "tests/support/cmocka.h"

__attribute__((format(printf, 2, 3))) static void say(struct fake_bench *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t room = sizeof b->log - b->log_len;
    int n = snprintf(b->log + b->log_len, room, "%lld.%03lld ", (long long)(b->now_us / 1000000),
                     (long long)(b->now_us / 1000 % 1000));
    if (n > 0 && (size_t)n < room) {
        b->log_len += (size_t)n;
        room -= (size_t)n;
        n = vsnprintf(b->log + b->log_len, room, format, args);
        if (n > 0 && (size_t)n + 1 < room) {
            b->log_len += (size_t)n;
            b->log[b->log_len++] = '\n';
        }
    }
    b->log[b->log_len] = '\0';
    va_end(args);
}

static const char *number(double value, char *text, size_t cap)
{
    struct obuf out = {text, 0, cap - 1};
    num_put_short(&out, value, 6);
    text[out.len] = '\0';
    return text;
}

static void reply(struct fake_bench *b, engine_ticket ticket, const char *what, unsigned site)
{
    struct fake_reply r = {.ticket = ticket, .rc = RC_OK};
    double wait_s = b->answer ? b->answer(b, what, site, &r.rc) : 0.1;
    if (wait_s < 0)
        return;
    r.t_us = b->now_us + (int64_t)(wait_s * 1e6) + (wait_s > 0 ? 0 : 0);
    r.t_us = r.t_us ? r.t_us : 1;
    r.select = strncmp(what, "select", 6) == 0;
    if (strncmp(what, "scan", 4) == 0) {
        r.scan = true;
        (void)snprintf(r.serial, sizeof r.serial, "%s", b->serial ? b->serial(b, site) : "");
        if (!b->serial)
            (void)snprintf(r.serial, sizeof r.serial, "S%u", site);
    }
    if (b->answer_inside && !r.scan) {
        engine_done(b->engine, ticket, r.rc, NULL);
        return;
    }
    for (unsigned i = 0; i < FAKE_REPLIES; i++) {
        if (!b->replies[i].t_us) {
            b->replies[i] = r;
            return;
        }
    }
    fail_msg("too many replies");
}

static void host_wake_at(void *ctx, struct instant t)
{
    ((struct fake_bench *)ctx)->wake_us = t.us;
}

static struct instant host_now(void *ctx)
{
    return (struct instant){((struct fake_bench *)ctx)->now_us};
}

static void host_set(void *ctx, engine_ticket ticket, const struct set_order *order)
{
    struct fake_bench *b = ctx;
    const struct channel *channel = order->channel;
    unsigned site = order->site;
    char what[64], text[NUM_TEXT_MAX + 1], ramp_text[NUM_TEXT_MAX + 1];
    number(order->value_si, text, sizeof text);
    if (order->ramp_si > 0)
        say(b, "set %s %u %s ramp %s", channel->name, site, text,
            number(order->ramp_si, ramp_text, sizeof ramp_text));
    else
        say(b, "set %s %u %s", channel->name, site, text);
    b->set_si[channel - b->channels][site] = order->value_si;
    (void)snprintf(what, sizeof what, "set %s", channel->name);
    reply(b, ticket, what, site);
}

static void host_mix(void *ctx, engine_ticket ticket, const struct mix_order *order)
{
    struct fake_bench *b = ctx;
    char line[200] = "off";
    struct obuf out = {line, 0, sizeof line - 1};
    for (unsigned i = 0; i < order->count; i++) {
        (void)!obuf_printf(&out, "%s ", order->gas[i]->name);
        num_put_short(&out, order->share[i], 6);
        (void)!obuf_printf(&out, " ");
    }
    if (!order->off) {
        (void)!obuf_printf(&out, "total ");
        num_put_short(&out, order->total_Lmin, 6);
        line[out.len] = '\0';
    }
    say(b, "mix %c %s", order->stream, line);
    reply(b, ticket, "mix", 0);
}

static void host_select(void *ctx, engine_ticket ticket, char stream)
{
    say(ctx, "select %c", stream);
    reply(ctx, ticket, "select", 0);
}

static void host_scan(void *ctx, engine_ticket ticket, unsigned site)
{
    say(ctx, "scan %u", site);
    reply(ctx, ticket, "scan", site);
}

static void host_ask(void *ctx, engine_ticket ticket, const char *text)
{
    say(ctx, "ask %s", text);
    reply(ctx, ticket, "ask", 0);
}

static void host_want(void *ctx, const struct channel *channel, unsigned site, bool wanted)
{
    struct fake_bench *b = ctx;
    size_t c = (size_t)(channel - b->channels);
    assert_int_equal(channel->per_site, site > 0);
    if (wanted && b->wants[c][site]++ == 0) {
        int64_t period = channel->period.us ? channel->period.us : 10000;
        b->next_us[c][site] = (b->now_us / period + 1) * period;
    }
    if (!wanted)
        b->wants[c][site]--;
    assert_true(b->wants[c][site] >= 0);
}

static void host_record(void *ctx, const struct channel *const *channels, unsigned count,
                        double rate_Hz)
{
    say(ctx, "record %u from %s at %d Hz", count, channels[0]->name, (int)rate_Hz);
}

static void host_step_begin(void *ctx, unsigned site, const char *path, const struct stmt *step,
                            unsigned attempt)
{
    (void)step;
    say(ctx, "begin %u %s #%u", site, path, attempt);
}

static void host_step_end(void *ctx, unsigned site, const char *path, enum verdict verdict,
                          const char *error)
{
    say(ctx, "end %u %s %s%s%s", site, path, verdict_text(verdict), error ? ": " : "",
        error ? error : "");
}

static void host_measured(void *ctx, unsigned site, const struct measurement *m)
{
    struct fake_bench *b = ctx;
    char text[NUM_TEXT_MAX + 1];
    b->measures++;
    b->last_measured[site] = m->measured;
    b->last_grade[site] = m->grade;
    (void)snprintf(b->last_unit, sizeof b->last_unit, "%s", m->unit);
    (void)snprintf(b->last_tags, sizeof b->last_tags, "%s", m->tags ? m->tags : "");
    say(b, "measured %u %s = %s %s %s %s", site, m->name,
        number(m->measured.value, text, sizeof text), m->unit, verdict_text(m->grade.verdict),
        quality_text(m->measured.quality));
}

static void host_captured(void *ctx, unsigned site, const struct captured *c)
{
    say(ctx, "captured %u %s %u points", site, c->name, c->point_count[0]);
}

static void host_note(void *ctx, unsigned site, const char *text)
{
    say(ctx, "note %u %s", site, text);
}

static void host_site_done(void *ctx, unsigned site, enum verdict verdict, const char *why)
{
    struct fake_bench *b = ctx;
    b->site_done[site]++;
    b->site_verdict[site] = verdict;
    say(b, "site %u %s: %s", site, verdict_text(verdict), why);
}

static void host_finished(void *ctx, enum verdict worst, bool cleanup_ok)
{
    struct fake_bench *b = ctx;
    b->finished = true;
    b->finishes++;
    b->worst = worst;
    b->cleanup_ok = cleanup_ok;
    say(b, "finished %s %s", verdict_text(worst), cleanup_ok ? "clean" : "unclean");
}

void fake_start(struct fake_bench *b, uint64_t live)
{
    struct engine_config config = {.checked = &b->checked,
                                   .live_sites = live,
                                   .sample_capacity = 4096,
                                   .keeps_going = b->keeps_going,
                                   .host = {.wake_at = host_wake_at,
                                            .now = host_now,
                                            .set = host_set,
                                            .mix = host_mix,
                                            .select = host_select,
                                            .scan = host_scan,
                                            .ask = host_ask,
                                            .want = host_want,
                                            .record = host_record,
                                            .step_begin = host_step_begin,
                                            .step_end = host_step_end,
                                            .measured = host_measured,
                                            .captured = host_captured,
                                            .note = host_note,
                                            .site_done = host_site_done,
                                            .finished = host_finished,
                                            .ctx = b}};
    if (engine_new(&config, &b->diag, &b->engine) != RC_OK) {
        diag_print(&b->diag, stderr, false);
        fail_msg("the engine refuses the sequence");
    }
    engine_start(b->engine);
}

void fake_close(struct fake_bench *b)
{
    engine_free(b->engine);
    limits_free(b->checked.limits);
    csv_free_table(b->limits_csv);
    csv_free_table(b->table_csv);
    program_free(b->program);
    source_free(b->source);
    source_free(b->limits_source);
    source_free(b->table_source);
    diag_fini(&b->diag);
}

void fake_at(struct fake_bench *b, double t_s, enum fake_what what, enum stop_why why,
             unsigned site)
{
    unsigned i = b->script_count++;
    b->script[i].t_us = (int64_t)(t_s * 1e6);
    b->script[i].what = what;
    b->script[i].why = why;
    b->script[i].site = site;
}

static double default_signal(unsigned channel, unsigned site, uint64_t nth)
{
    static const double level[FAKE_CHANNELS] = {[FAKE_IP] = 0.936e-3,
                                                [FAKE_RI] = 300,
                                                [FAKE_UH] = 10,
                                                [FAKE_IH] = 0.8,
                                                [FAKE_TOTAL] = 2.0 / 60000};
    double wobble = (double)((nth * 2654435761u + site * 40503u) % 1000) / 1000 - 0.5;
    return level[channel] * (1 + 2e-4 * wobble);
}

static void send_sample(struct fake_bench *b, unsigned c, unsigned site)
{
    double t_s = (double)b->now_us * 1e-6;
    uint64_t nth = b->samples++;
    double si = b->signal ? b->signal(b, c, site, t_s) : default_signal(c, site, nth);
    if (b->spoil && !b->spoil(b, nth, c, &si))
        return;
    engine_sample(b->engine, &b->channels[c], site, si, (struct instant){b->now_us});
}

static int64_t next_time(const struct fake_bench *b)
{
    int64_t next = b->wake_us;
    for (unsigned i = 0; i < FAKE_REPLIES; i++) {
        if (b->replies[i].t_us && b->replies[i].t_us < next)
            next = b->replies[i].t_us;
    }
    for (unsigned c = 0; c < FAKE_CHANNELS; c++) {
        for (unsigned s = 0; s <= b->view.sites; s++) {
            if (b->wants[c][s] > 0 && b->next_us[c][s] < next)
                next = b->next_us[c][s];
        }
    }
    if (b->script_done < b->script_count && b->script[b->script_done].t_us < next)
        next = b->script[b->script_done].t_us;
    return next;
}

static void send_samples(struct fake_bench *b)
{
    for (unsigned c = 0; c < FAKE_CHANNELS; c++) {
        for (unsigned s = 0; s <= b->view.sites; s++) {
            if (b->wants[c][s] <= 0 || b->next_us[c][s] > b->now_us)
                continue;
            b->next_us[c][s] += b->channels[c].period.us ? b->channels[c].period.us : 10000;
            send_sample(b, c, s);
        }
    }
}

static void send_replies(struct fake_bench *b)
{
    for (unsigned i = 0; i < FAKE_REPLIES; i++) {
        struct fake_reply r = b->replies[i];
        if (!r.t_us || r.t_us > b->now_us)
            continue;
        b->replies[i].t_us = 0;
        if (r.select)
            b->selected_s = (double)b->now_us * 1e-6;
        if (r.scan)
            engine_scanned(b->engine, r.ticket, r.rc, r.serial);
        else
            engine_done(b->engine, r.ticket, r.rc, NULL);
    }
}

static void run_script(struct fake_bench *b)
{
    while (b->script_done < b->script_count && b->script[b->script_done].t_us <= b->now_us) {
        unsigned i = b->script_done++;
        if (b->script[i].what == FAKE_STOP)
            engine_stop(b->engine, b->script[i].why, "stopped by the test");
        else
            engine_lose_site(b->engine, b->script[i].site, "lost by the test");
    }
}

void fake_run(struct fake_bench *b, double limit_s)
{
    while (!b->finished) {
        int64_t next = next_time(b);
        if (next == INT64_MAX || (double)next > limit_s * 1e6)
            return;
        b->now_us = next > b->now_us ? next : b->now_us;
        send_samples(b);
        send_replies(b);
        run_script(b);
        if (b->wake_us <= b->now_us) {
            b->wake_us = INT64_MAX;
            engine_wake(b->engine);
        }
    }
}

bool fake_said(const struct fake_bench *b, const char *line)
{
    return strstr(b->log, line) != NULL;
}

unsigned fake_count(const struct fake_bench *b, const char *line)
{
    unsigned n = 0;
    for (const char *at = strstr(b->log, line); at; at = strstr(at + 1, line))
        n++;
    return n;
}

double fake_when(const struct fake_bench *b, const char *line)
{
    const char *at = strstr(b->log, line);
    if (!at)
        return -1;
    while (at > b->log && at[-1] != '\n')
        at--;
    double t = -1;
    size_t n = strcspn(at, " ");
    return num_parse((struct span){at, n}, &t) == RC_OK ? t : -1;
}

bool fake_before(const struct fake_bench *b, const char *a, const char *c)
{
    const char *first = strstr(b->log, a), *second = strstr(b->log, c);
    return first && second && first < second;
}
