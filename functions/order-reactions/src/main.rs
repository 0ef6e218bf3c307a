//! The Lambda function `order-reactions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(order_reactions::function).await
}
