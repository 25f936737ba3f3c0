#include "twin/buffer.h"

#include <assert.h>
#include <math.h>

#include "core/num.h"
#include "gas/thermo.h"

/* clang-format off */
static const struct buffer_info infos[BUFFER_COUNT] = {
    [BUFFER_PD]     = {"Pd/PdO", "Nell & O'Neill 1996", 730, 1200, 0.01, true,
                       8.85, 14.70, 2, 2},
    [BUFFER_PD_EMF] = {"Pd/PdO(b)", "EMF study 699-1060 K", 699, 1060, 0.03, true,
                       8.85, 14.70, 2, 2},
    [BUFFER_NI]     = {"Ni/NiO", "O'Neill & Pownceby 1993", 700, 1700, 0.02, true,
                       6.59, 11.20, 2, 2},
    [BUFFER_CO]     = {"Co/CoO", "O'Neill & Pownceby 1993, unconfirmed", 700, 1394, 0.03, false,
                       6.67, 11.63, 2, 2},
    [BUFFER_CU]     = {"Cu/Cu2O", "O'Neill & Pownceby 1993, unconfirmed", 750, 1330, 0.03, false,
                       7.11, 23.85, 1, 2},
    [BUFFER_CU2O]   = {"Cu2O/CuO(NASA)", "NASA/TP-2002-211556", 600, 1400, 0.05, true,
                       23.85, 12.61, 2, 1},
    [BUFFER_FE]     = {"Fe/Fe0.947O(NASA)", "NASA/TP-2002-211556", 500, 1652, 0.05, true,
                       7.09, 12.11, 2 / 0.947, 2},
};

/* dG = a + b T + c T ln T + d T^2 */
static const struct { double a, b, c, d; } lines[BUFFER_COUNT] = {
    [BUFFER_PD]     = {-238842, 316.129, -15.192, 0},
    [BUFFER_PD_EMF] = {-225579.6, 199.62, 0, 0},
    [BUFFER_NI]     = {-478967, 248.514, -9.7961, 0},
    [BUFFER_CO]     = {-492186, 509.322, -53.284, 0.02518},
    [BUFFER_CU]     = {-347705, 246.096, -12.9053, 0},
};

enum phase { PHASE_CU2O, PHASE_CUO, PHASE_FE, PHASE_FEO };

static const struct segment { enum phase phase; double lo_K, hi_K, a[9]; } segments[] = {
    {PHASE_CU2O, 600, 1516.7,
     {4.899293250e+06, -3.226767710e+04, 9.242913240e+01, -1.133053506e-01, 8.886458460e-05,
      -3.911779590e-08, 8.170753140e-12, 1.562364374e+05, -5.668285450e+02}},
    {PHASE_CUO, 500, 1400,
     {1.200465628e+06, -7.265787600e+03, 2.078520457e+01, -1.455522591e-02, 1.267438982e-05,
      -1.010207859e-08, 3.818025500e-12, 2.099455971e+04, -1.272540351e+02}},
    {PHASE_FE, 500, 800,
     {3.543032740e+06, -2.447150531e+04, 6.561020930e+01, -7.043929680e-02, 3.181052870e-05,
      0, 0, 1.345059978e+05, -4.133788690e+02}},
    {PHASE_FE, 800, 1042,
     {2.661026334e+09, -7.846827970e+06, -7.289212280e+02, 2.613888297e+01, -3.494742140e-02,
      1.763752622e-05, -2.907723254e-09, 5.234868470e+07, -1.529052200e+04}},
    {PHASE_FE, 1042, 1184,
     {2.481923052e+08, 0, -5.594349090e+02, 3.271704940e-01, 0, 0, 0, 6.467503430e+05,
      3.669168720e+03}},
    {PHASE_FE, 1184, 1665,
     {1.442428576e+09, -5.335491340e+06, 8.052828000e+03, -6.303089630e+00, 2.677273007e-03,
      -5.750045530e-07, 4.718611960e-11, 3.264264250e+07, -5.508852170e+04}},
    {PHASE_FEO, 298.15, 1652,
     {-1.179193966e+04, 1.388393372e+02, 2.999841854e+00, 1.274527210e-02, -1.883886065e-05,
      1.274258345e-08, -3.042206479e-12, -3.417350500e+04, -1.284759120e+01}},
};
/* clang-format on */

const struct buffer_info *buffer_info(enum buffer_system system)
{
    assert((unsigned)system < BUFFER_COUNT);
    return &infos[system];
}

/* g/RT = H/RT - S/R of one mole. */
static double phase_g_RT(enum phase phase, double T)
{
    const struct segment *s = segments;
    while (s->phase != phase || !num_within(T, s->lo_K, s->hi_K))
        s++; /* 700..1400 K is covered for every phase */
    const double *a = s->a;
    double lnT = log(T), T2 = T * T;
    double h = -a[0] / T2 + a[1] * lnT / T + a[2] +
               T * (a[3] / 2 + T * (a[4] / 3 + T * (a[5] / 4 + T * a[6] / 5))) + a[7] / T;
    double entropy = -a[0] / (2 * T2) - a[1] / T + a[2] * lnT +
                     T * (a[3] + T * (a[4] / 2 + T * (a[5] / 3 + T * a[6] / 4))) + a[8];
    return h - entropy;
}

enum rc buffer_ln_pO2(enum buffer_system system, double T_K, double *out)
{
    double dG;
    enum rc rc = buffer_dG_J_mol(system, T_K, &dG);
    if (rc == RC_OK)
        *out = dG / (GAS_R_J_MOLK * T_K);
    return rc;
}

enum rc buffer_dG_J_mol(enum buffer_system system, double T_K, double *out)
{
    struct gas_thermo o2;
    assert((unsigned)system < BUFFER_COUNT);
    if (!num_within(T_K, 700, 1400) || gas_thermo_at(GAS_O2, T_K, &o2) != RC_OK)
        return RC_RANGE;
    double RT = GAS_R_J_MOLK * T_K;
    if (system == BUFFER_CU2O)
        *out = RT * (4 * phase_g_RT(PHASE_CUO, T_K) - 2 * phase_g_RT(PHASE_CU2O, T_K) - o2.g_RT);
    else if (system == BUFFER_FE)
        *out =
            RT * (2 * phase_g_RT(PHASE_FEO, T_K) - 2 * 0.947 * phase_g_RT(PHASE_FE, T_K) - o2.g_RT);
    else
        *out = lines[system].a + T_K * (lines[system].b + lines[system].c * log(T_K)) +
               lines[system].d * T_K * T_K;
    return RC_OK;
}

void buffer_reserve_C(enum buffer_system system, double mm3, double metal_share, double *oxide_C,
                      double *metal_C)
{
    const struct buffer_info *info = buffer_info(system);
    double cm3 = mm3 * 1e-3;
    *oxide_C =
        cm3 * (1 - metal_share) / info->oxide_cm3_mol * info->oxide_F_mol * GAS_FARADAY_C_MOL;
    *metal_C = cm3 * metal_share / info->metal_cm3_mol * info->metal_F_mol * GAS_FARADAY_C_MOL;
}
