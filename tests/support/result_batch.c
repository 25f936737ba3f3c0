#include "tests/support/result_batch.h"

#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "core/bytes.h"
#include "core/rng.h"

#define STARTED_US INT64_C(1795252323410000) /* 2026-11-21T09:12:03.410Z */

char *fixture_text(struct fixture *f, const char *words)
{
    assert_true(f->text_count < 512);
    char *copy = strdup(words);
    assert_non_null(copy);
    return f->texts[f->text_count++] = copy;
}

/* clang-format off */
static const struct { const char *name, *unit, *step; double value, u95, lsl, usl; } base[NAMES] = {
    {"r_heater_cold", "ohm",  "cold",       3.21,    0.02,   2.6,    3.8},
    {"r_insulation",  "Mohm", "cold",       482,     (double)NAN, 10, (double)NAN},
    {"t_lightoff",    "s",    "lightoff",   8.42,    0.02,   (double)NAN, 12},
    {"ri_hot",        "ohm",  "lightoff",   300.7,   1.4,    285,    315},
    {"p_heater",      "W",    "lightoff",   7.31,    0.06,   6,      9},
    {"ip_lean8",      "mA",   "ip_lean8",   0.93821, 0.0041, 0.905,  0.967},
    {"ip_rich80",     "mA",   "ip_lean8",  -0.9263,  0.0045, -0.975, -0.879},
    {"un_lean8",      "mV",   "ip_lean8",   450.2,   0.8,    440,    460},
};
/* clang-format on */

static void grade(struct result_measure *m)
{
    double guard = isfinite(m->u95) ? m->u95 : 0;
    m->al = m->lsl + guard;
    m->au = m->usl - guard;
    double low = isfinite(m->lsl) ? m->value - m->lsl : (double)INFINITY;
    double high = isfinite(m->usl) ? m->usl - m->value : (double)INFINITY;
    m->margin = low < high ? low : high;
}

static void fill_site(struct fixture *f, size_t site, const char *serial, const char *verdict)
{
    static const char *const paths[] = {"cold", "lightoff", "ip_lean8"};
    struct result_run *run = &f->runs[site];
    *run = (struct result_run){.id = (int64_t)site + 1,
                               .site = (int64_t)site + 1,
                               .attempt = 1,
                               .uuid = fixture_text(f, "9d0c44e1b2a84f07a5d35d1e7c90f0aa"),
                               .serial = fixture_text(f, serial),
                               .part = fixture_text(f, "LSU49-R2"),
                               .verdict = fixture_text(f, verdict),
                               .measures = f->measures[site],
                               .measure_count = NAMES,
                               .steps = f->steps[site],
                               .step_count = 3};
    for (size_t i = 0; i < 3; i++)
        f->steps[site][i] = (struct result_step){.path = fixture_text(f, paths[i]),
                                                 .verdict = fixture_text(f, "pass"),
                                                 .started_us = STARTED_US + (int64_t)i * 20000000,
                                                 .dur_us = 19500000,
                                                 .attempt = 1};
    for (size_t i = 0; i < NAMES; i++) {
        struct result_measure *m = &f->measures[site][i];
        *m = (struct result_measure){
            .name = fixture_text(f, base[i].name),
            .unit = fixture_text(f, base[i].unit),
            .step = fixture_text(f, base[i].step),
            .verdict = fixture_text(f, "pass"),
            .quality = fixture_text(f, "good"),
            .value = base[i].value + 0.1 * (double)site * (isfinite(base[i].u95) ? base[i].u95 : 9),
            .u95 = base[i].u95,
            .sd = base[i].u95 / 4,
            .lsl = base[i].lsl,
            .usl = base[i].usl,
            .n = 200,
            .t_us = STARTED_US + 10000000,
            .critical = i == 1 || i == 5};
        grade(m);
    }
}

/* One measurement and all above it get another verdict. */
static void spoil(struct fixture *f, size_t site, size_t name, double value, const char *verdict)
{
    struct result_measure *m = &f->measures[site][name];
    m->value = value;
    m->verdict = fixture_text(f, verdict);
    grade(m);
    f->steps[site][name < 2 ? 0 : name < 5 ? 1 : 2].verdict = fixture_text(f, verdict);
}

static void fill_curve(struct fixture *f, size_t index, const char *stream, const char *channel)
{
    bool capture = strcmp(stream, "record") != 0;
    size_t count = capture ? CAPTURE_ROWS : STREAM_ROWS;
    struct result_curve *c = &f->curves[index];
    struct rng rng;
    rng_seed(&rng, index + 1);
    *c = (struct result_curve){.stream = fixture_text(f, stream),
                               .channel = fixture_text(f, channel),
                               .unit = fixture_text(f, strcmp(channel, "dut.ri") == 0   ? "ohm"
                                                       : strcmp(channel, "gas.o2") == 0 ? "%"
                                                                                        : "mA"),
                               .site = index == 3 * SITES ? 0 : (int64_t)(index % SITES) + 1,
                               .t_s = f->numbers + index * 2 * STREAM_ROWS,
                               .value = f->numbers + (index * 2 + 1) * STREAM_ROWS,
                               .count = count};
    for (size_t i = 0; i < count; i++) {
        double t = capture ? 80 + 0.01 * (double)i : 0.1 * (double)i;
        double late = t - 80.3 - 0.02 * (double)c->site;
        c->t_s[i] = t;
        if (strcmp(channel, "dut.ri") == 0)
            c->value[i] = 300 + 4000 * exp(-t / 3.0) + rng_gauss(&rng);
        else if (strcmp(channel, "gas.o2") == 0)
            c->value[i] = t < 30 ? 0 : t < 60 ? 8.29 : 3.02;
        else
            c->value[i] = (capture  ? late > 0 ? 0.94 - 1.86 * exp(-late / 0.12) : -0.92
                           : t < 12 ? (double)NAN
                                    : 0.94 * tanh((t - 30) / 6)) +
                          0.003 * rng_gauss(&rng) + 0.005 * (double)c->site;
    }
}

