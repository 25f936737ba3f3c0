/* A DUT type file: it loads or says why, and what loads is inside its bounds. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/dut_type.h"
#include "core/num.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_loaded(const struct dut_type *type)
{
    const struct heater_plan *h = &type->heater;
    require(num_within(type->electrode_V, 0.0, 2.0 + 1e-6) && num_within(type->ip_mA, 0.0, 50.1));
    require(num_within(h->ramp_V_s, 0.0, 0.4 + 1e-6) &&
            num_within(h->energy_factor, 1.0, 1.5 + 1e-6));
    require(num_within(h->preheat_V, 0.0, h->ramp_V) && num_within(h->ramp_V, 0.0, h->limit_V));
    require(num_within(h->limit_V, 0.0, h->boost_V) && num_within(h->boost_V, 0.0, 14.1));
    require(num_within(h->target_ohm, h->band_lo_ohm, h->band_hi_ohm));
    require(h->gain_V > 0.0 && h->integral_s > 0.0 && h->band_lo_ohm > 0.0);
    require(type->variant_count <= DUT_VARIANTS_MAX && type->version >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct diag diag;
    struct dut_type *type;
    snprintf(path, sizeof path, "/tmp/fuzz_dut_type.%d", (int)getpid());
    FILE *to = fopen(path, "w");
    require(to && fwrite(data, 1, size, to) == size && fclose(to) == 0);
    diag_init(&diag);
    if (dut_type_load(path, &diag, &type) == RC_OK) {
        require(diag.errors == 0);
        check_loaded(type);
        dut_type_free(type);
    } else {
        require(diag.errors > 0); /* never refused without a word */
    }
    diag_fini(&diag);
    return 0;
}
