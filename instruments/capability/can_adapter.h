/* A CAN adapter in front of other instruments: offers no signal of its own, but must be identified
 * and opened before them. */
#ifndef INSTRUMENTS_CAPABILITY_CAN_ADAPTER_H
#define INSTRUMENTS_CAPABILITY_CAN_ADAPTER_H

#include "instruments/capability/capability.h"

extern const struct capability capability_can_adapter;

#endif
