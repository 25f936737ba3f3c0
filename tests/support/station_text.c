#include "tests/support/station_text.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/support/cmocka.h"

void station_text_write(const char *folder, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    assert_true(fputs(text, to) >= 0);
    assert_int_equal(fclose(to), 0);
}

struct station_text station_text_load(const char *folder, const char *station, const char *table)
{
    char path[128];
    struct station_text l = {.station = NULL};
    station_text_write(folder, "t.station", station);
    station_text_write(folder, "c.csv", table);
    snprintf(path, sizeof path, "%s/t.station", folder);
    diag_init(&l.diag);
    l.rc = station_load(path, &l.diag, &l.station);
    return l;
}

void station_text_unload(struct station_text *l)
{
    if (l->rc == RC_OK)
        station_free(l->station);
    diag_fini(&l->diag);
}

bool station_text_says(const struct station_text *l, const struct station_mistake *m)
{
    for (size_t i = 0; i < l->diag.count; i++) {
        const struct diag_entry *e = &l->diag.entries[i];
        if (e->line == m->line && e->col == m->col && strstr(e->message, m->message) &&
            (!*m->help ? !e->help : e->help && strstr(e->help, m->help)))
            return true;
    }
    return false;
}

int station_text_make_folder(void **state)
{
    char *folder = strdup("/tmp/test_station.XXXXXX");
    *state = folder;
    return folder && mkdtemp(folder) ? 0 : -1;
}

int station_text_remove_folder(void **state)
{
    static const char *const names[] = {"t.station", "c.csv", "lsu49.dut", "t.dut"};
    char *folder = *state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    int failed = rmdir(folder);
    free(folder);
    return failed;
}
