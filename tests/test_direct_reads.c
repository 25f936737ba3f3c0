/* Who reads elements A, B, C, how often and in which order, changes nothing. */
#include "tests/test_direct_rig.h"

#include "core/rng.h"

enum { SITES = 3, SIGNALS = 7, MARKS = 60 };

struct trace {
    double value[MARKS][SITES][SIGNALS];
};

static double read_one(struct direct_rig *rig, struct plant *sources, struct plant *lock_ins,
                       unsigned site, unsigned signal)
{
    switch (signal) {
    case 0:
        return rig_get(rig, rig->scanner, PLANT_METER_V, site);
    case 1:
        return rig_get(rig, sources[site], PLANT_SOURCE_V, 0);
    case 2:
        return rig_get(rig, sources[site], PLANT_SOURCE_A, 0);
    case 3:
        return rig_get(rig, lock_ins[site], PLANT_LOCK_IN_X_V, 0);
    case 4:
        return rig_get(rig, lock_ins[site], PLANT_LOCK_IN_Y_V, 0);
    case 5:
        return rig_get(rig, sources[site], PLANT_SOURCE_COMPLIANCE, 0);
    default:
        return rig_get(rig, rig->supply, PLANT_SUPPLY_A, site);
    }
}

/* Steps of gas, source, relay and heater, at whole seconds. */
static void stimulate(struct direct_rig *rig, struct plant *sources, int second)
{
    static const double volt[] = {0.6, 0.2, -0.4};
    if (second % 10 == 0)
        for (unsigned i = 0; i < 3; i++)
            rig_put(rig, rig->flows[i], PLANT_FLOW_slpm, 0,
                    i == (unsigned)(second / 10) % 3 ? 2 : 0);
    for (unsigned s = 0; s < SITES; s++) {
        if (second % 14 == 3)
            rig_put(rig, sources[s], PLANT_SOURCE_V, 0, volt[(second / 14 + (int)s) % 3]);
        if (second % 14 == 6)
            rig_put(rig, sources[s], PLANT_SOURCE_A, 0, s == 1 ? 1e-3 : -5e-5);
        if (second % 14 == 0)
            rig_put(rig, sources[s], PLANT_SOURCE_OFF, 0, 1);
        if (second % 10 == 0)
            rig_put(rig, rig->scanner, PLANT_RELAY, s, second % 20 > 5);
        rig_put(rig, rig->supply, PLANT_SUPPLY_V, s, second < 10 ? 10 : 7 + 0.01 * second);
    }
}

/* `busy`: read everything at random in between. */
static void record(enum twin_element_kind kind, bool busy, uint64_t seed, struct trace *trace)
{
    const struct gas_mix gases[3] = {rig_lean(0.2095), rig_exhaust(0.9), rig_exhaust(1.02)};
    const unsigned site_of[4] = {1, 2, 3, 0};
    struct direct_rig rig;
    struct plant sources[SITES], lock_ins[SITES];
    struct rng rng;
    rng_seed(&rng, seed);
    rig_configure(&rig, kind, 0, gases, 3);
    rig.config.sites = SITES;
    rig.config.spread = rig.config.noise = true;
    rig.config.defects[0] = (struct twin_defect){2, 16, 0.5};
    rig.config.defects[1] = (struct twin_defect){3, 33, 0.1};
    rig.config.defects[2] = (struct twin_defect){3, 20, 1};
    rig.config.defect_count = 3;
    rig_open(&rig);
    rig.supply = twin_plant_supply(rig.twin, 0, site_of);
    for (unsigned s = 0; s < SITES; s++) {
        sources[s] = twin_plant_source(rig.twin, s + 1);
        lock_ins[s] = twin_plant_lock_in(rig.twin, s + 1);
        rig_put(&rig, lock_ins[s], PLANT_SINE_V, 0, 0.2);
    }
    for (int second = 0; second < MARKS; second++) {
        rig.t_s = second;
        stimulate(&rig, sources, second);
        for (int i = 0; busy && i < 80; i++) {
            rig.t_s = second + 0.0125 * i;
            unsigned site = (unsigned)rng_below(&rng, SITES);
            (void)read_one(&rig, sources, lock_ins, site, (unsigned)rng_below(&rng, SIGNALS));
        }
        rig.t_s = second + 0.995;
        for (unsigned i = 0; i < SITES * SIGNALS; i++) {
            unsigned at = busy ? SITES * SIGNALS - 1 - i : i;
            trace->value[second][at / SIGNALS][at % SIGNALS] =
                read_one(&rig, sources, lock_ins, at / SIGNALS, at % SIGNALS);
        }
    }
    rig_close(&rig);
}

