#include "instruments/registry.h"

#include "instruments/alicat_mc/alicat_mc.h"
#include "instruments/bronkhorst_propar/bronkhorst_propar.h"
#include "instruments/can_lambda/can_lambda.h"
#include "instruments/gw_gpt9800/gw_gpt9800.h"
#include "instruments/itech_it8500/itech_it8500.h"
#include "instruments/keithley_2400/keithley_2400.h"
#include "instruments/keysight_3446x/keysight_3446x.h"
#include "instruments/keysight_daq970a/keysight_daq970a.h"
#include "instruments/numato_gpio/numato_gpio.h"
#include "instruments/scpi_supply/scpi_supply.h"
#include "instruments/slcan_adapter/slcan_adapter.h"
#include "instruments/srs_sr830/srs_sr830.h"

const struct registry_entry registry[] = {
    {&alicat_mc_driver, &alicat_mc_sim},
    {&alicat_mc_sccm_driver, &alicat_mc_sccm_sim},
    {&alicat_pc_driver, &alicat_pc_sim},
    {&bronkhorst_propar_driver, &bronkhorst_propar_sim},
    {&bronkhorst_propar_mln_driver, &bronkhorst_propar_mln_sim},
    {&bronkhorst_propar_ls_driver, &bronkhorst_propar_ls_sim},
    {&bronkhorst_propar_mls_driver, &bronkhorst_propar_mls_sim},
    {&bronkhorst_propar_water_driver, &bronkhorst_propar_water_sim},
    {&itech_it8500_driver, &itech_it8500_sim},
    {&itech_bk8500_driver, &itech_bk8500_sim},
    {&hmp4040_driver, &hmp4040_sim},
    {&hmp2020_driver, &hmp2020_sim},
    {&dp832_driver, &dp832_sim},
    {&e36312a_driver, &e36312a_sim},
    {&numato_driver, &numato_sim},
    {&slcan_driver, &slcan_sim},
    {&rusefi_driver, &rusefi_sim},
    {&emtron_elc_driver, &emtron_elc_sim},
    {&sr830_driver, &sr830_sim},
    {&sr830_low_driver, &sr830_low_sim},
    {&sr830_dc_driver, &sr830_dc_sim},
    {&sr810_driver, &sr810_sim},
    {&keithley_2400_driver, &keithley_2400_sim},
    {&keithley_2400_1mA_driver, &keithley_2400_1mA_sim},
    {&keithley_2401_driver, &keithley_2401_sim},
    {&keithley_2410_driver, &keithley_2410_sim},
    {&k34460a_driver, &k34460a_sim},
    {&k34461a_driver, &k34461a_sim},
    {&k34461a_10v_driver, &k34461a_10v_sim},
    {&k34465a_driver, &k34465a_sim},
    {&k34465a_dig_driver, &k34465a_dig_sim},
    {&daq970a_driver, &daq970a_sim},
    {&k34970a_driver, &k34970a_sim},
    {&k34972a_driver, &k34972a_sim},
    {&gpt9803_driver, &gpt9803_sim},
    {&gpt9804_driver, &gpt9804_sim},
};
const size_t registry_count = COUNT(registry);

const struct registry_entry *registry_find(struct span name)
{
    for (size_t i = 0; i < registry_count; i++)
        if (span_is(name, registry[i].driver->name))
            return &registry[i];
    return NULL;
}
