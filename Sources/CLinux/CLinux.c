#define _GNU_SOURCE  // for the CPU_ macros, which Swift could not call anyway
#include "CLinux.h"

#include <sched.h>

int sml_affinity_cpu_count(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}
