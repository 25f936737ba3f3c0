/* lambdabench twin curves: the main curves of the physics models as pictures. */
#include "bench/cli_curves.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct curve_group *const groups[] = {&curves_gas, &curves_lsu, &curves_element_a,
                                                   &curves_element_b, &curves_element_c};

static bool has_a_point(const struct plot_xy_series *curve)
{
    for (size_t i = 0; i < curve->count; i++)
        if (isfinite(curve->x[i]) && isfinite(curve->y[i]))
            return true;
    return false;
}

static enum rc render(const struct curve_row *row, struct sink *out)
{
    struct curve_sheet *sheet = calloc(1, sizeof *sheet);
    if (!sheet)
        return RC_NOSPACE;
    sheet->plot = (struct plot_xy){.width_px = 760, .height_px = 430, .series = sheet->curves};
    row->draw(sheet);
    sheet->plot.series_count = sheet->count;
    enum rc rc = RC_OK;
    for (size_t i = 0; i < sheet->count && rc == RC_OK; i++)
        if (!has_a_point(&sheet->curves[i])) {
            fprintf(stderr, "error: %s: the model gave no point of '%s'\n", row->name,
                    sheet->curves[i].label);
            rc = RC_RANGE;
        }
    if (rc == RC_OK)
        rc = plot_xy_put_svg(out, &sheet->plot);
    free(sheet);
    return rc;
}

static int write_picture(const char *dir, const struct curve_row *row)
{
    char path[640];
    struct sink svg = {0};
    if (snprintf(path, sizeof path, "%s/%s.svg", dir, row->name) >= (int)sizeof path) {
        fprintf(stderr, "error: the name of the folder is too long\n");
        return EXIT_USAGE;
    }
    if (render(row, &svg) != RC_OK) {
        sink_fini(&svg);
        fprintf(stderr, "error: %s could not be drawn\n", row->name);
        return EXIT_BENCH;
    }
    FILE *to = fopen(path, "w");
    bool ok = to && fwrite(svg.at, 1, svg.len, to) == svg.len;
    if (to && fclose(to) != 0)
        ok = false;
    if (ok)
        printf("%s\n", path);
    else
        fprintf(stderr, "error: cannot write %s: %s\n", path, strerror(errno));
    sink_fini(&svg);
    return ok ? EXIT_PASS : EXIT_STORAGE;
}

static void list_pictures(void)
{
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
        for (size_t i = 0; i < groups[g]->count; i++)
            printf("%-18s %s\n", groups[g]->rows[i].name, groups[g]->rows[i].what);
}

int cli_curves(struct args *args)
{
    const char *dir = options_value(args, "dir");
    if (options_flag(args, "list")) {
        list_pictures();
        return EXIT_PASS;
    }
    if (!dir) {
        fprintf(stderr, "error: where? lambdabench twin curves --dir DIR, or --list\n");
        return EXIT_USAGE;
    }
    if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "error: cannot make %s: %s\n", dir, strerror(errno));
        return EXIT_USAGE;
    }
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
        for (size_t i = 0; i < groups[g]->count; i++) {
            int code = write_picture(dir, &groups[g]->rows[i]);
            if (code != EXIT_PASS)
                return code;
        }
    return EXIT_PASS;
}
