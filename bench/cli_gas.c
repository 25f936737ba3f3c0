/* lambdabench gas: make any gas point checkable. One table row per sub-command. */
#include "bench/cli_gas.h"

#include <stdio.h>

#include "bench/cli.h"
#include "core/bytes.h"
#include "core/diag.h"

#define ROW_GAS                                                                                    \
    {                                                                                              \
        "gas", 'g', OPTION_TEXT, "MIX", "composition: o2=1%,n2=balance, or air"                    \
    }
#define ROW_FUEL                                                                                   \
    {                                                                                              \
        "fuel", 'f', OPTION_TEXT, "CHyOz", "fuel: CH1.85, C3H8, C2H5OH, H2"                        \
    }
#define ROW_LAMBDA                                                                                 \
    {                                                                                              \
        "lambda", 'l', OPTION_TEXT, "L", "mixture lambda: the exhaust of the fuel"                 \
    }
#define ROW_JSON                                                                                   \
    {                                                                                              \
        "json", 0, OPTION_FLAG, NULL, "one JSON object instead of text"                            \
    }

/* clang-format off */
#define ROWS_POINT                                                                                 \
    ROW_GAS, ROW_FUEL, ROW_LAMBDA,                                                                 \
    {"temp", 't', OPTION_TEXT, "T", "of the element: 800degC (326.85..1726.85 degC)"},             \
    {"pressure", 'p', OPTION_TEXT, "P", "of the gas: 101.325kPa if not given"},                    \
    {"methane", 0, OPTION_FLAG, NULL, "let methane form (frozen out otherwise)"}

static const struct option_row emf_options[] = {
    ROWS_POINT,
    {"reference", 'r', OPTION_TEXT, "PO2", "oxygen pressure there (air at --pressure)"},
    ROW_JSON,
};
static const struct option_row equilibrium_options[] = {ROWS_POINT, ROW_JSON};
static const struct option_row lambda_options[] = {
    ROW_GAS, ROW_FUEL, ROW_LAMBDA,
    {"dry", 0, OPTION_FLAG, NULL, "Brettschneider's lambda of the dried gas too"},
    ROW_JSON,
};
static const struct option_row mix_options[] = {
    {"cylinder", 'c', OPTION_MANY, "NAME:MIX", "what there is; again for each"},
    {"total", 0, OPTION_TEXT, "FLOW", "standard litres: '2 L/min'"},
    {"target", 0, OPTION_TEXT, "MIX", "wanted composition; the carrier makes what it lacks"},
    {"lambda", 'l', OPTION_TEXT, "L", "wanted formal lambda; of many, with --target"},
    {"fuel-gas", 0, OPTION_TEXT, "MIX", "fuel that --lambda adds: 'co=75%,h2=25%'"},
    {"pO2", 0, OPTION_TEXT, "PO2", "wanted oxygen pressure; buffered below 10 ppm"},
    {"active", 0, OPTION_TEXT, "X", "share of the buffer gases: 5% if not given"},
    {"temp", 't', OPTION_TEXT, "T", "of the element: needed for a buffer, else 780degC"},
    {"pressure", 'p', OPTION_TEXT, "P", "of the gas: 101.325kPa if not given"},
    {"carrier", 0, OPTION_TEXT, "NAME", "the cylinder that makes up the rest"},
    {"mfc", 'm', OPTION_MANY, "NAME=FLOW", "a controller: full scale[,its gas][,its 0degC]"},
    {"wall", 0, OPTION_TEXT, "T", "coldest wall of the gas path, for water"},
    {"turndown", 0, OPTION_TEXT, "X", "least flow by full scale: 2% if not given"},
    {"u", 'u', OPTION_FLAG, NULL, "uncertainties (k = 2), 95 % intervals by draws"},
    {"certificate", 0, OPTION_TEXT, "X", "of each component, relative, k = 2: 1%"},
    ROW_JSON,
};
static const struct option_row flammability_options[] = {
    ROW_GAS,
    {"to", 0, OPTION_TEXT, "MIX", "the gas that follows: checks the mixing line"},
    {"temp", 't', OPTION_TEXT, "T", "hottest gas path: 25degC if not given"},
    {"flow", 0, OPTION_TEXT, "FLOW", "gas flow into the extraction"},
    {"extraction", 'x', OPTION_TEXT, "FLOW", "air of the extraction: '50 m3/h'"},
    ROW_JSON,
};
/* clang-format on */

#define SUB(sub, text, examples)                                                                   \
    {                                                                                              \
        .name = "gas " #sub, .operands = "", .summary = (text), .detail = (examples),              \
        .options = sub##_options, .option_count = COUNT(sub##_options), .run = cli_gas_##sub,      \
    }

