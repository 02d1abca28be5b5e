// What files of a run of several tasks are called. The generator names them so and the command that fetches them looks
// for them so; neither knows the other.

/// The file of one task among those of a run.
package enum TaskFile {
    /// `records.smlrec` is `records.3.smlrec` for task 3.
    package static func numbered(_ path: String, task: Int) -> String {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "\(path).\(task)" }
        return "\(path.dropLast(name.count))\(name[..<dot]).\(task)\(name[dot...])"
    }
}