static void fill_papers(struct fixture *f)
{
    static const char *const kinds[] = {"sequence", "limits", "station"};
    static const char *const names[] = {"eol_lsu49.seq", "lsu49.csv", "rig1.station"};
    static const char *const drivers[] = {"alicat_mc", "itech_it8500", "ecm_lambda"};
    for (size_t i = 0; i < 3; i++) {
        f->documents[i] = (struct result_document){.kind = fixture_text(f, kinds[i]),
                                                   .name = fixture_text(f, names[i]),
                                                   .version = i ? NULL : fixture_text(f, "7")};
        for (size_t k = 0; k < 64; k++)
            f->documents[i].sha256[k] = "0123456789abcdef"[(k * 7 + i * 5 + 3) % 16];
        f->instruments[i] = (struct result_instrument){
            .name = fixture_text(f, i ? i == 1 ? "load1" : "ctl1" : "mfc_n2"),
            .driver = fixture_text(f, drivers[i]),
            .model = fixture_text(f, i ? "IT8511" : "MC-5SLPM-D"),
            .serial = fixture_text(f, "217744"),
            .firmware = fixture_text(f, "8v17.0"),
            .maturity = fixture_text(f, "simulated"),
            .simulated = true,
            .cert = i ? NULL : fixture_text(f, "DKD-2210"),
            .cal_due = i ? NULL : fixture_text(f, "2027-03-01")};
    }
    f->events[0] = (struct result_event){0, STARTED_US + 120000, fixture_text(f, "purge"),
                                         fixture_text(f, "5 volumes of nitrogen in 9.4 s")};
    f->events[1] = (struct result_event){3, STARTED_US + 41000000, fixture_text(f, "site off"),
                                         fixture_text(f, "p_heater outside its limits")};
    f->events[2] = (struct result_event){0, STARTED_US + 96000000, fixture_text(f, "cleanup"),
                                         fixture_text(f, "confirmed by read-back")};
}

struct fixture *fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->numbers = calloc(2 * STREAM_ROWS * COUNT(f->curves), sizeof *f->numbers);
    assert_non_null(f->numbers);
    fill_papers(f);
    fill_site(f, 0, "LSU49-00412233", "pass");
    fill_site(f, 1, "LSU49-00412234", "marginal");
    fill_site(f, 2, "LSU49-00412235", "fail");
    fill_site(f, 3, "LSU49-00412236", "inconclusive");
    spoil(f, 1, 5, 0.9655, "marginal");
    spoil(f, 2, 4, 9.31, "fail");
    f->runs[2].first_fail = fixture_text(f, "p_heater");
    spoil(f, 3, 6, (double)NAN, "inconclusive");
    f->measures[3][6].quality = fixture_text(f, "missing");
    f->measures[3][6].u95 = f->measures[3][6].margin = (double)NAN;
    for (size_t i = 0; i < SITES; i++) {
        fill_curve(f, i, "record", "dut.ip");
        fill_curve(f, SITES + i, "record", "dut.ri");
        fill_curve(f, 2 * SITES + i, "edge", "dut.ip");
    }
    fill_curve(f, 3 * SITES, "record", "gas.o2");
    f->batch = (struct result_batch){.id = 1,
                                     .started_us = STARTED_US,
                                     .ended_us = STARTED_US + 96400000,
                                     .seed = 42,
                                     .uuid = fixture_text(f, "8f2c61d09b5e4a33b0f1c2d3e4f50617"),
                                     .station = fixture_text(f, "rig1"),
                                     .program = fixture_text(f, "eol_lsu49 v7"),
                                     .params = fixture_text(f, "total=2 L/min ubatt=13.5 V"),
                                     .mode = fixture_text(f, "production"),
                                     .state = fixture_text(f, "done"),
                                     .version = fixture_text(f, "0.1.0"),
                                     .simulated = true,
                                     .runs = f->runs,
                                     .run_count = SITES,
                                     .documents = f->documents,
                                     .document_count = 3,
                                     .instruments = f->instruments,
                                     .instrument_count = 3,
                                     .events = f->events,
                                     .event_count = 3};
    return f;
}

void fixture_free(struct fixture *f)
{
    for (size_t i = 0; i < f->text_count; i++)
        free(f->texts[i]);
    free(f->numbers);
    free(f);
}
