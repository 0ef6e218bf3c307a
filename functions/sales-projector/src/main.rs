//! The Lambda function `sales-projector`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_aws::run(sales_projector::function).await
}
