/* The station loader: every statement, option and column with a bad value, and what is said about
 * it. */
#include "tests/support/cmocka.h"

#include "tests/support/station_text.h"

#define BASE STATION_TEXT_BASE
#define TABLE STATION_TEXT_TABLE
#define NAME_48 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* `before` the mistake in the station file, or in the channel table. */
static unsigned try_mistakes(const char *folder, const struct station_mistake *mistakes,
                             size_t count, const char *before, bool in_table)
{
    for (size_t i = 0; i < count; i++) {
        char text[4096];
        snprintf(text, sizeof text, "%s%s\n", before, mistakes[i].text);
        struct station_text l =
            station_text_load(folder, in_table ? BASE : text, in_table ? text : TABLE);
        if (l.rc != RC_CONFIG || !l.diag.errors || !station_text_says(&l, &mistakes[i])) {
            diag_print(&l.diag, stderr, false);
            fail_msg("%s: wanted %u:%u %s", mistakes[i].text, mistakes[i].line, mistakes[i].col,
                     mistakes[i].message);
        }
        station_text_unload(&l);
    }
    return (unsigned)count;
}

/* clang-format off */
static const struct station_mistake whole_files[] = {
    {"", 0, 0, "this is not a station file: it has no 'station", "begin with: station NAME"},
    {"sites 2\nchannels \"c.csv\"\n",
     0, 0, "this is not a station file: it has no 'station", "begin with: station NAME"},
    {"station t\nchannels \"c.csv\"\n", 0, 0, "the number of sites is missing", "add: sites N"},
    {"station t\nsites 2\n", 0, 0, "the channel table is missing", "add: channels \"FILE.csv\""},
    {"station t\nsites 0\nchannels \"c.csv\"\n", 2, 7, "expected a whole number from 1 to 64", ""},
    {"station t\nsites 65\nchannels \"c.csv\"\n", 2, 7, "expected a whole number from 1 to 64", ""},
    {"station t\nsites 2 x\nchannels \"c.csv\"\n", 2, 9, "one word too many", ""},
    {"station t\nsites 2\nchannels \"nix.csv\"\n",
     0, 0, "there is no such file", "check the spelling; a re"},
    {"station t kind x\nsites 2\nchannels \"c.csv\"\n",
     1, 16, "expected the kind in \"quotes\"", ""},
    {"station t version -1\nsites 2\nchannels \"c.csv\"\n",
     1, 19, "expected a whole number from 0 to 1000000", ""},
    {"station t kind \"a\" kind \"b\"\nsites 2\nchannels \"c.csv\"\n",
     1, 20, "'kind' is given twice, first on line 1", ""},
    {"station t version 1 version 2\nsites 2\nchannels \"c.csv\"\n",
     1, 21, "'version' is given twice, first on line 1", ""},
    {"station t\nsites 2\nchannels c.csv\n",
     3, 10, "expected the channel table's file in \"quotes\"", ""},
    {"station t\nsites 2\nchannels \"c.csv\"\ninstrument a hmp4040 sim \"a\"\nreference 5 degC\n",
     5, 1, "'reference' stands above all instruments", ""},
    {"station t colour\nsites 2\nchannels \"c.csv\"\n",
     1, 11, "expected kind, version or a \"title\"", ""},
    {"station\nsites 2\nchannels \"c.csv\"\n", 1, 8, "expected a name for the station", ""},
};
static const struct station_mistake statements[] = {
    {"sites 3", 10, 1, "'sites' is given twice, first on line 2", ""},
    {"station again", 10, 1, "'station' is given twice, first on line 1", ""},
    {"sites", 10, 1, "'sites' is given twice, first on line 2", ""},
    {"channels \"c.csv\"", 10, 1, "'channels' is given twice, first on line 3", ""},
    {"volume 60 mL\nvolume 1 mL", 11, 1, "'volume' is given twice, first on line 10", ""},
    {"extraction 50 m3/h\nextraction 50 m3/h",
     11, 1, "'extraction' is given twice, first on line 10", ""},
    {"nominal 2 L/min\nnominal 1 L/min", 11, 1, "'nominal' is given twice, first on line 10", ""},
    {"hottest 100 degC\nhottest 20 degC", 11, 1, "'hottest' is given twice, first on line 10", ""},
    {"stream b via select\nstream b via select",
     11, 1, "'stream' is given twice, first on line 10", ""},
    {"envelope\nend\nenvelope\n  psu.u <= 3 V\nend",
     12, 1, "'envelope' is given twice, first on line 10", ""},
    {"retest\nend\nretest\nend", 12, 1, "'retest' is given twice, first on line 10", ""},
    {"twin\nend\ntwin\n  cell 2 mL\nend", 12, 1, "'twin' is given twice, first on line 10", ""},
    {"twin\n  cell 2 mL\n  cell 3 mL\nend", 12, 3, "'cell' is given twice, first on line 11", ""},
    {"twin\n  manifold 2 mL\n  manifold 2 mL\nend",
     12, 3, "'manifold' is given twice, first on line 11", ""},
    {"twin\n  heaters psu\n  heaters psu\nend",
     12, 3, "'heaters' is given twice, first on line 11", ""},
    {"twin\n  element lsu49\n  element lsu42\nend",
     12, 3, "'element' is given twice, first on line 11", ""},
    {"twin\n  valve io 8\n  valve io 9\nend", 12, 3, "'valve' is given twice, first on line 11", ""},
    {"twin\n  cylinder mfc stream a o2 1 %, o2 2 %, n2 balance\nend",
     11, 33, "'o2' is given twice in this cylinder", ""},
    {"instrument x alicat sim \"x\" address A address B",
     10, 39, "'address' is given twice, first on line 10", ""},
    {"instrument x alicat sim \"x\" address A full-scale 1 L/min \\\n  full-scale 2 L/min",
     11, 3, "'full-scale' is given twice, first on line 10", ""},
    {"instrument x it8500 sim \"x\" node 1 index 2",
     10, 36, "'index' is given twice, first on line 10", ""},
    {"extraction 50 m3/h more", 10, 20, "one word too many", ""},
    {"extraction 50 L", 10, 12, "expected a quantity in m3/h", ""},
    {"extraction -1 m3/h", 10, 12, "expected a quantity in m3/h", ""},
    {"extraction", 10, 11, "expected a quantity in m3/h", ""},
    {"nominal 0.01 L/min", 10, 9, "the nominal total flow is 0.1 to 20 L/min", ""},
    {"nominal 2 V", 10, 9, "expected a quantity in L/min", ""},
    {"nominal 2 L/min x", 10, 17, "one word too many", ""},
    {"volume 0.5 mL", 10, 8, "the gas volume must be 1 mL to 50 L", ""},
    {"volume 60,0 mL", 10, 8, "expected a quantity in mL", "decimals are written with a point"},
    {"nominal 2,5 L/min", 10, 9, "expected a quantity in L/min", "decimals are written with a point"},
    {"volume 60 s", 10, 8, "expected a quantity in mL", ""},
    {"hottest 5000 degC", 10, 9, "the hottest gas path is of -50 to 1200 degC", ""},
    {"hottest 100 V", 10, 9, "expected a quantity in degC", ""},
    {"coldest 301 degC", 10, 9, "the coldest wall is of -40 to 300 degC", ""},
    {"coldest 1 bar", 10, 9, "expected a quantity in degC", ""},
    {"stream c via select", 10, 8, "the second stream is called b", ""},
    {"stream b over select", 10, 10, "expected via", ""},
    {"stream b via valve", 10, 14, "expected select", ""},
    {"stream b to select", 10, 13, "expected ambient", ""},
    {"stream b via select now", 10, 21, "one word too many", ""},
    {"suction", 10, 8, "expected the channel of the pump", ""},
    {"suction sel", 10, 9, "suction: 'sel' is no switch that all sites share", ""},
    {"suction gas.pump", 10, 9, "suction: channel 'gas.pump' is not on this station", ""},
    {"suction sel\nsuction sel", 11, 1, "'suction' is given twice, first on line 10", ""},
    {"suction sel now", 10, 13, "one word too many", ""},
    {"volum 60 mL",
     10, 1, "no such statement in a station file: 'volum'", "did you mean 'volume'?"},
    {"frobnicate 1", 10, 1, "no such statement in a station file: 'frobnica", ""},
    {"envelope\n  psu.u <= 13 V", 10, 1, "this block has no end", ""},
    {"retest\n  never", 12, 1, "this block has no end", ""},
    {"envelope\n  psu.nix <= 3 V\nend",
     11, 3, "envelope: channel 'psu.nix' is not on this sta", ""},
    {"envelope\n  psu.u <= 13 mA\nend", 11, 3, "envelope: 'psu.u' is in V, the bound is not", ""},
    {"envelope\n  psu.u in 3 .. 2 V\nend", 11, 12, "the lower bound is above the upper", ""},
    {"envelope\n  psu.u in 1 A .. 2 V\nend", 11, 12, "the bounds have different dimensions", ""},
    {"envelope\n  psu.u in 1 to 2 V\nend", 11, 14, "expected '..'", ""},
    {"envelope\n  psu.u = 3 V\nend", 11, 9, "expected <=, >= or in", ""},
    {"envelope\n  psu.u <= high\nend", 11, 12, "expected a quantity", ""},
    {"envelope\n  psu.u <= 3 V else panic\nend", 11, 21, "expected cleanup or estop", ""},
    {"envelope\n  psu.u <= 3 V or so\nend",
     11, 16, "expected 'else cleanup', 'else estop' or the e", ""},
    {"envelope\n  psu.u <= 3 V else estop now\nend", 11, 27, "one word too many", ""},
    {"envelope\nend now", 11, 5, "one word too many", ""},
    {"instrument", 10, 11, "expected a name for the instrument", ""},
    {"instrument mfc alicat sim \"x\"", 10, 12, "instrument 'mfc' stands twice", ""},
    {"instrument a_name_that_is_far_too_long_for_this alicat sim \"x\"",
     10, 12, "at most 31 characters here", ""},
    {"instrument x", 10, 13, "expected a driver", ""},
    {"instrument x alicat", 10, 20, "expected a port: usb-serial \"S\", path \"P\", usb", ""},
    {"instrument x alicat tcp \"1.2.3.4\"",
     10, 21, "expected a port: usb-serial, path, usb or sim", ""},
    {"instrument x alicat sim x", 10, 25, "expected the port in \"quotes\"", ""},
    {"instrument x alicat path \"/dev/ttyUSB0\"",
     10, 26, "/dev/ttyUSB0 is renumbered at every plug", "use usb-serial, /dev/ser"},
    {"instrument x alicat usb", 10, 24, "expected VID:PID", ""},
    {"instrument x alicat sim \"x\" address a", 10, 37, "an address is one letter A to Z", ""},
    {"instrument x alicat sim \"x\" address AB", 10, 37, "an address is one letter A to Z", ""},
    {"instrument x alicat sim \"x\" node 70000",
     10, 34, "expected a whole number from 0 to 65535", ""},
    {"instrument x alicat sim \"x\" node three",
     10, 34, "expected a whole number from 0 to 65535", ""},
    {"instrument x alicat sim \"x\" index -1",
     10, 35, "expected a whole number from 0 to 65535", ""},
    {"instrument x alicat sim \"x\" channels 0",
     10, 38, "expected a whole number from 1 to 16", ""},
    {"instrument x alicat sim \"x\" channels 17",
     10, 38, "expected a whole number from 1 to 16", ""},
    {"instrument x alicat sim \"x\" full-scale 10 V", 10, 40, "expected a quantity in L/min", ""},
    {"instrument x alicat sim \"x\" full-scale 0 L/min",
     10, 40, "a full scale is above 0, up to 6000 L/min", ""},
    {"instrument x alicat sim \"x\" reference 30 degC",
     10, 39, "a standard litre is of 0 to 25 degC", ""},
    {"instrument x alicat sim \"x\" reference 0", 10, 39, "expected a quantity in degC", ""},
    {"instrument x alicat sim \"x\" supply 13.5", 10, 36, "expected a quantity in V", ""},
    {"instrument x alicat sim \"x\" supply 100 V", 10, 36, "a supply is of 0 to 60 V", ""},
    {"instrument x alicat sim \"x\" serial 123",
     10, 36, "expected the serial number in \"quotes\"", ""},
    {"instrument x alicat sim \"x\" gas N2", 10, 33, "expected the gas in \"quotes\"", ""},
    {"instrument x alicat sim \"x\" poll 1 ms", 10, 34, "a poll period is 10 ms to 60 s", ""},
    {"instrument x alicat sim \"x\" poll 61 s", 10, 34, "a poll period is 10 ms to 60 s", ""},
    {"instrument x alicat sim \"x\" cal 2027-03-01", 10, 33, "expected due", ""},
    {"instrument x alicat sim \"x\" cal due 1.3.2027", 10, 37, "a date is YYYY-MM-DD", ""},
    {"instrument x alicat sim \"x\" cal due 2020-13-41", 10, 37, "there is no such date", ""},
    {"instrument x alicat sim \"x\" cal due 2027-02-29", 10, 37, "there is no such date", ""},
    {"instrument x alicat sim \"x\" cal due 2027-00-10", 10, 37, "there is no such date", ""},
    {"instrument x alicat sim \"x\" cert 12", 10, 34, "expected the certificate in \"quotes\"", ""},
    {"instrument x it8500 sim \"bus\"",
     10, 1, "'mfc' and 'x' cannot share a port: other protoc", ""},
    {"instrument x dp832 sim \"psu\"", 10, 1, "'psu' and 'x' cannot share a port: one wants it", ""},
    {"instrument x alicat sim \"x\" adress A",
     10, 29, "no such instrument option: 'adress'", "did you mean 'address'?"},
    {"twin\n  cylinder nix stream a n2 balance\nend",
     11, 12, "no instrument 'nix' above this line", ""},
    {"twin\n  cylinder psu stream a n2 balance\nend",
     11, 12, "this flow controller has no full scale", "add: full-scale 10 L/min"},
    {"twin\n  cylinder mfc stream c n2 balance\nend", 11, 23, "expected a or b", ""},
    {"twin\n  cylinder mfc lane a n2 balance\nend", 11, 16, "expected stream", ""},
    {"twin\n  cylinder mfc stream a xe balance\nend", 11, 25, "expected a gas species", ""},
    {"twin\n  cylinder mfc stream a o2 1 V\nend",
     11, 28, "expected a share in % or ppm, or balance", ""},
    {"twin\n  cylinder mfc stream a o2 50 %\nend",
     11, 12, "this cylinder's shares do not make up 100 %", "name the rest: n2 balanc"},
    {"twin\n  cylinder mfc stream a o2 150 %, n2 balance\nend",
     11, 12, "this cylinder's shares do not make up 100 %", "name the rest: n2 balanc"},
    {"twin\n  cylinder mfc stream a n2 balance\n  cylinder mfc stream a n2 balance\nend",
     12, 12, "this flow controller has a cylinder already", ""},
    {"twin\n  cylinder mfc stream a n2 balance o2\nend",
     11, 36, "expected ',' or the end of the line", ""},
    {"twin\n  stuck mfc at least 1 L/min\nend", 11, 9, "this instrument doses no gas here", "a line 'cylinder'"},
    {"twin\n  cylinder mfc stream a n2 balance\n  stuck mfc open\nend", 12, 13, "expected at", ""},
    {"twin\n  cylinder mfc stream a n2 balance\n  stuck mfc at rest\nend",
     12, 16, "expected least or most", ""},
    {"twin\n  cylinder mfc stream a n2 balance\n  stuck mfc at most 11 L/min\nend",
     12, 21, "such a flow is of 0 to its full scale", ""},
    {"twin\n  heaters psu x\nend", 11, 15, "one word too many", ""},
    {"twin\n  load io with psu 1\nend", 11, 11, "expected on", ""},
    {"twin\n  load io on psu 5\nend", 11, 18, "expected a whole number from 1 to 4", ""},
    {"twin\n  valve io 16\nend", 11, 12, "expected a whole number from 0 to 15", ""},
    {"twin\n  valve io 8 8\nend", 11, 14, "one word too many", ""},
    {"instrument b alicat_pc sim \"x\" full-scale 3 L/min", 10, 43, "expected a quantity in bar", ""},
    {"instrument b alicat_pc sim \"x\" full-scale 11 bar",
     10, 43, "a full scale of pressure is 0.1 to 10 bar", ""},
    {"twin\n  back-pressure nix\nend", 11, 17, "no instrument 'nix' above this line", ""},
    {"twin\n  back-pressure io\nend", 11, 17, "'io' is no pressure controller", ""},
    {"instrument b alicat_pc sim \"x\"\ntwin\n  back-pressure b\nend",
     12, 17, "this pressure controller has no full scale", "add: full-scale 3 bar"},
    {"instrument b alicat_pc sim \"x\" full-scale 3 bar\ntwin\n  back-pressure b pump\nend",
     12, 19, "expected 'suction' or the end of the line", ""},
    {"instrument b alicat_pc sim \"x\" full-scale 3 bar\ntwin\n  back-pressure b suction 30 kPa io 9\nend",
     12, 34, "the pump is switched by the instrument that s", "a line 'valve' above"},
    {"instrument b alicat_pc sim \"x\" full-scale 3 bar\ntwin\n  valve io 8\n"
     "  back-pressure b suction 101 kPa io 9\nend",
     13, 35, "a suction is of 1 to 100 kPa", ""},
    {"instrument b alicat_pc sim \"x\" full-scale 3 bar\ntwin\n  valve io 8\n"
     "  back-pressure b suction 30 kPa io 16\nend",
     13, 37, "expected a whole number from 0 to 15", ""},
    {"instrument b alicat_pc sim \"x\" full-scale 3 bar\ntwin\n  vent-pressure b\nend",
     12, 3, "the vent is held at the pressure of the ele", "a line 'back-pressure' above"},
    {"instrument b alicat_pc sim \"x\" full-scale 3 bar\ntwin\n  back-pressure b\n  vent-pressure io\nend",
     13, 17, "'io' is no pressure controller", ""},
    {"twin\n  reverse io 9\nend", 11, 11, "the flow is reversed by the instrument that sw", "a line 'valve' above"},
    {"twin\n  valve io 8\n  reverse io 16\nend", 12, 14, "expected a whole number from 0 to 15", ""},
    {"twin\n  proven io x\nend", 11, 13, "expected a whole number from 0 to 15", ""},
    {"twin\n  manifold 40\nend", 11, 12, "expected a quantity in mL", ""},
    {"twin\n  cell 40 mL 3\nend", 11, 14, "one word too many", ""},
    {"twin\n  element zrO2\nend", 11, 11, "expected lsu49, lsu42, barrier, dual_diffus", ""},
    {"twin\n  element barrier variant p9\nend", 11, 27, "the twin has no such variant of this eleme", ""},
    {"twin\n  element lsu49 variant p1\nend", 11, 25, "the twin has no such variant of this eleme", ""},
    {"twin\n  element barrier kind p1\nend", 11, 19, "expected 'variant NAME' or the end of the l", ""},
    {"twin\n  source nix 1\nend", 11, 10, "no instrument 'nix' above this line", ""},
    {"twin\n  source io 3\nend", 11, 13, "expected a whole number from 1 to 2", ""},
    {"twin\n  source io 1\n  lockin io 2\nend", 12, 13, "this instrument has a site already", ""},
    {"twin\n  digitizer io 3\nend", 11, 16, "expected a whole number from 1 to 2", ""},
    {"twin\n  scanner io io\nend", 11, 14, "one word too many", ""},
    {"twin\n  meter io psu 1\nend", 11, 12, "expected on", ""},
    {"twin\n  meter io on psu 5\nend", 11, 19, "expected a whole number from 1 to 4", ""},
    {"dut x.dut", 10, 5, "expected the DUT type file in \"quotes\"", ""},
    {"dut \"nix.dut\"", 0, 0, "there is no such file", "check the spelling; a re"},
    {"dut \"t.dut\"\ndut \"t.dut\"", 11, 1, "'dut' is given twice, first on line 10", ""},
    {"heaters-on psu", 10, 1, "heaters-on needs the kind of part: its heater's", "add: dut \"FILE.dut\""},
    {"heaters-on psu\nheaters-on psu", 11, 1, "'heaters-on' is given twice, first on line 10", ""},
    {"heaters-on nix", 10, 12, "no instrument 'nix' above this line", ""},
    {"twin\n  gizmo 3\nend", 11, 3, "no such line in a twin block: 'gizmo'", ""},
    {"twin\n  cell 2 mL", 10, 1, "this block has no end", ""},
    {"twin\nend now", 11, 5, "one word too many", ""},
};
static const struct station_mistake rows[] = {
    {",shared,in,V,0,1,,,psu,u[1],", 6, 1, "a channel name has 1 to 47 characters: ''", ""},
    {NAME_48 ",shared,in,V,0,1,,,psu,u[1],",
     6, 1, "a channel name has 1 to 47 characters: 'xxxxxx", ""},
    {"y,all,in,V,0,1,,,psu,u[1],", 6, 3, "unknown scope: 'all'", "site or shared"},
    {"y,shared,both,V,0,1,,,psu,u[1],", 6, 10, "unknown direction: 'both'", "in or out"},
    {"y,shared,in,Volt,0,1,,,psu,u[1],", 6, 13, "unknown unit: 'Volt'", ""},
    {"y,shared,in,mv,0,1,,,psu,u[1],", 6, 13, "unknown unit: 'mv'", "did you mean 'mV'?"},
    {"y,shared,in,V,zero,1,,,psu,u[1],", 6, 15, "not a number: 'zero'", "a number with a decimal "},
    {"y,shared,in,V,\"0,5\",1,,,psu,u[1],",
     6, 15, "not a number: '0,5'", "a number with a decimal "},
    {"y,shared,in,V,0,,,,psu,u[1],", 6, 17, "not a number: ''", "a number with a decimal "},
    {"y,shared,in,V,2,1,,,psu,u[1],", 6, 15, "min is above max: '2'", ""},
    {"y,shared,in,V,0,nan,,,psu,u[1],", 6, 17, "not a number: 'nan'", "a number with a decimal "},
    {"y,shared,in,V,0,1,fast,,psu,u[1],", 6, 19, "not a slew rate: 'fast'", "like 5 L/min/s"},
    {"y,shared,in,V,0,1,0 V/s,,psu,u[1],", 6, 19, "not a slew rate: '0 V/s'", "like 5 L/min/s"},
    {"y,shared,in,V,0,1,,2 V,psu,u[1],", 6, 20, "not a settling time: '2 V'", "like 2.0 s"},
    {"y,shared,in,V,0,1,,-1 s,psu,u[1],", 6, 20, "not a settling time: '-1 s'", "like 2.0 s"},
    {"y,shared,in,V,0,1,,,nix,u[1],", 6, 1, "channel 'y': there is no instrument 'nix'", ""},
    {"y,shared,in,V,0,1,,,wb{site},un,", 6, 1, "channel 'y': there is no instrument 'wb0'", ""},
    {"y,shared,in,V,0,1,,,psu,w[1],", 6, 1, "channel 'y': its instrument has no signal 'w[1", ""},
    {"y,shared,in,V,0,1,,,psu,u[5],", 6, 1, "channel 'y': its instrument has not that many ", ""},
    {"y,shared,in,V,0,1,,,psu,u[0],",
     6, 1, "channel 'y': cannot read the signal 'u[0]'", "like u, u[2] or u[1..4]"},
    {"y,shared,in,V,0,1,,,psu,u[2..1],",
     6, 1, "channel 'y': cannot read the signal 'u[2..1]'", "like u, u[2] or u[1..4]"},
    {"y,shared,in,V,0,1,,,psu,u[1..],",
     6, 1, "channel 'y': cannot read the signal 'u[1..]'", "like u, u[2] or u[1..4]"},
    {"y,shared,in,V,0,1,,,psu,u[1]x,",
     6, 1, "channel 'y': cannot read the signal 'u[1]x'", "like u, u[2] or u[1..4]"},
    {"y,shared,in,V,0,1,,,psu,u99,",
     6, 1, "channel 'y': cannot read the signal 'u99'", "like u, u[2] or u[1..4]"},
    {"y,shared,in,A,0,1,,,psu,u[1],", 6, 1, "channel 'y': has another dimension than the si", ""},
    {"y,shared,in,onoff,,,,,psu,u[1],", 6, 1, "channel 'y': has another dimension than the si", ""},
    {"y,shared,in,V,0,1,,,io,in[0],", 6, 1, "channel 'y': has another dimension than the si", ""},
    {"y,shared,out,V,0,1,,,wb1,un,", 6, 1, "channel 'y': is an output, but this signal can", ""},
    {"y,shared,in,onoff,,,,,io,in[16],",
     6, 1, "channel 'y': its instrument has not that man", ""},
    {"y,shared,in,V,0,1,,,psu,u[1],5", 6, 30, "this uncertainty has another dimension than th", ""},
    {"y,shared,in,V,0,1,,,psu,u[1],-5 mV",
     6, 30, "not an uncertainty: '-5 mV'", "like 4 uA or 0.6 %rd"},
    {"y,shared,in,V,0,1,,,psu,u[1],5 mA",
     6, 30, "this uncertainty has another dimension than th", ""},
    {"gas.n2,shared,in,V,0,1,,,psu,u[1],", 6, 1, "this channel stands twice: 'gas.n2'", ""},
    {"y,site,in,V,0,1,,,calc,nix * 2,", 6, 1, "channel 'y': its expression names no channel '", ""},
    {"y,site,in,V,0,1,,,calc,psu.u * psu.u,",
     6, 1, "channel 'y': its expression has another dimens", ""},
    {"y,site,in,V,0,1,,,calc,y + psu.u,",
     6, 1, "channel 'y': stands above its input 'y'", "put the row of the input"},
    {"y,site,in,V,0,1,,,calc,z + psu.u,\nz,shared,in,V,0,1,,,psu,u[1],",
     6, 1, "channel 'y': stands above its input 'z'", "put the row of the input"},
    {"y,shared,in,V,0,1,,,calc,dut.un * 2,",
     6, 1, "channel 'y': is shared, but its input is not: ", "give it the scope site"},
    {"y,site,in,V,0,1,,,calc,psu.u +,", 6, 8, "expected a value, but the line ends here", ""},
    {"y,site,in,V,0,1,,,calc,psu.u + 1 A,",
     6, 1, "channel 'y': its expression adds or compares d", ""},
    {"y,site,out,V,0,1,,,calc,psu.u * 2,",
     6, 1, "channel 'y': is an output, but nothing can be ", "in"},
    {"y,site,in,V,0,1,,,calc,mean(psu.u),", 6, 1, "channel 'y': its expression calls 'mean'", ""},
    {"y,shared,in,%,0,1,,,mix,methane,",
     6, 1, "channel 'y': the manifold has no signal 'of th", "total, fuel_lfl, vent_fu"},
    {"y,shared,out,%,0,1,,,mix,o2,", 6, 1, "channel 'y': is an output, but nothing can be ", "in"},
    {"y,site,out,onoff,,,,,heater,enable,", 6, 1, "channel 'y': this station regulates no heat", "add: dut \"FILE.dut\" and"},
    {"y,site,in,onoff,,,,,heater,enable,", 6, 1, "channel 'y': has another direction, scope o", "enable, target, hold: ou"},
    {"y,shared,out,onoff,,,,,heater,hold,", 6, 1, "channel 'y': has another direction, scope o", "enable, target, hold: ou"},
    {"y,site,out,onoff,,,,,heater,boil,", 6, 1, "channel 'y': the heater has no signal 'of th", "enable, target, hold or "},
    {"y,site,in,V,0,1,,,psu,u[{site+4}],", 6, 1, "channel 'y': its instrument has not that man", ""},
    {"y,shared,in,%,0,1,,,mix",
     6, 0, "the row has 9 cells, the header has 11", "an empty cell still need"},
};
/* clang-format on */

