/* A station file with the shipped channel table beside it: it loads or says why, and what loads is
 * whole. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/station.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The table of bench/stations/ in small: these names stand in the seeds too. */
static const char table[] = "channel,scope,dir,unit,min,max,slew,settle,instrument,signal,u95\n"
                            "gas.n2,shared,out,L/min,0.05,10,5 L/min/s,1.0 s,mfc_n2,flow,0.6 %rd\n"
                            "gas.total,shared,in,L/min,0,10,,1.5 s,mix,total,0.8 %rd\n"
                            "psu.ubatt,shared,out,V,0,16,10 V/s,0.2 s,psu1,u[1..4],15 mV\n"
                            "dut.un,site,in,mV,0,1200,,0.5 s,wb{site},un,3 mV\n"
                            "dut.uh,site,in,V,0,14,,,calc,psu.ubatt * 2,60 mV\n";

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

static void check_loaded(const struct station *station)
{
    require(station->sites >= 1 && station->sites <= TWIN_SITES_MAX);
    require(station->instrument_count <= STATION_INSTRUMENTS_MAX);
    require(station->view.channel_count == station->channel_count);
    require(station->nominal_Lmin > 0.0 && station->view.volume_L > 0.0);
    require(station->view.extraction_Lmin >= 0.0);
    for (unsigned i = 0; i < station->envelope_count; i++)
        require(channel_find(&station->view, span_text(station->envelope[i].channel)) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[64], path[96], csv[96];
    struct diag diag;
    struct station *station;
    snprintf(folder, sizeof folder, "/tmp/fuzz_station.%d", (int)getpid());
    snprintf(path, sizeof path, "%s/t.station", folder);
    snprintf(csv, sizeof csv, "%s/c.csv", folder);
    if (access(csv, R_OK) != 0) {
        (void)mkdir(folder, 0700);
        write_file(csv, table, sizeof table - 1);
    }
    write_file(path, data, size);
    diag_init(&diag);
    if (station_load(path, &diag, &station) == RC_OK) {
        require(diag.errors == 0);
        check_loaded(station);
        station_free(station);
    } else {
        require(diag.errors > 0); /* never refused without a word */
    }
    diag_fini(&diag);
    return 0;
}
