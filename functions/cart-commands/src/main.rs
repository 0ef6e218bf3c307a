//! The Lambda function `cart-commands`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(cart_commands::function).await
}
