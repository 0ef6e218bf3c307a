//! The Lambda function `cart-commands`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(cart_commands::function).await
}
