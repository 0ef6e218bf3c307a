//! The Lambda function `shipment-reactions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(shipment_reactions::function).await
}
