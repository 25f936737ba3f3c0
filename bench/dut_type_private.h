/* Shared by the files of the DUT type loader. Private to bench/dut_type*. */
#ifndef BENCH_DUT_TYPE_PRIVATE_H
#define BENCH_DUT_TYPE_PRIVATE_H

#include "bench/dut_type.h"
#include "bench/station_private.h"

/* What belongs together, once each value is in its own range; says each mistake. */
void dut_type_check_sense(struct station_reader *r, const struct dut_type *type);

#endif
