#include "bench/rig_path.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "instruments/transport/serial.h"

void rig_path_of(const struct rig_config *config, unsigned instrument, char path[RIG_PATH_MAX])
{
    const struct station_instrument *from = &config->station->instruments[instrument];
    if (config->mode == RIG_PORTS)
        snprintf(path, RIG_PATH_MAX, "%s/%s", config->ports_dir, from->setup.name);
    else if (from->port_kind == PORT_USB_SERIAL)
        snprintf(path, RIG_PATH_MAX, "usb:%s", from->port);
    else
        snprintf(path, RIG_PATH_MAX, "%s", from->port);
}

struct rig_file rig_file_of(const struct rig_config *config, unsigned instrument)
{
    const struct station_instrument *from = &config->station->instruments[instrument];
    char path[PATH_MAX];
    struct stat file;
    if (config->mode != RIG_PORTS && from->port_kind == PORT_USB_SERIAL) {
        if (serial_find_usb(from->port, path, sizeof path) != RC_OK)
            return (struct rig_file){0};
    } else {
        rig_path_of(config, instrument, path);
    }
    if (stat(path, &file) != 0 || !S_ISCHR(file.st_mode))
        return (struct rig_file){0};
    return (struct rig_file){true, file.st_rdev};
}

bool rig_file_same(const struct rig_file *a, const struct rig_file *b)
{
    return a->known && b->known && a->device == b->device;
}
