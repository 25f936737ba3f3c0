#include "tests/support/cmocka.h"

#include <math.h>

#include "core/num.h"
#include "core/rng.h"
#include "twin/gasline.h"

static const struct gas_mix pure_o2 = {.x = {[GAS_O2] = 1}};

static void build(struct gasline *line)
{
    *line = (struct gasline){.flow_count = 3, .manifold_mL = 20, .tube_mL = 5, .cell_mL = 1};
    line->ambient_degC = 0;
    line->ambient_kPa = 101.325;
    line->flows[0] =
        (struct gasline_flow){.cylinder = gas_mix_n2, .full_scale_slpm = 10, .gain = 1};
    line->flows[1] = (struct gasline_flow){.cylinder = pure_o2, .full_scale_slpm = 1, .gain = 1};
    line->flows[2] = (struct gasline_flow){
        .cylinder = {.x = {[GAS_CO2] = 1}}, .full_scale_slpm = 5, .stream = 1, .gain = 1};
    gasline_init(line);
}

static void run(struct gasline *line, double seconds)
{
    for (int i = 0; i < (int)lround(seconds / TWIN_STEP_S); i++)
        gasline_step(line);
}

static void a_line_that_nobody_feeds_is_full_of_air(void **state)
{
    struct gasline line;
    (void)state;
    build(&line);
    run(&line, 10);
    assert_true(line.settled);
    assert_true(line.view.mix.x[GAS_O2] == gas_mix_air.x[GAS_O2]);
}

static void a_flow_settles_after_dead_time_with_its_time_constant(void **state)
{
    struct gasline line;
    (void)state;
    build(&line);
    gasline_set_flow(&line, 0, 2);
    run(&line, 0.04);
    assert_true(line.flows[0].flow_slpm == 0);
    run(&line, 0.3);
    assert_true(fabs(line.flows[0].flow_slpm - 2 * (1 - exp(-1))) < 1e-9);
    run(&line, 10);
    assert_true(line.flows[0].flow_slpm == 2);
    assert_false(line.flows[0].moving);
}

static void a_settled_mixture_is_what_the_flows_say(void **state)
{
    struct gasline line;
    (void)state;
    build(&line);
    gasline_set_flow(&line, 0, 2 * (1 - 0.0829));
    gasline_set_flow(&line, 1, 2 * 0.0829);
    run(&line, 30);
    assert_true(line.settled);
    assert_true(fabs(line.view.mix.x[GAS_O2] - 0.0829) < 1e-12);
    assert_true(fabs(gas_mix_sum(&line.view.mix) - 1) < 1e-12);
    unsigned serial = line.view.serial;
    run(&line, 10);
    assert_int_equal(line.view.serial, serial); /* nothing is computed while nothing changes */
}

static void the_calibration_error_of_a_controller_moves_the_gas_but_not_its_reading(void **state)
{
    struct gasline line;
    (void)state;
    build(&line);
    line.flows[1].gain = 1.01;
    gasline_set_flow(&line, 0, 1);
    gasline_set_flow(&line, 1, 0.5);
    run(&line, 30);
    assert_true(line.flows[1].flow_slpm == 0.5);
    assert_true(fabs(line.view.mix.x[GAS_O2] - 0.505 / 1.505) < 1e-12);
}

static void a_step_arrives_after_the_tube_and_rises_with_the_cell(void **state)
{
    struct gasline line;
    (void)state;
    build(&line);
    gasline_set_flow(&line, 0, 3); /* 50 mL/s */
    gasline_set_flow(&line, 2, 3);
    run(&line, 30);
    assert_true(line.view.mix.x[GAS_N2] == 1);
    gasline_select(&line, 1);
    run(&line, 0.1); /* 5 mL of tube at 0.5 mL a step */
    assert_true(line.view.mix.x[GAS_CO2] < 1e-9);
    run(&line, 0.02); /* one time constant of the cell: 1 mL at 50 mL/s */
    assert_true(fabs(line.view.mix.x[GAS_CO2] - (1 - exp(-1))) < 1e-6);
}

static void the_stream_that_is_not_selected_goes_to_the_vent(void **state)
{
    struct gasline line;
    (void)state;
    build(&line);
    gasline_set_flow(&line, 0, 2);
    gasline_set_flow(&line, 2, 2);
    run(&line, 30);
    assert_true(line.view.mix.x[GAS_CO2] == 0);
    assert_true(line.streams[1].manifold.x[GAS_CO2] > 0.999999);
    gasline_select(&line, 1);
    run(&line, 30);
    assert_true(line.view.mix.x[GAS_CO2] > 0.999999);
}

