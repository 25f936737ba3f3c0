#include "tests/support/cmocka.h"

#include <math.h>

#include "twin/leads.h"
#include "twin/twin.h"

static const struct {
    const char *name;
    unsigned code;
} table[LEAD_FAULTS] = {
    [LEAD_IP_OPEN] = {"pump lead open", 0},
    [LEAD_IP_GROUND] = {"pump lead at ground", 0x30},
    [LEAD_IP_BATTERY] = {"pump lead at the battery", 0x10},
    [LEAD_VM_OPEN] = {"virtual ground open", 0},
    [LEAD_VM_GROUND] = {"virtual ground at ground", 0x03},
    [LEAD_VM_BATTERY] = {"virtual ground at the battery", 0x01},
    [LEAD_UN_OPEN] = {"Nernst lead open", 0},
    [LEAD_UN_GROUND] = {"Nernst lead at ground", 0x0C},
    [LEAD_UN_BATTERY] = {"Nernst lead at the battery", 0x04},
    [LEAD_TRIM_OPEN] = {"trim resistor open", 0},
    [LEAD_TRIM_SHORT] = {"trim resistor shorted", 0},
    [LEAD_HEATER_OPEN] = {"heater open", 0x80},
    [LEAD_HEATER_BATTERY] = {"heater at the battery", 0x40},
    [LEAD_REVERSED] = {"pump leads turned round", 0},
};

struct rig {
    struct twin *twin;
    struct plant controller, leads;
    struct instant now;
};

static double get(struct rig *rig, enum plant_signal signal)
{
    return rig->controller.read(rig->controller.ctx, signal, 0, rig->now);
}

static void go(struct rig *rig, double s)
{
    rig->now = instant_add(rig->now, duration_s(s));
}

static void enable(struct rig *rig, bool on)
{
    rig->controller.write(rig->controller.ctx, PLANT_HEATER_ENABLE, 1, 13.5, rig->now);
    rig->controller.write(rig->controller.ctx, PLANT_HEATER_ENABLE, 0, on, rig->now);
}

static void start(struct rig *rig)
{
    struct twin_config config;
    twin_config_default(&config);
    config.spread = config.noise = false;
    *rig = (struct rig){.now = {0}};
    assert_int_equal(twin_new(&config, &rig->twin), RC_OK);
    rig->controller = twin_plant_controller(rig->twin, 1);
    rig->leads = twin_plant_leads(rig->twin, 1);
    enable(rig, true);
    go(rig, 30);
    assert_true(fabs(get(rig, PLANT_CONTROL_STATUS) - 2) < 0.1);
    assert_true(fabs(get(rig, PLANT_CONTROL_DIAG)) < 0.1);
}

static void insert(struct rig *rig, enum lead_fault fault, bool on)
{
    rig->leads.write(rig->leads.ctx, PLANT_RELAY, fault, on, rig->now);
    assert_true(fabs(rig->leads.read(rig->leads.ctx, PLANT_RELAY, fault, rig->now) - on) < 0.1);
}

static void each_fault_has_its_code_and_leaves_none_behind(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    for (int f = 0; f < LEAD_FAULTS; f++) {
        insert(&rig, (enum lead_fault)f, true);
        go(&rig, 0.1);
        if (!(fabs(get(&rig, PLANT_CONTROL_DIAG) - table[f].code) < 0.1))
            fail_msg("%s: code %g, not %u", table[f].name, get(&rig, PLANT_CONTROL_DIAG),
                     table[f].code);
        insert(&rig, (enum lead_fault)f, false);
        assert_true(fabs(get(&rig, PLANT_CONTROL_DIAG)) < 0.1);
    }
    twin_free(rig.twin);
}

static void two_faults_have_both_codes(void **state)
{
    (void)state;
    struct leads_effect e = leads_effect_of(
        &lsu_kind_49, 1u << LEAD_UN_GROUND | 1u << LEAD_HEATER_OPEN | 1u << LEAD_TRIM_SHORT);
    assert_int_equal(e.code, 0x8C);
    assert_true(e.stopped && e.cut_heater && !e.reversed && fabs(e.ip_factor) < 1e-9);
}

/* What has no code tells by its voltages. */
static void an_open_lead_is_told_by_what_the_loop_does(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig);
    insert(&rig, LEAD_IP_OPEN, true);
    go(&rig, 2);
    double un_mV = get(&rig, PLANT_UN_mV);
    assert_true(fabs(get(&rig, PLANT_IP_mA)) < 1e-9 && fabs(un_mV - 450) > 100);
    insert(&rig, LEAD_IP_OPEN, false);
    go(&rig, 2);
    assert_true(fabs(get(&rig, PLANT_UN_mV) - 450) < 5);
    insert(&rig, LEAD_REVERSED, true);
    go(&rig, 2);
    assert_true(fabs(get(&rig, PLANT_UN_mV) - 450) > 100);
    insert(&rig, LEAD_REVERSED, false);
    insert(&rig, LEAD_UN_OPEN, true);
    go(&rig, 2);
    print_message("figure: pump lead open: U_N %.0f mV; Nernst lead open: status %.0f\n", un_mV,
                  get(&rig, PLANT_CONTROL_STATUS));
    assert_true(fabs(get(&rig, PLANT_CONTROL_STATUS) - 5) < 0.1); /* too cold */
    insert(&rig, LEAD_UN_OPEN, false);
    enable(&rig, false);
    enable(&rig, true);
    go(&rig, 30);
    assert_true(fabs(get(&rig, PLANT_CONTROL_STATUS) - 2) < 0.1);
    twin_free(rig.twin);
}

static void the_trim_resistor_is_the_share_of_the_bare_current(void **state)
{
    (void)state;
    double open = leads_effect_of(&lsu_kind_49, 1u << LEAD_TRIM_OPEN).ip_factor;
    assert_true(fabs(open - lsu_kind_49.raw_air_mA / lsu_kind_49.finished_air_mA) < 1e-12);
    assert_true(isnan(leads_effect_of(&lsu_kind_49, 0).ri_ohm));
    assert_true(fabs(leads_effect_of(&lsu_kind_49, 0).ip_factor - 1) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_has_its_code_and_leaves_none_behind),
        cmocka_unit_test(two_faults_have_both_codes),
        cmocka_unit_test(an_open_lead_is_told_by_what_the_loop_does),
        cmocka_unit_test(the_trim_resistor_is_the_share_of_the_bare_current),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
