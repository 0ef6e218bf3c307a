//! The Lambda function `sales-projector`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(sales_projector::function).await
}
