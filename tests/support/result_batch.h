/* A stored batch made by hand: four sites, one each of pass, marginal, fail and inconclusive, with
 * curves of a 96 s run, as the query functions would hand it out. Fixed: golden reports hang on it.
 */
#ifndef TESTS_SUPPORT_RESULT_BATCH_H
#define TESTS_SUPPORT_RESULT_BATCH_H

#include "db/query.h"

enum { SITES = 4, NAMES = 8, STREAM_ROWS = 960, CAPTURE_ROWS = 300 };

struct fixture {
    struct result_batch batch;
    struct result_run runs[SITES];
    struct result_measure measures[SITES][NAMES];
    struct result_step steps[SITES][3];
    struct result_document documents[3];
    struct result_instrument instruments[3];
    struct result_event events[3];
    struct result_curve curves[3 * SITES + 1];
    double *numbers; /* all curves' */
    char *texts[512];
    size_t text_count;
};

struct fixture *fixture_new(void);
void fixture_free(struct fixture *f);
/* A copy that lives as long as the fixture. */
char *fixture_text(struct fixture *f, const char *words);

#endif
