// Finds the series because of which a receiver refuses a request: the request is halved, breadth first, until the bad
// ones are alone. One bad series among n costs about log2 n refused requests. A receiver that refuses everything is
// recognised by single series from all over the batch, so that it costs fourteen, not twice the number of series.

/// The search through one refused batch; says what to try next and is told what came of it.
struct Isolation {
    let content: Spool.Content
    private var pieces: [[Int]]
    private var position = 0
    /// Refused on their own.
    private(set) var alone: [Int] = []
    private(set) var hasSucceeded = false
    /// Since the last `renew`.
    private(set) var refusals = 0
    private var refusalsBeforeSuccess = 1

    /// After so many refusals without a success single series are tried: so many.
    private static let patience = 8
    private static let canaries = 6

    /// `slots` are those of the refused batch, at least two.
    init(_ slots: [Int], _ content: Spool.Content) {
        self.content = content
        pieces = Self.halves(slots)
    }

    /// The slots to push next; nil when all is known.
    var next: [Int]? { position < pieces.count ? pieces[position] : nil }
    /// What was not tried to the end.
    var rest: [Int] { pieces[position...].flatMap { $0 } }
    /// Nothing at all is wanted.
    var isHopeless: Bool {
        !hasSucceeded && (next == nil || refusalsBeforeSuccess >= Self.patience + Self.canaries)
    }

    mutating func renew() { refusals = 0 }

    /// Nothing of this piece is left to be sent.
    mutating func skip() { position += 1 }

    mutating func delivered() {
        position += 1
        hasSucceeded = true
    }

    mutating func refused() {
        let piece = pieces[position]
        position += 1
        refusals += 1
        if piece.count == 1 { alone.append(piece[0]) } else { pieces += Self.halves(piece) }
        guard !hasSucceeded else { return }
        refusalsBeforeSuccess += 1
        if refusalsBeforeSuccess == Self.patience { tryCanaries() }
    }

    /// Moves the first slots of some pieces, evenly chosen, to the front, each on its own.
    private mutating func tryCanaries() {
        let waiting = pieces.count - position
        let chosen = (0..<min(Self.canaries, waiting)).map { position + $0 * waiting / min(Self.canaries, waiting) }
        let canaries = chosen.map { [pieces[$0].removeFirst()] }
        pieces = canaries + pieces[position...].filter { !$0.isEmpty }
        position = 0
    }

    private static func halves(_ slots: [Int]) -> [[Int]] {
        let middle = slots.count / 2
        return [Array(slots[..<middle]), Array(slots[middle...])]
    }
}
