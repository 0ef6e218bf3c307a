//! The certificates that a function trusts.

use aws_sdk_dynamodb::Client;
use foldlog_lambda::Settings;
use foldlog_lambda::aws::{ROOTS, aws_config};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

#[test]
fn each_root_is_one_that_mozilla_trusts() {
    let roots: Vec<_> = CertificateDer::pem_slice_iter(ROOTS.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(roots.len(), 5);
    for (place, root) in roots.iter().enumerate() {
        assert!(TLS_SERVER_ROOT_CERTS.contains(root), "the root at {place} in roots/aws.pem is not trusted any more");
    }
}

#[test]
fn a_client_is_made_of_them_alone() {
    // The client parses them at once, and panics if it cannot.
    let _client = Client::new(&aws_config(&Settings::default()).unwrap());
}
