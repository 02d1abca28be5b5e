// What is due next, among 20,000 open streams. A binary heap: a chunk costs one removal and one insertion, and since the next chunk is
// due later than almost everything, the insertion ends where it begins.

/// A min-heap of elements by their instant.
struct DueHeap<Element> {
    private var entries: [(due: UInt64, element: Element)] = []

    /// When the first element is due.
    var earliest: UInt64? { entries.first?.due }
    var count: Int { entries.count }

    mutating func insert(_ element: Element, due: UInt64) {
        entries.append((due, element))
        entries.withUnsafeMutableBufferPointer { heap in
            var hole = heap.count - 1
            let entry = heap[hole]
            while hole > 0 {
                let parent = (hole - 1) / 2
                guard entry.due < heap[parent].due else { break }
                heap[hole] = heap[parent]
                hole = parent
            }
            heap[hole] = entry
        }
    }

    /// Removes the element that is due first.
    mutating func popFirst() -> Element? {
        guard let entry = entries.popLast() else { return nil }
        guard let first = entries.first else { return entry.element }
        entries.withUnsafeMutableBufferPointer { heap in
            var hole = 0
            while true {
                var child = 2 * hole + 1
                guard child < heap.count else { break }
                if child + 1 < heap.count, heap[child + 1].due < heap[child].due { child += 1 }
                guard heap[child].due < entry.due else { break }
                heap[hole] = heap[child]
                hole = child
            }
            heap[hole] = entry
        }
        return first.element
    }
}
