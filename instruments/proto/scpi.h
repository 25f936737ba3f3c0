/* SCPI text, both ends: answers for drivers, program messages for simulators. Pure, bounded,
 * without memory of its own. Source: SCPI-1999, IEEE 488.2.
 *
 *   program message   INST:NSEL 2;:VOLT 12.5;:MEAS:VOLT?;CURR?      the last is MEAS:CURR?
 *   answer            12.498;0.731                                  one line for all queries
 */
#ifndef INSTRUMENTS_PROTO_SCPI_H
#define INSTRUMENTS_PROTO_SCPI_H

#include "core/bytes.h"

enum { SCPI_HEADER_MAX = 64, SCPI_ERRORS_MAX = 10 };

/* --- fields, for both ends ---------------------------------------------------------------------
 */

/* Cut the next field off `rest` at `separator`, which does not count inside quotes, parentheses and
 * block data. Blanks around the field are dropped. False: nothing is left (rest->at is NULL then);
 * "" has one empty field, "a;" has two. */
bool scpi_take_field(struct span *rest, char separator, struct span *field);

/* A finite number. RC_RANGE: a sentinel (9.9E37 overflow, 9.91E37 not a number), which is no value.
 * RC_PROTOCOL: no number at all. */
MUST_CHECK enum rc scpi_parse_value(struct span text, double *out);
/* ON OFF 1 0, any letter case. */
MUST_CHECK enum rc scpi_parse_onoff(struct span text, bool *out);

/* --- answers, for drivers ----------------------------------------------------------------------
 */

struct scpi_identity {
    struct span make, model, serial, firmware;
};
/* "make,model,serial,firmware" of *IDN?, spans into `text`; the firmware may hold commas. */
MUST_CHECK enum rc scpi_parse_identity(struct span text, struct scpi_identity *out);
/* The same, and only of the unit that is meant. RC_REFUSED: another model, or another serial number
 * than `serial`, of which "" means any. */
MUST_CHECK enum rc scpi_accept_identity(struct span text, const char *model, const char *serial,
                                        struct scpi_identity *out);
/* `0,"No error"`, `+0,"No error"`, `-113,"Undefined header"`. */
MUST_CHECK enum rc scpi_parse_error(struct span text, int *code);

/* --- requests, for drivers ---------------------------------------------------------------------
 */

/* A row of a driver's table: what stands in it goes out, `{x}` as `put` writes 'x'. */
struct scpi_template {
    const char *text;
    enum rc (*put)(const void *ctx, char letter, struct obuf *out);
    const void *ctx;
};
/* With the LF; on error nothing is appended. */
MUST_CHECK enum rc scpi_put_line(struct obuf *out, const struct scpi_template *line);

/* --- block data `#213` + 13 bytes: the length decides, an LF inside is data ----------------------
 */

MUST_CHECK enum rc scpi_parse_block(struct span text, struct span *data);
MUST_CHECK enum rc scpi_put_block(struct obuf *out, struct span data);

/* --- program messages, for simulators ------------------------------------------------------------
 */

/* The first whole message of `bytes`: its length without the LF, which may not be inside a block.
 * False: none is whole yet. */
bool scpi_find_message(struct span bytes, size_t *len);

struct scpi_reader {
    struct span rest;
    char path[SCPI_HEADER_MAX]; /* inherited by the next header, e.g. "SOUR:" */
    size_t path_len;
};
struct scpi_unit {
    char header[SCPI_HEADER_MAX]; /* path included, without leading colon and '?' */
    size_t header_len;
    bool query;
    struct span args;
};
void scpi_read(struct scpi_reader *reader, struct span message);
/* The next unit of the message. False: the end. RC via *rc: RC_PROTOCOL for a header that is none
 * (*unit is not filled; the rest of the message goes on). */
bool scpi_next(struct scpi_reader *reader, struct scpi_unit *unit, enum rc *rc);

/* Does the header spell the pattern? "[SOURce:]VOLTage[:LEVel]": the short form is upper case,
 * parts in brackets may be left out, '#' after a word takes digits, which go to *suffix (1 when
 * left out). Letter case of the header is free. `suffix` may be NULL. */
bool scpi_match(const struct scpi_unit *unit, const char *pattern, unsigned *suffix);

/* A numeric argument: "12.5", "1.5A", "500 mV", MIN MAX DEF. Returns 0 or the SCPI error number
 * (-109 missing, -104 no number, -222 out of range); on error *out is untouched. */
struct scpi_bounds {
    double min, max, preset;
};
int scpi_number_argument(struct span text, const struct scpi_bounds *bounds, double *out);
int scpi_onoff_argument(struct span text, bool *out);

/* "(@1)", "(@101:103)", "(@101,105)" into a list of channel numbers. RC_RANGE: more than `cap`. */
MUST_CHECK enum rc scpi_parse_channels(struct span text, unsigned *channels, size_t cap,
                                       size_t *count);

/* How a make prints numbers: decimals; with an exponent of two digits; with a plus sign. */
struct scpi_style {
    unsigned decimals;
    bool exponent, plus;
};
/* A value that is not finite prints as 9.91E37, the standard's not-a-number. */
MUST_CHECK enum rc scpi_put_number(struct obuf *out, double value, struct scpi_style style);

/* --- error queue and ear, for simulators
 * -----------------------------------------------------------------
 */

struct scpi_errors {
    int code[SCPI_ERRORS_MAX];
    unsigned first, count;
};
/* The last place of a full queue becomes -350, queue overflow. */
void scpi_push_error(struct scpi_errors *errors, int code);
/* 0: empty. */
int scpi_pop_error(struct scpi_errors *errors);
/* Text of the standard, "Device-specific error" for what it does not name. */
const char *scpi_error_text(int code);

/* What a simulator hears of program messages: lines end with LF, a longer one is error -363. */
enum { SCPI_LINE_MAX = 512 };
struct scpi_ear {
    struct scpi_errors errors;
    bool overflow, answered; /* `answered`: this line has an answer already, the next needs a ';' */
    size_t len;
    char line[SCPI_LINE_MAX];
};
/* Obeys or answers one unit; 0, or the number of the error for the queue. */
typedef int scpi_obey(void *sim, const struct scpi_unit *unit, struct obuf *out);
/* `obey` gets every unit of every whole line; what is no header is error -102. */
void scpi_hear(struct scpi_ear *ear, struct span bytes, scpi_obey *obey, void *sim,
               struct obuf *out);
/* One answer of a line; what does not fit is lost, as in an output buffer that is full. */
void scpi_say(struct scpi_ear *ear, struct obuf *out, const char *text);

#endif
