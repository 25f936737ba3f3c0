/* DUT type files: the shipped ones, each value's unit and range, each key missing, twice or
 * unknown, and what does not fit together. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/dut_type.h"
#include "core/num.h"

#define GOOD                                                                                       \
    "dut x version 1 \"a title\"\n"                                                                \
    "class barrier\n"                                                                              \
    "part \"X-[0-9]{8}\"\n"                                                                        \
    "electrode-max 2 V\n"                                                                          \
    "ip-max 10 mA\n"                                                                               \
    "ri-nominal 300 ohm\n"                                                                         \
    "temperature 780 degC\n"                                                                       \
    "pressure 101.3 kPa\n"                                                                         \
    "flow 2 L/min\n"                                                                               \
    "soak 60 s\n"                                                                                  \
    "heater\n"                                                                                     \
    "  preheat 2 V for 5 s\n"                                                                      \
    "  ramp 8.5 V by 0.4 V/s\n"                                                                    \
    "  limit 12 V\n"                                                                               \
    "  steady 7.5 V at 7.5 W\n"                                                                    \
    "  energy 150 J times 1.5\n"                                                                   \
    "  heated within 25 s\n"                                                                       \
    "  regulate dut.ri to 300 ohm\n"                                                               \
    "  band 150 ohm to 600 ohm\n"                                                                  \
    "  outside for 1 s\n"                                                                          \
    "  heater-ohm 1.5 ohm to 9 ohm\n"                                                              \
    "  gain 5 V over 5 s\n"                                                                        \
    "end\n"

#define PUMP                                                                                       \
    "pump\n"                                                                                       \
    "  set-point 450 mV\n"                                                                         \
    "  from 200 mV to 800 mV\n"                                                                    \
    "  out 1.3 V at 6 mA\n"                                                                        \
    "  in 1.0 V at 9 mA\n"                                                                         \
    "  slew 1 V/s\n"                                                                               \
    "  gain 1 over 0.8 s\n"                                                                        \
    "end\n"

struct loaded_type {
    struct diag diag;
    struct dut_type *type;
    enum rc rc;
};

static struct loaded_type load_text(const char *text)
{
    char path[] = "/tmp/test_dut_type.XXXXXX";
    struct loaded_type l = {.type = NULL};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
    diag_init(&l.diag);
    l.rc = dut_type_load(path, &l.diag, &l.type);
    unlink(path);
    return l;
}

static void unload(struct loaded_type *l)
{
    if (l->rc == RC_OK)
        dut_type_free(l->type);
    diag_fini(&l->diag);
}

/* The good file with the line that begins with `key` replaced; `line` NULL: left out. */
static void replaced(const char *key, const char *line, char *out, size_t cap)
{
    size_t used = 0, len = strlen(key);
    bool found = false;
    for (const char *at = GOOD; *at;) {
        const char *end = strchr(at, '\n'), *word = at + strspn(at, " ");
        bool its = strncmp(word, key, len) == 0 && (word[len] == ' ' || word[len] == '\n');
        found = found || its;
        if (its && line)
            used += (size_t)snprintf(out + used, cap - used, "%s\n", line);
        else if (!its)
            used += (size_t)snprintf(out + used, cap - used, "%.*s", (int)(end - at + 1), at);
        at = end + 1;
    }
    out[used] = '\0';
    if (!found)
        fail_msg("no line '%s' in the good file", key);
}

static void assert_says(const char *text, unsigned errors, const char *message)
{
    struct loaded_type l = load_text(text);
    bool said = false;
    for (size_t i = 0; i < l.diag.count; i++)
        said = said || strstr(l.diag.entries[i].message, message);
    if (l.rc != RC_CONFIG || l.diag.errors != errors || !said) {
        diag_print(&l.diag, stderr, false);
        fail_msg("wanted %u error(s) with: %s", errors, message);
    }
    unload(&l);
}

