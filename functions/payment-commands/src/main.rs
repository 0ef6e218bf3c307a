//! The Lambda function `payment-commands`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(payment_commands::function).await
}