static void a_mistake_in_a_station_is_said_at_its_place(void **state)
{
    unsigned tried = try_mistakes(*state, whole_files, COUNT(whole_files), "", false);
    tried += try_mistakes(*state, statements, COUNT(statements), BASE, false);
    print_message("figure: station: %u mistakes in station files found at their place\n", tried);
}

static void a_mistake_in_a_channel_table_is_said_at_its_place(void **state)
{
    unsigned tried = try_mistakes(*state, rows, COUNT(rows), TABLE, true);
    print_message("figure: station: %u mistakes in channel tables found at their place\n", tried);
}

/* One mistake, one message: what follows from it is not said again. */
static void one_mistake_is_said_once(void **state)
{
    static const char *const texts[] = {
        "station t\nsites 0\nchannels \"c.csv\"\n",
        "station t\nsites 0\nchannels \"c.csv\"\ninstrument wb rusefi sim \"x\"\ntwin\n"
        "  source wb 1\nend\n",
        BASE "volume 1e400 mL\n",
        BASE "volume 60,0 mL\n",
        BASE "instrument x alicat sim \"x\" address A serial \"open\n",
        BASE "envelope\n  psu.u <= 1e400 V\nend\n",
        BASE "twin\n  cell 2 mL\nend\ntwin\n  cell 2 mL\nend\n",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct station_text l = station_text_load(*state, texts[i], TABLE);
        if (l.diag.errors != 1) {
            diag_print(&l.diag, stderr, false);
            fail_msg("text %zu: %u errors", i, l.diag.errors);
        }
        station_text_unload(&l);
    }
}

