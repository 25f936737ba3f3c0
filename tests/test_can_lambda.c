#include "tests/support/cmocka.h"

#include <math.h>

#include "core/rng.h"
#include "instruments/can_lambda/can_lambda.h"
#include "instruments/capability/lambda_controller.h"
#include "instruments/proto/slcan.h"
#include "tests/support/driver_sim.h"

static const struct device_setup setup = {.name = "wb", .supply_V = 13.5};
static const struct ask stream = {.kind = ASK_STREAM};

static const struct lambda_reading nothing = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};

static void assert_value(double got, double wanted)
{
    if (isnan(wanted) ? !isnan(got) : !(fabs(got - wanted) <= 1e-9))
        fail_msg("%g is not %g", got, wanted);
}

static void assert_reading(const struct lambda_reading *got, const struct lambda_reading *wanted)
{
    assert_value(got->ip_mA, wanted->ip_mA);
    assert_value(got->un_mV, wanted->un_mV);
    assert_value(got->ri_ohm, wanted->ri_ohm);
    assert_value(got->tc_degC, wanted->tc_degC);
    assert_value(got->lambda, wanted->lambda);
    assert_value(got->duty, wanted->duty);
    assert_value(got->status, wanted->status);
    assert_value(got->diag, wanted->diag);
}

static enum rc take(const struct driver *driver, const char *line, struct lambda_reading *reading,
                    bool *complete)
{
    struct answer answer = {.reading = reading};
    enum rc rc = driver->decode(driver, &setup, &stream, span_text(line), &answer);
    *complete = answer.complete;
    return rc;
}

static void rusefi_pairs_carry_value_and_validity_together(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *first, *second; struct lambda_reading reading; } rows[] = {
        /* closed loop; 300 ohm, 450 mV, no pump current, duty 102/255 = 0.4 */
        { "t1908A00110270C030000", "t19182C01C2017F026600", { NAN, 450, 300, 780, 1.0, 0.4, 2, 0 } },
        /* not valid, seen on a car: lambda field 1.8848, status byte 0: nothing of the element counts */
        { "t1908A000A0490C030000", "t19182B019002FF00AA00", { NAN, NAN, NAN, NAN, NAN, 170.0 / 255, 0, 0 } },
        /* preheat: a plausible 1.0044 with valid = 0 */
        { "t1908A0003C2714000000", "t19187A190A007F000500", { NAN, NAN, NAN, NAN, NAN, 5.0 / 255, 0, 0 } },
        /* warm-up, hot already: resistance and voltage count, lambda does not */
        { "t1908A0003C2758020000", "t191858021E037F019900", { NAN, 798, 600, 600, NAN, 0.6, 1, 0 } },
        /* warm-up, cold: 137594 ohm reads 197A, the temperature says so */
        { "t1908A00000001E000000", "t19187A190A007F01CC00", { NAN, NAN, NAN, NAN, NAN, 0.8, 1, 0 } },
        /* warming through 65836 ohm: the field wraps to 300 while the element has 365 degC */
        { "t1908A0003C276D010000", "t19182C01C2017F01CC00", { NAN, NAN, NAN, 365, NAN, 0.8, 1, 0 } },
        /* first milliseconds: ESR -10 ohm, 1030 degC */
        { "t1908A000000006040000", "t1918F6FF00007F010000", { NAN, NAN, NAN, NAN, NAN, 0, 1, 0 } },
        /* lambda 0 while off target, whatever the flag says; and lambda below the firmware's own 0.6 */
        { "t1908A00100000C030000", "t19182C01C2017F026600", { NAN, 450, 300, 780, NAN, 0.4, 2, 0 } },
        { "t1908A00168170C030000", "t19182C01C2017F026600", { NAN, 450, 300, 780, NAN, 0.4, 2, 0 } },
        /* the flag must be 1 even with a good status, the status good even with the flag */
        { "t1908A00010270C030000", "t19182C01C2017F026600", { NAN, 450, 300, 780, NAN, 0.4, 2, 0 } },
        { "t1908A00110270C030000", "t19182C01C2017F016600", { NAN, 450, 300, 780, NAN, 0.4, 1, 0 } },
        /* faults: did not heat, overheat, underheat, no heater supply, unknown */
        { "t1908A00010270C030000", "t19182C01C2017F036600", { NAN, 450, 300, 780, NAN, 0.4, 3, 3 } },
        { "t1908A00010270C030000", "t19182C01C2017F046600", { NAN, 450, 300, 780, NAN, 0.4, 4, 4 } },
        { "t1908A00010270C030000", "t19182C01C2017F056600", { NAN, 450, 300, 780, NAN, 0.4, 5, 5 } },
        { "t1908A00010270C030000", "t19182C01C2017F066600", { NAN, NAN, NAN, NAN, NAN, 0.4, 6, 6 } },
        { "t1908A00110270C030000", "t19182C01C2017FFF6600", { NAN, NAN, NAN, NAN, NAN, 0.4, 255, 255 } },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lambda_reading reading = nothing;
        bool complete;
        assert_int_equal(take(&rusefi_driver, rows[i].first, &reading, &complete), RC_OK);
        assert_false(complete);
        assert_int_equal(take(&rusefi_driver, rows[i].second, &reading, &complete), RC_OK);
        assert_true(complete);
        assert_reading(&reading, &rows[i].reading);
    }
}

