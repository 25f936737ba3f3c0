#include <signal.h>
#include <stdlib.h>

#include "bench/cli.h"

int main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); /* a file size limit is then an error of write, not a death */
    signal(SIGPIPE, SIG_IGN);
    exit(cli_main(argc, argv));
}
