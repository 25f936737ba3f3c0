/* The station file and its channel table: what this rig has. Same lexer as the sequences.
 *
 *   station rig1 kind "lambda-rig" version 12 "EOL rig 1"
 *   sites 4
 *   channels "rig1_channels.csv"
 *   reference 0 degC                        # of the bench's standard litre (default)
 *   instrument mfc_n2 alicat usb-serial "A6XK21" address A cal due 2027-03-01 cert "MFC-2291"
 *   extraction 50 m3/h
 *   nominal 2 L/min                         # usual total flow: a purge needs 25 % of it
 *   volume 60 mL                            # from the flow controllers to the sensors
 *   coldest 120 degC                        # coldest wall of the gas path: needed for water vapour
 *   stream b via select                     # or: stream b to ambient
 *   suction gas.suction                     # switch of a pump behind the elements
 *   dut "types/barrier.dut" variant p1      # kind of part; its limits tighten the envelope.
 * Variant: # metadata; not said: that of the twin's elements heaters-on psu1 # channel n heats site
 * n, regulated by the bench insulation-tester ist1 interlock io1 1 pairs dut.iso_hs dut.iso_sh cold
 * 600 s envelope ... end    retest ... end      twin ... end
 *
 * A port is one of: usb-serial "SERIAL" | path "/dev/serial/by-path/..." | usb VVVV:PPPP serial "S"
 * | sim "BUS". Instruments with the same port share it. In the channel table `{site}` in the
 * columns instrument and signal stands for the site's number; "u[3]" is channel 3 of a supply,
 * "u[1..4]" all four; instrument `calc` has an expression as its signal; instrument `mix` is the
 * manifold; instruments `heater` and `pump` are the bench's own regulations of heaters and pump
 * cells. `{site+4}` is the site's number plus 4. */
#ifndef BENCH_STATION_H
#define BENCH_STATION_H

#include "bench/dut_type.h"
#include "core/csv.h"
#include "instruments/registry.h"
#include "sequences/arena.h"
#include "sequences/ast.h"
#include "sequences/channel.h"
#include "sequences/eval.h"
#include "twin/twin.h"

enum {
    STATION_INSTRUMENTS_MAX = 160,
    STATION_CHANNELS_MAX = 96,
    STATION_ENVELOPE_MAX = 32,
    STATION_CONSTANTS_MAX = 8,
};

enum port_kind { PORT_SIM, PORT_USB_SERIAL, PORT_PATH, PORT_USB };

struct station_instrument {
    char driver_name[32];
    const struct registry_entry *entry; /* NULL: not in this build; only `check` goes on then */
    enum port_kind port_kind;
    char port[128]; /* serial number, path, VID:PID or bus */
    struct device_setup setup;
    struct duration poll; /* 0: the driver's */
    char cert[32], cal_due[12];
    bool at_reference; /* a source-meter at the reference electrode */
    struct place at;
};

enum binding_kind {
    BINDING_NONE,
    BINDING_DEVICE,
    BINDING_CALC,
    BINDING_MANIFOLD,
    BINDING_HEATER,
    BINDING_PUMP
};
enum manifold_signal { MANIFOLD_TOTAL, MANIFOLD_FUEL_LFL, MANIFOLD_VENT_LFL, MANIFOLD_O2 };
enum heater_signal {
    HEATER_SIGNAL_ENABLE, /* out, onoff */
    HEATER_SIGNAL_TARGET, /* out, of the regulated quantity */
    HEATER_SIGNAL_HOLD,   /* out, onoff: the voltage stays while the leads serve something else */
    HEATER_SIGNAL_STATE,  /* in: enum heater_state */
    HEATER_SIGNALS
};
enum pump_signal {
    PUMP_SIGNAL_ENABLE, /* out, onoff */
    PUMP_SIGNAL_TARGET, /* out, of the Nernst voltage */
    PUMP_SIGNAL_STATE,  /* in: enum pump_state */
    PUMP_SIGNALS
};

/* What stands behind one channel on one site (index site - 1), or behind a shared one (index 0). */
struct station_binding {
    enum binding_kind kind;
    unsigned instrument;          /* DEVICE */
    unsigned signal;              /* DEVICE: of the capability; MANIFOLD, HEATER, PUMP: its enum */
    unsigned first, count;        /* DEVICE: like channels, from 0 */
    const struct eval_code *calc; /* CALC: its channel numbers are those of the station */
};