static void half_a_rusefi_pair_is_no_reading(void **state)
{
    (void)state;
    struct lambda_reading reading = nothing;
    bool complete;
    assert_int_equal(take(&rusefi_driver, "t19182C01C2017F026600", &reading, &complete), RC_OK);
    assert_false(complete);
    assert_reading(&reading, &nothing);
    assert_int_equal(take(&rusefi_driver, "t1908A00110270C030000", &reading, &complete), RC_OK);
    assert_int_equal(take(&rusefi_driver, "t1908A00110270C030000", &reading, &complete), RC_OK);
    assert_false(complete);
    assert_int_equal(take(&rusefi_driver, "t19182C01C2017F026600", &reading, &complete), RC_OK);
    assert_true(complete);
    /* even if nobody empties the reading between two: the old first half does not count twice */
    assert_int_equal(take(&rusefi_driver, "t19182C01C2017F026600", &reading, &complete), RC_OK);
    assert_false(complete);
    assert_reading(&reading, &nothing);
}

static void emtron_frames_carry_current_and_diagnosis(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *line; struct lambda_reading reading; } rows[] = {
        /* lambda 1.200, +0.512 mA, healthy, normal, 40 % */
        { "t29F80004B00200FF0128", {  0.512, NAN, NAN, NAN, 1.2,  0.40, 1, 0 } },
        { "t29F8000352FC18FF0128", { -1.000, NAN, NAN, NAN, 0.85, 0.40, 1, 0 } },
        { "t29F80003528000FF0164", { NAN, NAN, NAN, NAN, 0.85, 1.00, 1, 0 } },
        { "t29F80000000200FF0128", {  0.512, NAN, NAN, NAN, NAN,  0.40, 1, 0 } },  /* lambda 0: invalid */
        { "t29F80004B00200FF0228", { NAN, NAN, NAN, NAN, NAN, 0.40, 2, 0 } },      /* warming */
        { "t29F80004B00200FF0E28", { NAN, NAN, NAN, NAN, NAN, 0.40, 14, 0 } },
        { "t29F80004B00200FFFF28", { NAN, NAN, NAN, NAN, NAN, 0.40, 255, 0 } },
        { "t29F80004B00200CF0128", { NAN, NAN, NAN, NAN, NAN, 0.40, 1, 0x30 } },   /* pump wire to ground */
        { "t29F80004B00200FC0128", { NAN, NAN, NAN, NAN, NAN, 0.40, 1, 0x03 } },   /* virtual ground */
        { "t29F80004B00200F70128", { 0.512, NAN, NAN, NAN, NAN, 0.40, 1, 0x08 } }, /* Nernst wire */
        { "t29F80004B002007F0128", { 0.512, NAN, NAN, NAN, 1.2, 0.40, 1, 0x80 } }, /* heater */
        { "t29F80004B00200000128", { NAN, NAN, NAN, NAN, NAN, 0.40, 1, 0xFF } },
        { "t29F80004B00200FF0165", { 0.512, NAN, NAN, NAN, 1.2, NAN, 1, 0 } },     /* 101 % */
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lambda_reading reading = {1, 2, 3, 4, 5, 6, 7, 8};
        bool complete;
        assert_int_equal(take(&emtron_elc_driver, rows[i].line, &reading, &complete), RC_OK);
        assert_true(complete);
        assert_reading(&reading, &rows[i].reading);
    }
}

