/* The gas path of a bench: flow controllers, a mixing manifold for each of the two streams, the
 * three-way valve, a piece of tube and the space around the elements. Steps of 10 ms, exact for
 * constant flows.
 *
 *   controller  dead time 40 ms, then first order, 0.3 s
 *   manifold    ideally mixed, V/Q of its own stream
 *   tube        plug flow, half of cell_mL; a queue of slices that keeps every millilitre
 *   cell        ideally mixed, the other half of cell_mL; with next to no flow the air of the room
 *               creeps in from the vent (0.02 mL/s)
 *   pressure    ambient and 0.05 kPa per slpm through the cell; behind the cell there may be a
 *               back-pressure valve, whose outlet is at ambient or at a pump's pressure: first
 *               order, 0.5 s, never below what lies behind it, and only gas that flows can raise it
 *   vent        where a second valve holds the stream that goes to the vent, its pressure is its
 *               own; at the switch the gas of both sides of the three-way valve meets: the cell
 *               takes the mean over manifold and cell. Where none is fitted that pressure is left
 *               out.
 *   across      where a valve reverses the flow over the elements the side that meets the gas
 *               first is colder, by 4 K at 10 slpm, with the root of the flow; first order, 5 s;
 *               elsewhere the gas comes along both sides alike
 *   ambient     a space of ambient_mL on the other side of the elements, where a rig has one:
 *               stream b goes there and the valve does nothing; with next to no flow the room
 *               comes in
 *
 * Standard litre: 0 degC, 101.325 kPa. The selected stream goes to the cell, the other to the vent.
 * All sites stand in the same cell. What compression keeps back of the flow is left out. Dead time,
 * time constants, back diffusion and what the flow cools are assumptions. */
#ifndef TWIN_GASLINE_H
#define TWIN_GASLINE_H

#include <stdbool.h>

#include "gas/species.h"

#define TWIN_STEP_S 0.01 /* the grid that everything in the twin steps on */

enum { GASLINE_FLOWS_MAX = 16, GASLINE_DEAD_STEPS = 4, GASLINE_SLICES = 160 };

struct gasline_flow {
    struct gas_mix cylinder;
    double full_scale_slpm;
    unsigned stream;
    double gain;     /* true flow / flow that the controller believes in */
    double set_slpm; /* as commanded */
    double late_slpm[GASLINE_DEAD_STEPS];
    double flow_slpm; /* as the controller believes */
    bool moving;
    bool broken; /* it cannot close below the least, or deliver above the most */
    double least_slpm, most_slpm;
};

struct gasline_stream {
    struct gas_mix inlet, manifold;
    double flow_slpm; /* true */
    double share;     /* of the manifold exchanged per step */
    bool moving;      /* manifold or inlet still change */
};

/* The valve behind the cell. At a set point of 0 it is fully open. */
struct gasline_valve {
    bool fitted;
    double set_kPa;  /* true pressure at which it holds the cell */
    double back_kPa; /* at its outlet; gasline_init puts it at ambient */
};

/* The valve that reverses the flow over the elements: forward it meets the first side (of 12;
 * the pump cell) first. */
struct gasline_across {
    bool fitted, reversed;
};

struct gasline_slice {
    struct gas_mix gas;
    double mL;
};

/* What the elements see. */
struct gas_view {
    struct gas_mix mix;
    double pressure_kPa;
    double convection;  /* factor on a heater's loss to the gas: 1 + 0.15 sqrt(slpm/10) */
    unsigned serial;    /* changes whenever anything above changes */
    double side_K;      /* what the flow makes the first side (12; the pump cell) hotter by */
    double compression; /* the pressure over that with the valve open to the room; 1 without one */
};

struct gasline {
    struct gasline_flow flows[GASLINE_FLOWS_MAX];
    unsigned flow_count;
    struct gasline_stream streams[2];
    unsigned selected;
    struct gasline_valve valve, vent;
    double vent_kPa; /* of the stream that goes to the vent, where `vent` is fitted */
    struct gasline_across across;
    double manifold_mL, tube_mL, cell_mL, ambient_degC, ambient_kPa;
    double controller_share; /* of the way to its goal that a flow goes in one step */
    double mL_per_slpm_step; /* volume that 1 slpm brings in one step, at ambient conditions */
    struct gasline_slice slices[GASLINE_SLICES]; /* ring, oldest first */
    unsigned oldest, slice_count;
    double since_change_mL; /* through the tube since its inlet changed last */
    bool settled;           /* nothing at the cell changes any more */
    struct gas_view view;   /* view.mix is the state of the cell */
    double ambient_mL;      /* 0: the ambient side of the elements is the room */
    struct gas_mix ambient; /* there */
};

/* Flows of `line->flows`, volumes and ambient conditions are set by the caller; the line is full of
 * air and nothing flows. */
void gasline_init(struct gasline *line);
/* Beyond 0..110 % of full scale the controller's valve is at its stop. NaN counts as 0. */
void gasline_set_flow(struct gasline *line, unsigned flow, double slpm);
/* A valve that sticks, a bottle that is empty: the flow stays inside these from now on. */
void gasline_break_flow(struct gasline *line, unsigned flow, double least_slpm, double most_slpm);
void gasline_select(struct gasline *line, unsigned stream);
/* Of a valve of the line; NaN counts as 0. */
void gasline_set_pressure(struct gasline_valve *valve, double kPa);
/* Behind both valves. */
void gasline_set_back(struct gasline *line, double kPa);
void gasline_reverse(struct gasline *line, bool reversed);
void gasline_step(struct gasline *line);

#endif
