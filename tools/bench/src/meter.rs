//! The cost of requests: their number, their bytes, and the capacity that the store reports.

use crate::thousandths::Thousandths;
use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::scan::{ScanInput, ScanOutput};
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts what a client sends while the meter is on. It never changes the requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter(Arc<Mutex<Option<Counts>>>);

/// The counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Requests, retries included.
    pub(crate) requests: u64,
    /// The bodies of requests and answers.
    pub(crate) bytes: u64,
    /// Write units; a put whose condition failed took one.
    pub(crate) write_units: Thousandths,
    /// Read units.
    pub(crate) read_units: Thousandths,
    /// Puts whose condition failed.
    pub(crate) conflicts: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.requests += more.requests;
        self.bytes += more.bytes;
        self.write_units.0 += more.write_units.0;
        self.read_units.0 += more.read_units.0;
        self.conflicts += more.conflicts;
    }
}

impl Meter {
    /// Counts from zero.
    pub(crate) fn start(&self) {
        *self.counts() = Some(Counts::default());
    }

    /// Stops counting, and returns the counts.
    pub(crate) fn stop(&self) -> Counts {
        self.counts().take().unwrap_or_default()
    }

    /// The counts; none while the meter is off.
    fn counts(&self) -> MutexGuard<'_, Option<Counts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn units(capacity: Option<&ConsumedCapacity>) -> Thousandths {
    capacity.and_then(ConsumedCapacity::capacity_units).map_or(Thousandths(0), Thousandths::of_float)
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.counts().is_some() {
            let total = Some(ReturnConsumedCapacity::Total);
            if let Some(put) = context.input_mut().downcast_mut::<PutItemInput>() {
                put.return_consumed_capacity = total;
            } else if let Some(query) = context.input_mut().downcast_mut::<QueryInput>() {
                query.return_consumed_capacity = total;
            } else if let Some(scan) = context.input_mut().downcast_mut::<ScanInput>() {
                scan.return_consumed_capacity = total;
            } else if let Some(get) = context.input_mut().downcast_mut::<GetItemInput>() {
                get.return_consumed_capacity = total;
            }
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(counts) = self.counts().as_mut() {
            counts.requests += 1;
            counts.bytes += context.request().body().bytes().map_or(0, <[u8]>::len) as u64;
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(counts) = self.counts().as_mut() {
            let bytes = context.response().body().bytes().map_or(0, <[u8]>::len);
            let mut more = Counts { bytes: bytes as u64, ..Counts::default() };
            if let Ok(output) = context.output_or_error() {
                let read = output.downcast_ref().map(QueryOutput::consumed_capacity);
                let read = read.or_else(|| output.downcast_ref().map(ScanOutput::consumed_capacity));
                let read = read.or_else(|| output.downcast_ref().map(GetItemOutput::consumed_capacity));
                let written = output.downcast_ref().map(PutItemOutput::consumed_capacity);
                more.read_units = units(read.flatten());
                more.write_units = units(written.flatten());
            } else {
                // A put whose condition fails costs as much as any other.
                (more.conflicts, more.write_units) = (1, Thousandths(1_000));
            }
            *counts += more;
        }
        Ok(())
    }
}