static void an_ambient_side_gets_stream_b_and_the_valve_does_nothing(void **state)
{
    struct gasline line;
    (void)state;
    build(&line);
    line.ambient_mL = 10;
    gasline_select(&line, 1);
    assert_int_equal(line.selected, 0);
    gasline_set_flow(&line, 0, 2);
    gasline_set_flow(&line, 2, 0.6); /* 10 mL/s through 20 and 10 mL */
    run(&line, 60);
    assert_true(fabs(line.ambient.x[GAS_CO2] - 1) < 1e-6 && line.view.mix.x[GAS_CO2] == 0);
    gasline_set_flow(&line, 2, 0);
    run(&line, 1000); /* the room creeps in, 0.02 mL/s */
    print_message("figure: CO2 left %.4f\n", line.ambient.x[GAS_CO2]);
    assert_true(fabs(line.ambient.x[GAS_CO2] - exp(-2)) < 0.01);
    build(&line); /* without one the room is there */
    gasline_set_flow(&line, 2, 0.6);
    run(&line, 60);
    assert_true(line.ambient.x[GAS_O2] == gas_mix_air.x[GAS_O2]);
}

static void no_gas_is_lost_in_the_tube_however_the_flow_jumps(void **state)
{
    struct gasline line;
    struct rng rng;
    (void)state;
    build(&line);
    rng_seed(&rng, 7);
    print_message("seed 7\n");
    for (int i = 0; i < 20000; i++) {
        if (rng_below(&rng, 40) == 0) {
            gasline_set_flow(&line, 0, 10 * rng_uniform(&rng) * rng_uniform(&rng));
            gasline_set_flow(&line, 1, rng_below(&rng, 3) ? rng_uniform(&rng) : 0);
            gasline_select(&line, (unsigned)rng_below(&rng, 2));
        }
        gasline_step(&line);
        double mL = 0;
        for (unsigned k = 0; k < line.slice_count; k++)
            mL += line.slices[(line.oldest + k) % GASLINE_SLICES].mL;
        assert_true(fabs(mL - line.tube_mL) < 1e-6);
        assert_true(fabs(gas_mix_sum(&line.view.mix) - 1) < 1e-9);
        assert_true(line.slice_count < GASLINE_SLICES);
    }
}

static void air_creeps_back_when_the_flow_stops(void **state)
{
    struct gasline line;
    (void)state;
    build(&line);
    gasline_set_flow(&line, 0, 2);
    run(&line, 30);
    gasline_set_flow(&line, 0, 0);
    run(&line, 20);
    assert_true(line.view.mix.x[GAS_O2] < 0.1);
    run(&line, 1200);
    assert_true(fabs(line.view.mix.x[GAS_O2] - 0.2095) < 1e-6);
}

static void impossible_set_points_do_no_harm(void **state)
{
    struct gasline line;
    (void)state;
    build(&line);
    gasline_set_flow(&line, 0, NAN);
    gasline_set_flow(&line, 1, -3);
    gasline_set_flow(&line, 2, INFINITY);
    run(&line, 30);
    assert_true(line.flows[0].flow_slpm == 0 && line.flows[1].flow_slpm == 0);
    assert_true(fabs(line.flows[2].flow_slpm - 5.5) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_nobody_feeds_is_full_of_air),
        cmocka_unit_test(a_flow_settles_after_dead_time_with_its_time_constant),
        cmocka_unit_test(a_settled_mixture_is_what_the_flows_say),
        cmocka_unit_test(the_calibration_error_of_a_controller_moves_the_gas_but_not_its_reading),
        cmocka_unit_test(a_step_arrives_after_the_tube_and_rises_with_the_cell),
        cmocka_unit_test(the_stream_that_is_not_selected_goes_to_the_vent),
        cmocka_unit_test(an_ambient_side_gets_stream_b_and_the_valve_does_nothing),
        cmocka_unit_test(no_gas_is_lost_in_the_tube_however_the_flow_jumps),
        cmocka_unit_test(air_creeps_back_when_the_flow_stops),
        cmocka_unit_test(impossible_set_points_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
