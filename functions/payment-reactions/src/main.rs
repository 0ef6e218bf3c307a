//! The Lambda function `payment-reactions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(payment_reactions::function).await
}
