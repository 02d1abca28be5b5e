// What HTTP/2 costs without libcurl: nghttp2 and OpenSSL behind one epoll descriptor, C connections with S requests on each,
// every one sent again as soon as its answer is complete. A prototype to weigh a path of its own by, not one: no time limits, no
// resends, no redirects, no proxies, no names, no checks of the certificate. Frames that are ready go out in one write.
//
//     direct HOST PORT BODY_FILE CONNECTIONS STREAMS REQUESTS
//
// Prints the number of answers with status 200. CPU time is the caller's to measure (wait4).
//     cc -O2 -o direct direct.c -lnghttp2 -lssl -lcrypto

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    int socket;
    SSL *tls;
    nghttp2_session *session;
    uint8_t out[1 << 16];
    size_t length;
    int waits_to_write;
} connection;

typedef struct {
    size_t sent;
    int good;
    char answer[1 << 14];
    size_t received;
} request;

static char body[1 << 20], authority[64], length_text[24];
static size_t body_length;
static long wanted, started, finished, good;
static int set;

static ssize_t read_body(nghttp2_session *session, int32_t stream, uint8_t *buffer, size_t room, uint32_t *flags,
    nghttp2_data_source *source, void *context) {
    (void)session, (void)stream, (void)context;
    request *own = source->ptr;
    size_t count = body_length - own->sent < room ? body_length - own->sent : room;
    memcpy(buffer, body + own->sent, count);
    own->sent += count;
    if (own->sent == body_length) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)count;
}

#define FIELD(NAME, VALUE) {(uint8_t *)NAME, (uint8_t *)VALUE, strlen(NAME), strlen(VALUE), NGHTTP2_NV_FLAG_NONE}

static void submit(connection *own, request *next) {
    if (started >= wanted) return;
    started++;
    next->sent = next->received = next->good = 0;
    nghttp2_nv head[] = {
        FIELD(":method", "POST"), FIELD(":path", "/v1/chat/completions"), FIELD(":scheme", "https"), FIELD(":authority", authority),
        FIELD("user-agent", "direct"), FIELD("content-type", "application/json"), FIELD("content-length", length_text),
    };
    nghttp2_data_provider provider = {.source = {.ptr = next}, .read_callback = read_body};
    nghttp2_submit_request(own->session, NULL, head, sizeof head / sizeof *head, &provider, next);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_length, const uint8_t *value,
    size_t value_length, uint8_t flags, void *context) {
    (void)flags, (void)context;
    request *own = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (own && name_length == 7 && !memcmp(name, ":status", 7)) own->good = value_length == 3 && !memcmp(value, "200", 3);
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data, size_t length, void *context) {
    (void)flags, (void)context;
    request *own = nghttp2_session_get_stream_user_data(session, stream);
    size_t room = sizeof own->answer - own->received, count = length < room ? length : room;
    memcpy(own->answer + own->received, data, count);
    own->received += count;
    return 0;
}

static int on_close(nghttp2_session *session, int32_t stream, uint32_t error, void *context) {
    request *own = nghttp2_session_get_stream_user_data(session, stream);
    finished++;
    good += own->good && error == 0 && own->received > 0;
    submit(context, own);
    return 0;
}

static void watch(connection *own, int writes) {
    if (own->waits_to_write == writes) return;
    own->waits_to_write = writes;
    struct epoll_event event = {.events = EPOLLIN | (writes ? EPOLLOUT : 0), .data.ptr = own};
    epoll_ctl(set, EPOLL_CTL_MOD, own->socket, &event);
}

static void flush(connection *own) {
    for (;;) {
        const uint8_t *data;
        ssize_t count;
        while (own->length < sizeof own->out - 17000 && (count = nghttp2_session_mem_send(own->session, &data)) > 0) {
            memcpy(own->out + own->length, data, (size_t)count);
            own->length += (size_t)count;
        }
        if (own->length == 0) return watch(own, 0);
        int written = SSL_write(own->tls, own->out, (int)own->length);
        if (written <= 0) return watch(own, 1);
        own->length -= (size_t)written;
        memmove(own->out, own->out + written, own->length);
    }
}

static int act(connection *own) {
    static uint8_t buffer[1 << 14];
    int count;
    while ((count = SSL_read(own->tls, buffer, sizeof buffer)) > 0)
        if (nghttp2_session_mem_recv(own->session, buffer, (size_t)count) < 0) return -1;
    if (SSL_get_error(own->tls, count) != SSL_ERROR_WANT_READ) return -1;
    flush(own);
    return 0;
}

static void open_connection(connection *own, SSL_CTX *context, nghttp2_session_callbacks *callbacks, const char *host, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, host, &address.sin_addr);
    own->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(own->socket, (struct sockaddr *)&address, sizeof address) != 0) perror("connect"), exit(1);
    setsockopt(own->socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    own->tls = SSL_new(context);
    SSL_set_fd(own->tls, own->socket);
    SSL_set_alpn_protos(own->tls, (const unsigned char *)"\2h2", 3);
    if (SSL_connect(own->tls) != 1) fprintf(stderr, "no TLS\n"), exit(1);
    fcntl(own->socket, F_SETFL, O_NONBLOCK);
    nghttp2_session_client_new(&own->session, callbacks, own);
    nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0}, {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 10 << 20}};
    nghttp2_submit_settings(own->session, NGHTTP2_FLAG_NONE, settings, 2);
    nghttp2_session_set_local_window_size(own->session, NGHTTP2_FLAG_NONE, 0, 10 << 20);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = own};
    epoll_ctl(set, EPOLL_CTL_ADD, own->socket, &event);
}

int main(int count, char **arguments) {
    if (count < 7) return fprintf(stderr, "usage: direct HOST PORT BODY_FILE CONNECTIONS STREAMS REQUESTS\n"), 64;
    FILE *file = fopen(arguments[3], "rb");
    if (!file) return perror(arguments[3]), 66;
    body_length = fread(body, 1, sizeof body, file);
    fclose(file);
    int connections = atoi(arguments[4]), streams = atoi(arguments[5]);
    wanted = atol(arguments[6]);
    snprintf(authority, sizeof authority, "%s:%s", arguments[1], arguments[2]);
    snprintf(length_text, sizeof length_text, "%zu", body_length);
    set = epoll_create1(EPOLL_CLOEXEC);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    nghttp2_session_callbacks *callbacks;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    connection *all = calloc((size_t)connections, sizeof *all);
    for (int i = 0; i < connections; i++) {
        open_connection(&all[i], context, callbacks, arguments[1], atoi(arguments[2]));
        for (int j = 0; j < streams; j++) submit(&all[i], calloc(1, sizeof(request)));
        flush(&all[i]);
    }
    while (finished < wanted) {
        struct epoll_event events[256];
        int ready = epoll_wait(set, events, 256, 1000);
        for (int i = 0; i < ready; i++) {
            connection *own = events[i].data.ptr;
            if (own->waits_to_write) flush(own);
            if (act(own) < 0) return fprintf(stderr, "connection lost\n"), 1;
        }
    }
    printf("%ld\n", good);
    return good == wanted ? 0 : 1;
}
