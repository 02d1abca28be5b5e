// JSON merge patch (RFC 7396) on the ordered tree: what `request.body` does to the default body. Members keep their
// position, null removes, new keys are appended, anything but an object replaces.

extension JSON {
    /// The RFC's MergePatch(target, patch); `self` is the target.
    package func merging(_ patch: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var members: [Member] = []
        if case .object(let own) = self { members = own }
        for change in changes {
            let index = members.firstIndex { $0.key == change.key }
            switch (index, change.value) {
            case (let index?, .null): members.remove(at: index)
            case (nil, .null): break
            case (let index?, let value): members[index].value = members[index].value.merging(value)
            case (nil, let value): members.append(Member(change.key, JSON.null.merging(value)))
            }
        }
        return .object(members)
    }
}
