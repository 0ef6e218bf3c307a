//! The staff's commands on warehouses.

use foldlog::{Consistency, Executed, StreamName, state_of};
use foldlog_functions::Ports;
use foldlog_functions::ports::CommandsOn;
use foldlog_lambda::http::created;
use foldlog_lambda::{Problem, Request, Response};
use http::StatusCode;
use shop_api::requests::{MoveWarehouse, Nothing, OpenWarehouse, RenameWarehouse};
use shop_api::responses;
use shop_domain::stock::Intake;
use shop_domain::values::WarehouseId;
use shop_domain::warehouse::{Command, Site, State, Warehouse};

/// The commands on warehouses: the only writer of `warehouse-…`.
pub(crate) struct Warehouses<P: Ports>(pub(crate) CommandsOn<Warehouse, P>);

impl<P: Ports> Warehouses<P> {
    pub(crate) async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        if request.route() == "POST /warehouses" {
            return self.open(request).await;
        }
        let warehouse: WarehouseId = request.path("id")?;
        let (command, metadata) = match request.route() {
            "POST /warehouses/{id}/move" => {
                let (MoveWarehouse { address }, metadata) = request.command()?;
                (Command::Move { address }, metadata)
            }
            "POST /warehouses/{id}/rename" => {
                let (RenameWarehouse { name }, metadata) = request.command()?;
                (Command::Rename { name: name.into() }, metadata)
            }
            "POST /warehouses/{id}/close" => (Command::Close, request.command::<Nothing>()?.1),
            route => return Err(Problem::not_found(&format!("there is no route {route}"))),
        };
        let done = self.0.execute(&StreamName::of::<Warehouse>(&warehouse), &command, &metadata).await?;
        respond(StatusCode::OK, &warehouse, &done)
    }

    async fn open(&self, request: &Request) -> Result<Response, Problem> {
        let (OpenWarehouse { id, name, address }, metadata) = request.command()?;
        let command = Command::Open(Site { name: name.into(), address });
        let done = self.0.execute(&StreamName::of::<Warehouse>(&id), &command, &metadata).await?;
        Ok(respond(created(done.effect), &id, &done)?.location(&format!("/warehouses/{id}")))
    }

    /// Whether a warehouse accepts goods: read strongly, so after its closing only commands that were under way at that
    /// moment bring goods in.
    pub(crate) async fn intake(&self, warehouse: &WarehouseId) -> Result<Intake, Problem> {
        Ok(Intake::from(&state_of::<Warehouse>(self.0.log(), warehouse, Consistency::Strong).await?))
    }
}

fn respond(status: StatusCode, warehouse: &WarehouseId, done: &Executed<State>) -> Result<Response, Problem> {
    Ok(Response::json(status, &responses::Warehouse::of(warehouse, done.version, &done.state))?.etag(done.version))
}
