#include "core/rc.h"

const char *rc_text(enum rc rc)
{
    switch (rc) {
    case RC_OK:
        return "ok";
    case RC_TIMEOUT:
        return "time-out";
    case RC_IO:
        return "i/o error";
    case RC_PROTOCOL:
        return "protocol error";
    case RC_RANGE:
        return "out of range";
    case RC_REFUSED:
        return "refused";
    case RC_CONFIG:
        return "bad configuration";
    case RC_NOSPACE:
        return "no space";
    }
    return "unknown error";
}
