#define _GNU_SOURCE  // for the CPU_ macros, which Swift could not call anyway
#include "CLinux.h"

#include <malloc.h>
#include <sched.h>

int sml_affinity_cpu_count(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

void sml_grow_heaps_in_large_steps(void) {
    // A thread's heap is 64 MiB of address space, opened page by page as it fills: one mprotect for every second
    // request of a run that had to build its users. With this it is opened as a whole.
    mallopt(M_TOP_PAD, 64 << 20);
}
