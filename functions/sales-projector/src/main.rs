//! The Lambda function `sales-projector`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), foldlog_lambda::Error> {
    foldlog_lambda::run(sales_projector::function).await
}
