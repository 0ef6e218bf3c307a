//! The Lambda function `relay`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_lambda::run(relay::function).await
}
