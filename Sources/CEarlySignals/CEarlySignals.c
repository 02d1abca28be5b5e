#define _GNU_SOURCE
#include "CEarlySignals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static int ends[2] = {-1, -1};

int sml_early_signals(void) { return ends[0]; }

// A full pipe (64 KiB of signals) loses the rest, which would mean nothing new.
static void keep(int number) {
    int error = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t written = write(ends[1], &byte, 1);
    (void)written;
    errno = error;
}

// A test bundle holds the commands too, and must itself stay easy to stop.
static int is_test_bundle(const char *path) {
    static const char suffix[] = ".xctest";
    size_t length = path == NULL ? 0 : strlen(path);
    return length >= sizeof suffix - 1 && strcmp(path + length - (sizeof suffix - 1), suffix) == 0;
}

// Not by blocking them: Dispatch's main thread sleeps with an empty mask. SIGHUP stays what it was for a program
// started with nohup.
static void catch_termination_signals(int argc, char **argv, char **environment) {
    (void)environment;
    if (argc < 1 || is_test_bundle(argv[0]) || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
    struct sigaction action = {.sa_handler = keep, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction hangup;
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, NULL);
}

// Before the initialisers of libcurl's two dozen libraries, which take milliseconds.
__attribute__((section(".preinit_array"), used)) static void (*const early)(int, char **, char **) =
    catch_termination_signals;
