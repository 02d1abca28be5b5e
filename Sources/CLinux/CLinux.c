#define _GNU_SOURCE  // for the CPU_ macros, which Swift could not call anyway
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <malloc.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
    int realtime;
};

static void *run(void *context) {
    struct start start = *(struct start *)context;
    free(context);
    if (start.realtime > 0) {
        struct sched_param parameters = {.sched_priority = start.realtime};
        sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameters);
    }
    start.body(start.context);
    return NULL;
}

int sml_thread_start(const char *name, int realtime, void (*body)(void *), void *context) {
    struct start *start = malloc(sizeof *start);
    if (start == NULL) return ENOMEM;
    *start = (struct start){body, context, realtime};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    if (realtime > 0) {
        struct sched_param parameters = {.sched_priority = realtime};
        pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
        pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
        pthread_attr_setschedparam(&attributes, &parameters);
    }
    pthread_t thread;
    int error = pthread_create(&thread, &attributes, run, start);
    pthread_attr_destroy(&attributes);
    if (error != 0) {
        free(start);
        return error;
    }
    pthread_setname_np(thread, name);
    pthread_detach(thread);
    return 0;
}

int sml_connection_look(int socket, sml_connection_facts *facts) {
    struct tcp_info info;
    memset(&info, 0, sizeof info);
    socklen_t length = sizeof info;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return 0;
    enum { established = 1 };  // the kernel's number, which its header for user space leaves out
    facts->is_open = info.tcpi_state == established;
    // Acknowledged counts the SYN, sent does not. Both outlive a reset; tcpi_unacked does not.
    facts->unacknowledged = -1;
    if (length >= offsetof(struct tcp_info, tcpi_bytes_retrans) + sizeof info.tcpi_bytes_retrans) {
        long long acknowledged = info.tcpi_bytes_acked > 0 ? (long long)info.tcpi_bytes_acked - 1 : 0;
        facts->unacknowledged = (long long)info.tcpi_bytes_sent - (long long)info.tcpi_bytes_retrans - acknowledged
            + info.tcpi_notsent_bytes;
    }
    return 1;
}

int sml_socket_peek(int socket) {
    char byte;
    ssize_t count = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count >= 0) return (int)count;
    return errno == EAGAIN || errno == EINTR ? -1 : -2;
}

int sml_socket_replace(int socket, int other) { return dup3(other, socket, O_CLOEXEC); }
