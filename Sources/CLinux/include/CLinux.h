// Linux calls that Swift's Glibc module leaves out.
#ifndef SML_CLINUX_H
#define SML_CLINUX_H

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>

// CPUs this process may run on, or 0 when the kernel will not say.
int sml_affinity_cpu_count(void);

#endif
