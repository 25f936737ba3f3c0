/* A channel table beside a good station: it loads or says why, and every binding of what loads is
 * within its instrument. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/station.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] = "station t kind \"lambda-rig\" version 1\nsites 2\nchannels \"c.csv\"\n"
                           "instrument mfc alicat sim \"bus\" address A full-scale 10 L/min\n"
                           "instrument psu hmp4040 sim \"psu\" channels 4\n"
                           "instrument io numato sim \"io\"\n"
                           "instrument wb1 rusefi sim \"can1\" supply 13.5 V\n"
                           "instrument wb2 rusefi sim \"can2\" supply 13.5 V\n";

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *to = fopen(path, "w");
    require(to && fwrite(bytes, 1, size, to) == size && fclose(to) == 0);
}

static void check_binding(const struct station *station, unsigned channel, unsigned site)
{
    const struct station_binding *b = station_binding_of(station, channel, site);
    switch (b->kind) {
    case BINDING_DEVICE:
        require(b->instrument < station->instrument_count && b->count >= 1);
        require(b->first + b->count <= 16);
        require(b->signal <
                station->instruments[b->instrument].entry->driver->capability->signal_count);
        break;
    case BINDING_CALC:
        require(b->calc && !station->view.channels[channel].output);
        for (unsigned i = 0; i < b->calc->channels; i++)
            require(b->calc->channel[i] < channel);
        break;
    case BINDING_MANIFOLD:
        require(!station->view.channels[channel].output);
        break;
    case BINDING_NONE:
    default:
        require(false);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[64], path[96], csv[96];
    struct diag diag;
    struct station *station;
    snprintf(folder, sizeof folder, "/tmp/fuzz_channels.%d", (int)getpid());
    snprintf(path, sizeof path, "%s/t.station", folder);
    snprintf(csv, sizeof csv, "%s/c.csv", folder);
    if (access(path, R_OK) != 0) {
        (void)mkdir(folder, 0700);
        write_file(path, text, sizeof text - 1);
    }
    write_file(csv, data, size);
    diag_init(&diag);
    if (station_load(path, &diag, &station) == RC_OK) {
        for (unsigned c = 0; c < station->channel_count; c++) {
            const struct channel *channel = &station->view.channels[c];
            require(channel->min_si <= channel->max_si && channel->slew_si >= 0.0);
            for (unsigned s = channel->per_site; s <= (channel->per_site ? 2u : 0u); s++)
                check_binding(station, c, s);
        }
        station_free(station);
    } else {
        require(diag.errors > 0);
    }
    diag_fini(&diag);
    return 0;
}
