//! The Lambda function `order-reactions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(order_reactions::function).await
}
