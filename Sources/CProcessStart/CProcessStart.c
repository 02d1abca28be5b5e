#define _GNU_SOURCE
#include "CProcessStart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

// A number that is free would be given to the next file or pipe. Standard output is opened so that writing fails: a
// result that goes nowhere must not look written.
void sml_open_standard_descriptors(void) {
    static const int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};
    for (int number = 0; number <= 2; number++) {
        if (fcntl(number, F_GETFD) != -1 || errno != EBADF) continue;
        // An image without /dev/null has a root directory.
        if (open("/dev/null", modes[number]) < 0) (void)!open("/", O_RDONLY | O_DIRECTORY);
    }
}

int sml_is_test_bundle(int argc, char **argv) {
    static const char suffix[] = ".xctest";
    size_t length = argc < 1 ? 0 : strlen(argv[0]);
    return length >= sizeof suffix - 1 && strcmp(argv[0] + length - (sizeof suffix - 1), suffix) == 0;
}

void sml_each_idle_signal(void (*each)(int number)) {
    static const int numbers[] = {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT};
    for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++) each(numbers[index]);
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++) each(number);
}

static void nothing(int number) { (void)number; }

// A handler, not SIG_IGN, which programs that we start would inherit and which would break their alarms.
static void make_idle(int number) {
    struct sigaction now;
    if (sigaction(number, NULL, &now) != 0 || now.sa_handler != SIG_DFL) return;
    struct sigaction action = {.sa_handler = nothing, .sa_flags = SA_RESTART};
    sigaction(number, &action, NULL);
}

static sigset_t wanted;

static void want(int number) { sigaddset(&wanted, number); }

// Swift's runtime finds a program's arguments there, and Dispatch, which looks there how many of its threads run, ends the
// process by a trap.
static void require_proc(const char *program) {
    if (access("/proc/self/maps", R_OK) == 0) return;
    const char *slash = strrchr(program, '/');
    char line[256];
    int length = snprintf(
        line, sizeof line, "%.64s: /proc/self/maps: %s; /proc must be mounted\n", slash ? slash + 1 : program, strerror(errno));
    if (length > 0) (void)!write(STDERR_FILENO, line, (size_t)length);
    _exit(69);
}

static void prepare(int argc, char **argv, char **environment) {
    (void)environment;
    sml_open_standard_descriptors();
    if (sml_is_test_bundle(argc, argv)) return;
    if (argc > 0) require_proc(argv[0]);
    sml_each_idle_signal(make_idle);
    // A mask is inherited, and whoever started us may have blocked what should stop us.
    static const int stopping[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, SIGTSTP};
    sigemptyset(&wanted);
    for (size_t index = 0; index < sizeof stopping / sizeof *stopping; index++) want(stopping[index]);
    sml_each_idle_signal(want);
    sigprocmask(SIG_UNBLOCK, &wanted, NULL);
}

__attribute__((section(".preinit_array"), used)) static void (*const early)(int, char **, char **) = prepare;

// MARK: - Limits

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *wait_for_release(void *context) {
    (void)context;
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
    return NULL;
}

int sml_threads_available(int count) {
    pthread_t *threads = calloc((size_t)count, sizeof *threads);
    if (threads == NULL) return 0;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 << 10);
    int made = 0;
    pthread_mutex_lock(&lock);
    while (made < count && pthread_create(&threads[made], &attributes, wait_for_release, NULL) == 0) made++;
    pthread_mutex_unlock(&lock);
    for (int index = 0; index < made; index++) pthread_join(threads[index], NULL);
    pthread_attr_destroy(&attributes);
    free(threads);
    return made;
}

static void refuse(const char *program, const char *what) {
    const char *slash = strrchr(program, '/');
    char line[256];
    int length = snprintf(line, sizeof line, "%.64s: %s\n", slash ? slash + 1 : program, what);
    if (length > 0) (void)!write(STDERR_FILENO, line, (size_t)length);
    _exit(69);
}

// Fewer, and Dispatch aborts while it sets itself up: streams, epoll, its timer and bell, the files of the program.
enum { least_files = 24, least_threads = 6 };

// Not before the libraries are initialised, because threads are made; before Swift asks for its own. Dispatch that gets
// no thread tries again for ever.
__attribute__((constructor)) static void require_resources(int argc, char **argv) {
    if (argc < 1 || sml_is_test_bundle(argc, argv)) return;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < least_files) {
        if (files.rlim_max < least_files) refuse(argv[0], "too few open files are allowed (ulimit -n); 24 are the least");
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if (sml_threads_available(least_threads) < least_threads)
        refuse(argv[0], "the system gives no more threads (ulimit -u, pids.max of the cgroup)");
}

int sml_process_descriptor(int id) { return (int)syscall(SYS_pidfd_open, id, 0); }

static void *end_with(void *context) {
    int id = (int)(intptr_t)context;
    int descriptor = sml_process_descriptor(id);
    if (descriptor >= 0) {
        struct pollfd watched = {.fd = descriptor, .events = POLLIN};
        while (poll(&watched, 1, -1) != 1) continue;
    } else {
        // ESRCH: it is gone. A kernel before 5.3 has no such descriptors.
        while (kill(id, 0) == 0) sleep(1);
    }
    kill(getpid(), SIGTERM);
    return NULL;
}

int sml_terminate_after(int id) {
    pthread_t thread;
    int error = pthread_create(&thread, NULL, end_with, (void *)(intptr_t)id);
    if (error == 0) pthread_detach(thread);
    return error;
}

int sml_signals_can_be_read(void) {
    sigset_t none;
    sigemptyset(&none);
    int descriptor = signalfd(-1, &none, SFD_CLOEXEC);
    if (descriptor < 0) return 0;
    close(descriptor);
    return 1;
}