static void other_frames_are_not_ours(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "t1908A10110270C030000",  /* another format version */
        "t1907A00110270C0300",    /* short */
        "t19289A0110270C030000A", /* no line */
        "t1928A00110270C030000",  /* index 1 */
        "T000001908A00110270C030000", "r1908", "", "Z", "\a", "V1013",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct lambda_reading reading = nothing;
        bool complete;
        assert_int_equal(take(&rusefi_driver, lines[i], &reading, &complete), RC_PROTOCOL);
        assert_reading(&reading, &nothing);
    }
}

static bool owns(const struct driver *driver, unsigned node, const char *line)
{
    struct device_setup unit = {.name = "wb", .node = node};
    return driver->owns(driver, &unit, span_text(line));
}

static void each_unit_owns_its_own_identifiers(void **state)
{
    (void)state;
    assert_true(owns(&rusefi_driver, 0, "t1908A00110270C030000"));
    assert_true(owns(&rusefi_driver, 0, "t1918"));
    assert_false(owns(&rusefi_driver, 0, "t1928"));
    assert_true(owns(&rusefi_driver, 1, "t1928"));
    assert_false(owns(&rusefi_driver, 1, "t1918"));
    assert_true(owns(&rusefi_driver, 15, "t1AF8"));
    assert_false(owns(&rusefi_driver, 16, "t1B08"));
    assert_false(owns(&rusefi_driver, 0, "t190"));
    assert_false(owns(&rusefi_driver, 0, "T1908"));
    assert_false(owns(&rusefi_driver, 0, "r1908"));
    assert_true(owns(&emtron_elc_driver, 0, "t29f8"));
    assert_true(owns(&emtron_elc_driver, 11, "t2AA8"));
    assert_false(owns(&emtron_elc_driver, 12, "t2AB8"));
}

static enum rc encode(const struct driver *driver, const struct device_setup *unit,
                      const struct ask *ask, struct obuf *out)
{
    out->len = 0;
    return driver->encode(driver, unit, ask, out);
}

static void assert_sent(enum ask_kind kind, double value, const double *held, const char *wanted)
{
    char text[64];
    struct obuf out = {text, 0, sizeof text};
    const struct ask ask = {
        .kind = kind, .signal = LAMBDA_SIGNAL_HEATER, .value = value, .held = held};
    assert_int_equal(encode(&rusefi_driver, &setup, &ask, &out), RC_OK);
    assert_true(span_is(obuf_span(&out), wanted));
}

static void the_heater_bit_is_kept_alive(void **state)
{
    (void)state;
    double held[DEVICE_SIGNALS_MAX];
    for (size_t i = 0; i < COUNT(held); i++)
        held[i] = (double)NAN;
    assert_sent(ASK_POLL, 0, held, "T0EF5000028700\r"); /* never set: off */
    assert_sent(ASK_POLL, 0, NULL, "T0EF5000028700\r");
    held[LAMBDA_SIGNAL_HEATER] = 1;
    assert_sent(ASK_POLL, 0, held, "T0EF5000028701\r");
    assert_sent(ASK_SAFE, 0, held, "T0EF5000028700\r");
    assert_sent(ASK_SET, 1, held, "T0EF5000028701\r");
    assert_sent(ASK_SET, 0, held, "T0EF5000028700\r");
    assert_sent(ASK_SYNC, 0, held, "V\r");
}