static void the_good_file_is_taken_whole(void **state)
{
    (void)state;
    struct loaded_type l = load_text(GOOD);
    if (l.rc != RC_OK)
        diag_print(&l.diag, stderr, false);
    assert_int_equal(l.rc, RC_OK);
    const struct heater_plan *h = &l.type->heater;
    assert_string_equal(l.type->name, "x");
    assert_string_equal(l.type->part, "X-[0-9]{8}");
    assert_int_equal(l.type->class, DUT_CLASS_BARRIER);
    assert_true(fabs(l.type->temperature_degC - 780) < 1e-9 && fabs(l.type->ip_mA - 10) < 1e-12);
    assert_true(h->preheat_V == 2 && h->ramp_V_s == 0.4 && h->target_ohm == 300 && h->falls);
    assert_true(h->boost_V == 12 && h->boost_s == 0 && h->hold_s == 30); /* not said */
    assert_false(l.type->has_trim);
    assert_true(l.type->reference_uA == 0); /* no current at a reference electrode */
    unload(&l);
}

/* clang-format off */
static const struct { const char *key, *line, *message; } mistakes[] = {
    {"electrode-max", "electrode-max 2.1 V",  "this must be from 0.1 to 2 V"},
    {"electrode-max", "electrode-max 2 A",    "expected a quantity in V"},
    {"electrode-max", "electrode-max 2",      "expected a quantity in V"},
    {"electrode-max", "electrode-max",        "expected a quantity in V"},
    {"electrode-max", "electrode-max 2 V x",  "one word too many"},
    {"ip-max",        "ip-max 51 mA",         "this must be from 0.0001 to 50 mA"},
    {"ip-max",        "ip-max -1 mA",         "expected a quantity in mA"},
    {"soak",          "soak 60 s\nreference-max 2 mA", "this must be from 0.1 to 1000 uA"},
    {"soak",          "soak 60 s\nreference-max 5 V", "expected a quantity in uA"},
    {"ri-nominal",    "ri-nominal 0 ohm",     "this must be from 1 to 100000 ohm"},
    {"temperature",   "temperature 20 degC",  "this must be from 400 to 950 degC"},
    {"pressure",      "pressure 1 kPa",       "this must be from 50 to 300 kPa"},
    {"flow",          "flow 50 L/min",        "this must be from 0.1 to 20 L/min"},
    {"soak",          "soak 2 h",             "this must be from 0 to 3600 s"},
    {"class",         "class zirconia",       "expected lsu49, lsu42, barrier, dual_diffusion"},
    {"part",          "part 3",               "expected the pattern of serial numbers in"},
    {"dut",           "dut x version 0 \"t\"", "expected a whole number from 1 to 1000000"},
    {"dut",           "dut x \"t\"",          "expected version"},
    {"preheat",       "preheat 6 V for 5 s",  "this must be from 0.1 to 5 V"},
    {"preheat",       "preheat 2 V 5 s",      "expected for"},
    {"preheat",       "preheat 2 V for 5 V",  "expected a quantity in s"},
    {"ramp",          "ramp 8.5 V by 0.5 V/s", "this must be from 0.01 to 0.4 V/s"},
    {"ramp",          "ramp 8.5 V by 0.4 V",  "expected a quantity in V/s"},
    {"ramp",          "ramp 13 V by 0.4 V/s", "the ramp begins above the limit"},
    {"ramp",          "ramp 1 V by 0.4 V/s",  "the ramp begins below the preheat voltage"},
    {"limit",         "limit 15 V",           "this must be from 1 to 14 V"},
    {"limit",         "limit 12 V\nboost 11 V for 5 s", "the boost is below the limit"},
    {"limit",         "limit 12 V\nboost 13 V for 61 s", "this must be from 0 to 60 s"},
    {"steady",        "steady 12.5 V at 7 W", "the steady voltage is above the limit"},
    {"energy",        "energy 150 J times 1.6", "this must be from 1 to 1.5"},
    {"energy",        "energy 150 J times 1.5 V", "expected a plain number"},
    {"heated",        "heated within 500 s",  "this must be from 1 to 120 s"},
    {"heated",        "heated 20 s",          "expected within"},
    {"regulate",      "regulate dut.tc to 300 ohm", "expected dut.ri or dut.rh"},
    {"regulate",      "regulate dut.ri to 780 degC", "expected a quantity in ohm"},
    {"regulate",      "regulate dut.ri to 700 ohm", "the target is not inside the band"},
    {"regulate",      "regulate dut.rh to 200 ohm", "the target is outside heater-ohm"},
    {"band",          "band 600 ohm to 150 ohm", "the target is not inside the band"},
    {"outside",       "outside for 60 s",     "this must be from 0.2 to 10 s"},
    {"heater-ohm",    "heater-ohm 9 ohm to 1.5 ohm", "the bounds of heater-ohm are the wrong"},
    {"gain",          "gain 5 V over 0 s",    "this must be from 0.1 to 600 s"},
    {"gain",          "gain 5 V over 5 s\nhold for 700 s", "this must be from 0 to 600 s"},
    {"gain",          "gain 5 V over 5 s\ntemper 3 s", "no such line in a heater block: 'temper'"},
    {"soak",          "soak 60 s\ntrim 300 ohm to 30 ohm", "the bounds of trim are the wrong"},
    {"soak",          "soak 60 s\nbare-ip 8 mA to 3 mA", "the bounds of bare-ip are the wrong"},
    {"soak",          "soak 60 s\ntrim-series 25", "trim-series is one of 3, 6, 12, 24, 48, 96, 192"},
    {"soak",          "soak 60 s\ntrim-series 96 ohm", "expected a plain number"},
    {"soak",          "soak 60 s\nbare-ip 3 mA to 8 mA\nfinished-ip 3.5 mA", "finished-ip is above"},
    {"soak",          "soak 60 s\nvariant p1", "expected what it is consistent with in"},
    {"soak",          "soak 60 s\nvariant p1 \"a\"\nvariant p1 \"b\"", "variant 'p1' stands twice"},
    {"soak",          "soak 60 s\ntemperatur 3 degC", "no such statement in a DUT type file: 'temp"},
};
/* clang-format on */

