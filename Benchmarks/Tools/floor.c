// The floor: what libcurl costs by itself. One multi handle behind one epoll descriptor, N connections, each sending
// the same POST again as soon as its answer is complete, or, with a RATE, that many POSTs a second from one absolute
// timer; no record, no reading of the answer. What sml-loadgen needs beyond this is its own doing.
//
//     floor URL BODY_FILE CONNECTIONS REQUESTS [http1|h2|h2/N [RATE [lines]]]
//
// With h2/N the CONNECTIONS are requests at once that share N connections.
// With a RATE other than 0, a request that finds none of the CONNECTIONS idle waits for the next tick. With `lines`, the least
// that a reader of streams must do: the answers' newlines are counted. Prints the number of answers with status 200, and of
// newlines. CPU time is the caller's to measure (wait4).

#include <curl/curl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static int set, running, timer = -1;
static long wanted, started, finished, good, rate, newlines;
static struct timespec begin;
static CURL **idle;
static int idle_count;
static int64_t wake_at = INT64_MAX;
static CURLM *multi;

static int64_t now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
    (void)easy, (void)context;
    if (what == CURL_POLL_REMOVE) return epoll_ctl(set, EPOLL_CTL_DEL, socket, NULL), 0;
    struct epoll_event event = {.data.fd = socket};
    if (what & CURL_POLL_IN) event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
    epoll_ctl(set, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    if (!known) curl_multi_assign(multi, socket, &set);
    return 0;
}

static int on_timer(CURLM *owner, long milliseconds, void *context) {
    (void)owner, (void)context;
    wake_at = milliseconds < 0 ? INT64_MAX : now_ms() + milliseconds;
    return 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *context) {
    static char buffer[65536];
    (void)context;
    memcpy(buffer, data, size * count < sizeof buffer ? size * count : sizeof buffer);
    return size * count;
}

static size_t on_lines(char *data, size_t size, size_t count, void *context) {
    (void)context;
    const char *end = data + size * count;
    for (const char *at = data; (at = memchr(at, '\n', end - at)); at++) newlines++;
    return size * count;
}

static void start(CURL *easy) {
    if (started >= wanted) return;
    if (rate) {
        idle[idle_count++] = easy;
        return;
    }
    started++;
    curl_multi_add_handle(multi, easy);
}

/// Starts what is due at RATE and sets the timer for the next one.
static void pace(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t since = (int64_t)(now.tv_sec - begin.tv_sec) * 1000000000 + now.tv_nsec - begin.tv_nsec;
    while (started < wanted && started * 1000000000 / rate <= since && idle_count > 0) {
        started++;
        curl_multi_add_handle(multi, idle[--idle_count]);
    }
    int64_t next = (int64_t)begin.tv_sec * 1000000000 + begin.tv_nsec + started * 1000000000 / rate;
    struct itimerspec due = {.it_value = {.tv_sec = next / 1000000000, .tv_nsec = next % 1000000000}};
    if (started < wanted) timerfd_settime(timer, TFD_TIMER_ABSTIME, &due, NULL);
}

static void collect(void) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi, &left))) {
        CURL *easy = message->easy_handle;
        long status = 0;
        // A whole answer that was there before the body was written ends so on a shared connection.
        if (message->data.result == CURLE_OK || message->data.result == CURLE_HTTP2_STREAM) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        good += status == 200;
        finished++;
        curl_multi_remove_handle(multi, easy);
        start(easy);
    }
}

int main(int count, char **arguments) {
    if (count < 5) return fprintf(stderr, "usage: floor URL BODY_FILE CONNECTIONS REQUESTS [http1|h2 [RATE [lines]]]\n"), 64;
    static char body[1 << 20];
    FILE *file = fopen(arguments[2], "rb");
    if (!file) return perror(arguments[2]), 66;
    size_t length = fread(body, 1, sizeof body, file);
    fclose(file);
    int connections = atoi(arguments[3]);
    wanted = atol(arguments[4]);
    int h2 = count > 5 && !strncmp(arguments[5], "h2", 2);
    long shared = h2 && arguments[5][2] == '/' ? atol(arguments[5] + 3) : 0;
    rate = count > 6 ? atol(arguments[6]) : 0;
    int reads_lines = count > 7 && !strcmp(arguments[7], "lines");
    idle = calloc(connections, sizeof *idle);

    curl_global_init(CURL_GLOBAL_ALL);
    set = epoll_create1(EPOLL_CLOEXEC);
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)connections * 2);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, shared ? (long)CURLPIPE_MULTIPLEX : (long)CURLPIPE_NOTHING);
    if (shared) {
        curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, shared);
        // libcurl fills a connection before it opens the next.
        curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)(connections + shared - 1) / shared);
    }
    struct curl_slist *headers = NULL;
    const char *lines[] = {"Accept:", "Expect:", "Content-Type: application/json"};
    for (int i = 0; i < 3; i++) headers = curl_slist_append(headers, lines[i]);
    for (int i = 0; i < connections; i++) {
        CURL *easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_URL, arguments[1]);
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, reads_lines ? on_lines : on_body);
        if (shared) curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, h2 ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
        // The benchmark's own certificate; SSL_CERT_FILE is not read by libcurl itself.
        if (getenv("SSL_CERT_FILE")) curl_easy_setopt(easy, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
        start(easy);
    }
    if (rate) {
        timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        struct epoll_event event = {.data.fd = timer, .events = EPOLLIN};
        epoll_ctl(set, EPOLL_CTL_ADD, timer, &event);
        clock_gettime(CLOCK_MONOTONIC, &begin);
        pace();
    }
    while (finished < wanted) {
        struct epoll_event events[256];
        int64_t wait = wake_at == INT64_MAX ? 1000 : wake_at - now_ms();
        int ready = epoll_wait(set, events, 256, wait < 0 ? 0 : (int)wait);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == timer) {
                uint64_t expirations;
                if (read(timer, &expirations, sizeof expirations) > 0) pace();
                continue;
            }
            int mask = (events[i].events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0)
                | (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0)
                | (events[i].events & EPOLLERR ? CURL_CSELECT_ERR : 0);
            curl_multi_socket_action(multi, events[i].data.fd, mask, &running);
        }
        if (wake_at <= now_ms()) {
            wake_at = INT64_MAX;
            curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        collect();
    }
    printf("%ld %ld\n", good, newlines);
    return good == wanted ? 0 : 1;
}