static void what_cannot_be_set_never_reaches_the_wire(void **state)
{
    (void)state;
    char text[64];
    struct obuf out = {text, 0, sizeof text};
    static const double values[] = {NAN, INFINITY, -INFINITY, -1, 0.5, 2};
    struct ask ask = {.kind = ASK_SET, .signal = LAMBDA_SIGNAL_HEATER};
    for (size_t i = 0; i < COUNT(values); i++) {
        ask.value = values[i];
        assert_int_equal(encode(&rusefi_driver, &setup, &ask, &out), RC_RANGE);
        assert_int_equal(out.len, 0);
    }
    ask.value = 1;
    assert_int_equal(encode(&emtron_elc_driver, &setup, &ask, &out), RC_RANGE);
    ask.signal = LAMBDA_SIGNAL_IP;
    assert_int_equal(encode(&rusefi_driver, &setup, &ask, &out), RC_RANGE);
    struct device_setup wrong = setup;
    ask = (struct ask){.kind = ASK_POLL};
    static const double volts[] = {NAN, -0.1, 25.6, INFINITY};
    for (size_t i = 0; i < COUNT(volts); i++) {
        wrong.supply_V = volts[i];
        assert_int_equal(encode(&rusefi_driver, &wrong, &ask, &out), RC_CONFIG);
    }
    wrong = setup;
    wrong.node = 16;
    assert_int_equal(encode(&rusefi_driver, &wrong, &ask, &out), RC_CONFIG);
    assert_int_equal(out.len, 0);
}

/* Extended 0EF00000..0EF40000 enter the boot loader, erase, write, reboot and re-number. */
static void no_ask_makes_any_other_identifier_than_the_heater_frame(void **state)
{
    (void)state;
    const uint64_t seed = 77;
    struct rng rng;
    unsigned frames = 0;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_seed(&rng, seed);
    for (int n = 0; n < 200000; n++) {
        char text[64];
        struct obuf out = {text, 0, sizeof text};
        double held[DEVICE_SIGNALS_MAX * 2];
        for (size_t i = 0; i < COUNT(held); i++)
            held[i] = (double)rng_below(&rng, 3) - 0.5;
        const struct device_setup unit = {.node = (unsigned)rng_below(&rng, 20),
                                          .supply_V = rng_uniform(&rng) * 30.0};
        const struct ask ask = {.kind = (enum ask_kind)rng_below(&rng, ASK_STREAM + 1),
                                .step = (unsigned)rng_below(&rng, 3),
                                .signal = (unsigned)rng_below(&rng, DEVICE_SIGNALS_MAX),
                                .channel = (unsigned)rng_below(&rng, 2),
                                .value = (double)rng_below(&rng, 3),
                                .held = held};
        const struct driver *driver = rng_below(&rng, 2) ? &rusefi_driver : &emtron_elc_driver;
        if (encode(driver, &unit, &ask, &out) != RC_OK || span_is(obuf_span(&out), "V\r"))
            continue;
        struct can_frame frame;
        assert_int_equal(slcan_parse_frame((struct span){text, out.len - 1}, &frame), RC_OK);
        assert_true(frame.extended);
        assert_int_equal(frame.id, 0x0EF50000);
        assert_int_equal(frame.len, 2);
        frames++;
    }
    assert_true(frames > 1000);
}

/* --- the simulators ------------------------------------------------------------------------------
 */

static void open_bench(struct driver_sim *bench, const struct driver *driver,
                       const struct sim_driver *sim)
{
    driver_sim_open(bench, driver, sim, &setup);
    bench->plant[PLANT_IP_mA][0] = 0.512;
    bench->plant[PLANT_UN_mV][0] = 450;
    bench->plant[PLANT_RI_ohm][0] = 300;
    bench->plant[PLANT_TC_degC][0] = 780;
    bench->plant[PLANT_LAMBDA][0] = 1.2;
    bench->plant[PLANT_HEATER_DUTY][0] = 0.4;
    bench->plant[PLANT_CONTROL_STATUS][0] = 2;
}

/* What the simulator said, through framing and decode; returns how many readings were whole. */
static unsigned hear(struct driver_sim *bench, struct lambda_reading *reading)
{
    struct span said = {bench->wire, bench->wire_len};
    unsigned whole = 0;
    while (said.len) {
        struct span frame;
        size_t used;
        if (bench->driver->framing->cut(said, &frame, &used) != FRAME_READY)
            break;
        struct answer answer = {.reading = reading};
        assert_true(bench->driver->owns(bench->driver, &bench->setup, frame));
        assert_int_equal(
            bench->driver->decode(bench->driver, &bench->setup, &stream, frame, &answer), RC_OK);
        whole += answer.complete;
        said = span_skip(said, used);
    }
    bench->wire_len = 0;
    return whole;
}