static void each_mistake_is_one_clear_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        char text[4096];
        replaced(mistakes[i].key, mistakes[i].line, text, sizeof text);
        assert_says(text, 1, mistakes[i].message);
    }
    print_message("figure: dut type: %zu mistakes found, one error each\n", COUNT(mistakes));
}

static void a_missing_key_is_named_and_one_that_stands_twice_too(void **state)
{
    unsigned tried = 0;
    (void)state;
    for (const char *at = GOOD; *at; at = strchr(at, '\n') + 1) {
        char key[32], text[4096], twice[128], message[64];
        const char *word = at + strspn(at, " "), *end = strchr(at, '\n');
        snprintf(key, sizeof key, "%.*s", (int)strcspn(word, " \n"), word);
        if (strcmp(key, "heater") == 0 || strcmp(key, "end") == 0)
            continue;
        replaced(key, NULL, text, sizeof text);
        snprintf(message, sizeof message, "%s", key);
        assert_says(text, 1, message);
        assert_says(text, 1, "is missing");
        snprintf(twice, sizeof twice, "%.*s\n%.*s", (int)(end - at), at, (int)(end - at), at);
        replaced(key, twice, text, sizeof text);
        snprintf(message, sizeof message, "'%s' stands twice", key);
        assert_says(text, 1, message);
        tried++;
    }
    assert_int_equal(tried, 21);
    assert_says("", 11, "'heater ... end' is missing");
}

/* clang-format off */
static const struct { const char *line, *wrong, *message; } pump_mistakes[] = {
    {"set-point 450 mV",      "set-point 900 mV",       "the set point of the pump is outside its range"},
    {"set-point 450 mV",      "set-point 0.45 A",       "expected a quantity in mV"},
    {"set-point 450 mV",      "",                       "'pump: set-point' is missing"},
    {"set-point 450 mV",      "set-point 450 mV\n  set-point 450 mV", "'set-point' stands twice"},
    {"from 200 mV to 800 mV", "from 800 mV to 200 mV",  "the set point of the pump is outside its range"},
    {"out 1.3 V at 6 mA",     "out 2.1 V at 6 mA",      "this must be from 0.1 to 2 V"},
    {"out 1.3 V at 6 mA",     "out 1.3 V at 11 mA",     "the pump's current is above ip-max"},
    {"in 1.0 V at 9 mA",      "in 1.0 V",               "expected at"},
    {"in 1.0 V at 9 mA",      "",                       "'pump: in' is missing"},
    {"slew 1 V/s",            "slew 1 V",               "expected a quantity in V/s"},
    {"gain 1 over 0.8 s",     "gain 1.5 over 0.8 s",    "this must be from 0.01 to 1"},
    {"gain 1 over 0.8 s",     "gain 1 over 0.2 s",      "this must be from 0.5 to 60 s"},
    {"slew 1 V/s",            "slow 1 V/s",             "no such line in a pump block: 'slow'"},
    {"slew 1 V/s\n",          "slew 1 V/s\n  \npump\n", "no such line in a pump block: 'pump'"},
};
/* clang-format on */