/* What the bench would refuse when it opens the ports is refused here. */
static void instruments_that_cannot_be_opened_are_refused(void **state)
{
    static const struct station_mistake mistakes[] = {
        {"instrument x alicat sim \"bus\" address A", 10, 1,
         "'x' and 'mfc' have the same address on one port", "give each its own address"},
        {"instrument x alicat_sccm sim \"bus\" address A", 10, 1,
         "'x' and 'mfc' have the same address on one port", "give each its own address"},
        {"instrument x rusefi sim \"can1\"", 10, 1,
         "'x' and 'wb1' have the same address on one port", "give each its own address"},
        {"instrument x bronkhorst sim \"p\" node 3\ninstrument y bronkhorst sim \"p\" node 3", 11,
         1, "'y' and 'x' have the same address on one port", "give each its own address"},
        {"instrument x hmp4040 sim \"x\" channels 9", 10, 1, "hmp4040 has 4 channels, not 9", ""},
        {"instrument x hmp2020 sim \"x\" channels 3", 10, 1, "hmp2020 has 2 channels, not 3", ""},
        {"instrument x numato sim \"x\" channels 9", 10, 1, "cannot be set up like this",
         "look at its address"},
        {"instrument x alicat sim \"x\"", 10, 1, "cannot be set up like this",
         "look at its address"},
        {"instrument x it8500 sim \"x\" node 300", 10, 1, "cannot be set up like this",
         "look at its address"},
        {"instrument x rusefi sim \"x\" index 300", 10, 1, "cannot be set up like this",
         "look at its address"},
    };
    (void)try_mistakes(*state, mistakes, COUNT(mistakes), BASE, false);
}

