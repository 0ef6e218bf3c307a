//! The Lambda function `stock-reactions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_lambda::run(stock_reactions::function).await
}
