//! The Lambda function `reconcile`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(reconcile::function).await
}
