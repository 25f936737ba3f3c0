/* lambdabench scan: the serial ports of this machine and the drivers of this build. */
#include <stdio.h>

#include "bench/cli.h"
#include "core/bytes.h"
#include "instruments/registry.h"
#include "instruments/transport/serial.h"

static void print_untrusted(const char *label, const char *text)
{
    char shown[128];
    struct obuf out = {shown, 0, sizeof shown};
    if (!text || !*text)
        return;
    obuf_escaped(&out, span_text(text));
    printf("  %s \"%.*s\"", label, (int)out.len, shown);
}

static void print_port(void *ctx, const struct serial_port_info *info)
{
    unsigned *count = ctx;
    ++*count;
    printf("%-16s", info->path);
    if (info->usb_vid >= 0)
        printf("  usb %04x:%04x", (unsigned)info->usb_vid, (unsigned)info->usb_pid);
    print_untrusted("usb-serial", info->usb_serial);
    print_untrusted("", info->usb_product && *info->usb_product ? info->usb_product
                                                                : info->description);
    printf("\n");
}

static void print_drivers(void)
{
    static const char *const maturity[] = {"simulated", "benched", "calibrated"};
    for (size_t i = 0; i < registry_count; i++)
        printf("%-16s %-19s %-10s %s\n", registry[i].driver->name,
               registry[i].driver->capability->name, maturity[registry[i].driver->maturity],
               registry[i].driver->summary);
}

static int scan_run(const struct command *command, struct args *args)
{
    unsigned count = 0;
    (void)command;
    if (options_flag(args, "drivers")) {
        print_drivers();
        return EXIT_PASS;
    }
    if (serial_list(print_port, &count) != RC_OK) {
        fprintf(stderr, "error: the serial ports of this machine cannot be listed\n");
        return EXIT_BENCH;
    }
    if (!count)
        fprintf(stderr,
                "no serial ports; `lambdabench twin serve --dir DIR` makes simulated ones\n");
    return EXIT_PASS;
}

static const struct option_row scan_options[] = {
    {"drivers", 0, OPTION_FLAG, NULL, "list the drivers of this build instead"},
};

const struct command command_scan = {
    .name = "scan",
    .operands = "",
    .summary = "list serial ports, or with --drivers the instruments that are known",
    .options = scan_options,
    .option_count = sizeof scan_options / sizeof scan_options[0],
    .run = scan_run,
};
