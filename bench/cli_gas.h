/* Inside `lambdabench gas`: reading of quantities and gases from the command line, and printing.
 *
 *   composition  o2=1%,n2=balance  species=fraction with % or ppm; one may be `balance`; or: air
 *   cylinder     rich:co=6.7%,n2=balance
 *   fuel         CH1.85  CH1.85O0.0176  C2H5OH  H2; reduced to CHyOz
 *   quantity     800degC  "800 degC"  101.325kPa  2L/min  1e-15bar
 *
 * Readers return false and leave one line of text in `why`; their outputs are then untouched. */
#ifndef BENCH_CLI_GAS_H
#define BENCH_CLI_GAS_H

#include "bench/options.h"
#include "gas/lambda.h"
#include "gas/mixture.h"
#include "gas/species.h"

/* ---- text ---- */

struct cli_gas_text {
    char at[80];
};
/* A number for a message, `digits` significant; a word from outside, escaped and cut. */
struct cli_gas_text cli_gas_num(double value, unsigned digits);
struct cli_gas_text cli_gas_word(struct span word);

/* Replaces what `why` holds. */
__attribute__((format(printf, 2, 3))) void cli_gas_explain(struct obuf *why, const char *format,
                                                           ...);
/* "what: 3 is outside 0..1" after `before`. */
void cli_gas_explain_fault(struct obuf *why, const char *before, const struct gas_fault *fault);
/* The same as expressions that are false, so that a reader can return them. */
#define cli_gas_refuse(...) (cli_gas_explain(__VA_ARGS__), false)
#define cli_gas_refuse_fault(why, before, fault) (cli_gas_explain_fault(why, before, fault), false)

/* ---- reading ---- */

/* Without blanks at its ends; and what stands before the first `mark`, *rest what follows it
 * (false: there is no mark). */
struct span cli_gas_trimmed(struct span text);
bool cli_gas_cut(struct span text, char mark, struct span *before, struct span *rest);

enum cli_gas_quantity {
    CLI_GAS_TEMPERATURE, /* read as K */
    CLI_GAS_PRESSURE,    /* kPa */
    CLI_GAS_FLOW,        /* slpm */
    CLI_GAS_FRACTION,    /* mole fraction or share */
    CLI_GAS_NUMBER       /* lambda: a number without unit */
};

/* `option` names the place in messages ("--temp"). */
bool cli_gas_read_quantity(const char *option, struct span text, enum cli_gas_quantity kind,
                           double *out, struct obuf *why);

/* A wanted gas: its fractions may make less than 100 %, the carrier makes the rest. */
struct cli_gas_target {
    struct gas_mix mix;
    unsigned named; /* bit 1 << species, as in struct gas_recipe */
};
bool cli_gas_read_target(const char *option, struct span text, struct cli_gas_target *out,
                         struct obuf *why);

/* `whole`: the fractions must make 100 % (within 1e-6); else they may make less. */
bool cli_gas_read_mix(const char *option, struct span text, bool whole, struct gas_mix *out,
                      struct obuf *why);

/* Elements in any order, summed ("CH3OH"); "H2" has y = infinity. Kw is set to the frozen 3.5. */
bool cli_gas_read_fuel(struct span text, struct gas_fuel *out, struct obuf *why);

enum { CLI_GAS_NAME_MAX = 16, CLI_GAS_RANGES_MAX = 4 };
struct cli_gas_cylinder {
    char name[CLI_GAS_NAME_MAX + 1]; /* letters, digits, _ and - */
    struct gas_mix mix;
    struct gas_mfc mfc[CLI_GAS_RANGES_MAX]; /* of the gas in it, in normal litres; turn-down is
                                             * filled in by the caller */
    double factor[CLI_GAS_RANGES_MAX]; /* normal litres of it per litre that the controller shows */
    bool converted[CLI_GAS_RANGES_MAX]; /* calibrated for another gas: adds GAS_CONVERSION_U */
    size_t mfcs;
};
bool cli_gas_read_cylinder(struct span text, struct cli_gas_cylinder *out, struct obuf *why);

