//! The Lambda function `stock-reactions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(stock_reactions::function).await
}