static void simulators_speak_every_ten_milliseconds(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct lambda_reading reading = nothing;
    open_bench(&bench, &rusefi_driver, &rusefi_sim);
    driver_sim_wait(&bench, duration_ms(1000));
    assert_int_equal(bench.wire_len, 2 * 100 * 22);
    assert_int_equal(hear(&bench, &reading), 100);
    assert_reading(&reading, &(struct lambda_reading){NAN, 450, 300, 780, 1.2, 0.4, 2, 0});
    open_bench(&bench, &emtron_elc_driver, &emtron_elc_sim);
    driver_sim_wait(&bench, duration_ms(1000));
    assert_int_equal(hear(&bench, &reading), 100);
    assert_reading(&reading, &(struct lambda_reading){0.512, NAN, NAN, NAN, 1.2, 0.4, 1, 0});
}

static void the_first_periods_and_the_late_status_fool_nobody(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct lambda_reading reading = nothing;
    open_bench(&bench, &rusefi_driver, &rusefi_sim);
    driver_sim_wait(&bench, duration_ms(10));
    assert_memory_equal(bench.wire, "t1908A001E02E06040000\rt1918F6FFC2018C006600\r", 44);
    assert_int_equal(hear(&bench, &reading), 1);
    assert_value(reading.lambda, (double)NAN);
    assert_value(reading.tc_degC, (double)NAN);
    driver_sim_wait(&bench, duration_ms(30));
    (void)hear(&bench, &reading);
    assert_value(reading.lambda, 1.2);
    bench.plant[PLANT_RI_ohm][0] = 137594; /* cold: wraps to 197A */
    bench.plant[PLANT_TC_degC][0] = 20;
    bench.plant[PLANT_CONTROL_STATUS][0] = 0;
    driver_sim_wait(&bench, duration_ms(20));
    assert_memory_equal(bench.wire + 44, "t1908A0003C2714000000\rt19187A19C2018C006600\r", 44);
    (void)hear(&bench, &reading);
    assert_reading(&reading, &(struct lambda_reading){NAN, NAN, NAN, NAN, NAN, 0.4, 0, 0});
}

static void the_ecu_frame_switches_the_heater(void **state)
{
    (void)state;
    static struct driver_sim bench;
    open_bench(&bench, &rusefi_driver, &rusefi_sim);
    (void)driver_sim_raw(&bench, SPAN("T0EF5000028701\r")); /* the channel is not open yet */
    assert_value(bench.plant[PLANT_HEATER_ENABLE][0], 0);
    (void)driver_sim_raw(&bench, SPAN("C\rS6\rO\rT0EF5000028701\r"));
    assert_value(bench.plant[PLANT_HEATER_ENABLE][0], 1);
    assert_value(bench.plant[PLANT_HEATER_ENABLE][1], 13.5);
    (void)driver_sim_raw(&bench, SPAN("T0EF5000024501\r")); /* 6.9 V: too low to heat */
    assert_value(bench.plant[PLANT_HEATER_ENABLE][0], 0);
    (void)driver_sim_raw(&bench, SPAN("T0EF500003870164\r"));
    assert_value(bench.plant[PLANT_HEATER_ENABLE][0], 1);
    (void)driver_sim_raw(&bench, SPAN("T0EF5000028700\r"));
    assert_value(bench.plant[PLANT_HEATER_ENABLE][0], 0);
    (void)driver_sim_raw(&bench, SPAN("C\rT0EF5000028701\r"));
    assert_value(bench.plant[PLANT_HEATER_ENABLE][0], 0);
}

static void emtron_maps_the_controllers_state_and_saturates(void **state)
{
    (void)state;
    static struct driver_sim bench;
    static const struct {
        double status, wanted;
    } rows[] = {{0, 2}, {1, 2}, {2, 1}, {3, 14}, {4, 15}, {5, 16}, {6, 0}, {NAN, 0}};
    struct lambda_reading reading = nothing;
    open_bench(&bench, &emtron_elc_driver, &emtron_elc_sim);
    for (size_t i = 0; i < COUNT(rows); i++) {
        bench.plant[PLANT_CONTROL_STATUS][0] = rows[i].status;
        driver_sim_wait(&bench, duration_ms(10));
        assert_int_equal(hear(&bench, &reading), 1);
        assert_value(reading.status, rows[i].wanted);
        assert_int_equal(isnan(reading.ip_mA), rows[i].wanted > 1 || rows[i].wanted < 1);
    }
    bench.plant[PLANT_CONTROL_STATUS][0] = 2;
    bench.plant[PLANT_IP_mA][0] = 1e9;
    bench.plant[PLANT_LAMBDA][0] = 1e9;
    bench.plant[PLANT_HEATER_DUTY][0] = 7;
    driver_sim_wait(&bench, duration_ms(10));
    (void)hear(&bench, &reading);
    assert_reading(&reading, &(struct lambda_reading){NAN, NAN, NAN, NAN, NAN, 1, 1, 0});
    bench.plant[PLANT_IP_mA][0] = -1e9;
    driver_sim_wait(&bench, duration_ms(10));
    (void)hear(&bench, &reading);
    assert_value(reading.ip_mA, (double)NAN);
    bench.plant[PLANT_IP_mA][0] = -5.25;
    driver_sim_wait(&bench, duration_ms(10));
    (void)hear(&bench, &reading);
    assert_value(reading.ip_mA, -5.25);
}

