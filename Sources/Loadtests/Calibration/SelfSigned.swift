// A key and a certificate of a server on this machine, made for one calibration and gone with it: RSA of 2,048 bits, the most common
// kind, and by OpenSSL, which is in the process as libcurl's dependency.

import LibcurlClient

/// `@unchecked Sendable`: nothing but two constants, which OpenSSL counts references to.
final class SelfSigned: @unchecked Sendable {
    let key: OpenSSL.Object
    let certificate: OpenSSL.Object
    private let functions: Functions

    /// nil when OpenSSL is not there or cannot.
    init?() {
        guard OpenSSL.shared != nil, let functions = try? Functions(), let key = functions.newKey() else { return nil }
        guard let certificate = functions.newCertificate(of: key) else {
            functions.freeKey(key)
            return nil
        }
        (self.key, self.certificate, self.functions) = (key, certificate, functions)
    }

    deinit {
        functions.freeCertificate(certificate)
        functions.freeKey(key)
    }

    /// Writes the certificate, as PEM, for whoever is to trust it.
    func write(to path: String) -> Bool {
        guard let file = functions.newFile(path, "w") else { return false }
        defer { _ = functions.freeFile(file) }
        return functions.writeCertificate(file, certificate) == 1
    }

    private struct Functions {
        typealias Object = OpenSSL.Object

        let newGeneration: @convention(c) (Int32, Object?) -> Object?
        let beginGeneration: @convention(c) (Object) -> Int32
        let generate: @convention(c) (Object, UnsafeMutablePointer<Object?>) -> Int32
        let freeGeneration: @convention(c) (Object) -> Void
        let freeKey: @convention(c) (Object) -> Void
        let newX509: @convention(c) () -> Object?
        let freeCertificate: @convention(c) (Object) -> Void
        let setVersion: @convention(c) (Object, Int) -> Int32
        let serial: @convention(c) (Object) -> Object?
        let setInteger: @convention(c) (Object, Int) -> Int32
        let notBefore: @convention(c) (Object) -> Object?
        let notAfter: @convention(c) (Object) -> Object?
        let setFromNow: @convention(c) (Object, Int) -> Object?
        let setKey: @convention(c) (Object, Object) -> Int32
        let subject: @convention(c) (Object) -> Object?
        let addEntry: @convention(c) (Object, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, Int32, Int32, Int32) -> Int32
        let setIssuer: @convention(c) (Object, Object) -> Int32
        let newExtension: @convention(c) (Object?, Object?, Int32, UnsafePointer<CChar>) -> Object?
        let addExtension: @convention(c) (Object, Object, Int32) -> Int32
        let freeExtension: @convention(c) (Object) -> Void
        let sha256: @convention(c) () -> Object?
        let sign: @convention(c) (Object, Object, Object?) -> Int32
        let newFile: @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Object?
        let writeCertificate: @convention(c) (Object, Object) -> Int32
        let freeFile: @convention(c) (Object) -> Int32

        init() throws {
            newGeneration = try OpenSSL.look("EVP_PKEY_CTX_new_id")
            beginGeneration = try OpenSSL.look("EVP_PKEY_keygen_init")
            generate = try OpenSSL.look("EVP_PKEY_keygen")
            freeGeneration = try OpenSSL.look("EVP_PKEY_CTX_free")
            freeKey = try OpenSSL.look("EVP_PKEY_free")
            newX509 = try OpenSSL.look("X509_new")
            freeCertificate = try OpenSSL.look("X509_free")
            setVersion = try OpenSSL.look("X509_set_version")
            serial = try OpenSSL.look("X509_get_serialNumber")
            setInteger = try OpenSSL.look("ASN1_INTEGER_set")
            notBefore = try OpenSSL.look("X509_getm_notBefore")
            notAfter = try OpenSSL.look("X509_getm_notAfter")
            setFromNow = try OpenSSL.look("X509_gmtime_adj")
            setKey = try OpenSSL.look("X509_set_pubkey")
            subject = try OpenSSL.look("X509_get_subject_name")
            addEntry = try OpenSSL.look("X509_NAME_add_entry_by_txt")
            setIssuer = try OpenSSL.look("X509_set_issuer_name")
            newExtension = try OpenSSL.look("X509V3_EXT_conf_nid")
            addExtension = try OpenSSL.look("X509_add_ext")
            freeExtension = try OpenSSL.look("X509_EXTENSION_free")
            sha256 = try OpenSSL.look("EVP_sha256")
            sign = try OpenSSL.look("X509_sign")
            newFile = try OpenSSL.look("BIO_new_file")
            writeCertificate = try OpenSSL.look("PEM_write_bio_X509")
            freeFile = try OpenSSL.look("BIO_free")
        }

        /// RSA; 2,048 bits without being told, in 1.1.1 and later.
        func newKey() -> Object? {
            guard let generation = newGeneration(6, nil) else { return nil }
            defer { freeGeneration(generation) }
            var key: Object?
            guard beginGeneration(generation) == 1, generate(generation, &key) == 1 else { return nil }
            return key
        }

        /// Of 127.0.0.1, for a day. As a name it has the address too, since ours take no certificate without one.
        func newCertificate(of key: Object) -> Object? {
            guard let new = newX509() else { return nil }
            guard setVersion(new, 2) == 1, let serial = serial(new), setInteger(serial, 1) == 1,
                let before = notBefore(new), setFromNow(before, -3600) != nil, let after = notAfter(new), setFromNow(after, 86_400) != nil,
                setKey(new, key) == 1, let name = subject(new), addEntry(name, "CN", 0x1001, "127.0.0.1", -1, -1, 0) == 1,
                setIssuer(new, name) == 1, add("IP:127.0.0.1", as: 85, to: new), sign(new, key, sha256()) > 0
            else {
                freeCertificate(new)
                return nil
            }
            return new
        }

        private func add(_ text: String, as kind: Int32, to certificate: Object) -> Bool {
            guard let made = newExtension(nil, nil, kind, text) else { return false }
            defer { freeExtension(made) }
            return addExtension(certificate, made, -1) == 1
        }
    }
}