static const struct command subs[] = {
    SUB(emf, "voltage of a lambda cell in a gas",
        "The EMF is positive in rich gas: the reference is the positive electrode.\n\n"
        "examples:\n"
        "  lambdabench gas emf --fuel CH1.85 --lambda 0.9 --temp 800degC\n"
        "  lambdabench gas emf --gas 'o2=1%,n2=balance' --temp 780degC --json\n"
        "  lambdabench gas emf --gas 'h2=1%,h2o=1%,n2=balance' --temp 1053.15K --methane\n"),
    SUB(lambda, "the three quantities called lambda, kept apart",
        "mixture lambda: of an engine; formal lambda: by atoms; oxygen equivalent: its sign is\n"
        "lean or rich. Brettschneider's is for exhaust that once held its water; the H/C and O/C\n"
        "of --fuel belong to it (1.7261 and 0.0176 if not given).\n\n"
        "examples:\n"
        "  lambdabench gas lambda --gas 'co=1%,h2=0.33%,co2=14%,h2o=12%,n2=balance'\n"
        "  lambdabench gas lambda --gas 'co=1%,co2=14%,o2=0.5%,n2=balance' --dry --fuel CH1.85\n"),
    SUB(mix, "flows of cylinders for a wanted gas",
        "--lambda mixes two cylinders. More need a --target of fixed shares, as h2o=12%: one for\n"
        "each cylinder beyond two; or fewer, of co2 and h2o, to which fuel or oxygen is added.\n"
        "A controller that was calibrated for another gas than its cylinder's, or shows litres at\n"
        "another temperature, is told as in --mfc co2=5L/min,n2,20degC: the set point to send is\n"
        "converted, and 2 % of the flow count as uncertainty of the conversion factor. A cylinder\n"
        "of h2o is an evaporator: its liquid is told in g/h, and the dew point of the gas.\n"
        "A target that makes less than 100 % is filled up by the carrier. Species it does not "
        "name\n"
        "are wanted at 0 %, but for n2 and ar, which then come as the cylinders bring them.\n"
        "Uncertainties: flows 0.4 % of reading and 0.2 % of full scale (both rectangular), and\n"
        "the certificates, each component of each cylinder by itself; temperature and pressure\n"
        "are taken as exact. Beside them stand the 95 % intervals of 100000 gaussian draws (JCGM\n"
        "101): where their ends differ from value -+ 1.96 u by more than half a unit of the first\n"
        "digit of u, as at the step of the EMF, the answer says that U does not hold.\n\n"
        "examples:\n"
        "  lambdabench gas mix --target 'o2=8.29%' --cylinder air:air \\\n"
        "    --cylinder 'n2:n2=100%' --total '2 L/min'\n"
        "  lambdabench gas mix --lambda 0.9 --total '2 L/min' --cylinder air:air \\\n"
        "    --cylinder 'rich:co=6.7%,h2=2.5%,co2=9.1%,n2=balance' \\\n"
        "    --mfc rich=2L/min --mfc air=1L/min --u\n"
        "  lambdabench gas mix --pO2 1e-15bar --temp 800degC --total '1 L/min' \\\n"
        "    --cylinder 'co:co=10%,n2=balance' --cylinder 'co2:co2=100%' \\\n"
        "    --cylinder 'n2:n2=100%'\n"),
    SUB(equilibrium, "the gas at a catalytic electrode",
        "examples:\n"
        "  lambdabench gas equilibrium --fuel CH1.85 --lambda 0.9 --temp 800degC\n"
        "  lambdabench gas equilibrium --gas 'co=5%,co2=10%,n2=balance' --temp 900degC --json\n"),
    SUB(flammability, "the gas rules: fuel index, verdict, mixing line, vent",
        "The fractions are taken as the worst case already. Exit 1: a rule forbids it. Nothing\n"
        "here is a certified safety function.\n\n"
        "examples:\n"
        "  lambdabench gas flammability --gas 'co=6.7%,h2=2.5%,n2=balance' \\\n"
        "    --to 'o2=8.29%,n2=balance'\n"
        "  lambdabench gas flammability --gas 'co=6.7%,h2=2.5%,n2=balance' \\\n"
        "    --flow '2 L/min' --extraction '50 m3/h'\n"),
};

static const char *sub_name(const void *ctx, size_t i)
{
    (void)ctx;
    return subs[i].name + 4; /* behind "gas " */
}

static void print_help(FILE *to)
{
    fprintf(to, "lambdabench gas: %s\n\nusage: lambdabench gas %s ...\n\n", command_gas.summary,
            command_gas.operands);
    for (size_t i = 0; i < COUNT(subs); i++)
        fprintf(to, "  %-13s %s\n", sub_name(NULL, i), subs[i].summary);
    fprintf(to, "\n`lambdabench gas emf --help` shows its options and examples.\n");
}

static int unknown_sub(const char *word)
{
    const char *near = diag_suggest(span_text(word), sub_name, NULL, COUNT(subs));
    fprintf(stderr, "error: gas: no '%s'; ", cli_gas_word(span_text(word)).at);
    if (near)
        fprintf(stderr, "did you mean '%s'?\n", near);
    else
        fprintf(stderr, "there are %s\n", command_gas.operands);
    return EXIT_USAGE;
}

int cli_gas(int argc, char **argv)
{
    struct args args;
    int exit_code = EXIT_USAGE;
    if (argc < 1) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    bool help = strcmp(argv[0], "help") == 0 || strcmp(argv[0], "--help") == 0 ||
                strcmp(argv[0], "-h") == 0;
    if (help && argc < 2) {
        print_help(stdout);
        return EXIT_PASS;
    }
    for (size_t i = 0; i < COUNT(subs); i++) {
        if (strcmp(sub_name(NULL, i), argv[help ? 1 : 0]) != 0)
            continue;
        if (help) {
            options_print_help(&subs[i]);
            return EXIT_PASS;
        }
        if (!options_parse(&subs[i], argc - 1, argv + 1, &args, &exit_code))
            return exit_code;
        return subs[i].run(&subs[i], &args);
    }
    return unknown_sub(argv[help ? 1 : 0]);
}

/* Reached only by way of the common parser, which knows none of the options. */
static int gas_run(const struct command *command, struct args *args)
{
    (void)command;
    if (args->operands == 1)
        for (size_t i = 0; i < COUNT(subs); i++)
            if (strcmp(sub_name(NULL, i), args->operand[0]) == 0) {
                struct args none = {.command = &subs[i]};
                return subs[i].run(&subs[i], &none);
            }
    return unknown_sub(args->operand[0]);
}

const struct command command_gas = {
    .name = "gas",
    .operands = "emf|lambda|mix|equilibrium|flammability",
    .summary = "compute a gas: voltage, lambda, flows, equilibrium, gas rules",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .run = gas_run,
};
