/* A simulator speaks the instrument's real wire protocol: bytes in, bytes out, next state. It is
 * pure: the host (instruments/simhost.c over memory, or a PTY) owns the wire and the clock. What
 * stands behind the instrument, gas or element or supply rail, is a `plant`. */
#ifndef INSTRUMENTS_SIM_H
#define INSTRUMENTS_SIM_H

#include "core/rng.h"
#include "instruments/driver.h"

/* Physical quantities between a simulator and the plant behind it. `channel` counts from 0. */
enum plant_signal {
    PLANT_FLOW_slpm,     /* read: true flow; write: valve command = set point (station reference) */
    PLANT_PRESSURE_kPa,  /* read: absolute, in the gas line; write: set point of a back-pressure
                            controller, 0: open */
    PLANT_GAS_TEMP_degC, /* read */
    PLANT_SUPPLY_V,      /* write: voltage set and switched on (0: off); read: at the terminals */
    PLANT_SUPPLY_A,      /* read: current out of a supply; write: its current limit */
    PLANT_LOAD_A,        /* write: current a load draws (0: open); read: what really flows */
    PLANT_LOAD_V,        /* read: at the load's terminals */
    PLANT_PIN,           /* write: output pin 0/1; read: input pin 0/1 */
    PLANT_IP_mA,         /* read: as the controller measures it, noise included */
    PLANT_UN_mV,         /* read */
    PLANT_RI_ohm,        /* read */
    PLANT_TC_degC,       /* read */
    PLANT_LAMBDA,        /* read */
    PLANT_HEATER_DUTY,   /* read: 0..1 */
    PLANT_HEATER_ENABLE, /* write: 0/1, with the supply voltage announced on channel 1 */
    PLANT_CONTROL_STATUS, /* read: rusEFI status code 0 preheat 1 warm-up 2 closed loop 3.. faults
                           */
    PLANT_SOURCE_V, /* write: a source-meter becomes this voltage source, on; read: at its terminals
                     */
    PLANT_SOURCE_A, /* write: a current source, on; read: measured current */
    PLANT_SOURCE_OFF,        /* write: any value: high impedance */
    PLANT_SOURCE_LIMIT_V,    /* write: compliance while it is a current source */
    PLANT_SOURCE_LIMIT_A,    /* write: compliance while it is a voltage source */
    PLANT_SOURCE_COMPLIANCE, /* read: 0/1 */
    PLANT_METER_V,           /* read: at a meter's input; of a scanner: input `channel` */
    PLANT_METER_ohm,         /* write: input resistance of the meter (10e6, 10e9) */
    PLANT_RELAY,             /* write: 0/1 */
    PLANT_SINE_V,            /* write: rms amplitude of a lock-in's sine output */
    PLANT_SINE_Hz,           /* write */
    PLANT_LOCK_IN_X_V,       /* read: rms */
    PLANT_LOCK_IN_Y_V,       /* read */
    PLANT_INSULATION_V,      /* write: an insulation tester drives this voltage, 0: off; read */
    PLANT_INSULATION_ohm,    /* read: resistance that it finds; not finite: open */
    PLANT_EDGE_ARM,          /* write: 1: the next edge at the trigger input counts */
    PLANT_EDGE_us,           /* read: when it came, us since 0; NaN: not yet */
    PLANT_FAST_V,            /* read: at a digitizer's input, at any instant since it was armed */
    PLANT_CONTROL_DIAG,      /* read: wire faults, 2 bits a wire, 0: healthy; NaN: not diagnosed */
    PLANT_SIGNALS
};

struct plant {
    double (*read)(void *ctx, enum plant_signal signal, unsigned channel, struct instant now);
    void (*write)(void *ctx, enum plant_signal signal, unsigned channel, double value,
                  struct instant now);
    void *ctx;
};

struct sim_setup {
    const struct driver *driver;
    const struct device_setup *device;
    struct plant plant;
    uint64_t seed;
};

/* One unit. Units that share a port all see every byte; each answers for itself. */
struct sim_driver {
    const char *driver; /* name of the driver that it answers to */
    size_t state_size;
    void (*init)(void *state, const struct sim_setup *setup); /* state is zeroed; power-on state */
    void (*feed)(void *state, struct span bytes, struct instant now, struct obuf *out);
    /* When it wants to speak or act by itself; INSTANT_NEVER if never. NULL: never. */
    struct instant (*next)(const void *state);
    void (*tick)(void *state, struct instant now, struct obuf *out);
    /* A CAN adapter: what the other units of the port say passes only while this is true. */
    bool (*passes)(const void *state);
};

#endif
