/* The heater, its controller and its supply. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "core/num.h"
#include "twin/controller.h"
#include "twin/heater.h"
#include "twin/supply.h"

struct rig {
    struct heater heater;
    struct controller controller;
    double rn, supply_V;
    uint64_t tick;
};

static void build(struct rig *rig, struct heater_part part)
{
    *rig = (struct rig){.rn = 1, .supply_V = 13.5};
    heater_init(&rig->heater, &lsu_kind_49.heater, &part, 20);
    controller_init(&rig->controller, &lsu_kind_49, 1, 1);
    controller_announce(&rig->controller, 13.5);
}

static const struct heater_part good = {.r20_ohm = 3.2, .heat = 1, .loss = 1};

static void run(struct rig *rig, double seconds)
{
    for (int i = 0; i < (int)lround(seconds / TWIN_STEP_S); i++) {
        rig->tick++;
        controller_step(&rig->controller, rig->rn * lsu_ri_ohm(&lsu_kind_49, rig->heater.T_K),
                        rig->tick);
        double ohm = heater_ohm(&rig->heater, rig->tick);
        heater_step(&rig->heater, rig->supply_V * rig->supply_V * rig->controller.duty, ohm, 1);
    }
}

static void it_preheats_ramps_and_then_holds_300_ohm(void **state)
{
    struct rig rig;
    (void)state;
    build(&rig, good);
    controller_enable(&rig.controller, true);
    run(&rig, 4.9);
    assert_int_equal(rig.controller.status, CONTROLLER_PREHEAT);
    assert_true(fabs(rig.controller.duty - (2 / 13.5) * (2 / 13.5)) < 1e-12);
    run(&rig, 0.2);
    assert_int_equal(rig.controller.status, CONTROLLER_WARMUP);
    assert_true(num_within(rig.controller.heater_V, 8.5, 8.6));
    run(&rig, 2.5);
    assert_true(num_within(rig.controller.heater_V, 9.45, 9.55));
    run(&rig, 20);
    assert_int_equal(rig.controller.status, CONTROLLER_CLOSED_LOOP);
    assert_true(fabs(rig.controller.ri_ohm - 300) < 0.5);
    assert_true(num_within(rig.controller.heater_V, 7.3, 7.7));
    assert_true(num_within(rig.heater.mean_W, 7.3, 7.7));
}

static void it_never_exceeds_12_V_nor_overshoots_by_more_than_5_K(void **state)
{
    struct rig rig;
    double hottest = 0;
    (void)state;
    build(&rig, good);
    controller_enable(&rig.controller, true);
    for (int i = 0; i < 4000; i++) {
        run(&rig, TWIN_STEP_S);
        assert_true(rig.controller.heater_V <= 12);
        hottest = rig.heater.T_K > hottest ? rig.heater.T_K : hottest;
    }
    print_message("hottest %.1f degC\n", hottest - 273.15);
    assert_true(hottest - 273.15 < 785);
}

static void a_high_cell_resistance_makes_the_element_hotter(void **state)
{
    struct rig rig;
    (void)state;
    build(&rig, good);
    rig.rn = 1.2;
    controller_enable(&rig.controller, true);
    run(&rig, 40);
    print_message("R_N +20 %%: %.1f degC\n", rig.heater.T_K - 273.15);
    assert_true(num_within(rig.heater.T_K - 273.15 - 780, 22, 32)); /* +26 K as published */
}

static void a_broken_heater_ends_in_did_not_heat_after_60_s(void **state)
{
    struct rig rig;
    struct heater_part part = good;
    (void)state;
    part.open_share = 1;
    build(&rig, part);
    controller_enable(&rig.controller, true);
    run(&rig, 64.9);
    assert_int_equal(rig.controller.status, CONTROLLER_WARMUP);
    run(&rig, 0.3);
    assert_int_equal(rig.controller.status, CONTROLLER_DID_NOT_HEAT);
    assert_true(rig.controller.duty == 0);
    assert_true(rig.heater.mean_W == 0);
    run(&rig, 100);
    assert_int_equal(rig.controller.status, CONTROLLER_DID_NOT_HEAT);
    controller_enable(&rig.controller, false);
    controller_enable(&rig.controller, true);
    run(&rig, 1);
    assert_int_equal(rig.controller.status, CONTROLLER_PREHEAT);
}

