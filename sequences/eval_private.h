/* Shared by eval_compile.c and eval.c (run, uncertainty). */
#ifndef SEQUENCES_EVAL_PRIVATE_H
#define SEQUENCES_EVAL_PRIVATE_H

#include "sequences/eval.h"

struct eval_instr {
    enum eval_op op;
    unsigned a, b;
    struct eval_value value;
};

#endif
