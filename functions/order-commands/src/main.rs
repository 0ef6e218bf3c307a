//! The Lambda function `order-commands`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(order_commands::function).await
}
