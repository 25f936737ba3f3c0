#include "tests/support/fake_bench.h"

#include "tests/support/cmocka.h"

/* clang-format off */
static const struct { const char *name, *unit; bool per_site, output, onoff; int64_t period_us;
                      double min_si, max_si, settle_s, u95_si; } table[FAKE_CHANNELS] = {
    [FAKE_IP]        = {"dut.ip", "mA", true, false, false, 10000, -0.01, 0.01, 0.5, 5e-6},
    [FAKE_RI]        = {"dut.ri", "ohm", true, false, false, 10000, 0, 1e6, 2, 1},
    [FAKE_UH]        = {"dut.uh", "V", true, false, false, 10000, 0, 20, 0, 0.01},
    [FAKE_IH]        = {"dut.ih", "A", true, false, false, 10000, 0, 5, 0, 0.002},
    [FAKE_HEATER]    = {"dut.heater", "", true, true, true, 0, 0, 1, 0, -1},
    [FAKE_RI_TARGET] = {"dut.ri_target", "ohm", true, true, false, 0, 0, 1000, 0, -1},
    [FAKE_UBATT]     = {"psu.ubatt", "V", false, true, false, 0, 0, 20, 0, -1},
    [FAKE_N2]        = {"gas.n2", "L/min", false, true, false, 0, 0, 1, 1, -1},
    [FAKE_O2]        = {"gas.o2", "L/min", false, true, false, 0, 0, 1, 1, -1},
    [FAKE_RICH]      = {"gas.rich", "L/min", false, true, false, 0, 0, 1, 1, -1},
    [FAKE_TOTAL]     = {"gas.total", "L/min", false, false, false, 500000, 0, 1, 1, 1e-7},
};
/* clang-format on */

static void make_channels(struct fake_bench *b)
{
    for (unsigned i = 0; i < FAKE_CHANNELS; i++) {
        struct channel *c = &b->channels[i];
        c->name = table[i].name;
        c->per_site = table[i].per_site;
        c->output = table[i].output;
        c->type = table[i].onoff ? CHANNEL_ONOFF : CHANNEL_QUANTITY;
        if (table[i].unit[0])
            assert_int_equal(unit_find(span_text(table[i].unit), &c->unit), RC_OK);
        else
            c->unit.scale = 1;
        c->min_si = table[i].min_si;
        c->max_si = table[i].max_si;
        c->settle = duration_s(table[i].settle_s);
        c->period = duration_us(table[i].period_us);
        c->u95.known = table[i].u95_si >= 0;
        c->u95.abs_si = table[i].u95_si;
    }
    static const char *const gases[] = {"n2", "o2", "rich"};
    for (unsigned i = 0; i < 3; i++) {
        b->gases[i].name = gases[i];
        b->gases[i].channel = table[FAKE_N2 + i].name;
        b->checked.gases[i] = b->gases[i];
    }
    b->checked.gas_count = 3;
}

static void bind_tables(struct stmt *stmt, const struct csv_table *csv)
{
    for (; stmt; stmt = stmt->next) {
        if (stmt->in_table)
            stmt->table = csv;
        bind_tables(stmt->body, csv);
        bind_tables(stmt->otherwise, csv);
    }
}

static struct csv_table *load_csv(struct fake_bench *b, const char *name, const char *text,
                                  struct source **source)
{
    struct csv_table *csv = NULL;
    assert_int_equal(source_from_text(name, span_text(text), &b->diag, source), RC_OK);
    if (csv_parse_table(*source, &b->diag, &csv) != RC_OK) {
        diag_print(&b->diag, stderr, false);
        fail_msg("%s does not parse", name);
    }
    return csv;
}

void fake_open(struct fake_bench *b, unsigned sites, const char *sequence, const char *limits,
               const char *csv)
{
    memset(b, 0, sizeof *b);
    b->wake_us = INT64_MAX;
    b->selected_s = -1;
    diag_init(&b->diag);
    make_channels(b);
    b->view = (struct bench_view){.station_name = "fake",
                                  .station_kind = "test",
                                  .sites = sites,
                                  .channels = b->channels,
                                  .channel_count = FAKE_CHANNELS};
    assert_int_equal(source_from_text("test.seq", span_text(sequence), &b->diag, &b->source),
                     RC_OK);
    if (program_parse(b->source, &b->diag, &b->program) != RC_OK) {
        diag_print(&b->diag, stderr, false);
        fail_msg("the sequence does not parse");
    }
    if (csv)
        b->table_csv = load_csv(b, "table.csv", csv, &b->table_source);
    bind_tables(b->program->setup, b->table_csv);
    bind_tables(b->program->main, b->table_csv);
    if (limits) {
        b->limits_csv = load_csv(b, "limits.csv", limits, &b->limits_source);
        if (limits_load(b->limits_csv, &b->diag, &b->checked.limits) != RC_OK) {
            diag_print(&b->diag, stderr, false);
            fail_msg("the limits do not load");
        }
    }
    b->checked.program = b->program;
    b->checked.view = &b->view;
}
