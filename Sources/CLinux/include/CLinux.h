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

#endif
