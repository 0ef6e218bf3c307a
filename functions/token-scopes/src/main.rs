//! The Lambda function `token-scopes`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(token_scopes::function).await
}
