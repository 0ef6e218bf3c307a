//! The Lambda function `rebuild`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(rebuild::function).await
}
