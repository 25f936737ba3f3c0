/* The insulation of a part and the tester behind its relays, in the twin. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "twin/insulation.h"

enum { SITES = 4 };
static const double COLD_K = 293.15, HOT_K = 1053.15;

static void assert_share(double got, double wanted, double within)
{
    if (!(fabs(got / wanted - 1) <= within))
        fail_msg("%g is not %g", got, wanted);
}

struct rig {
    struct twin *twin;
    struct plant tester, relays;
    struct instant now;
};

static struct twin_config config_of(enum twin_element_kind element)
{
    struct twin_config config;
    twin_config_default(&config);
    config.sites = SITES;
    config.element = element;
    config.spread = config.noise = false;
    config.insulation = (struct twin_insulation){.fitted = true, .check_ohm = 100e6};
    return config;
}

static struct rig open_rig(const struct twin_config *config)
{
    struct rig rig = {.now = {0}};
    assert_int_equal(twin_new(config, &rig.twin), RC_OK);
    rig.tester = twin_plant_insulation(rig.twin);
    rig.relays = twin_plant_insulation_relays(rig.twin);
    return rig;
}

static void pass(struct rig *rig, double s)
{
    rig->now = instant_add(rig->now, duration_s(s));
}

static void relay(struct rig *rig, unsigned channel, double value)
{
    rig->relays.write(rig->relays.ctx, PLANT_RELAY, channel, value, rig->now);
}

static double ohm(struct rig *rig)
{
    return rig->tester.read(rig->tester.ctx, PLANT_INSULATION_ohm, 0, rig->now);
}

static void apply(struct rig *rig, double volt)
{
    rig->tester.write(rig->tester.ctx, PLANT_INSULATION_V, 0, volt, rig->now);
}

static const enum twin_element_kind kinds[] = {TWIN_ELEMENT_LSU49, TWIN_ELEMENT_LSU42,
                                               TWIN_ELEMENT_A, TWIN_ELEMENT_B, TWIN_ELEMENT_C};

static void the_relays_choose_what_is_found(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(kinds); k++) {
        const struct twin_config config = config_of(kinds[k]);
        struct rig rig = open_rig(&config);
        assert_true(isinf(ohm(&rig))); /* nothing: open */
        apply(&rig, 500);
        pass(&rig, 60);
        assert_true(isinf(ohm(&rig)));
        relay(&rig, 0, 1);
        assert_share(ohm(&rig), 3e9, 1e-3); /* heater and signals of site 1 */
        relay(&rig, 0, 0);
        relay(&rig, SITES + 2, 1);
        assert_share(ohm(&rig), 5e9, 1e-3); /* signals and housing of site 3 */
        relay(&rig, 2 * SITES + 3, 1);
        assert_share(ohm(&rig), 5e9, 1e-3); /* the check resistors of another site */
        relay(&rig, 2 * SITES + 2, 1);
        assert_share(ohm(&rig), 1 / (1 / 5e9 + 1 / 100e6), 1e-3);
        relay(&rig, SITES + 2, 0);
        assert_true(isinf(ohm(&rig))); /* they lie behind the relays of the pairs */
        relay(&rig, 3 * SITES, 1);     /* there is none */
        assert_true(isinf(ohm(&rig)));
        assert_true(rig.relays.read(rig.relays.ctx, PLANT_RELAY, 2 * SITES + 2, rig.now) > 0.5);
        assert_true(isnan(rig.relays.read(rig.relays.ctx, PLANT_RELAY, 3 * SITES, rig.now)));
        twin_free(rig.twin);
    }
}

static void the_current_falls_for_a_while(void **state)
{
    (void)state;
    const struct twin_config config = config_of(TWIN_ELEMENT_A);
    struct rig rig = open_rig(&config);
    pass(&rig, 5);
    relay(&rig, 0, 1);
    apply(&rig, 500);
    pass(&rig, 0.1);
    double early = ohm(&rig);
    pass(&rig, 14.9);
    double r15 = ohm(&rig);
    pass(&rig, 45);
    double r60 = ohm(&rig);
    assert_share(early, 1 / (1 / 3e9 + 2e-11), 1e-6);
    assert_true(r15 > early && r60 > r15);
    assert_share(r60 / r15, 1.0003, 1e-5);
    apply(&rig, 0);
    pass(&rig, 1);
    apply(&rig, 500); /* it begins anew */
    pass(&rig, 0.1);
    assert_share(ohm(&rig), early, 1e-9);
    twin_free(rig.twin);
}

/* 1 eV between 20 and 780 degC are 2e12: the breakdown of D20 is not there when the part is cold.
 */
