/* The version of this build, as stored with every batch. */
#ifndef BENCH_VERSION_H
#define BENCH_VERSION_H

const char *version_text(void);

#endif
