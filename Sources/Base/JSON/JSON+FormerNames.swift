// What the tree was called while there were two of them. New code says `JSON`, `JSON.parse` and `.int`.

package typealias ConfigValue = JSON

extension JSON {
    package static func integer(_ value: some BinaryInteger) -> JSON { .int(value) }
    package init(text: String) throws(JSONError) { self = try .parse(text) }
    package init(bytes: [UInt8]) throws(JSONError) { self = try .parse(bytes) }
}
