// What is packaged with the program. Embedded in the executable, because a command that needs files beside it breaks
// when it is copied.

enum BuiltInModels {
    static var models: String { String(decoding: PackageResources.models_yml, as: UTF8.self) }

    static var environments: [(name: String, text: String)] {
        [
            ("sglang", String(decoding: PackageResources.sglang_toml, as: UTF8.self)),
            ("vllm", String(decoding: PackageResources.vllm_toml, as: UTF8.self)),
        ]
    }
}
