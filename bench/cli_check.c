/* lambdabench check: prove sequences against a station; touches nothing. */
#include <stdio.h>

#include "bench/cli.h"
#include "bench/loader.h"
#include "core/num.h"

static void print_estimate(const char *path, const struct loaded *loaded)
{
    const struct estimate *e = &loaded->checked->estimate;
    char text[256];
    struct obuf out = {text, 0, sizeof text - 1};
    (void)!obuf_printf(&out, "%u actions, %u measurements, %u parameter corners; best ", e->actions,
                       e->measurements, e->corners);
    num_put_short(&out, e->best_s, 3);
    (void)!obuf_printf(&out, " s, typical ");
    num_put_short(&out, e->typical_s, 3);
    (void)!obuf_printf(&out, " s, worst ");
    num_put_short(&out, e->worst_s, 3);
    (void)!obuf_printf(&out, " s");
    for (unsigned i = 0; i < loaded->checked->gas_count; i++) {
        if (!(e->gas_L[i] > 0.0))
            continue;
        (void)!obuf_printf(&out, "; %s ", loaded->checked->gases[i].name);
        num_put_short(&out, e->gas_L[i], 2);
        (void)!obuf_printf(&out, " L");
    }
    text[out.len] = '\0';
    printf("%s: ok on station %s: %s\n", path, loaded->station->name, text);
}

static void put_json_text(const char *text)
{
    putchar('"');
    for (const unsigned char *c = (const unsigned char *)(text ? text : ""); *c; c++) {
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else if (*c < 0x20)
            printf("\\u%04x", *c);
        else
            putchar(*c);
    }
    putchar('"');
}

static void print_json(const char *path, const struct loaded *loaded, bool first)
{
    static const char *const severity[] = {"error", "warning", "note"};
    printf("%s{\"file\":", first ? "" : ",");
    put_json_text(path);
    printf(",\"ok\":%s,\"messages\":[", loaded->checked ? "true" : "false");
    for (size_t i = 0; i < loaded->diag.count; i++) {
        const struct diag_entry *e = &loaded->diag.entries[i];
        printf("%s{\"severity\":\"%s\",\"file\":", i ? "," : "", severity[e->severity]);
        put_json_text(e->file);
        printf(",\"line\":%u,\"col\":%u,\"message\":", e->line, e->col);
        put_json_text(e->message);
        printf(",\"help\":");
        put_json_text(e->help);
        printf("}");
    }
    printf("]}");
}

static int check_run(const struct command *command, struct args *args)
{
    (void)command;
    bool json = options_flag(args, "json"), bad = false, warned = false;
    if (json)
        printf("{\"schema\":\"lambdabench/check/1\",\"files\":[");
    for (unsigned i = 0; i < args->operands; i++) {
        struct loaded loaded;
        bool ok = loader_load(&loaded, args->operand[i], options_value(args, "station")) == RC_OK;
        bad = bad || !ok;
        warned = warned || loaded.diag.warnings;
        if (json)
            print_json(args->operand[i], &loaded, i == 0);
        else
            diag_print(&loaded.diag, stderr, loader_wants_color(stderr));
        if (ok && !json)
            print_estimate(args->operand[i], &loaded);
        loader_fini(&loaded);
    }
    if (json)
        printf("]}\n");
    return bad ? EXIT_USAGE : warned && options_flag(args, "strict") ? EXIT_FAIL : EXIT_PASS;
}

static const struct option_row check_options[] = {
    {"station", 's', OPTION_TEXT, "FILE", "the station to check against"},
    {"strict", 0, OPTION_FLAG, NULL, "exit 1 when there are warnings"},
    {"json", 0, OPTION_FLAG, NULL, "one JSON object instead of text"},
};

const struct command command_check = {
    .name = "check",
    .operands = "FILE...",
    .summary = "prove sequences: names, units, gas rules, limits; touches no hardware",
    .detail =
        "Without --station: $LAMBDABENCH_STATION, else the station of the sequence's kind in\n"
        "../stations beside it, else the twin's.\n\n"
        "example: lambdabench check sequences/library/eol_lsu49.seq\n",
    .options = check_options,
    .option_count = sizeof check_options / sizeof check_options[0],
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .run = check_run,
};
