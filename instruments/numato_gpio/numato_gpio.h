/* Numato USB GPIO module, 8 or 16 channels: interlock inputs, valves, stack light.
 *
 *   gpio readall CR     -------->
 *                       <--------  gpio readall LF CR 0003 LF CR >      echo, pins, prompt
 *   gpio set A CR       -------->
 *                       <--------  gpio set A LF CR >                   pin 10: one digit, base 36
 *   (a pin changed)     <--------  LF CR # 0012 0013 FFEF LF CR >       dropped: the pins are
 * polled
 *
 * device_setup: channels 8 or 16 (0: 16); node the mask of the output pins (0: the upper half).
 * Every other pin is an input and stays one: iomask protects it. */
#ifndef INSTRUMENTS_NUMATO_GPIO_NUMATO_GPIO_H
#define INSTRUMENTS_NUMATO_GPIO_NUMATO_GPIO_H

#include "instruments/driver.h"
#include "instruments/sim.h"

extern const struct driver numato_driver;
extern const struct sim_driver numato_sim;

#endif
