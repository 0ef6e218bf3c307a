//! The Lambda function `fulfilment`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(fulfilment::function).await
}
