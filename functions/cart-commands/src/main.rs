//! The Lambda function `cart-commands`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_lambda::run(cart_commands::function).await
}
