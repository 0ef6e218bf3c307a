//! The Lambda function `fulfilment`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(fulfilment::function).await
}