static void no_damage_to_a_frame_crashes_and_no_prefix_passes(void **state)
{
    (void)state;
    static const char *const lines[] = {"t1908A00110270C030000", "t19182C01C2017F026600"};
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct span line = span_text(lines[i]);
        assert_int_equal(driver_net_prefixes(&rusefi_driver, &setup, &stream, line), 0);
        (void)driver_net_changes(&rusefi_driver, &setup, &stream, line);
    }
    struct span line = SPAN("t29F80004B00200FF0128");
    assert_int_equal(driver_net_prefixes(&emtron_elc_driver, &setup, &stream, line), 0);
    (void)driver_net_changes(&emtron_elc_driver, &setup, &stream, line);
    const struct ask poll = {.kind = ASK_POLL};
    assert_int_equal(driver_net_changes(&rusefi_driver, &setup, &poll, SPAN("Z")), 1); /* "z" */
}

struct replay {
    struct lambda_reading reading;
    unsigned whole, lines;
};

static void replay_line(void *ctx, bool sent, struct span bytes)
{
    struct replay *replay = ctx;
    struct span frame;
    size_t used;
    struct answer answer = {.reading = &replay->reading};
    char text[64];
    struct obuf out = {text, 0, sizeof text};
    replay->lines++;
    if (sent) {
        const struct ask ask = {.kind = ASK_SET, .signal = LAMBDA_SIGNAL_HEATER, .value = 1};
        assert_int_equal(encode(&rusefi_driver, &setup, &ask, &out), RC_OK);
        assert_true(span_equal(obuf_span(&out), bytes));
        return;
    }
    assert_int_equal(framing_can_text.cut(bytes, &frame, &used), FRAME_READY);
    assert_int_equal(rusefi_driver.decode(&rusefi_driver, &setup, &stream, frame, &answer), RC_OK);
    replay->whole += answer.complete;
}

static void captures_are_understood(void **state)
{
    (void)state;
    struct replay replay = {.reading = nothing};
    assert_int_equal(
        driver_capture_each("instruments/can_lambda/captures/rusefi_car.txt", replay_line, &replay),
        4);
    assert_int_equal(replay.whole, 1);
    assert_value(replay.reading.lambda, (double)NAN); /* 1.8848 on the wire, and not valid */
    assert_value(replay.reading.duty, 170.0 / 255.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rusefi_pairs_carry_value_and_validity_together),
        cmocka_unit_test(half_a_rusefi_pair_is_no_reading),
        cmocka_unit_test(emtron_frames_carry_current_and_diagnosis),
        cmocka_unit_test(other_frames_are_not_ours),
        cmocka_unit_test(each_unit_owns_its_own_identifiers),
        cmocka_unit_test(the_heater_bit_is_kept_alive),
        cmocka_unit_test(what_cannot_be_set_never_reaches_the_wire),
        cmocka_unit_test(no_ask_makes_any_other_identifier_than_the_heater_frame),
        cmocka_unit_test(simulators_speak_every_ten_milliseconds),
        cmocka_unit_test(the_first_periods_and_the_late_status_fool_nobody),
        cmocka_unit_test(the_ecu_frame_switches_the_heater),
        cmocka_unit_test(emtron_maps_the_controllers_state_and_saturates),
        cmocka_unit_test(no_damage_to_a_frame_crashes_and_no_prefix_passes),
        cmocka_unit_test(captures_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