static void the_pump_block_is_not_needed_but_whole(void **state)
{
    (void)state;
    struct loaded_type l = load_text(GOOD);
    assert_int_equal(l.rc, RC_OK);
    assert_false(l.type->has_pump);
    unload(&l);
    l = load_text(GOOD PUMP);
    assert_int_equal(l.rc, RC_OK);
    assert_true(l.type->has_pump && l.type->pump.target_mV == 450 && l.type->pump.hi_mV == 800);
    assert_true(l.type->pump.out_V == 1.3 && l.type->pump.in_mA == 9);
    assert_true(l.type->pump.integral_s == 0.8 && l.type->pump.slew_V_s == 1);
    unload(&l);
    for (size_t i = 0; i < COUNT(pump_mistakes); i++) {
        const char *at = strstr(PUMP, pump_mistakes[i].line);
        char text[4096];
        assert_non_null(at);
        snprintf(text, sizeof text, "%s%.*s%s%s", GOOD, (int)(at - PUMP), PUMP,
                 pump_mistakes[i].wrong, at + strlen(pump_mistakes[i].line));
        unsigned errors = strstr(pump_mistakes[i].wrong, "slow") ? 2 : 1;
        assert_says(text, errors, pump_mistakes[i].message);
    }
    assert_says(GOOD PUMP PUMP, 8, "'pump' stands twice"); /* its lines stand nowhere */
}

static void a_heater_block_must_end(void **state)
{
    char text[4096];
    (void)state;
    replaced("end", NULL, text, sizeof text);
    assert_says(text, 1, "this block has no end");
}

static void the_shipped_types_load(void **state)
{
    static const struct {
        const char *name;
        enum dut_class class;
        unsigned variants;
        bool trim;
    } shipped[] = {{"lsu49", DUT_CLASS_LSU49, 0, true},
                   {"lsu49_bare", DUT_CLASS_LSU49, 0, true},
                   {"lsu42_bare", DUT_CLASS_LSU42, 0, true},
                   {"lsu42", DUT_CLASS_LSU42, 2, true},
                   {"barrier", DUT_CLASS_BARRIER, 6, false},
                   {"dual_diffusion", DUT_CLASS_DUAL_DIFFUSION, 5, false},
                   {"enclosed_reference", DUT_CLASS_ENCLOSED_REFERENCE, 5, false},
                   {"enclosed_reference_p15", DUT_CLASS_ENCLOSED_REFERENCE, 5, false}};
    (void)state;
    for (size_t i = 0; i < COUNT(shipped); i++) {
        char path[128];
        struct diag diag;
        struct dut_type *type;
        diag_init(&diag);
        snprintf(path, sizeof path, "bench/stations/types/%s.dut", shipped[i].name);
        if (dut_type_load(path, &diag, &type) != RC_OK) {
            diag_print(&diag, stderr, false);
            fail_msg("%s does not load", path);
        }
        assert_string_equal(type->name, shipped[i].name);
        assert_int_equal(type->class, shipped[i].class);
        assert_int_equal(type->variant_count, shipped[i].variants);
        assert_int_equal(type->has_trim, shipped[i].trim);
        assert_true(type->heater.energy_factor <= 1.5 && type->heater.ramp_V_s <= 0.4);
        assert_true(type->heater.boost_V <= 13 && type->heater.boost_s <= 30);
        for (unsigned v = 0; v < type->variant_count; v++)
            assert_int_equal(strncmp(type->variants[v].text, "consistent with", 15), 0);
        dut_type_free(type);
        diag_fini(&diag);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_good_file_is_taken_whole),
        cmocka_unit_test(each_mistake_is_one_clear_error),
        cmocka_unit_test(a_missing_key_is_named_and_one_that_stands_twice_too),
        cmocka_unit_test(the_pump_block_is_not_needed_but_whole),
        cmocka_unit_test(a_heater_block_must_end),
        cmocka_unit_test(the_shipped_types_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
