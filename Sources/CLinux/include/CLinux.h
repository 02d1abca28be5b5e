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
// at the most. With `realtime` above 0 it has that priority of SCHED_FIFO, and what it starts in its turn has not; EPERM
// where this process may not have it.
int sml_thread_start(const char *name, int realtime, void (*body)(void *), void *context);

// What the kernel knows of a TCP connection, also of one that was reset and not yet closed by us.
typedef struct {
    int is_open;   // ESTABLISHED: neither side has ended it
    // Bytes given to the kernel that the peer's has not acknowledged, resets included; -1 when it does not tell (before 4.19).
    long long unacknowledged;
} sml_connection_facts;
// 0 when `socket` is no TCP socket.
int sml_connection_look(int socket, sml_connection_facts *facts);

// Whether bytes wait on a socket: more than 0, 0 at the end of the stream, -1 for none, -2 for an error.
int sml_socket_peek(int socket);

// Closes `socket` and gives its number to another descriptor of what `other` is; not inherited.
int sml_socket_replace(int socket, int other);

#endif
