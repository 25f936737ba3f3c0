/* Finding a station file when none was named. */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/station.h"

/* The word behind `kind` on the station line, without loading the whole file; "" if there is none.
 */
static void read_kind(const char *path, char *out, size_t cap)
{
    struct diag quiet;
    struct source *source;
    out[0] = '\0';
    diag_init(&quiet);
    if (source_load(path, &quiet, &source) == RC_OK) {
        const char *kind = strstr(source->bytes, "kind \"");
        const char *end = kind ? strchr(kind + 6, '"') : NULL;
        if (end && (size_t)(end - kind - 6) < cap)
            snprintf(out, cap, "%.*s", (int)(end - kind - 6), kind + 6);
        source_free(source);
    }
    diag_fini(&quiet);
}

static bool is_station_name(const char *name)
{
    size_t len = strlen(name);
    return len > 8 && strcmp(name + len - 8, ".station") == 0;
}

/* How many stations of this kind stand in a folder; the last one's path. */
static unsigned search_folder(const char *folder, const char *kind, char *out, size_t cap)
{
    unsigned found = 0;
    DIR *dir = opendir(folder);
    if (!dir)
        return 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[640], its_kind[64];
        if (!is_station_name(entry->d_name))
            continue;
        int n = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (n < 0 || (size_t)n >= sizeof path || (size_t)n >= cap)
            continue;
        read_kind(path, its_kind, sizeof its_kind);
        if (strcmp(its_kind, kind) == 0) {
            found++;
            memcpy(out, path, (size_t)n + 1);
        }
    }
    closedir(dir);
    return found;
}

/* The stations that came with the program: beside it in a build tree, or in ../share of an
 * installed one. The twin's, or the only one of this kind. */
static bool search_shipped(const char *kind, char *out, size_t cap)
{
    static const char *const places[] = {"../bench/stations/twin.station",
                                         "../share/lambdabench/stations/twin.station",
                                         "../../bench/stations/twin.station"};
    char self[512];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return false;
    self[n] = '\0';
    char *slash = strrchr(self, '/');
    if (!slash)
        return false;
    slash[1] = '\0';
    for (size_t i = 0; i < COUNT(places); i++) {
        char path[640];
        snprintf(path, sizeof path, "%s%s", self, places[i]);
        char *real = access(path, R_OK) == 0 ? realpath(path, NULL) : NULL;
        char its_kind[64];
        if (real)
            read_kind(real, its_kind, sizeof its_kind);
        if (real && strcmp(its_kind, kind) != 0 &&
            source_path_beside(real, SPAN("."), path, sizeof path) == RC_OK &&
            search_folder(path, kind, out, cap) == 1) {
            free(real);
            return true;
        }
        bool fits = real && strlen(real) < cap;
        if (fits)
            memcpy(out, real, strlen(real) + 1);
        free(real);
        if (fits)
            return true;
    }
    return false;
}

enum rc station_search(const char *sequence_path, const char *kind, char *out, size_t cap)
{
    const char *named = getenv("LAMBDABENCH_STATION");
    char folder[512];
    if (named && *named) {
        if (strlen(named) >= cap)
            return RC_CONFIG;
        memcpy(out, named, strlen(named) + 1);
        return RC_OK;
    }
    if (sequence_path &&
        source_path_beside(sequence_path, SPAN("../stations"), folder, sizeof folder) == RC_OK) {
        unsigned found = search_folder(folder, kind, out, cap);
        if (found == 1)
            return RC_OK;
        if (found > 1) {
            fprintf(stderr, "error: %u stations of kind \"%s\" in %s: name one with --station\n",
                    found, kind, folder);
            return RC_CONFIG;
        }
    }
    if (search_shipped(kind, out, cap))
        return RC_OK;
    fprintf(stderr, "error: no station of kind \"%s\" found: name one with --station FILE\n", kind);
    return RC_CONFIG;
}
