#include "tests/support/cmocka.h"

#include "tests/support/lifecycle.h"

static void live(const char *name)
{
    const struct registry_entry *entry = registry_find(span_text(name));
    if (!entry)
        fail_msg("no driver %s in the registry", name);
    driver_lifecycle(entry);
}

#define LIFE_OF(driver_name)                                                                       \
    static void driver_name##_lives_through_everything(void **state)                               \
    {                                                                                              \
        (void)state;                                                                               \
        live(#driver_name);                                                                        \
    }

LIFE_OF(alicat)
LIFE_OF(alicat_sccm)
LIFE_OF(alicat_pc)
LIFE_OF(bronkhorst)
LIFE_OF(bronkhorst_mln)
LIFE_OF(bronkhorst_ls)
LIFE_OF(bronkhorst_mls)
LIFE_OF(bronkhorst_water)
LIFE_OF(it8500)
LIFE_OF(bk8500)
LIFE_OF(hmp4040)
LIFE_OF(hmp2020)
LIFE_OF(dp832)
LIFE_OF(e36312a)
LIFE_OF(numato)
LIFE_OF(slcan)
LIFE_OF(rusefi)
LIFE_OF(emtron_elc)
LIFE_OF(sr830)
LIFE_OF(sr830_low)
LIFE_OF(sr830_dc)
LIFE_OF(sr810)
LIFE_OF(keithley2400)
LIFE_OF(keithley2400_1mA)
LIFE_OF(keithley2401)
LIFE_OF(keithley2410)
LIFE_OF(k34460a)
LIFE_OF(k34461a)
LIFE_OF(k34461a_10v)
LIFE_OF(k34465a)
LIFE_OF(k34465a_dig)
LIFE_OF(daq970a)
LIFE_OF(k34970a)
LIFE_OF(k34972a)
LIFE_OF(gpt9803)
LIFE_OF(gpt9804)

static void every_driver_of_the_registry_is_here(void **state)
{
    (void)state;
    assert_int_equal(registry_count, 36);
    assert_null(registry_find(SPAN("")));
    assert_null(registry_find(SPAN("alica")));
    for (size_t i = 0; i < registry_count; i++) {
        assert_ptr_equal(registry_find(span_text(registry[i].driver->name)), &registry[i]);
        assert_string_equal(registry[i].sim->driver, registry[i].driver->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_driver_of_the_registry_is_here),
        cmocka_unit_test(alicat_lives_through_everything),
        cmocka_unit_test(alicat_sccm_lives_through_everything),
        cmocka_unit_test(alicat_pc_lives_through_everything),
        cmocka_unit_test(bronkhorst_lives_through_everything),
        cmocka_unit_test(bronkhorst_mln_lives_through_everything),
        cmocka_unit_test(bronkhorst_ls_lives_through_everything),
        cmocka_unit_test(bronkhorst_mls_lives_through_everything),
        cmocka_unit_test(bronkhorst_water_lives_through_everything),
        cmocka_unit_test(it8500_lives_through_everything),
        cmocka_unit_test(bk8500_lives_through_everything),
        cmocka_unit_test(hmp4040_lives_through_everything),
        cmocka_unit_test(hmp2020_lives_through_everything),
        cmocka_unit_test(dp832_lives_through_everything),
        cmocka_unit_test(e36312a_lives_through_everything),
        cmocka_unit_test(numato_lives_through_everything),
        cmocka_unit_test(slcan_lives_through_everything),
        cmocka_unit_test(rusefi_lives_through_everything),
        cmocka_unit_test(emtron_elc_lives_through_everything),
        cmocka_unit_test(sr830_lives_through_everything),
        cmocka_unit_test(sr830_low_lives_through_everything),
        cmocka_unit_test(sr830_dc_lives_through_everything),
        cmocka_unit_test(sr810_lives_through_everything),
        cmocka_unit_test(keithley2400_lives_through_everything),
        cmocka_unit_test(keithley2400_1mA_lives_through_everything),
        cmocka_unit_test(keithley2401_lives_through_everything),
        cmocka_unit_test(keithley2410_lives_through_everything),
        cmocka_unit_test(k34460a_lives_through_everything),
        cmocka_unit_test(k34461a_lives_through_everything),
        cmocka_unit_test(k34461a_10v_lives_through_everything),
        cmocka_unit_test(k34465a_lives_through_everything),
        cmocka_unit_test(k34465a_dig_lives_through_everything),
        cmocka_unit_test(daq970a_lives_through_everything),
        cmocka_unit_test(k34970a_lives_through_everything),
        cmocka_unit_test(k34972a_lives_through_everything),
        cmocka_unit_test(gpt9803_lives_through_everything),
        cmocka_unit_test(gpt9804_lives_through_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
