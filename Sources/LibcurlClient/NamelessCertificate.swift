// A certificate that names its host in nothing but its common name is no proof of that host (RFC 9525 §2, and before it RFC
// 6125): browsers, Go and so k6 refuse it, libcurl takes it. Two programs that are to measure the same must agree on whom
// they talk to.

/// Refuses certificates without a subject alternative name, in OpenSSL's own verification.
package enum NamelessCertificate {
    /// What the verification comes to: X509_V_ERR_HOSTNAME_MISMATCH. libcurl, which compares names by itself, never has it.
    package static let verifyResult: Int32 = 62
    /// NID_subject_alt_name.
    private static let alternativeNames: Int32 = 85

    /// Of a connection's context, which must not be told to verify nothing.
    static func refuse(in context: OpenSSL.Object, _ openSSL: OpenSSL) {
        let mode = openSSL.verifyMode(context)
        guard mode != 0 else { return }
        openSSL.setVerify(context, mode) { isGood, verification in
            guard isGood == 1, let verification, let openSSL = OpenSSL.shared, openSSL.verifyDepth(verification) == 0,
                let certificate = openSSL.currentCertificate(verification),
                openSSL.extensionIndex(certificate, NamelessCertificate.alternativeNames, -1) < 0
            else { return isGood }
            openSSL.setVerifyError(verification, NamelessCertificate.verifyResult)
            return 0
        }
    }
}