/* "rich=2 L/min", "co2=5 L/min,n2,20degC": adds a range to the cylinder of that name. The gas that
 * the controller was calibrated for is the cylinder's, its litres refer to 0 degC, where not said.
 */
bool cli_gas_read_mfc(struct span text, struct cli_gas_cylinder *cylinders, size_t count,
                      struct obuf *why);

/* ---- printing: aligned text, or one JSON object ---- */

struct cli_gas_out {
    bool json;
    bool comma;     /* JSON: a member stands before */
    unsigned depth; /* of nested groups */
};

/* Unit in which a value is handed over; printed in SI in JSON and in a usual unit for people. */
enum cli_gas_print {
    CLI_GAS_AS_mV,
    CLI_GAS_AS_mA,
    CLI_GAS_AS_K,
    CLI_GAS_AS_kPa,
    CLI_GAS_AS_BAR, /* oxygen pressures */
    CLI_GAS_AS_FRACTION,
    CLI_GAS_AS_slpm,
    CLI_GAS_AS_g_h,
    CLI_GAS_AS_NUMBER
};
struct cli_gas_value {
    const char *key, *label; /* the label is also what people read; NULL: the key */
    enum cli_gas_print as;
    double value; /* NAN: not defined: null, "-" */
    double U;     /* expanded uncertainty, k = 2; 0: not given */
};

void cli_gas_out_begin(struct cli_gas_out *out, const char *sub, bool json);
void cli_gas_out_end(struct cli_gas_out *out);
/* A group of members; the heading is for people. */
void cli_gas_out_open(struct cli_gas_out *out, const char *key, const char *heading);
void cli_gas_out_close(struct cli_gas_out *out);
void cli_gas_out_value(struct cli_gas_out *out, const struct cli_gas_value *value);
void cli_gas_out_put(struct cli_gas_out *out, const char *key, const char *label,
                     enum cli_gas_print as, double value);
/* `text` holds no quotes and no control characters. */
void cli_gas_out_word(struct cli_gas_out *out, const char *key, const char *label,
                      const char *text);
void cli_gas_out_flag(struct cli_gas_out *out, const char *key, const char *label, bool set);
void cli_gas_out_count(struct cli_gas_out *out, const char *key, const char *label, unsigned n);
/* Species above 0 for people; all in JSON. `U` may be NULL. */
void cli_gas_out_mix(struct cli_gas_out *out, const char *key, const struct gas_mix *mix,
                     const struct gas_mix *U);

/* ---- what the sub-commands share ---- */

/* Prints "error: ..." and gives EXIT_USAGE. */
int cli_gas_fail(const struct obuf *why);

/* The gas of --gas, or of --fuel and --lambda. */
struct cli_gas_source {
    struct gas_mix mix;
    struct gas_fuel fuel;
    bool from_fuel;        /* then mixture_lambda is known */
    double mixture_lambda; /* else NAN */
};
bool cli_gas_take_source(const struct args *args, struct cli_gas_source *out, struct obuf *why);

/* Option `name` as a quantity; `out` keeps its value when the option is not given. */
bool cli_gas_take(const struct args *args, const char *name, enum cli_gas_quantity kind,
                  double *out, struct obuf *why);
/* The same, and it must be given: `example` goes into the message. */
bool cli_gas_need(const struct args *args, const char *name, enum cli_gas_quantity kind,
                  double *out, struct obuf *why);
/* --temp (needed) within 600..2000 K, --pressure within 1..1000 kPa. */
bool cli_gas_take_element(const struct args *args, double *T_K, double *p_kPa, struct obuf *why);

int cli_gas_emf(const struct command *command, struct args *args);
int cli_gas_lambda(const struct command *command, struct args *args);
int cli_gas_equilibrium(const struct command *command, struct args *args);
int cli_gas_mix(const struct command *command, struct args *args);
int cli_gas_flammability(const struct command *command, struct args *args);

#endif
