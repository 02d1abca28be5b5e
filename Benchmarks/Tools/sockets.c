// The wall: what a request costs that is one write and one read. The same paced work as floor.c's, from one absolute timer, with
// bare sockets: the request is rendered once, an answer is taken for whole when its Content-Length is there, nothing is recorded.
// What floor.c needs beyond this is libcurl's; what this needs is the kernel's and the sleeping CPU's.
//
//     sockets PORT PATH BODY_FILE CONNECTIONS REQUESTS RATE [MICROSECONDS]
//
// A request that finds none of the CONNECTIONS idle waits for the next tick. With MICROSECONDS sockets are polled busily for that
// long (SO_BUSY_POLL). Prints the number of answers with status 200, and how often the loop woke.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    int socket;
    size_t got;
    char answer[1 << 14];
} Connection;

static int set, timer, port, busy;
static long wanted, started, finished, good, wakes, rate;
static Connection **idle;
static int idle_count;
static char request[1 << 20];
static size_t request_length;
static int64_t begin;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void open_connection(Connection *connection) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->socket < 0 || connect(connection->socket, (void *)&address, sizeof address)) fail("connect");
    int one = 1;
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (busy && setsockopt(connection->socket, SOL_SOCKET, SO_BUSY_POLL, &busy, sizeof busy)) fail("SO_BUSY_POLL");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(set, EPOLL_CTL_ADD, connection->socket, &event);
}

/// Starts what is due and sets the timer for the next one.
static void pace(void) {
    int64_t since = now() - begin;
    while (started < wanted && started * 1000000000 / rate <= since && idle_count > 0) {
        Connection *connection = idle[--idle_count];
        if (connection->socket < 0) open_connection(connection);
        connection->got = 0;
        if (write(connection->socket, request, request_length) != (ssize_t)request_length) fail("write");
        started++;
    }
    int64_t next = begin + started * 1000000000 / rate;
    struct itimerspec due = {.it_value = {.tv_sec = next / 1000000000, .tv_nsec = next % 1000000000}};
    if (started < wanted) timerfd_settime(timer, TFD_TIMER_ABSTIME, &due, NULL);
}

static void take(Connection *connection) {
    ssize_t count = read(connection->socket, connection->answer + connection->got, sizeof connection->answer - 1 - connection->got);
    if (count <= 0) fail("read");
    connection->got += count;
    connection->answer[connection->got] = 0;
    char *end = strstr(connection->answer, "\r\n\r\n"), *length = strcasestr(connection->answer, "content-length:");
    if (!end || !length) return;
    if (connection->got < (size_t)(end + 4 - connection->answer) + strtoul(length + 15, NULL, 10)) return;
    good += !strncmp(connection->answer + 9, "200", 3);
    finished++;
    idle[idle_count++] = connection;
}

int main(int count, char **arguments) {
    if (count < 7) return fprintf(stderr, "usage: sockets PORT PATH BODY_FILE CONNECTIONS REQUESTS RATE [MICROSECONDS]\n"), 64;
    static char body[1 << 19];
    FILE *file = fopen(arguments[3], "rb");
    if (!file) return perror(arguments[3]), 66;
    size_t length = fread(body, 1, sizeof body, file);
    fclose(file);
    port = atoi(arguments[1]), wanted = atol(arguments[5]), rate = atol(arguments[6]), busy = count > 7 ? atoi(arguments[7]) : 0;
    int connections = atoi(arguments[4]);
    request_length = snprintf(request, sizeof request, "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
                              "Content-Length: %zu\r\n\r\n%.*s", arguments[2], port, length, (int)length, body);
    idle = calloc(connections, sizeof *idle);
    for (int i = 0; i < connections; i++) {
        idle[idle_count++] = malloc(sizeof(Connection));
        idle[i]->socket = -1;
    }
    set = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};
    epoll_ctl(set, EPOLL_CTL_ADD, timer, &event);
    begin = now();
    pace();
    while (finished < wanted) {
        struct epoll_event events[256];
        int ready = epoll_wait(set, events, 256, -1);
        wakes++;
        for (int i = 0; i < ready; i++) events[i].data.ptr ? take(events[i].data.ptr) : pace();
    }
    printf("%ld %ld\n", good, wakes);
    return good == wanted ? 0 : 1;
}
