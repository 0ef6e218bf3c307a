//! The Lambda function `stock-reactions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(stock_reactions::function).await
}