static void a_missing_column_is_named(void **state)
{
    struct station_text l =
        station_text_load(*state, BASE, "channel,scope,dir,unit,min,max,slew,settle,signal\n");
    assert_int_equal(l.rc, RC_CONFIG);
    assert_int_equal(l.diag.errors, 2);
    assert_true(
        station_text_says(&l, &(struct station_mistake){"", 1, 1, "no column 'instrument'", ""}));
    assert_true(station_text_says(&l, &(struct station_mistake){"", 1, 1, "no column 'u95'", ""}));
    station_text_unload(&l);
}

static void an_unknown_driver_is_a_warning(void **state)
{
    struct station_text l =
        station_text_load(*state, BASE "instrument x nosuch sim \"x\"\n", TABLE);
    assert_int_equal(l.rc, RC_OK);
    assert_int_equal(l.diag.errors, 0);
    assert_int_equal(l.diag.warnings, 1);
    assert_true(station_text_says(
        &l, &(struct station_mistake){"", 10, 14, "no driver 'nosuch'", "scan --drivers"}));
    assert_null(l.station->instruments[5].entry);
    station_text_unload(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistake_in_a_station_is_said_at_its_place),
        cmocka_unit_test(a_mistake_in_a_channel_table_is_said_at_its_place),
        cmocka_unit_test(one_mistake_is_said_once),
        cmocka_unit_test(instruments_that_cannot_be_opened_are_refused),
        cmocka_unit_test(a_missing_column_is_named),
        cmocka_unit_test(an_unknown_driver_is_a_warning),
    };
    return cmocka_run_group_tests(tests, station_text_make_folder, station_text_remove_folder);
}
