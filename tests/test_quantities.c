#include "tests/support/cmocka.h"

#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "instruments/registry.h"

/* The row of the dictionary for one signal, or "" if there is none. */
static void find_row(const char *signal, char *row, int cap)
{
    FILE *file = fopen("docs/quantities.md", "r");
    if (!file)
        fail_msg("docs/quantities.md cannot be read: run this from the project's folder");
    while (fgets(row, cap, file))
        if (strncmp(row, "| ", 2) == 0 && strstr(row, signal)) {
            fclose(file);
            return;
        }
    fclose(file);
    row[0] = '\0';
}

static void check_signal(const struct capability *capability, const struct signal *signal)
{
    char name[80], unit[32], row[512];
    snprintf(name, sizeof name, "`%s.%s`", capability->name, signal->name);
    snprintf(unit, sizeof unit, "| `%s` |", signal->unit[0] ? signal->unit : "1");
    find_row(name, row, sizeof row);
    if (!row[0])
        fail_msg("docs/quantities.md does not know %s", name);
    if (!strstr(row, unit))
        fail_msg("docs/quantities.md does not say that %s is in %s: %s", name, unit, row);
    bool written = strstr(row, "| set") != NULL, read = strstr(row, "read |") != NULL;
    if (written != signal->writable || read != (signal->at != SIGNAL_WRITE_ONLY))
        fail_msg("docs/quantities.md is wrong about the direction of %s: %s", name, row);
}

static void every_signal_stands_in_the_dictionary_with_its_unit(void **state)
{
    (void)state;
    size_t signals = 0;
    for (size_t i = 0; i < registry_count; i++) {
        const struct capability *capability = registry[i].driver->capability;
        for (size_t s = 0; s < capability->signal_count; s++, signals++)
            check_signal(capability, &capability->signals[s]);
    }
    assert_true(signals > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_signal_stands_in_the_dictionary_with_its_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
