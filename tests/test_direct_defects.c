/* Every defect of the library on every kind of element that can have it: gross, it must move
 * something that an instrument finds. */
#include "tests/test_direct_rig.h"
#include "twin/defect_table.h"

enum { AIR, LEAN5, RICH8, FRESH, SOOT, BURNT, GASES };
enum { PRINTS_MAX = 32 };

/* What instruments find, and how much each must move to count. */
struct print {
    const char *name[PRINTS_MAX];
    double value[PRINTS_MAX], least[PRINTS_MAX];
    size_t count;
};

static void note(struct print *p, const char *name, double value, double least)
{
    assert_true(p->count < PRINTS_MAX);
    p->name[p->count] = name;
    p->least[p->count] = least;
    p->value[p->count++] = value;
}

static void setup(struct direct_rig *rig, enum twin_element_kind kind, int id, double severity)
{
    /* FRESH: not in equilibrium, SOOT: graphite is stable, BURNT: all but 0.3 % of oxygen is */
    const struct gas_mix gases[GASES] = {
        rig_lean(0.2095),
        rig_lean(0.05),
        rig_exhaust(0.8),
        {.x = {[GAS_CO] = 0.02,
               [GAS_H2] = 0.006,
               [GAS_O2] = 0.008,
               [GAS_C3H6] = 0.001,
               [GAS_CO2] = 0.12,
               [GAS_H2O] = 0.1,
               [GAS_N2] = 0.745}},
        {.x = {[GAS_CO] = 0.4, [GAS_CO2] = 0.01, [GAS_H2O] = 0.001, [GAS_N2] = 0.589}},
        {.x = {[GAS_CO] = 0.018, [GAS_O2] = 0.003, [GAS_CO2] = 0.0638, [GAS_N2] = 0.9152}},
    };
    double degC = kind == TWIN_ELEMENT_B ? 740 : kind == TWIN_ELEMENT_C ? 800 : 780;
    rig_configure(rig, kind, degC, gases, GASES);
    rig->config.reserve_speed = kind == TWIN_ELEMENT_C ? 10 : 0;
    if (kind == TWIN_ELEMENT_A && id == 9)
        rig->config.variant = ELEMENT_A_V9;
    if (kind == TWIN_ELEMENT_B && (id == 21 || id == 22))
        rig->config.variant = ELEMENT_B_ORIFICE;
    if (severity >= 0) {
        rig->config.defects[0] = (struct twin_defect){1, id, severity};
        rig->config.defect_count = 1;
    }
}

static void print_heater(struct direct_rig *rig, struct print *p)
{
    double sum_A = 0;
    rig_put(rig, rig->supply, PLANT_SUPPLY_V, 0, 0.1);
    for (int i = 0; i < 200; i++) {
        rig->t_s += 0.05;
        sum_A += rig_get(rig, rig->supply, PLANT_SUPPLY_A, 0);
    }
    note(p, "cold heater, A at 0.1 V", sum_A / 200, 0.02 * 0.1 / 3.2);
}

static void print_impedance(struct direct_rig *rig, struct print *p)
{
    rig_put(rig, rig->lock_in, PLANT_SINE_V, 0, 0.3);
    for (unsigned pump = 0; pump < 2; pump++) {
        rig_put(rig, rig->scanner, PLANT_RELAY, 1, pump);
        note(p, "lock-in X, V", rig_get(rig, rig->lock_in, PLANT_LOCK_IN_X_V, 0), 1e-4);
        note(p, "lock-in Y, V", rig_get(rig, rig->lock_in, PLANT_LOCK_IN_Y_V, 0), 1e-4);
    }
}

static void print_coupling(struct direct_rig *rig, struct print *p)
{
    double on_mV = rig_u_mV(rig);
    rig_put(rig, rig->supply, PLANT_SUPPLY_V, 0, 0);
    note(p, "U with the heater on less off, mV", on_mV - rig_u_mV(rig), 1);
}

static void print_pump(struct direct_rig *rig, struct print *p)
{
    static const double volt[] = {0.15, 0.45, 0.7, -0.45};
    for (size_t i = 0; i < COUNT(volt); i++) {
        double mA = rig_at_volt_mA(rig, volt[i], 2);
        note(p, "I at a voltage, mA", mA, 0.005);
        note(p, "U then, mV", rig_u_mV(rig), 1);
    }
    rig_put(rig, rig->source, PLANT_SOURCE_OFF, 0, 1);
    rig_wait(rig, 1);
}