static void who_reads_how_often_and_in_which_order_changes_nothing(void **state)
{
    struct trace lazy, busy, other;
    (void)state;
    for (unsigned k = TWIN_ELEMENT_A; k <= TWIN_ELEMENT_C; k++) {
        record((enum twin_element_kind)k, false, 1, &lazy);
        record((enum twin_element_kind)k, true, 7, &busy);
        assert_memory_equal(&lazy, &busy, sizeof lazy);
        record((enum twin_element_kind)k, true, 8, &other);
        assert_memory_equal(&busy, &other, sizeof busy);
        assert_true(lazy.value[40][0][0] != lazy.value[41][0][0]); /* noise and stimulus live */
    }
}

static void parts_differ_by_their_place_and_seed_only(void **state)
{
    struct twin_config config;
    char serial[3][32];
    (void)state;
    twin_config_default(&config);
    config.element = TWIN_ELEMENT_B;
    config.sites = 2;
    struct twin *one = NULL, *two = NULL;
    assert_int_equal(twin_new(&config, &one), RC_OK);
    config.seed = 2;
    assert_int_equal(twin_new(&config, &two), RC_OK);
    twin_serial(one, 1, serial[0]);
    twin_serial(one, 2, serial[1]);
    twin_serial(two, 1, serial[2]);
    assert_string_not_equal(serial[0], serial[1]);
    assert_string_not_equal(serial[0], serial[2]);
    assert_memory_equal(serial[0], "EB-", 3);
    struct twin_truth a, b;
    twin_truth(one, 1, (struct instant){0}, &a);
    twin_truth(one, 2, (struct instant){0}, &b);
    assert_true(a.trimmed_kO2_mA != b.trimmed_kO2_mA);
    twin_free(one);
    twin_free(two);
}

/* Not of the place: the parts that come one after the other to a site scatter as much as any. */
static void heat_and_loss_of_the_heater_are_drawn_for_each_part(void **state)
{
    (void)state;
    enum { PARTS = 500 };
    for (int kind = TWIN_ELEMENT_A; kind <= TWIN_ELEMENT_C; kind++) {
        double sum[3] = {0}, squares[3] = {0};
        for (unsigned i = 0; i < PARTS; i++) {
            struct twin_config config;
            struct twin *twin;
            twin_config_default(&config);
            config.element = (enum twin_element_kind)kind;
            config.seed = i;
            assert_int_equal(twin_new(&config, &twin), RC_OK);
            const struct heater_part *part = &twin->sites[0].heater.part;
            double x[3] = {part->heat, part->loss, part->r20_ohm / 3.2};
            for (size_t k = 0; k < 3; k++) {
                sum[k] += x[k] / PARTS;
                squares[k] += x[k] * x[k] / PARTS;
            }
            twin_free(twin);
        }
        static const double sd[3] = {0.04, 0.04, 0.03};
        for (size_t k = 0; k < 3; k++) {
            double found = sqrt(squares[k] - sum[k] * sum[k]);
            assert_true(fabs(sum[k] - 1) < 0.01 && fabs(found / sd[k] - 1) < 0.15);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_reads_how_often_and_in_which_order_changes_nothing),
        cmocka_unit_test(parts_differ_by_their_place_and_seed_only),
        cmocka_unit_test(heat_and_loss_of_the_heater_are_drawn_for_each_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
