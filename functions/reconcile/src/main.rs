//! The Lambda function `reconcile`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_lambda::run(reconcile::function).await
}
