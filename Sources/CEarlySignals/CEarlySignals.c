#define _GNU_SOURCE
#include "CEarlySignals.h"
#include "CProcessStart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
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

static void catch(int number) {
    struct sigaction action = {.sa_handler = keep, .sa_flags = SA_RESTART};
    sigaction(number, &action, NULL);
}

static void catch_unless_ignored(int number) {
    struct sigaction now;
    if (sigaction(number, NULL, &now) == 0 && now.sa_handler != SIG_IGN) catch(number);
}

// Not by blocking them: Dispatch's main thread sleeps with an empty mask. SIGHUP stays what it was for a program
// started with nohup, as does what a shell turned off for a program in the background.
static void catch_signals(int argc, char **argv, char **environment) {
    (void)environment;
    // The pipe must not take the number of a closed stream.
    sml_open_standard_descriptors();
    if (argc < 1 || sml_is_test_bundle(argc, argv) || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
    catch(SIGINT);
    catch(SIGTERM);
    catch_unless_ignored(SIGHUP);
    catch_unless_ignored(SIGQUIT);
    catch_unless_ignored(SIGXCPU);
    sml_each_idle_signal(catch_unless_ignored);
    // Progress on a terminal with `stty tostop` would stop a run that sml started, which is in the background there.
    signal(SIGTTOU, SIG_IGN);
}

// Before the initialisers of libcurl's two dozen libraries, which take milliseconds.
__attribute__((section(".preinit_array"), used)) static void (*const early)(int, char **, char **) = catch_signals;
