// How late a thread wakes that sleeps in epoll until an instant, by the two ways to say when: an absolute timerfd in the set, which
// is a system call of its own for each instant, or epoll_pwait2's time-out, which is none.
//
//     wake timerfd|pwait2|pwait2-slack RATE SECONDS
//
// With -slack the thread's timer slack is 1 ns instead of 50 µs. Prints p50, p99 and the most, µs, and CPU µs a wake.

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static struct timespec spec(int64_t time) { return (struct timespec){time / 1000000000, time % 1000000000}; }

static int by_size(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static double microseconds(struct timeval time) { return time.tv_sec * 1e6 + time.tv_usec; }

int main(int count, char **arguments) {
    if (count < 4) return fprintf(stderr, "usage: wake timerfd|pwait2|pwait2-slack RATE SECONDS\n"), 64;
    int has_timer = !strcmp(arguments[1], "timerfd"), rate = atoi(arguments[2]), wakes = rate * atoi(arguments[3]);
    if (strstr(arguments[1], "-slack")) prctl(PR_SET_TIMERSLACK, 1);
    int64_t *late = calloc(wakes, sizeof *late);
    int set = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    epoll_ctl(set, EPOLL_CTL_ADD, timer, &event);
    int64_t begin = now() + 10000000;
    for (int i = 0; i < wakes; i++) {
        int64_t due = begin + (int64_t)i * 1000000000 / rate;
        if (has_timer) {
            struct itimerspec at = {.it_value = spec(due)};
            timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
            epoll_wait(set, &event, 1, -1);
        } else {
            for (int64_t left; (left = due - now()) > 0;) {
                struct timespec wait = spec(left);
                if (epoll_pwait2(set, &event, 1, &wait, NULL) < 0) return perror("epoll_pwait2"), 1;
            }
        }
        late[i] = now() - due;
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    qsort(late, wakes, sizeof *late, by_size);
    printf("%.1f %.1f %.1f %.1f\n", late[wakes / 2] / 1e3, late[(int64_t)wakes * 99 / 100] / 1e3, late[wakes - 1] / 1e3,
           (microseconds(usage.ru_utime) + microseconds(usage.ru_stime)) / wakes);
    return 0;
}
