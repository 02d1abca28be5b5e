// The part of `sml init --check` for FirecREST: token, systems, partitions, one after the other, because each needs
// the one before.

extension ConfigurationCheck {
    func firecrest() async throws -> [CheckItem] {
        var items: [CheckItem] = []
        do {
            let client = try await FirecRESTConnection(
                configuration: configuration, environment: environment, http: client, trace: trace, isHasty: true
            ).client
            let systems = try await client.read(.systems, FirecRESTSystem.list).map(\.name)
            items.append(.init(name: "firecrest", verdict: .ok, text: "credentials accepted"))
            items.append(.init(name: "systems", verdict: .ok, text: systems.joined(separator: ", ")))
            items.append(Self.known(system, among: systems, "system", option: "--firecrest-system"))
            guard let system, systems.contains(system) else { return items }
            let partitions = try await client.read(.partitions(system), FirecRESTPartitions.list)
            items.append(Self.known(partition, among: partitions, "partition", option: "--partition"))
            let user = try await client.read(.userInfo(system), FirecRESTUser.init)
            items.append(.init(name: "user", verdict: .ok, text: "\(user.name), account \(user.group)"))
        } catch let error as FirecRESTError {
            items.append(.init(name: "firecrest", verdict: .wrong, text: error.description))
        } catch let error as SubmitError {
            items.append(.init(name: "firecrest", verdict: .wrong, text: error.description))
        }
        return items
    }
}
