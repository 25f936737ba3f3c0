/* See ptyshim.c. */
#ifndef TESTS_SUPPORT_PTYSHIM_H
#define TESTS_SUPPORT_PTYSHIM_H

/* TIOCM_DTR, TIOCM_RTS ... as they were set last. */
int ptyshim_lines(void);

#endif
