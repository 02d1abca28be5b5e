// Users before the plan begins, so that their connections can be made: those that begin with it. Others come with their first
// request, connection and all.

import Base

extension Driver {
    /// Makes the users that the plan begins with.
    ///
    /// - Returns: how many there are.
    mutating func prepareUsers(_ actions: some DriverActions) -> Int {
        switch load {
        case .users:
            for slot in 0..<load.usersAtOnce {
                guard makeUser(number: setting.share.number(setting.shard + slot * setting.shards), actions) else { break }
            }
        case .arrivals(_, let maxVUs):
            let part = (setting.preparedUsers - setting.shard + setting.shards - 1) / setting.shards
            for _ in 0..<max(0, part) {
                guard shared.live.createUser(limit: maxVUs), let slot = newUser(actions) else { break }
                idle.append(slot)
                shared.arrivals.userIsIdle(on: setting.shard)
            }
        }
        return users.count
    }
}
