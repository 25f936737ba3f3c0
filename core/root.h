/* Where a monotonic function of one variable crosses zero. */
#ifndef CORE_ROOT_H
#define CORE_ROOT_H

/* Chandrupatla's method (Adv. Eng. Software 28 (1997) 145): inverse quadratic interpolation where
 * it is safe, else bisection; about ten calls of `f` on the curves here. The result depends on the
 * arguments only. Without a change of sign within lo..hi the end that is nearer to zero. */
double root_find(double (*f)(const void *ctx, double x), const void *ctx, double lo, double hi,
                 double tolerance);

/* The same within lo..hi, looked for first near `guess`. */
double root_find_near(double (*f)(const void *ctx, double x), const void *ctx, double guess,
                      double lo, double hi);

#endif
