// A server that costs as little as it can, so that what is measured is the generator: one epoll loop, HTTP/1.1 with
// keep-alive, the same answer to every POST after a fixed delay. Stamps each request's first byte.
//
//     responder ANSWER_FILE DELAY_MS STAMPS_FILE
//
// Listens on 127.0.0.1, prints the port. On SIGTERM writes the stamps (CLOCK_MONOTONIC, int64 nanoseconds, in order of
// arrival) and ends.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { HEAD = 4096, EVENTS = 256 };

typedef struct {
    uint32_t life;   // tells a descriptor's next connection from this one
    int32_t left;    // body bytes still to come; -1 while the head is incomplete
    uint32_t length; // of the head so far
    char *head;
} Connection;

typedef struct {
    int64_t due;
    int socket;
    uint32_t life;
} Pending;

static volatile sig_atomic_t stopped;
static Connection *connections;
static Pending *queue; // a ring: with one delay for all, answers leave in the order of requests
static size_t capacity = 1 << 17, first, waiting;
static int64_t *stamps;
static size_t stamped, stamp_room;
static char answer[1 << 16];
static size_t answer_length;

static void on_term(int number) { (void)number, stopped = 1; }

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void stamp(int64_t time) {
    if (stamped == stamp_room) stamps = realloc(stamps, (stamp_room = stamp_room ? stamp_room * 2 : 1 << 16) * 8);
    stamps[stamped++] = time;
}

static void reply(int socket) {
    if (send(socket, answer, answer_length, MSG_NOSIGNAL) != (ssize_t)answer_length) shutdown(socket, SHUT_RDWR);
}

static void complete(int socket, int64_t time, int64_t delay) {
    if (delay == 0) return reply(socket);
    if (waiting == capacity) fprintf(stderr, "responder: too many requests waiting\n"), exit(1);
    queue[(first + waiting++) % capacity] = (Pending){time + delay, socket, connections[socket].life};
}

static void drop(int socket) {
    connections[socket].life++;
    free(connections[socket].head);
    connections[socket].head = NULL;
    close(socket);
}

static void readable(int socket, int64_t time, int64_t delay) {
    static char buffer[1 << 16];
    Connection *connection = &connections[socket];
    ssize_t count = recv(socket, buffer, sizeof buffer, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return drop(socket);
    if (connection->left < 0) {
        if (connection->length == 0) stamp(time);
        char *head = buffer;
        size_t length = count;
        if (connection->length || !memmem(buffer, count, "\r\n\r\n", 4)) { // rare: a head in pieces
            if (connection->length + count > HEAD) return drop(socket);
            if (!connection->head) connection->head = malloc(HEAD);
            memcpy(connection->head + connection->length, buffer, count);
            head = connection->head;
            length = connection->length += count;
        }
        char *end = memmem(head, length, "\r\n\r\n", 4);
        if (!end) return;
        char *field = memmem(head, end - head, "ontent-", 7);
        while (field && strncasecmp(field + 7, "length:", 7)) field = memmem(field + 7, end - field - 7, "ontent-", 7);
        connection->left = (field ? atoi(field + 14) : 0) - (int32_t)(length - (end + 4 - head));
        connection->length = 0;
    } else {
        connection->left -= count;
    }
    if (connection->left > 0) return;
    connection->left = -1;
    complete(socket, time, delay);
}

int main(int count, char **arguments) {
    if (count != 4) return fprintf(stderr, "usage: responder ANSWER_FILE DELAY_MS STAMPS_FILE\n"), 64;
    static char body[1 << 15];
    FILE *file = fopen(arguments[1], "rb");
    if (!file) return perror(arguments[1]), 66;
    size_t size = fread(body, 1, sizeof body, file);
    fclose(file);
    answer_length = snprintf(
        answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%.*s", size,
        (int)size, body);
    int64_t delay = atoll(arguments[2]) * 1000000;

    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    connections = calloc(limit.rlim_cur, sizeof *connections);
    queue = calloc(capacity, sizeof *queue);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_term}, NULL);

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 4096)) return perror("listen"), 1;
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    int set = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    int watched[] = {listener, timer};
    for (int i = 0; i < 2; i++)
        epoll_ctl(set, EPOLL_CTL_ADD, watched[i], &(struct epoll_event){.events = EPOLLIN, .data.fd = watched[i]});
    int64_t armed = 0;
    while (!stopped) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(set, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            int socket = events[i].data.fd;
            if (socket == timer) {
                uint64_t expirations;
                armed = read(timer, &expirations, 8) == 8 ? 0 : armed;
            } else if (socket == listener) {
                int peer;
                while ((peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    connections[peer].left = -1, connections[peer].length = 0;
                    epoll_ctl(set, EPOLL_CTL_ADD, peer, &(struct epoll_event){.events = EPOLLIN, .data.fd = peer});
                }
            } else {
                readable(socket, now(), delay); // not one time for the batch: stamps are what lateness is judged by
            }
        }
        int64_t time = waiting ? now() : 0;
        for (; waiting && queue[first].due <= time; first = (first + 1) % capacity, waiting--)
            if (queue[first].life == connections[queue[first].socket].life) reply(queue[first].socket);
        if (waiting && queue[first].due != armed) {
            armed = queue[first].due;
            struct itimerspec when = {.it_value = {armed / 1000000000, armed % 1000000000}};
            timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
        }
    }
    file = fopen(arguments[3], "wb");
    if (!file || fwrite(stamps, 8, stamped, file) != stamped || fclose(file)) return perror(arguments[3]), 1;
    return 0;
}
