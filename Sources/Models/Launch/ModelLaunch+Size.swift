// How much of a machine a launch takes, which results are divided by. Copies are known; GPUs as far as the framework's own words
// tell, since without any of them a configuration file or the framework's default decides.

import Scenarios

extension ModelLaunch {
    /// One copy is nothing to divide by.
    package var size: ServerSize {
        let replicas = topology.replicas
        return ServerSize(replicas: replicas > 1 ? replicas : nil, gpus: gpusPerReplica.map { $0 * replicas })
    }

    /// Tensor, pipeline and data parallelism multiply; SGLang's data parallel attention shares the GPUs of the tensors.
    private var gpusPerReplica: Int? {
        let tensor = count(["--tensor-parallel-size", "--tp-size", "--tp", "-tp"])
        let pipeline = count(["--pipeline-parallel-size", "--pp-size", "--pp", "-pp"])
        let data = count(["--data-parallel-size", "--dp-size", "--dp", "-dp"])
        guard tensor != nil || pipeline != nil || data != nil else { return nil }
        let copies = arguments.contains(["--enable-dp-attention"]) ? 1 : data ?? 1
        return (tensor ?? 1) * (pipeline ?? 1) * copies
    }

    /// Nil where it is not given, or is nothing that a GPU could be counted by.
    private func count(_ names: Set<String>) -> Int? {
        var rest = arguments
        guard let text = try? rest.take(names, option: "--framework-args") else { return nil }
        return Int(text).flatMap { (1...1024).contains($0) ? $0 : nil }
    }
}
