// A wall clock that a test can set under a running program: a library in front of the C library's own, which adds a
// number out of a file. The monotonic clock stays what it is, as on a machine whose clock is set.

import Foundation
import Testing

struct SteppedClock {
    /// The variables a program must be started with.
    let environment: [String: String]
    private let file: String

    static let compiler = "/usr/bin/gcc"
    static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: compiler) }

    init(in scratch: Scratch) async throws {
        file = scratch.hidden("step")
        let source = scratch.hidden("step.c")
        let library = scratch.hidden("step.so")
        try Data(count: 8).write(to: URL(filePath: file))
        try Data(Self.source.utf8).write(to: URL(filePath: source))
        let build = try await Program.run(
            Self.compiler, ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], in: scratch)
        try #require(build.code == 0, "\(build.errors)")
        environment = ["LD_PRELOAD": library, "SML_TEST_STEP_FILE": file]
    }

    /// Sets the wall clock off by `seconds` from now on.
    func set(_ seconds: Int64) throws {
        let handle = try FileHandle(forWritingTo: URL(filePath: file))
        defer { try? handle.close() }
        try handle.write(contentsOf: withUnsafeBytes(of: seconds) { Data($0) })
    }

    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdint.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/time.h>
        #include <time.h>

        static volatile int64_t *step;
        static int (*real_clock)(clockid_t, struct timespec *);

        __attribute__((constructor)) static void begin(void) {
            real_clock = dlsym(RTLD_NEXT, "clock_gettime");
            int file = open(getenv("SML_TEST_STEP_FILE"), O_RDONLY | O_CLOEXEC);
            void *page = mmap(NULL, sizeof *step, PROT_READ, MAP_SHARED, file, 0);
            if (page != MAP_FAILED) step = page;
        }
        int clock_gettime(clockid_t clock, struct timespec *now) {
            if (real_clock == NULL) real_clock = dlsym(RTLD_NEXT, "clock_gettime");
            int code = real_clock(clock, now);
            if (code == 0 && step && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *step;
            return code;
        }
        int gettimeofday(struct timeval *now, void *zone) {
            struct timespec exact;
            (void)zone;
            clock_gettime(CLOCK_REALTIME, &exact);
            now->tv_sec = exact.tv_sec;
            now->tv_usec = exact.tv_nsec / 1000;
            return 0;
        }
        time_t time(time_t *now) {
            struct timespec exact;
            clock_gettime(CLOCK_REALTIME, &exact);
            if (now) *now = exact.tv_sec;
            return exact.tv_sec;
        }
        """
}