struct station_channel {
    struct channel public;
    char name[48];
    struct station_binding *binding; /* one per site, or one */
    struct place at;
};

/* Heaters that the bench regulates: a supply whose channel n heats site n, and the channels of the
 * station (-1: none) that the regulation measures and drives. */
struct station_heaters {
    int supply; /* instrument, -1: none */
    int u, i;   /* per-site channels at the supply: voltage (driven and measured), current */
    int value;  /* regulated quantity of the DUT type */
    int state;  /* where the state is published */
    struct place at;
};

/* An insulation tester, with the channels that its rules are about. */
struct station_insulation {
    bool declared;
    unsigned tester, interlock_io, interlock_pin; /* instruments; pin from 0 */
    unsigned output, interlock;                   /* shared channels */
    const char *pair_name[4];
    unsigned pair[4], pair_count; /* channels of the relays that choose what it is put across */
    double cold_s;                /* a part is cold so long after the last heat */
    struct place at;
};

/* Pump cells that the bench regulates: the channels of the station (-1: none) that the regulation
 * measures and drives, all of scope site, each site with a source-meter of its own. */
struct station_pumps {
    bool wanted;          /* a channel of instrument `pump` stands in the table */
    int un, ip;           /* measured: Nernst voltage, pump current */
    int up, ilim, output; /* driven, at the source-meter */
    int state;            /* where the state is published */
};

/* The twin block: what stands behind the simulators. */
struct station_twin {
    bool declared;
    struct twin_config config;
    unsigned flow_of[STATION_INSTRUMENTS_MAX]; /* instrument -> flow + 1; 0: none */
    int heater_supply;                         /* instrument, -1: none; channel n feeds site n */
    int load, load_supply;                     /* instruments, -1: none */
    unsigned load_channel;
    int valve_io;
    unsigned valve_pin, proven_inputs;
    int back_pressure, vent_pressure; /* instruments, -1: none */
    /* Direct elements. */
    unsigned site_of[STATION_INSTRUMENTS_MAX]; /* source-meter or lock-in -> site; 0: none */
    int scanner, meter, meter_supply;          /* instruments, -1: none */
    unsigned meter_channel;
    /* Where config.insulation is fitted: instruments. */
    int leads; /* scanner whose relays open and short the leads of leads_site; -1: none */
    unsigned leads_site;
    unsigned tester, tester_relays;
};

struct station {
    char name[48], kind[48], title[96];
    unsigned version, sites;
    double reference_degC, nominal_Lmin;
    struct station_instrument instruments[STATION_INSTRUMENTS_MAX];
    unsigned instrument_count;
    struct station_channel channels[STATION_CHANNELS_MAX];
    unsigned channel_count;
    struct envelope_limit envelope[STATION_ENVELOPE_MAX];
    unsigned envelope_count;
    struct station_twin twin;
    struct dut_type *dut;              /* NULL: none named */
    const struct dut_variant *variant; /* of its variants; NULL: not known. In `dut` */
    struct station_heaters heaters;
    struct station_insulation insulation;
    struct station_pumps pumps;
    struct type_constant constants[STATION_CONSTANTS_MAX];
    struct bench_view view; /* for sequences/; points into this struct */
    struct channel view_channels[STATION_CHANNELS_MAX];
    struct source *source, *channels_source;
    struct csv_table *channels_csv;
    struct arena *arena;
};

/* RC_CONFIG: `diag` says why. A driver that this build does not have is a warning here and refused
 * by whoever wants to open it. */
MUST_CHECK enum rc station_load(const char *path, struct diag *diag, struct station **out);
void station_free(struct station *station);

/* For a twin without noise: equal samples of any channel are no sign of a fault then. */
void station_forget_noise(struct station *station);

/* -1: none of that name. */
int station_instrument_find(const struct station *station, struct span name);
/* The binding of a channel on a site (0: shared). */
const struct station_binding *station_binding_of(const struct station *station, unsigned channel,
                                                 unsigned site);
/* An output that belongs to the pump loop of a site while that is on. */
bool station_pump_owns(const struct station *station, unsigned channel);

/* Where to look for a station when none is named: $LAMBDABENCH_STATION, else the one station file
 * of the wanted kind in ../stations beside the sequence, else the twin's that came with the
 * program. Writes a path. RC_CONFIG: none or several (said on stderr). */
MUST_CHECK enum rc station_search(const char *sequence_path, const char *kind, char *out,
                                  size_t cap);

#endif
