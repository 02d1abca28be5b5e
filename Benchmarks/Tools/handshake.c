// What a new connection costs a client, by whom it is made: libcurl, or OpenSSL alone with one context for all. COUNT connections one
// after the other, each for one small request, closed by us.
//
//     handshake curl|openssl plain|whole|resumed 1.2|1.3 HOST PORT CA_FILE COUNT
//
// `plain` speaks no TLS. `resumed` asks for the session of the connection before. Prints how many connections were resumed and how many
// answers began with HTTP. Counted with callgrind, twice with different COUNTs (Benchmarks/handshakes).

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *host, *port, *authority, *way;
static int is_new_tls, resumed, answered;

static size_t on_body(char *data, size_t size, size_t count, void *context) {
    (void)data, (void)context;
    return size * count;
}

static void by_curl(int count) {
    CURL *easy = curl_easy_init();
    char url[256];
    snprintf(url, sizeof url, "http%s://%s:%s/", strcmp(way, "plain") ? "s" : "", host, port);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_CAINFO, authority);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, (long)!strcmp(way, "resumed"));
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, is_new_tls ? (long)CURL_SSLVERSION_TLSv1_3 : (long)CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2);
    // The authorities are parsed once, as by sml-loadgen: libcurl keeps them where there is no directory of more.
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, -1L);
    for (int i = 0; i < count; i++) answered += curl_easy_perform(easy) == CURLE_OK;
    curl_easy_cleanup(easy);
}

static SSL_SESSION *kept;
static int on_session(SSL *tls, SSL_SESSION *session) {
    (void)tls;
    if (kept) SSL_SESSION_free(kept);
    kept = session;
    return 1;
}

static int connected(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
    inet_pton(AF_INET, host, &address.sin_addr);
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) perror("connect"), exit(1);
    return fd;
}

static void by_openssl(int count) {
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    char answer[4096];
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_load_verify_locations(context, authority, NULL);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_min_proto_version(context, is_new_tls ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(context, is_new_tls ? TLS1_3_VERSION : TLS1_2_VERSION);
    int resumes = !strcmp(way, "resumed");
    if (resumes) {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, on_session);
    }
    for (int i = 0; i < count; i++) {
        int fd = connected(), length;
        if (!strcmp(way, "plain")) {
            length = write(fd, request, sizeof request - 1) > 0 ? read(fd, answer, sizeof answer) : 0;
        } else {
            SSL *tls = SSL_new(context);
            SSL_set_fd(tls, fd);
            if (resumes && kept) SSL_set_session(tls, kept);
            if (SSL_connect(tls) != 1) fprintf(stderr, "no handshake\n"), exit(1);
            length = SSL_write(tls, request, sizeof request - 1) > 0 ? SSL_read(tls, answer, sizeof answer) : 0;
            resumed += SSL_session_reused(tls);
            SSL_shutdown(tls);
            SSL_free(tls);
        }
        answered += length > 4 && !memcmp(answer, "HTTP", 4);
        close(fd);
    }
    SSL_CTX_free(context);
}

int main(int count, char **arguments) {
    if (count != 8) return fprintf(stderr, "usage: handshake curl|openssl plain|whole|resumed 1.2|1.3 HOST PORT CA_FILE COUNT\n"), 64;
    way = arguments[2], is_new_tls = !strcmp(arguments[3], "1.3");
    host = arguments[4], port = arguments[5], authority = arguments[6];
    curl_global_init(CURL_GLOBAL_ALL);
    if (!strcmp(arguments[1], "curl")) by_curl(atoi(arguments[7]));
    else by_openssl(atoi(arguments[7]));
    printf("%d %d\n", resumed, answered);
    return 0;
}