static void what_breaks_down_hot_does_not_show_cold(void **state)
{
    (void)state;
    struct insulation_part part;
    insulation_draw(&part, 1, 1, false);
    part.iso_ohm = 50e3;
    assert_share(insulation_ohm(&part, INSULATION_HEATER_SIGNALS, HOT_K, 60), 50e3, 1e-3);
    assert_share(insulation_ohm(&part, INSULATION_HEATER_SIGNALS, COLD_K, 60), 3e9, 1e-3);
    assert_share(insulation_ohm(&part, INSULATION_SIGNALS_HOUSING, HOT_K, 60), 5e9, 1e-3);
    /* below 30 Mohm from 393 degC on */
    assert_true(insulation_ohm(&part, INSULATION_HEATER_SIGNALS, 656, 60) > 30e6);
    assert_true(insulation_ohm(&part, INSULATION_HEATER_SIGNALS, 676, 60) < 30e6);
    static const enum twin_element_kind two[] = {TWIN_ELEMENT_LSU49, TWIN_ELEMENT_B};
    for (size_t k = 0; k < COUNT(two); k++) {
        struct twin_config config = config_of(two[k]);
        config.defects[config.defect_count++] = (struct twin_defect){1, 20, 1.0};
        struct rig rig = open_rig(&config);
        relay(&rig, 0, 1);
        pass(&rig, 60);
        assert_share(ohm(&rig), 3e9, 1e-3);
        twin_free(rig.twin);
    }
}

static void a_damp_package_shows_at_both_pairs(void **state)
{
    (void)state;
    static const struct {
        double severity, damp_ohm;
    } rows[] = {{0, 300e6}, {0.5, 5.477e6}, {1, 100e3}};
    for (size_t k = 0; k < COUNT(kinds); k++)
        for (size_t i = 0; i < COUNT(rows); i++) {
            struct twin_config config = config_of(kinds[k]);
            config.defects[config.defect_count++] = (struct twin_defect){2, 40, rows[i].severity};
            struct rig rig = open_rig(&config);
            pass(&rig, 60);
            relay(&rig, 1, 1);
            assert_share(ohm(&rig), 1 / (1 / 3e9 + 1 / rows[i].damp_ohm), 1e-3);
            relay(&rig, 1, 0);
            relay(&rig, SITES + 1, 1);
            assert_share(ohm(&rig), 1 / (1 / 5e9 + 0.5 / rows[i].damp_ohm), 1e-3);
            relay(&rig, SITES + 1, 0);
            relay(&rig, 0, 1); /* and the neighbour is dry */
            assert_share(ohm(&rig), 3e9, 1e-3);
            twin_free(rig.twin);
        }
}

static void it_can_be_injected_only_where_it_is_measured(void **state)
{
    (void)state;
    struct twin_defect defect;
    for (size_t k = 0; k < COUNT(kinds); k++) {
        struct twin_config config = config_of(kinds[k]);
        assert_int_equal(twin_parse_defect_of(&config, SPAN("1=D40:0.5"), &defect), RC_OK);
        config.insulation.fitted = false;
        assert_int_equal(twin_parse_defect_of(&config, SPAN("1=D40:0.5"), &defect), RC_REFUSED);
        assert_int_equal(twin_parse_defect_of(&config, SPAN("1=D20:0.5"), &defect), RC_OK);
    }
}

static void good_parts_spread_and_the_tester_errs_a_little(void **state)
{
    (void)state;
    double sum = 0, square = 0;
    for (uint64_t seed = 1; seed <= 500; seed++) {
        struct insulation_part part;
        insulation_draw(&part, seed, 1, true);
        double x = log(part.dry_ohm[INSULATION_HEATER_SIGNALS] / 3e9);
        sum += x;
        square += x * x;
    }
    assert_true(fabs(sum / 500) < 0.06);
    assert_share(sqrt(square / 500), 0.4, 0.1);
    struct twin_config config = config_of(TWIN_ELEMENT_A);
    config.noise = true;
    for (config.seed = 1; config.seed <= 20; config.seed++) {
        struct rig rig = open_rig(&config);
        relay(&rig, 0, 1);
        pass(&rig, 60);
        double first = ohm(&rig);
        assert_share(first, 3e9, 0.06);
        pass(&rig, 0.25);
        assert_true(fabs(ohm(&rig) / first - 1) > 0);
        twin_free(rig.twin);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_relays_choose_what_is_found),
        cmocka_unit_test(the_current_falls_for_a_while),
        cmocka_unit_test(what_breaks_down_hot_does_not_show_cold),
        cmocka_unit_test(a_damp_package_shows_at_both_pairs),
        cmocka_unit_test(it_can_be_injected_only_where_it_is_measured),
        cmocka_unit_test(good_parts_spread_and_the_tester_errs_a_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
