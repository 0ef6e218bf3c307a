//! The Lambda function `reconcile`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(reconcile::function).await
}
