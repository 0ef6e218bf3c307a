//! The Lambda function `payment-commands`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(payment_commands::function).await
}