static void losing_the_supply_in_operation_is_an_underheat_and_a_jump_an_overheat(void **state)
{
    struct rig rig;
    (void)state;
    build(&rig, good);
    controller_enable(&rig.controller, true);
    run(&rig, 30);
    rig.supply_V = 0;
    run(&rig, 10);
    assert_int_equal(rig.controller.status, CONTROLLER_UNDERHEAT);

    build(&rig, good);
    controller_enable(&rig.controller, true);
    run(&rig, 30);
    rig.heater.T_K += 300;
    run(&rig, 0.7);
    assert_int_equal(rig.controller.status, CONTROLLER_OVERHEAT);
    assert_true(rig.controller.duty == 0);
}

static void below_7_V_announced_it_does_not_heat(void **state)
{
    struct rig rig;
    (void)state;
    build(&rig, good);
    controller_announce(&rig.controller, 6.9);
    controller_enable(&rig.controller, true);
    run(&rig, 20);
    assert_true(rig.controller.duty == 0);
    assert_int_equal(rig.controller.status, CONTROLLER_PREHEAT);
    controller_announce(&rig.controller, NAN);
    run(&rig, 1);
    assert_true(rig.controller.duty == 0);
}

static void disabled_it_cools_down_to_the_room(void **state)
{
    struct rig rig;
    (void)state;
    build(&rig, good);
    controller_enable(&rig.controller, true);
    run(&rig, 60);
    controller_enable(&rig.controller, false);
    run(&rig, 1000);
    assert_true(num_within(rig.heater.T_K - 273.15, 19.9, 21));
}

static void a_supply_gives_its_voltage_until_the_limit_and_then_its_current(void **state)
{
    struct supply supply;
    (void)state;
    supply_init(&supply);
    struct supply_channel *ch = &supply.channels[1];
    supply_set_V(ch, 13.5);
    supply_set_heater(ch, 0.3 / 7.5);
    assert_true(ch->terminal_V == 13.5);
    assert_true(fabs(ch->heater_A - 0.54) < 1e-12);
    supply_set_limit_A(ch, 0.4);
    assert_true(fabs(ch->heater_A - 0.4) < 1e-12);
    assert_true(fabs(ch->terminal_V - 10) < 1e-12);
    supply_set_load_A(ch, 0.1);
    assert_true(fabs(ch->terminal_V - 7.5) < 1e-12);
    supply_set_load_A(ch, 1);
    assert_true(ch->terminal_V == 0 && ch->load_A == 0.4);
    supply_set_V(ch, 0);
    assert_true(ch->heater_A == 0 && ch->load_A == 0);
    supply_set_V(ch, NAN);
    assert_true(ch->terminal_V == 0);
}

static void the_controller_tells_lambda_by_its_table_only_while_it_holds(void **state)
{
    struct rig rig;
    (void)state;
    build(&rig, good);
    controller_enable(&rig.controller, true);
    run(&rig, 30);
    assert_true(fabs(controller_lambda(&rig.controller, -0.927, 450) - 0.8) < 1e-9);
    assert_true(fabs(controller_lambda(&rig.controller, 0.938, 450) - 1.701) < 1e-9);
    assert_true(controller_lambda(&rig.controller, 2.54, 450) <= 10.119);
    assert_true(controller_lambda(&rig.controller, 0.938, 340) == 0);
    controller_enable(&rig.controller, false);
    assert_true(fabs(controller_lambda(&rig.controller, 0, 1300) - 1.003) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_preheats_ramps_and_then_holds_300_ohm),
        cmocka_unit_test(it_never_exceeds_12_V_nor_overshoots_by_more_than_5_K),
        cmocka_unit_test(a_high_cell_resistance_makes_the_element_hotter),
        cmocka_unit_test(a_broken_heater_ends_in_did_not_heat_after_60_s),
        cmocka_unit_test(losing_the_supply_in_operation_is_an_underheat_and_a_jump_an_overheat),
        cmocka_unit_test(below_7_V_announced_it_does_not_heat),
        cmocka_unit_test(disabled_it_cools_down_to_the_room),
        cmocka_unit_test(a_supply_gives_its_voltage_until_the_limit_and_then_its_current),
        cmocka_unit_test(the_controller_tells_lambda_by_its_table_only_while_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
