//! The shop's JWT authorizer as a Lambda function, for a gateway on this machine that knows no others. It finds the
//! local host's `issuer.json` beside itself.

use foldlog_lambda::{Error, SettingError};
use foldlog_local::{HostError, JwtAuthorizer};

fn open() -> Result<JwtAuthorizer, HostError> {
    let program = std::env::current_exe().map_err(HostError::Directory)?;
    JwtAuthorizer::open(
        shop_composition::TEMPLATE,
        &shop_composition::parameters(),
        program.parent().unwrap_or(&program),
    )
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let build = |_: &_, _: &_| {
        open().map_err(|error| SettingError::Invalid { name: "issuer.json".to_owned(), reason: error.to_string() })
    };
    foldlog_lambda::run(build).await
}
