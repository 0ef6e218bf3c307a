//! Commands on the catalogue: the only writer of `product-…`.

use foldlog::{Executed, StreamName};
use foldlog_functions::Ports;
use foldlog_functions::ports::{CommandsOn, HttpOn};
use foldlog_lambda::http::created;
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use iso_currency::Currency;
use shop_api::requests::{CategoriseProduct, DescribeProduct, Nothing, RegisterProduct, RepriceProduct};
use shop_api::responses;
use shop_domain::product::{Command, Product, Registration, State};
use shop_domain::values::Sku;

/// The handler of every product route.
pub struct CatalogueCommands<P: Ports> {
    products: CommandsOn<Product, P>,
    /// The currency of all prices.
    currency: Currency,
}

/// The function.
pub fn function<P: Ports>(ports: &P, settings: &Settings) -> Result<HttpOn<CatalogueCommands<P>, P>, SettingError> {
    Ok(ports.http(CatalogueCommands { products: ports.commands()?, currency: settings.parse("SHOP_CURRENCY")? }))
}

impl<P: Ports> HttpHandler for CatalogueCommands<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        if request.route() == "POST /products" {
            return self.register(request).await;
        }
        let sku: Sku = request.path("sku")?;
        let (command, metadata) = match request.route() {
            "POST /products/{sku}/price" => {
                let (RepriceProduct { price }, metadata) = request.command()?;
                (Command::Reprice(price), metadata)
            }
            "POST /products/{sku}/description" => {
                let (DescribeProduct { name, description }, metadata) = request.command()?;
                (Command::Describe { name: name.map(Into::into), description }, metadata)
            }
            "POST /products/{sku}/category" => {
                let (CategoriseProduct { category }, metadata) = request.command()?;
                (Command::Categorise(category), metadata)
            }
            "POST /products/{sku}/list" => (Command::List, request.command::<Nothing>()?.1),
            "POST /products/{sku}/delist" => (Command::Delist, request.command::<Nothing>()?.1),
            route => return Err(Problem::not_found(&format!("there is no route {route}"))),
        };
        let done = self.products.execute(&StreamName::of::<Product>(&sku), &command, &metadata).await?;
        respond(StatusCode::OK, &sku, &done)
    }
}

impl<P: Ports> CatalogueCommands<P> {
    async fn register(&self, request: &Request) -> Result<Response, Problem> {
        let (RegisterProduct { sku, name, description, category, price }, metadata) = request.command()?;
        let product = Registration { name: name.into(), description, category, price };
        let command = Command::Register { product, shop_currency: self.currency };
        let done = self.products.execute(&StreamName::of::<Product>(&sku), &command, &metadata).await?;
        Ok(respond(created(done.effect), &sku, &done)?.location(&format!("/products/{sku}")))
    }
}

fn respond(status: StatusCode, sku: &Sku, done: &Executed<State>) -> Result<Response, Problem> {
    Ok(Response::json(status, &responses::Product::of(sku, done.version, &done.state))?.etag(done.version))
}