static void print_all(struct direct_rig *rig, struct print *p)
{
    bool pumps = rig->config.element != TWIN_ELEMENT_C;
    rig_open(rig);
    print_heater(rig, p);
    rig_heat(rig);
    rig_wait(rig, pumps ? 0 : 40);
    note(p, "U in air, mV", rig_u_mV(rig), 1);
    note(p, "second U, mV", 1000 * rig_get(rig, rig->scanner, PLANT_METER_V, 1), 1);
    print_impedance(rig, p);
    print_coupling(rig, p);
    rig_wait(rig, 3);
    if (pumps)
        print_pump(rig, p);
    if (rig->config.variant == ELEMENT_A_V9 && rig->config.element == TWIN_ELEMENT_A) {
        (void)rig_at_mA(rig, 2, 3);
        note(p, "second U, mV", 1000 * rig_get(rig, rig->scanner, PLANT_METER_V, 1), 1);
        rig_put(rig, rig->source, PLANT_SOURCE_OFF, 0, 1);
    }
    rig_put(rig, rig->scanner, PLANT_RELAY, 0, 1);
    rig_wait(rig, 30);
    note(p, "U with a reference current, mV", rig_u_mV(rig), 1);
    rig_put(rig, rig->scanner, PLANT_RELAY, 0, 0);
    static const unsigned gases[] = {LEAN5, RICH8, FRESH};
    for (size_t i = 0; i < COUNT(gases); i++) {
        rig_gas(rig, gases[i]);
        note(p, "U in a gas, mV", rig_u_mV(rig), 1);
    }
    if (!pumps) {
        rig_gas(rig, SOOT);
        rig_wait(rig, 240);
        rig_gas(rig, BURNT);
        note(p, "U after soot, mV", rig_u_mV(rig), 1);
    }
    rig_close(rig);
}

/* The fingerprint's line that moved most, in units of what counts. */
static double difference(const struct print *sound, const struct print *broken, size_t *at)
{
    double most = 0;
    for (size_t i = 0; i < sound->count; i++) {
        double moved = fabs(broken->value[i] - sound->value[i]) / sound->least[i];
        if (moved > most) {
            most = moved;
            *at = i;
        }
    }
    return most;
}

static void every_gross_defect_moves_what_an_instrument_finds(void **state)
{
    size_t count;
    const struct defect_table_row *rows = defect_table_rows(&count);
    unsigned tried = 0;
    (void)state;
    for (unsigned k = TWIN_ELEMENT_A; k <= TWIN_ELEMENT_C; k++) {
        for (size_t r = 0; r < count; r++) {
            struct direct_rig good, bad;
            struct print sound = {.count = 0}, broken = {.count = 0};
            size_t at = 0;
            if (rows[r].id == DEFECT_COLD_INSULATION)
                continue; /* of other rigs: test_twin_insulation */
            setup(&good, (enum twin_element_kind)k, rows[r].id, -1);
            setup(&bad, (enum twin_element_kind)k, rows[r].id, 1);
            if (twin_defect_refusal(&bad.config, rows[r].id)) {
                assert_null(twin_defect_text_of(bad.config.element, rows[r].id));
                continue;
            }
            print_all(&good, &sound);
            print_all(&bad, &broken);
            double moved = difference(&sound, &broken, &at);
            print_message("figure: %c D%02d %-50s x%8.1f  %s %.5g -> %.5g\n", "ABC"[k - 2],
                          rows[r].id, rows[r].text, moved, sound.name[at], sound.value[at],
                          broken.value[at]);
            assert_true(moved > 1);
            tried++;
        }
    }
    print_message("figure: %u defects on A, B and C\n", tried);
    assert_true(tried >= 20 + 18 + 19);
}

/* ---- the LSU in its loop */

static void lsu_read(struct direct_rig *rig, struct plant ctl, double until_s, struct print *p)
{
    double least_mV = 1e9, most_mV = -1e9, jumps_ohm = 0, before_ohm = 0;
    while (rig->t_s < until_s) {
        rig->t_s += 0.01;
        double mV = rig_get(rig, ctl, PLANT_UN_mV, 0), ohm = rig_get(rig, ctl, PLANT_RI_ohm, 0);
        least_mV = mV < least_mV ? mV : least_mV;
        most_mV = mV > most_mV ? mV : most_mV;
        jumps_ohm += fabs(ohm - before_ohm);
        before_ohm = ohm;
    }
    note(p, "Ip, mA", rig_get(rig, ctl, PLANT_IP_mA, 0), 0.003);
    note(p, "least U_N, mV", least_mV, 1);
    note(p, "most U_N, mV", most_mV, 1);
    note(p, "R_N, ohm", rig_get(rig, ctl, PLANT_RI_ohm, 0), 3);
    note(p, "path of R_N, ohm", jumps_ohm, 30);
    note(p, "heater, W", twin_heater_power_W(rig->twin, rig_now(rig)), 0.05);
    note(p, "duty", rig_get(rig, ctl, PLANT_HEATER_DUTY, 0), 0.003);
}

