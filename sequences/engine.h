/* The interpreter: a program counter per site, barriers at shared channels, cleanup always. It
 * holds no thread and never blocks: the host steps it by the calls below. Everything is allocated
 * by engine_new; nothing while a sequence runs.
 *
 * Shared actions (set and mix of shared channels, select, wait on a shared channel, scan) are
 * barriers: they run once, when every live site has arrived. All else runs for each site at the
 * same time. A stopped site is switched off by the per-site lines of cleanup and holds no barrier.
 */
#ifndef SEQUENCES_ENGINE_H
#define SEQUENCES_ENGINE_H

#include "sequences/checker.h"
#include "sequences/host.h"

struct engine_config {
    const struct checked *checked;
    struct seq_host host;
    uint64_t live_sites;       /* bit n-1: site n has a part (or may be scanned) */
    const char *part;          /* part type for the limits; NULL: the program's, else "*" */
    const struct param_value { /* -p name=value, SI; checked against the range by engine_new */
        const char *name;
        double value_si;
    } * params;
    unsigned param_count;
    bool keeps_going; /* a step that failed does not stop its site or batch, whatever it says:
                       * for virtual parts only, to see what later steps would have found */
    unsigned sample_capacity; /* longest window in samples, per wanted channel; 0: 1 << 16 */
};

/* RC_RANGE: a parameter is unknown or out of its range (said in diag); RC_NOSPACE: out of memory.
 */
MUST_CHECK enum rc engine_new(const struct engine_config *config, struct diag *diag,
                              struct engine **out);
void engine_free(struct engine *engine);

void engine_start(struct engine *engine);
/* The time asked for by wake_at has come. */
void engine_wake(struct engine *engine);
/* A new value. NaN: the instrument does not vouch for it. `site` 0: shared. */
void engine_sample(struct engine *engine, const struct channel *channel, unsigned site,
                   double value_si, struct instant t);
void engine_done(struct engine *engine, engine_ticket ticket, enum rc rc, const char *error);
void engine_scanned(struct engine *engine, engine_ticket ticket, enum rc rc, const char *serial);

enum stop_why { STOP_OPERATOR, STOP_ENVELOPE, STOP_ESTOP, STOP_INSTRUMENT, STOP_STORAGE };
/* Leave main (or setup) and run cleanup. When a person stops it for the second time during cleanup:
 * stop waiting inside it, its outputs are still driven. What else happens during cleanup never cuts
 * its waits: they flush the gas. `why` is for the verdicts and the report. */
void engine_stop(struct engine *engine, enum stop_why why, const char *text);
/* Its cleanup is running: what it has ordered is wanted, whoever stops it again. */
bool engine_cleaning(const struct engine *engine);
/* An instrument that only these sites need is lost: they end as error. */
void engine_lose_site(struct engine *engine, unsigned site, const char *text);

/* False: this site has left the sequence, or never took part. */
bool engine_site_live(const struct engine *engine, unsigned site);
bool engine_running(const struct engine *engine);
/* Whether a value, in SI units, is within the range of a parameter. */
bool engine_param_fits(const struct param *p, double si);

/* For displays: what a site is doing ("ip_lean8: settling"), and 0..1 of the typical time. */
const char *engine_activity(const struct engine *engine, unsigned site);
unsigned engine_measured_count(const struct engine *engine, unsigned site);

#endif
