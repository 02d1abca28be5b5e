// Linux calls that Swift's Glibc module leaves out.
#ifndef SML_CLINUX_H
#define SML_CLINUX_H

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>

// CPUs this process may run on, or 0 when the kernel will not say.
int sml_affinity_cpu_count(void);

// Lets glibc's heaps grow by many pages at a time instead of one; address space only, no memory until it is used.
void sml_grow_heaps_in_large_steps(void);

// Runs `body` on a thread of its own, which nobody waits for. Returns 0 or the error for want of one. `name` has 15 bytes
// at the most.
int sml_thread_start(const char *name, void (*body)(void *), void *context);

#endif
