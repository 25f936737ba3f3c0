#include "bench/loader.h"

#include <stdlib.h>
#include <unistd.h>

bool loader_wants_color(FILE *to)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(to)) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

static bool kind_fits(struct loaded *loaded)
{
    const struct program *program = loaded->program;
    if (!program->station_kind || strcmp(program->station_kind, loaded->station->kind) == 0)
        return true;
    diag_add(&loaded->diag, DIAG_ERROR, program->station_at, "name another one with --station FILE",
             "this sequence needs a station of kind \"%s\", and '%s' is of kind \"%s\"",
             program->station_kind, loaded->station->name, loaded->station->kind);
    return false;
}

/* A simulator has no calibration to lose. */
static void warn_overdue(struct loaded *loaded)
{
    const struct station *station = loaded->station;
    struct clock clock;
    char today[32];
    clock_init_real(&clock);
    clock_utc_text(clock_wall_us(&clock, clock_now(&clock)), today);
    for (unsigned i = 0; i < station->instrument_count; i++) {
        const struct station_instrument *it = &station->instruments[i];
        if (it->port_kind == PORT_SIM || !it->cal_due[0] || strncmp(it->cal_due, today, 10) >= 0)
            continue;
        diag_add(&loaded->diag, DIAG_WARNING, it->at,
                 "results say so on their reports, by the date",
                 "the calibration of '%s' is overdue since %s", it->setup.name, it->cal_due);
    }
}

enum rc loader_load(struct loaded *loaded, const char *sequence_path, const char *station_path)
{
    char found[640];
    *loaded = (struct loaded){0};
    diag_init(&loaded->diag);
    enum rc rc = source_load(sequence_path, &loaded->diag, &loaded->source);
    if (rc != RC_OK)
        return rc;
    if (strncmp(loaded->source->bytes + loaded->source->start, "station ", 8) == 0) {
        diag_add(&loaded->diag, DIAG_ERROR, (struct place){.source = loaded->source, .line = 1},
                 "name a sequence, and this file with --station", "this is a station file");
        return RC_CONFIG;
    }
    enum rc parsed = program_parse(loaded->source, &loaded->diag, &loaded->program);
    if (parsed != RC_OK)
        return parsed;
    if (!station_path) {
        const char *kind = loaded->program->station_kind ? loaded->program->station_kind : "";
        if (station_search(sequence_path, kind, found, sizeof found) != RC_OK)
            return RC_CONFIG;
        station_path = found;
    }
    rc = station_load(station_path, &loaded->diag, &loaded->station);
    if (rc != RC_OK)
        return rc;
    warn_overdue(loaded);
    if (!kind_fits(loaded))
        return RC_CONFIG;
    return program_check(loaded->program, &loaded->station->view, &loaded->diag, &loaded->checked);
}

void loader_fini(struct loaded *loaded)
{
    checked_free(loaded->checked);
    program_free(loaded->program);
    station_free(loaded->station);
    source_free(loaded->source);
    diag_fini(&loaded->diag);
}
