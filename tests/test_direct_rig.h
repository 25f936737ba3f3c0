/* Elements A, B, C in a twin with one flow per gas, a supply, and the instruments at one site. */
#ifndef TESTS_TEST_DIRECT_RIG_H
#define TESTS_TEST_DIRECT_RIG_H

#include "tests/support/cmocka.h"

#include <math.h>
#include <stdio.h>

#include "core/num.h"
#include "twin/assembly.h"

enum { RIG_GASES_MAX = TWIN_FLOWS_MAX };

struct direct_rig {
    struct twin_config config;
    struct twin *twin;
    struct plant supply, source, reference, scanner, lock_in, flows[RIG_GASES_MAX];
    double t_s, degC;  /* now; where the heater is held */
    double integral_V; /* of its regulator */
};

/* CH1.85 burnt with `lambda`, frozen: lean with O2, rich with CO and H2 (water gas constant 3.5).
 */
static inline struct gas_mix rig_exhaust(double lambda)
{
    const double y = 1.85, Kw = 3.5;
    double o = lambda * (1 + y / 4), N2 = o * (1 - 0.2095) / 0.2095;
    struct gas_mix mix = {.x = {[GAS_CO2] = 1, [GAS_H2O] = y / 2, [GAS_N2] = N2}};
    if (lambda >= 1) {
        mix.x[GAS_O2] = o - (1 + y / 4);
    } else {
        double d = 2 * (1 + y / 4) - 2 * o, b = (y / 2 - d) + Kw * (1 + d);
        double a = (-b + sqrt(b * b + 4 * (1 - Kw) * Kw * d)) / (2 * (1 - Kw));
        mix.x[GAS_CO] = a;
        mix.x[GAS_CO2] = 1 - a;
        mix.x[GAS_H2] = d - a;
        mix.x[GAS_H2O] = y / 2 - d + a;
    }
    double sum = gas_mix_sum(&mix);
    for (size_t i = 0; i < GAS_SPECIES_COUNT; i++)
        mix.x[i] /= sum;
    return mix;
}

static inline struct gas_mix rig_lean(double x_O2)
{
    return (struct gas_mix){.x = {[GAS_O2] = x_O2, [GAS_N2] = 1 - x_O2}};
}

/* `gases` become the flows. The caller may change rig->config before rig_open. */
static inline void rig_configure(struct direct_rig *rig, enum twin_element_kind kind, double degC,
                                 const struct gas_mix *gases, unsigned count)
{
    *rig = (struct direct_rig){.degC = degC};
    twin_config_default(&rig->config);
    rig->config.element = kind;
    rig->config.spread = rig->config.noise = false;
    rig->config.flow_count = count;
    for (unsigned i = 0; i < count; i++)
        rig->config.flows[i] = (struct twin_flow){gases[i], 5, 0};
}

static inline void rig_open(struct direct_rig *rig)
{
    const unsigned site_of[4] = {1, 0, 0, 0};
    assert_int_equal(twin_new(&rig->config, &rig->twin), RC_OK);
    for (unsigned i = 0; i < rig->config.flow_count; i++)
        rig->flows[i] = twin_plant_flow(rig->twin, i);
    rig->supply = twin_plant_supply(rig->twin, 0, site_of);
    rig->source = twin_plant_source(rig->twin, 1);
    rig->reference = twin_plant_reference(rig->twin, 1);
    rig->scanner = twin_plant_scanner(rig->twin);
    rig->lock_in = twin_plant_lock_in(rig->twin, 1);
}

static inline void rig_close(struct direct_rig *rig)
{
    twin_free(rig->twin);
}

static inline struct instant rig_now(const struct direct_rig *rig)
{
    return (struct instant){(int64_t)(rig->t_s * 1e6)};
}

static inline void rig_put(struct direct_rig *rig, struct plant plant, enum plant_signal signal,
                           unsigned channel, double value)
{
    plant.write(plant.ctx, signal, channel, value, rig_now(rig));
}

static inline double rig_get(struct direct_rig *rig, struct plant plant, enum plant_signal signal,
                             unsigned channel)
{
    return plant.read(plant.ctx, signal, channel, rig_now(rig));
}

static inline struct twin_truth rig_truth(struct direct_rig *rig)
{
    struct twin_truth truth;
    twin_truth(rig->twin, 1, rig_now(rig), &truth);
    return truth;
}

/* Let time pass with the heater held at rig->degC (0: off). */
static inline void rig_wait(struct direct_rig *rig, double seconds)
{
    double end_s = rig->t_s + seconds;
    while (rig->t_s < end_s - 1e-9) {
        double off_K = rig->degC - rig_truth(rig).element_degC;
        rig->integral_V += fabs(off_K) < 30 ? 0.005 * off_K : 0;
        double volt = 7.3 + 0.2 * off_K + rig->integral_V;
        volt = rig->degC <= 0 || volt < 0 ? 0 : volt > 12 ? 12 : volt;
        rig_put(rig, rig->supply, PLANT_SUPPLY_V, 0, volt);
        rig->t_s += end_s - rig->t_s < 0.1 ? end_s - rig->t_s : 0.1;
    }
}

/* Gas `chosen` flows until it has arrived. */
static inline void rig_gas(struct direct_rig *rig, unsigned chosen)
{
    for (unsigned i = 0; i < rig->config.flow_count; i++)
        rig_put(rig, rig->flows[i], PLANT_FLOW_slpm, 0, i == chosen ? 2 : 0);
    rig_wait(rig, 12);
}

/* Hot in gas 0. */
static inline void rig_heat(struct direct_rig *rig)
{
    rig_gas(rig, 0);
    rig_wait(rig, 20);
}

static inline double rig_u_mV(struct direct_rig *rig)
{
    return 1000 * rig_get(rig, rig->scanner, PLANT_METER_V, 0);
}

static inline double rig_i_mA(struct direct_rig *rig)
{
    return 1000 * rig_get(rig, rig->source, PLANT_SOURCE_A, 0);
}

/* The current at a voltage after `seconds`. */
static inline double rig_at_volt_mA(struct direct_rig *rig, double volt, double seconds)
{
    rig_put(rig, rig->source, PLANT_SOURCE_V, 0, volt);
    rig_wait(rig, seconds);
    return rig_i_mA(rig);
}

/* The voltage at a current after `seconds`, mV. */
static inline double rig_at_mA(struct direct_rig *rig, double mA, double seconds)
{
    rig_put(rig, rig->source, PLANT_SOURCE_A, 0, mA / 1000);
    rig_wait(rig, seconds);
    return 1000 * rig_get(rig, rig->source, PLANT_SOURCE_V, 0);
}

/* Of the cell at the lock-in, at this frequency: Z = R v/(V - v). */
static inline double rig_resistance_ohm(struct direct_rig *rig, double Hz)
{
    rig_put(rig, rig->lock_in, PLANT_SINE_V, 0, 0.25);
    rig_put(rig, rig->lock_in, PLANT_SINE_Hz, 0, Hz);
    double x = rig_get(rig, rig->lock_in, PLANT_LOCK_IN_X_V, 0);
    double y = rig_get(rig, rig->lock_in, PLANT_LOCK_IN_Y_V, 0);
    double a = 0.25 - x;
    return 1000 * (x * a - y * y) / (a * a + y * y);
}

#endif
