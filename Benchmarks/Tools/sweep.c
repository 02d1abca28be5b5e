// The least that keeps streams flowing: opens N connections, asks for a stream on each, and reads what has come in one sweep over
// all of them every MILLISECONDS, so that a server of streams can be measured on the other CPU without its client being the
// limit. An event has four newlines, its own two and those of the chunk of HTTP/1.1 that it is.
//
//     sweep ADDRESS PORT BODY_FILE CONNECTIONS SECONDS MILLISECONDS WARM_SECONDS LINGER_SECONDS
//
// Connections are opened evenly over the first WARM_SECONDS; then chunks are counted for SECONDS, and read for LINGER_SECONDS more, so
// that streams can end. Prints the chunks counted, in how many seconds, and the connections that were open then.

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int *sockets, opened;
static long newlines;

static void sweep(void) {
    static char buffer[256 << 10];
    for (int i = 0; i < opened; i++) {
        if (sockets[i] < 0) continue;
        ssize_t length = recv(sockets[i], buffer, sizeof buffer, MSG_DONTWAIT);
        if (length == 0 || (length < 0 && errno != EAGAIN)) {
            close(sockets[i]);
            sockets[i] = -1;
            continue;
        }
        for (char *at = buffer, *end = buffer + (length > 0 ? length : 0); (at = memchr(at, '\n', end - at)); at++) newlines++;
    }
}

static void sweep_for(int64_t seconds, int64_t pause) {
    int64_t until = now() + seconds * 1000000000;
    while (now() < until) {
        int64_t turn = now();
        sweep();
        int64_t left = turn + pause - now();
        if (left > 0) usleep(left / 1000);
    }
}

static void open_one(const struct sockaddr_in *address, const char *request, size_t length) {
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0 || connect(made, (const struct sockaddr *)address, sizeof *address) != 0) return perror("connect"), exit(1);
    if (send(made, request, length, 0) != (ssize_t)length) return perror("send"), exit(1);
    sockets[opened++] = made;
}

int main(int count, char **arguments) {
    if (count != 9) return fprintf(stderr, "usage: sweep ADDRESS PORT BODY_FILE CONNECTIONS SECONDS MILLISECONDS WARM LINGER\n"), 64;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[2]))};
    inet_pton(AF_INET, arguments[1], &address.sin_addr);
    static char body[1 << 16], request[1 << 17];
    FILE *file = fopen(arguments[3], "rb");
    if (!file) return perror(arguments[3]), 66;
    size_t length = fread(body, 1, sizeof body, file);
    fclose(file);
    int head = snprintf(request, sizeof request,
        "POST /v1/chat/completions HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
        arguments[1], length);
    memcpy(request + head, body, length);
    int connections = atoi(arguments[4]);
    int64_t pause = atol(arguments[6]) * 1000000, warm = atol(arguments[7]) * 1000000000;
    sockets = calloc(connections, sizeof *sockets);
    int64_t begin = now();
    while (opened < connections || now() < begin + warm) {
        int64_t turn = now();
        while (opened < connections && begin + warm * opened / connections <= now()) open_one(&address, request, head + length);
        sweep();
        int64_t left = turn + pause - now();
        if (left > 0) usleep(left / 1000);
    }
    newlines = 0;
    int64_t from = now();
    sweep_for(atol(arguments[5]), pause);
    long chunks = newlines / 4;
    double seconds = (now() - from) / 1e9;
    int open = 0;
    for (int i = 0; i < opened; i++) open += sockets[i] >= 0;
    sweep_for(atol(arguments[8]), pause);
    printf("%ld %.3f %d\n", chunks, seconds, open);
    return 0;
}
