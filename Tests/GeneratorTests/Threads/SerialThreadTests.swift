// A queue on its own thread: order, repetition, its end.

import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Generator

@Suite struct SerialThreadTests {
    @Test func doesEverythingInOrder() async throws {
        let thread = try SerialThread("test")
        let seen = Mutex<[Int]>([])
        for number in 0..<1000 { thread.async { seen.withLock { $0.append(number) } } }
        #expect(await eventually { seen.withLock { $0.count } == 1000 })
        #expect(seen.withLock { $0 } == Array(0..<1000))
    }

    /// Given instants that are over, a body is due once, not once for each.
    @Test func repeatsUntilItIsStopped() async throws {
        let thread = try SerialThread("test")
        let count = Mutex(0)
        let begun = RunClock.monotonicNow
        thread.repeat(first: begun - 1_000_000_000, every: 20_000_000) { count.withLock { $0 += 1 } }
        #expect(await eventually { count.withLock { $0 } >= 3 })
        thread.stopRepeating()
        let most = Int((RunClock.monotonicNow - begun) / 20_000_000) + 2
        #expect(count.withLock { $0 } <= most)
        // What is given after it stopped comes after the last repetition.
        await withCheckedContinuation { continuation in thread.async { continuation.resume() } }
        let last = count.withLock { $0 }
        await withCheckedContinuation { continuation in thread.async { continuation.resume() } }
        #expect(count.withLock { $0 } == last)
    }

    @Test func endsWithItsOwnerAfterTheLastWork() async throws {
        let done = Mutex(false)
        var thread: SerialThread? = try SerialThread("test-ends")
        thread?.async { done.withLock { $0 = true } }
        thread = nil
        #expect(await eventually { done.withLock { $0 } })
    }

    /// A shard's code runs on its thread and nowhere else.
    @Test func anActorStaysOnItsThread() async throws {
        actor Confined {
            nonisolated let executor: ThreadExecutor
            nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
            init(_ thread: SerialThread) { executor = ThreadExecutor(thread) }
            func identity() -> UInt { UInt(pthread_self()) }
        }
        let confined = Confined(try SerialThread("test"))
        let first = await confined.identity()
        for _ in 0..<20 { #expect(await confined.identity() == first) }
    }
}
