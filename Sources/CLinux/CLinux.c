#define _GNU_SOURCE  // for the CPU_ macros, which Swift could not call anyway
#include "CLinux.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

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

struct start {
    void (*body)(void *);
    void *context;
};

static void *run(void *context) {
    struct start start = *(struct start *)context;
    free(context);
    start.body(start.context);
    return NULL;
}

int sml_thread_start(const char *name, void (*body)(void *), void *context) {
    struct start *start = malloc(sizeof *start);
    if (start == NULL) return ENOMEM;
    *start = (struct start){body, context};
    pthread_t thread;
    int error = pthread_create(&thread, NULL, run, start);
    if (error != 0) {
        free(start);
        return error;
    }
    pthread_setname_np(thread, name);
    pthread_detach(thread);
    return 0;
}
