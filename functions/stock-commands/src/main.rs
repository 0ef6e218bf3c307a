//! The Lambda function `stock-commands`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(stock_commands::function).await
}