static void lsu_print(int id, double severity, struct print *p)
{
    struct direct_rig rig;
    setup(&rig, TWIN_ELEMENT_LSU49, id, severity);
    rig.degC = 0;
    rig_open(&rig);
    struct plant ctl = twin_plant_controller(rig.twin, 1);
    rig_put(&rig, rig.supply, PLANT_SUPPLY_V, 0, 13.5);
    rig_put(&rig, ctl, PLANT_HEATER_ENABLE, 1, 13.5);
    rig_put(&rig, ctl, PLANT_HEATER_ENABLE, 0, 1);
    rig_put(&rig, rig.flows[LEAN5], PLANT_FLOW_slpm, 0, 2);
    rig.t_s = 60;
    lsu_read(&rig, ctl, 62, p);
    rig_put(&rig, rig.flows[LEAN5], PLANT_FLOW_slpm, 0, 0);
    rig_put(&rig, rig.flows[RICH8], PLANT_FLOW_slpm, 0, 5);
    rig.t_s += 0.01;
    lsu_read(&rig, ctl, 75, p);
    rig_close(&rig);
}

static void every_gross_defect_of_an_lsu_shows_in_its_loop(void **state)
{
    size_t count;
    const struct defect_table_row *rows = defect_table_rows(&count);
    struct print sound = {.count = 0};
    unsigned tried = 0;
    (void)state;
    lsu_print(0, -1, &sound);
    for (size_t r = 0; r < count; r++) {
        struct print broken = {.count = 0};
        size_t at = 0;
        if (!twin_defect_text_of(TWIN_ELEMENT_LSU49, rows[r].id) ||
            rows[r].id == DEFECT_COLD_INSULATION)
            continue;
        lsu_print(rows[r].id, 1, &broken);
        double moved = difference(&sound, &broken, &at);
        print_message("figure: LSU D%02d %-40s x%8.1f  %s %.5g -> %.5g\n", rows[r].id, rows[r].text,
                      moved, sound.name[at], sound.value[at], broken.value[at]);
        assert_true(moved > 1);
        tried++;
    }
    assert_int_equal(tried, 16);
}

static void a_defect_that_the_element_cannot_have_is_refused_with_a_reason(void **state)
{
    struct direct_rig rig;
    struct twin_defect d = {0, 0, 0};
    struct twin *twin = NULL;
    (void)state;
    setup(&rig, TWIN_ELEMENT_A, 24, 1);
    assert_int_equal(twin_new(&rig.config, &twin), RC_REFUSED);
    assert_int_equal(twin_parse_defect_of(&rig.config, SPAN("1=D24:1"), &d), RC_REFUSED);
    assert_non_null(strstr(twin_defect_refusal(&rig.config, 24), "kind"));
    assert_int_equal(twin_parse_defect_of(&rig.config, SPAN("1=D09:1"), &d), RC_REFUSED);
    assert_non_null(strstr(twin_defect_refusal(&rig.config, 9), "second reference"));
    assert_int_equal(twin_parse_defect_of(&rig.config, SPAN("1=D03:1"), &d), RC_CONFIG);
    assert_int_equal(twin_parse_defect_of(&rig.config, SPAN("2=D01:1"), &d), RC_CONFIG);
    assert_int_equal(d.site, 0);
    rig.config.variant = ELEMENT_A_V9;
    assert_int_equal(twin_parse_defect_of(&rig.config, SPAN("1=D09:0.5"), &d), RC_OK);
    assert_int_equal(d.id, 9);
    setup(&rig, TWIN_ELEMENT_B, 1, -1);
    rig.config.variant = ELEMENT_B_SINGLE;
    assert_non_null(strstr(twin_defect_refusal(&rig.config, 21), "orifice"));
    setup(&rig, TWIN_ELEMENT_LSU49, 14, -1);
    assert_int_equal(twin_parse_defect_of(&rig.config, SPAN("1=D14:1"), &d), RC_REFUSED);
    assert_int_equal(twin_parse_defect_of(&rig.config, SPAN("1=D39:1"), &d), RC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gross_defect_moves_what_an_instrument_finds),
        cmocka_unit_test(every_gross_defect_of_an_lsu_shows_in_its_loop),
        cmocka_unit_test(a_defect_that_the_element_cannot_have_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
